package mailer

import (
	"testing"
	"time"

	"regards/contact"
	"regards/internal/mailsim"
)

// What was laid just now has the time of the server, which for all of these is that
// of this machine; what was moved into INBOX keeps its own.
func TestReceived(t *testing.T) {
	forEachKind(t, func(t *testing.T, w world) {
		ctx := within(t)
		if at, err := w.Newest(ctx); err != nil || !at.IsZero() {
			t.Errorf("INBOX is empty: %v, %v", at, err)
		}
		before := time.Now().Truncate(time.Second)
		attempt, err := w.look(ctx)
		must(t, err)
		place, err := w.put(ctx, message(letterID), letterID, attempt)
		must(t, err)
		at, err := w.Received(ctx, place)
		if err != nil || at.Before(before) || at.After(time.Now()) {
			t.Errorf("laid at %v, received at %v, %v", before, at, err)
		}
		for _, other := range []contact.Place{
			{Mailbox: place.Mailbox, UIDValidity: place.UIDValidity + 1, UID: place.UID},
			{Mailbox: place.Mailbox, UIDValidity: place.UIDValidity, UID: place.UID + 7},
			{Mailbox: "Nowhere", UIDValidity: 1, UID: 1},
		} {
			if at, err := w.Received(ctx, other); err != nil || !at.IsZero() {
				t.Errorf("%+v: %v, %v", other, at, err)
			}
		}
		for _, day := range []int{2, 9, 5} {
			want := time.Date(2021, 3, day, 8, 0, 0, 0, time.UTC)
			if _, err := w.Server.Append("INBOX", mailsim.Message{Time: want, Raw: []byte("Subject: x\r\n\r\nx\r\n")}); err != nil {
				t.Fatal(err)
			}
			if at, err := w.Newest(ctx); err != nil || !at.Equal(want) {
				t.Errorf("the newest is of %v, not of %v: %v", at, want, err)
			}
		}
	})
}
