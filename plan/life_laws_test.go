package plan

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regards/contact"
)

// drawMessage draws a message that may be anything: a letter, a version of one,
// or the owner's own.
func drawMessage(t *rapid.T, box string, uid uint32) message {
	ids := []string{"", "a", "b", "c", "a2", "b2", "x", "y"}
	subjects := []string{"", "Re: Coffee", "Coffee", "News of my job", "My job", "Lunch?", "bad\x00subject"}
	m := message{Lying: Lying{Place: contact.Place{Mailbox: box, UIDValidity: rapid.Uint32Range(1, 2).Draw(t, "validity"), UID: uid},
		MessageID: rapid.SampledFrom(ids).Draw(t, "id"), Subject: rapid.SampledFrom(subjects).Draw(t, "subject"),
		InReplyTo: rapid.SampledFrom([]string{"", "t1", "a"}).Draw(t, "thread")}}
	m.To = rapid.SliceOfN(rapid.SampledFrom([]string{"maria@work.example", "MARIA@home.example", "tom@work.example", "nobody"}), 0, 2).Draw(t, "to")
	if rapid.Bool().Draw(t, "dated") {
		m.Date = at("2026-11-16 08:30").Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "date")) * time.Minute)
	}
	return m
}

var sometime = rapid.Custom(func(t *rapid.T) time.Time {
	if rapid.Bool().Draw(t, "never") {
		return time.Time{}
	}
	return at("2026-11-16 09:00").Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "minutes")) * time.Minute)
})

// drawLetter draws a letter in any state, with times that need not make sense.
func drawLetter(t *rapid.T, key string) contact.Letter {
	return contact.Letter{Key: key, MessageID: key, DraftID: rapid.SampledFrom([]string{"", key + "2"}).Draw(t, "draft"),
		ContactID: rapid.SampledFrom([]string{"maria", "tom", "gone"}).Draw(t, "contact"), State: rapid.SampledFrom(allStates).Draw(t, "state"),
		Subject: rapid.SampledFrom([]string{"Re: Coffee", "News of my job"}).Draw(t, "subject"), InReplyTo: rapid.SampledFrom([]string{"", "t1"}).Draw(t, "thread"),
		Account: rapid.SampledFrom([]string{"home", "home", "work"}).Draw(t, "account"), TakeBack: rapid.Bool().Draw(t, "back"),
		Place: contact.Place{Mailbox: rapid.SampledFrom([]string{"Drafts", outboxName, "Later", ""}).Draw(t, "box"),
			UIDValidity: rapid.Uint32Range(1, 2).Draw(t, "validity"), UID: rapid.Uint32Range(1, 6).Draw(t, "uid")},
		Written: at("2026-11-16 09:00"), Missing: sometime.Draw(t, "missing"), Approved: sometime.Draw(t, "approved"),
		Sending: sometime.Draw(t, "sending"), Ended: sometime.Draw(t, "ended")}
}

func drawMailbox(t *rapid.T, name string) Mailbox {
	box := Mailbox{Name: name, UIDValidity: rapid.Uint32Range(1, 2).Draw(t, "validity"), Absent: rapid.IntRange(0, 5).Draw(t, "absent") == 0}
	if box.Absent {
		return box
	}
	for uid := range rapid.Uint32Range(0, 5).Draw(t, "messages") {
		m := drawMessage(t, name, uid+1)
		m.Place.UIDValidity = box.UIDValidity
		box.Messages = append(box.Messages, m.Lying)
	}
	return box
}

