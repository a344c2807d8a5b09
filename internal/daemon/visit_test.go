package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"regards/contact"
	"regards/internal/imapconn"
	"regards/internal/mailsim"
	"regards/mailer"
	"regards/plan"
	"regards/store"
)

// scene is a service with one account on a mail server, whose visits a test makes
// one by one, at times of its choice.
type scene struct {
	*Daemon
	t      *testing.T
	server *mailsim.Server
	imap   *wire
	clock  time.Time
	maria  contact.Contact
}

const testOutbox = "Regards Outbox"

// newScene makes a scene on an embedded server, at noon. Letters rest for an hour,
// and go at any time.
func newScene(t *testing.T, options mailsim.Options) *scene {
	t.Helper()
	server, err := mailsim.EmbeddedWith(options)
	if err != nil {
		t.Fatal(err)
	}
	return newSceneOn(t, server)
}

// newSceneOn makes a scene on any server.
func newSceneOn(t *testing.T, server *mailsim.Server) *scene {
	t.Helper()
	t.Cleanup(func() { server.Close() })
	secret := func(context.Context) (string, error) { return server.Password(), nil }
	s := &scene{t: t, server: server, imap: newWire(t, server.IMAPAddr()), clock: noon}
	s.Daemon = newDaemon(t, Account{Name: "home", Address: "ana@example.org", Letters: true, Outbox: testOutbox,
		Server: imapconn.Server{Host: server.Host(), Port: s.imap.port(), TLS: "none", User: server.User(), Secret: secret},
		SMTP:   &mailer.SMTPServer{Host: server.Host(), Port: server.SMTPPort(), TLS: "none", User: server.User(), Secret: secret}})
	s.now = func() time.Time { return s.clock }
	p := &s.settings.Policy
	p.Window, p.Hold = plan.Window{End: 24 * time.Hour}, contact.Duration{Rest: time.Hour}
	for day := range time.Weekday(7) {
		p.SendDays = append(p.SendDays, day)
	}
	p.Practices[plan.KeepInTouch] = plan.Practice{Enabled: true}
	s.maria = maria(t, s.Daemon)
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	go s.decisions(ctx)
	return s
}

