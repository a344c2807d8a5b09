package store

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"regards/plan"
)

// What Records remembers of contacts and occasions is never older than the
// database, whatever commands did to it.
func TestRecordsAreNew(t *testing.T) {
	owner := peopled(t)
	service := reopen(t, owner.Path())
	names := slices.Sorted(maps.Keys(deeds))
	remembered := 0
	tries := 0
	rapid.Check(t, func(r *rapid.T) {
		if tries++; tries > fewer {
			return
		}
		pick := func(n int) int { return rapid.IntRange(0, n-1).Draw(r, "pick") }
		for range rapid.IntRange(1, 6).Draw(r, "commands") {
			if rapid.IntRange(0, 3).Draw(r, "undo") == 0 {
				_, _ = owner.Undo(ctx, noon) // there may be nothing to take back
			} else {
				name := rapid.SampledFrom(names).Draw(r, "command")
				owner.Command(name, later)
				_ = deeds[name](owner, pick) // not all can be done to everybody
			}
			known := service.book.Load()
			got := must[plan.Records](t)(service.Records(ctx))
			if service.book.Load() == known {
				remembered++
			}
			if want := must[plan.Records](t)(owner.fresh().Records(ctx)); !reflect.DeepEqual(got, want) {
				r.Fatalf("got %+v\nwant %+v", got, want)
			}
		}
	})
	if remembered == 0 {
		t.Error("the book was read each time")
	}
}

// fresh is a store that remembers nothing.
func (s *Store) fresh() *Store {
	s.book.Store(nil)
	return s
}
