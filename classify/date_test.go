package classify

import (
	"net/mail"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDate(t *testing.T) {
	for in, want := range map[string]string{
		// RFC 5322 sections 3.3 and 4.3
		"Mon, 16 Nov 2026 10:05:07 +0100":         "2026-11-16T09:05:07Z",
		"16 Nov 2026 10:05 -0330":                 "2026-11-16T13:35:00Z",
		"Mon, 16 Nov 2026 10:05:07 GMT":           "2026-11-16T10:05:07Z",
		"Mon, 16 Nov 2026 10:05:07 EST":           "2026-11-16T15:05:07Z",
		"Mon, 16 Nov 2026 10:05:07 +0100 (CET)":   "2026-11-16T09:05:07Z",
		"Mon (x), 16 (y(z)) Nov 2026 10:05:07 UT": "2026-11-16T10:05:07Z",
		"16 Nov 26 10:05 Z":                       "2026-11-16T10:05:00Z",
		"16 Nov 96 10:05 A":                       "1996-11-16T10:05:00Z",
		"16 Nov 126 10:05 +0000":                  "2026-11-16T10:05:00Z",
		"Sat, 31 Dec 2016 23:59:60 +0000":         "2017-01-01T00:00:00Z",
		"29 Feb 2024 00:00:00 -0000":              "2024-02-29T00:00:00Z",
		// what broken programs write
		"Mon Nov 16 10:05:07 2026":             "2026-11-16T10:05:07Z",
		"Mon Nov 16 10:05:07 PST 2026":         "2026-11-16T18:05:07Z",
		"Mon, 16-Nov-2026 10:05:07 +0100":      "2026-11-16T09:05:07Z",
		"2026-11-16T10:05:07Z":                 "2026-11-16T10:05:07Z",
		"2026-11-16T10:05:07.123+01:00":        "2026-11-16T09:05:07Z",
		"2026-11-16 10:05:07 +0100":            "2026-11-16T09:05:07Z",
		"Mon, 16 November 2026 10:05:07 +0100": "2026-11-16T09:05:07Z",
		"lun., 16 Nov 2026 10:05:07 +0100":     "2026-11-16T09:05:07Z",
		"mar., 17 Nov 2026 10:05:07 +0100":     "2026-11-17T09:05:07Z",
		"Mon, 16 Nov 2026 10:05:07 GMT+0100":   "2026-11-16T09:05:07Z",
		"Mon, 16 Nov 2026 10:05:07+0100":       "2026-11-16T09:05:07Z",
		"Mon, 16 Nov 2026 10:05:07 +0100 CET":  "2026-11-16T09:05:07Z",
		"Mon, 16 Nov 2026 10:05:07":            "2026-11-16T10:05:07Z",
		"Mon, 16 Nov 2026 10:05:07 NOVT":       "2026-11-16T10:05:07Z",
		"Mon, 16 Nov 2026 10:05:07 +9999":      "2026-11-16T10:05:07Z",
		"Nov 16, 2026 1:05:07 PM":              "2026-11-16T13:05:07Z",
		"Nov 16, 2026 12:05 AM":                "2026-11-16T00:05:00Z",
		// not for certain
		"":                                "",
		"yesterday":                       "",
		"11/16/2026 10:05:07":             "",
		"16 Nov 10:05:07 +0000":           "",
		"16 Nov 2026":                     "",
		"31 Feb 2026 10:05:07 +0000":      "",
		"32 Nov 2026 10:05:07 +0000":      "",
		"16 Nov 2026 25:05:07 +0000":      "",
		"16 Nov 2026 10:65:07 +0000":      "",
		"16 Nov 20261 10:05:07 +0000":     "",
		"16 Nov 0000 10:05:07 +0000":      "",
		"16 Nov 2026 2027 10:05:07 +0000": "",
		"16 Nov 2026 10:05:07 10:05:08":   "",
		"2026-13-16T10:05:07Z":            "",
		"2026-11-16T":                     "",
		"16-Nov 10:05:07":                 "",
		"16 Nov 2026 :: +0000":            "",
	} {
		got := ""
		if d := parseDate([]byte(in)); !d.IsZero() {
			got = d.Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestDateLikeNetMail: on dates of RFC 5322 with numeric zones, this parser
// agrees with the standard library's.
func TestDateLikeNetMail(t *testing.T) {
	layouts := []string{
		"Mon, 2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 -0700", "02 Jan 2006 15:04 -0700",
		"Mon, 2 Jan 06 15:04:05 -0700", "Mon, 02 Jan 2006 15:04:05 -0700 (MST)", "Mon, 2 Jan 2006 15:04:05 GMT",
	}
	rapid.Check(t, func(t *rapid.T) {
		zone := time.FixedZone("XYZ", rapid.IntRange(-15*60, 15*60).Draw(t, "minutes")*60)
		at := time.Unix(rapid.Int64Range(0, 2524607999).Draw(t, "unix"), 0).In(zone)
		in := at.Format(rapid.SampledFrom(layouts).Draw(t, "layout"))
		want, err := mail.ParseDate(in)
		if err != nil {
			t.Skip("another draw is made: net/mail does not read this one: ", err)
		}
		if got := parseDate([]byte(in)); !got.Equal(want) && at.Year() >= 1970 && !isTwoDigit(want, got) {
			t.Fatalf("%q: got %v, want %v", in, got, want)
		}
	})
}

// isTwoDigit allows for where the centuries part: net/mail takes 50 to 68 for
// 2050 to 2068, RFC 5322 section 4.3 for 1950 to 1968.
func isTwoDigit(a, b time.Time) bool {
	return a.Sub(b).Abs() > 99*365*24*time.Hour
}

func TestDateAnyBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.StringMatching(`[0-9A-Za-z:+(),. -]{0,40}`).Draw(t, "in")
		if d := parseDate([]byte(in)); d.Year() > 10000 {
			t.Fatalf("%q: %v", in, d)
		}
	})
}
