package plan

import (
	"maps"
	"slices"
	"time"

	"regards/contact"
)

// Lying is a message in Drafts or in the outbox, as its header tells. Of one
// whose header cannot be read there is the Place alone.
type Lying struct {
	Place                contact.Place
	MessageID, InReplyTo string // without angle brackets, as References
	References           []string
	To                   []string // every recipient, as written
	Subject              string
	Date                 time.Time
}

// Mailbox is what lies in Drafts or in the outbox. One that does not exist, or
// cannot be read now, is Absent; its name is known all the same.
type Mailbox struct {
	Name        string
	UIDValidity uint32
	Absent      bool
	Messages    []Lying
}

// Survey is what lies in the two mailboxes of an account where letters wait for
// the owner.
type Survey struct {
	Account        string
	Drafts, Outbox Mailbox
	// Seen is when the survey before this one was made; zero when there was none.
	// What is missing now may be so since then.
	Seen time.Time
}

// Found is where a message was found by its Message-ID: Drafted in Drafts,
// Approved in the outbox, Sent in the mailbox of sent mail, Dismissed in Trash,
// Moved in any other mailbox.
type Found struct {
	State contact.State
	Place contact.Place
}

// Evidence is what is known, beside a survey, when letters are settled.
type Evidence struct {
	// Found has what was found of Sighting.Missing. What it lacks was looked for
	// everywhere and is nowhere.
	Found map[string]Found
	// Sent are touches by mail that the owner sent: at least those to the contacts
	// of letters that are open or dismissed, since the letters were written.
	Sent []contact.Touch
	// Synced is when all mail of the account was last read to its end; zero when
	// it never was, or the account is offline.
	Synced time.Time
}

// Sighting is what a survey says of the letters of an account.
type Sighting struct {
	// Changed are the letters of which the survey tells something new, as they
	// stand now. Of a letter, only State, Reason, Subject, DraftID, Place, Delivery,
	// TakeBack, Missing, Approved, Sent and Ended ever change here.
	Changed []contact.Letter
	// Missing are the Message-IDs to look for, on the server, before Settle: those
	// of letters that lie neither in Drafts nor in the outbox, also of ones that
	// the owner threw away in the last 24 hours and may bring back.
	Missing []string
	// Strangers lie in the outbox and are no letter that may go: they are never
	// sent. One may yet turn out, in Settle, to be a letter that had been moved.
	Strangers []Lying

	survey   Survey
	contacts map[string]contact.Contact
	letters  []contact.Letter // every letter, as it stands now
	changed  map[int]bool     // by index of letters
	byID     map[string]int   // which letter a Message-ID is that of
	absent   []int            // the letters to settle, by index of letters
	trashed  map[int]bool     // of those, the ones in Trash
	free     []Lying          // messages that are no letter's
}

// The times within which an owner changes a mind, and a program saves a draft.
const (
	// patience is how long a draft that is nowhere may yet turn up: a program that
	// saves it anew may delete the old version first.
	patience = 15 * time.Minute
	// remorse is how long a letter that was thrown away is recognised in a new
	// draft: some programs keep in Trash the versions that a draft has had.
	remorse = 24 * time.Hour
	// schedule is how long a mail program may keep a letter to itself before it
	// sends it under a Message-ID of its own.
	schedule = 14 * 24 * time.Hour
)

// Look says what the survey of an account tells of its letters: which lie where
// they lay, which the owner edited, approved by moving them into the outbox, or
// took back from there. Letters are all there are, of every account and state:
// what is one letter's message is never another's. What is not to be seen is
// settled by Settle, after a look for Missing.
func Look(now time.Time, s Survey, letters []contact.Letter, contacts map[string]contact.Contact) Sighting {
	g := Sighting{survey: s, contacts: contacts, letters: slices.Clone(letters),
		changed: map[int]bool{}, byID: idsOf(letters), trashed: map[int]bool{}}
	lying := g.sort()
	for i, l := range g.letters {
		if !g.followed(l) {
			continue
		}
		if m, ok := g.own(l, lying[i]); ok {
			g.set(i, g.lies(now, l, m))
		} else {
			g.absent = append(g.absent, i)
		}
	}
	g.claim(now, func(l contact.Letter, m Lying) int {
		if l.State == contact.Moved {
			return 0 // it was not here before: it may be where it was
		}
		return akin(l, m)
	})
	g.Changed, g.Missing = g.news(), g.missing(now)
	g.Strangers = slices.DeleteFunc(slices.Clone(s.Outbox.Messages), g.mayLie)
	return g
}

