package plan

import (
	"fmt"
	"time"

	"regards/contact"
)

// FollowUp is the name of the practice that writes after a first meeting or an
// event (practice 14).
const FollowUp = "follow-up"

// oddAfter is how many days past its due time a follow-up would read oddly.
const oddAfter = 14

// meets reports whether two people may first meet at an occasion of kind k.
func meets(k contact.Kind) bool { return k == contact.Met || k == contact.Event }

// acquainted is for how many days mail has gone both ways between people who know
// each other: what was written just before they met was to arrange that.
const acquainted = 30

// knownBefore reports whether the owner knew somebody before o, as their past
// tells: they had met or talked before, or had long been writing to each other.
func knownBefore(o contact.Occasion, past contact.Past) bool {
	mails := past
	mails.FirstSpoken = time.Time{}
	wrote, spoke := mails.TwoWay(), past.FirstSpoken
	return !wrote.IsZero() && wrote.Before(o.At.AddDate(0, 0, -acquainted)) ||
		!spoke.IsZero() && spoke.Before(o.At.Add(-dayLong/2))
}

// followUps proposes the follow-up to every participant of every meeting or event
// whom the owner did not know before, and with whom there was no word since.
func followUps(d *desk) {
	within := d.p.Practices[FollowUp].Within
	for _, o := range d.r.Occasions {
		if !meets(o.Kind) || !o.Over(d.now) {
			continue
		}
		due := within.After(o.At.In(d.p.Location))
		until := due.AddDate(0, 0, oddAfter)
		if !d.now.Before(until) {
			continue
		}
		for _, to := range o.Participants {
			c, known := d.r.Contacts[to.ContactID]
			past := d.r.Pasts[to.ContactID]
			if !known || knownBefore(o, past) || d.inTouchSince(o, to, past) {
				continue
			}
			pr := proposal{contact: c.ID, of: o.ID, from: due, due: due, until: until}
			if key, made := d.byPart[part{practice: FollowUp, participant: to.ID}]; made {
				if pr.key = key; d.r.Letters[key].State != contact.Needs {
					continue
				}
			}
			d.propose(pr, &c, &past)
		}
	}
}

// inTouchSince reports whether anything after an occasion makes a follow-up
// needless: a touch, a letter, a thank-you for it, even one the owner threw away.
func (d *desk) inTouchSince(o contact.Occasion, to contact.Participant, past contact.Past) bool {
	if past.Last.At.After(o.At) && past.Last.Key != contact.OccasionKey(o.ID) {
		return true
	}
	if f := d.files[to.ContactID]; f != nil && f.sent.After(o.At) {
		return true
	}
	key, made := d.byPart[part{practice: ThankYou, participant: to.ID}]
	return made && d.r.Letters[key].State != contact.Needs
}

// writeFollowUp gives a follow-up its key and reason.
func writeFollowUp(d *desk, pr proposal) Planned {
	o := d.occasion(pr.of)
	to, _ := o.Participant(pr.contact)
	at := o.At.In(d.p.Location)
	return Planned{
		Letter: contact.Letter{
			Key: FollowUp + "/" + o.ID + "/" + pr.contact, OccasionID: o.ID, ParticipantID: to.ID,
			Reason: fmt.Sprintf("%s with %s on %s, and no word between you since", o.Kind, d.r.Contacts[pr.contact].Name, d.date(at)),
		},
		Wording: FollowUp,
		Facts:   Facts{Useful: to.Useful, Title: o.Title, When: at, Late: d.now.Sub(o.At) > belatedAfter},
	}
}

// occasion finds an occasion by its id.
func (d *desk) occasion(id string) contact.Occasion {
	for _, o := range d.r.Occasions {
		if o.ID == id {
			return o
		}
	}
	return contact.Occasion{}
}
