package plan

import (
	"testing"

	"regards/contact"
)

// What goes by itself does so while the owner still wants that, is still needed,
// and within the caps; what the owner approved goes.
func TestByItself(t *testing.T) {
	const now = "2026-11-20 12:00"
	hello := func(key string, change func(*contact.Letter)) contact.Letter {
		l := helloOf(key, "2026-11-18 10:00")
		l.ContactID = "maria"
		if change != nil {
			change(&l)
		}
		return l
	}
	thanks := func(l *contact.Letter) { l.Practice = ThankYou }
	sent := func(when string) func(*contact.Letter) {
		return func(l *contact.Letter) { l.Practice, l.State, l.Sent = ThankYou, contact.Sent, at(when) }
	}
	delivery := func(d contact.Delivery) func(*Policy, *Records) {
		return func(p *Policy, _ *Records) { p.Practices["hello"] = Practice{Enabled: true, Delivery: d} }
	}
	for name, x := range map[string]struct {
		letters []contact.Letter
		change  func(*Policy, *Records)
		want    string
	}{
		"nothing in the way":      {nil, nil, "h goes\n"},
		"its practice drafts now": {nil, delivery(contact.ByDraft), "h: hello no longer delivers by itself\n"},
		"its practice sends now":  {nil, delivery(contact.BySend), "h goes\n"},
		"its practice is off":     {nil, func(p *Policy, _ *Records) { p.Practices["hello"] = Practice{Delivery: contact.ByOutbox} }, "h: hello no longer delivers by itself\n"},
		"the owner approved it":   {[]contact.Letter{hello("h", func(l *contact.Letter) { l.Delivery = contact.ByDraft })}, delivery(contact.ByDraft), "h goes\n"},
		"it lay for too long":     {[]contact.Letter{hello("h", func(l *contact.Letter) { l.Written = at("2026-10-01 10:00") })}, nil, "h: it is not needed any more: it lay untouched for 21 days\n"},
		"an answer is owed": {nil, func(_ *Policy, r *Records) {
			r.Pasts["maria"] = contact.Past{Opened: true, Last: contact.Touch{At: at("2026-11-17 10:00"), Direction: contact.In, Medium: contact.Email, Alone: true}}
		}, "h: you owe Maria Lopez an answer\n"},
		"what was asked for, answer": {[]contact.Letter{hello("h", thanks)}, func(p *Policy, r *Records) {
			p.Practices[ThankYou] = Practice{Enabled: true, Delivery: contact.ByOutbox}
			r.Pasts["maria"] = contact.Past{Opened: true, Last: contact.Touch{At: at("2026-11-17 10:00"), Direction: contact.In, Medium: contact.Email, Alone: true}}
		}, "h goes\n"},
		"a letter went days ago":   {[]contact.Letter{hello("h", nil), hello("a", sent("2026-11-14 10:00"))}, nil, "h: no more than one letter to a person in seven days\n"},
		"not quite a week ago":     {[]contact.Letter{hello("h", nil), hello("a", sent("2026-11-13 23:30"))}, nil, "h: no more than one letter to a person in seven days\n"},
		"a letter went a week ago": {[]contact.Letter{hello("h", nil), hello("a", sent("2026-11-13 10:00"))}, nil, "h goes\n"},
		"one is on its way": {[]contact.Letter{hello("h", nil), hello("a", func(l *contact.Letter) { thanks(l); l.Sending = at(now) })}, nil,
			"a: it is being sent\nh: no more than one letter to a person in seven days\n"},
		"one goes now": {[]contact.Letter{hello("h", nil), approvedLetter("a", "2026-11-19 10:00")}, nil, "a goes\nh: no more than one letter to a person in seven days\n"},
		"two to one person": {[]contact.Letter{hello("h", nil), hello("i", nil)}, func(p *Policy, _ *Records) { p.PerContactDays = 0 },
			"h goes\ni: it is not needed any more: another letter that regards proposed to Maria Lopez is open\n"},
		"no limit":             {[]contact.Letter{hello("h", nil), approvedLetter("a", "2026-11-19 10:00")}, func(p *Policy, _ *Records) { p.PerContactDays = 0 }, "a goes\nh goes\n"},
		"the owner wants both": {[]contact.Letter{hello("h", func(l *contact.Letter) { l.Delivery = contact.ByDraft }), approvedLetter("a", "2026-11-19 10:00")}, nil, "h goes\na goes\n"},
	} {
		p, r := proposing(t), records()
		p.PerContactDays, p.DailyCap = 7, 0
		if x.letters == nil {
			x.letters = []contact.Letter{hello("h", nil)}
		}
		if x.change != nil {
			x.change(&p, &r)
		}
		if got := outlook(Sendable(at(now), p, with(r, x.letters...))); got != x.want {
			t.Errorf("%s:\ngot  %swant %s", name, got, x.want)
		}
	}
}

