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

func FuzzParseCron(f *testing.F) {
	for _, s := range []string{"", "0 8 * * MON", "TZ=0", "CRON_TZ=UTC", "@every 1h", "@daily", "*/0 * * * *", "1-5/2,7 ? L * *"} {
		f.Add(s)
	}
	from := time.Date(2026, 11, 22, 12, 0, 0, 0, zone(f, "Europe/Madrid"))
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCron(s)
		if err == nil && !c.IsZero() && !c.Next(from).After(from) {
			t.Fatalf("%q: next is %v", s, c.Next(from))
		}
	})
}
