package daemon

import (
	"flag"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regards/imapwatch"
	"regards/internal/config"
	"regards/internal/mailsim"
	"regards/plan"
	"regards/store"
)

// calendar is a service without a mailbox, whose clock and configuration a test sets
// as it likes. What it knows, it knows from the store.
type calendar struct {
	*Daemon
	t     testing.TB
	clock time.Time
}

// newCalendar makes one that has never run, in a zone and with a line for the digest.
func newCalendar(t testing.TB, zone, line string, clock time.Time) *calendar {
	t.Helper()
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "regards.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	c := &calendar{t: t, clock: clock}
	c.start(st)
	c.configure(zone, line)
	return c
}

// start is what a process does that begins.
func (c *calendar) start(st *store.Store) {
	c.Daemon = newDaemonOn(st, Account{Name: "home", Address: "ana@example.org", Letters: true})
	c.now = func() time.Time { return c.clock }
	c.settings.Digest.To = "ana@example.org"
	c.settings.NextPlan = func(t time.Time) time.Time { return t.Add(7 * time.Hour) }
}

// restart ends the process and begins another, with the same configuration.
func (c *calendar) restart() {
	settings := c.settings
	c.start(c.store)
	c.settings = settings
}

// configure edits the time zone and the digest's line; "" leaves one as it is.
func (c *calendar) configure(zone, line string) {
	c.t.Helper()
	loc := c.settings.Policy.Location
	if zone != "" {
		loc = zoneOf(c.t, zone)
	}
	c.settings.Policy.Location = loc
	if line != "" {
		c.settings.Digest.Next = lineIn(c.t, line, loc)
	}
}

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func lineIn(t testing.TB, line string, loc *time.Location) func(time.Time) time.Time {
	t.Helper()
	cron, err := config.ParseCron(line)
	if err != nil {
		t.Fatal(err)
	}
	return func(t time.Time) time.Time { return cron.Next(t.In(loc)) }
}

// pass looks at the schedule once.
func (c *calendar) pass() {
	c.t.Helper()
	if err := c.planNotices(c.t.Context(), 0); err != nil {
		c.t.Fatal(err)
	}
}

// until lets the service run up to a time, as it does: from one look to the next.
func (c *calendar) until(end time.Time) {
	c.t.Helper()
	for {
		c.pass()
		next := c.settings.nextLook(c.clock)
		if !next.Before(end) {
			break
		}
		c.clock = next
	}
	c.clock = end
	c.pass()
}

