package classify

import (
	"strings"
	"time"
	"unicode/utf8"
)

// resolver turns what a text names into days.
type resolver struct {
	sent  time.Time
	from  time.Time // the last day that was named, from which weekdays are counted
	order order
}

// order is how a text writes dates with strokes.
type order int

const (
	anyOrder order = iota
	dayFirst
	monthFirst
)

// orderOf finds out how a text writes dates: by one that can be read in one way only,
// else by its language: only English has both, and only what is written in ideographs
// has the month first alone.
func orderOf(list []token, dates []namedDate) order {
	for _, d := range dates {
		first, stroke := at(list, d.start), at(list, d.start+1).word == "/"
		switch {
		case !stroke || first.digits > 2 || first.digits == 0 || d.swapped:
		case first.num > 12:
			return dayFirst
		case at(list, d.start+2).num > 12:
			return monthFirst
		}
	}
	english := 0
	for _, t := range list {
		if r, _ := utf8.DecodeRuneInString(t.word); ideographic(r) {
			return monthFirst
		}
		if strings.Contains(englishWords, " "+t.word+" ") && t.word != "" {
			english++
		}
	}
	if english < 2 {
		return dayFirst
	}
	return anyOrder
}

// englishWords are enough to know English by.
const englishWords = " the and will until on my with office please for you your back return returning this "

// resolve gives the day at 00:00 UTC, or zero where it would be a guess.
func (r resolver) resolve(d namedDate) time.Time {
	switch {
	case d.tomorrow:
		return r.sent.AddDate(0, 0, 1)
	case d.weekday > 0:
		ahead := (d.weekday - 1 - int(r.from.Weekday()) + 7) % 7
		if ahead == 0 {
			ahead = 7
		}
		return r.from.AddDate(0, 0, ahead)
	case !d.swapped || r.order == dayFirst:
		return r.day(d.year, d.month, d.day)
	case r.order == monthFirst:
		return r.day(d.year, d.day, d.month)
	}
	a, b := r.day(d.year, d.month, d.day), r.day(d.year, d.day, d.month)
	switch {
	case r.soon(a) && !r.soon(b):
		return a
	case r.soon(b) && !r.soon(a) || b.After(a):
		return b
	}
	return a
}

// soon is how long most absences last.
func (r resolver) soon(day time.Time) bool {
	return !day.IsZero() && day.Before(r.sent.AddDate(0, 0, 43))
}

// day finds the year where none is named: that of the first such day from the message
// on, but for a day that has just passed.
func (r resolver) day(year, month, day int) time.Time {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if year == 0 {
		t = time.Date(r.sent.Year(), time.Month(month), day, 0, 0, 0, 0, time.UTC)
		last := t
		if t.Before(r.sent) {
			t = time.Date(r.sent.Year()+1, time.Month(month), day, 0, 0, 0, 0, time.UTC)
		} else {
			last = time.Date(r.sent.Year()-1, time.Month(month), day, 0, 0, 0, 0, time.UTC)
		}
		if r.sent.Sub(last) <= staleDays*24*time.Hour {
			return time.Time{}
		}
	}
	if t.Day() != day || t.Before(r.sent.AddDate(0, 0, -7)) || t.After(r.sent.AddDate(0, maxAhead, 0)) {
		return time.Time{}
	}
	return t
}
