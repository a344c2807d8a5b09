package config

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestCronNext(t *testing.T) {
	for _, x := range []struct{ zone, line, from, want string }{
		{"Europe/Madrid", "0 8 * * MON", "2026-11-22T12:00:00+01:00", "2026-11-23T08:00:00+01:00"},
		{"Europe/Madrid", "0 8 * * MON", "2026-11-23T08:00:00+01:00", "2026-11-30T08:00:00+01:00"},
		{"Europe/Madrid", "0 8 1 */3 *", "2026-11-22T12:00:00+01:00", "2027-01-01T08:00:00+01:00"},
		{"Europe/Madrid", "@daily", "2026-11-22T12:00:00+01:00", "2026-11-23T00:00:00+01:00"},
		// The clocks skip 02:00 to 03:00: the line fires as much later.
		{"Europe/Madrid", "30 2 * * *", "2026-03-28T12:00:00+01:00", "2026-03-29T03:30:00+02:00"},
		{"Europe/Madrid", "30 2 * * *", "2026-03-29T03:30:00+02:00", "2026-03-30T02:30:00+02:00"},
		// 02:30 comes twice: the line fires once.
		{"Europe/Madrid", "30 2 * * *", "2026-10-24T12:00:00+02:00", "2026-10-25T02:30:00+01:00"},
		{"Europe/Madrid", "30 2 * * *", "2026-10-25T02:30:00+01:00", "2026-10-26T02:30:00+01:00"},
		// A midnight that does not exist does not take the day with it.
		{"America/Sao_Paulo", "0 0 * * SUN", "2018-11-03T12:00:00-03:00", "2018-11-04T01:00:00-02:00"},
		{"America/Sao_Paulo", "0 0 * * SUN", "2018-11-04T01:00:00-02:00", "2018-11-11T00:00:00-02:00"},
		// A line for every hour follows real time.
		{"Europe/Madrid", "*/10 * * * *", "2026-10-25T02:50:00+02:00", "2026-10-25T02:00:00+01:00"},
		{"Europe/Madrid", "*/10 * * * *", "2026-03-29T01:50:00+01:00", "2026-03-29T03:00:00+02:00"},
		{"Australia/Lord_Howe", "0 * * * *", "2026-04-05T01:00:00+11:00", "2026-04-05T02:00:00+10:30"},
		{"Australia/Lord_Howe", "15 * * * *", "2026-04-05T01:15:00+11:00", "2026-04-05T02:15:00+10:30"},
		{"Australia/Lord_Howe", "45 * * * *", "2026-04-05T01:45:00+11:00", "2026-04-05T01:45:00+10:30"},
		{"Australia/Lord_Howe", "0 * * * *", "2026-10-04T01:00:00+10:30", "2026-10-04T03:00:00+11:00"},
		// Nor does a day that is not there, or has no midnight, stop it.
		{"America/Sao_Paulo", "0 * * * SUN", "2018-11-03T12:00:00-03:00", "2018-11-04T01:00:00-02:00"},
		{"Pacific/Apia", "0 * * * SAT", "2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00"},
		{"Pacific/Apia", "0 * * * FRI", "2011-12-29T12:00:00-10:00", "2012-01-06T00:00:00+14:00"},
		{"Pacific/Apia", "0 0 30 * *", "2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00"},
		{"Pacific/Kwajalein", "30 * 21,22 8 *", "1993-08-20T12:00:00-12:00", "1993-08-22T00:30:00+12:00"},
		{"Europe/Madrid", "0 * 29 2 *", "2096-03-01T00:00:00+01:00", "2104-02-29T00:00:00+01:00"},
	} {
		c, err := ParseCron(x.line)
		if err != nil {
			t.Fatal(err)
		}
		from, err := time.Parse(time.RFC3339, x.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Next(from.In(zone(t, x.zone))).Format(time.RFC3339); got != x.want {
			t.Errorf("%s after %s: got %s, want %s", x.line, x.from, got, x.want)
		}
	}
}

func TestCronNever(t *testing.T) {
	c, err := ParseCron("")
	if err != nil || !c.IsZero() || c.String() != "" {
		t.Fatalf("got %+v, %v", c, err)
	}
	if next := c.Next(time.Now()); !next.IsZero() {
		t.Errorf("got %v, want never", next)
	}
}

func TestParseCronErrors(t *testing.T) {
	for line, want := range map[string]string{
		" ":                            `" " is no cron line (empty spec string); ` + cronFix,
		"0 8 * *":                      `"0 8 * *" is no cron line (expected exactly 5 fields, found 4: [0 8 * *]); ` + cronFix,
		"0 25 * * *":                   `"0 25 * * *" is no cron line (end of range (25) above maximum (23): 25); ` + cronFix,
		"0 0 30 2 *":                   `"0 0 30 2 *" never comes: there is no such date; ` + cronFix,
		", * * * *":                    `", * * * *" never comes: there is no such date; ` + cronFix,
		"TZ=0":                         `"TZ=0" names a time zone, but the owner's holds; ` + cronFix,
		"CRON_TZ=Asia/Tokyo 0 8 * * *": `"CRON_TZ=Asia/Tokyo 0 8 * * *" names a time zone, but the owner's holds; ` + cronFix,
		"@every 24h":                   `"@every 24h" drifts with every restart; write fields, such as "*/10 * * * *"`,
		"@every -5m":                   `"@every -5m" drifts with every restart; write fields, such as "*/10 * * * *"`,
		"@fortnightly":                 `"@fortnightly" is no cron line (unrecognized descriptor: @fortnightly); ` + cronFix,
	} {
		if c, err := ParseCron(line); err == nil || err.Error() != want || !c.IsZero() {
			t.Errorf("%q: got\n%v; want\n%s", line, err, want)
		}
	}
}

// A daily line fires on every date once, whatever the clocks do.
func TestCronDaily(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loc := zone(t, rapid.SampledFrom([]string{
			"Europe/Madrid", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Cairo", "UTC",
		}).Draw(t, "zone"))
		hour, minute := rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute")
		c := mustCron(time.Date(2000, 1, 1, hour, minute, 0, 0, time.UTC).Format("4 15") + " * * *")
		at := time.Date(rapid.IntRange(2000, 2030).Draw(t, "year"), 1, 1, 0, 0, 0, 0, loc).Add(-time.Second)
		for day := range 365 {
			next := c.Next(at)
			want := time.Date(at.Year(), at.Month(), at.Day()+1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
			if got := next.Format(time.DateOnly); !next.After(at) || day > 0 && got != want {
				t.Fatalf("%s after %v: got %v", c, at, next)
			}
			at = next
		}
	})
}

