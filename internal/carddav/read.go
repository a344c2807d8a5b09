package carddav

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

const (
	batch      = 20     // cards of one request
	maxCards   = 20_000 // of one address book
	maxPages   = 1000   // answers in which the server tells what has changed
	maxSpoiled = 50     // cards that cannot be fetched, until something else must be wrong
)

// read reads one address book from a token on, or all of it.
func (s *session) read(ctx context.Context, p place, token string) (Book, error) {
	b := Book{URL: p.key(), Name: p.name}
	paths, err := s.changed(ctx, &b, p.url, token)
	if err != nil {
		return b, err
	}
	if len(paths) > maxCards {
		return b, fmt.Errorf("it has more than %d cards", maxCards)
	}
	for from := 0; from < len(paths); from += batch {
		cards, err := s.fetch(ctx, p.url, paths[from:min(from+batch, len(paths))])
		if err != nil {
			return b, err
		}
		b.Cards = append(b.Cards, cards...)
	}
	return b, nil
}

// changed gives the paths of the cards that have changed since a token, and sets the
// next one. Servers say in different ways that a token has expired or that they know
// of none (RFC 6578, section 3.2, and 403, 409, 410, 501 …): then all are listed.
func (s *session) changed(ctx context.Context, b *Book, at *url.URL, token string) ([]string, error) {
	paths, err := s.sync(ctx, b, at, token)
	if token != "" && isRefusal(err) {
		b.Gone = 0
		paths, err = s.sync(ctx, b, at, "")
	}
	if isRefusal(err) {
		b.Gone, b.Token = 0, ""
		paths, err = s.all(ctx, at)
	}
	return paths, err
}

// isRefusal reports whether a server answered, but did not do what was asked.
func isRefusal(err error) bool {
	var status statusError
	return errors.As(err, &status) && !errors.Is(err, ErrAway) || errors.Is(err, errGarbage) || errors.Is(err, errTooLarge)
}

func (s *session) sync(ctx context.Context, b *Book, at *url.URL, token string) (paths []string, err error) {
	for range maxPages {
		ms, from, err := s.ask(ctx, "REPORT", at, "0", syncCollection(token))
		if err != nil {
			return nil, err
		}
		more := false
		for _, r := range ms.Responses {
			switch code := r.code(); {
			case code == http.StatusNotFound || code == http.StatusGone:
				b.Gone++
			case code == http.StatusInsufficientStorage: // RFC 6578, section 3.6
				more = true
			default:
				if paths, err = s.appendPath(paths, from, at, r.Href); err != nil {
					return nil, err
				}
			}
		}
		if b.Token = ms.Token; !more || ms.Token == "" || ms.Token == token || len(paths) > maxCards {
			return paths, nil
		}
		token = ms.Token
	}
	return paths, fmt.Errorf("it goes on for more than %d answers", maxPages)
}

// all lists the paths of all cards.
func (s *session) all(ctx context.Context, at *url.URL) (paths []string, err error) {
	ms, from, err := s.ask(ctx, "PROPFIND", at, "1", findCards)
	if err != nil {
		return nil, err
	}
	for _, r := range ms.Responses {
		if paths, err = s.appendPath(paths, from, at, r.Href); err != nil {
			return nil, err
		}
	}
	return paths, nil
}

// appendPath adds the path of a card, but not that of the address book itself.
func (s *session) appendPath(paths []string, from, book *url.URL, href string) ([]string, error) {
	u, err := s.resolve(from, href)
	if err != nil {
		return nil, err
	}
	if path := u.EscapedPath(); !strings.HasSuffix(path, "/") && path != strings.TrimSuffix(book.EscapedPath(), "/") {
		paths = append(paths, path)
	}
	return paths, nil
}

// fetch gets cards by their paths. Where an answer cannot be read as a whole, since
// one card is too large or holds what XML cannot hold, each half is asked for again,
// and in the end the card itself.
func (s *session) fetch(ctx context.Context, book *url.URL, paths []string) ([]Card, error) {
	ms, from, err := s.ask(ctx, "REPORT", book, "1", multiget(paths))
	if isRefusal(err) {
		if len(paths) == 1 {
			return s.fetchOne(ctx, book, paths[0])
		}
		half := len(paths) / 2
		first, err := s.fetch(ctx, book, paths[:half])
		if err != nil {
			return nil, err
		}
		second, err := s.fetch(ctx, book, paths[half:])
		return append(first, second...), err
	}
	if err != nil {
		return nil, err
	}
	var cards []Card
	for _, r := range ms.Responses {
		data := r.found().Data
		if code := r.code(); data == "" && (code == http.StatusNotFound || code == http.StatusGone || code == 0) {
			continue // it has gone since
		}
		u, err := s.resolve(from, r.Href)
		if err != nil {
			return nil, err
		}
		cards = append(cards, cardOf(u.EscapedPath(), data))
	}
	return cards, nil
}

// fetchOne gets a card as it is.
func (s *session) fetchOne(ctx context.Context, book *url.URL, path string) ([]Card, error) {
	u, err := s.resolve(book, path)
	if err != nil {
		return nil, err
	}
	data, _, err := s.request(ctx, http.MethodGet, u, "", "")
	switch {
	case err == nil:
		return []Card{cardOf(path, string(data))}, nil
	case isRefusal(err):
		if s.spoiled++; s.spoiled > maxSpoiled {
			return nil, fmt.Errorf("more than %d cards cannot be read: %w", maxSpoiled, err)
		}
		return []Card{unreadable(path, err)}, nil
	}
	return nil, err
}
