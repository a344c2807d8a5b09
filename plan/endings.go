package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"regards/contact"
)

// Endings gives the letters that new touches end: one that turns out to be a
// letter's own message, or an answer to it, shows that it has been sent,
// whatever was thought of it before; a letter that the owner has not seen to ends
// when a touch makes it needless. Each letter is ended once, by the first reason.
func Endings(letters []contact.Letter, occasions []contact.Occasion, touches []contact.Touch) []contact.Ending {
	byID := make(map[string]contact.Occasion, len(occasions))
	for _, o := range occasions {
		byID[o.ID] = o
	}
	var endings []contact.Ending
	for _, l := range letters {
		if e, ok := ending(l, byID[l.OccasionID], touches); ok {
			endings = append(endings, e)
		}
	}
	return endings
}

func ending(l contact.Letter, o contact.Occasion, touches []contact.Touch) (e contact.Ending, ok bool) {
	for _, t := range touches {
		if t.ContactID != l.ContactID || l.State == contact.Sent {
			continue
		}
		if isMessageOf(l, t) {
			return contact.Ending{Key: l.Key, State: contact.Sent, Reason: "sent on " + t.At.Format("2 January 2006 at 15:04 MST"), At: t.At}, true
		}
		if isAnswerTo(l, t) && !ok {
			e, ok = contact.Ending{Key: l.Key, State: contact.Sent, Reason: "it was sent: an answer came on " + t.At.Format("2 January 2006 at 15:04 MST"), At: t.At}, true
		}
		if why := needlessBy(l, o, t); why != "" && !ok {
			e, ok = contact.Ending{Key: l.Key, State: contact.Superseded, Reason: why, At: t.At}, true
		}
	}
	return e, ok
}

func isMessageOf(l contact.Letter, t contact.Touch) bool {
	return t.Direction == contact.Out && t.Medium == contact.Email && l.MessageID != "" && t.MessageID == l.MessageID
}

func isAnswerTo(l contact.Letter, t contact.Touch) bool {
	return t.Direction == contact.In && t.Medium == contact.Email && l.MessageID != "" && slices.Contains(t.References, l.MessageID)
}

// Answers gives the letters that touches answer, each by its earliest answer. It
// leaves out those of which that is known already.
func Answers(letters []contact.Letter, touches []contact.Touch) (answers []contact.Answer) {
	for _, l := range letters {
		at := l.Answered
		for _, t := range touches {
			if t.ContactID == l.ContactID && isAnswerTo(l, t) && (at.IsZero() || t.At.Before(at)) {
				at = t.At
			}
		}
		if !at.Equal(l.Answered) {
			answers = append(answers, contact.Answer{Key: l.Key, At: at})
		}
	}
	return answers
}

// untouched reports whether nobody but regards has had to do with an open letter,
// so that it may be taken back.
func untouched(l contact.Letter) bool {
	open := l.State == contact.Needs || l.State == contact.Queued || l.State == contact.Drafted
	return open && !l.TakeBack && l.Restored.IsZero()
}

// needlessBy says why a touch makes an untouched letter needless; "" when it
// does not.
func needlessBy(l contact.Letter, o contact.Occasion, t contact.Touch) string {
	if !untouched(l) {
		return ""
	}
	switch l.Practice {
	case ThankYou:
		if o.ID != "" && t.Direction == contact.Out && t.Medium == contact.Email && NeedlessThanks(o, t) {
			return fmt.Sprintf("you wrote to them after that: %q", t.Subject)
		}
	case KeepInTouch, FollowUp:
		if t.At.After(madeAt(l)) && (o.ID == "" || t.Key != contact.OccasionKey(o.ID)) {
			return "you have been in touch since: " + touchWords(t)
		}
	}
	return ""
}

// touchWords names a touch: by its medium and subject.
func touchWords(t contact.Touch) string {
	words := mediumWord(t.Medium)
	if t.Direction == contact.In {
		words += " from them"
	}
	if t.Subject != "" {
		words += fmt.Sprintf(" %q", t.Subject)
	}
	return words
}

// takenBackAfter is how many days a proposed letter lies untouched before it is
// taken back.
const takenBackAfter = 21

// Ends gives the open letters that what is known by now makes needless, in the
// order of their keys. It finds what Endings finds, too, but for letters that
// turn out to be sent; asked again after its answer is carried out, it gives
// nothing new.
func Ends(now time.Time, p Policy, r Records) (ends []contact.Ending) {
	d := newDesk(now, p, r)
	occasions := make(map[string]contact.Occasion, len(r.Occasions))
	for _, o := range r.Occasions {
		occasions[o.ID] = o
	}
	for key, l := range r.Letters {
		if !untouched(l) {
			continue
		}
		if why := d.needless(l, occasions[l.OccasionID]); why != "" {
			ends = append(ends, contact.Ending{Key: key, State: contact.Superseded, Reason: why, At: now})
		}
	}
	slices.SortFunc(ends, func(a, b contact.Ending) int { return strings.Compare(a.Key, b.Key) })
	return ends
}

// needless says why an untouched letter is not needed any more; "" when it is.
func (d *desk) needless(l contact.Letter, o contact.Occasion) string {
	c, known := d.r.Contacts[l.ContactID]
	if !known {
		return ""
	}
	past := d.r.Pasts[c.ID]
	newest := past.Last
	if l.Practice == ThankYou { // only mail to them alone counts
		newest = contact.Touch{At: past.LastOut, Subject: past.LastOutSubject, Direction: contact.Out, Medium: contact.Email, Alone: true}
	}
	switch Status(d.now, c) {
	case contact.Deceased, contact.DoNotContact, contact.Bounced:
		return Writable(d.now, c)
	}
	if why := needlessBy(l, o, newest); why != "" {
		return why
	}
	return cmp.Or(d.overtaken(l, o, past), d.tooEarly(l, c, past), d.thanked(l), d.ignored(l))
}

// overtaken says what the practice of a letter has against it by now: a promise
// is kept, a question answered, a later step has its own letter.
func (d *desk) overtaken(l contact.Letter, o contact.Occasion, past contact.Past) string {
	for _, practice := range practices {
		if practice.name == l.Practice && practice.ends != nil && l.OccasionID == o.ID {
			return practice.ends(d.now, d.p, l, o, past)
		}
	}
	return ""
}

// tooEarly says that a hello is not due any more, because of a touch that was
// not known when it was made.
func (d *desk) tooEarly(l contact.Letter, c contact.Contact, past contact.Past) string {
	every := cadenceOf(&c, d.p.Cadences).Every
	if l.Practice != KeepInTouch || every.IsZero() || strings.Contains(l.Key, "/after-"+past.Last.ID+"/") {
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
	thanks := d.r.Letters[d.byPart[partOf(contact.Letter{Practice: ThankYou, ParticipantID: l.ParticipantID})]]
	if hasWords(thanks) && (thanks.State == contact.Sent || !thanks.State.Ended()) {
		return "the thank-you for that occasion says it"
	}
	return ""
}

// ignored says that the owner has left a proposed letter lying for long enough.
func (d *desk) ignored(l contact.Letter) string {
	if l.Practice != KeepInTouch && l.Practice != FollowUp && l.Practice != CloseTheLoop {
		return ""
	}
	since := madeAt(l)
	if l.Snoozed.After(since) {
		since = l.Snoozed
	}
	if !d.now.Before(since.In(d.p.Location).AddDate(0, 0, takenBackAfter)) {
		return fmt.Sprintf("it lay untouched for %d days", takenBackAfter)
	}
	return ""
}