// Any text is refused, or is a line whose firings follow one another, for as long as
// it is asked and in any time zone.
func FuzzParseCron(f *testing.F) {
	for _, s := range []string{"", "0 8 * * MON", "TZ=0", "CRON_TZ=UTC", "@every 1h", "@daily", "*/0 * * * *", "1-5/2,7 ? L * *",
		"0 * * * SUN", "30 * 30 12 *", "* * 29 2 *", "59 23 31 */2 7", "0 0 1 1 ?", "@hourly", "*/59 0-23 * feb-mar sun-sat"} {
		f.Add(s, "Pacific/Apia", int64(1325000000))
		f.Add(s, "Europe/Madrid", int64(1795000000))
	}
	f.Fuzz(func(t *testing.T, s, zone string, unix int64) {
		c, err := ParseCron(s)
		loc, unknown := time.LoadLocation(zone)
		if unknown != nil {
			loc = time.UTC
		}
		// As far as times go that a clock shows.
		at := time.Unix(((unix%(1<<33))+(1<<33))%(1<<33), 0).In(loc)
		if err != nil || c.IsZero() {
			if next := c.Next(at); !next.IsZero() {
				t.Fatalf("%q fires at %v, %v", s, next, err)
			}
			return
		}
		for range 5 {
			next := c.Next(at)
			if !next.After(at) && !next.IsZero() || next.Location() != loc && !next.IsZero() {
				t.Fatalf("%q after %v: %v", s, at, next)
			}
			if next.IsZero() {
				return // no such date for years
			}
			at = next
		}
	})
}
