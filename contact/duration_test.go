package contact

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDuration(t *testing.T) {
	for s, want := range map[string]Duration{
		"45m":              {Rest: 45 * time.Minute},
		"36h":              {Rest: 36 * time.Hour},
		"3d":               {Days: 3},
		"2w":               {Days: 14},
		"2mo":              {Months: 2},
		"1y":               {Months: 12},
		"0":                {},
		"0d":               {},
		"1h30m":            {Rest: 90 * time.Minute},
		"1y2mo3w4d5h6m7s":  {Months: 14, Days: 25, Rest: 5*time.Hour + 6*time.Minute + 7*time.Second},
		"100y":             {Months: 1200},
		"000000000000003d": {Days: 3},
	} {
		if got, err := ParseDuration(s); err != nil || got != want {
			t.Errorf("%q: got %+v, %v; want %+v", s, got, err, want)
		}
	}
}

func TestParseDurationErrors(t *testing.T) {
	const form = `write a number and a unit (m, h, d, w, mo, y), such as "3d"`
	const short = "write a shorter one, or 0 for no limit"
	for s, want := range map[string]string{
		"":                        `"" is no length of time; ` + form,
		"7":                       `"7" has no unit; write a unit (m, h, d, w, mo, y), such as "7d"`,
		"1h30":                    `"1h30" has no unit; write a unit (m, h, d, w, mo, y), such as "30d"`,
		"-3d":                     `"-3d" is negative; write a length such as "3d", or 0 for no limit`,
		"d":                       `"d" is no length of time; ` + form,
		"3 d":                     `"3 d" is no length of time; ` + form,
		"1.5h":                    `"1.5h" is no length of time; ` + form,
		"3days":                   `"3days" is no length of time; ` + form,
		"3D":                      `"3D" is no length of time; ` + form,
		"1d1w":                    `"1d1w" is no length of time; ` + form,
		"1d1d":                    `"1d1d" is no length of time; ` + form,
		"101y":                    `"101y" is longer than 100 years; ` + short,
		"100y1s":                  `"100y1s" is longer than 100 years; ` + short,
		"9000000000000000000h":    `"9000000000000000000h" is longer than 100 years; ` + short,
		"99999999999999999999999": `"99999999999999999999999" is no length of time; ` + form,
	} {
		if got, err := ParseDuration(s); err == nil || err.Error() != want || !got.IsZero() {
			t.Errorf("%q: got %+v and\n%v; want\n%s", s, got, err, want)
		}
	}
}

func TestAfter(t *testing.T) {
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ from, length, want string }{
		{"2026-03-28 09:00", "1d", "2026-03-29 09:00"}, // the day has 23 hours
		{"2026-03-28 09:00", "24h", "2026-03-29 10:00"},
		{"2026-10-24 09:00", "1d", "2026-10-25 09:00"}, // 25 hours
		{"2026-01-31 09:00", "1mo", "2026-02-28 09:00"},
		{"2028-01-31 09:00", "1mo", "2028-02-29 09:00"},
		{"2026-12-31 09:00", "2mo", "2027-02-28 09:00"},
		{"2028-02-29 09:00", "1y", "2029-02-28 09:00"},
		{"2026-11-20 09:00", "2w", "2026-12-04 09:00"},
		{"2026-11-20 09:00", "1mo1d1h", "2026-12-21 10:00"},
		{"2026-11-20 09:00", "0", "2026-11-20 09:00"},
	} {
		const form = "2006-01-02 15:04"
		from, err := time.ParseInLocation(form, x.from, madrid)
		if err != nil {
			t.Fatal(err)
		}
		d, err := ParseDuration(x.length)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.After(from); got.Format(form) != x.want || got.Location() != madrid {
			t.Errorf("%s after %s: got %v, want %s", x.length, x.from, got, x.want)
		}
	}
}

func TestCompare(t *testing.T) {
	for _, x := range []struct {
		a, b string
		want int
	}{
		{"24h", "1d", 0}, {"7d", "1w", 0}, {"12mo", "1y", 0},
		{"59d", "2mo", -1}, {"2mo", "60d", 1}, {"365d", "1y", -1}, {"0", "1s", -1},
	} {
		a, _ := ParseDuration(x.a)
		b, _ := ParseDuration(x.b)
		if got := a.Compare(b); got != x.want || b.Compare(a) != -x.want {
			t.Errorf("%s and %s: got %d, want %d", x.a, x.b, got, x.want)
		}
	}
}

func drawDuration(t *rapid.T, label string) Duration {
	return Duration{
		Months: rapid.IntRange(0, 400).Draw(t, label+" months"),
		Days:   rapid.IntRange(0, 10000).Draw(t, label+" days"),
		Rest:   time.Duration(rapid.IntRange(0, 1e8).Draw(t, label+" seconds")) * time.Second,
	}
}

func TestDurationRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDuration(t, "d")
		back, err := ParseDuration(d.String())
		if err != nil || back != d {
			t.Fatalf("%+v is written %s and read as %+v, %v", d, d, back, err)
		}
	})
}

// A longer length never ends earlier, months apart: those differ by up to
// three days from their mean.
func TestAfterFollowsCompare(t *testing.T) {
	from := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		at := from.Add(time.Duration(rapid.IntRange(0, 1e8).Draw(t, "start")) * time.Second)
		a, b := drawDuration(t, "a"), drawDuration(t, "b")
		if a.After(at).Before(at) {
			t.Fatalf("%s after %v is earlier", a, at)
		}
		if a.Compare(b) < 0 && a.After(at).Sub(b.After(at)) > 5*24*time.Hour {
			t.Fatalf("%s is shorter than %s, but ends later", a, b)
		}
	})
}

// Whatever is accepted is written back as something that means the same.
func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"", "0", "45m", "2mo", "1y2mo3w4d5h6m7s", "-1d", "1.5h", "9223372036854775807w"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDuration(s)
		if err != nil {
			return
		}
		if d.Months < 0 || d.Days < 0 || d.Rest < 0 {
			t.Fatalf("%q is negative: %+v", s, d)
		}
		if back, err := ParseDuration(d.String()); err != nil || back != d {
			t.Fatalf("%q is %+v, then %+v, %v", s, d, back, err)
		}
	})
}
