package contact

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of time as people say it: months and days follow the
// calendar, so that "3d" ends at the same time of day when the clocks change.
// The zero value means no limit where the key allows one. No part is negative.
type Duration struct {
	Months int
	Days   int
	Rest   time.Duration // whole seconds
}

type unit struct {
	name string
	one  Duration
}

// units are all that ParseDuration knows, the longest first, because that is
// the order in which they may follow each other.
var units = []unit{
	{"y", Duration{Months: 12}},
	{"mo", Duration{Months: 1}},
	{"w", Duration{Days: 7}},
	{"d", Duration{Days: 1}},
	{"h", Duration{Rest: time.Hour}},
	{"m", Duration{Rest: time.Minute}},
	{"s", Duration{Rest: time.Second}},
}

const (
	meanMonth = 2629746 // seconds; of the Gregorian calendar, 146097 days in 4800 months

	// Lengths beyond a century are slips of the finger; the limit also keeps
	// calendar arithmetic far from overflowing.
	longest = 1200 * meanMonth

	unitWords = "(m, h, d, w, mo, y)"
)

// ParseDuration reads "45m", "36h", "3d", "2w", "2mo", "1y", several of them
// with the longest unit first ("1h30m"), and "0". Any other number needs a
// unit. An error reads "what is wrong; what to write".
func ParseDuration(s string) (Duration, error) {
	if s == "0" {
		return Duration{}, nil
	}
	if strings.HasPrefix(s, "-") {
		return Duration{}, fmt.Errorf(`%s is negative; write a length such as "3d", or 0 for no limit`, quote(s))
	}
	var d Duration
	rest, known := s, units
	for rest != "" {
		digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			return Duration{}, notDuration(s)
		}
		if rest = rest[len(digits):]; rest == "" {
			return Duration{}, unitless(s, digits)
		}
		i := unitAt(rest, known)
		if i < 0 {
			return Duration{}, notDuration(s)
		}
		if n > longest/known[i].one.mean() {
			return Duration{}, tooLong(s)
		}
		d = d.plus(known[i].one, n)
		if d.mean() > longest {
			return Duration{}, tooLong(s)
		}
		rest, known = rest[len(known[i].name):], known[i+1:]
	}
	if s == "" {
		return Duration{}, notDuration(s)
	}
	return d, nil
}

// unitAt finds the unit that s begins with: all of its letters up to the next
// digit, so that "mo" is not taken for "m".
func unitAt(s string, known []unit) int {
	name := s
	if i := strings.IndexAny(s, "0123456789"); i >= 0 {
		name = s[:i]
	}
	for i, u := range known {
		if u.name == name {
			return i
		}
	}
	return -1
}

func notDuration(s string) error {
	return fmt.Errorf(`%s is no length of time; write a number and a unit %s, such as "3d"`, quote(s), unitWords)
}

func unitless(s, digits string) error {
	return fmt.Errorf("%s has no unit; write a unit %s, such as %q", quote(s), unitWords, digits+"d")
}

func tooLong(s string) error {
	return fmt.Errorf("%s is longer than 100 years; write a shorter one, or 0 for no limit", quote(s))
}

func (d Duration) plus(one Duration, n int64) Duration {
	d.Months += one.Months * int(n)
	d.Days += one.Days * int(n)
	d.Rest += one.Rest * time.Duration(n)
	return d
}

// mean is the length in seconds with every month taken at its mean.
func (d Duration) mean() int64 {
	return int64(d.Months)*meanMonth + int64(d.Days)*24*3600 + int64(d.Rest/time.Second)
}

// Compare is -1 if d is shorter than o, 0 if they are as long, 1 if it is
// longer, with a month taken at its mean of 30.44 days and a day at 24 hours.
func (d Duration) Compare(o Duration) int { return cmp.Compare(d.mean(), o.mean()) }

// IsZero reports whether the length is zero, which means no limit.
func (d Duration) IsZero() bool { return d == Duration{} }

// After is the time that lies d after t, in t's location. Months and days keep
// the time of day; a day of the month that is missing becomes the last one
// (31 January and a month is 28 or 29 February).
func (d Duration) After(t time.Time) time.Time {
	if d.Months != 0 {
		t = addMonths(t, d.Months)
	}
	if d.Days != 0 {
		t = t.AddDate(0, 0, d.Days)
	}
	return t.Add(d.Rest)
}

func addMonths(t time.Time, n int) time.Time {
	year, month, day := t.Date()
	last := time.Date(year, month+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(year, month+time.Month(n), min(day, last),
		t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
}

// String writes the length so that ParseDuration reads it back.
func (d Duration) String() string {
	var b strings.Builder
	part := func(n int, unit string) {
		if n > 0 {
			b.WriteString(strconv.Itoa(n) + unit)
		}
	}
	part(d.Months/12, "y")
	part(d.Months%12, "mo")
	if d.Days%7 == 0 {
		part(d.Days/7, "w")
	} else {
		part(d.Days, "d")
	}
	seconds := int(d.Rest / time.Second)
	part(seconds/3600, "h")
	part(seconds/60%60, "m")
	part(seconds%60, "s")
	if b.Len() == 0 {
		return "0"
	}
	return b.String()
}

// quote shows a value in an error, shortened.
func quote(s string) string {
	if runes := []rune(s); len(runes) > 60 {
		s = string(runes[:59]) + "…"
	}
	return strconv.Quote(s)
}
