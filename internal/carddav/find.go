package carddav

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
)

// wellKnown is where a server says where its address books are (RFC 6764, section 5).
const wellKnown = "/.well-known/carddav"

// find gives the address books. A URL without a path is that of a server, and one with
// a path is that of a server's place for all this, of the owner's principal or home
// there, or of one address book.
func (s *session) find(ctx context.Context) ([]place, error) {
	starts := []string{s.base.Path}
	if strings.Trim(s.base.Path, "/") == "" {
		starts = []string{wellKnown, "/"}
	}
	var first error
	for _, start := range starts {
		places, err := s.findFrom(ctx, start)
		if err == nil && len(places) > 0 || errors.Is(err, ErrLogin) || errors.Is(err, ErrElsewhere) {
			return places, err
		}
		if first == nil {
			first = err
		}
		if errors.Is(err, ErrAway) || ctx.Err() != nil {
			break
		}
	}
	switch {
	case first == nil:
		first = fmt.Errorf("there is no address book at %s", s.server.URL)
	case isRefusal(first):
		first = fmt.Errorf("%s: %w", s.server.URL, first)
	}
	return nil, s.orElsewhere(ctx, first)
}

// orElsewhere adds to an error what the DNS knows. It is only told: whoever spoils the
// DNS must not get the password.
func (s *session) orElsewhere(ctx context.Context, err error) error {
	if s.server.SRV == nil || isLoopback(s.base.Hostname()) {
		return err
	}
	target, lookup := s.server.SRV(ctx, s.base.Hostname())
	if target = strings.TrimSuffix(target, "."); lookup != nil || target == "" || strings.EqualFold(target, s.base.Hostname()) {
		return err
	}
	return fmt.Errorf("%w; by its DNS the address book is at %s: if you trust that, write url = %q", err, printable(target), "https://"+target)
}

// findFrom finds the address books from one path on: what lies there may be an address
// book, or name the owner's home or principal.
func (s *session) findFrom(ctx context.Context, start string) ([]place, error) {
	at := *s.base
	if start != at.Path {
		at.Path, at.RawPath = start, ""
	}
	for range 2 { // the start, and the principal that it names
		ms, from, err := s.ask(ctx, "PROPFIND", &at, "0", findPrincipal)
		if err != nil {
			return nil, err
		}
		var p prop
		if len(ms.Responses) > 0 {
			p = ms.Responses[0].found()
		}
		switch {
		case p.Type.Book != nil:
			return []place{{from, p.Name}}, nil
		case len(p.Home.Hrefs) > 0:
			return s.list(ctx, from, p.Home.Hrefs)
		case len(p.Principal.Hrefs) == 0:
			return s.listOne(ctx, from)
		}
		next, err := s.resolve(from, p.Principal.Hrefs[0])
		if err != nil {
			return nil, err
		}
		at = *next
	}
	return nil, errors.New("the server does not say where its address books are; write the address of one as url")
}

// list gives the address books in the owner's homes.
func (s *session) list(ctx context.Context, at *url.URL, homes []string) (all []place, err error) {
	for _, home := range homes {
		u, err := s.resolve(at, home)
		if err != nil {
			return nil, err
		}
		places, err := s.listOne(ctx, u)
		if err != nil {
			return nil, err
		}
		all = append(all, places...)
	}
	return all, nil
}

func (s *session) listOne(ctx context.Context, home *url.URL) (all []place, err error) {
	ms, from, err := s.ask(ctx, "PROPFIND", home, "1", findPrincipal)
	if err != nil {
		return nil, err
	}
	for _, r := range ms.Responses {
		p := r.found()
		if p.Type.Book == nil || isMachineMade(r.Href) {
			continue
		}
		u, err := s.resolve(from, r.Href)
		if err != nil {
			return nil, err
		}
		all = append(all, place{u, p.Name})
	}
	return all, nil
}

// isMachineMade knows the address books that Nextcloud fills by itself, with everybody
// who has an account there, and with those written to lately.
func isMachineMade(href string) bool {
	name := path.Base(href)
	return strings.HasPrefix(name, "z-server-generated--") || strings.HasPrefix(name, "z-app-generated--")
}
