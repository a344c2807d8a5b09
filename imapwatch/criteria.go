package imapwatch

import (
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// The bounds of a SEARCH for people. Servers take lines of 8,192 bytes (RFC
// 7162 section 4).
const (
	maxSearched = 20   // addresses; for more, all messages are read
	maxQuery    = 7000 // bytes of one command
	maxAddress  = 320  // RFC 3696 section 3, as corrected
)

// queries gives the SEARCHes that together find every message that one of the
// addresses wrote or got; none when no SEARCH is sure to.
//
// They find too much, and who asked decides. An address counts without case and
// plus-part, and at Gmail without dots: most servers look for any part of a
// text, and find its two halves in all spellings. Those that look for whole
// words only, as Gmail does, find it as it is written.
func queries(r imap.UIDRange, addresses []string) []*imap.SearchCriteria {
	if len(addresses) > maxSearched {
		return nil
	}
	var terms []term
	for _, addr := range addresses {
		addr = strings.TrimSpace(addr)
		if !plain(addr) {
			return nil
		}
		for _, t := range spellings(addr) {
			if !slices.ContainsFunc(terms, func(other term) bool { return slices.Equal(t, other) }) {
				terms = append(terms, t)
			}
		}
	}
	var all []*imap.SearchCriteria
	for part := range packed(terms) {
		q := anyOf(part)
		q.UID = []imap.UIDSet{{r}}
		all = append(all, &q)
	}
	return all
}

// plain reports whether an address stands in a message just as it is written
// here. Quotes, letters beyond ASCII and the like can be written in many ways.
func plain(addr string) bool {
	odd := func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune(`"\()<>[]:;,%`, c) }
	at := strings.IndexByte(addr, '@')
	return at > 0 && at < len(addr)-1 && at == strings.LastIndexByte(addr, '@') &&
		len(addr) <= maxAddress && !strings.ContainsFunc(addr, odd)
}

// spellings gives what to look for, in each field that names people.
func spellings(addr string) (terms []term) {
	at := strings.IndexByte(addr, '@')
	local, domain := addr[:at], strings.TrimRight(addr[at:], ".")
	if plus := strings.IndexByte(local, '+'); plus > 0 {
		local = local[:plus]
	}
	options := [][]string{{addr}}
	switch lower := strings.ToLower(domain); {
	case lower == "@gmail.com", lower == "@googlemail.com":
		options = append(options, []string{"@gmail.com"}, []string{"@googlemail.com"})
	case strings.Contains(lower, "xn--"):
		options = append(options, []string{local}) // the domain may stand there in its own script
	default:
		options = append(options, []string{local, domain})
	}
	for _, field := range []string{"From", "To", "Cc"} {
		for _, values := range options {
			var t term
			for _, v := range values {
				t = append(t, imap.SearchCriteriaHeaderField{Key: field, Value: v})
			}
			terms = append(terms, t)
		}
	}
	return terms
}

// term is what the header of a message must hold, all of it.
type term []imap.SearchCriteriaHeaderField

// size is how much a term adds to a command, at the most.
func (t term) size() int {
	n := len("OR () () ")
	for _, f := range t {
		n += len(f.Key) + len(f.Value) + len(` "" `)
	}
	return n
}

// packed divides terms so that each part fits into one command.
func packed(terms []term) func(yield func([]term) bool) {
	return func(yield func([]term) bool) {
		for len(terms) > 0 {
			n, size := 1, 100+terms[0].size() // what comes before them is shorter
			for n < len(terms) && size+terms[n].size() < maxQuery {
				size += terms[n].size()
				n++
			}
			if !yield(terms[:n]) {
				return
			}
			terms = terms[n:]
		}
	}
}

// anyOf joins terms by OR, in a tree that is as low as can be: servers bound how
// deeply a search may be nested.
func anyOf(terms []term) imap.SearchCriteria {
	if len(terms) == 1 {
		return imap.SearchCriteria{Header: terms[0]}
	}
	half := len(terms) / 2
	return imap.SearchCriteria{Or: [][2]imap.SearchCriteria{{anyOf(terms[:half]), anyOf(terms[half:])}}}
}
