package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"regards/contact"
)

// skew is how far the clock of the owner's mail program may be behind.
const skew = time.Hour

// kinship says how much of a letter is in a message to the same person: 2 for
// its thread, 1 for its subject, 3 for both.
func kinship(l contact.Letter, inReplyTo string, references []string, subject string) (n int) {
	thread := func(id string) bool { return id != "" && (id == l.InReplyTo || l.Is(id)) }
	if thread(inReplyTo) || slices.ContainsFunc(references, thread) {
		n += 2
	}
	if s := sameWords(subject); s != "" && s == sameWords(l.Subject) {
		n++
	}
	return n
}

// sameWords folds a subject into what two versions of it have in common.
func sameWords(subject string) string {
	return strings.ToLower(strings.Join(strings.Fields(BaseSubject(subject)), " "))
}

// goesTo reports whether a contact is among the recipients of m.
func (g *Sighting) goesTo(m Lying, contactID string) bool {
	return slices.ContainsFunc(m.To, func(to string) bool { return hasAddress(g.contacts[contactID], to) })
}

// akin says how surely m, which is to the person of l, is l under another
// Message-ID: 0 is not at all.
func akin(l contact.Letter, m Lying) int {
	return kinship(l, m.InReplyTo, m.References, m.Subject)
}

// likely is akin for what is left in Drafts when everything else has been
// looked into: any new message to the same person, unless another letter to
// them, be it over, is more like it.
func (g *Sighting) likely(l contact.Letter, m Lying) int {
	waits := l.State == contact.Drafted || l.State == contact.Edited || l.State == contact.Approved
	if !waits || g.inOutbox(m.Place) || !g.comparable(l.Place) || l.Place.Mailbox != m.Place.Mailbox {
		return 0
	}
	for _, other := range g.letters {
		if other.Key != l.Key && other.ContactID == l.ContactID && akin(other, m) > 0 {
			return 0
		}
	}
	return 1 + sharedWords(l.Subject, m.Subject)
}

func sharedWords(a, b string) (n int) {
	words := strings.Fields(sameWords(a))
	for word := range strings.FieldsSeq(sameWords(b)) {
		if slices.Contains(words, word) {
			n++
		}
	}
	return n
}

// fresh reports whether m can have come after l was laid.
func (g *Sighting) fresh(l contact.Letter, m Lying) bool {
	if g.comparable(l.Place) && l.Place.Mailbox == m.Place.Mailbox {
		return m.Place.UID > l.Place.UID
	}
	return m.Date.IsZero() || !m.Date.Before(l.Written.Add(-skew))
}

// pair is a letter and a message that may be it, by index, with what tells the
// message from others: copies of one are one.
type pair struct {
	letter, message int
	id              string
	fit             int
}

// match gives each message to one letter, and each letter one message: those
// that fit best first. Of letters that fit alike, one that is open goes before
// one that is over, then the newer one.
func (g *Sighting) match(pairs []pair) (matched []pair) {
	slices.SortStableFunc(pairs, func(a, b pair) int {
		l, k := g.letters[a.letter], g.letters[b.letter]
		return cmp.Or(cmp.Compare(b.fit, a.fit), cmp.Compare(ended(l), ended(k)), k.Written.Compare(l.Written),
			strings.Compare(l.Key, k.Key), cmp.Compare(b.message, a.message))
	})
	letters, messages := map[int]bool{}, map[string]bool{}
	for _, p := range pairs {
		if !letters[p.letter] && !messages[p.id] {
			letters[p.letter], messages[p.id] = true, true
			matched = append(matched, p)
		}
	}
	return matched
}

func ended(l contact.Letter) int {
	if l.State.Ended() {
		return 1
	}
	return 0
}

// claim gives messages that are no letter's to letters that are missing.
func (g *Sighting) claim(now time.Time, fit func(contact.Letter, Lying) int) {
	var pairs []pair
	for _, i := range g.absent {
		l := g.letters[i]
		if l.State == contact.Dismissed && now.Sub(l.Ended) > remorse {
			continue
		}
		for j, m := range g.free {
			if !g.goesTo(m, l.ContactID) || !g.fresh(l, m) {
				continue
			}
			if n := fit(l, m); n > 0 {
				pairs = append(pairs, pair{i, j, m.MessageID, n})
			}
		}
	}
	for _, p := range g.match(pairs) {
		g.set(p.letter, g.lies(now, g.letters[p.letter], g.free[p.message]))
		g.settled(p.letter)
	}
	g.free = slices.DeleteFunc(slices.Clone(g.free), func(m Lying) bool { _, known := g.byID[m.MessageID]; return known })
}

// settled takes a letter off those that are missing.
func (g *Sighting) settled(i int) {
	g.absent = slices.DeleteFunc(g.absent, func(j int) bool { return j == i })
}
