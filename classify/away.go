package classify

import (
	"strings"
	"time"
)

const (
	maxAhead  = 18 // months that a return may lie ahead
	staleDays = 60 // for so long, a date without a year is taken for one that has passed
	awayLines = 40 // own lines of an automatic reply that are read
)

// returns finds the day that an automatic reply names as the end of an absence: that
// of the return, else the last day of the absence. sent is the message's Date; without
// it there is no saying which year is meant.
func returns(subject string, lines []string, sent time.Time) time.Time {
	if sent.IsZero() {
		return time.Time{}
	}
	if day := returnIn(tokenize(lines), sent); !day.IsZero() {
		return day
	}
	if words, kind := awaySubject(subject); kind == namesAbsence || words == "auto" {
		return returnIn(tokenize([]string{subject[:min(len(subject), 200)]}), sent)
	}
	return time.Time{}
}

// returnIn finds it in a text.
func returnIn(list []token, sent time.Time) time.Time {
	dates := datesIn(list)
	r := resolver{sent: sent.UTC().Truncate(24 * time.Hour), order: orderOf(list, dates)}
	var last time.Time
	for i, d := range dates {
		role := roleOf(list, dates, i)
		if role == noCue {
			continue
		}
		day := r.resolve(d)
		if day.IsZero() {
			continue
		}
		if role == isBack {
			return day
		}
		if last.IsZero() {
			last = day
		}
	}
	return last
}

// roleOf tells whether a date is that of a return (isBack), the last of an absence
// (isUntil), or neither.
func roleOf(list []token, dates []namedDate, i int) cue {
	d := dates[i]
	floor, ceiling := 0, len(list)
	if i > 0 {
		floor = dates[i-1].end
	}
	if i+1 < len(dates) {
		ceiling = dates[i+1].start
	}
	near, ranged := before(list, d, floor)
	switch {
	case near == isStart:
		if backAfter(list, d.end, ceiling, 6) || backBefore(list, d.start, floor) {
			return isBack
		}
		return noCue
	case near == isUntil && d.weekday > 0 && i > 0 && dates[i-1].weekday > 0 && dates[i-1].end >= d.start-2:
		return noCue // Montag bis Freitag
	case backBefore(list, d.start, floor):
		return isBack
	case near == isUntil, ranged || d.span:
		if backAfter(list, d.end, ceiling, 0) {
			return isBack
		}
		return isUntil
	}
	if lastDay(list, d.end) {
		return isUntil
	}
	if d.tomorrow || !backAfter(list, d.end, ceiling, 8) || i+1 < len(dates) && leadsTo(list, dates[i+1], d.end) {
		return noCue
	}
	return isBack
}

// leadsTo reports whether the word of a return before a date is that date's.
func leadsTo(list []token, d namedDate, floor int) bool {
	near, ranged := before(list, d, floor)
	return (near == noCue || near == isBack) && !ranged && backBefore(list, d.start, floor)
}

// before finds the cue that stands right before a date, but for words that fill; and
// whether the date is the end of a range.
func before(list []token, d namedDate, floor int) (near cue, ranged bool) {
	for j := d.start; j > max(0, floor-1, d.start-8); j-- {
		if list[j].ends {
			return noCue, false
		}
		t := list[j-1]
		c := cueOf[t.word]
		_, weekday := weekdayNumbers[t.word]
		switch {
		case weekday || c == isFill || c == isUntil && t.word == "do" && at(list, j).word == "dia":
			// between the cue and the date
		case c == isLink && j-1 >= floor-1 && endsDay(list, j-1):
			return noCue, !d.tomorrow && d.weekday == 0
		case c == isLink:
			// "jusqu'au", "til og med"
		case c == isUntil && endsDay(list, j-1):
			return isUntil, true
		default:
			return c, false
		}
	}
	return noCue, false
}

// endsDay reports whether the tokens before i end with a day that may start a range:
// "3.", "3rd", "3 August", "1 August 2026".
func endsDay(list []token, i int) bool {
	for range 3 {
		t := at(list, i-1)
		if t.digits > 0 {
			return t.digits <= 2 && t.num >= 1 && t.num <= 31 || t.digits == 4 && t.num > 1990 && t.num < 2100
		}
		_, ordinal := ordinals[t.word]
		_, month := monthNumbers[t.word]
		_, weekday := weekdayNumbers[t.word]
		if t.word == "" || !ordinal && !month && !weekday && t.word != "." && t.word != "," && t.word != "日" && t.word != "(" && t.word != ")" {
			return false
		}
		i--
	}
	return false
}

// backBefore looks for the word of a return before a date, in the same sentence.
func backBefore(list []token, start, floor int) bool {
	for j := start; j > max(0, floor, start-12); j-- {
		if list[j].ends {
			return false
		}
		if cueOf[list[j-1].word] == isBack {
			return true
		}
	}
	return false
}

// backAfter looks for it behind a date, up to the next statement.
func backAfter(list []token, end, ceiling, reach int) bool {
	for j := end; j < min(len(list), ceiling, end+reach); j++ {
		t := list[j]
		if t.ends || t.word == "," && reach < 8 && j > end+1 || cueOf[t.word] == isLink && len(t.word) > 1 && t.word != "to" && t.word != "au" && t.word != "al" {
			return false
		}
		if cueOf[t.word] == isBack {
			return true
		}
	}
	return false
}

// lastDay looks for "until" where it stands behind its date.
func lastDay(list []token, end int) bool {
	for j := end; j < min(len(list), end+4) && !list[j].ends; j++ {
		if cueOf[list[j].word] == isAfter || j+1 < len(list) && cueOf[list[j].word+list[j+1].word] == isAfter {
			return true
		}
	}
	return false
}

// resolver turns what a text names into days.
type resolver struct {
	sent  time.Time
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
// else by its language, as only English has both.
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
		ahead := (d.weekday - 1 - int(r.sent.Weekday()) + 7) % 7
		if ahead == 0 {
			ahead = 7
		}
		return r.sent.AddDate(0, 0, ahead)
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
