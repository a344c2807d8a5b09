package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"regards/classify"
	"regards/contact"
	"regards/imapwatch"
	"regards/plan"
	"regards/store"
	"regards/templates"
)

// The stories in cmd/regards run the service on real servers; here are the
// decisions that a story cannot hold still.

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// newDaemon makes a service on an empty store, at noon.
func newDaemon(t *testing.T, accounts ...Account) *Daemon {
	t.Helper()
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "regards.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return newDaemonOn(st, accounts...)
}

// newDaemonOn makes a service on a store.
func newDaemonOn(st *store.Store, accounts ...Account) *Daemon {
	settings := Settings{
		Pretended: true,
		Owner:     templates.Owner{Name: "Ana", Signature: "Ana"}, Addresses: []string{"ana@example.org"}, Languages: []string{"en"},
		Templates: []fs.FS{templates.Builtin()}, Accounts: accounts,
		Policy: plan.Policy{Location: time.UTC, Practices: map[string]plan.Practice{plan.ThankYou: {Enabled: true, Within: contact.Duration{Days: 1}}}},
	}
	return New(settings, st, func() time.Time { return noon }, slog.New(slog.DiscardHandler), nil)
}

func message(t *testing.T, text string) imapwatch.Message {
	t.Helper()
	h, err := classify.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return imapwatch.Message{UID: 1, Received: noon, Header: h}
}

