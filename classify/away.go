package classify

import "time"

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
