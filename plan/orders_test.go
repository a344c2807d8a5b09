package plan

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regards/contact"
)

// ordered is when these orders are given.
var ordered = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

var orders = map[string]func(contact.Letter) (contact.Letter, error){
	"approve": func(l contact.Letter) (contact.Letter, error) { return Approve(ordered, l) },
	"snooze":  func(l contact.Letter) (contact.Letter, error) { return Snooze(ordered, l, ordered.Add(48*time.Hour)) },
	"dismiss": func(l contact.Letter) (contact.Letter, error) { return Dismiss(ordered, l) },
	"restore": func(l contact.Letter) (contact.Letter, error) { return Restore(ordered, l) },
	"retry":   func(l contact.Letter) (contact.Letter, error) { return Retry(ordered, l) },
}

// standing is a letter as it stands in a state when nothing is out of the way.
func standing(state contact.State) contact.Letter {
	l := contact.Letter{Key: "thank-you/a/b", State: state, Reason: "why", Due: ordered.Add(-time.Hour), Overdue: ordered.Add(23 * time.Hour),
		MessageID: "a@x", Raw: []byte("raw"), Delivery: contact.ByDraft}
	drafts, outbox := contact.Place{Mailbox: "Drafts", UIDValidity: 7, UID: 3}, contact.Place{Mailbox: "Regards Outbox", UIDValidity: 8, UID: 1}
	switch state {
	case contact.Needs:
		l.Raw, l.MessageID = nil, ""
	case contact.Drafted, contact.Edited, contact.Moved:
		l.Place = drafts
	case contact.Approved:
		l.Place, l.Approved = outbox, ordered.Add(-time.Hour)
	case contact.Sent:
		l.Sent = ordered.Add(-time.Hour)
	}
	if state.Ended() {
		l.Ended = ordered.Add(-time.Hour)
	}
	return l
}

func TestOrders(t *testing.T) {
	for name, want := range map[string]string{ // in the order of the states
		"approve": "it cannot be sent yet: why|queued|approved|approved|approved|it is approved already|it was sent on 21 November 2026|" +
			"regards letter restore|regards letter restore|regards letter retry|regards letter retry",
		"snooze": "needs|queued|drafted|edited|moved|approved|it was sent on|regards letter restore|regards letter restore|regards letter retry|uncertain",
		"dismiss": "dismissed|dismissed|dismissed back|dismissed|dismissed|dismissed|it was sent on|" +
			"regards letter restore|regards letter restore|regards letter retry|dismissed",
		"restore": "it is not over|it is not over|it is not over|it is not over|it is not over|it is not over|it was sent on|" +
			"queued|queued|regards letter retry|regards letter retry",
		"retry": "it has not failed|it has not failed|it has not failed|it has not failed|it has not failed|it has not failed|it was sent on|" +
			"regards letter restore|regards letter restore|queued|queued",
	} {
		for i, want := range strings.Split(want, "|") {
			l, err := orders[name](standing(allStates[i]))
			got := string(l.State)
			if l.TakeBack {
				got += " back"
			}
			if err != nil && !strings.Contains(err.Error(), want) || err == nil && got != want {
				t.Errorf("%s %s: got %s, %v; want %s", name, allStates[i], got, err, want)
			}
		}
	}
}