// put stores letters to Maria that are to be laid.
func (s *scene) put(how contact.Delivery, keys ...string) {
	s.t.Helper()
	p := s.settings.Policy.Practices[plan.ThankYou]
	p.Delivery = how
	s.settings.Policy.Practices[plan.ThankYou] = p
	var letters []contact.Letter
	for _, key := range keys {
		id := key + "@example.org"
		raw, err := mailer.Compose(mailer.Message{FromName: "Ana", From: "ana@example.org", ToName: s.maria.Name,
			To: "maria@uni.example", Subject: "Hello " + key, Body: "How are you?", Date: s.clock, MessageID: id})
		if err != nil {
			s.t.Fatal(err)
		}
		letters = append(letters, contact.Letter{Key: key, Practice: plan.ThankYou, ContactID: s.maria.ID,
			State: contact.Queued, Due: s.clock, Subject: "Hello " + key, MessageID: id, Raw: raw, Account: "home", Delivery: how,
			Created: s.clock, Written: s.clock})
	}
	version, err := s.store.BookVersion(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	stored, err := s.store.PutLetters(s.t.Context(), version, letters)
	if err != nil || len(stored) != len(keys) {
		s.t.Fatal(stored, err)
	}
}

// later makes a visit after a while.
func (s *scene) later(d time.Duration) error {
	s.clock = s.clock.Add(d)
	return s.deliverAll(s.t.Context())
}

// ok is later, for a visit that has to succeed.
func (s *scene) ok(d time.Duration) {
	s.t.Helper()
	if err := s.later(d); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) visit() *visit { return &visit{d: s.Daemon, account: s.settings.Accounts[0]} }

func (s *scene) letter(key string) contact.Letter {
	s.t.Helper()
	l, err := s.store.Letter(s.t.Context(), key)
	if err != nil {
		s.t.Fatal(err)
	}
	return l
}

// change does to a letter what a command does.
func (s *scene) change(key string, do func(contact.Letter) (contact.Letter, error)) {
	s.t.Helper()
	if _, err := s.store.UpdateLetters(s.t.Context(), []string{key}, do); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) approve(key string) {
	s.t.Helper()
	s.change(key, func(l contact.Letter) (contact.Letter, error) { return plan.Approve(s.clock, l) })
}

// expect checks how a letter stands, and what its reason says.
func (s *scene) expect(key string, state contact.State, reason string) {
	s.t.Helper()
	if l := s.letter(key); l.State != state || !strings.Contains(l.Reason, reason) {
		s.t.Fatalf("%s is %s: %q; want %s: %q", key, l.State, l.Reason, state, reason)
	}
}

// trouble gives what the owner is told about a thing; "" for nothing.
func (s *scene) trouble(about string) string {
	s.t.Helper()
	all, err := s.store.Troubles(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(t store.Trouble) bool { return t.About == about })
	if i < 0 {
		return ""
	}
	return all[i].Text
}

// holds gives how many messages lie in a mailbox.
func (s *scene) holds(mailbox string) int {
	s.t.Helper()
	all, err := s.server.Messages(mailbox)
	if err != nil {
		s.t.Fatal(err)
	}
	return len(all)
}

// heard counts how often the SMTP server heard a command.
func (s *scene) heard(command string) int {
	return strings.Count(string(s.server.SMTPHeard()), command)
}

func (s *scene) fault(stage string, code int) {
	s.t.Helper()
	if err := s.server.SMTPFault(stage, code); err != nil {
		s.t.Fatal(err)
	}
}

// A recipient, a sender or a size that the server refuses for good is told to the
// owner, and not tried again.
func TestRefusedBeforeTheMessage(t *testing.T) {
	for _, stage := range []string{"mail", "rcpt", "data"} {
		t.Run(stage, func(t *testing.T) {
			s := newScene(t, mailsim.Options{})
			s.put(contact.BySend, "a")
			s.fault(stage, 550)
			if err := s.later(0); err == nil {
				t.Error("the refusal is not told")
			}
			s.expect("a", contact.Failed, "550 ")
			tries := s.heard("MAIL")
			s.ok(time.Hour)
			if got := s.heard("MAIL"); got != tries {
				t.Errorf("%d tries, then %d", tries, got)
			}
			s.fault(stage, 0)
			s.change("a", func(l contact.Letter) (contact.Letter, error) {
				l.Raw = s.letter("a").Raw
				return plan.Retry(s.clock, l)
			})
			s.ok(time.Hour)
			s.expect("a", contact.Sent, "")
		})
	}
}

// What the server puts off goes later, or fails at last; others go meanwhile.
func TestPutOff(t *testing.T) {
	s := newScene(t, mailsim.Options{})
	s.put(contact.BySend, "a", "b")
	s.fault("rcpt", 451)
	if s.later(0) == nil {
		t.Error("nobody is told")
	}
	s.expect("a", contact.Approved, "is tried again: ")
	s.later(time.Minute)
	if n := s.heard("RCPT"); n != 1 {
		t.Errorf("%d tries within a minute", n)
	}
	s.later(retryRefused)
	s.expect("b", contact.Approved, "is tried again: ")
	for s.clock.Before(noon.Add(sendWithin)) {
		s.expect("b", contact.Approved, "")
		s.later(5 * time.Hour)
	}
	for range 4 {
		s.later(retryRefused)
	}
	s.expect("a", contact.Failed, "451 ")
	s.expect("b", contact.Failed, "451 ")
}

// Without a login there is one try in ten minutes, however many letters wait, and
// the owner is told until it is over.
func TestNoSession(t *testing.T) {
	s := newScene(t, mailsim.Options{})
	for _, key := range []string{"a", "b", "c"} {
		s.put(contact.BySend, key)
	}
	s.fault("auth", 535)
	s.later(0)
	s.later(5 * time.Minute)
	if n := s.heard("AUTH PLAIN"); n != 1 {
		t.Errorf("%d logins", n)
	}
	if text := s.trouble("smtp/home"); !strings.Contains(text, "535") || !strings.Contains(text, "check user and password") {
		t.Errorf("trouble: %q", text)
	}
	s.expect("a", contact.Approved, "")
	s.fault("auth", 0)
	s.ok(retryRefused)
	s.expect("c", contact.Sent, "")
	if text := s.trouble("smtp/home"); text != "" {
		t.Errorf("trouble: %q", text)
	}
}

// What was sent leaves the outbox also while the server refuses to have it filed;
// it is filed later, once.
func TestFileRefused(t *testing.T) {
	s := newScene(t, mailsim.Options{})
	s.put(contact.BySend, "a")
	s.imap.replace("APPEND \"Sent\"", "APPEND \"Nowhere\"")
	if s.later(0) == nil {
		t.Error("nobody is told")
	}
	s.expect("a", contact.Sent, "")
	if n := s.holds(testOutbox); n != 0 {
		t.Errorf("%d letters in the outbox", n)
	}
	if text := s.trouble("sent/home"); !strings.Contains(text, "not among your sent mail") {
		t.Errorf("trouble: %q", text)
	}
	logins := s.imap.connections()
	s.later(time.Minute)
	if n := s.imap.connections(); n != logins {
		t.Errorf("%d logins, then %d", logins, n)
	}
	s.imap.replace("APPEND \"Sent\"", "APPEND \"Sent\"")
	s.ok(retryRefused)
	s.ok(time.Hour)
	if n := s.holds("Sent"); n != 1 || len(s.server.Sent()) != 1 {
		t.Errorf("filed %d times, sent %d times", n, len(s.server.Sent()))
	}
	if text := s.trouble("sent/home"); text != "" {
		t.Errorf("trouble: %q", text)
	}
}

// After a day it is left at that, and the letter says what is to be done.
func TestNeverFiled(t *testing.T) {
	s := newScene(t, mailsim.Options{})
	s.put(contact.BySend, "a")
	s.imap.replace("APPEND \"Sent\"", "APPEND \"Nowhere\"")
	s.imap.replace("MOVE 1 \"Trash\"", "MOVE 1 \"Nowhere\"")
	s.later(0)
	for range 4 {
		s.later(8 * time.Hour)
	}
	s.expect("a", contact.Sent, "not among your sent mail")
	s.expect("a", contact.Sent, "it lies in "+testOutbox+" still, delete it there")
	if l := s.letter("a"); !l.Sending.IsZero() || len(s.server.Sent()) != 1 {
		t.Errorf("%+v, sent %d times", l, len(s.server.Sent()))
	}
}

// Where nothing is marked as sent mail the owner is told to name it.
func TestNoSentMailbox(t *testing.T) {
	s := newScene(t, mailsim.Options{})
	if err := s.server.Delete("Sent"); err != nil {
		t.Fatal(err)
	}
	s.put(contact.BySend, "a")
	s.ok(0)
	s.expect("a", contact.Sent, "not among your sent mail")
	if text := s.trouble("sent/home"); !strings.Contains(text, "name it in the account") {
		t.Errorf("trouble: %q", text)
	}
	if n := s.holds(testOutbox); n != 0 {
		t.Errorf("%d letters in the outbox", n)
	}
	if err := s.server.Create("Sent"); err != nil {
		t.Fatal(err)
	}
	s.ok(2 * time.Hour)
	if text := s.trouble("sent/home"); text != "" {
		t.Errorf("trouble: %q", text)
	}
}

// Of a letter whose contact was forgotten while it was sent nothing is filed.
func TestForgottenWhileSent(t *testing.T) {
	s := newScene(t, mailsim.Options{})
	s.put(contact.ByOutbox, "a")
	s.ok(0)
	if err := s.store.RecordSending(t.Context(), "a", []byte("Subject: x\r\n\r\nx"), s.clock); err != nil {
		t.Fatal(err)
	}
	if err := s.store.Forget(t.Context(), s.maria, false, s.clock); err != nil {
		t.Fatal(err)
	}
	v := s.visit()
	defer v.leave(t.Context())
	if err := errors.Join(v.recordSend(t.Context(), "a", nil), v.file(t.Context())); err != nil {
		t.Fatal(err)
	}
	if n := s.holds("Sent"); n != 0 {
		t.Errorf("%d messages filed", n)
	}
}

// Where the outbox cannot be, drafts are laid all the same, and the owner is told
// to name another one.
func TestNoOutbox(t *testing.T) {
	for name, refuse := range map[string]func(*scene){
		"refused":    func(s *scene) { s.imap.replace("CREATE \""+testOutbox+"\"", "CREATE \"\"") },
		"other mail": func(s *scene) { s.settings.Accounts[0].Outbox = "Trash" },
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, mailsim.Options{})
			refuse(s)
			s.put(contact.ByDraft, "a")
			s.ok(0)
			s.expect("a", contact.Drafted, "")
			if text := s.trouble("mailbox/home"); !strings.Contains(text, "name another one in the account's outbox") {
				t.Errorf("trouble: %q", text)
			}
			s.approve("a")
			s.put(contact.BySend, "b")
			logins := s.imap.connections()
			for range 5 {
				s.later(time.Minute)
			}
			if n := s.imap.connections(); n > logins+3 { // it is looked every two minutes
				t.Errorf("%d logins, then %d", logins, n)
			}
			s.expect("a", contact.Approved, "")
			s.expect("b", contact.Queued, "")
			s.imap.replace("CREATE \""+testOutbox+"\"", "CREATE \""+testOutbox+"\"")
			s.settings.Accounts[0].Outbox = testOutbox
			s.ok(retryRefused)
			if text := s.trouble("mailbox/home"); text != "" {
				t.Errorf("trouble: %q", text)
			}
			s.expect("b", contact.Sent, "")
		})
	}
}

