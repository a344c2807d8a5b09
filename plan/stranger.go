package plan

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"regards/contact"
)

// Stranger is somebody with whom the owner writes and who is no contact.
type Stranger struct {
	Name, Address string
	Others        []string // more addresses of the same person
	In, Out       int      // how many mails came from them and went to them
	Last          time.Time
	Subject       string // of the last mail
	Group         string // a guess at what they are to the owner, such as "university"; "" for none
}

// Self is the owner, as far as it tells who others are to them.
type Self struct {
	Name      string
	Addresses []string
	Private   string // the one of Addresses that is nobody's employer's; "": not known
}

// Acquaintances gives those correspondents whom the owner might want among the
// contacts, best first, with their names tidied and a guess at their groups. Mail
// went both ways with each; whoever could not be added is left out, as are
// machines, desks, lists and the owner. The order is total: it does not depend on
// that of all, nor on the time at which it is asked for.
func Acquaintances(owner Self, all []Stranger) []Stranger {
	book := NewBook(owner.Addresses, nil, 0)
	var people []Stranger
	for _, s := range all {
		if min(s.In, s.Out) < 1 || !isWritable(s.Address) || book.IsOwner(s.Address) || isMachine(s.Address) {
			continue
		}
		if s.Name = tidyName(s.Name, s.Address); !isDesk(s.Name) {
			people = append(people, s)
		}
	}
	slices.SortFunc(people, better)
	people = joinSame(people)
	for i := range people {
		people[i].Group = owner.guess(people[i])
	}
	slices.SortFunc(people, better)
	return people
}

// isWritable reports whether an address that a stranger chose can be a contact's, and
// shown on a line.
func isWritable(addr string) bool {
	a, _, err := NewAddress(addr)
	return err == nil && a.Addr == addr && contact.CheckText("address", addr) == nil
}

// halving is the time in which mail that was exchanged comes to count for half.
const halving = 182 * dayLong

// weight says how much somebody is in touch with the owner: the mails that went
// each way, halved for each half year since the last one. Of the two directions the
// smaller counts, so that neither a newsletter that was answered once nor somebody
// who answers seldom comes first. Half a year lets a friend of two years ago, with
// sixteen times the mail, stand beside an acquaintance of today. It is given as a
// logarithm, counted from 1970, so that it does not depend on the time.
func (s Stranger) weight() float64 {
	return math.Log2(float64(min(s.In, s.Out))) + float64(s.Last.Unix())/halving.Seconds()
}

// better orders strangers, the best one first.
func better(a, b Stranger) int {
	if first := cmp.Or(cmp.Compare(b.weight(), a.weight()), b.Last.Compare(a.Last)); first != 0 {
		return first // it is asked some hundred thousand times
	}
	return cmp.Or(strings.Compare(AddressKey(a.Address), AddressKey(b.Address)), strings.Compare(a.Address, b.Address),
		strings.Compare(a.Name, b.Name), a.In-b.In, a.Out-b.Out, strings.Compare(a.Subject, b.Subject))
}

// joinSame makes one of the addresses that are surely one person's: the same name
// of two words or more, and the same local part at different domains. A name alone is
// not enough: there are many Maria Garcías.
func joinSame(people []Stranger) (joined []Stranger) {
	type same struct{ name, local string }
	type at struct {
		same
		domain string
	}
	place, taken := map[same]int{}, map[at]bool{}
	for _, s := range people {
		who := same{fold(s.Name), localLetters(s.Address)}
		where := at{who, domainOf(s.Address)}
		i, known := place[who]
		switch {
		case !strings.Contains(s.Name, " ") || taken[where]:
			joined = append(joined, s)
		case known:
			joined[i] = joined[i].with(s)
		default:
			place[who] = len(joined)
			joined = append(joined, s)
		}
		taken[where] = true
	}
	return joined
}

// with gives s with what is known of another address of theirs. The one that mail
// came by or went to last goes first.
func (s Stranger) with(other Stranger) Stranger {
	first, second := s, other
	if other.Last.After(s.Last) {
		first, second = other, s
	}
	first.Others = append(append(slices.Clone(first.Others), second.Address), second.Others...)
	slices.Sort(first.Others)
	first.In, first.Out = s.In+other.In, s.Out+other.Out
	return first
}

// domainOf gives the domain of an address, as AddressKey writes it.
func domainOf(addr string) string {
	key := AddressKey(addr)
	return key[strings.LastIndexByte(key, '@')+1:]
}

// Somebody might be a contact when it went both ways lately, and not for long:
// who has been there for years was never added on purpose.
const (
	correspondence = 3 // mails each way at least
	acquaintance   = 12
)

// worthAdding reports whether to ask the owner about somebody, with whom there
// was mail since a time.
func (s Stranger) worthAdding(since time.Time) bool {
	return min(s.In, s.Out) >= correspondence && s.In+s.Out <= acquaintance && s.Last.After(since)
}

// newcomers gives the correspondents who are worth adding, in the order in which
// they are given.
func (d *desk) newcomers(news News) (lines []Line) {
	for _, s := range news.Strangers {
		if s.worthAdding(news.Since) {
			lines = append(lines, Line{Says: "stranger", Who: cmp.Or(s.Name, s.Address), Address: s.Address, At: d.local(s.Last)})
		}
	}
	return lines
}
