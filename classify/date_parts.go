package classify

import "bytes"

// clock reads hh:mm[:ss[.fraction]], with a zone perhaps glued to it.
func (d *dateParts) clock(t []byte) bool {
	if d.hasClock {
		return false
	}
	d.hasClock = true
	parts := [3]*int{&d.hour, &d.minute, &d.sec}
	for i := range parts {
		value, n := number(t)
		if n == 0 || n > 2 {
			return false
		}
		*parts[i], t = value, t[n:]
		if i == 2 || len(t) == 0 || t[0] != ':' {
			break
		}
		t = t[1:]
	}
	if len(t) > 0 && (t[0] == '.' || t[0] == ',') {
		t = bytes.TrimLeft(t[1:], "0123456789")
	}
	switch {
	case len(t) == 0:
		return true
	case t[0] == '+' || t[0] == '-':
		return d.numericZone(t)
	}
	return d.namedZone(t)
}

// calendar reads a day, a year, 29-Apr-2015 or 2015-04-29[Thh:mm:ss].
func (d *dateParts) calendar(t []byte) bool {
	if isISO(t) {
		return d.iso(t)
	}
	value, n := number(t)
	switch rest := t[n:]; {
	case len(rest) == 0, string(rest) == ".", rest[0] >= 'A' && !isDigit(rest[0]): // 29, 29., 29th
		return d.dayOrYear(value, n)
	case rest[0] == '-':
		return d.dashed(value, n, rest[1:])
	}
	return false // 4/5/2015 could be either day
}

// dashed reads the month and year of 29-Apr-2015.
func (d *dateParts) dashed(day, digits int, rest []byte) bool {
	month, year, ok := bytes.Cut(rest, []byte("-"))
	value, n := number(year)
	d.month = monthOf(month)
	return ok && n > 0 && n == len(year) && d.dayOrYear(day, digits) && d.dayOrYear(value, n)
}

// dayOrYear takes the first small number for the day, the next for the year.
func (d *dateParts) dayOrYear(value, digits int) bool {
	if !d.hasDay && digits <= 2 {
		d.day, d.hasDay = value, true
		return value >= 1 && value <= 31
	}
	if d.hasYear {
		return false
	}
	d.year, d.hasYear = fullYear(value, digits), true
	return true
}

// fullYear reads years of two and three digits as RFC 5322 section 4.3 says.
func fullYear(value, digits int) int {
	switch {
	case digits == 2 && value < 50:
		return value + 2000
	case digits == 2, digits == 3:
		return value + 1900
	}
	return value
}

func (d *dateParts) iso(t []byte) bool {
	if d.hasYear || d.hasDay {
		return false
	}
	year, n := number(t)
	month, m := number(t[5:7])
	day, k := number(t[8:10])
	if n != 4 || m != 2 || k != 2 || month < 1 || month > 12 {
		return false
	}
	d.year, d.month, d.day = year, month, day
	d.hasYear, d.hasDay = true, true
	switch {
	case len(t) == 10:
		return true
	case t[10] == 'T' || t[10] == 't':
		return len(t) > 11 && d.clock(t[11:])
	}
	return false
}

// numericZone reads +hhmm or +hh:mm. Zones that cannot be count as UTC, like
// -0000 does (RFC 5322 section 4.3).
func (d *dateParts) numericZone(t []byte) bool {
	digits := bytes.ReplaceAll(t[1:], []byte(":"), nil)
	value, n := number(digits)
	if n <= 2 {
		value *= 100
	}
	d.numeric, d.zone = true, 0
	if n == 0 || value/100 > 15 || value%100 > 59 {
		return true
	}
	d.zone = (value/100*60 + value%100) * 60
	if t[0] == '-' {
		d.zone = -d.zone
	}
	return true
}

// namedZone reads the zones of RFC 5322 section 4.3, AM and PM, and GMT+0200.
// Other names, military letters among them, say nothing certain: UTC.
func (d *dateParts) namedZone(t []byte) bool {
	if i := bytes.IndexAny(t, "+-"); i > 0 && i < len(t)-1 {
		return d.numericZone(t[i:])
	}
	switch name := string(bytes.ToUpper(t)); {
	case name == "PM" && d.hour < 12:
		d.hour += 12
	case name == "AM" && d.hour == 12:
		d.hour = 0
	case !d.numeric && zoneHours[name] != 0:
		d.zone = zoneHours[name] * 3600
	}
	return true
}

var zoneHours = map[string]int{
	"EDT": -4, "EST": -5, "CDT": -5, "CST": -6,
	"MDT": -6, "MST": -7, "PDT": -7, "PST": -8,
}