func TestOrdersInDetail(t *testing.T) {
	with := func(state contact.State, change func(*contact.Letter)) contact.Letter {
		l := standing(state)
		change(&l)
		return l
	}
	zero := time.Time{}
	attempt := contact.Attempt{At: ordered, Mailbox: "Drafts", UIDValidity: 7, UIDNext: 42}
	for what, x := range map[string]struct {
		order string
		l     contact.Letter
		want  any // what is wrong with it, or a letter
	}{
		"put off, then approved": {"approve", with(contact.Queued, func(l *contact.Letter) { l.Snoozed = ordered.Add(time.Hour) }),
			with(contact.Queued, func(l *contact.Letter) { l.Approved = ordered })},
		"it would go by itself": {"approve", with(contact.Queued, func(l *contact.Letter) { l.Delivery = contact.ByOutbox }),
			with(contact.Queued, func(l *contact.Letter) { l.Approved = ordered })},
		"laid without SMTP": {"approve", with(contact.Drafted, func(l *contact.Letter) { l.Delivery = contact.BySend }),
			with(contact.Drafted, func(l *contact.Letter) { l.State, l.Approved = contact.Approved, ordered })},
		"in the outbox by itself": {"dismiss", with(contact.Approved, func(l *contact.Letter) { l.Delivery = contact.ByOutbox }),
			with(contact.Approved, func(l *contact.Letter) {
				l.State, l.Delivery, l.TakeBack, l.Ended, l.Reason = contact.Dismissed, contact.ByOutbox, true, ordered, "you dismissed it"
			})},
		"twice":         {"approve", with(contact.Queued, func(l *contact.Letter) { l.Approved = ordered }), "it is approved already"},
		"a draft":       {"approve", standing(contact.Edited), with(contact.Edited, func(l *contact.Letter) { l.State, l.Approved = contact.Approved, ordered })},
		"without hold":  {"approve", with(contact.Queued, func(l *contact.Letter) { l.Delivery = contact.BySend }), with(contact.Queued, func(l *contact.Letter) { l.Approved = ordered })},
		"on its way":    {"dismiss", with(contact.Approved, func(l *contact.Letter) { l.Sending = ordered }), "it is being sent right now"},
		"on its way, 2": {"snooze", with(contact.Approved, func(l *contact.Letter) { l.Sending = ordered }), "it cannot be put off: it is being sent"},
		"taken back":    {"approve", with(contact.Drafted, func(l *contact.Letter) { l.TakeBack = true }), "to keep it: regards letter restore thank-you/a/b"},
		"put off": {"snooze", standing(contact.Drafted), with(contact.Drafted, func(l *contact.Letter) {
			l.Snoozed, l.Due, l.Overdue = ordered.Add(48*time.Hour), ordered.Add(48*time.Hour), ordered.Add(72*time.Hour)
		})},
		"due later anyway": {"snooze", with(contact.Needs, func(l *contact.Letter) { l.Due, l.Overdue = ordered.AddDate(0, 1, 0), zero }),
			with(contact.Needs, func(l *contact.Letter) {
				l.Snoozed, l.Due, l.Overdue = ordered.Add(48*time.Hour), ordered.AddDate(0, 1, 0), zero
			})},
		"while it is laid": {"dismiss", with(contact.Queued, func(l *contact.Letter) { l.Attempt = attempt }), with(contact.Queued, func(l *contact.Letter) {
			l.State, l.Ended, l.Reason, l.TakeBack, l.Attempt = contact.Dismissed, ordered, "you dismissed it", true, attempt
		})},
		"edited": {"dismiss", standing(contact.Edited), with(contact.Edited, func(l *contact.Letter) {
			l.State, l.Ended = contact.Dismissed, ordered
			l.Reason = "you dismissed it; the draft stays in Drafts, since you have been at it: delete it there"
		})},
		"its draft is still there": {"restore", with(contact.Drafted, func(l *contact.Letter) { l.State, l.Ended, l.TakeBack = contact.Dismissed, ordered, true }),
			with(contact.Drafted, func(l *contact.Letter) { l.Restored, l.Reason = ordered, "you brought it back" })},
		"while it is taken back": {"restore", with(contact.Drafted, func(l *contact.Letter) { l.TakeBack = true }),
			with(contact.Drafted, func(l *contact.Letter) { l.Restored, l.Reason = ordered, "you brought it back" })},
		"the owner's draft": {"restore", with(contact.Edited, func(l *contact.Letter) { l.State, l.Ended = contact.Dismissed, ordered }),
			with(contact.Edited, func(l *contact.Letter) { l.Restored, l.Reason = ordered, "you brought it back" })},
		"the owner threw it away": {"restore", with(contact.Edited, func(l *contact.Letter) { l.State, l.Missing, l.DraftID = contact.Dismissed, ordered, "b@x" }),
			with(contact.Queued, func(l *contact.Letter) { l.Restored, l.Reason = ordered, "you brought it back" })},
		"one that may be there": {"restore", with(contact.Queued, func(l *contact.Letter) { l.State, l.TakeBack, l.Attempt = contact.Dismissed, true, attempt }),
			with(contact.Queued, func(l *contact.Letter) { l.Attempt, l.Restored, l.Reason = attempt, ordered, "you brought it back" })},
		"without bytes": {"restore", with(contact.Superseded, func(l *contact.Letter) { l.Raw = nil }),
			with(contact.Needs, func(l *contact.Letter) { l.MessageID, l.Restored, l.Reason = "a@x", ordered, "you brought it back" })},
		"approved before": {"restore", with(contact.Dismissed, func(l *contact.Letter) { l.Approved, l.Delivery = ordered, contact.ByOutbox }),
			with(contact.Queued, func(l *contact.Letter) { l.Restored, l.Reason = ordered, "you brought it back" })},
		"perhaps sent": {"restore", with(contact.Dismissed, func(l *contact.Letter) { l.Sending = ordered }), "it may have been sent on 21 November 2026"},
		"refused by the SMTP server": {"retry", with(contact.Approved, func(l *contact.Letter) { l.State, l.Sending, l.Ended = contact.Failed, ordered, ordered }),
			with(contact.Approved, func(l *contact.Letter) { l.Reason = "you had it tried again" })},
		"refused when it went by itself": {"retry", with(contact.Approved, func(l *contact.Letter) {
			l.State, l.Delivery, l.Sending, l.Ended = contact.Failed, contact.BySend, ordered, ordered
		}), with(contact.Approved, func(l *contact.Letter) { l.Reason = "you had it tried again" })},
		"not to be found": {"retry", with(contact.Uncertain, func(l *contact.Letter) { l.Missing, l.DraftID, l.TakeBack = ordered, "b@x", true }),
			with(contact.Queued, func(l *contact.Letter) { l.Reason = "you had it tried again" })},
		"scrubbed": {"retry", with(contact.Uncertain, func(l *contact.Letter) { l.Raw = nil }),
			with(contact.Needs, func(l *contact.Letter) { l.MessageID, l.Reason = "a@x", "you had it tried again" })},
	} {
		got, err := orders[x.order](x.l)
		if want, wrong := x.want.(string); wrong {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v", what, err)
			}
		} else if err != nil || !reflect.DeepEqual(got, x.want) {
			t.Errorf("%s: got\n%+v, %v, want\n%+v", what, got, err, x.want)
		}
	}
	if _, err := Snooze(ordered, standing(contact.Drafted), ordered); err == nil || !strings.Contains(err.Error(), "is over already") {
		t.Errorf("a time that is over: %v", err)
	}
}

