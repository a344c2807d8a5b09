package plan

import (
	"fmt"
	"slices"

	"regards/contact"
)

// Endings gives the letters that new touches end: one that turns out to be a
// letter's own message, or an answer to it, shows that it has been sent,
// whatever was thought of it before; a letter that the owner has not seen to ends
// when a touch makes it needless. Each letter is ended once, by the first reason;
// only when it was sent is told anew, where its answer was read before itself.
func Endings(letters []contact.Letter, occasions []contact.Occasion, touches []contact.Touch) []contact.Ending {
	byID := make(map[string]contact.Occasion, len(occasions))
	for _, o := range occasions {
		byID[o.ID] = o
	}
	ours := make(map[string]bool, len(letters))
	for _, l := range letters {
		ours[l.MessageID], ours[l.DraftID] = true, true
	}
	delete(ours, "")
	var endings []contact.Ending
	for _, l := range letters {
		if e, ok := ending(l, byID[l.OccasionID], touches, ours); ok {
			endings = append(endings, e)
		}
	}
	return endings
}

func ending(l contact.Letter, o contact.Occasion, touches []contact.Touch, ours map[string]bool) (e contact.Ending, ok bool) {
	for _, t := range touches {
		if t.ContactID != l.ContactID {
			continue
		}
		if l.State == contact.Sent && !(isMessageOf(l, t) && t.At.Before(l.Sent) && knownByAnswer(l)) {
			continue
		}
		if isMessageOf(l, t) && !cameBack(l) {
			return contact.Ending{Key: l.Key, State: contact.Sent, Reason: "sent on " + t.At.Format("2 January 2006 at 15:04 MST"), At: t.At}, true
		}
		if isAnswerTo(l, t) && !ok {
			e, ok = contact.Ending{Key: l.Key, State: contact.Sent, Reason: "it was sent: an answer came on " + t.At.Format("2 January 2006 at 15:04 MST"), At: t.At}, true
		}
		if l.Practice == ThankYou && ours[t.MessageID] {
			continue // another letter is about something else
		}
		if why := needlessBy(l, o, t); why != "" && !ok {
			e, ok = contact.Ending{Key: l.Key, State: contact.Superseded, Reason: why, At: t.At}, true
		}
	}
	return e, ok
}

// knownByAnswer reports whether only an answer to a letter has told that it was
// sent. What regards sent itself, or was seen in Sent, says when by itself.
func knownByAnswer(l contact.Letter) bool {
	return !l.Answered.IsZero() && !l.Sent.Before(l.Answered)
}

func isMessageOf(l contact.Letter, t contact.Touch) bool {
	return t.Direction == contact.Out && t.Medium == contact.Email && l.Is(t.MessageID)
}

func isAnswerTo(l contact.Letter, t contact.Touch) bool {
	return t.Direction == contact.In && t.Medium == contact.Email && slices.ContainsFunc(t.References, l.Is)
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
		if t.At.After(madeAt(&l)) && (o.ID == "" || t.Key != contact.OccasionKey(o.ID)) {
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
