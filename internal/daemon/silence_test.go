package daemon

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"regards/contact"
	"regards/imapwatch"
	"regards/internal/mailsim"
	"regards/plan"
)

// silent makes a service to which Tom has been silent for long, who is to be
// greeted, and Maria has just been met, who is to be thanked.
func silent(t *testing.T, d *Daemon, maria contact.Contact) {
	t.Helper()
	ctx := t.Context()
	d.settings.Policy.Cadences = []plan.Cadence{{Group: "mentor", Every: contact.Duration{Days: 30}}}
	d.settings.Policy.Practices[plan.KeepInTouch] = plan.Practice{Enabled: true}
	addr, _, err := plan.NewAddress("tom@uni.example")
	if err != nil {
		t.Fatal(err)
	}
	tom, err := d.store.AddContact(ctx, contact.Contact{Name: "Tom Lee", Addresses: []contact.Address{addr}, Groups: []string{"mentor"},
		Medium: contact.Email, Status: contact.Active, Added: noon.AddDate(-1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	for days, direction := range map[int]contact.Direction{60: contact.Out, 59: contact.In} {
		touch := contact.Touch{ContactID: tom.ID, At: noon.AddDate(0, 0, -days), Direction: direction, Medium: contact.Call}
		if _, err := d.store.AddTouch(ctx, touch); err != nil {
			t.Fatal(err)
		}
	}
	o := contact.Occasion{Kind: contact.Met, At: noon, Logged: noon, Participants: []contact.Participant{{ContactID: maria.ID, Useful: "the walk"}}}
	if _, err := d.store.AddOccasion(ctx, o, nil, noon); err != nil {
		t.Fatal(err)
	}
}

// While an account has been given up, or its INBOX, silence is not known: what the
// owner asked for is written, and no hello is.
func TestNoHelloWithoutMail(t *testing.T) {
	const thanks, both = "thank-you ", "keep-in-touch thank-you "
	for name, x := range map[string]struct {
		work func(r *readiness)
		want string
	}{
		"all is known":      {func(r *readiness) { r.synced["INBOX"] = noon }, both},
		"never reached":     {func(r *readiness) { r.watched, r.failed = nil, noon.Add(-giveUpAfter) }, thanks},
		"lost":              {func(r *readiness) { r.failed = noon.Add(-giveUpAfter) }, thanks},
		"INBOX is broken":   {func(r *readiness) { r.broken["INBOX"] = trouble{noon.Add(-giveUpAfter), true} }, thanks},
		"another is broken": {func(r *readiness) { r.broken["INBOX"] = trouble{noon.Add(-giveUpAfter), false} }, both},
	} {
		d := newDaemon(t, Account{Name: "home", Address: "ana@example.org", Letters: true}, Account{Name: "work"})
		silent(t, d, maria(t, d))
		d.watching = []*imapwatch.Watcher{}
		home, work := &sink{d: d, account: d.settings.Accounts[0]}, &sink{d: d, account: d.settings.Accounts[1]}
		for _, s := range []*sink{home, work} {
			s.readiness().watched = []string{"INBOX"}
		}
		home.readiness().synced["INBOX"] = noon
		x.work(work.readiness())
		if err := d.planAgain(t.Context()); err != nil {
			t.Fatal(err)
		}
		letters, err := d.store.Letters(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := practicesOf(letters); got != x.want {
			t.Errorf("%s: got %q, want %q", name, got, x.want)
		}
	}
}

// practicesOf gives the practices of letters, in alphabetical order.
func practicesOf(letters []contact.Letter) (names string) {
	slices.SortFunc(letters, func(a, b contact.Letter) int { return strings.Compare(a.Practice, b.Practice) })
	for _, l := range letters {
		names += l.Practice + " "
	}
	return names
}

// Whoever waited for a greeting to be read waits for mail that is unread then.
func TestGreetWaitsForMail(t *testing.T) {
	for name, running := range map[string]bool{"in one pass": false, "as a service": true} {
		k := newScene(t, mailsim.Options{})
		silent(t, k.Daemon, k.maria)
		if running {
			k.watching = []*imapwatch.Watcher{}
		}
		s := &sink{d: k.Daemon, account: k.settings.Accounts[0]}
		s.readiness().watched = []string{"INBOX", "Sent"} // and nothing has been read since
		k.greetings.wanted["home"] = []greetingWant{{key: "x", contact: k.maria}}
		if err := k.visit().greet(t.Context()); err != nil {
			t.Fatal(err)
		}
		letters, err := k.store.Letters(t.Context())
		if err != nil || len(letters) > 0 {
			t.Errorf("%s: planned %q, %v", name, practicesOf(letters), err)
		}
	}
}

// A hello that goes by itself rests while mail may be unread.
func TestHelloRestsWithoutMail(t *testing.T) {
	k := newScene(t, mailsim.Options{})
	k.put(contact.ByDraft, "other")
	l := k.letter("other")
	l.Key, l.Practice, l.MessageID, l.Delivery = "hello", plan.KeepInTouch, "hello@example.org", contact.ByOutbox
	l.Raw = bytes.ReplaceAll(l.Raw, []byte("other@"), []byte("hello@"))
	k.delivers(plan.KeepInTouch, contact.ByOutbox)
	book, err := k.store.BookVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.store.PutLetters(t.Context(), book, []contact.Letter{l}); err != nil {
		t.Fatal(err)
	}
	k.visits(2, 2*time.Hour)
	k.want("unread", "hello", contact.Approved, testOutbox, 0)
	s := &sink{d: k.Daemon, account: k.settings.Accounts[0]}
	s.readiness().watched = []string{"INBOX"}
	s.readiness().synced["INBOX"] = k.clock
	k.visits(0, 0)
	k.want("read", "hello", contact.Sent, "", 1)
}