// What is not to be sent any more is a draft again, and waits for the owner's hand.
func TestWithdrawn(t *testing.T) {
	p := proposing(t)
	p.Practices[ThankYou] = Practice{Enabled: true, Delivery: contact.ByDraft}
	set := func(f func(*contact.Letter)) contact.Letter {
		l := helloOf("h", "2026-11-18 10:00")
		f(&l)
		return l
	}
	off := func(l *contact.Letter) { l.Practice = ThankYou }
	byHand := func(l *contact.Letter) { off(l); l.Delivery = contact.ByDraft }
	for name, x := range map[string]struct {
		l      contact.Letter
		cannot string
		state  contact.State
		reason string
	}{
		"it still goes by itself": {set(func(*contact.Letter) {}), "", contact.Approved, ""},
		"it no longer does":       {set(off), "", contact.Drafted, "thank-you no longer delivers by itself: the draft waits for you"},
		"by the owner's hand":     {set(byHand), "", contact.Approved, ""},
		"no way to send it":       {set(byHand), "no server", contact.Edited, "it is not sent: no server"},
		"none, by itself":         {set(func(*contact.Letter) {}), "no server", contact.Drafted, "it is not sent: no server"},
		"on its way":              {set(func(l *contact.Letter) { off(l); l.Sending = at("2026-11-20 10:00") }), "no server", contact.Approved, ""},
		"being taken back":        {set(func(l *contact.Letter) { off(l); l.TakeBack = true }), "", contact.Approved, ""},
		"sent":                    {set(func(l *contact.Letter) { off(l); l.State = contact.Sent }), "no server", contact.Sent, ""},
	} {
		got := Withdrawn(p, x.l, x.cannot)
		withdrawn := got.Delivery == contact.ByDraft && got.Approved.IsZero()
		if got.State != x.state || got.Reason != x.reason || withdrawn != (x.reason != "") {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func TestToOutbox(t *testing.T) {
	p := proposing(t)
	p.Practices[ThankYou] = Practice{Enabled: true, Delivery: contact.ByDraft}
	for name, x := range map[string]struct {
		l    contact.Letter
		want bool
	}{
		"a draft":                      {contact.Letter{Practice: "hello", State: contact.Queued, Delivery: contact.ByDraft}, false},
		"by itself":                    {contact.Letter{Practice: "hello", State: contact.Queued, Delivery: contact.BySend}, true},
		"by itself, wanted no longer":  {contact.Letter{Practice: ThankYou, State: contact.Queued, Delivery: contact.ByOutbox}, false},
		"approved before it was laid":  {contact.Letter{Practice: ThankYou, State: contact.Queued, Delivery: contact.ByDraft, Approved: at("2026-11-20 10:00")}, true},
		"lies there, wanted no longer": {contact.Letter{Practice: ThankYou, State: contact.Approved, Delivery: contact.ByOutbox, Approved: at("2026-11-20 10:00")}, false},
	} {
		if got := p.ToOutbox(x.l); got != x.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// Without proposals nothing is made that rests on silence, nor sent by itself; what
// the owner asked for is.
func TestWithoutProposals(t *testing.T) {
	s, p := newStory(), testPolicy(t)
	s.mentor("maria", "2026-07-01 10:00")
	s.mentor("tom", "2026-07-01 10:00")
	o := met(func(o *contact.Occasion) { o.Participants[0].ContactID = "tom" })
	s.Occasions = []contact.Occasion{o}
	for name, x := range map[string]struct {
		p    Policy
		want int
	}{"with": {p, 2}, "without": {p.WithoutProposals(), 1}} {
		due := Due(at("2026-11-20 15:00"), x.p, s.Records)
		if len(due) != x.want || due[len(due)-1].Practice != ThankYou && x.want == 1 {
			t.Errorf("%s proposals: %+v", name, due)
		}
	}
	p = proposing(t)
	if got := outlook(Sendable(at("2026-11-20 12:00"), p.WithoutProposals(), with(records(), helloOf("h", "2026-11-18 10:00")))); got != "h: hello no longer delivers by itself\n" {
		t.Error(got)
	}
	if !p.Practices["hello"].Enabled {
		t.Error("the policy itself has changed")
	}
}
