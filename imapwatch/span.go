package imapwatch

import (
	"cmp"
	"slices"

	"github.com/emersion/go-imap/v2"
)

// span is a set of UIDs with its size and its ends. It is never expanded: a
// server can write four billion of them in one word.
type span struct {
	set      imap.UIDSet
	count    int
	min, max uint32
}

// newSpan measures a set, whose ranges it brings into order: no two of them
// hold the same UID. Ranges with a star are left out.
func newSpan(set imap.UIDSet) span {
	var ranges imap.UIDSet
	for _, r := range set {
		if r.Stop < r.Start {
			r.Start, r.Stop = r.Stop, r.Start
		}
		if r.Start != 0 {
			ranges = append(ranges, r)
		}
	}
	slices.SortFunc(ranges, func(a, b imap.UIDRange) int { return cmp.Compare(a.Start, b.Start) })
	s := span{}
	for _, r := range ranges {
		if last := len(s.set) - 1; last >= 0 && r.Start <= s.set[last].Stop {
			s.set[last].Stop = max(s.set[last].Stop, r.Stop)
		} else {
			s.set = append(s.set, r)
		}
	}
	for _, r := range s.set {
		s.count += int(r.Stop-r.Start) + 1
	}
	if s.count > 0 {
		s.min, s.max = uint32(s.set[0].Start), uint32(s.set[len(s.set)-1].Stop)
	}
	return s
}

// union gives the UIDs of both.
func (s span) union(other span) span { return newSpan(slices.Concat(s.set, other.set)) }

// within gives the part of s between low and high, both included.
func (s span) within(low, high uint32) span {
	var set imap.UIDSet
	for _, r := range s.set {
		start, stop := max(r.Start, imap.UID(low)), min(r.Stop, imap.UID(high))
		if start <= stop {
			set = append(set, imap.UIDRange{Start: start, Stop: stop})
		}
	}
	return newSpan(set)
}

// first splits s into its n lowest UIDs and the rest.
func (s span) first(n int) (part, rest span) {
	var low, high imap.UIDSet
	for _, r := range s.set {
		switch size := int(r.Stop-r.Start) + 1; {
		case n <= 0:
			high = append(high, r)
		case size <= n:
			low = append(low, r)
			n -= size
		default:
			middle := r.Start + imap.UID(n)
			low = append(low, imap.UIDRange{Start: r.Start, Stop: middle - 1})
			high = append(high, imap.UIDRange{Start: middle, Stop: r.Stop})
			n = 0
		}
	}
	return newSpan(low), newSpan(high)
}

// last splits s into its n highest UIDs and the rest.
func (s span) last(n int) (part, rest span) {
	rest, part = s.first(max(s.count-n, 0))
	return part, rest
}
