package addressbook

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"regards/contact"
)

// dayOf matches a day in digits, with its year first, last, or without one.
var dayOf = regexp.MustCompile(`^(\d{4}|\d{1,2}|-)([-./])(\d{1,2})[-./](\d{1,4})$`)

// birthday gives the birthday of a line as contact.ParseBirthday reads it. Outlook
// writes days as the computer's country does: "03/04/1980" may be in March or in
// April, and is noted and left out; nobody is congratulated on a guess. "0/0/00"
// is its word for none, and a year of two digits is left out.
func (p row) birthday(notes []string) (string, []string) {
	for _, text := range p.all(roleBirthday) {
		text, _, _ = strings.Cut(text, " ")
		if strings.Trim(text, "0/.-") == "" {
			continue
		}
		day, sure := parseDay(text)
		if _, err := contact.ParseBirthday(day); sure && err == nil && day != "" {
			return day, notes
		}
		why := "is no day"
		if !sure {
			why = "may be a day of one month or of another"
		}
		notes = appendNote(notes, "the birthday %s %s; left out: regards contact edit has --birthday", quote(text), why)
	}
	return "", notes
}

// parseDay gives a day as contact.ParseBirthday reads it, and whether day and
// month can be told apart.
func parseDay(text string) (day string, sure bool) {
	m := dayOf.FindStringSubmatch(text)
	if m == nil {
		return text, true
	}
	first, _ := strconv.Atoi(m[1])
	second, _ := strconv.Atoi(m[3])
	third, _ := strconv.Atoi(m[4])
	switch {
	case m[1] == "-": // Google's --03-14
		return monthAndDay(second, third), true
	case len(m[1]) == 4:
		return m[1] + "-" + monthAndDay(second, third), true
	case m[2] == "." || first > 12: // a point stands behind the day
		first, second = second, first
	case second <= 12 && first != second:
		return "", false
	}
	if len(m[4]) == 4 {
		return m[4] + "-" + monthAndDay(first, second), true
	}
	return monthAndDay(first, second), true
}

func monthAndDay(month, day int) string {
	return fmt.Sprintf("%02d-%02d", month, day)
}
