package plan

import (
	"slices"
	"strings"
	"time"

	"regards/contact"
)

// Needless gives the letters that nobody has touched and that need not go any
// more by what is known at now: a promise is kept, a question answered, a later
// step has its own letter. Those that a message ends are the business of Endings.
func Needless(now time.Time, p Policy, r Records) []contact.Ending {
	byName := make(map[string]practice, len(practices))
	for _, practice := range practices {
		byName[practice.name] = practice
	}
	occasions := make(map[string]contact.Occasion, len(r.Occasions))
	for _, o := range r.Occasions {
		occasions[o.ID] = o
	}
	var endings []contact.Ending
	for key, l := range r.Letters {
		l.Key = key
		o, known := occasions[l.OccasionID]
		ends := byName[l.Practice].ends
		if !untouched(l) || ends == nil || l.OccasionID != "" && !known {
			continue
		}
		if why := ends(now, p, l, o, r.Pasts[l.ContactID]); why != "" {
			endings = append(endings, contact.Ending{Key: key, State: contact.Superseded, Reason: why})
		}
	}
	slices.SortFunc(endings, func(a, b contact.Ending) int { return strings.Compare(a.Key, b.Key) })
	return endings
}
