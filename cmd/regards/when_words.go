package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// cutClock parts a time such as 15:00 from the day before it.
func cutClock(s string) (day string, clock time.Time, ok bool) {
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		return "", clock, false
	}
	clock, err := time.Parse("15:04", s[i+1:])
	return strings.TrimSpace(s[:i]), clock, err == nil
}

// dayWords are the names of days in the languages in which regards speaks to its
// owner, beside English.
var dayWords = map[string][]string{
	"yesterday": {"ayer", "gestern", "hier"},
	"tomorrow":  {"mañana", "morgen", "demain"},
	"monday":    {"mon", "lunes", "montag", "lundi"},
	"tuesday":   {"tue", "martes", "dienstag", "mardi"},
	"wednesday": {"wed", "miércoles", "mittwoch", "mercredi"},
	"thursday":  {"thu", "jueves", "donnerstag", "jeudi"},
	"friday":    {"fri", "viernes", "freitag", "vendredi"},
	"saturday":  {"sat", "sábado", "samstag", "samedi"},
	"sunday":    {"sun", "domingo", "sonntag", "dimanche"},
}

// inEnglish gives a word for a day in English and small letters.
func inEnglish(word string) string {
	word = strings.ToLower(word)
	for english, others := range dayWords {
		if slices.Contains(others, word) {
			return english
		}
	}
	return word
}

// monthWords are how the names of the months begin, in those languages.
var monthWords = [12][]string{
	{"jan", "ene"}, {"feb", "fév", "fev"}, {"mar", "mär", "mae"}, {"apr", "abr", "avr"}, {"may", "mai"}, {"jun", "juin"},
	{"jul", "juil"}, {"aug", "ago", "aoû", "aou"}, {"sep"}, {"oct", "okt"}, {"nov"}, {"dec", "dez", "dic", "déc"},
}

var (
	dayFirst   = regexp.MustCompile(`^(\d{1,2})\.?\s+(?:de\s+)?(\pL{3,})\.?(?:\s+(?:de\s+)?(\d{4}))?$`)
	monthFirst = regexp.MustCompile(`^(\pL{3,})\.?\s+(\d{1,2})(?:,?\s+(\d{4}))?$`)
)

// dayOfMonth reads "12 Jan", "Jan 12", "12 January 2027", at the time of day of noon:
// without a year, the last or the next such day.
func dayOfMonth(s string, noon time.Time, choice dayChoice) (t time.Time, ok bool) {
	var day, month, year string
	if m := dayFirst.FindStringSubmatch(s); m != nil {
		day, month, year = m[1], m[2], m[3]
	} else if m := monthFirst.FindStringSubmatch(s); m != nil {
		day, month, year = m[2], m[1], m[3]
	}
	i := slices.IndexFunc(monthWords[:], func(names []string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(strings.ToLower(month), name) })
	})
	if i < 0 {
		return t, false
	}
	d, _ := strconv.Atoi(day)
	y, _ := strconv.Atoi(year)
	in := func(y int) time.Time {
		return time.Date(y, time.Month(i+1), d, noon.Hour(), noon.Minute(), 0, 0, noon.Location())
	}
	if year == "" {
		switch y = noon.Year(); {
		case choice == nextDay && in(y).Before(noon):
			y++
		case choice == latestDay && in(y).After(noon):
			y--
		}
	}
	t = in(y)
	return t, t.Day() == d && d > 0
}

// unitWords are the units of lengths of time, by how their names begin.
var unitWords = map[string][]string{
	"d": {"day", "tag", "día", "dia", "jour"}, "w": {"week", "woche", "semana", "semaine"},
	"mo": {"month", "monat", "mes", "mois"}, "y": {"year", "jahr", "año", "an"}, "h": {"hour", "stunde", "hora", "heure"},
}

var numberAndUnit = regexp.MustCompile(`^(\d+)\s*(\pL+)$`)

// lengthOf gives a length of time as contact.ParseDuration takes it: "3 weeks" is 3w.
func lengthOf(s string) string {
	m := numberAndUnit.FindStringSubmatch(s)
	if m == nil {
		return s
	}
	for unit, names := range unitWords {
		if slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(strings.ToLower(m[2]), name) }) {
			return m[1] + unit
		}
	}
	return m[1] + m[2]
}
