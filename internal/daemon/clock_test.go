package daemon

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regards/contact"
	"regards/internal/mailsim"
	"regards/store"
)

func TestApart(t *testing.T) {
	const day = 24 * time.Hour
	saw := func(ours, theirs time.Duration) store.Clocks {
		return store.Clocks{Ours: noon.Add(ours), Theirs: noon.Add(theirs)}
	}
	mail := func(d time.Duration) time.Time { return noon.Add(d) }
	nothing, none := store.Clocks{}, time.Time{}
	for name, x := range map[string]struct {
		seen   store.Clocks
		newest time.Time
		want   time.Duration
	}{
		"nothing is known":                         {nothing, none, 0},
		"mail of just now":                         {nothing, mail(-time.Minute), 0},
		"old mail proves nothing":                  {nothing, mail(-900 * day), 0},
		"mail from a time zone ahead":              {nothing, mail(14 * time.Hour), 0},
		"mail from the future":                     {nothing, mail(3 * day), -3 * day},
		"a draft was stored in the future":         {saw(0, 3*day), none, -3 * day},
		"likewise, and mail of just now":           {saw(0, 3*day), mail(0), -3 * day},
		"likewise, and mail further ahead":         {saw(0, 3*day), mail(4 * day), -4 * day},
		"it was behind, and was set right":         {saw(-3*day, 0), mail(0), 0},
		"a draft was stored in the past":           {saw(0, -3*day), mail(-9 * day), 3 * day},
		"likewise, some days ago":                  {saw(-2*day, -5*day), mail(-9 * day), 3 * day},
		"likewise, but mail has come since":        {saw(-9*day, -12*day), mail(-time.Hour), 0},
		"it was ahead, and was set right at once":  {saw(3*day, 0), none, 0},
		"it was ahead, and was set right later":    {saw(2*day, -day), mail(-9 * day), 0},
		"it was ahead, and begins a little before": {saw(time.Minute, -3*day), none, 3*day + time.Minute},
		"a day is no matter":                       {saw(0, -day), none, 0},
	} {
		if got := apart(noon, x.seen, x.newest); got != x.want {
			t.Errorf("%s: %v, want %v", name, got, x.want)
		}
	}
}

// What an honest server tells holds nothing back while our clock is right, whatever
// it was before; and whatever is told keeps sending back only by evidence.
func TestApartIsNeverWrong(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		length := rapid.Custom(func(t *rapid.T) time.Duration {
			return time.Duration(rapid.Int64Range(0, 90*24).Draw(t, "hours")) * time.Hour
		})
		wasOff := rapid.Custom(func(t *rapid.T) time.Duration { return length.Draw(t, "off") - length.Draw(t, "minus") }).Draw(t, "was off by")
		saw := noon.Add(-length.Draw(t, "seen before"))
		seen := store.Clocks{Ours: saw.Add(wasOff), Theirs: saw}
		newest := noon.Add(-length.Draw(t, "mail came before"))
		// Right again. Without new mail that shows only while the clock still shows an
		// earlier time than before.
		off := apart(noon, seen, newest)
		unknown := wasOff > clockOff && noon.Sub(newest) > clockOff && noon.Sub(saw) > clockOff && noon.Sub(seen.Ours) >= -clockJitter
		if off != 0 && !unknown {
			t.Fatalf("%v: seen %v, newest %v", off, seen, newest)
		}
		// Wrong still: seen shows it, until so much time has passed that it may have been set.
		if off := apart(seen.Ours, seen, newest); wasOff.Abs() > clockOff && newest.Before(saw) && off != wasOff {
			t.Fatalf("%v, but it is off by %v", off, wasOff)
		}
	})
}

// wrongClock makes a scene whose clock differs from that of its server, which is the
// true one.
func wrongClock(t *testing.T, by time.Duration) *scene {
	server, err := mailsim.Embedded()
	must(t, err)
	return wrongClockOn(t, server, by)
}

func wrongClockOn(t *testing.T, server *mailsim.Server, by time.Duration) *scene {
	s := newSceneOn(t, server)
	s.settings.Pretended = false
	s.clock = time.Now().Add(by)
	return s
}

const days = 24 * time.Hour

// mailOf has a message come into INBOX at a time; the zero time is now.
func (s *scene) mailOf(at time.Time) {
	s.t.Helper()
	if _, err := s.server.Append("INBOX", mailsim.Message{Time: at, Raw: []byte("Subject: Hello\r\n\r\nx\r\n")}); err != nil {
		s.t.Fatal(err)
	}
}

// clockStory says what is sent while the clock is wrong and after, and what the
// owner is told.
func (s *scene) clockStory(what, told string, sent int) {
	s.t.Helper()
	got := s.trouble("clock/home")
	if told == "" && got != "" || !strings.Contains(got, told) || len(s.server.Sent()) != sent {
		s.t.Errorf("%s: %d sent, not %d; the owner is told %q", what, len(s.server.Sent()), sent, got)
	}
}

