package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"regards/contact"
	"regards/internal/mailsim"
)

// demoPatience bounds each wait; all of them together take a second or two.
const demoPatience = 30 * time.Second

// until waits for something to become true in the store.
func (d *demo) until(ctx context.Context, what string, holds func(context.Context, *session) (bool, error)) error {
	deadline := time.NewTimer(demoPatience)
	defer deadline.Stop()
	a := &app{configPath: d.config, err: d.err, logLevel: "warn", logFormat: "text"}
	return a.with(ctx, func(s *session) error {
		for {
			if ok, err := holds(ctx, s); ok || err != nil {
				return err
			}
			select {
			case <-time.After(20 * time.Millisecond):
			case <-deadline.C:
				return fmt.Errorf("waited %v for %s", demoPatience, what)
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
}

// draft gives the newest message to an address in Drafts.
func (d *demo) draft(to string) (draft mailsim.Message, err error) {
	drafts, err := d.server.Messages("Drafts")
	for _, m := range drafts {
		if bytes.Contains(m.Raw, []byte("<"+to+">")) {
			draft = m
		}
	}
	if err == nil && draft.UID == 0 {
		err = fmt.Errorf("no draft to %s lies there", to)
	}
	return draft, err
}

func (d *demo) connected(ctx context.Context, s *session) (bool, error) {
	states, err := s.store.AccountStates(ctx)
	return states["personal"].Connected, err
}

func (d *demo) hasTouch(who, subject string) func(context.Context, *session) (bool, error) {
	return func(ctx context.Context, s *session) (bool, error) {
		all, err := s.contacts(ctx)
		if err != nil {
			return false, err
		}
		p, err := all.find(who)
		if err != nil {
			return false, err
		}
		touches, err := s.store.Touches(ctx, p.ID)
		return len(touches) > 0 && strings.HasPrefix(touches[0].Subject, subject), err
	}
}

func (d *demo) leftOut(reason string) func(context.Context, *session) (bool, error) {
	return func(ctx context.Context, s *session) (bool, error) {
		boxes, err := s.store.Mailboxes(ctx)
		for _, m := range boxes {
			if m.LeftOut[reason] > 0 {
				return true, err
			}
		}
		return false, err
	}
}

// drafted reports whether a letter lies in Drafts for Maria and for Aisha.
func (d *demo) drafted(ctx context.Context, s *session) (bool, error) {
	letters, err := s.store.Letters(ctx)
	laid := 0
	for _, l := range letters {
		if l.State == contact.Drafted {
			laid++
		}
	}
	return laid == 2, err
}
