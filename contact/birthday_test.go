package contact

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseBirthday(t *testing.T) {
	for text, want := range map[string]Birthday{
		"":           {},
		"1980-03-14": {1980, time.March, 14},
		"03-14":      {0, time.March, 14},
		"02-29":      {0, time.February, 29},
		"2000-02-29": {2000, time.February, 29},
	} {
		if got, err := ParseBirthday(text); err != nil || got != want || got.String() != text {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"14-03", "1981-02-29", "02-30", "13-01", "1604-03-14", "14 March", "3-14", "1980-3-14", "1980-03", "--03-14", "1980-03-14T00:00:00Z", "-", " "} {
		if got, err := ParseBirthday(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// Every birthday has one day in each year.
func TestBirthdayFallsOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		born := time.Date(rapid.IntRange(1850, 2100).Draw(t, "year"), 1, rapid.IntRange(1, 366).Draw(t, "day"), 12, 0, 0, 0, time.UTC)
		b := Birthday{born.Year(), born.Month(), born.Day()}
		if back, err := ParseBirthday(b.String()); err != nil || back != b {
			t.Fatalf("%s: %v, %v", b, back, err)
		}
		year := rapid.IntRange(1850, 2200).Draw(t, "celebrated")
		var days []time.Time
		for day := time.Date(year, 1, 1, 12, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
			if b.FallsOn(day) {
				days = append(days, day)
			}
		}
		if len(days) != 1 || days[0].Month() != b.Month || days[0].Day() != b.Day && b.Day != 29 {
			t.Fatalf("%s in %d: %v", b, year, days)
		}
	})
	leap := Birthday{0, time.February, 29}
	for day, want := range map[string]bool{"2027-02-28": true, "2028-02-28": false, "2028-02-29": true, "2027-03-01": false} {
		if at, err := time.Parse(time.DateOnly, day); err != nil || leap.FallsOn(at) != want {
			t.Errorf("%s: %v", day, !want)
		}
	}
	if (Birthday{}).FallsOn(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Error("one that is not known has a day")
	}
}

// Of two contacts who are one person, what is known of the birthday stays.
func TestAbsorbBirthday(t *testing.T) {
	for _, x := range []struct{ mine, theirs, want string }{
		{"", "", ""}, {"03-14", "", "03-14"}, {"", "03-14", "03-14"}, {"03-14", "1980-03-14", "1980-03-14"},
		{"1980-03-14", "03-14", "1980-03-14"}, {"03-14", "1980-03-15", "03-14"},
	} {
		var mine, theirs Contact
		var err error
		if mine.Birthday, err = ParseBirthday(x.mine); err != nil {
			t.Fatal(err)
		}
		if theirs.Birthday, err = ParseBirthday(x.theirs); err != nil {
			t.Fatal(err)
		}
		if got := mine.Absorb(theirs).Birthday.String(); got != x.want {
			t.Errorf("%q and %q: %q, want %q", x.mine, x.theirs, got, x.want)
		}
	}
}
