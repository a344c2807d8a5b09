package classify

import (
	"slices"
	"testing"
)

// What most mail has topmost is proposed; what one sender wrote is not.
func TestProposeAuthserv(t *testing.T) {
	parse := func(lines string) Header {
		h, err := Parse([]byte(lines + person + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	ours := parse("Authentication-Results: MX.example.net; dmarc=pass\nAuthentication-Results: evil.example; dmarc=pass\n")
	theirs, none := parse("Authentication-Results: evil.example; dmarc=pass\n"), parse("")
	for name, c := range map[string]struct {
		headers []Header
		id      string
		count   int
	}{
		"nothing":        {nil, "", 0},
		"no results":     {slices.Repeat([]Header{none}, 9), "", 0},
		"all agree":      {slices.Repeat([]Header{ours}, 9), "mx.example.net", 9},
		"too few":        {[]Header{ours, ours}, "", 0},
		"most":           {append(slices.Repeat([]Header{ours}, 5), theirs, theirs, none, none), "mx.example.net", 5},
		"no more than ½": {append(slices.Repeat([]Header{ours}, 5), slices.Repeat([]Header{none}, 5)...), "", 0},
	} {
		if id, count := ProposeAuthserv(c.headers); id != c.id || count != c.count {
			t.Errorf("%s: %q in %d", name, id, count)
		}
	}
}
