package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"regards/contact"
	"regards/internal/config"
	"regards/plan"
	"regards/store"
)

// desk is a walk at a terminal that the test plays.
type desk struct {
	*walk
	store *store.Store
	said  strings.Builder
	inRaw int // how often the terminal hands over single keys now
}

func newDesk(t *testing.T, in io.Reader, people ...plan.Stranger) *desk {
	t.Helper()
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "regards.db"))
	check(t, err)
	t.Cleanup(func() { st.Close() })
	now := time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)
	d := &desk{store: st}
	d.walk = &walk{s: &session{store: st, now: func() time.Time { return now }, cfg: config.Config{Owner: config.Owner{Address: "ana@example.org", TimeZone: "UTC"}}},
		out: &d.said, width: func() int { return 60 }, people: people, did: make([]string, len(people)),
		keys: &keys{in: bufio.NewReader(in), raw: func() (func(), error) { d.inRaw++; return func() { d.inRaw-- }, nil }}}
	return d
}

// kept gives the contacts as text.
func (d *desk) kept(t *testing.T) string {
	t.Helper()
	all, err := d.store.Contacts(context.Background())
	check(t, err)
	var lines []string
	for _, c := range all {
		line := c.Name + " " + strings.Join(c.Groups, "+")
		for _, a := range c.Addresses {
			line += " " + a.Addr
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

// crew are people of whom nothing but the number differs.
func crew(n int) (people []plan.Stranger) {
	for i := range n {
		people = append(people, plan.Stranger{Name: fmt.Sprintf("Tom No%d", i+1), Address: fmt.Sprintf("tom%d@x.example", i+1), In: 3, Out: 2,
			Last: time.Date(2026, 11, 20, 20, 0, 0, 0, time.UTC), Group: "university", Subject: "Coffee?"})
	}
	return people
}

// What each key does, by what is kept after them and what is said.
func TestWalk(t *testing.T) {
	for name, x := range map[string]struct {
		keys, kept, says string
	}{
		"add with the guess":          {"aq", "Tom No1 university tom1@x.example", "added Tom No1, university"},
		"other groups":                {"gmentor,  old friend\raq", "Tom No1 mentor+old friend tom1@x.example; Tom No2 university tom2@x.example", "added Tom No1, mentor, old friend"},
		"no group":                    {"g\nq", "Tom No1  tom1@x.example", "added Tom No1\n"},
		"another name":                {"nThomas Noé\ra", "Thomas Noé university tom1@x.example", "added Thomas Noé"},
		"no name after all":           {"n\ra", "Tom No1 university tom1@x.example", "added Tom No1"},
		"a name that is none":         {"nTom\u202e\ra", "Tom No1 university tom1@x.example", "that cannot be: name"},
		"skip":                        {"s a", "Tom No3 university tom3@x.example", "3 of 3"},
		"skip all":                    {"sss", "", "0 contacts added, 0 never"},
		"never":                       {"xa", "Tom No2 university tom2@x.example", "1 contact added, 1 never"},
		"details":                     {"dq", "", `3 mails from them and 2 mails from you, the last one 1 day ago: "Coffee?"`},
		"back":                        {"aabq", "Tom No1 university tom1@x.example", "taken back"},
		"back twice":                  {"axbbq", "", "1 of 3"},
		"back from a skip":            {"sba", "Tom No1 university tom1@x.example", "added Tom No1"},
		"back at the first":           {"bq", "", "this is the first one"},
		"groups by semicolons, twice": {"gmentor; alumni;mentor;\rq", "Tom No1 mentor+alumni tom1@x.example", "added Tom No1, mentor, alumni"},
		"back and on":                 {"abgmentor\rq", "Tom No1 mentor tom1@x.example", "1 contact added"},
		"arrows":                      {"\x1b[Aq", "", "One of the letters"},
		"another letter":              {"Aq", "", "One of the letters in brackets"},
		"Enter":                       {"\rq", "", "One of the letters"},
		"the input ends":              {"a", "Tom No1 university tom1@x.example", "1 contact added"},
		"it ends in a line":           {"agment", "Tom No1 university tom1@x.example", "1 contact added"},
		"Ctrl-C":                      {"a\x03aa", "Tom No1 university tom1@x.example", "takes the last of these back"},
		"Ctrl-D":                      {"\x04a", "", "0 contacts added"},
		"a group that cannot be":      {"g\u2028\r q", "Tom No1  tom1@x.example", "added Tom No1"},
		"another bad group":           {"gx\x1by\rq", "", "that cannot be: group"},
		"through to the last one":     {"aaa", "Tom No1 university tom1@x.example; Tom No2 university tom2@x.example; Tom No3 university tom3@x.example", "3 contacts added"},
	} {
		d := newDesk(t, strings.NewReader(x.keys), crew(3)...)
		check(t, d.run(t.Context()))
		if got := d.kept(t); got != x.kept {
			t.Errorf("%s: kept %q, want %q", name, got, x.kept)
		}
		if said := d.said.String(); !strings.Contains(said, x.says) {
			t.Errorf("%s: said\n%s\nwant %q", name, said, x.says)
		}
		if d.inRaw != 0 {
			t.Errorf("%s: the terminal is left as it was for keys", name)
		}
	}
}

// All of somebody's addresses become theirs, or are none to propose.
func TestWalkSeveralAddresses(t *testing.T) {
	two := plan.Stranger{Address: "m@x.example", Others: []string{"m@y.example"}, In: 1, Out: 1}
	d := newDesk(t, strings.NewReader("da"), two)
	check(t, d.run(t.Context()))
	if got := d.kept(t); got != "m@x.example  m@x.example m@y.example" || !strings.Contains(d.said.String(), "also m@y.example") || !strings.Contains(d.said.String(), "(no name)") {
		t.Errorf("kept %q\n%s", got, &d.said)
	}
	d = newDesk(t, strings.NewReader("x"), two)
	check(t, d.run(t.Context()))
	if words, _, err := d.store.LastCommand(t.Context()); err != nil || words != "contact discover --never m@x.example --never m@y.example" {
		t.Errorf("the command is %q, %v", words, err)
	}
}

// Ten are shown at a time, each page once, on lines that fit.
func TestWalkPages(t *testing.T) {
	d := newDesk(t, strings.NewReader("ssssssssssbsq"), crew(12)...)
	check(t, d.run(t.Context()))
	for n := range 12 {
		if got := strings.Count(d.said.String(), fmt.Sprintf("%4d  Tom No%d ", n+1, n+1)); got != 1 {
			t.Errorf("number %d is listed %d times", n+1, got)
		}
	}
	if before, _, _ := strings.Cut(d.said.String(), "1 of 12"); strings.Contains(before, "Tom No11") {
		t.Errorf("the second page came with the first:\n%s", before)
	}
	for line := range strings.Lines(d.said.String()) {
		if strings.HasPrefix(line, "   ") && len(line) > 60 {
			t.Errorf("%q is too long", line)
		}
	}
}

// What somebody else did meanwhile is theirs: an address that was taken is told of,
// and an order that came by mail is not what "back" takes back.
func TestWalkMeanwhile(t *testing.T) {
	d := newDesk(t, nil, crew(2)...)
	other := func(name, addr string) {
		d.store.Command("contact add "+name, d.s.now())
		_, err := d.store.AddContact(t.Context(), contact.Contact{Name: name, Medium: contact.Email, Status: contact.Active,
			Addresses: []contact.Address{{Addr: addr, Key: plan.AddressKey(addr)}}})
		check(t, err)
	}
	d.keys.in = bufio.NewReader(io.MultiReader(strings.NewReader("a"), after(func() { other("Eve", "tom2@x.example") }), strings.NewReader("abq")))
	check(t, d.run(t.Context()))
	if got := d.kept(t); got != "Eve  tom2@x.example; Tom No1 university tom1@x.example" {
		t.Errorf("kept %q", got)
	}
	for _, want := range []string{"that cannot be: tom2@x.example is an address of Eve", "something else was ordered since"} {
		if !strings.Contains(d.said.String(), want) {
			t.Errorf("%q is missing in\n%s", want, &d.said)
		}
	}
}

// after is input that is empty, and does something when it is come to.
type after func()

func (f after) Read([]byte) (int, error) { f(); return 0, io.EOF }

// Each answer can be taken back by undo, one by one, in words that say what it was.
func TestWalkUndo(t *testing.T) {
	d := newDesk(t, strings.NewReader("axgmentor\r"), crew(3)...)
	check(t, d.run(t.Context()))
	var words []string
	for range 3 {
		u, err := d.store.Undo(t.Context(), d.s.now())
		check(t, err)
		words = append(words, u.Words)
	}
	want := []string{"contact add 'Tom No3' tom3@x.example --group mentor", "contact discover --never tom2@x.example", "contact add 'Tom No1' tom1@x.example --group university"}
	if !slices.Equal(words, want) || d.kept(t) != "" {
		t.Errorf("took back %q; kept %q", words, d.kept(t))
	}
}

// A signal ends it while it waits for a key, or for a line: the terminal is as it was.
func TestWalkEnds(t *testing.T) {
	for _, typed := range []string{"a", "ag"} {
		ctx, stop := context.WithCancel(t.Context())
		in, keyboard := io.Pipe()
		defer keyboard.Close()
		d := newDesk(t, in, crew(3)...)
		ended := make(chan error)
		go func() { ended <- d.run(ctx) }()
		for _, key := range typed {
			if _, err := keyboard.Write([]byte(string(key))); err != nil {
				t.Fatal(err)
			}
		}
		stop()
		if err := <-ended; err != nil || d.inRaw != 0 {
			t.Errorf("%q: %v, raw %d", typed, err, d.inRaw)
		}
		// Whether the last key was still taken is open.
		if got := d.kept(t); typed == "ag" && got == "" || !strings.HasPrefix("Tom No1 university tom1@x.example", got) {
			t.Errorf("%q: kept %q", typed, got)
		}
	}
}

func TestClip(t *testing.T) {
	for _, c := range []struct {
		s       string
		columns int
		want    string
	}{
		{"Maria", 5, "Maria"}, {"Maria", 4, "Mar~"}, {"李明李明", 8, "李明李明"}, {"李明李明", 6, "李明~"}, {"Lo\u0301pez", 5, "Lo\u0301pez"}, {"", 0, ""}, {"ab", 0, "~"},
	} {
		if got := clip(c.s, c.columns); got != c.want {
			t.Errorf("%q in %d columns: %q, want %q", c.s, c.columns, got, c.want)
		}
	}
}
