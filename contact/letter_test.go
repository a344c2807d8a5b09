package contact

import (
	"testing"
	"time"
)

// Ended tells when a letter ended, whatever happened to it before.
func TestLetterIn(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	earlier := now.Add(-time.Hour)
	for _, x := range []struct {
		from, to State
		ended    time.Time
		want     time.Time
		takeBack bool
	}{
		{Queued, Drafted, time.Time{}, time.Time{}, true},
		{Drafted, Superseded, time.Time{}, now, false},
		{Superseded, Superseded, earlier, earlier, false},
		{Superseded, Superseded, time.Time{}, now, false},
		{Dismissed, Sent, earlier, now, false},
		{Dismissed, Queued, earlier, time.Time{}, true},
		{Queued, Uncertain, time.Time{}, time.Time{}, true},
	} {
		l := Letter{State: x.from, Ended: x.ended, TakeBack: true, Attempt: Attempt{At: earlier, Mailbox: "Drafts", UIDNext: 4}}
		got := l.In(x.to, now)
		if got.State != x.to || !got.Ended.Equal(x.want) || got.TakeBack != x.takeBack || got.Attempt != (Attempt{}) {
			t.Errorf("%s to %s: %+v", x.from, x.to, got)
		}
	}
}

func TestLetterDueFrom(t *testing.T) {
	due := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	l := Letter{Due: due, Overdue: due.Add(time.Hour)}
	for _, x := range []struct {
		at           time.Time
		due, overdue time.Duration // after due
	}{{due.Add(2 * time.Hour), 2 * time.Hour, 3 * time.Hour}, {due, 0, time.Hour}, {due.Add(-1), 0, time.Hour}, {time.Time{}, 0, time.Hour}} {
		if got := l.DueFrom(x.at); !got.Due.Equal(due.Add(x.due)) || !got.Overdue.Equal(due.Add(x.overdue)) {
			t.Errorf("from %v: %+v", x.at, got)
		}
	}
	if got := (Letter{}).DueFrom(due); !got.Due.Equal(due) || !got.Overdue.IsZero() {
		t.Errorf("never overdue: %+v", got)
	}
}

func TestLetterIs(t *testing.T) {
	l := Letter{MessageID: "a@x", DraftID: "b@x"}
	for id, want := range map[string]bool{"a@x": true, "b@x": true, "c@x": false, "": false} {
		if l.Is(id) != want {
			t.Errorf("%q: %v", id, !want)
		}
	}
	if (Letter{}).Is("") {
		t.Error("a message without a Message-ID is a letter without one")
	}
}
