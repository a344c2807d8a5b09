package plan

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"regards/contact"
)

var allStates = []contact.State{contact.Needs, contact.Queued, contact.Drafted, contact.Edited, contact.Moved, contact.Approved,
	contact.Sent, contact.Dismissed, contact.Superseded, contact.Failed, contact.Uncertain}

func thanks(s contact.State) contact.Letter {
	return contact.Letter{Key: "thank-you/o1/maria", Practice: ThankYou, ContactID: "maria", OccasionID: "o1", State: s, MessageID: "letter@x"}
}

func mailTo(id, when, messageID string) contact.Touch {
	return contact.Touch{ContactID: id, At: at(when), Direction: contact.Out, Medium: contact.Email, MessageID: messageID, Subject: "Coffee", Alone: true}
}

func TestSentByMessageID(t *testing.T) {
	const before = "2026-11-20 11:00" // the time of a message says nothing against it
	for _, s := range allStates {
		got := Endings([]contact.Letter{thanks(s)}, []contact.Occasion{met(nil)}, []contact.Touch{mailTo("maria", before, "letter@x")})
		if s == contact.Sent {
			if len(got) != 0 {
				t.Errorf("ended again: %+v", got)
			}
			continue
		}
		want := contact.Ending{Key: "thank-you/o1/maria", State: contact.Sent, Reason: "sent on 20 November 2026 at 11:00 UTC", At: at(before)}
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %+v", s, got)
		}
	}
}

// Where an answer was read before the letter itself, the letter says when it was
// sent.
func TestSentBeforeItsAnswer(t *testing.T) {
	l := thanks(contact.Sent)
	l.Sent, l.Answered = at("2026-11-20 13:00"), at("2026-11-20 13:00")
	for when, want := range map[string]int{"2026-11-20 11:00": 1, "2026-11-20 13:00": 0, "2026-11-20 14:00": 0} {
		got := Endings([]contact.Letter{l}, nil, []contact.Touch{mailTo("maria", when, "letter@x"), mailTo("maria", when, "other@x")})
		if len(got) != want || want == 1 && (got[0].State != contact.Sent || !got[0].At.Equal(at(when))) {
			t.Errorf("%s: got %+v", when, got)
		}
	}
	l.Answered = at("2026-11-20 14:00") // it says when it was sent: regards did it
	if got := Endings([]contact.Letter{l}, nil, []contact.Touch{mailTo("maria", "2026-11-20 12:59", "letter@x")}); len(got) != 0 {
		t.Errorf("told anew: %+v", got)
	}
}

