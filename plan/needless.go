package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"regards/contact"
)

// Needless gives the letters that nobody has touched and that need not go any
// more by what is known at now, in the order of their keys: a promise is kept, a
// later step has its own letter, the two have been in touch, nobody wanted the
// hello. That a message was a letter, or answers one, is the business of Endings.
// Asked again after its answer is carried out, it gives nothing new.
func Needless(now time.Time, p Policy, r Records) []contact.Ending {
	return append(newDesk(now, p, r).endings(), returned(r)...)
}

func (d *desk) endings() (endings []contact.Ending) {
	if len(d.lying) == 0 {
		return nil
	}
	byName := make(map[string]practice, len(practices))
	for _, practice := range practices {
		byName[practice.name] = practice
	}
	occasions := make(map[string]contact.Occasion, len(d.r.Occasions))
	for _, o := range d.r.Occasions {
		occasions[o.ID] = o
	}
	for _, key := range d.lying {
		l := d.r.Letters[key]
		l.Key = key
		o, known := occasions[l.OccasionID]
		if l.OccasionID != "" && !known {
			continue
		}
		why := d.needless(l, o)
		if ends := byName[l.Practice].ends; ends != nil && why == "" {
			why = ends(d, l, o)
		}
		if why != "" {
			endings = append(endings, contact.Ending{Key: key, State: contact.Superseded, Reason: why})
		}
	}
	slices.SortFunc(endings, func(a, b contact.Ending) int { return strings.Compare(a.Key, b.Key) })
	return endings
}

// untouched reports whether l is open and the owner has not laid hands on it. One
// that is being sent is no longer to be stopped.
func untouched(l contact.Letter) bool {
	switch l.State {
	case contact.Queued:
		if !l.Approved.IsZero() {
			return false // by the owner's order
		}
	case contact.Needs, contact.Drafted:
	case contact.Approved:
		if !l.ByItself() || !l.Sending.IsZero() {
			return false
		}
	default:
		return false
	}
	return !l.TakeBack && l.Restored.IsZero()
}

// takenBackAfter is how many days a proposed letter lies untouched before it is
// taken back.
const takenBackAfter = 21

// needless says why an untouched letter is not needed any more; "" when it is.
func (d *desk) needless(l contact.Letter, o contact.Occasion) string {
	c, known := d.r.Contacts[l.ContactID]
	if !known {
		return ""
	}
	past := d.r.Pasts[c.ID]
	newest := past.Last
	if l.Practice == ThankYou { // only mail to them alone counts, and no letter about something else
		newest = contact.Touch{At: past.LastOwn, Subject: past.LastOwnSubject, Direction: contact.Out, Medium: contact.Email, Alone: true}
	}
	switch Status(d.now, c) {
	case contact.Deceased, contact.DoNotContact, contact.Bounced:
		if proposed(l.Practice) { // what the owner asked for is the owner's to take away
			return Writable(d.now, c)
		}
	}
	if why := needlessBy(l, o, newest); why != "" {
		return why
	}
	return cmp.Or(unwanted(l, c), d.tooEarly(l, c, past), d.thanked(l), d.second(l, c), d.ignored(l))
}

// proposed reports whether regards proposes the letters of a practice by itself.
func proposed(name string) bool {
	return slices.ContainsFunc(practices, func(p practice) bool { return p.name == name && p.propose != nil })
}

// unwanted says that the owner took the wish for a hello back.
func unwanted(l contact.Letter, c contact.Contact) string {
	if l.Practice == KeepInTouch && strings.Contains(l.Key, askedWord) && l.Key != wantedKey(c) {
		return "you do not want it any more"
	}
	return ""
}

// tooEarly says that a hello is not due any more, because of a touch that was
// not known when it was made.
func (d *desk) tooEarly(l contact.Letter, c contact.Contact, past contact.Past) string {
	every := cadenceOf(&c, d.p.Cadences).Every
	if l.Practice != KeepInTouch || every.IsZero() || l.Key == wantedKey(c) || strings.Contains(l.Key, "/after-"+past.Last.ID+"/") {
		return ""
	}
	if due := every.After(past.Last.At.In(d.p.Location)); d.now.Before(due) && d.now.After(past.Last.At) {
		return "you have been in touch: " + touchWords(past.Last)
	}
	return ""
}

// thanked says that a follow-up is needless beside the thank-you for the same
// occasion.
func (d *desk) thanked(l contact.Letter) string {
	if l.Practice != FollowUp {
		return ""
	}
	thanks := d.r.Letters[d.byPart[part{practice: ThankYou, participant: l.ParticipantID}]]
	if hasWords(&thanks) && (thanks.State == contact.Sent || !thanks.State.Ended()) {
		return "the thank-you for that occasion says it"
	}
	return ""
}

// second says that a proposed letter is one too many: two contacts that each had
// one are one person now.
func (d *desk) second(l contact.Letter, c contact.Contact) string {
	if !proposed(l.Practice) || d.files[c.ID].stays == l.Key {
		return ""
	}
	return "another letter that regards proposed to " + c.Name + " is open"
}

// ignored says that the owner has left a proposed letter lying for long enough.
func (d *desk) ignored(l contact.Letter) string {
	if !proposed(l.Practice) {
		return ""
	}
	since := madeAt(&l)
	if l.Snoozed.After(since) {
		since = l.Snoozed
	}
	if !d.now.Before(since.In(d.p.Location).AddDate(0, 0, takenBackAfter)) {
		return fmt.Sprintf("it lay untouched for %d days", takenBackAfter)
	}
	return ""
}