// An account that cannot be visited is tried less and less often, and the owner is
// told until it is over.
func TestUnreachedAccount(t *testing.T) {
	s := newScene(t, mailsim.Options{})
	s.settings.Accounts[0].Drafts = "Later"
	s.put(contact.ByDraft, "a")
	for range 120 {
		s.later(time.Minute)
	}
	if n := s.imap.connections(); n < 10 || n > 18 {
		t.Errorf("%d logins within two hours", n)
	}
	if text := s.trouble("delivery/home"); !strings.Contains(text, "there is no mailbox \"Later\"; name another one") {
		t.Errorf("trouble: %q", text)
	}
	s.settings.Accounts[0].Drafts = ""
	s.ok(retryRefused)
	s.expect("a", contact.Drafted, "")
	if text := s.trouble("delivery/home"); text != "" {
		t.Errorf("trouble: %q", text)
	}
}

// Letters that are refused one by one cost one login together, and no other in the
// next minutes.
func TestRefusalsCostOneLogin(t *testing.T) {
	s := newScene(t, mailsim.Options{})
	for _, key := range []string{"a", "b", "c"} {
		s.put(contact.ByDraft, key)
	}
	s.ok(0)
	for _, key := range []string{"a", "b", "c"} {
		s.approve(key)
	}
	s.imap.replace("\""+testOutbox+"\"\r\n", "\"Nowhere\"\r\n")
	logins := s.imap.connections()
	if s.later(time.Minute) == nil {
		t.Error("nobody is told")
	}
	if n := s.imap.connections(); n != logins+1 {
		t.Errorf("%d logins, then %d", logins, n)
	}
	if n := s.imap.count("MOVE"); n != 3 {
		t.Errorf("%d tries", n)
	}
	s.later(5 * time.Minute)
	if n := s.imap.count("MOVE"); n != 3 {
		t.Errorf("%d tries", n)
	}
}

