package oauth

import (
	"context"
	"fmt"
	"time"
)

// Keep is where the refresh token of one account lies, outside the database:
// in a keyring or a file that only the owner can read.
type Keep interface {
	// Lock keeps other processes, and other Sources of this one, from renewing
	// until unlock is called.
	Lock(context.Context) (unlock func(), err error)
	// Load gives the refresh token; "" when there is none yet.
	Load(context.Context) (string, error)
	// Save replaces it so that a crash leaves the old or the new one.
	Save(context.Context, string) error
}

// margin is how long a token that Token gives is good at least, if the server
// keeps its word: longer than a login takes.
const margin = 5 * time.Minute

// Source gives the access tokens of one account. It may be used by several
// goroutines, and by several processes with the same Keep: each renewal begins
// with what Keep has, so that a new login of the owner counts at once.
type Source struct {
	client Client
	keep   Keep
	now    func() time.Time

	turn   chan struct{} // holds an element while somebody uses what follows
	access string
	until  time.Time // of the wall clock: a computer may sleep meanwhile

	// A refresh token that could not be saved, and the one that it replaces.
	unsaved, replaced string
}

// NewSource makes a Source; it asks nobody yet.
func NewSource(c Client, keep Keep, now func() time.Time) *Source {
	return &Source{client: c, keep: keep, now: now, turn: make(chan struct{}, 1)}
}

// Token gives an access token that is good for some minutes more. Errors are
// ErrGrant, ErrAway, ErrRegistration, those of Keep and of the context.
func (s *Source) Token(ctx context.Context) (string, error) {
	return s.token(ctx, func() bool { return s.now().Add(margin).Before(s.until) })
}

// Renew gives another access token in place of one that a mail server refused
// before its time.
func (s *Source) Renew(ctx context.Context, refused string) (string, error) {
	return s.token(ctx, func() bool { return s.access != refused && s.now().Before(s.until) })
}

// token gives the access token that is there, if it is good, else a new one.
func (s *Source) token(ctx context.Context, good func() bool) (string, error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	defer func() { <-s.turn }()
	if s.access != "" && good() {
		return s.access, nil
	}
	unlock, err := s.keep.Lock(ctx)
	if err != nil {
		return "", fmt.Errorf("lock the refresh token: %w", err)
	}
	defer unlock()
	return s.renew(ctx)
}

// renew gets an access token. A refresh token that comes with it takes the place
// of the old one, which may be good no more (RFC 6749 section 6): it is saved
// before anything else is done, also when the context ends just now.
func (s *Source) renew(ctx context.Context) (string, error) {
	kept, err := s.keep.Load(ctx)
	if err != nil {
		return "", fmt.Errorf("read the refresh token: %w", err)
	}
	with := kept
	if s.unsaved != "" && kept == s.replaced {
		with = s.unsaved
	}
	s.access = ""
	t, err := s.client.refresh(ctx, with)
	if err != nil {
		return "", err
	}
	if t.RefreshToken != kept {
		s.unsaved, s.replaced = t.RefreshToken, kept
		if err := s.keep.Save(context.WithoutCancel(ctx), t.RefreshToken); err != nil {
			return "", fmt.Errorf("keep the new refresh token: %w", err)
		}
	}
	s.unsaved, s.replaced = "", ""
	s.access, s.until = t.AccessToken, s.now().Round(0).Add(life(t))
	return s.access, nil
}
