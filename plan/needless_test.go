package plan

import (
	"reflect"
	"testing"
	"time"

	"regards/contact"
)

// When letters to Maria that nobody has touched are taken back, and why. They
// were made at noon of 1 November; the last touch was two months before.
func TestNeedless(t *testing.T) {
	const hello, follow = "keep-in-touch/maria/after-tmaria/1", "follow-up/o1/maria"
	const now = "2026-11-10 12:00"
	touch := func(when string, m contact.Medium, d contact.Direction) func(s story) {
		return func(s story) {
			s.past("maria", func(p *contact.Past) {
				p.Last = contact.Touch{ID: "t9", At: at(when), Medium: m, Direction: d, Subject: "Hi"}
			})
		}
	}
	status := func(st contact.Status) func(s story) {
		return func(s story) { s.contact("maria", func(c *contact.Contact) { c.Status = st }) }
	}
	set := func(key string, f func(*contact.Letter)) func(s story) {
		return func(s story) {
			l := s.Letters[key]
			f(&l)
			s.Letters[key] = l
		}
	}
	for name, x := range map[string]struct {
		key, now string
		change   func(s story)
		want     string
	}{
		"nothing happened":        {hello, now, nil, ""},
		"mail of theirs":          {hello, now, touch("2026-11-02 10:00", contact.Email, contact.In), `you have been in touch since: mail from them "Hi"`},
		"mail of the owner's":     {hello, now, touch("2026-11-02 10:00", contact.Email, contact.Out), `you have been in touch since: mail "Hi"`},
		"a call":                  {hello, now, touch("2026-11-02 10:00", contact.Call, contact.Out), `you have been in touch since: call "Hi"`},
		"a follow-up too":         {follow, now, touch("2026-11-02 10:00", contact.Call, contact.Out), `you have been in touch since: call "Hi"`},
		"a touch learnt of late":  {hello, now, touch("2026-10-25 10:00", contact.Call, contact.Out), `you have been in touch: call "Hi"`},
		"that makes no odds":      {hello, now, touch("2026-09-10 10:00", contact.Call, contact.Out), ""},
		"three weeks less a bit":  {hello, "2026-11-22 11:59", nil, ""},
		"three weeks":             {hello, "2026-11-22 12:00", nil, "it lay untouched for 21 days"},
		"three weeks, follow-up":  {follow, "2026-11-22 12:00", nil, "it lay untouched for 21 days"},
		"three weeks, news":       {"close-the-loop/eve/maria", "2026-11-22 12:00", nil, "it lay untouched for 21 days"},
		"three weeks, milestone":  {"milestone/o1/maria", "2026-11-22 12:00", nil, ""},
		"three weeks, in needs":   {hello, "2026-11-22 12:00", set(hello, func(l *contact.Letter) { l.State, l.Written = contact.Needs, time.Time{} }), "it lay untouched for 21 days"},
		"snoozed":                 {hello, "2026-11-22 12:00", set(hello, func(l *contact.Letter) { l.Snoozed = at("2026-11-02 12:00") }), ""},
		"three weeks after that":  {hello, "2026-11-23 13:00", set(hello, func(l *contact.Letter) { l.Snoozed = at("2026-11-02 12:00") }), "it lay untouched for 21 days"},
		"edited":                  {hello, "2026-12-22 12:00", set(hello, func(l *contact.Letter) { l.State = contact.Edited }), ""},
		"approved":                {hello, "2026-12-22 12:00", set(hello, func(l *contact.Letter) { l.State = contact.Approved }), ""},
		"in the outbox by itself": {hello, "2026-11-22 12:00", set(hello, func(l *contact.Letter) { l.State, l.Delivery = contact.Approved, contact.ByOutbox }), "it lay untouched for 21 days"},
		"going by itself": {hello, "2026-11-22 12:00", set(hello, func(l *contact.Letter) {
			l.State, l.Delivery, l.Sending = contact.Approved, contact.BySend, at("2026-11-22 11:00")
		}), ""},
		"to be laid by order":         {hello, "2026-11-22 12:00", set(hello, func(l *contact.Letter) { l.State, l.Approved = contact.Queued, at("2026-11-02 12:00") }), ""},
		"uncertain":                   {hello, "2026-12-22 12:00", set(hello, func(l *contact.Letter) { l.State = contact.Uncertain }), ""},
		"restored":                    {hello, "2026-12-22 12:00", set(hello, func(l *contact.Letter) { l.Restored = at("2026-11-02 12:00") }), ""},
		"being taken back":            {hello, "2026-12-22 12:00", set(hello, func(l *contact.Letter) { l.TakeBack = true }), ""},
		"deceased":                    {hello, now, status(contact.Deceased), "Maria Lopez is deceased"},
		"not to be written to":        {hello, now, status(contact.DoNotContact), "Maria Lopez is do-not-contact"},
		"what was asked for, bounced": {"thank-you/o1/maria", now, status(contact.Bounced), ""},
		"paused":                      {hello, now, status(contact.Paused), ""},
		"by hand":                     {hello, now, status(contact.ByHand), ""},
		"a contact that is gone":      {hello, now, func(s story) { delete(s.Contacts, "maria") }, ""},
		"an occasion that is not":     {follow, "2026-12-22 12:00", func(s story) { s.Occasions[0].ID = "o9" }, ""},
		"thanked for it": {follow, now, func(s story) {
			s.letter("thank-you/o1/mary", "maria", contact.Drafted, "2026-11-02 10:00", func(l *contact.Letter) { l.ParticipantID, l.OccasionID = "p1", "o1" })
			set(follow, func(l *contact.Letter) { l.ParticipantID = "p1" })(s)
		}, "the thank-you for that occasion says it"},
		"thanks lack words": {follow, now, func(s story) {
			s.letter("thank-you/o1/mary", "maria", contact.Needs, "", func(l *contact.Letter) { l.ParticipantID, l.OccasionID = "p1", "o1" })
			set(follow, func(l *contact.Letter) { l.ParticipantID = "p1" })(s)
		}, ""},
		"thanks, the owner wrote": {"thank-you/o1/maria", "2026-11-21 12:00", func(s story) {
			s.past("maria", func(p *contact.Past) { p.LastOwn, p.LastOwnSubject = at("2026-11-20 13:00"), "Coffee" })
		}, `you wrote to them after that: "Coffee"`},
		"thanks, they wrote": {"thank-you/o1/maria", "2026-11-21 12:00", touch("2026-11-20 13:00", contact.Email, contact.In), ""},
	} {
		s, p := newStory(), testPolicy(t)
		s.mentor("maria", "2026-09-01 10:00")
		s.Occasions = []contact.Occasion{met(nil)}
		s.letter(x.key, "maria", contact.Drafted, "2026-11-01 11:00", func(l *contact.Letter) { l.Created = l.Written })
		if x.key == follow || x.key == "thank-you/o1/maria" {
			set(x.key, func(l *contact.Letter) { l.OccasionID = "o1" })(s)
		}
		if x.change != nil {
			x.change(s)
		}
		got := ""
		for _, e := range Needless(at(x.now).Add(-time.Hour), p, s.Records) { // the owner's noon
			got += e.Reason
			if l := s.Letters[e.Key]; e.State != contact.Superseded || l.Key != e.Key {
				t.Errorf("%s: %+v", name, e)
			}
		}
		if got != x.want {
			t.Errorf("%s: got %q, want %q", name, got, x.want)
		}
	}
}