// lose pretends that the answer to the APPEND of a letter that lies in Drafts was
// lost.
func (s *scene) lose(key string) {
	s.t.Helper()
	s.change(key, func(l contact.Letter) (contact.Letter, error) {
		l = l.In(contact.Queued, s.clock)
		l.Attempt = contact.Attempt{At: s.clock.UTC().Truncate(time.Second), Mailbox: "Drafts", UIDValidity: l.Place.UIDValidity, UIDNext: l.Place.UID}
		l.Place = contact.Place{}
		return l, nil
	})
}

// What was dismissed while it was in doubt whether it was laid is taken back.
func TestDismissedInDoubt(t *testing.T) {
	s := newScene(t, mailsim.Options{})
	s.put(contact.ByDraft, "a")
	s.ok(0)
	s.lose("a")
	s.change("a", func(l contact.Letter) (contact.Letter, error) { return plan.Dismiss(s.clock, l) })
	s.ok(time.Minute)
	s.expect("a", contact.Dismissed, "you dismissed it")
	if n := s.holds("Drafts"); n != 0 {
		t.Errorf("%d drafts", n)
	}
	if l := s.letter("a"); l.TakeBack || !l.Attempt.At.IsZero() {
		t.Errorf("it is not over: %+v", l)
	}
}

// What became needless while it was laid, and was not laid, is over.
func TestNotLaid(t *testing.T) {
	needless := contact.Letter{State: contact.Queued, TakeBack: true, Attempt: contact.Attempt{At: noon}, Reason: "why"}
	dismissed := needless
	dismissed.State = contact.Dismissed
	for _, x := range []struct {
		l           contact.Letter
		found, want contact.State
	}{
		{needless, contact.Queued, contact.Superseded}, {needless, contact.Dismissed, contact.Dismissed},
		{dismissed, contact.Queued, contact.Dismissed}, {dismissed, contact.Uncertain, contact.Dismissed},
		{dismissed, contact.Dismissed, contact.Dismissed}, {dismissed, contact.Sent, contact.Sent},
	} {
		got := settled(x.l, x.l.Attempt, mailer.Found{State: x.found}, noon)
		if got.State != x.want || got.TakeBack || !got.Attempt.At.IsZero() {
			t.Errorf("%s, found %s: %+v", x.l.State, x.found, got)
		}
	}
}

