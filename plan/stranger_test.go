package plan

import (
	"testing"
	"time"
)

func TestWorthAdding(t *testing.T) {
	week := digestDay.AddDate(0, 0, -7)
	for name, x := range map[string]struct {
		s    Stranger
		want bool
	}{
		"both ways lately":   {Stranger{"Ines", "ines@x.example", 3, 3, digestDay}, true},
		"one way":            {Stranger{"Ines", "ines@x.example", 9, 2, digestDay}, false},
		"a friend of years":  {Stranger{"Ines", "ines@x.example", 30, 40, digestDay}, false},
		"not this week":      {Stranger{"Ines", "ines@x.example", 3, 3, week}, false},
		"a role":             {Stranger{"Acme", "info@x.example", 3, 3, digestDay}, false},
		"two words of roles": {Stranger{"Acme", "Career.Center+7@x.example", 3, 3, digestDay}, false},
		"nobody answers":     {Stranger{"Acme", "no-reply@x.example", 3, 3, digestDay}, false},
		"a person at a desk": {Stranger{"Ines", "ines.press@x.example", 3, 3, digestDay}, true},
		"no local part":      {Stranger{"Ines", "@x.example", 3, 3, digestDay}, true},
	} {
		if got := x.s.worthAdding(week); got != x.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Each is a line of their own that says how they are reached: an order by reply
// can add them.
func TestNewcomers(t *testing.T) {
	news := News{Since: digestDay.AddDate(0, 0, -7), Strangers: []Stranger{
		{"Ines Silva", "ines@x.example", 4, 3, digestDay.Add(-time.Hour)},
		{"News", "news@x.example", 4, 3, digestDay},
		{"", "joe@x.example", 3, 3, digestDay},
	}}
	lines := (&desk{p: testPolicy(t)}).newcomers(news)
	if len(lines) != 2 {
		t.Fatalf("%+v", lines)
	}
	for i, want := range []Line{
		{Says: "stranger", Who: "Ines Silva", Address: "ines@x.example", At: lines[0].At},
		{Says: "stranger", Who: "joe@x.example", Address: "joe@x.example", At: lines[1].At},
	} {
		if lines[i] != want {
			t.Errorf("%+v, want %+v", lines[i], want)
		}
	}
	if at := lines[0].At; !at.Equal(digestDay.Add(-time.Hour)) || at.Location().String() != testPolicy(t).Location.String() {
		t.Errorf("at %v", at)
	}
}
