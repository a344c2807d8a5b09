package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"regards/internal/config"
	"regards/internal/provider"
)

// servers finds the mail servers, unless they are known.
func (s *setup) servers(ctx context.Context) error {
	if _, ok := s.before(); s.answers.IMAP != nil || ok && s.ask == nil {
		return nil
	}
	finder := provider.Finder{Resolver: online.resolver, Dial: online.dial}
	found, err := finder.Find(ctx, s.answers.Address)
	if _, known := s.before(); err != nil && known {
		return nil // the servers are in the configuration
	}
	if err != nil && s.ask != nil && !errors.Is(err, provider.ErrNoIMAP) {
		return s.serversByHand(ctx, err)
	}
	if err != nil {
		return err
	}
	s.found = found
	fmt.Fprintf(s.err, "%s: %s\n", found.Provider, serverWords(found))
	for _, note := range found.Notes {
		fmt.Fprintln(s.err, note)
	}
	if err := s.confirmServers(ctx); err != nil {
		return err
	}
	if _, known := s.before(); !known {
		s.answers.IMAP = answerServer(found.IMAP)
		s.answers.SMTP = answerServer(found.SMTP)
	}
	return nil
}

func serverWords(f provider.Found) string {
	text := fmt.Sprintf("%s:%d", f.IMAP.Host, f.IMAP.Port)
	if f.SMTP.Host != "" {
		text += fmt.Sprintf(", %s:%d", f.SMTP.Host, f.SMTP.Port)
	}
	return text
}

// answerServer is what a server that was found would be as an answer; nil for none.
func answerServer(s provider.Server) *config.AnswerServer {
	if s.Host == "" {
		return nil
	}
	return &config.AnswerServer{Host: s.Host, Port: s.Port, TLS: string(s.TLS), User: s.User}
}

// confirmServers has the owner look at hosts that DNS alone has named: whoever forged
// that answer would get the password (RFC 6186 section 6).
func (s *setup) confirmServers(ctx context.Context) error {
	if len(s.found.Confirm) == 0 {
		return nil
	}
	hosts := strings.Join(s.found.Confirm, " and ")
	if s.ask == nil {
		return fmt.Errorf("the name server says that this mail lies at %s, outside its domain; if that is right, write it under [imap] and [smtp] in the file of answers", hosts)
	}
	sure, err := s.ask.yes(ctx, "The name server says that this mail lies at "+hosts+". Is that your provider's?", false)
	if err == nil && !sure {
		err = errors.New("ask whoever runs the mail for its servers")
	}
	return err
}

// serversByHand asks for servers that could not be found.
func (s *setup) serversByHand(ctx context.Context, why error) error {
	if errors.Is(why, provider.ErrOffline) {
		fmt.Fprintln(s.err, "The name servers do not answer: is this computer online?")
	}
	_, domain, _ := strings.Cut(s.answers.Address, "@")
	fmt.Fprintf(s.err, "No mail server was found for %s. Whoever runs that mail can name them; HOST and HOST:PORT will do.\n", domain)
	text, err := s.ask.until(ctx, "IMAP server (empty to give up)", "", func(text string) error { return goodServer(ctx, text, 993) })
	if err == nil && text == "" {
		err = errors.New("without a server there is nothing to set up")
	}
	if err != nil {
		return err
	}
	s.answers.IMAP, _ = serverOf(text, 993)
	text, err = s.ask.until(ctx, "SMTP server (empty: regards only makes drafts)", "", func(text string) error { return goodServer(ctx, text, 465) })
	s.answers.SMTP, _ = serverOf(text, 465)
	return err
}

// goodServer says what is wrong with the name of a server, as far as the name servers
// know.
func goodServer(ctx context.Context, text string, port int) error {
	server, err := serverOf(text, port)
	if err != nil || server == nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience.lookup)
	defer cancel()
	_, err = online.lookup(ctx, server.Host)
	var unknown *net.DNSError
	if errors.As(err, &unknown) && unknown.IsNotFound {
		return fmt.Errorf("there is no computer called %s; is the name right?", server.Host)
	}
	return nil // what else is wrong shows when it is tried
}

// serverOf reads HOST or HOST:PORT; nil for nothing. The ports for STARTTLS are 143
// and 587.
func serverOf(text string, port int) (*config.AnswerServer, error) {
	if text == "" {
		return nil, nil
	}
	s := &config.AnswerServer{Host: text, Port: port, TLS: "implicit"}
	if strings.ContainsAny(text, " /@") {
		return nil, errors.New("write the name of the server, such as mail.example.org or mail.example.org:143")
	}
	if host, number, err := net.SplitHostPort(text); err == nil {
		n, err := strconv.ParseUint(number, 10, 16)
		if err != nil || n == 0 {
			return nil, fmt.Errorf("%s is no port", quote(number))
		}
		s.Host, s.Port = host, int(n)
	}
	if s.Port == 143 || s.Port == 587 {
		s.TLS = "starttls"
	}
	return s, nil
}
