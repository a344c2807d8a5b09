package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"regards/contact"
)

// Failure is an address that a bounce speaks of.
type Failure struct {
	Address string
	Hard    bool
	Delayed bool   // it is still being tried
	Words   string // of the server
}

// Bounces gives what a bounce, which is about the message with the id about, tells of
// contacts. Of what is only delayed nothing is told.
func (b *Book) Bounces(m Message, about string, failed []Failure) (found []contact.Finding) {
	for _, f := range failed {
		id := b.ContactOf(f.Address)
		if id == "" || f.Delayed || about == "" {
			continue
		}
		kind := contact.SoftBounce
		if f.Hard {
			kind = contact.HardBounce
		}
		found = append(found, contact.Finding{ContactID: id, Key: m.Key, Kind: kind, At: m.At, Address: f.Address, Words: f.Words, About: about})
	}
	return found
}

// Returned gives the letters that did not arrive, as reports about them say.
func Returned(letters []contact.Letter, reports []contact.Finding) (ends []contact.Ending) {
	for _, l := range letters {
		i := slices.IndexFunc(reports, func(f contact.Finding) bool { return l.Is(f.About) && l.ContactID == f.ContactID })
		if i >= 0 && l.State != contact.Failed && l.Answered.IsZero() { // who answers has got it
			words := cmp.Or(reports[i].Words, "the server does not say why")
			ends = append(ends, contact.Ending{Key: l.Key, State: contact.Failed, Reason: CameBack + words, At: reports[i].At})
		}
	}
	return ends
}

// returned gives those of the letters of r.
func returned(r Records) (ends []contact.Ending) {
	var reports []contact.Finding
	for _, c := range r.Contacts {
		for _, f := range c.Findings {
			if f.About != "" {
				reports = append(reports, f)
			}
		}
	}
	if len(reports) == 0 {
		return nil
	}
	slices.SortFunc(reports, func(a, b contact.Finding) int { return a.At.Compare(b.At) })
	var letters []contact.Letter
	for key, l := range r.Letters {
		l.Key = key
		letters = append(letters, l)
	}
	return Returned(letters, reports)
}

// pronouns stand for somebody who was spoken of, or who is meant anyhow.
var pronouns = strings.Fields("he she er sie él ella il elle lui lei ele ela hij zij ze")

// Concerns reports whether a sentence of a mail that a contact wrote from an address of
// their own, and that says of somebody that they left or died, is about them: family
// may write from there, and people tell of others.
func (b *Book) Concerns(contactID, sentence string) bool {
	words := strings.FieldsFunc(strings.ToLower(sentence), func(r rune) bool { return !unicode.IsLetter(r) })
	for _, name := range strings.Fields(b.called[contactID]) {
		if slices.Contains(words, name) {
			return true
		}
	}
	return len(words) > 0 && slices.Contains(pronouns, words[0])
}

// CameBack begins the reason of a letter that did not arrive; the words of the server
// follow.
const CameBack = "it came back: "

func cameBack(l contact.Letter) bool {
	return l.State == contact.Failed && strings.HasPrefix(l.Reason, CameBack)
}

// NextWorkDay gives when the first work day after a day, of which only the date
// counts, begins on the owner's clock.
func (p Policy) NextWorkDay(day time.Time) time.Time {
	y, m, d := day.Date()
	next := time.Date(y, m, d, 12, 0, 0, 0, p.Location)
	for {
		next = next.AddDate(0, 0, 1)
		if w := next.Weekday(); w != time.Saturday && w != time.Sunday {
			return p.dayAfter(next, -1)
		}
	}
}

// Said says what mail told of c.
func Said(c contact.Contact, f contact.Finding) string {
	on := " (mail of " + f.At.Format("2 January 2006") + ")"
	switch f.Kind {
	case contact.LeftWork:
		return c.Name + " seems to have left where they worked" + on
	case contact.Died:
		return c.Name + " seems to have passed away" + on
	case contact.NoMoreMail:
		return c.Name + " seems to want no more mail from you" + on
	case contact.NewAddress:
		return c.Name + " seems to have a new address, " + f.Address + on
	case contact.Elsewhere:
		return fmt.Sprintf("an answer for %s came from %s%s", c.Name, f.Address, on)
	case contact.HardBounce:
		return "there is no address " + f.Address + " any more" + on
	case contact.SoftBounce:
		return "mail to " + f.Address + " did not arrive" + on
	}
	return string(f.Kind)
}

// softWithin is the time in which two mails that did not arrive are told of.
const softWithin = 7 * dayLong

// isQuestion reports whether only the owner can say what is so.
func isQuestion(k contact.FindingKind) bool {
	return k != contact.HardBounce && k != contact.SoftBounce
}

// found gives what mail told, of some kinds, by contact.
func (d *desk) found(wanted func(contact.FindingKind) bool) (lines []Line) {
	for _, c := range d.r.Contacts {
		lines = append(lines, d.findings(c, wanted)...)
	}
	slices.SortStableFunc(lines, func(a, b Line) int { return strings.Compare(a.ContactID, b.ContactID) })
	return lines
}

// findings gives the lines about what mail told of c, each matter once, the newest.
func (d *desk) findings(c contact.Contact, wanted func(contact.FindingKind) bool) (lines []Line) {
	told := map[string]bool{}
	for i, f := range slices.Backward(c.Findings) {
		says := "found." + string(f.Kind)
		if matter := says + " " + AddressKey(f.Address); wanted(f.Kind) && !told[matter] && d.worthTelling(c, i) {
			told[matter] = true
			lines = append(lines, Line{Says: says, ContactID: c.ID, Who: c.Name, Address: f.Address, Verbatim: f.Words, At: d.local(f.At)})
		}
	}
	slices.Reverse(lines)
	return lines
}

// worthTelling reports whether the owner does not know one of the findings of c yet.
// One mail that did not arrive may be chance.
func (d *desk) worthTelling(c contact.Contact, i int) bool {
	f := c.Findings[i]
	switch {
	case f.At.After(d.now), f.Kind.Grave() && knownGrave(c):
		return false
	case f.Kind == contact.HardBounce:
		return Status(d.now, c) != contact.Bounced && hasAddress(c, f.Address) // that line says it
	case f.Kind == contact.SoftBounce:
		return slices.ContainsFunc(c.Findings[:i], func(before contact.Finding) bool {
			return before.Kind == f.Kind && AddressKey(before.Address) == AddressKey(f.Address) && f.At.Sub(before.At) <= softWithin
		})
	}
	return f.Address == "" || !hasAddress(c, f.Address)
}

// knownGrave reports whether the owner keeps letters from c already.
func knownGrave(c contact.Contact) bool {
	return c.Status == contact.Deceased || c.Status == contact.DoNotContact || c.Status == contact.ByHand
}

// IsFinding reports whether a line is about what mail told.
func IsFinding(says string) bool { return strings.HasPrefix(says, "found.") }