// Whatever the owner orders one after the other: Ended tells what has ended, a
// letter that was sent stays so, one that is being sent is left alone, and none
// is laid again while a message of it may exist (law 3).
func TestOrdersOnce(t *testing.T) {
	names := []string{"approve", "snooze", "dismiss", "restore", "retry"}
	rapid.Check(t, func(r *rapid.T) {
		l := standing(rapid.SampledFrom(allStates).Draw(r, "state"))
		if l.State == contact.Approved && rapid.Bool().Draw(r, "sending") {
			l.Sending = ordered
		}
		if l.State == contact.Queued && rapid.Bool().Draw(r, "tried") {
			l.Attempt.At = ordered
		}
		for range rapid.IntRange(1, 5).Draw(r, "orders") {
			name := rapid.SampledFrom(names).Draw(r, "order")
			was := l
			next, err := orders[name](was)
			if err != nil {
				continue
			}
			l = next
			lies := was.Place != contact.Place{} && was.Missing.IsZero() || !was.Attempt.At.IsZero()
			switch {
			case l.State.Ended() == l.Ended.IsZero():
				r.Fatalf("%s: %s, ended %v", name, l.State, l.Ended)
			case was.State == contact.Sent || !was.Sending.IsZero():
				r.Fatalf("%s changed a letter that was sent, or is being sent", name)
			case lies && l.State == contact.Queued && l.Attempt.At.IsZero():
				r.Fatalf("%s: what may lie there is laid again: %+v", name, l)
			case !lies && l.State == contact.Approved:
				r.Fatalf("%s: approved, and lies nowhere: %+v", name, l)
			}
		}
	})
}