func maria(t *testing.T, d *Daemon) contact.Contact {
	t.Helper()
	addr, _, err := plan.NewAddress("maria@uni.example")
	if err != nil {
		t.Fatal(err)
	}
	c, err := d.store.AddContact(t.Context(), contact.Contact{Name: "Maria Lopez", Addresses: []contact.Address{addr},
		Medium: contact.Email, Status: contact.Active, Added: noon})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A contact that a command adds while a batch is on its way is in the book
// when the batch is decided about.
func TestContactAddedMeanwhile(t *testing.T) {
	d := newDaemon(t, Account{Name: "home", Letters: true})
	if err := d.reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := maria(t, d) // the book of d does not know
	s := &sink{d: d, account: d.settings.Accounts[0]}
	go d.decisions(t.Context())
	err := s.Commit(t.Context(), []imapwatch.Batch{{Mailbox: "INBOX", Cursor: imapwatch.Cursor{UIDValidity: 1, Low: 1, High: 1},
		Messages: []imapwatch.Message{message(t, "From: maria@uni.example\nTo: ana@example.org\nMessage-ID: <a@b>\n")}}})
	if err != nil {
		t.Fatal(err)
	}
	touches, err := d.store.Touches(t.Context(), c.ID)
	if err != nil || len(touches) != 1 || touches[0].MessageID != "a@b" {
		t.Errorf("got %+v, %v", touches, err)
	}
}

// Letters wait until every mailbox has been read, for an account that cannot
// be reached only for a while, and not for a mailbox that is closed to us.
func TestReady(t *testing.T) {
	d := newDaemon(t, Account{Name: "home"}, Account{Name: "work"})
	if d.ready() {
		t.Error("ready before anything was read")
	}
	home, work := &sink{d: d, account: d.settings.Accounts[0]}, &sink{d: d, account: d.settings.Accounts[1]}
	home.readiness().watched = []string{"INBOX", "Sent", "Secret"}
	work.readiness().failed = noon.Add(-giveUpAfter)
	home.readiness().synced["INBOX"] = noon
	if err := home.unread(t.Context(), imapwatch.Batch{Mailbox: "Secret", Refused: "NO"}); err != nil {
		t.Fatal(err)
	}
	if d.ready() {
		t.Error("ready before Sent was read")
	}
	home.readiness().synced["Sent"] = noon
	if !d.ready() {
		t.Error("waits for an account that has long been away")
	}
	if work.readiness().failed = noon.Add(-time.Minute); d.ready() {
		t.Error("does not wait for an account that has just been lost")
	}
}

// Letters wait for a first scan as long as it goes on, though not for ever for one
// that does not.
func TestReadyWaitsForTheScan(t *testing.T) {
	d := newDaemon(t, Account{Name: "home", Letters: true})
	if err := d.reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	now := noon
	d.now = func() time.Time { return now }
	s := &sink{d: d, account: d.settings.Accounts[0]}
	s.readiness().watched, s.readiness().failed = []string{"INBOX"}, noon
	go d.decisions(t.Context())
	for step, x := range []struct {
		after time.Duration
		left  int
		want  bool
	}{{giveUpAfter - time.Second, 2, false}, {giveUpAfter - time.Second, 1, false}, {time.Second, 0, false}, {giveUpAfter, 0, true}} {
		now = now.Add(x.after)
		raw := fmt.Sprintf("From: maria@uni.example\nTo: ana@example.org\nMessage-ID: <%d@b>\n", step)
		err := s.Commit(t.Context(), []imapwatch.Batch{{Mailbox: "INBOX", Left: x.left, Cursor: imapwatch.Cursor{UIDValidity: 1, Low: uint32(9 - step), High: 9},
			Messages: []imapwatch.Message{message(t, raw)}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.ready(); got != x.want {
			t.Errorf("after %v: ready %v", now.Sub(noon), got)
		}
	}
}

// A mailbox that breaks is waited for, but not for ever; one pass plans without
// it unless it is INBOX or Sent.
func TestBrokenMailbox(t *testing.T) {
	for name, essential := range map[string]bool{"Archive": false, "INBOX": true, "Sent": true} {
		d := newDaemon(t, Account{Name: "home", Address: "ana@example.org", Letters: true})
		c := maria(t, d)
		o := contact.Occasion{Kind: contact.Met, At: noon, Logged: noon, Participants: []contact.Participant{{ContactID: c.ID, Useful: "the walk"}}}
		if _, err := d.store.AddOccasion(t.Context(), o, nil, noon); err != nil {
			t.Fatal(err)
		}
		s := &sink{d: d, account: d.settings.Accounts[0]}
		s.readiness().watched = []string{name}
		if err := s.unread(t.Context(), imapwatch.Batch{Mailbox: name, Sent: name == "Sent", Refused: "garbage", Broken: true}); err != nil {
			t.Fatal(err)
		}
		if d.ready() {
			t.Errorf("%s: does not wait", name)
		}
		if err := d.planWhatIsKnown(t.Context()); err != nil {
			t.Fatal(err)
		}
		if letters, err := d.store.Letters(t.Context()); err != nil || (len(letters) == 0) != essential {
			t.Errorf("%s: %d letters, %v", name, len(letters), err)
		}
		if boxes, err := d.store.Mailboxes(t.Context()); err != nil || len(boxes) != 1 || boxes[0].Problem != "garbage" {
			t.Errorf("%s: %+v, %v", name, boxes, err)
		}
		if s.readiness().broken[name] = (trouble{since: noon.Add(-giveUpAfter)}); !d.ready() {
			t.Errorf("%s: waits for ever", name)
		}
	}
}

// What was known before a long sleep is not enough to plan letters by.
func TestReadyGrowsOld(t *testing.T) {
	d := newDaemon(t, Account{Name: "home"})
	now := noon
	d.now = func() time.Time { return now }
	s := &sink{d: d, account: d.settings.Accounts[0]}
	s.readiness().watched, s.readiness().synced["INBOX"] = []string{"INBOX"}, noon
	if now = noon.Add(staleAfter - time.Second); !d.ready() {
		t.Error("not ready within the hour")
	}
	if now = noon.AddDate(0, 0, 10); d.ready() {
		t.Error("ready after ten days asleep")
	}
	if s.readiness().refused["INBOX"] = true; !d.ready() {
		t.Error("waits for a mailbox that the server does not open")
	}
}

// Letters wait for the history of new contacts, but not for ever.
func TestLookedUp(t *testing.T) {
	d := newDaemon(t, Account{Name: "home"})
	now := noon
	d.now = func() time.Time { return now }
	s := &sink{d: d, account: d.settings.Accounts[0]}
	s.readiness().watched = []string{"INBOX"}
	go d.decisions(t.Context())
	batch := imapwatch.Batch{Mailbox: "INBOX", Cursor: imapwatch.Cursor{UIDValidity: 7, Low: 1, High: 9}}
	commit := func(b imapwatch.Batch) {
		t.Helper()
		if err := s.Commit(t.Context(), []imapwatch.Batch{b}); err != nil {
			t.Fatal(err)
		}
	}
	want := func(what string, want bool) {
		t.Helper()
		if got, err := d.lookedUp(t.Context()); err != nil || got != want {
			t.Errorf("%s: %t, %v", what, got, err)
		}
	}
	commit(batch)
	want("nobody to look for", true)
	maria(t, d)
	want("Maria is to be looked for", false)
	now = noon.Add(giveUpAfter)
	want("after a while", true)
	wanted, err := s.Lookups(t.Context())
	l := wanted["INBOX"]
	if err != nil || l.Low != 1 || l.High != 9 || len(l.Addresses) != 1 {
		t.Fatalf("to look for: %+v, %v", wanted, err)
	}
	l.High = 0
	batch.Lookup = &l
	commit(batch)
	now = noon.Add(giveUpAfter + time.Second)
	want("found", true)
	if !d.lookingSince.IsZero() {
		t.Error("it is still being waited for")
	}
}

func TestAccountFor(t *testing.T) {
	d := newDaemon(t, Account{Name: "watched"}, Account{Name: "first", Letters: true}, Account{Name: "second", Letters: true})
	for last, want := range map[string]string{"": "first", "second": "second", "watched": "first", "gone": "first"} {
		if a, ok := d.writer().accountFor(contact.Touch{Account: last}); !ok || a.Name != want {
			t.Errorf("after mail through %q: %s, %t", last, a.Name, ok)
		}
	}
	if a, ok := newDaemon(t, Account{Name: "watched"}).writer().accountFor(contact.Touch{}); ok {
		t.Errorf("a letter would go through %s", a.Name)
	}
}

func TestRecipient(t *testing.T) {
	home, _, _ := plan.NewAddress("maria@home.example")
	uni, _, _ := plan.NewAddress("maria@uni.example")
	c := contact.Contact{Addresses: []contact.Address{home, uni}}
	for last, want := range map[string]string{
		"": home.Addr, "MARIA@uni.example": uni.Addr, "maria+x@home.example": home.Addr, "maria@old.example": home.Addr,
	} {
		if got := recipient(c, contact.Touch{Address: last}); got != want {
			t.Errorf("wrote last from %q: to %s", last, got)
		}
	}
}

// Planning twice makes one letter, and a letter whose account, greeting or
// address is missing says what to do.
func TestPlanLetters(t *testing.T) {
	d := newDaemon(t, Account{Name: "home", Address: "ana@example.org", Letters: true})
	ctx := t.Context()
	c := maria(t, d)
	o := contact.Occasion{Kind: contact.Met, At: noon, Logged: noon,
		Participants: []contact.Participant{{ContactID: c.ID, Useful: "the walk"}}}
	if _, err := d.store.AddOccasion(ctx, o, nil, noon); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := d.planLetters(ctx); err != nil {
			t.Fatal(err)
		}
	}
	letters, err := d.store.Letters(ctx)
	if err != nil || len(letters) != 1 || letters[0].State != contact.Queued || letters[0].Account != "home" {
		t.Fatalf("got %+v, %v", letters, err)
	}
	d.settings.Accounts[0].Letters = false
	if l := d.writer().Write(noon, plan.Planned{Letter: letters[0]}, c, Mail{}); l.State != contact.Needs || l.Raw != nil {
		t.Errorf("without an account for letters: %+v", l)
	}
}

// decide gives up when its caller does, but what has begun is finished.
func TestDecide(t *testing.T) {
	d := newDaemon(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.decide(ctx, func(context.Context) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody decides: %v", err)
	}
	go d.decisions(t.Context())
	ctx, cancel = context.WithCancel(t.Context())
	err := d.decide(ctx, func(ctx context.Context) error {
		cancel()
		return ctx.Err()
	})
	if err != nil {
		t.Errorf("what had begun was cut off: %v", err)
	}
}

// A pass that failed does not keep the next one from planning and delivering.
func TestAccountComesBack(t *testing.T) {
	d := newDaemon(t, Account{Name: "home"})
	s := &sink{d: d, account: d.settings.Accounts[0]}
	go d.decisions(t.Context())
	for _, step := range []struct {
		state imapwatch.State
		lost  bool
	}{
		{imapwatch.State{Problem: errors.New("away")}, true},
		{imapwatch.State{}, true},
		{imapwatch.State{Synced: true}, false},
	} {
		if err := s.Report(t.Context(), step.state); err != nil {
			t.Fatal(err)
		}
		if d.offline(t.Context(), s.account) != step.lost {
			t.Errorf("%+v: lost %t", step.state, !step.lost)
		}
	}
}

// An answer that was read before its letter was known by the Message-ID that the
// mail program gave it is found when that becomes known.
func TestAnswerBeforeLetter(t *testing.T) {
	d := newDaemon(t, Account{Name: "home"})
	c := maria(t, d)
	if err := d.reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	go d.decisions(t.Context())
	s := &sink{d: d, account: d.settings.Accounts[0]}
	err := s.Commit(t.Context(), []imapwatch.Batch{{Mailbox: "INBOX", Cursor: imapwatch.Cursor{UIDValidity: 1, Low: 1, High: 1}, Messages: []imapwatch.Message{
		message(t, "From: maria@uni.example\nTo: ana@example.org\nMessage-ID: <a@b>\nReferences: <sent@program>\nDate: Fri, 20 Nov 2026 11:00:00 +0000\n")}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []contact.Letter{
		{ContactID: c.ID, State: contact.Sent, MessageID: "laid@example.org", DraftID: "sent@program"},
		{ContactID: c.ID, State: contact.Sent, MessageID: "laid@example.org"},
		{ContactID: c.ID, State: contact.Edited, MessageID: "laid@example.org", DraftID: "sent@program"},
	} {
		want := l.State == contact.Sent && l.DraftID != ""
		got, err := (&visit{d: d}).answered(t.Context(), []contact.Letter{l})
		if err != nil || got[0].Answered.IsZero() == want || want && !got[0].Answered.Equal(noon.Add(-time.Hour)) {
			t.Errorf("%+v: %+v, %v", l, got, err)
		}
	}
}

// What was sent is read as far back as a letter is whose fate may be told yet.
func TestOldestOpen(t *testing.T) {
	old, older := noon.AddDate(0, 0, -50), noon.AddDate(-1, 0, 0)
	letter := func(s contact.State, written, ended time.Time) contact.Letter {
		return contact.Letter{State: s, MessageID: "x", Written: written, Ended: ended}
	}
	for what, x := range map[string]struct {
		letter contact.Letter
		want   time.Time
	}{
		"none":                 {contact.Letter{State: contact.Needs, Written: older}, noon},
		"open":                 {letter(contact.Drafted, old, time.Time{}), old},
		"uncertain":            {letter(contact.Uncertain, older, time.Time{}), older},
		"sent":                 {letter(contact.Sent, older, old), noon},
		"dismissed lately":     {letter(contact.Dismissed, old, noon.AddDate(0, 0, -10)), old},
		"dismissed long since": {letter(contact.Dismissed, older, old), noon},
	} {
		if got := oldestOpen(noon, []contact.Letter{x.letter}); !got.Equal(x.want) {
			t.Errorf("%s: %s", what, got)
		}
	}
}
