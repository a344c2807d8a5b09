package imapwatch

import (
	"math"
	"slices"
	"testing"

	"github.com/emersion/go-imap/v2"
	"pgregory.net/rapid"

	"regards/internal/imapconn"
)

// uidSets generates sets as a server may write them: ranges in any order, with
// their ends in any order, that do not meet.
func uidSets() *rapid.Generator[imap.UIDSet] {
	return rapid.Custom(func(t *rapid.T) imap.UIDSet {
		var set imap.UIDSet
		next := uint32(1)
		for range rapid.IntRange(0, 8).Draw(t, "ranges") {
			start := next + rapid.Uint32Range(0, 9).Draw(t, "gap")
			stop := start + rapid.Uint32Range(0, 9).Draw(t, "size")
			r := imap.UIDRange{Start: imap.UID(start), Stop: imap.UID(stop)}
			if rapid.Bool().Draw(t, "swapped") {
				r.Start, r.Stop = r.Stop, r.Start
			}
			set = append(set, r)
			next = stop + 2
		}
		return rapid.Permutation(set).Draw(t, "set")
	})
}

// members writes a set out in order.
func members(set imap.UIDSet) (uids []uint32) {
	for _, r := range set {
		for uid := min(r.Start, r.Stop); uid <= max(r.Start, r.Stop); uid++ {
			uids = append(uids, uint32(uid))
		}
	}
	slices.Sort(uids)
	return uids
}

// check compares a span with the UIDs that it should hold.
func check(t *rapid.T, s span, want []uint32) {
	t.Helper()
	if got := members(s.set); !slices.Equal(got, want) || s.count != len(want) {
		t.Fatalf("%v holds %v, %d in number; want %v", s.set, got, s.count, want)
	}
	if len(want) > 0 && (s.min != want[0] || s.max != want[len(want)-1]) {
		t.Fatalf("%v goes from %d to %d", s.set, s.min, s.max)
	}
	if len(want) == 0 && (s.min != 0 || s.max != 0 || s.set != nil) {
		t.Fatalf("an empty span is %+v", s)
	}
}

func TestSpanParts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		set := uidSets().Draw(t, "of")
		all := members(set)
		s := newSpan(slices.Clone(set))
		check(t, s, all)
		n := rapid.IntRange(0, len(all)+3).Draw(t, "n")
		cut := min(n, len(all))
		low, rest := s.first(n)
		check(t, low, all[:cut])
		check(t, rest, all[cut:])
		high, rest := s.last(n)
		check(t, high, all[len(all)-cut:])
		check(t, rest, all[:len(all)-cut])
		low1, high1 := rapid.Uint32Range(0, 200).Draw(t, "from"), rapid.Uint32Range(0, 200).Draw(t, "to")
		inside := func(uid uint32) bool { return low1 <= uid && uid <= high1 }
		check(t, s.within(low1, high1), slices.DeleteFunc(slices.Clone(all), func(uid uint32) bool { return !inside(uid) }))
		other := uidSets().Draw(t, "with")
		both := slices.Sorted(slices.Values(slices.Concat(all, members(other))))
		check(t, s.union(newSpan(other)), slices.Compact(both))
	})
}

// A server can write four billion UIDs in one word: they are never written out.
func TestPitfall14SpanIsNeverExpanded(t *testing.T) {
	allocs := testing.AllocsPerRun(10, func() {
		s := newSpan(imap.UIDSet{{Start: 1, Stop: math.MaxUint32}})
		low, rest := s.first(2000)
		high, _ := rest.last(2000)
		if s.count != math.MaxUint32 || low.count != 2000 || high.count != 2000 || high.max != math.MaxUint32 ||
			high.min != math.MaxUint32-1999 || rest.min != 2001 || s.within(math.MaxUint32, math.MaxUint32).count != 1 {
			t.Errorf("%+v, %+v, %+v, %+v", s, low, rest, high)
		}
	})
	if allocs > 100 {
		t.Errorf("%v allocations", allocs)
	}
}

func TestSpanIgnoresStars(t *testing.T) {
	t.Parallel()
	if s := newSpan(imap.UIDSet{{Start: 0, Stop: 0}, {Start: 5, Stop: 0}, {Start: 7, Stop: 7}}); s.count != 1 || s.min != 7 {
		t.Errorf("%+v", s)
	}
}

func TestAlign(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cursor, want Cursor
		uidNext      uint32
		reset        bool
	}{
		"nothing read, empty":           {Cursor{}, Cursor{7, 1, 0}, 1, false},
		"nothing read":                  {Cursor{}, Cursor{7, 50, 49}, 50, false},
		"nothing new":                   {Cursor{7, 1, 49}, Cursor{7, 1, 49}, 50, false},
		"news":                          {Cursor{7, 1, 40}, Cursor{7, 1, 40}, 50, false},
		"interrupted":                   {Cursor{7, 30, 40}, Cursor{7, 30, 40}, 50, false},
		"was empty":                     {Cursor{7, 1, 0}, Cursor{7, 50, 49}, 50, false},
		"still empty":                   {Cursor{7, 1, 0}, Cursor{7, 1, 0}, 1, false},
		"another UIDVALIDITY":           {Cursor{6, 1, 40}, Cursor{7, 50, 49}, 50, true},
		"another UIDVALIDITY, lower":    {Cursor{9, 1, 40}, Cursor{7, 50, 49}, 50, true},
		"another UIDVALIDITY, empty":    {Cursor{6, 1, 40}, Cursor{7, 1, 0}, 1, true},
		"another, interrupted":          {Cursor{6, 20, 40}, Cursor{7, 50, 49}, 50, true},
		"UIDNEXT went back":             {Cursor{7, 1, 60}, Cursor{7, 50, 49}, 50, true},
		"UIDNEXT went back by one":      {Cursor{7, 1, 50}, Cursor{7, 50, 49}, 50, true},
		"UIDNEXT went back to nothing":  {Cursor{7, 1, 60}, Cursor{7, 1, 0}, 1, true},
		"the last UID there can be":     {Cursor{7, 1, math.MaxUint32 - 1}, Cursor{7, 1, math.MaxUint32 - 1}, math.MaxUint32, false},
		"the first scan of a full box":  {Cursor{}, Cursor{7, math.MaxUint32, math.MaxUint32 - 1}, math.MaxUint32, false},
		"interrupted at the very start": {Cursor{7, 50, 49}, Cursor{7, 50, 49}, 60, false},
	} {
		b := &box{target: target{Mailbox: imapconn.Mailbox{UIDValidity: 7, UIDNext: c.uidNext}}, cursor: c.cursor}
		if b.align(); b.cursor != c.want || b.reset != c.reset {
			t.Errorf("%s: %+v, reset %t", name, b.cursor, b.reset)
		}
	}
}