// A refused APPEND of what became needless meanwhile leaves nothing to wait for.
func TestNeedlessWhileRefused(t *testing.T) {
	s := newScene(t, mailsim.Options{})
	s.put(contact.ByDraft, "a")
	attempt := contact.Attempt{At: s.clock.UTC().Truncate(time.Second), Mailbox: "Drafts", UIDValidity: 1, UIDNext: 1}
	if _, err := s.store.RecordAttempts(t.Context(), []string{"a"}, attempt); err != nil {
		t.Fatal(err)
	}
	if err := s.store.EndLetters(t.Context(), []contact.Ending{{Key: "a", State: contact.Superseded, Reason: "they wrote", At: s.clock}}, s.clock); err != nil {
		t.Fatal(err)
	}
	err := s.visit().recordPut(t.Context(), laying{keys: []string{"a"}, attempt: attempt, state: contact.Drafted,
		places: make([]contact.Place, 1), errs: []error{context.DeadlineExceeded}})
	if err != nil {
		t.Fatal(err)
	}
	s.expect("a", contact.Superseded, "they wrote")
}

// A command that comes between the look at the mailbox and what is made of it is
// not undone.
func TestOrdersMeanwhile(t *testing.T) {
	s := newScene(t, mailsim.Options{})
	s.put(contact.ByDraft, "a")
	read := s.letter("a")
	s.change("a", func(l contact.Letter) (contact.Letter, error) { return plan.Dismiss(s.clock, l) })
	v := s.visit()
	defer v.leave(t.Context())
	if _, err := s.server.Append("Drafts", mailsim.Message{Raw: read.Raw}); err != nil {
		t.Fatal(err)
	}
	err := v.at(t.Context(), func(drafts *mailer.Drafts) error {
		_, err := v.thatAreNew(t.Context(), drafts, []contact.Letter{read})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.expect("a", contact.Dismissed, "you dismissed it")
}

// A letter that was brought back while its draft was removed is laid anew; one whose
// draft was left alone stays there.
func TestRestoredMeanwhile(t *testing.T) {
	place := contact.Place{Mailbox: "Drafts", UIDValidity: 1, UID: 1}
	l := contact.Letter{State: contact.Drafted, Place: place, Reason: "you brought it back", Restored: noon}
	if got := takenBack(l, contact.Superseded, noon); got.State != contact.Queued || got.Place != (contact.Place{}) {
		t.Errorf("removed: %+v", got)
	}
	for _, state := range []contact.State{contact.Drafted, contact.Dismissed, contact.Sent} {
		if got := takenBack(l, state, noon); got.State != contact.Drafted || got.Place != place || got.Reason != l.Reason {
			t.Errorf("%s: %+v", state, got)
		}
	}
}

// Without MOVE, the service may be killed between COPY and EXPUNGE. What it leaves in
// Drafts is gone once the letter is sent, unless the owner has been at it.
func TestKilledWhileMoved(t *testing.T) {
	for _, edited := range []bool{false, true} {
		s := newScene(t, mailsim.Options{Without: []imap.Cap{imap.CapMove, imap.CapIMAP4rev2}})
		s.put(contact.ByDraft, "a")
		s.ok(0)
		s.approve("a")
		if err := s.server.Create(testOutbox); err != nil && s.holds(testOutbox) != 0 {
			t.Fatal(err)
		}
		place := s.letter("a").Place
		if _, err := s.server.Copy("Drafts", place.UID, testOutbox); err != nil {
			t.Fatal(err)
		}
		if edited {
			raw := bytes.Replace(s.letter("a").Raw, []byte("How are you?"), []byte("Where are you?"), 1)
			if _, err := s.server.Append("Drafts", mailsim.Message{Raw: raw}); err != nil {
				t.Fatal(err)
			}
			if err := s.server.Remove("Drafts", place.UID); err != nil {
				t.Fatal(err)
			}
		}
		s.ok(2 * time.Hour)
		s.expect("a", contact.Sent, "")
		if n := s.holds("Drafts"); len(s.server.Sent()) != 1 || n != 0 != edited {
			t.Errorf("edited %t: sent %d times, %d drafts", edited, len(s.server.Sent()), n)
		}
	}
}

// What the owner moves back while the server is being talked to is not sent.
func TestMovedBackAtTheLastMoment(t *testing.T) {
	s := newScene(t, mailsim.Options{})
	s.put(contact.ByOutbox, "a")
	s.ok(0)
	v := s.visit()
	defer v.leave(t.Context())
	l := s.letter("a")
	draft, why, err := v.read(t.Context(), l)
	if err != nil || why != "" {
		t.Fatal(why, err)
	}
	if _, err := s.server.Move(testOutbox, l.Place.UID, "Drafts"); err != nil {
		t.Fatal(err)
	}
	if err := v.commit(l, draft)(t.Context()); !thoughtBetter(err) {
		t.Errorf("it goes: %v", err)
	}
	if l := s.letter("a"); !l.Sending.IsZero() {
		t.Errorf("it is being sent: %+v", l)
	}
}

// Only the letter is sent, whatever lies at its place.
func TestAnotherMessageInItsPlace(t *testing.T) {
	s := newScene(t, mailsim.Options{})
	s.put(contact.ByOutbox, "a", "b")
	s.ok(0)
	l := s.letter("a")
	l.Place = s.letter("b").Place
	v := s.visit()
	defer v.leave(t.Context())
	if _, why, err := v.read(t.Context(), l); why == "" || err != nil {
		t.Errorf("it is read: %q, %v", why, err)
	}
}

// A letter that is too large to be sent is read once in a while, and says so.
func TestTooLarge(t *testing.T) {
	s := newScene(t, mailsim.Options{})
	s.put(contact.ByDraft, "a")
	s.ok(0)
	l := s.letter("a")
	raw := append(l.Raw, bytes.Repeat([]byte(strings.Repeat("x", 70)+"\r\n"), maxLetter/72+1)...)
	if err := s.server.Create(testOutbox); err != nil && s.holds(testOutbox) != 0 {
		t.Fatal(err)
	}
	if _, err := s.server.Append(testOutbox, mailsim.Message{Raw: raw}); err != nil {
		t.Fatal(err)
	}
	if err := s.server.Remove("Drafts", l.Place.UID); err != nil {
		t.Fatal(err)
	}
	s.ok(lookEvery)
	s.ok(time.Hour)
	s.expect("a", contact.Approved, "too large")
	read := s.imap.count("BODY.PEEK[]<0.")
	s.ok(time.Minute)
	if n := s.imap.count("BODY.PEEK[]<0."); n != read || n == 0 {
		t.Errorf("read %d times, then %d", read, n)
	}
}

// What was being sent is settled also when the clock was ahead then.
func TestClockSetBackWhileSending(t *testing.T) {
	s := newScene(t, mailsim.Options{})
	s.put(contact.ByOutbox, "a")
	s.ok(0)
	if err := s.store.RecordSending(t.Context(), "a", s.letter("a").Raw, s.clock.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	s.ok(time.Hour)
	s.expect("a", contact.Uncertain, "not among your sent mail")
}

// A draft that is marked as deleted is thrown away, and stays so.
func TestMarkedAsDeleted(t *testing.T) {
	s := newScene(t, mailsim.Options{})
	s.put(contact.ByDraft, "a")
	s.ok(0)
	if err := s.server.SetFlags("Drafts", s.letter("a").Place.UID, `\Deleted`); err != nil {
		t.Fatal(err)
	}
	s.read()
	for range 3 {
		s.ok(time.Hour)
		s.read()
		s.ok(lookEvery)
		s.expect("a", contact.Dismissed, "you deleted the draft")
	}
}

// read has all mail read as of now.
func (s *scene) read() {
	s.t.Helper()
	sk := &sink{d: s.Daemon, account: s.settings.Accounts[0]}
	err := s.decide(s.t.Context(), func(context.Context) error {
		r := sk.readiness()
		r.watched, r.synced["INBOX"] = []string{"INBOX"}, s.clock
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// While nothing is to be drafted or sent, nothing is logged in for.
func TestHeldCostsNoLogin(t *testing.T) {
	s := newScene(t, mailsim.Options{})
	s.ok(0)
	s.put(contact.ByDraft, "a")
	if err := s.store.SetHold(t.Context(), store.Hold{Reason: "a pause", Since: s.clock}); err != nil {
		t.Fatal(err)
	}
	logins := s.imap.connections()
	for range 10 {
		s.ok(time.Minute)
	}
	if n := s.imap.connections(); n != logins {
		t.Errorf("%d logins", n-logins)
	}
	s.expect("a", contact.Queued, "")
}

// A draft under the Message-ID that the server gave it is taken back, too.
func TestTakenBackUnderAnotherID(t *testing.T) {
	s := newScene(t, mailsim.Options{})
	s.put(contact.ByDraft, "a")
	s.ok(0)
	raw := bytes.Replace(s.letter("a").Raw, []byte("a@example.org"), []byte("other@server.example"), 1)
	uid, err := s.server.Append("Drafts", mailsim.Message{Raw: raw})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.server.Remove("Drafts", s.letter("a").Place.UID); err != nil {
		t.Fatal(err)
	}
	s.change("a", func(l contact.Letter) (contact.Letter, error) {
		l.Place.UID, l.DraftID, l.TakeBack = uid, "other@server.example", true
		return l, nil
	})
	s.ok(lookEvery)
	s.expect("a", contact.Superseded, "")
	if n := s.holds("Drafts"); n != 0 {
		t.Errorf("%d drafts", n)
	}
}

// A draft that was thrown away is looked for ever less often, and at last no more.
func TestLooksForWhatWasThrownAway(t *testing.T) {
	s := newScene(t, mailsim.Options{})
	s.settings.Accounts[0].SMTP = nil
	v := s.visit()
	s.put(contact.ByDraft, "a")
	s.change("a", func(l contact.Letter) (contact.Letter, error) {
		l = l.In(contact.Dismissed, s.clock)
		l.Missing, l.Ended = s.clock, s.clock
		return l, nil
	})
	s.looked["home"] = s.clock
	for _, x := range []struct {
		after, since time.Duration
		due          bool
	}{
		{10 * time.Minute, lookEvery, true}, {2 * time.Hour, lookEvery, false}, {2 * time.Hour, lookAnyway, true},
		{13 * 24 * time.Hour, lookAnyway, true}, {15 * 24 * time.Hour, lookAnyway, false},
	} {
		s.clock = noon.Add(x.after)
		s.looked["home"] = s.clock.Add(-x.since)
		if due, err := v.lookDue(t.Context()); err != nil || due != x.due {
			t.Errorf("after %v, looked %v ago: %t, %v", x.after, x.since, due, err)
		}
	}
}

// A passing outage costs no greeting: it is asked for again.
func TestGreetingAfterOutage(t *testing.T) {
	s := newScene(t, mailsim.Options{})
	last := contact.Touch{Account: "home", Mailbox: "Sent", MessageID: "last@example.org"}
	want := greetingWant{key: "x", contact: s.maria, mail: last}
	if _, err := s.server.Append("Sent", mailsim.Message{Raw: []byte("Message-ID: <last@example.org>\r\n\r\nDear Mia,\r\n\r\nhow are you?\r\n")}); err != nil {
		t.Fatal(err)
	}
	s.greetings.wanted["home"] = []greetingWant{want}
	if err := s.server.Stop(); err != nil {
		t.Fatal(err)
	}
	if s.visit().greet(t.Context()) == nil {
		t.Error("nobody is told")
	}
	if _, known := s.greetings.known["x"]; known || len(s.greetings.wanted["home"]) != 1 {
		t.Errorf("known %t, wanted %v", known, s.greetings.wanted)
	}
	if err := s.server.Start(); err != nil {
		t.Fatal(err)
	}
	v := s.visit()
	defer v.leave(t.Context())
	if err := v.greet(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, known := s.greetings.known["x"]; !known || len(s.greetings.wanted["home"]) != 0 {
		t.Errorf("known %t, wanted %v", known, s.greetings.wanted)
	}
}

// Many letters are laid in batches: one that breaks off costs no other one
// anything, and each lies there once in the end.
func TestManyLetters(t *testing.T) {
	for _, side := range []string{"never came", "never answered"} {
		t.Run(side, func(t *testing.T) {
			s := newScene(t, mailsim.Options{})
			proxy, err := mailsim.NewProxy(s.server.IMAPAddr())
			if err != nil {
				t.Fatal(err)
			}
			defer proxy.Close()
			s.settings.Accounts[0].Server.Port = proxy.Port()
			const letters = 2*batch + 100
			var keys []string
			for n := range letters {
				keys = append(keys, fmt.Sprintf("thank-you/o/%03d", n))
			}
			s.put(contact.ByDraft, keys...)
			appended := 0
			cut := func(line []byte) mailsim.Action {
				if bytes.Contains(line, []byte("APPEND")) {
					if appended++; appended == batch+120 {
						return mailsim.Cut
					}
				}
				return mailsim.Pass
			}
			if side == "never came" {
				proxy.OnClient(cut)
			} else {
				proxy.OnServer(cut)
			}
			if s.later(0) == nil {
				t.Error("nobody is told that it broke off")
			}
			if n := s.holds("Drafts"); n < batch || n == letters {
				t.Errorf("%d letters lie there after that", n)
			}
			s.ok(time.Hour)
			if n := s.holds("Drafts"); n != letters {
				t.Errorf("%d letters lie there in the end", n)
			}
			all, err := s.store.Letters(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range all {
				if l.State != contact.Drafted || l.Place.UID == 0 {
					t.Errorf("%s is %s: %s", l.Key, l.State, l.Reason)
				}
			}
		})
	}
}
