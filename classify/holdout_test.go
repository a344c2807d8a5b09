package classify

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
)

// A score counts how often a property is what it should be. Where it is not,
// saying nothing is better than saying something else.
type score struct{ right, missing, wrong int }

// of counts one message; wanted and got may be empty.
func (c *score) of(wanted, got string) {
	switch got {
	case wanted:
		c.right++
	case "":
		c.missing++
	default:
		c.wrong++
	}
}

// TestHoldout measures on messages that no rule was written after: nobody who
// changes a rule looks at them. The floors are what was reached.
func TestHoldout(t *testing.T) {
	var machine, away, returns, deputy, bounce, recipients, hardness score
	for _, w := range holdout(t, "testdata/holdout_away.txtar", 60) {
		r := Message(w.raw, trusted)
		machine.of("no touch", touched(r))
		away.of(w.first("class"), recognized(r))
		day := ""
		if !r.Returns.IsZero() {
			day = r.Returns.Format(time.DateOnly)
		}
		returns.of(w.first("returns"), day)
		deputy.of(strings.ToLower(w.first("deputy")), strings.ToLower(r.Deputy.Addr))
	}
	for _, w := range holdout(t, "testdata/holdout_bounces.txtar", 40) {
		r := Message(w.raw, trusted)
		machine.of("no touch", touched(r))
		bounce.of(w.first("class"), recognized(r))
		recipients.of(strings.Join(wantedAddresses(w.values["recipient"]), " "), strings.Join(addressesOf(r.Recipients), " "))
		// How hard it is, is counted for each address that was found.
		for _, wanted := range w.values["recipient"] {
			address, kind, _ := strings.Cut(wanted, " ")
			i := slices.IndexFunc(r.Recipients, func(r Recipient) bool { return strings.EqualFold(r.Address, address) })
			switch {
			case i < 0:
				hardness.missing++
			case r.Recipients[i].Hard == (kind == "hard"):
				hardness.right++
			default:
				hardness.wrong++
			}
		}
	}
	t.Logf("%-36s %5s %7s %5s", "", "right", "missing", "wrong")
	for _, p := range []struct {
		name  string
		count score
		floor int
	}{
		{"no touch", machine, 99},
		{"automatic replies: class", away, 59},
		{"automatic replies: day of return", returns, 59},
		{"automatic replies: deputy", deputy, 60},
		{"bounces: class", bounce, 40},
		{"bounces: exactly the recipients", recipients, 39},
		{"bounces: hard or soft, per recipient", hardness, 38},
	} {
		t.Logf("%-36s %5d %7d %5d", p.name, p.count.right, p.count.missing, p.count.wrong)
		if p.count.right < p.floor {
			t.Errorf("%s: %d right, it was %d", p.name, p.count.right, p.floor)
		}
	}
}

func touched(r Report) string {
	if r.Touch {
		return ""
	}
	return "no touch"
}

// recognized is empty for a person's, the class of what is not recognized.
func recognized(r Report) string {
	if r.Class == Human {
		return ""
	}
	return string(r.Class)
}

// heldOut is a message and what it should be judged to say.
type heldOut struct {
	raw    []byte
	values map[string][]string
}

// first is the one value of a key; none is "".
func (w heldOut) first(key string) string {
	if v := w.values[key]; len(v) == 1 && v[0] != "none" {
		return v[0]
	}
	return ""
}

// wantedAddresses takes the kinds off recipients.
func wantedAddresses(recipients []string) []string {
	var list []string
	for _, r := range recipients {
		address, _, _ := strings.Cut(r, " ")
		list = append(list, address)
	}
	return sorted(list)
}

// holdout reads n messages, each NAME.eml with a NAME.want that has lines "key: value".
func holdout(t *testing.T, path string, n int) []heldOut {
	t.Helper()
	files := archive(t, path)
	var list []heldOut
	for name, data := range files {
		stem, ok := strings.CutSuffix(name, ".eml")
		if !ok {
			continue
		}
		w := heldOut{bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n")), make(map[string][]string)}
		for line := range strings.Lines(string(files[stem+".want"])) {
			key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
			if !ok {
				t.Fatalf("%s: %q is no wish", stem, line)
			}
			w.values[key] = append(w.values[key], value)
		}
		if w.first("class") == "" {
			t.Fatalf("%s: nothing is said of its class", stem)
		}
		list = append(list, w)
	}
	if len(list) != n || len(files) != 2*n {
		t.Fatalf("%s: %d messages in %d files, not %d", path, len(list), len(files), n)
	}
	return list
}
