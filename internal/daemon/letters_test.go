package daemon

import (
	"testing"
	"time"

	"regards/contact"
	"regards/internal/mailsim"
	"regards/plan"
)

// What lies in an account that is no longer configured is uncertain, which is said
// once; when the account is back, so is the letter, as a draft.
func TestAccountRemoved(t *testing.T) {
	k := newScene(t, mailsim.Options{})
	for _, key := range []string{"drafted", "approved", "taken-back", "tried", "queued"} {
		k.put(contact.ByDraft, key)
	}
	snoozed := func(_ time.Time, l contact.Letter) (contact.Letter, error) {
		l.Snoozed = k.clock.AddDate(0, 0, 1)
		return l, nil
	}
	k.order("tried", snoozed)
	k.order("queued", snoozed)
	k.visits(0, 0)
	k.order("approved", plan.Approve)
	k.order("taken-back", func(_ time.Time, l contact.Letter) (contact.Letter, error) { l.TakeBack = true; return l, nil })
	k.order("tried", func(now time.Time, l contact.Letter) (contact.Letter, error) {
		l.Attempt = contact.Attempt{At: now, Mailbox: "Drafts", UIDValidity: 7, UIDNext: 3}
		return l, nil
	})
	home := k.settings.Accounts
	k.settings.Accounts = []Account{{Name: "work"}}
	for range 2 {
		if err := k.adopt(t.Context()); err != nil {
			t.Fatal(err)
		}
		const why = `the account "home", through which it went, is no longer configured`
		for key, state := range map[string]contact.State{"drafted": contact.Uncertain, "approved": contact.Uncertain, "tried": contact.Uncertain, "taken-back": contact.Superseded} {
			k.expect(key, state, why)
		}
		k.expect("queued", contact.Needs, "")
		k.clock = k.clock.Add(time.Minute)
	}
	k.settings.Accounts = home
	k.visits(2, 2*time.Hour)
	k.want("back", "drafted", contact.Edited, "Drafts", 0)
	k.want("approved before", "approved", contact.Edited, "Drafts", 0)
}