func drawEvidence(t *rapid.T, look Sighting) Evidence {
	e := Evidence{Found: map[string]Found{}, Synced: sometime.Draw(t, "synced")}
	for _, id := range look.Missing {
		state := rapid.SampledFrom([]contact.State{"", contact.Drafted, contact.Approved, contact.Sent, contact.Dismissed, contact.Moved}).Draw(t, "found")
		if state != "" {
			box := map[contact.State]string{contact.Drafted: "Drafts", contact.Approved: outboxName, contact.Moved: "Later"}[state]
			e.Found[id] = Found{state, contact.Place{Mailbox: box, UIDValidity: 1, UID: rapid.Uint32Range(10, 99).Draw(t, "uid")}}
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "sent") {
		m := drawMessage(t, sentName, 1)
		e.Sent = append(e.Sent, contact.Touch{ContactID: rapid.SampledFrom([]string{"maria", "tom"}).Draw(t, "to"), At: at("2026-11-16 10:00"),
			Direction: rapid.SampledFrom([]contact.Direction{contact.Out, contact.Out, contact.In}).Draw(t, "direction"), Medium: contact.Email,
			Key: "k" + m.MessageID, MessageID: m.MessageID, References: []string{m.InReplyTo}, Subject: m.Subject})
	}
	return e
}

// Whatever lies wherever, and whatever was stored before, the laws hold.
func TestLawsOfLife(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := at("2026-11-18 12:00")
		before := map[string]contact.Letter{}
		letters := []contact.Letter{drawLetter(t, "a"), drawLetter(t, "b"), drawLetter(t, "c")}
		for _, l := range letters {
			before[l.Key] = l
		}
		s := Survey{Account: "home", Drafts: drawMailbox(t, "Drafts"), Outbox: drawMailbox(t, outboxName)}
		look := Look(now, s, letters, worldContacts)
		e := drawEvidence(t, look)
		after := map[string]contact.Letter{}
		for _, l := range letters {
			after[l.Key] = l
		}
		for _, l := range slices.Concat(look.Changed, look.Settle(now, e)) {
			after[l.Key] = l
		}
		for key, l := range after {
			if wrong := unlawful(s, e, before[key], l); wrong != "" {
				t.Fatalf("%s: %s\nbefore %+v\nafter  %+v", key, wrong, before[key], l)
			}
			for other, k := range after {
				if other != key && (k.Is(l.MessageID) || k.Is(l.DraftID)) {
					t.Fatalf("%s and %s are one message", key, other)
				}
			}
		}
		for _, m := range look.Strangers {
			for key, l := range after {
				if l.State == contact.Approved && l.Place == m.Place && l.Sending.IsZero() && l.Account == "home" && before[key].State != contact.Approved && before[key].State != contact.Moved {
					t.Fatalf("a stranger is %s", key)
				}
			}
		}
	})
}

// unlawful says which law the way of a letter from was to is breaks.
func unlawful(s Survey, e Evidence, was, is contact.Letter) string {
	byID := slices.ContainsFunc(e.Sent, func(t contact.Touch) bool { return byMail(t) && was.Is(t.MessageID) })
	inOutbox := func(m Lying) bool { return m.Place == is.Place && is.Is(m.MessageID) || m.Place == was.Place }
	f, g := e.Found[is.MessageID], e.Found[is.DraftID]
	switch {
	case was.Account != "home" && fmt.Sprint(was) != fmt.Sprint(is):
		return "it is not of this account"
	case was.Account == "home" && byID && is.State != contact.Sent:
		return "it was sent"
	case was.State == contact.Sent && is.State != contact.Sent:
		return "what was sent stays sent"
	case !was.Sending.IsZero() && is.State != was.State && is.State != contact.Sent:
		return "nobody but Sent has a say while it is being sent"
	case is.State == contact.Approved && was.State != contact.Approved && !slices.ContainsFunc(s.Outbox.Messages, inOutbox) &&
		f.State != contact.Approved && g.State != contact.Approved:
		return "law 1: nobody approved it"
	case is.State == contact.Drafted && was.State != contact.Drafted:
		return "law 2: once edited, always edited"
	case is.TakeBack && (!was.TakeBack || is.State != was.State && !is.State.Ended()):
		return "law 2: it is not to be taken back from the owner's hands"
	case is.State == contact.Dismissed && was.State != contact.Dismissed && (s.Drafts.Absent || e.Synced.IsZero()):
		return "nobody knows that it is gone"
	case is.State == contact.Dismissed && was.State != contact.Dismissed &&
		slices.ContainsFunc(slices.Concat(s.Drafts.Messages, s.Outbox.Messages), func(m Lying) bool { return was.Is(m.MessageID) }):
		return "it lies there"
	case contact.CheckText("subject", is.Subject) != nil:
		return "law 6: its subject could break out of its line"
	case is.State == contact.Queued && was.State != contact.Queued || is.State == contact.Needs && was.State != contact.Needs:
		return "law 3: what is gone is never put again"
	}
	return ""
}

// The letters and the survey that it is given stay as they were, and so does
// what Look found when Settle is asked twice.
func TestLookLeavesItsArguments(t *testing.T) {
	w := newWorld()
	w.lay("a", "maria", "t1", "Re: Coffee")
	w.lay("b", "maria", "", "News")
	w.play("save b b2")
	w.play("erase a")
	letters := []contact.Letter{w.letters["a"], w.letters["b"]}
	s := w.survey()
	old := fmt.Sprint(letters, s)
	look := Look(w.now, s, letters, worldContacts)
	e := Evidence{Synced: w.now, Sent: []contact.Touch{mailTo("maria", "2026-11-16 10:00", "z")}}
	e.Sent[0].Subject = "Re: Coffee"
	first := fmt.Sprint(look.Settle(w.now, e))
	if again := fmt.Sprint(look.Settle(w.now, e)); again != first || first == "[]" {
		t.Errorf("first %s\nagain %s", first, again)
	}
	if fmt.Sprint(letters, s) != old {
		t.Error("an argument was changed")
	}
}
