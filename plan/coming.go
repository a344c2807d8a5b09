package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Coming gives the letters that the owner has asked for, as the records stand,
// and whose time is yet to come, the earliest first. What regards proposes by
// itself is not among them.
func Coming(now time.Time, p Policy, r Records) []Planned {
	var coming []Planned
	byPart := newDesk(now, p, r).byPart
	for _, practice := range practices {
		if practice.letters == nil || !p.Practices[practice.name].Enabled {
			continue
		}
		for _, l := range practice.letters(now, p, r) {
			key := cmp.Or(byPart[partOf(l.Letter)], l.Key)
			old, exists := r.Letters[key]
			if l.From = p.Practices[practice.name].Turn(now, l.From); (!exists || practice.revives(old)) && l.From.After(now) {
				l.Key = key
				coming = append(coming, l)
			}
		}
	}
	slices.SortStableFunc(coming, func(a, b Planned) int {
		return cmp.Or(a.From.Compare(b.From), strings.Compare(a.Key, b.Key))
	})
	return coming
}
