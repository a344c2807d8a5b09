package provider

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// How long each step may take. Together they stay below searchLimit.
const (
	searchLimit = 20 * time.Second
	dnsLimit    = 5 * time.Second
	fetchLimit  = 7 * time.Second
	guessLimit  = 7 * time.Second
)

// Resolver is the part of net.Resolver that Finder uses.
type Resolver interface {
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
}

// Finder finds servers. The zero value uses the machine's network.
type Finder struct {
	Resolver Resolver                                                             // nil: net.DefaultResolver
	HTTP     *http.Client                                                         // for autoconfig files; nil: one that uses Dial and Roots
	Dial     func(ctx context.Context, network, address string) (net.Conn, error) // nil: net.Dialer's
	Roots    *x509.CertPool                                                       // nil: those of the system
}

// Find finds the servers of an address. It wraps ErrAddress, ErrNoIMAP where
// the provider has none, ErrNotFound, and ErrOffline if nothing was found and
// DNS did not answer; their texts say what to do. When ctx ends, it wraps that
// error. A large provider is known without the network.
func (f *Finder) Find(ctx context.Context, text string) (Found, error) {
	a, err := parseAddress(text)
	if err != nil {
		return Found{}, err
	}
	if e := byDomain(a.domain); e != nil {
		return e.answer(Table, a)
	}
	found, err := f.findOutside(ctx, a)
	if err != nil && ctx.Err() != nil {
		return Found{}, fmt.Errorf("the search for the servers of %s was stopped: %w", a.domain, ctx.Err())
	}
	return found, err
}

// findOutside goes through the steps that need the network.
func (f *Finder) findOutside(ctx context.Context, a address) (Found, error) {
	ctx, cancel := context.WithTimeout(ctx, searchLimit)
	defer cancel()
	answers := f.ask(ctx, a.domain)
	if e, exchanger := byMX(answers.mx); e != nil {
		found, err := e.answer(MX, a)
		found.Notes = append(found.Notes, fmt.Sprintf("The mail of %s lies with %s: DNS names %s for it.", a.domain, e.name, exchanger))
		return found, err
	}
	return f.search(ctx, a, answers)
}

// answer is the table's word, which may be that there is no way.
func (e *entry) answer(source Source, a address) (Found, error) {
	if e.noIMAP != "" {
		return Found{Source: source, Provider: e.name}, fmt.Errorf("%w: %s", ErrNoIMAP, e.noIMAP)
	}
	return e.found(source, a), nil
}

// search goes through the steps after the table.
func (f *Finder) search(ctx context.Context, a address, answers dnsAnswers) (Found, error) {
	if len(answers.mx) == 1 && answers.mx[0].Host == "." { // RFC 7505
		return Found{}, fmt.Errorf("%w: %s takes no mail at all, says its DNS; is the address right?", ErrNotFound, a.domain)
	}
	imap, smtp, refused := fromSRV(answers, a)
	if refused {
		return Found{}, fmt.Errorf("%w: %s says so in its DNS (_imaps._tcp); ask whoever runs that mail", ErrNoIMAP, a.domain)
	}
	found, fetchErr := named(imap, smtp, a), error(nil)
	if imap.Host == "" {
		found, fetchErr = f.autoconfig(ctx, a)
	}
	ctx, cancel := context.WithTimeout(ctx, guessLimit)
	defer cancel()
	var tried []string
	if found.IMAP.Host == "" {
		found = Found{Source: Guess, Provider: a.domain, Ways: []Way{somePassword(a.domain)}}
		found.IMAP, tried = f.guess(ctx, "imap", guesses(a))
	}
	if found.IMAP.Host == "" {
		return Found{}, nothing(a, answers, fetchErr, tried)
	}
	if found.SMTP.Host == "" {
		found.SMTP, _ = f.guess(ctx, "smtp", submissionGuesses(a))
	}
	return found.completed(a, answers), nil
}

// named is what SRV records tell.
func named(imap, smtp Server, a address) Found {
	found := Found{Source: SRV, Provider: a.domain, IMAP: imap, SMTP: smtp, Ways: []Way{somePassword(a.domain)}}
	for _, s := range []Server{imap, smtp} {
		if s.Host != "" && !within(s.Host, a.domain) && !inTable(s.Host) {
			found.Confirm = append(found.Confirm, s.Host)
		}
	}
	return found
}

// completed adds what the table knows of the server, and what else to know.
func (found Found) completed(a address, answers dnsAnswers) Found {
	if e := byHost(found.IMAP.Host); e != nil {
		found.Provider, found.Ways = e.name, clone(e.ways)
		found.Notes = append(found.Notes, e.notes...)
	}
	if found.SMTP.Host == "" {
		found.Notes = append(found.Notes, "No SMTP server was found. Without one regards lays drafts and never sends; [account.smtp] may be written later.")
	}
	if byHost(found.IMAP.Host) == nil && found.Source != Autoconfig {
		found.Notes = append(found.Notes, fmt.Sprintf("If the login is refused, try %q as user: some servers want the part before the @ alone.", a.local))
	}
	if filter := filterBehind(answers.mx); filter != "" {
		found.Notes = append(found.Notes, behind(a, filter))
	}
	return found
}

func behind(a address, filter string) string {
	return fmt.Sprintf("Mail for %s first passes a filter of %s, so DNS does not tell where it lies. Often that is Microsoft 365 or "+
		"Google Workspace: if you read your mail at outlook.office.com or at mail.google.com, it is.", a.domain, filter)
}

// nothing says why nothing was found.
func nothing(a address, answers dnsAnswers, fetchErr error, tried []string) error {
	kind, why := ErrNotFound, fmt.Sprintf("neither DNS nor %s itself names one, and the usual names do not answer", a.domain)
	switch {
	case len(tried) > 0:
		why = strings.Join(tried, "; ")
	case answers.failed != nil:
		kind, why = ErrOffline, fmt.Sprintf("asked after %s: %q", a.domain, printable(answers.failed.Error(), maxText))
	case len(answers.mx) == 0:
		why = fmt.Sprintf("DNS names no server that takes in mail for %s; is the address right?", a.domain)
	case filterBehind(answers.mx) != "":
		why = behind(a, filterBehind(answers.mx))
	case errors.Is(fetchErr, errUnusable):
		why = errUnusable.Error()
	}
	if kind == ErrOffline {
		return fmt.Errorf("%w: %s; try again when you are online, or %s", kind, why, byHand)
	}
	return fmt.Errorf("%w for %s: %s; %s", kind, a.domain, why, byHand)
}

// ask asks DNS everything at once.
func (f *Finder) ask(ctx context.Context, domain string) dnsAnswers {
	ctx, cancel := context.WithTimeout(ctx, dnsLimit)
	defer cancel()
	var resolver Resolver = net.DefaultResolver
	if f.Resolver != nil {
		resolver = f.Resolver
	}
	answers := dnsAnswers{srv: map[string][]*net.SRV{}}
	var wait sync.WaitGroup
	var mu sync.Mutex
	wait.Go(func() {
		mx, err := resolver.LookupMX(ctx, domain)
		mu.Lock()
		defer mu.Unlock()
		answers.mx, answers.failed = mx, silence(err)
	})
	for _, s := range services {
		wait.Go(func() {
			_, records, _ := resolver.LookupSRV(ctx, s.name, "tcp", domain)
			mu.Lock()
			defer mu.Unlock()
			answers.srv[s.name] = records
		})
	}
	wait.Wait()
	return answers
}

// silence is an error that is not the answer “there is none”; nil for others.
func silence(err error) error {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return nil
	}
	return err
}
