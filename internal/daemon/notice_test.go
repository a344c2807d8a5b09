package daemon

import (
	"bytes"
	"context"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"regards/contact"
	"regards/internal/mailsim"
	"regards/mailer"
	"regards/store"
)

// daily fires at eight each morning.
func daily(t time.Time) time.Time {
	y, m, d := t.Date()
	at := time.Date(y, m, d, 8, 0, 0, 0, t.Location())
	if !at.After(t) {
		at = time.Date(y, m, d+1, 8, 0, 0, 0, t.Location())
	}
	return at
}

func TestLatestFiring(t *testing.T) {
	day := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	eight := func(n int) time.Time { return time.Date(2026, 11, n, 8, 0, 0, 0, time.UTC) }
	never := func(time.Time) time.Time { return time.Time{} }
	for name, x := range map[string]struct {
		next      func(time.Time) time.Time
		last, now time.Time
		want      time.Time
	}{
		"not yet":                {daily, day, day.Add(19 * time.Hour), time.Time{}},
		"at that moment":         {daily, day, eight(22), eight(22)},
		"later that day":         {daily, day, day.Add(30 * time.Hour), eight(22)},
		"once after ten days":    {daily, day.AddDate(0, 0, -10), day, eight(21)},
		"the clock was set back": {daily, day, day.Add(-3 * time.Hour), time.Time{}},
		"after years":            {daily, day.AddDate(-9, 0, 0), day, eight(21)},
		"never":                  {never, day.AddDate(-9, 0, 0), day, time.Time{}},
	} {
		if got := latestFiring(x.next, x.last, x.now); !got.Equal(x.want) {
			t.Errorf("%s: %v, want %v", name, got, x.want)
		}
	}
}

// digests makes a scene with a digest each morning, which has begun to count.
func digests(t *testing.T, mailed bool) *scene {
	s := newScene(t, mailsim.Options{})
	s.settings.Owner.Name = "Ana Díaz"
	s.settings.Digest = DigestSettings{Next: daily, Mailed: mailed, To: "ana@example.org"}
	s.morning(0)
	return s
}

// morning makes a pass after a while, and gives what failed of it.
func (s *scene) morning(d time.Duration) error {
	s.t.Helper()
	s.clock = s.clock.Add(d)
	if err := s.decide(s.t.Context(), func(ctx context.Context) error { return s.planNotices(ctx, 0) }); err != nil {
		s.t.Fatal(err)
	}
	return s.deliverAll(s.t.Context())
}

// notice gives the first notice as it stands.
func (s *scene) notice() store.Notice {
	s.t.Helper()
	all, err := s.store.Notices(s.t.Context())
	if err != nil || len(all) == 0 {
		s.t.Fatal(all, err)
	}
	return all[0]
}

// came gives the digests that came, by whichever way.
func (s *scene) came() []mailsim.Message {
	s.t.Helper()
	all, err := s.server.Messages("INBOX")
	if err != nil {
		s.t.Fatal(err)
	}
	for _, m := range s.server.Sent() {
		if m.From != "ana@example.org" || !slices.Equal(m.To, []string{"ana@example.org"}) {
			s.t.Errorf("from %s to %s", m.From, m.To)
		}
		all = append(all, mailsim.Message{Raw: m.Data})
	}
	return all
}

