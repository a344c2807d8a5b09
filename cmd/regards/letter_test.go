package main

import (
	"strings"
	"testing"
	"time"

	"regards/contact"
)

// What is told of a letter beside its reason.
func TestLetterWhy(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	s := &session{now: func() time.Time { return now }}
	resting := map[contact.State]string{contact.Approved: "it rests"}
	for want, l := range map[string]contact.Letter{
		"met": {State: contact.Drafted, Reason: "met", Snoozed: now},
		"met; nothing is heard of it until 2026-11-21 12:00": {State: contact.Drafted, Reason: "met", Snoozed: now.Add(24 * time.Hour)},
		"met; its draft is to be removed":                    {State: contact.Drafted, Reason: "met", TakeBack: true},
		"met; approved: it goes by the outbox":               {State: contact.Queued, Reason: "met", Approved: now},
		"met; it rests":                                      {State: contact.Approved, Reason: "met", Approved: now},
		"met, too; its draft is to be removed":               {State: contact.Approved, Reason: "met, too", TakeBack: true},
		"sent; answered after 2 hours":                       {State: contact.Sent, Reason: "sent", Sent: now, Answered: now.Add(2 * time.Hour)},
		"answered":                                           {State: contact.Sent, Answered: now},
	} {
		if got := why(s, l, resting[l.State]); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// What does not go by mail is shown as text to copy.
func TestPrintLetter(t *testing.T) {
	s := &session{now: time.Now}
	for id, copied := range map[string]bool{"": true, "a@x": false} {
		var out strings.Builder
		printLetter(&out, s, contact.Letter{Key: "k", MessageID: id, Raw: []byte("Hello\n")}, nil, "")
		if strings.Contains(out.String(), "\nto copy:\n\nHello\n") != copied {
			t.Errorf("%q: %s", id, out.String())
		}
	}
}
