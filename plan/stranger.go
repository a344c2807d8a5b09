package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Stranger is somebody with whom the owner writes and who is no contact.
type Stranger struct {
	Name, Address string
	In, Out       int // how many mails came from them and went to them
	Last          time.Time
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
	return min(s.In, s.Out) >= correspondence && s.In+s.Out <= acquaintance && s.Last.After(since) && !isRole(s.Address)
}

// isRole reports whether an address is that of a role, such as info or sales-team:
// machines and lists are told by their mail, but behind these sit people, too.
func isRole(addr string) bool {
	local, _, _ := strings.Cut(strings.ToLower(addr), "@")
	local, _, _ = strings.Cut(local, "+")
	words := strings.FieldsFunc(local, func(r rune) bool { return strings.ContainsRune(".-_", r) })
	other := func(word string) bool { return !slices.Contains(noPerson, word) }
	return slices.Contains(noPerson, local) || len(words) > 0 && !slices.ContainsFunc(words, other)
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
