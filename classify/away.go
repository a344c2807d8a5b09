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
	r.from = r.sent
	var last time.Time
	for i, d := range dates {
		day := r.resolve(d)
		if d.weekday == 0 && day.After(r.from) {
			r.from = day
		}
		role := settingOf(list, dates, i).role()
		if day.IsZero() || role == noCue {
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
