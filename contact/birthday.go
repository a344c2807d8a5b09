package contact

import (
	"fmt"
	"strings"
	"time"
)

// Birthday is the day on which somebody was born. The zero Birthday is not known.
type Birthday struct {
	Year  int // 0: not known
	Month time.Month
	Day   int
}

// earliestBirth is the first year that is one: what is older is a slip, or stands
// for a year that is not known.
const earliestBirth = 1850

// ParseBirthday reads a birthday as String writes it, "1980-03-14", or "03-14"
// where the year is not known. "" is the zero Birthday.
func ParseBirthday(text string) (b Birthday, err error) {
	if text == "" {
		return b, nil
	}
	whole := text
	if strings.Count(text, "-") == 1 {
		whole = "2000-" + text // a leap year
	}
	day, err := time.Parse(time.DateOnly, whole)
	if err != nil {
		return b, fmt.Errorf("birthday %q is no day; write it as 1980-03-14, or as 03-14 without the year", text)
	}
	b = Birthday{day.Year(), day.Month(), day.Day()}
	if whole != text {
		b.Year = 0
	}
	return b, b.validate()
}

// IsZero reports whether the birthday is not known.
func (b Birthday) IsZero() bool { return b == Birthday{} }

// String writes it as ParseBirthday reads it.
func (b Birthday) String() string {
	switch {
	case b.IsZero():
		return ""
	case b.Year == 0:
		return fmt.Sprintf("%02d-%02d", b.Month, b.Day)
	}
	return fmt.Sprintf("%04d-%02d-%02d", b.Year, b.Month, b.Day)
}

// FallsOn reports whether it is celebrated on the day of t, on the clock of t: that
// of 29 February on the 28th in years that have none.
func (b Birthday) FallsOn(t time.Time) bool {
	_, month, day := t.Date()
	if b.Month == time.February && b.Day == 29 && t.AddDate(0, 0, 1).Day() == 1 {
		return month == time.February
	}
	return b.Month == month && b.Day == day
}

func (b Birthday) validate() error {
	if b.IsZero() {
		return nil
	}
	year := b.Year
	if year == 0 {
		year = 2000
	}
	day := time.Date(year, b.Month, b.Day, 0, 0, 0, 0, time.UTC)
	if day.Month() != b.Month || day.Day() != b.Day || year < earliestBirth || year > 9999 {
		return fmt.Errorf("birthday %s is no day on which anybody was born; write it as 1980-03-14, or as 03-14 without the year", b)
	}
	return nil
}
