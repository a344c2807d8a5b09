package classify

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// seed adds the messages of testdata and, where there are any, of the corpora.
func seed(f *testing.F) {
	for _, path := range []string{"testdata/human.txtar", "testdata/machines.txtar"} {
		for _, data := range archive(f, path) {
			f.Add(data)
		}
	}
	f.Add([]byte(filtered))
	dir := os.Getenv("REGARDS_TEST_CORPORA")
	if dir == "" {
		return
	}
	if _, err := os.Stat(dir); err != nil {
		dir = filepath.Join("..", dir)
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "labels.jsonl" {
			return err
		}
		data, err := os.ReadFile(path)
		f.Add(data)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
}

func FuzzParse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := slices.Clone(raw)
		h, err := Parse(raw)
		if !slices.Equal(raw, before) {
			t.Error("the input has changed")
		}
		if err != nil {
			return
		}
		checkReport(t, Report{Header: h, Verdict: h.Verdict(trusted)})
		// What a server returns for the fields must be judged alike.
		again, err := Parse(raw)
		if err != nil || again.Key() != h.Key() || again.Verdict(trusted).Class != h.Verdict(trusted).Class {
			t.Error("not the same twice")
		}
		internal := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)
		if at := h.Time(internal); at.Before(earliest) || at.After(internal.Add(time.Hour)) {
			t.Errorf("time %v", at)
		}
	})
}

// What is read of a date is what its usual form says, to the second.
func FuzzDate(f *testing.F) {
	for _, text := range []string{
		"Thu, 19 Nov 2026 10:12:45 +0100", "19 Nov 26 10:12 EST", "2026-11-19T10:12:45Z", "Thu Nov 19 10:12:45 2026",
		"19-Nov-2026 (a (nested) comment) 10:12:45 -0000", "Thu, 31 Feb 2026 25:61:61 +9999", "",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, v []byte) {
		at := parseDate(v)
		if at.IsZero() {
			return
		}
		if y := at.UTC().Year(); y < 1 || y > 9999 {
			t.Errorf("%q is in the year %d", v, y)
		}
		if again := parseDate([]byte(at.Format(time.RFC1123Z))); !again.Equal(at) {
			t.Errorf("%q is %v, and that in its usual form is %v", v, at, again)
		}
	})
}

func FuzzMessage(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := Message(raw, trusted)
		checkReport(t, r)
		if len(r.Recipients) > 0 && r.Class != Bounce {
			t.Errorf("a %s has recipients", r.Class)
		}
		for _, rcpt := range r.Recipients {
			if rcpt.Address == "" || rcpt.Hard && rcpt.Status[0] != '5' {
				t.Errorf("%+v", rcpt)
			}
		}
	})
}

func FuzzAddresses(f *testing.F) {
	for _, s := range []string{"Ana <a@x.org>, \"b, c\" <d@e>", "g: a@b, c@d;", "=?utf-8?q?a,b?= <c@d>", "\"(<", "a@[1.2:3] (x", "<@a:b@c>", "0@[>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		list := appendAddresses(nil, raw)
		checkReport(t, Report{Header: Header{To: list}, Verdict: Verdict{Class: Human, Reasons: []string{"x"}}})
		for _, a := range list {
			// Written out again, an address is found again.
			again := appendAddresses(nil, []byte("x@y.z, <"+a.Addr+">"))
			if len(again) != 2 || again[1].Addr != a.Addr {
				t.Errorf("%q: %q", a.Addr, again)
			}
		}
	})
}