// Settle decides on the letters that were missing and gives those that changed
// since Look, as they stand now. A letter that was sent is Sent whatever was
// thought of it before. One that is nowhere is Dismissed only after a quarter of
// an hour, and only when all mail has been read since it was first missed; it is
// Uncertain when the mailbox that it lay in is not what it was.
func (g Sighting) Settle(now time.Time, e Evidence) []contact.Letter {
	g.letters, g.absent = slices.Clone(g.letters), slices.Clone(g.absent)
	g.byID, g.changed, g.trashed = maps.Clone(g.byID), map[int]bool{}, map[int]bool{}
	g.sentByID(e.Sent)
	g.settleFound(now, e.Found)
	g.claim(now, akin)
	g.sentByKin(now, e.Sent)
	g.claim(now, g.likely)
	for _, i := range g.absent {
		g.set(i, g.gone(now, g.letters[i], g.trashed[i], e.Synced))
	}
	return g.news()
}

// idsOf tells which letter a Message-ID is that of, by index.
func idsOf(letters []contact.Letter) map[string]int {
	ids := make(map[string]int, len(letters))
	for i, l := range letters {
		for _, id := range []string{l.MessageID, l.DraftID} {
			if id != "" {
				ids[id] = i
			}
		}
	}
	return ids
}

// followed reports whether it matters where l lies. What became of one that was
// being sent is not for a mailbox to say, but for Sent; one that the owner
// dismissed by command, so that it was never missed, may lie where it will.
func (g *Sighting) followed(l contact.Letter) bool {
	return l.Account == g.survey.Account && Followed(l)
}

// Followed reports whether it is worth to look what has become of l.
func Followed(l contact.Letter) bool {
	if !l.Sending.IsZero() {
		return false
	}
	switch l.State {
	case contact.Drafted, contact.Edited, contact.Moved, contact.Approved, contact.Uncertain:
		return true
	case contact.Dismissed:
		return !l.Missing.IsZero()
	}
	return false
}

// set stores how a letter stands now.
func (g *Sighting) set(i int, l contact.Letter) {
	old := g.letters[i]
	same := l.State == old.State && l.Reason == old.Reason && l.Subject == old.Subject && l.DraftID == old.DraftID && l.Place == old.Place && l.Delivery == old.Delivery &&
		l.TakeBack == old.TakeBack && l.Missing.Equal(old.Missing) && l.Approved.Equal(old.Approved) &&
		l.Sent.Equal(old.Sent) && l.Ended.Equal(old.Ended)
	if same {
		return
	}
	g.letters[i], g.changed[i] = l, true
	if l.DraftID != "" {
		g.byID[l.DraftID] = i
	}
}

// news gives the letters that changed.
func (g *Sighting) news() (changed []contact.Letter) {
	for i, l := range g.letters {
		if g.changed[i] {
			changed = append(changed, l)
		}
	}
	return changed
}

// missing gives the Message-IDs to look for. A letter that was thrown away may
// come back where it is not seen, but not for long.
func (g *Sighting) missing(now time.Time) (ids []string) {
	for _, i := range g.absent {
		l := g.letters[i]
		if l.State == contact.Dismissed && now.Sub(l.Ended) > remorse {
			continue
		}
		for _, id := range []string{l.DraftID, l.MessageID} {
			if id != "" {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// mayLie reports whether a message in the outbox is there by right: as a letter
// that is followed, or one whose sending has begun.
func (g *Sighting) mayLie(m Lying) bool {
	return slices.ContainsFunc(g.letters, func(l contact.Letter) bool {
		if !l.Is(m.MessageID) && l.Place != m.Place {
			return false
		}
		return g.followed(l) || l.State == contact.Sent || l.State == contact.Failed || !l.Sending.IsZero()
	})
}