// inbox gives what INBOX is like now.
func (s *scene) inbox() (a contact.Attempt) {
	s.t.Helper()
	v := s.visit()
	defer v.leave(s.t.Context())
	err := v.at(s.t.Context(), func(drafts *mailer.Drafts) (err error) {
		a, err = drafts.LookIn(s.t.Context(), "INBOX", s.clock)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// A digest comes once a day however often it is looked, and says what it is.
func TestDigest(t *testing.T) {
	for _, mailed := range []bool{false, true} {
		t.Run(fmt.Sprint(mailed), func(t *testing.T) {
			s := digests(t, mailed)
			s.put(contact.ByDraft, "a")
			for _, pass := range []struct {
				after time.Duration
				want  int
			}{{19 * time.Hour, 0}, {time.Hour, 1}, {0, 1}, {time.Hour, 1}, {-2 * time.Hour, 1}, {26 * time.Hour, 2}, {240 * time.Hour, 3}, {time.Hour, 3}} {
				if err := s.morning(pass.after); err != nil {
					t.Fatal(err)
				}
				if n := len(s.came()); n != pass.want {
					t.Fatalf("at %v there are %d digests, not %d", s.clock, n, pass.want)
				}
			}
			all := s.came()
			m, err := mail.ReadMessage(bytes.NewReader(all[0].Raw))
			if err != nil {
				t.Fatal(err)
			}
			for field, want := range map[string]string{"Auto-Submitted": "auto-generated", "X-Regards": "digest", "Subject": "regards: 1 draft",
				"To": "<ana@example.org>", "Content-Type": "multipart/alternative;", "User-Agent": "", "X-Mailer": ""} {
				if got := m.Header.Get(field); want == "" && got != "" || !strings.Contains(got, want) {
					t.Errorf("%s: %q", field, got)
				}
			}
			for _, flag := range all[0].Flags {
				if strings.EqualFold(flag, `\Seen`) {
					t.Error("it is marked as seen")
				}
			}
			if n := s.holds("Sent"); n != 0 {
				t.Errorf("%d messages were filed as sent", n)
			}
			if first, again := string(all[0].Raw), string(all[1].Raw); mailer.IDOf(all[0].Raw) == mailer.IDOf(all[1].Raw) {
				t.Errorf("two have one Message-ID:\n%s\n%s", first, again)
			}
		})
	}
}

// What was delivered before a backup was put back is not delivered again.
func TestDigestRestored(t *testing.T) {
	for _, mailed := range []bool{false, true} {
		s := digests(t, mailed)
		id := mailer.MessageID(s.store.Secret(), "digest/2026-11-21", "ana@example.org")
		if _, err := s.server.Append("INBOX", mailsim.Message{Raw: []byte("Message-ID: <" + id + ">\n\nThe week.\n")}); err != nil {
			t.Fatal(err)
		}
		if err := s.morning(20 * time.Hour); err != nil || len(s.came()) != 1 {
			t.Errorf("%d digests: %v", len(s.came()), err)
		}
		if n := s.notice(); n.State != contact.Sent || n.MessageID != id {
			t.Errorf("%+v", n)
		}
	}
}

// An answer that was lost is looked for; the digest is laid again only if it
// certainly did not arrive.
func TestDigestInDoubt(t *testing.T) {
	change := func(s *scene, change func(n *store.Notice)) {
		n := s.notice()
		change(&n)
		if err := s.store.SetNotice(s.t.Context(), n); err != nil {
			s.t.Fatal(err)
		}
	}
	attempt := func(s *scene) { change(s, func(n *store.Notice) { n.Attempt = s.inbox() }) }
	sending := func(s *scene) { change(s, func(n *store.Notice) { n.Sending = s.clock }) }
	arrived := func(s *scene) {
		if _, err := s.server.Append("INBOX", mailsim.Message{Raw: s.notice().Raw}); err != nil {
			s.t.Fatal(err)
		}
	}
	for name, x := range map[string]struct {
		mailed bool
		do     func(s *scene)
		later  time.Duration
		want   contact.State
		held   int
	}{
		"laid, and there": {false, func(s *scene) { attempt(s); arrived(s) }, time.Minute, contact.Sent, 1},
		"never came":      {false, func(s *scene) { attempt(s) }, time.Minute, contact.Sent, 1},
		"something else came": {false, func(s *scene) {
			attempt(s)
			if _, err := s.server.Append("INBOX", mailsim.Message{Raw: []byte("Subject: Hello\n\nx\n")}); err != nil {
				s.t.Fatal(err)
			}
		}, time.Minute, contact.Uncertain, 1},
		"sent, and there":          {true, func(s *scene) { sending(s); arrived(s) }, time.Minute, contact.Sent, 1},
		"sent, and not there yet":  {true, sending, time.Minute, contact.Queued, 0},
		"sent, and never there":    {true, sending, 2 * time.Hour, contact.Uncertain, 0},
		"it is too late for it":    {false, func(*scene) {}, 96 * time.Hour, contact.Failed, 0},
		"nothing had happened yet": {true, func(*scene) {}, time.Minute, contact.Sent, 1},
	} {
		s := digests(t, x.mailed)
		s.clock = s.clock.Add(20 * time.Hour)
		if err := s.decide(t.Context(), func(ctx context.Context) error { return s.planNotices(ctx, 0) }); err != nil {
			t.Fatal(err)
		}
		x.do(s)
		s.clock = s.clock.Add(x.later)
		v := s.visit()
		if err := v.notify(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		v.leave(t.Context())
		if n := s.notice(); n.State != x.want || len(s.came()) != x.held || (n.Raw == nil) != n.State.Ended() && n.State != contact.Uncertain {
			t.Errorf("%s: %s (%s), and %d lie there", name, n.State, n.Reason, len(s.came()))
		}
	}
}

// What a server refuses is told to the owner, and tried again unless it is for
// good.
func TestDigestRefused(t *testing.T) {
	for code, want := range map[int]contact.State{451: contact.Sent, 550: contact.Failed} {
		s := digests(t, true)
		s.fault("rcpt", code)
		if s.morning(20*time.Hour) == nil || s.trouble("notice/home") == "" {
			t.Errorf("%d: nobody is told", code)
		}
		s.fault("rcpt", 0)
		if err := s.morning(time.Hour); err != nil {
			t.Errorf("%d: %v", code, err)
		}
		if n := s.notice(); n.State != want {
			t.Errorf("%d: %s: %s", code, n.State, n.Reason)
		}
	}
}

// A digest that cannot be made is told to the owner, and stops nothing; it comes when
// it can.
func TestDigestCannotBeMade(t *testing.T) {
	s := digests(t, false)
	s.settings.Digest.To = "nobody"
	if err := s.morning(20 * time.Hour); err != nil || !strings.Contains(s.trouble("digest"), "the digest cannot be made") {
		t.Errorf("%v, %q", err, s.trouble("digest"))
	}
	s.settings.Digest.To = "ana@example.org"
	if err := s.morning(time.Hour); err != nil || len(s.came()) != 1 || s.trouble("digest") != "" {
		t.Errorf("%v, %d came, %q", err, len(s.came()), s.trouble("digest"))
	}
}

// While nothing is to be drafted or sent there is no digest; it comes once after.
func TestDigestHeld(t *testing.T) {
	s := digests(t, false)
	if err := s.store.SetHold(t.Context(), store.Hold{Reason: "paused", Since: s.clock, Until: s.clock.Add(96 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	for _, after := range []time.Duration{20 * time.Hour, 24 * time.Hour} {
		if err := s.morning(after); err != nil || s.holds("INBOX") != 0 {
			t.Fatalf("%d digests: %v", s.holds("INBOX"), err)
		}
	}
	if err := s.morning(72 * time.Hour); err != nil || s.holds("INBOX") != 1 {
		t.Errorf("%d digests after that: %v", s.holds("INBOX"), err)
	}
}

// What goes to the owner goes through an account that takes letters, one in reach
// if there is any.
func TestNotifies(t *testing.T) {
	smtp := &mailer.SMTPServer{}
	watched, plain, sends, other := Account{Name: "watched", SMTP: smtp}, Account{Name: "plain", Letters: true},
		Account{Name: "sends", Letters: true, SMTP: smtp}, Account{Name: "other", Letters: true, SMTP: smtp}
	for _, x := range []struct {
		accounts []Account
		mailed   bool
		lost     string
		want     string
	}{
		{[]Account{watched, plain, sends}, false, "", "plain"}, {[]Account{watched, plain, sends}, true, "", "sends"},
		{[]Account{watched}, true, "", ""}, {[]Account{plain}, true, "", ""},
		{[]Account{sends, other}, true, "sends", "other"}, {[]Account{watched, sends}, true, "sends", "sends"},
	} {
		d := New(Settings{Accounts: x.accounts, Digest: DigestSettings{Mailed: x.mailed}}, nil, nil, nil, nil)
		d.synced[x.lost] = &readiness{failed: noon}
		if a, ok := d.notifies(); a.Name != x.want || ok != (x.want != "") {
			t.Errorf("%+v: %q, %t", x, a.Name, ok)
		}
	}
}