// digests gives the days of all digests, in the order in which they were made.
func (c *calendar) digests() []string {
	c.t.Helper()
	all, err := c.store.Notices(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	days := make([]string, len(all))
	for i, n := range all {
		days[i] = strings.TrimPrefix(n.Key, "digest/")
	}
	return days
}

// A year of the service makes exactly the digests that the calendar asks for, each
// at its time: one for each day of the line, as the days are where the owner lives.
func TestYearOfDigests(t *testing.T) {
	every := func(time.Weekday) bool { return true }
	for _, x := range []struct {
		zone, from, line string
		hour, minute     int
		on               func(time.Weekday) bool
	}{
		{"Europe/Madrid", "2026-01-01", "30 2 * * *", 2, 30, every}, // 02:30 is not there once, and twice on another day
		{"Europe/Madrid", "2026-01-01", "0 8 * * MON", 8, 0, func(d time.Weekday) bool { return d == time.Monday }},
		{"America/Sao_Paulo", "2018-01-01", "0 0 * * *", 0, 0, every}, // the clocks change at midnight
		{"America/Sao_Paulo", "2018-01-01", "30 23 * * SAT,SUN", 23, 30, func(d time.Weekday) bool { return d == time.Saturday || d == time.Sunday }},
		{"Australia/Lord_Howe", "2026-01-01", "15 2 * * *", 2, 15, every}, // by half an hour
		{"Pacific/Apia", "2011-12-01", "0 8 * * *", 8, 0, every},          // without a 30 December
		{"Pacific/Apia", "2011-12-01", "0 0 * * FRI", 0, 0, func(d time.Weekday) bool { return d == time.Friday }},
		{"Africa/Casablanca", "2026-01-01", "30 2 * * *", 2, 30, every}, // around Ramadan
		{"America/Havana", "2026-01-01", "0 0 * * *", 0, 0, every},
		{"Asia/Kolkata", "2026-01-01", "59 23 * * *", 23, 59, every},
	} {
		t.Run(x.zone+" "+x.line, func(t *testing.T) {
			t.Parallel()
			loc := zoneOf(t, x.zone)
			day, err := time.ParseInLocation(time.DateOnly, x.from, loc)
			if err != nil {
				t.Fatal(err)
			}
			c := newCalendar(t, x.zone, x.line, day.Add(12*time.Hour))
			c.until(day.AddDate(0, 0, calendarDays).Add(12 * time.Hour))
			made, err := c.store.Notices(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for i := range calendarDays + 1 {
				y, m, d := day.Date()
				noon := time.Date(y, m, d+i, 12, 0, 0, 0, loc)
				if noon.Day() != time.Date(y, m, d+i, 12, 0, 0, 0, time.UTC).Day() {
					continue // there was no such day
				}
				at := time.Date(noon.Year(), noon.Month(), noon.Day(), x.hour, x.minute, 0, 0, loc)
				moved := x.zone == "Pacific/Apia" && noon.Format(time.DateOnly) == "2011-12-31" // it stands in for the day that was skipped
				if !x.on(noon.Weekday()) && !(moved && x.on(time.Friday)) || !at.After(day.Add(12*time.Hour)) || at.After(c.clock) {
					continue
				}
				if n == len(made) {
					t.Fatalf("%d digests; none for %v", n, noon)
				}
				got := made[n]
				n++
				// What the clock shows twice, it may be made at either time; what it never shows,
				// later by what is missing.
				reading := func(t time.Time) string { return t.In(loc).Format("15:04") }
				shown := at.Hour() == x.hour && at.Minute() == x.minute
				inTime := reading(got.Made) == reading(at) || !shown && got.Made.Sub(at).Abs() <= time.Hour
				if want := "digest/" + noon.Format(time.DateOnly); got.Key != want || !inTime {
					t.Fatalf("%s at %v; want %s at %v", got.Key, got.Made.In(loc), want, at)
				}
			}
			if n != len(made) {
				t.Errorf("%d digests more than the calendar asks for: %v", len(made)-n, c.digests())
			}
		})
	}
}

// What a clock, an owner and a configuration may do between two looks: each day has
// one digest at most, and what was slept through is made up for once.
func TestDigestsOfAStory(t *testing.T) {
	madrid := zoneOf(t, "Europe/Madrid")
	at := func(text string) time.Time {
		t.Helper()
		got, err := time.ParseInLocation("2006-01-02 15:04", text, madrid)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	type step struct {
		clock      string // what this machine shows then, in Madrid
		zone, line string // what is edited before
		want       string // the digests that there are after a look, the new ones behind
	}
	const begin, daily, weekly = "2026-11-20 12:00", "0 8 * * *", "0 8 * * MON"
	for name, x := range map[string]struct {
		line  string
		steps []step
	}{
		"the first run catches nothing up": {weekly, []step{{clock: "2026-11-22 12:00"}, {clock: "2026-11-23 07:59"}, {clock: "2026-11-23 08:00", want: "2026-11-23"}}},
		"ten days of sleep": {daily, []step{
			{clock: "2026-11-21 08:00", want: "2026-11-21"}, {clock: "2026-12-01 09:00", want: "2026-11-21 2026-12-01"},
			{clock: "2026-12-01 10:00", want: "2026-11-21 2026-12-01"}, {clock: "2026-12-02 08:00", want: "2026-11-21 2026-12-01 2026-12-02"}}},
		"five weeks of sleep": {weekly, []step{{clock: "2026-12-31 09:00", want: "2026-12-28"}, {clock: "2027-01-03 09:00", want: "2026-12-28"}, {clock: "2027-01-04 09:00", want: "2026-12-28 2027-01-04"}}},
		"set back by some hours, over the firing": {daily, []step{
			{clock: "2026-11-21 09:00", want: "2026-11-21"}, {clock: "2026-11-21 07:00", want: "2026-11-21"},
			{clock: "2026-11-21 08:00", want: "2026-11-21"}, {clock: "2026-11-22 08:00", want: "2026-11-21 2026-11-22"}}},
		"set back by a day": {daily, []step{
			{clock: "2026-11-22 09:00", want: "2026-11-22"}, {clock: "2026-11-21 09:00", want: "2026-11-22"},
			{clock: "2026-11-22 09:00", want: "2026-11-22"}, {clock: "2026-11-23 09:00", want: "2026-11-22 2026-11-23"}}},
		"set back by a month, and forward again": {weekly, []step{
			{clock: "2026-11-23 09:00", want: "2026-11-23"}, {clock: "2026-10-23 09:00", want: "2026-11-23"},
			{clock: "2026-10-26 09:00", want: "2026-10-26 2026-11-23"}, {clock: "2026-11-24 09:00", want: "2026-10-26 2026-11-23"},
			{clock: "2026-11-30 09:00", want: "2026-10-26 2026-11-23 2026-11-30"}}},
		"far forward, and back": {weekly, []step{
			{clock: "2038-01-20 09:00", want: "2038-01-18"}, {clock: "2026-11-21 09:00", want: "2038-01-18"},
			{clock: "2026-11-23 09:00", want: "2026-11-23 2038-01-18"}, {clock: "2026-11-23 10:00", want: "2026-11-23 2038-01-18"}}},
		"begun in 1970": {weekly, []step{{clock: "1970-01-01 01:00"}, {clock: "2026-11-23 09:00", want: "2026-11-23"}, {clock: "2026-11-23 10:00", want: "2026-11-23"}}},
		"west: the same morning comes again": {daily, []step{
			{clock: "2026-11-23 08:00", want: "2026-11-23"}, {clock: "2026-11-23 12:00", zone: "America/New_York", line: daily, want: "2026-11-23"},
			{clock: "2026-11-23 14:00", want: "2026-11-23"}, {clock: "2026-11-24 14:00", want: "2026-11-23 2026-11-24"}}},
		"east: before the morning there": {daily, []step{
			{clock: "2026-11-23 08:00", want: "2026-11-23"}, {clock: "2026-11-23 20:00", zone: "Asia/Tokyo", line: daily, want: "2026-11-23"},
			{clock: "2026-11-24 00:00", want: "2026-11-23 2026-11-24"}, {clock: "2026-11-24 23:59", want: "2026-11-23 2026-11-24"}}},
		"east: the morning there is over": {daily, []step{
			{clock: "2026-11-22 08:00", want: "2026-11-22"}, {clock: "2026-11-23 07:00", zone: "Asia/Tokyo", line: daily, want: "2026-11-22 2026-11-23"},
			{clock: "2026-11-23 09:00", want: "2026-11-22 2026-11-23"}, {clock: "2026-11-24 00:00", want: "2026-11-22 2026-11-23 2026-11-24"}}},
		"over the date line to the west, and the day is lost": {daily, []step{
			{clock: "2026-11-23 08:00", zone: "Pacific/Pago_Pago", line: daily, want: "2026-11-22"}, // 20:00 there of the 22nd
			{clock: "2026-11-23 21:00", zone: "Pacific/Apia", line: daily, want: "2026-11-22 2026-11-24"},
			{clock: "2026-11-24 21:00", want: "2026-11-22 2026-11-24 2026-11-25"}}},
		"over the date line to the east, and the day comes twice": {daily, []step{
			{clock: "2026-11-22 20:00", zone: "Pacific/Apia", line: daily, want: "2026-11-23"}, // 08:00 there of the 23rd
			{clock: "2026-11-22 21:00", zone: "Pacific/Pago_Pago", line: daily, want: "2026-11-23"},
			{clock: "2026-11-23 20:00", want: "2026-11-23"}, {clock: "2026-11-24 20:00", want: "2026-11-23 2026-11-24"}}},
		"another line": {weekly, []step{
			{clock: "2026-11-23 08:00", want: "2026-11-23"}, {clock: "2026-11-23 09:00", line: "0 10 * * MON", want: "2026-11-23"},
			{clock: "2026-11-23 10:00", want: "2026-11-23"}, {clock: "2026-11-25 09:00", line: "0 8 * * FRI", want: "2026-11-23"},
			{clock: "2026-11-27 08:00", want: "2026-11-23 2026-11-27"}}},
		"twice a day is once": {"0 8,18 * * *", []step{{clock: "2026-11-21 08:00", want: "2026-11-21"}, {clock: "2026-11-21 18:00", want: "2026-11-21"}, {clock: "2026-11-22 18:00", want: "2026-11-21 2026-11-22"}}},
	} {
		for _, restarts := range []bool{false, true} {
			c := newCalendar(t, "Europe/Madrid", x.line, at(begin))
			c.pass()
			for _, s := range x.steps {
				c.configure(s.zone, s.line)
				if restarts {
					c.restart()
				}
				c.clock = at(s.clock)
				c.pass()
				got := c.digests()
				slices.Sort(got)
				if strings.Join(got, " ") != s.want {
					t.Errorf("%s, restarts %t: at %s there are %s, want %s", name, restarts, s.clock, got, s.want)
				}
			}
		}
	}
}

// Whatever the clock does: one look makes one digest at most, none has a day that no
// clock has shown, and while time goes on the newest that is due is there.
func TestDigestsWhateverHappens(t *testing.T) {
	usual := flag.Lookup("rapid.checks").Value.String()
	must(t, flag.Set("rapid.checks", calendarChecks))
	defer func() { must(t, flag.Set("rapid.checks", usual)) }()
	rapid.Check(t, func(rt *rapid.T) {
		zones := rapid.SampledFrom([]string{"Europe/Madrid", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo"})
		lines := rapid.SampledFrom([]string{"30 2 * * *", "0 8 * * MON", "0 0 * * *", "*/30 6-9 1,15 * *"})
		begin := time.Date(2011, 12, 1, 12, 0, 0, 0, time.UTC)
		c := newCalendar(t, zones.Draw(rt, "zone"), lines.Draw(rt, "line"), begin)
		defer c.store.Close()
		c.pass()
		earliest, latest := begin, begin
		for range rapid.IntRange(1, calendarSteps).Draw(rt, "steps") {
			before, had, same := c.clock, len(c.digests()), true
			switch rapid.IntRange(0, 9).Draw(rt, "what") {
			case 0:
				c.restart()
			case 1:
				c.configure(zones.Draw(rt, "zone"), lines.Draw(rt, "line"))
				same = false
			case 2:
				c.clock = c.clock.Add(-time.Duration(rapid.IntRange(1, 60*24*60).Draw(rt, "back")) * time.Minute)
			case 3:
				c.clock = c.clock.AddDate(0, rapid.IntRange(1, 30).Draw(rt, "far"), 0)
			default:
				c.clock = c.clock.Add(time.Duration(rapid.IntRange(1, 12*24*60).Draw(rt, "minutes")) * time.Minute)
			}
			if c.clock.Before(earliest) {
				earliest = c.clock
			}
			if c.clock.After(latest) {
				latest = c.clock
			}
			fired, _, err := c.store.Fired(t.Context(), digestLine)
			must(t, err)
			c.pass()
			all := c.digests()
			if len(all)-had > 1 || same && c.clock.Before(before) && len(all) != had {
				rt.Fatalf("from %v to %v: %v, had %d", before, c.clock, all, had)
			}
			loc := c.settings.Policy.Location
			for _, day := range all {
				if day < earliest.AddDate(0, 0, -1).Format(time.DateOnly) || day > latest.AddDate(0, 0, 1).Format(time.DateOnly) {
					rt.Fatalf("%s, but the clock has shown %v to %v", day, earliest, latest)
				}
			}
			// What lies before the last firing, by a clock that was ahead, has had its turn.
			if due := latestFiring(c.settings.Digest.Next, before, c.clock); same && due.After(fired) && !slices.Contains(all, due.In(loc).Format(time.DateOnly)) {
				rt.Fatalf("from %v to %v: %v, but none for %v", before, c.clock, all, due)
			}
		}
	})
}

// News to tell is asked for by one digest in a quarter: the first after the line for
// it has fired, whenever that digest is made.
func TestNewsIsAskedForOnce(t *testing.T) {
	loc := zoneOf(t, "Europe/Madrid")
	for name, x := range map[string]struct {
		line string
		late time.Duration // how long after its time each digest is made
		want string
	}{
		"on a Thursday":                   {"0 8 1 10 *", 0, "2026-10-05"},
		"at the same moment":              {"0 8 5 10 *", 0, "2026-10-05"},
		"between its time and its making": {"0 9 5 10 *", 2 * time.Hour, "2026-10-12"},
		"just before":                     {"0 7 5 10 *", 2 * time.Hour, "2026-10-05"},
		"never":                           {"", 0, ""},
	} {
		c := newCalendar(t, "Europe/Madrid", "0 8 * * MON", time.Date(2026, 9, 20, 12, 0, 0, 0, loc))
		if x.line != "" {
			c.settings.Digest.Milestones = lineIn(t, x.line, loc)
		}
		c.pass()
		for c.clock.Month() < time.November {
			c.clock = c.settings.Digest.Next(c.clock).Add(x.late)
			c.pass()
		}
		all, err := c.store.Notices(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var asked []string
		for _, n := range all {
			if slices.ContainsFunc(n.Lines, func(h plan.Handle) bool { return h.Says == "asks.milestones" }) {
				asked = append(asked, strings.TrimPrefix(n.Key, "digest/"))
			}
		}
		if strings.Join(asked, " ") != x.want || len(all) != 7 {
			t.Errorf("%s: asked by %v of %d, want %s", name, asked, len(all), x.want)
		}
	}
}

// The line of a practice fires for the pass that knows all mail, and once.
func TestOwnLineHasItsTurn(t *testing.T) {
	const line = "practice/" + plan.KeepInTouch
	d := newDaemon(t, Account{Name: "home", Address: "ana@example.org", Letters: true})
	clock := noon
	d.now = func() time.Time { return clock }
	silent(t, d, maria(t, d))
	own := d.settings.Policy.Practices[plan.KeepInTouch]
	own.Next = daily
	d.settings.Policy.Practices[plan.KeepInTouch] = own
	go d.decisions(t.Context())
	r := (&sink{d: d, account: d.settings.Accounts[0]}).readiness()
	r.watched = []string{"INBOX"}
	pass := func(at time.Time, known bool) (hellos int, fired time.Time) {
		t.Helper()
		clock = at
		delete(r.synced, "INBOX")
		if known {
			r.synced["INBOX"] = at
		}
		if err := d.planLetters(t.Context()); err != nil {
			t.Fatal(err)
		}
		letters, err := d.store.Letters(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range letters {
			if l.Practice == plan.KeepInTouch {
				hellos++
			}
		}
		fired, _, err = d.store.Fired(t.Context(), line)
		if err != nil {
			t.Fatal(err)
		}
		return hellos, fired
	}
	morning := noon.Add(20 * time.Hour) // eight o'clock
	for _, x := range []struct {
		what   string
		at     time.Time
		known  bool
		hellos int
		fired  time.Time
	}{
		{"it only begins", noon, true, 0, noon},
		{"not yet", morning.Add(-time.Second), true, 0, noon},
		{"its time, but INBOX is not known", morning, false, 0, noon},
		{"now it is", morning.Add(time.Minute), true, 1, morning.Add(time.Minute)},
		{"once", morning.Add(time.Hour), true, 1, morning.Add(time.Minute)},
		{"the clock is far ahead", noon.AddDate(9, 0, 0), true, 1, noon.AddDate(9, 0, 0)},
		{"and back: it begins anew", morning.Add(2 * time.Hour), true, 1, morning.Add(2 * time.Hour)},
	} {
		if hellos, fired := pass(x.at, x.known); hellos != x.hellos || !fired.Equal(x.fired) {
			t.Errorf("%s: %d hellos, fired at %v; want %d, %v", x.what, hellos, fired, x.hellos, x.fired)
		}
	}
	own.Next = nil
	d.settings.Policy.Practices[plan.KeepInTouch] = own
	if _, fired := pass(clock, true); !fired.IsZero() {
		t.Errorf("the line is gone from the configuration, but fired at %v", fired)
	}
}

// The service looks when any line fires, however seldom plans are made.
func TestNextLook(t *testing.T) {
	never := func(time.Time) time.Time { return time.Time{} }
	in := func(d time.Duration) func(time.Time) time.Time {
		return func(t time.Time) time.Time { return t.Add(d) }
	}
	for _, x := range []struct{ plan, digest, own, want time.Duration }{
		{10, 0, 0, 10}, {10, 5, 0, 5}, {10, 20, 0, 10}, {10, 0, 3, 3}, {10, 5, 3, 3}, {10, -1, -1, 10},
	} {
		line := func(d time.Duration) func(time.Time) time.Time {
			switch {
			case d == 0:
				return nil
			case d < 0:
				return never
			}
			return in(d)
		}
		s := Settings{NextPlan: in(x.plan), Digest: DigestSettings{Next: line(x.digest)},
			Policy: plan.Policy{Practices: map[string]plan.Practice{plan.ThankYou: {Next: line(x.own)}}}}
		if got := s.nextLook(noon).Sub(noon); got != x.want {
			t.Errorf("%+v: %d", x, got)
		}
	}
}

// A hello that waits for its greeting to be read keeps the turn of its practice.
func TestOwnLineWaitsForGreeting(t *testing.T) {
	k := newScene(t, mailsim.Options{})
	silent(t, k.Daemon, k.maria)
	own := k.settings.Policy.Practices[plan.KeepInTouch]
	own.Next = daily
	k.settings.Policy.Practices[plan.KeepInTouch] = own
	raw := []byte("From: ana@example.org\r\nTo: tom@uni.example\r\nSubject: Hello\r\nDate: Sun, 20 Sep 2026 12:00:00 +0000\r\nMessage-ID: <last@example.org>\r\n\r\nHi Tom,\r\nHow are you?\r\n")
	_, err := k.server.Append("Sent", mailsim.Message{Raw: raw})
	must(t, err)
	must(t, k.reload(t.Context()))
	watcher := &sink{d: k.Daemon, account: k.settings.Accounts[0]}
	must(t, watcher.Commit(t.Context(), []imapwatch.Batch{{Mailbox: "Sent", Sent: true, Cursor: imapwatch.Cursor{UIDValidity: 1, Low: 1, High: 1},
		Messages: []imapwatch.Message{message(t, string(raw))}}}))
	r := watcher.readiness()
	r.watched = []string{"INBOX", "Sent"}
	pass := func(after time.Duration, hellos int, turn bool) {
		t.Helper()
		k.clock = k.clock.Add(after)
		r.synced["INBOX"], r.synced["Sent"] = k.clock, k.clock
		must(t, k.planLetters(t.Context()))
		k.expectHellos(hellos)
		p, err := Fired(t.Context(), k.store, k.settings.Policy)
		must(t, err)
		if p.Practices[plan.KeepInTouch].Fires(k.clock) != turn {
			t.Errorf("it has its turn still: %t", !turn)
		}
	}
	pass(0, 0, false)
	pass(20*time.Hour, 0, true)
	v := k.visit()
	must(t, v.greet(t.Context()))
	v.leave(t.Context())
	k.expectHellos(1)
	pass(time.Minute, 1, false)
}

// expectHellos checks how many hellos there are.
func (k *scene) expectHellos(want int) {
	k.t.Helper()
	letters, err := k.store.Letters(k.t.Context())
	must(k.t, err)
	if got := strings.Count(practicesOf(letters), plan.KeepInTouch); got != want {
		k.t.Errorf("%d hellos, want %d", got, want)
	}
}
