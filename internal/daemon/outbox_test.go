package daemon

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"regards/contact"
	"regards/internal/mailsim"
	"regards/plan"
	"regards/store"
)

// delivers has a practice deliver so from now on.
func (k *scene) delivers(practice string, d contact.Delivery) {
	k.settings.Policy.Practices[practice] = plan.Practice{Enabled: true, Within: contact.Duration{Days: 1}, Delivery: d}
}

// visits the account now, then so often at intervals.
func (k *scene) visits(times int, every time.Duration) {
	k.t.Helper()
	for i := range times + 1 {
		if i > 0 {
			k.clock = k.clock.Add(every)
		}
		if err := k.deliverAll(k.t.Context()); err != nil {
			k.t.Fatal(err)
		}
	}
}

// order carries out one of the owner's orders for a letter.
func (k *scene) order(key string, order func(time.Time, contact.Letter) (contact.Letter, error)) {
	k.t.Helper()
	_, err := k.store.UpdateLetters(k.t.Context(), []string{key}, func(l contact.Letter) (contact.Letter, error) { return order(k.clock, l) })
	if err != nil {
		k.t.Fatal(err)
	}
}

// want compares how a letter stands, where it lies, and how many were sent.
func (k *scene) want(what, key string, state contact.State, box string, sent int) contact.Letter {
	k.t.Helper()
	l, err := k.store.Letter(k.t.Context(), key)
	if err != nil {
		k.t.Fatal(err)
	}
	there := box == ""
	if box != "" {
		messages, err := k.server.Messages(box)
		if err != nil {
			k.t.Fatal(err)
		}
		for _, m := range messages {
			there = there || m.UID == l.Place.UID
		}
	}
	if got := len(k.server.Sent()); l.State != state || l.Place.Mailbox != box || !there || got != sent {
		k.t.Errorf("%s: %s is %s (%s) in %q (there: %t), %d sent; want %s in %q, %d sent", what, key, l.State, l.Reason, l.Place.Mailbox, there, got, state, box, sent)
	}
	return l
}