func TestSuperseded(t *testing.T) {
	const after = "2026-11-20 13:00"
	want := contact.Ending{Key: "thank-you/o1/maria", State: contact.Superseded, Reason: `you wrote to them after that: "Coffee"`, At: at(after)}
	for _, s := range allStates {
		open := s == contact.Needs || s == contact.Queued || s == contact.Drafted
		got := Endings([]contact.Letter{thanks(s)}, []contact.Occasion{met(nil)}, []contact.Touch{mailTo("maria", after, "other@x")})
		if open != (len(got) == 1) || open && got[0] != want {
			t.Errorf("%s: got %+v", s, got)
		}
	}
	for name, x := range map[string]struct {
		letter func(*contact.Letter)
		touch  func(*contact.Touch)
	}{
		"mail from them":          {nil, func(t *contact.Touch) { t.Direction = contact.In }},
		"their copy of it":        {nil, func(t *contact.Touch) { t.Direction, t.MessageID = contact.In, "letter@x" }},
		"a call":                  {nil, func(t *contact.Touch) { t.Medium = contact.Call }},
		"mail to another":         {nil, func(t *contact.Touch) { t.ContactID = "tom" }},
		"mail before":             {nil, func(t *contact.Touch) { t.At = at("2026-11-20 11:59") }},
		"mail at that time":       {nil, func(t *contact.Touch) { t.At = at("2026-11-20 12:00") }},
		"another practice":        {func(l *contact.Letter) { l.Practice = "milestone" }, nil},
		"to several":              {nil, func(t *contact.Touch) { t.Alone = false }},
		"no occasion":             {func(l *contact.Letter) { l.OccasionID = "" }, nil},
		"an occasion removed":     {func(l *contact.Letter) { l.OccasionID = "o9" }, nil},
		"being taken back":        {func(l *contact.Letter) { l.TakeBack = true }, nil},
		"no id, mail without one": {func(l *contact.Letter) { l.MessageID, l.State = "", contact.Edited }, func(t *contact.Touch) { t.MessageID = "" }},
	} {
		l, touch := thanks(contact.Drafted), mailTo("maria", after, "other@x")
		if x.letter != nil {
			x.letter(&l)
		}
		if x.touch != nil {
			x.touch(&touch)
		}
		if got := Endings([]contact.Letter{l}, []contact.Occasion{met(nil)}, []contact.Touch{touch}); len(got) != 0 {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func TestEndingsOnce(t *testing.T) {
	letters := []contact.Letter{thanks(contact.Drafted), {Key: "thank-you/o1/tom", Practice: ThankYou, ContactID: "tom", OccasionID: "o1", State: contact.Needs}}
	other := mailTo("maria", "2026-11-20 14:00", "b@x")
	other.Subject = "Tea"
	touches := []contact.Touch{mailTo("maria", "2026-11-20 13:00", "a@x"), other}
	got := Endings(letters, []contact.Occasion{met(nil)}, touches)
	if len(got) != 1 || got[0].Reason != `you wrote to them after that: "Coffee"` {
		t.Errorf("not the first reason alone: %+v", got)
	}
	got = Endings(letters, []contact.Occasion{met(nil)}, append(touches, mailTo("maria", "2026-11-20 15:00", "letter@x"), mailTo("tom", "2026-11-20 15:00", "c@x")))
	if len(got) != 2 || got[0].State != contact.Sent || got[1].Key != "thank-you/o1/tom" {
		t.Errorf("the letter itself tells more than other mail: %+v", got)
	}
	if got := Endings(nil, nil, touches); got != nil {
		t.Errorf("no letters: %+v", got)
	}
}

// Endings end each letter at most once, and a letter that the owner has seen
// to only by its own message.
func TestEndingsProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var letters []contact.Letter
		for _, id := range []string{"maria", "tom"} {
			l := thanks(rapid.SampledFrom(allStates).Draw(t, "state"))
			l.Key, l.ContactID, l.MessageID = ThankYouKey("o1", id), id, id+"@x"
			letters = append(letters, l)
		}
		touches := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) contact.Touch {
			touch := mailTo(rapid.SampledFrom([]string{"maria", "tom", "eve"}).Draw(t, "to"),
				rapid.SampledFrom([]string{"2026-11-20 11:00", "2026-11-20 13:00"}).Draw(t, "at"),
				rapid.SampledFrom([]string{"", "maria@x", "tom@x", "other@x"}).Draw(t, "id"))
			touch.Direction = rapid.SampledFrom([]contact.Direction{contact.In, contact.Out}).Draw(t, "direction")
			touch.Medium = rapid.SampledFrom([]contact.Medium{contact.Email, contact.Call}).Draw(t, "medium")
			return touch
		}), 0, 5).Draw(t, "touches")
		seen := map[string]bool{}
		for _, e := range Endings(letters, []contact.Occasion{met(nil)}, touches) {
			i := 0
			if e.Key == letters[1].Key {
				i = 1
			}
			l, own, wrote := letters[i], false, false
			for _, touch := range touches {
				if touch.ContactID == l.ContactID && touch.Direction == contact.Out && touch.Medium == contact.Email {
					own = own || touch.MessageID == l.MessageID
					wrote = wrote || touch.At.After(met(nil).At)
				}
			}
			sent, needless := e.State == contact.Sent && own, e.State == contact.Superseded && wrote && !own
			if seen[e.Key] || !sent && !needless || needless && l.State != contact.Needs && l.State != contact.Queued && l.State != contact.Drafted {
				t.Fatalf("%s by %+v: %+v", l.State, touches, e)
			}
			seen[e.Key] = true
		}
	})
}

// A letter of ours about something else is no thanks, and takes none away.
func TestAnotherLetterIsNoThanks(t *testing.T) {
	news := contact.Letter{Key: "milestone/o9/maria", Practice: Milestone, ContactID: "maria", State: contact.Sent, MessageID: "news", Sent: at("2026-11-20 14:30")}
	thanks := contact.Letter{Key: "thank-you/o1/maria", Practice: ThankYou, ContactID: "maria", OccasionID: "o1", ParticipantID: "p1", State: contact.Drafted}
	for id, want := range map[string]int{"news": 0, "else": 1} {
		mail := contact.Touch{ContactID: "maria", At: news.Sent, Direction: contact.Out, Medium: contact.Email, Alone: true, MessageID: id}
		if got := Endings([]contact.Letter{news, thanks}, []contact.Occasion{met(nil)}, []contact.Touch{mail}); len(got) != want {
			t.Errorf("%s: %+v", id, got)
		}
	}
	for own, want := range map[time.Time]contact.State{{}: contact.Queued, news.Sent.Add(-time.Minute): contact.Superseded} {
		r := records(met(nil))
		r.Pasts["maria"] = contact.Past{LastOut: news.Sent, LastOwn: own}
		r.Letters[news.Key] = news
		if got := Due(at("2026-11-20 15:00"), policy(t), r); len(got) != 1 || got[0].State != want {
			t.Errorf("own words at %s: %+v", own, got)
		}
	}
}