// Nothing is sent while the server stores our drafts at another time than ours; when
// the clock is set, it goes.
func TestClockWrong(t *testing.T) {
	for name, x := range map[string]struct {
		by   time.Duration
		told string
	}{
		"ahead":  {5 * days, "about 5 days ahead of that of the mail server (account home); set it, as by sudo timedatectl set-ntp true"},
		"behind": {-30 * time.Hour, "over a day behind that of the mail server"},
		"far":    {-3000 * days, "about 3000 days behind"},
	} {
		t.Run(name, func(t *testing.T) {
			onServers(t, func(t *testing.T, server *site) {
				s := wrongClockOn(t, server.server, x.by)
				s.put(contact.BySend, "a")
				s.ok(0)
				s.clockStory("laid", x.told, 0)
				s.expect("a", contact.Approved, "")
				s.ok(2 * time.Hour)
				s.clockStory("later", x.told, 0)
				if n := s.heard("MAIL"); n != 0 {
					t.Errorf("the server heard of it %d times", n)
				}
				// A service that starts anew knows still.
				s.agreed = map[string]time.Time{}
				s.ok(time.Minute)
				s.clockStory("anew", x.told, 0)
				s.clock = time.Now().Add(2 * time.Hour)
				s.mailOf(time.Time{})
				s.ok(0)
				s.clockStory("set", "", 1)
				s.expect("a", contact.Sent, "")
			})
		})
	}
}

// Clocks that agree are not compared again for a while; nor is anything looked up
// while nothing is to be sent.
func TestClockRight(t *testing.T) {
	s := wrongClock(t, 0)
	s.put(contact.BySend, "a", "b")
	s.ok(0)
	s.clockStory("laid", "", 2)
	s.put(contact.BySend, "c")
	s.ok(10 * time.Minute)
	s.clockStory("again", "", 3)
	if dates, inbox := s.imap.count("INTERNALDATE"), s.imap.count("EXAMINE INBOX"); dates != 1 || inbox != 0 {
		t.Errorf("%d dates were read, and INBOX opened %d times", dates, inbox)
	}
	s.ok(9 * time.Hour)
	if n := s.imap.count("INTERNALDATE"); n != 1 {
		t.Errorf("%d dates were read though nothing is to be sent", n)
	}
}

// Without a draft of late the newest mail tells of a clock that is behind, as that of
// a machine that keeps no time while it is off; older mail that was moved there tells
// nothing.
func TestClockByMail(t *testing.T) {
	s := wrongClock(t, 0)
	s.mailOf(time.Time{})
	s.put(contact.ByOutbox, "a")
	s.ok(0)
	s.clockStory("it rests", "", 0)
	s.change("a", func(l contact.Letter) (contact.Letter, error) {
		l.Approved = s.clock.Add(-400 * days)
		return l, nil
	})
	s.clock = time.Now().Add(-300 * days)
	s.ok(0)
	s.clockStory("booted in the past", "about 300 days behind", 0)
	s.mailOf(time.Now().Add(-2000 * days))
	s.ok(time.Minute)
	s.clockStory("moved mail", "", 1)

	// A message with a false date holds nothing up for long: the next one tells.
	s.clock = time.Now().Add(-2 * time.Hour)
	s.put(contact.ByOutbox, "b")
	s.ok(0)
	s.mailOf(time.Now().Add(2000 * days))
	s.ok(2 * time.Hour)
	s.clockStory("a false date", "about 2000 days behind", 1)
	s.mailOf(time.Time{})
	s.ok(time.Minute)
	s.clockStory("another mail", "", 2)
}

// A machine that begins in the past takes no hold for over: what the owner approved
// rests as long as it was to; what was approved in the future rests from now on.
func TestClockAndHold(t *testing.T) {
	for name, x := range map[string]struct {
		mail bool // INBOX tells the time
		told string
	}{"INBOX is empty": {false, ""}, "mail has come": {true, "about 300 days behind"}} {
		s := wrongClock(t, 0)
		s.put(contact.ByOutbox, "a")
		s.ok(0)
		if x.mail {
			s.mailOf(time.Time{})
		}
		s.clock = time.Now().Add(-300 * days)
		s.ok(0)
		s.clockStory(name, x.told, 0)
		s.clock = time.Now().Add(30 * time.Minute)
		s.ok(0)
		s.clockStory(name+", set, half an hour to rest", "", 0)
		s.ok(time.Hour)
		s.clockStory(name+", rested", "", 1)

		s.put(contact.ByOutbox, "b")
		s.clock = time.Now().Add(4000 * days)
		s.ok(0)
		s.clockStory(name+", far ahead", "", 1) // it is not to go yet
		s.clock = time.Now().Add(2 * time.Hour)
		s.put(contact.ByOutbox, "c") // another draft shows what is right
		s.ok(0)
		s.ok(30 * time.Minute)
		s.clockStory(name+", back", "", 1)
		s.ok(31 * time.Minute)
		s.clockStory(name+", back and rested", "", 3)
	}
}

// The time that --now pretends agrees with no server's.
func TestClockPretended(t *testing.T) {
	s := wrongClock(t, 900*days)
	s.settings.Pretended = true
	s.put(contact.BySend, "a")
	s.ok(0)
	s.clockStory("pretended", "", 1)
	if n := s.imap.count("INTERNALDATE"); n != 0 {
		t.Errorf("%d dates were read", n)
	}
}
