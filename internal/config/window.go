package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// Window is a span of the day in the owner's time zone, as read on the clock:
// nine to six is Start 9h, End 18h. Start comes before End, End is 24h at most.
type Window struct {
	Start, End time.Duration
}

var windowForm = regexp.MustCompile(`^([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$`)

// parseWindow reads "09:00-18:00"; the day ends at "24:00".
func parseWindow(s string) (Window, error) {
	const fix = `write a span such as "09:00-18:00"`
	m := windowForm.FindStringSubmatch(s)
	if m == nil {
		return Window{}, &flaw{quote(s) + " is no span of the day", fix}
	}
	clock := func(hours, minutes string) time.Duration {
		h, _ := strconv.Atoi(hours) // the form has digits only
		m, _ := strconv.Atoi(minutes)
		return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	}
	w := Window{clock(m[1], m[2]), clock(m[3], m[4])}
	if w.End > 24*time.Hour {
		return Window{}, &flaw{quote(s) + " is no span of the day", fix}
	}
	if w.Start >= w.End {
		return Window{}, &flaw{quote(s) + " does not end after it starts", fix}
	}
	return w, nil
}

// String writes the window as the file does.
func (w Window) String() string {
	clock := func(d time.Duration) string {
		return fmt.Sprintf("%02d:%02d", d/time.Hour, d%time.Hour/time.Minute)
	}
	return clock(w.Start) + "-" + clock(w.End)
}

// dayWords are the days as the file names them, in the order of time.Weekday.
var dayWords = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func parseWeekday(s string) (time.Weekday, error) {
	if i := slices.Index(dayWords, s); i >= 0 {
		return time.Weekday(i), nil
	}
	return 0, &flaw{quote(s) + " is no day", `write days such as ["mon", "tue", "wed", "thu", "fri"]`}
}
