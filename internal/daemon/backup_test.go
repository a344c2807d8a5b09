package daemon

import (
	"slices"
	"testing"
)

func TestOutdated(t *testing.T) {
	t.Parallel()
	day := func(n string) string { return "/b/regards-2026-11-" + n + ".db" }
	week := []string{day("20"), day("14"), day("15"), day("16"), day("17"), day("18"), day("19")}
	others := []string{"/b/mine.db", "/b/regards-2025-1-1.db", "/b/regards-2025-01-01.db.part", "/c/regards-2025-01-01.db", "/b/c/regards-2025-01-01.db"}
	for name, x := range map[string]struct{ paths, want []string }{
		"none":                 {nil, nil},
		"a week":               {week, nil},
		"with others":          {slices.Concat(week, others), nil},
		"a week and two":       {slices.Concat(others, week, []string{day("12"), day("13")}), []string{day("13"), day("12")}},
		"today's is known":     {slices.Concat(week, []string{day("20")}), nil},
		"the folder has a bar": {slices.Concat(week, []string{day("13")}), []string{day("13")}},
	} {
		folder := "/b"
		if name == "the folder has a bar" {
			folder = "/b/"
		}
		if got := outdated(x.paths, folder); !slices.Equal(got, x.want) {
			t.Errorf("%s: %q, want %q", name, got, x.want)
		}
	}
}
