package imapconn

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
)

// foundLimit bounds what one search may find: in numbers told one by one, and,
// four times that, in ranges, which somebody may want to count out.
const foundLimit = 1 << 20

// takeSearch collects what a SEARCH finds (RFC 3501 section 7.2.5): the library
// inserts number by number, and would never be done with a long list in a bad
// order. It gets them sorted, and all at once, before the answer that ends the
// command. What is no UID is left out.
func (a *answers) takeSearch(s *scan) {
	for word := range bytes.FieldsSeq(s.rest()) {
		if n, ok := uniqueID(word); ok {
			a.found = append(a.found, n)
		}
		if len(a.found) >= 2*a.sorted+foundLimit/8 {
			a.sortFound()
		}
	}
	a.boundFound()
}

// boundFound gives up when a search finds more than a mailbox has messages.
func (a *answers) boundFound() bool {
	if a.sorted <= foundLimit {
		return true
	}
	a.giveUp("a search", fmt.Appendf(nil, "%d hits", a.sorted))
	return false
}

func (a *answers) sortFound() {
	slices.Sort(a.found)
	a.found = slices.Compact(a.found)
	a.sorted = len(a.found)
}

// putFound writes what a search has found; false when that was too much.
func (a *answers) putFound() bool {
	if len(a.found) == 0 {
		return true
	}
	if a.sortFound(); !a.boundFound() {
		return false
	}
	o := a.out.string("* SEARCH")
	o.text = slices.Grow(o.text, len(a.found)*len(" 4294967294"))
	for _, n := range a.found {
		o.string(" ").number(n)
	}
	o.string("\r\n")
	if a.found = a.found[:0]; cap(a.found) > largeBuffer/4 {
		a.found = nil
	}
	a.sorted = 0
	return true
}

// takeESearch passes the tag, ALL, MIN, MAX and COUNT of an ESEARCH (RFC 9051
// section 7.3.4), with the set of ALL sorted and joined. One that cannot be read
// must not be left out: nothing found is an answer, too.
func (a *answers) takeESearch(s *scan) {
	var tag []byte
	if s.spaces(); !s.done() && s.b[s.at] == '(' {
		v, _ := s.value()
		var ok bool
		if tag, ok = correlator(v); !ok {
			return // an answer to nobody
		}
	}
	// The library cannot read one without a tag; to the empty one any search answers.
	o := a.out.string(`* ESEARCH (TAG "`).bytes(tag).string(`")`)
	for first := true; ; first = false {
		if s.spaces(); s.done() {
			break
		}
		name := s.word()
		if first && is(name, "UID") {
			o.string(" UID")
			continue
		}
		s.spaces()
		v, ok := s.value()
		if !ok || !o.returned(name, v) {
			a.out.reset()
			a.giveUp("an ESEARCH", s.b)
			return
		}
	}
	o.string("\r\n")
}

// correlator gives the tag of TAG "T5".
func correlator(v value) ([]byte, bool) {
	s := scan{b: v.text}
	if !is(s.word(), "TAG") {
		return nil, false
	}
	s.spaces()
	tag, ok := s.value()
	if !ok || len(tag.text) > 0 && !isAtom(tag.text) {
		return nil, false
	}
	return tag.text, true
}

// returned writes one item of an ESEARCH that we use; false when it cannot be
// understood.
func (o *output) returned(name []byte, v value) bool {
	switch {
	case is(name, "ALL"):
		set, ok := readSet(v.text)
		if !ok || v.kind != atomValue {
			return false
		}
		o.set(set)
	case is(name, "MIN"), is(name, "MAX"), is(name, "COUNT"):
		n, ok := number(v.text)
		if !ok {
			return false
		}
		o.string(" ").upper(name).string(" ").number(n)
	}
	return len(name) > 0
}

// span is a range of UIDs, both ends included.
type span struct{ low, high uint32 }

// readSet reads a set and sorts and joins its ranges. Numbers that no message
// can have are left out; false means that there is something else in it, or that
// it is larger than any mailbox.
func readSet(text []byte) (set []span, ok bool) {
	set = make([]span, 0, 1+bytes.Count(text, []byte(",")))
	for part := range bytes.SplitSeq(text, []byte(",")) {
		from, to, isRange := bytes.Cut(part, []byte(":"))
		low, ok := clipped(from)
		high := low
		if ok && isRange {
			high, ok = clipped(to)
		}
		if !ok {
			return nil, false
		}
		if low, high = min(low, high), min(max(low, high), lastUID); high > 0 && low <= lastUID {
			set = append(set, span{max(low, 1), high})
		}
	}
	slices.SortFunc(set, func(a, b span) int { return cmp.Compare(a.low, b.low) })
	return join(set)
}

// clipped reads a number; one that is too large is 2^32-1.
func clipped(b []byte) (uint32, bool) {
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	if n, ok := number(bytes.TrimLeft(b, "0")); ok {
		return n, true
	}
	if len(bytes.TrimLeft(b, "0")) == 0 {
		return 0, len(b) > 0
	}
	return 1<<32 - 1, true
}

// join joins sorted ranges that touch or overlap, in place.
func join(set []span) (joined []span, ok bool) {
	joined = set[:0]
	var total uint64
	for _, s := range set {
		if last := len(joined) - 1; last >= 0 && s.low <= joined[last].high+1 {
			total -= uint64(joined[last].high)
			joined[last].high = max(joined[last].high, s.high)
			total += uint64(joined[last].high)
			continue
		}
		joined = append(joined, s)
		total += uint64(s.high-s.low) + 1
	}
	return joined, total <= 4*foundLimit
}

// set writes ALL with its set, if there is anything in it.
func (o *output) set(set []span) {
	between := " ALL "
	for _, s := range set {
		o.string(between).number(s.low)
		if s.high > s.low {
			o.string(":").number(s.high)
		}
		between = ","
	}
}
