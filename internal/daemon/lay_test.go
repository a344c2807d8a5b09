package daemon

import (
	"testing"

	"regards/contact"
	"regards/mailer"
	"regards/plan"
)

var (
	inDrafts = contact.Place{Mailbox: "Drafts", UIDValidity: 7, UID: 3}
	inOutbox = contact.Place{Mailbox: "INBOX." + outboxName, UIDValidity: 8, UID: 1}
)

// What becomes of a letter once it is known what became of its APPEND: it is laid
// again only if it certainly did not arrive.
func TestSettled(t *testing.T) {
	attempt := contact.Attempt{At: noon, Mailbox: "Drafts", UIDValidity: 7, UIDNext: 3}
	for name, x := range map[string]struct {
		change func(*contact.Letter)
		found  mailer.Found
		want   contact.State
		back   bool
	}{
		"it lies there":                {nil, mailer.Found{State: contact.Drafted, Place: inDrafts}, contact.Drafted, false},
		"in the outbox":                {nil, mailer.Found{State: contact.Approved, Place: inOutbox}, contact.Approved, false},
		"it never came":                {nil, mailer.Found{State: contact.Queued}, contact.Queued, false},
		"sent since":                   {nil, mailer.Found{State: contact.Sent}, contact.Sent, false},
		"thrown away since":            {nil, mailer.Found{State: contact.Dismissed}, contact.Dismissed, false},
		"nobody knows":                 {nil, mailer.Found{State: contact.Uncertain}, contact.Uncertain, false},
		"needless, and never came":     {func(l *contact.Letter) { l.TakeBack = true }, mailer.Found{State: contact.Queued}, contact.Superseded, false},
		"needless, and lies there":     {func(l *contact.Letter) { l.TakeBack = true }, mailer.Found{State: contact.Drafted, Place: inDrafts}, contact.Drafted, true},
		"dismissed meanwhile":          {func(l *contact.Letter) { l.State, l.TakeBack = contact.Dismissed, true }, mailer.Found{State: contact.Drafted, Place: inDrafts}, contact.Dismissed, true},
		"something else has happened":  {func(l *contact.Letter) { l.Attempt.UIDNext = 9 }, mailer.Found{State: contact.Sent}, contact.Queued, false},
		"needless, lies in the outbox": {func(l *contact.Letter) { l.TakeBack = true }, mailer.Found{State: contact.Approved, Place: inOutbox}, contact.Approved, true},
	} {
		l := contact.Letter{State: contact.Queued, Attempt: attempt, Delivery: contact.ByOutbox}
		if x.change != nil {
			x.change(&l)
		}
		got := settled(l, attempt, x.found, noon)
		if got.State != x.want || got.TakeBack != x.back || got.State == contact.Approved && !got.Approved.Equal(noon) {
			t.Errorf("%s: %+v", name, got)
		}
		if l.Attempt == attempt && !got.Attempt.At.IsZero() {
			t.Errorf("%s: it is settled again", name)
		}
	}
}

// What becomes of a letter whose draft was to be removed.
func TestTakenBack(t *testing.T) {
	for found, x := range map[contact.State]struct {
		want, ended contact.State // of one that is open, and of one that the owner dismissed
		place       contact.Place
	}{
		contact.Superseded: {contact.Superseded, contact.Dismissed, contact.Place{}},
		contact.Sent:       {contact.Sent, contact.Sent, contact.Place{}},
		contact.Drafted:    {contact.Superseded, contact.Dismissed, inDrafts}, // it lies where it lay
		contact.Uncertain:  {contact.Uncertain, contact.Dismissed, contact.Place{}},
		contact.Dismissed:  {contact.Drafted, contact.Dismissed, inDrafts}, // the next look tells
	} {
		for state, want := range map[contact.State]contact.State{contact.Drafted: x.want, contact.Dismissed: x.ended} {
			got := takenBack(contact.Letter{State: state, TakeBack: true, Place: inDrafts}, found, noon)
			if got.State != want || got.TakeBack || got.Place != x.place || got.State.Ended() && state == contact.Drafted && !got.Ended.Equal(noon) {
				t.Errorf("%s, found %s: %+v", state, found, got)
			}
		}
	}
}

// A letter that the owner has been at while it was to be taken back stays.
func TestLeftAlone(t *testing.T) {
	old := contact.Letter{State: contact.Drafted, TakeBack: true, Delivery: contact.ByDraft}
	for state, stays := range map[contact.State]bool{contact.Edited: true, contact.Moved: true, contact.Approved: true, contact.Drafted: false, contact.Sent: false} {
		l := old
		l.State = state
		if got := leftAlone(old, l); got.TakeBack == stays {
			t.Errorf("%s: %+v", state, got)
		}
	}
	itself := contact.Letter{State: contact.Approved, TakeBack: true, Delivery: contact.ByOutbox}
	if !leftAlone(itself, itself).TakeBack {
		t.Error("one that its practice laid into the outbox stays")
	}
}

// Which letters go into the outbox, and which have to be brought there: some
// servers put a prefix before its name.
func TestToOutbox(t *testing.T) {
	s := newSite(t, embedded(t))
	s.settings.Policy.Practices[plan.ThankYou] = plan.Practice{Enabled: true, Delivery: contact.ByOutbox}
	v := &visit{d: s.Daemon, account: s.settings.Accounts[0]}
	for name, x := range map[string]struct {
		l               contact.Letter
		laid, brought   bool
		unmovable, none bool
	}{
		"a draft":                    {l: contact.Letter{State: contact.Queued, Delivery: contact.ByDraft}},
		"by its practice":            {l: contact.Letter{Practice: plan.ThankYou, State: contact.Queued, Delivery: contact.ByOutbox}, laid: true},
		"by its practice once":       {l: contact.Letter{Practice: plan.Promise, State: contact.Queued, Delivery: contact.ByOutbox}},
		"without a rest":             {l: contact.Letter{Practice: plan.ThankYou, State: contact.Queued, Delivery: contact.BySend}, laid: true},
		"approved before it is laid": {l: contact.Letter{State: contact.Queued, Delivery: contact.ByDraft, Approved: noon}, laid: true},
		"no server to send by":       {l: contact.Letter{State: contact.Queued, Delivery: contact.ByOutbox, Approved: noon}, none: true},
		"approved where it lies":     {l: contact.Letter{State: contact.Approved, Delivery: contact.ByDraft, Approved: noon, Place: inDrafts}, laid: true, brought: true},
		"it lies there already":      {l: contact.Letter{State: contact.Approved, Delivery: contact.ByDraft, Approved: noon, Place: inOutbox}, laid: true},
		"it is being sent":           {l: contact.Letter{State: contact.Approved, Approved: noon, Sending: noon, Place: inDrafts}, laid: true},
		"at Gmail":                   {l: contact.Letter{State: contact.Approved, Approved: noon, Place: inDrafts}, laid: true, unmovable: true},
	} {
		v.account.SMTP = s.settings.Accounts[0].SMTP
		if x.none {
			v.account.SMTP = nil
		}
		s.memory("home").unmovable = x.unmovable
		if laid, brought := v.viaOutbox(x.l), v.toMove(x.l); laid != x.laid || brought != x.brought {
			t.Errorf("%s: laid there %t, brought there %t", name, laid, brought)
		}
	}
}