// A new touch ends hellos and follow-ups by itself.
func TestEndingsOfHellos(t *testing.T) {
	l := contact.Letter{Key: "keep-in-touch/maria/after-t1/1", Practice: KeepInTouch, ContactID: "maria", State: contact.Drafted, MessageID: "letter@x",
		Created: at("2026-11-01 10:00"), Written: at("2026-11-01 10:00")}
	call := contact.Touch{ContactID: "maria", At: at("2026-11-02 10:00"), Direction: contact.Out, Medium: contact.Call}
	before, theirs := call, call
	before.At = at("2026-10-02 10:00")
	theirs.ContactID = "tom"
	for name, x := range map[string]struct {
		touch contact.Touch
		want  contact.State
	}{"a call": {call, contact.Superseded}, "one before": {before, ""}, "with another": {theirs, ""}} {
		got := Endings([]contact.Letter{l}, nil, []contact.Touch{x.touch})
		if len(got) > 1 || (len(got) == 1) != (x.want != "") || len(got) == 1 && got[0].State != x.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestAnswers(t *testing.T) {
	l := contact.Letter{Key: "k", ContactID: "maria", State: contact.Dismissed, MessageID: "letter@x", DraftID: "saved@x"}
	answer := func(when string, refs ...string) contact.Touch {
		return contact.Touch{ContactID: "maria", At: at(when), Direction: contact.In, Medium: contact.Email, References: refs}
	}
	out, other, call := answer("2026-11-02 10:00", "letter@x"), answer("2026-11-02 10:00", "letter@x"), answer("2026-11-02 10:00", "letter@x")
	out.Direction, other.ContactID, call.Medium = contact.Out, "tom", contact.Text
	late, early := answer("2026-11-03 10:00", "letter@x", "more@x"), answer("2026-11-02 10:00", "first@x", "saved@x")
	for name, x := range map[string]struct {
		touches []contact.Touch
		known   time.Time
		want    []contact.Answer
	}{
		"nothing":            {nil, time.Time{}, nil},
		"to another message": {[]contact.Touch{answer("2026-11-02 10:00", "first@x")}, time.Time{}, nil},
		"to nothing":         {[]contact.Touch{answer("2026-11-02 10:00", "")}, time.Time{}, nil},
		"of others":          {[]contact.Touch{out, other, call}, time.Time{}, nil},
		"the earliest":       {[]contact.Touch{late, early}, time.Time{}, []contact.Answer{{Key: "k", At: early.At}}},
		"known":              {[]contact.Touch{late, early}, early.At, nil},
		"an earlier one":     {[]contact.Touch{late, early}, late.At, []contact.Answer{{Key: "k", At: early.At}}},
	} {
		l.Answered = x.known
		if got := Answers([]contact.Letter{l}, x.touches); !reflect.DeepEqual(got, x.want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	// What was answered has been sent.
	got := Endings([]contact.Letter{l}, nil, []contact.Touch{late})
	if len(got) != 1 || got[0].State != contact.Sent || !got[0].At.Equal(late.At) {
		t.Errorf("endings: %+v", got)
	}
}

// Of two letters to one person that regards proposed, as a merge may leave them,
// one ends, unless the owner has been at both.
func TestTwoProposed(t *testing.T) {
	const older, younger = "keep-in-touch/mary/after-t1/1", "keep-in-touch/maria/after-tmaria/1"
	set := func(state contact.State) func(*contact.Letter) {
		return func(l *contact.Letter) { l.State = state }
	}
	back := func(l *contact.Letter) { l.TakeBack = true }
	restored := func(l *contact.Letter) { l.Restored = at("2026-11-02 10:00") }
	byItself := func(l *contact.Letter) { l.State, l.Delivery = contact.Approved, contact.ByOutbox }
	needs := func(l *contact.Letter) { l.State, l.Written = contact.Needs, time.Time{} }
	for name, x := range map[string]struct {
		older, younger func(*contact.Letter)
		ends           string
	}{
		"both untouched":             {set(contact.Drafted), set(contact.Drafted), younger},
		"both go by themselves":      {byItself, byItself, younger},
		"the younger was edited":     {set(contact.Drafted), set(contact.Edited), older},
		"the older was approved":     {set(contact.Approved), byItself, younger},
		"the older may exist":        {set(contact.Uncertain), set(contact.Drafted), younger},
		"the older lacks words":      {needs, set(contact.Queued), older},
		"the older is taken back":    {back, set(contact.Drafted), ""},
		"the older has ended":        {set(contact.Sent), set(contact.Drafted), ""},
		"the younger was restored":   {set(contact.Drafted), restored, older},
		"the owner has been at both": {set(contact.Edited), set(contact.Edited), ""},
		"the older was asked for":    {func(l *contact.Letter) { l.Practice = Milestone }, set(contact.Drafted), ""},
	} {
		s := newStory()
		s.mentor("maria", "2026-09-01 10:00")
		s.letter(older, "maria", contact.Drafted, "2026-11-01 11:00", x.older)
		s.letter(younger, "maria", contact.Drafted, "2026-11-01 12:00", x.younger)
		got := ""
		for _, e := range Needless(at("2026-11-03 12:00"), testPolicy(t), s.Records) {
			got += e.Key
			if want := "another letter that regards proposed to Maria Lopez is open"; e.Reason != want {
				t.Errorf("%s: %s", name, e.Reason)
			}
		}
		if got != x.ends {
			t.Errorf("%s: %q ends, want %q", name, got, x.ends)
		}
	}
}