func opened(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// An approval that is taken back brings the letter back to Drafts, wherever the
// service has moved it meanwhile.
func TestUndoneApproval(t *testing.T) {
	k := newScene(t, mailsim.Options{})
	path := filepath.Join(t.TempDir(), "regards.db")
	service, owner := opened(t, path), opened(t, path)
	k.store = service
	k.maria = maria(t, k.Daemon)
	k.put(contact.ByDraft, "a")
	k.visits(0, 0)
	owner.Command("letter approve a", k.clock)
	if _, err := owner.UpdateLetters(t.Context(), []string{"a"}, func(l contact.Letter) (contact.Letter, error) { return plan.Approve(k.clock, l) }); err != nil {
		t.Fatal(err)
	}
	k.visits(1, time.Minute)
	k.want("approved", "a", contact.Approved, testOutbox, 0)
	if _, err := owner.Undo(t.Context(), k.clock); err != nil {
		t.Fatal(err)
	}
	k.visits(3, 3*time.Hour)
	k.want("undone", "a", contact.Drafted, "Drafts", 0)
	k.order("a", plan.Approve)
	k.visits(2, time.Hour)
	k.want("approved anew", "a", contact.Sent, "", 1)
}

// A letter that was dismissed in the outbox and brought back is a draft.
func TestRestoredFromTheOutbox(t *testing.T) {
	k := newScene(t, mailsim.Options{})
	k.delivers(plan.ThankYou, contact.ByOutbox)
	k.put(contact.ByOutbox, "a")
	k.visits(0, 0)
	k.want("laid", "a", contact.Approved, testOutbox, 0)
	k.order("a", plan.Dismiss)
	k.order("a", plan.Restore)
	k.visits(3, 3*time.Hour)
	k.want("restored", "a", contact.Drafted, "Drafts", 0)
}

// A practice that drafts again has back in Drafts what nobody approved, also what
// was yet to be laid; what the owner approved goes.
func TestDeliveryTakenBack(t *testing.T) {
	k := newScene(t, mailsim.Options{})
	k.delivers(plan.ThankYou, contact.ByOutbox)
	for _, key := range []string{"a", "b", "c"} {
		k.put(contact.ByOutbox, key)
	}
	k.order("c", plan.Approve)
	k.visits(0, 0)
	k.want("laid", "a", contact.Approved, testOutbox, 0)
	k.put(contact.ByOutbox, "d", "e")
	k.order("b", plan.Dismiss)
	k.order("b", plan.Restore)
	k.order("b", plan.Approve)
	k.order("e", plan.Approve)
	k.delivers(plan.ThankYou, contact.ByDraft)
	k.visits(3, 3*time.Hour)
	k.want("by itself", "a", contact.Drafted, "Drafts", 3)
	k.want("approved", "b", contact.Sent, "", 3)
	k.want("approved before it was laid", "c", contact.Sent, "", 3)
	k.want("not laid yet", "d", contact.Drafted, "Drafts", 3)
	k.want("approved, not laid yet", "e", contact.Sent, "", 3)
}

// Without a server to send by, what was approved is the owner's to send, and says
// so; also when the owner moves a draft into an outbox that is left over.
func TestNothingToSendBy(t *testing.T) {
	k := newScene(t, mailsim.Options{})
	k.delivers(plan.ThankYou, contact.ByOutbox)
	for _, key := range []string{"a", "b", "c"} {
		k.put(contact.ByOutbox, key)
	}
	k.order("b", plan.Approve)
	k.settings.Policy.Hold = contact.Duration{Rest: 9 * time.Hour}
	k.visits(0, 0)
	k.settings.Accounts[0].SMTP = nil
	k.put(contact.ByDraft, "d")
	k.visits(2, 3*time.Hour)
	const why = `it is not sent: the account "home" has no server to send by; send it from your mail program`
	for key, state := range map[string]contact.State{"a": contact.Drafted, "b": contact.Edited} {
		if l := k.want("no server", key, state, "Drafts", 0); l.Reason != why {
			t.Errorf("%s: %s", key, l.Reason)
		}
	}
	d := k.want("a draft", "d", contact.Drafted, "Drafts", 0)
	if _, err := k.server.Move("Drafts", d.Place.UID, testOutbox); err != nil {
		t.Fatal(err)
	}
	k.visits(2, 3*time.Minute)
	if d = k.want("moved", "d", contact.Edited, "Drafts", 0); d.Reason != why {
		t.Error(d.Reason)
	}
}

// A letter that was approved while nobody knew whether it had been laid goes.
func TestApprovedInDoubt(t *testing.T) {
	k := newScene(t, mailsim.Options{})
	k.put(contact.ByDraft, "a")
	k.visits(0, 0)
	k.order("a", func(now time.Time, l contact.Letter) (contact.Letter, error) { // as if the answer had been lost
		at := contact.Attempt{At: now, Mailbox: "Drafts", UIDValidity: l.Place.UIDValidity, UIDNext: l.Place.UID}
		l = l.In(contact.Queued, now)
		l.Attempt, l.Place = at, contact.Place{}
		return l, nil
	})
	k.order("a", plan.Approve)
	k.visits(3, time.Hour)
	k.want("approved", "a", contact.Sent, "", 1)
}

// What a practice laid into the outbox is taken back when its cause goes: the
// occasion is removed, or the command that told of it is undone.
func TestCauseGone(t *testing.T) {
	for name, remove := range map[string]func(ctx context.Context, owner *store.Store, id string, now time.Time) error{
		"removed": func(ctx context.Context, owner *store.Store, id string, now time.Time) error {
			return owner.RemoveOccasion(ctx, id, now)
		},
		"undone": func(ctx context.Context, owner *store.Store, _ string, now time.Time) error {
			_, err := owner.Undo(ctx, now)
			return err
		},
	} {
		k := newScene(t, mailsim.Options{})
		path := filepath.Join(t.TempDir(), "regards.db")
		service, owner := opened(t, path), opened(t, path)
		k.store = service
		k.maria = maria(t, k.Daemon)
		k.delivers(plan.ThankYou, contact.ByOutbox)
		owner.Command("met maria", k.clock)
		o := contact.Occasion{Kind: contact.Met, At: noon, Logged: noon, Participants: []contact.Participant{{ContactID: k.maria.ID, Useful: "the walk"}}}
		o, err := owner.AddOccasion(t.Context(), o, nil, noon)
		if err != nil {
			t.Fatal(err)
		}
		if err := k.planLetters(t.Context()); err != nil {
			t.Fatal(err)
		}
		k.visits(0, 0)
		letters, err := k.store.Letters(t.Context())
		if err != nil || len(letters) != 1 {
			t.Fatal(letters, err)
		}
		k.want(name+": laid", letters[0].Key, contact.Approved, testOutbox, 0)
		if err := remove(t.Context(), owner, o.ID, k.clock); err != nil {
			t.Fatal(err)
		}
		k.visits(2, 3*time.Hour)
		k.want(name, letters[0].Key, contact.Superseded, "", 0)
	}
}
