package classify

import (
	"bytes"
	"time"
)

// dateParts collects what the tokens of a date say.
type dateParts struct {
	day, month, year  int
	hour, minute, sec int
	zone              int // seconds east of UTC
	hasDay, hasYear   bool
	hasClock, numeric bool // numeric: a zone as +hhmm, which beats a named one
}

// parseDate reads a date-time (RFC 5322 sections 3.3 and 4.3) and the forms
// that broken programs write: any order of the parts, names of days in other
// languages, no seconds, asctime, 29-Apr-2015, ISO 8601, GMT+0200, AM and PM.
// It returns the zero time for what it cannot read for certain.
func parseDate(v []byte) time.Time {
	var d dateParts
	for len(v) > 0 {
		n := bytes.IndexAny(v, " \t,(")
		switch {
		case n < 0:
			n = len(v)
		case n == 0 && v[0] == '(':
			v = skipComment(v)
			continue
		case n == 0:
			v = v[1:]
			continue
		}
		if !d.token(v[:n]) {
			return time.Time{}
		}
		v = v[n:]
	}
	return d.time()
}

// skipComment returns what follows the comment that v starts with.
func skipComment(v []byte) []byte {
	depth := 0
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return v[i+1:]
			}
		}
	}
	return nil
}

// token takes one word of the date; false means that it makes no sense.
func (d *dateParts) token(t []byte) bool {
	c := t[0]
	switch {
	case c == '+' || c == '-':
		return d.numericZone(t)
	case isDigit(c) && bytes.IndexByte(t, ':') >= 0 && !isISO(t):
		return d.clock(t)
	case isDigit(c):
		return d.calendar(t)
	}
	// The last one counts: a Tuesday may be "mar." But after the clock stand zones like NOVT.
	if m := monthOf(t); m > 0 && (d.month == 0 || !d.hasClock) {
		d.month = m
		return true
	}
	if d.hasClock {
		return d.namedZone(t)
	}
	return true // the name of a day
}

// time checks the parts and puts them together.
func (d *dateParts) time() time.Time {
	if !d.hasDay || d.month == 0 || !d.hasYear || !d.hasClock {
		return time.Time{}
	}
	if d.hour > 23 || d.minute > 59 || d.sec > 60 || d.year < 1 || d.year > 9999 {
		return time.Time{}
	}
	t := time.Date(d.year, time.Month(d.month), d.day, d.hour, d.minute, d.sec, 0, time.UTC)
	if day := time.Date(d.year, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC); day.Day() != d.day {
		return time.Time{} // 31 February
	}
	return t.Add(-time.Duration(d.zone) * time.Second)
}

// isISO reports whether t starts like 2015-04-29.
func isISO(t []byte) bool {
	return len(t) >= 10 && t[4] == '-' && t[7] == '-'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// number reads leading digits, at most four.
func number(t []byte) (value, length int) {
	for length < len(t) && length < 4 && isDigit(t[length]) {
		value = value*10 + int(t[length]-'0')
		length++
	}
	return value, length
}

const monthNames = "janfebmaraprmayjunjulaugsepoctnovdec"

// monthOf reads an English month, whole or cut; 0 when it is none.
func monthOf(t []byte) int {
	if len(t) < 3 {
		return 0
	}
	low := [3]byte{t[0] | 0x20, t[1] | 0x20, t[2] | 0x20}
	for i := 0; i < len(monthNames); i += 3 {
		if monthNames[i:i+3] == string(low[:]) {
			return i/3 + 1
		}
	}
	return 0
}
