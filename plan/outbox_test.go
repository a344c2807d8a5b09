package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regards/contact"
)

// sending is the policy of somebody in Madrid who sends from nine to six on
// workdays, after four hours.
func sending(t testing.TB) Policy {
	p := policy(t)
	p.Window, p.SendDays, p.Hold, p.DailyCap = Window{9 * time.Hour, 18 * time.Hour}, workdays, length(t, "4h"), 2
	return p
}

func TestSendAt(t *testing.T) {
	bySend := func(p *Policy, l *contact.Letter) {
		l.Practice, l.Delivery = ThankYou, contact.BySend
		p.Practices[ThankYou] = Practice{Enabled: true, Delivery: contact.BySend}
	}
	for name, x := range map[string]struct {
		approved, zone, hold string
		change               func(*Policy, *contact.Letter)
		want                 string // UTC; Madrid is an hour ahead in winter
	}{
		"in the morning":          {"2026-11-20 08:30", "", "4h", nil, "2026-11-20 12:30"},
		"before the window":       {"2026-11-20 03:00", "", "4h", nil, "2026-11-20 12:00"},
		"on Friday afternoon":     {"2026-11-20 15:00", "", "4h", nil, "2026-11-23 10:00"},
		"until the very end":      {"2026-11-20 13:00", "", "4h", nil, "2026-11-23 08:00"},
		"on Saturday":             {"2026-11-21 15:00", "", "4h", nil, "2026-11-23 12:00"},
		"no hold":                 {"2026-11-20 15:00", "", "0", nil, "2026-11-20 15:00"},
		"a day's hold":            {"2026-11-16 08:00", "", "1d", nil, "2026-11-18 14:00"}, // nine hours, nine hours, six
		"over the change of time": {"2026-10-23 15:00", "", "4h", nil, "2026-10-26 11:00"},
		"by sending":              {"2026-11-20 15:00", "", "4h", bySend, "2026-11-20 15:00"},
		"by sending no longer":    {"2026-11-20 08:30", "", "4h", func(_ *Policy, l *contact.Letter) { l.Delivery = contact.BySend }, "2026-11-20 12:30"},
		"by sending, at night":    {"2026-11-20 20:00", "", "4h", bySend, "2026-11-23 08:00"},
		"by the outbox":           {"2026-11-20 08:30", "", "4h", func(_ *Policy, l *contact.Letter) { l.Delivery = contact.ByOutbox }, "2026-11-20 12:30"},
		"snoozed":                 {"2026-11-20 08:30", "", "4h", func(_ *Policy, l *contact.Letter) { l.Snoozed = at("2026-11-25 20:00") }, "2026-11-26 08:00"},
		"snoozed for a moment":    {"2026-11-20 08:30", "", "4h", func(_ *Policy, l *contact.Letter) { l.Snoozed = at("2026-11-20 12:00") }, "2026-11-20 12:30"},
		"to London":               {"2026-11-20 03:00", "Europe/London", "0", nil, "2026-11-20 09:00"},
		"to London, at the end":   {"2026-11-20 16:30", "Europe/London", "0", nil, "2026-11-20 16:30"},
		"to New York":             {"2026-11-20 08:00", "America/New_York", "0", nil, "2026-11-20 14:00"},
		"to New York, the clocks": {"2026-10-26 08:00", "America/New_York", "0", nil, "2026-10-26 13:00"}, // Madrid's have changed, theirs not
		"to New York, too late":   {"2026-11-20 17:00", "America/New_York", "0", nil, "2026-11-23 14:00"},
		"to Tokyo":                {"2026-11-20 03:00", "Asia/Tokyo", "0", nil, "2026-11-20 08:00"},
		"to Dubai, hold":          {"2026-11-20 08:00", "Asia/Dubai", "4h", nil, "2026-11-20 12:00"},
		"to Tokyo, hold":          {"2026-11-20 08:00", "Asia/Tokyo", "4h", nil, "2026-11-23 08:00"}, // theirs ends at 9:00 UTC
		"to Auckland":             {"2026-11-20 03:00", "Pacific/Auckland", "0", nil, "2026-11-20 08:00"},
		"the same zone":           {"2026-11-20 08:30", "Europe/Madrid", "4h", nil, "2026-11-20 12:30"},
		"a zone of no meaning":    {"2026-11-20 08:30", "Mars/Olympus", "4h", nil, "2026-11-20 12:30"},
		"not approved":            {"", "", "4h", nil, ""},
		"never":                   {"2026-11-20 08:30", "", "4h", func(p *Policy, _ *contact.Letter) { p.SendDays = nil }, ""},
		"never, and snoozed":      {"2026-11-20 08:30", "", "4h", func(p *Policy, l *contact.Letter) { p.SendDays, l.Snoozed = nil, at("2026-12-01 12:00") }, ""},
	} {
		p, l, c := sending(t), contact.Letter{State: contact.Approved}, person("maria", "Maria")
		c.TimeZone, p.Hold = x.zone, length(t, x.hold)
		want := time.Time{}
		if x.want != "" {
			want = at(x.want)
		}
		if x.approved != "" {
			l.Approved = at(x.approved)
		}
		if x.change != nil {
			x.change(&p, &l)
		}
		if got := SendAt(p, l, c); !got.Equal(want) {
			t.Errorf("%s: got %s, want %s", name, got.UTC(), x.want)
		}
	}
}

// approvedLetter is one to Maria that the owner approved at some time.
func approvedLetter(key, when string) contact.Letter {
	return contact.Letter{Key: key, Practice: ThankYou, ContactID: "maria", State: contact.Approved, Approved: at(when), Delivery: contact.ByDraft}
}

// outlook writes what goes, and what is held and why, in lines.
func outlook(due []contact.Letter, held []Resting) string {
	var b strings.Builder
	for _, l := range due {
		fmt.Fprintf(&b, "%s goes\n", l.Key)
	}
	for _, h := range held {
		fmt.Fprintf(&b, "%s: %s\n", h.Key, h.Why)
	}
	return b.String()
}

func with(r Records, letters ...contact.Letter) Records {
	for _, l := range letters {
		r.Letters[l.Key] = l
		if _, known := r.Contacts[l.ContactID]; !known && l.ContactID == l.Key {
			r.Contacts[l.Key] = person(l.Key, l.Key)
		}
	}
	return r
}

func TestSendable(t *testing.T) {
	const noon = "2026-11-20 12:00" // 13:00 in Madrid, a Friday
	for name, x := range map[string]struct {
		now    string
		change func(*Policy, *Records, *contact.Letter)
		want   string
	}{
		"it has rested":      {noon, nil, "a goes\n"},
		"in the last moment": {"2026-11-20 16:59", nil, "a goes\n"},
		"when it closes":     {"2026-11-20 17:00", nil, "a: it goes from Monday 23 November, 09:00 on\n"},
		"on Sunday":          {"2026-11-22 12:00", nil, "a: it goes from Monday 23 November, 09:00 on\n"},
		"it rests": {noon, func(_ *Policy, _ *Records, l *contact.Letter) { l.Approved = at("2026-11-20 10:00") },
			"a: it goes from Friday 20 November, 15:00 on\n"},
		"it is snoozed": {noon, func(_ *Policy, _ *Records, l *contact.Letter) { l.Snoozed = at("2026-11-21 10:00") },
			"a: it goes from Monday 23 November, 09:00 on\n"},
		"night where they live": {noon, func(_ *Policy, r *Records, _ *contact.Letter) {
			c := r.Contacts["maria"]
			c.TimeZone = "America/New_York"
			r.Contacts["maria"] = c
		}, "a: it goes from Friday 20 November, 15:00 on\n"},
		"no windows":       {noon, func(p *Policy, _ *Records, _ *contact.Letter) { p.SendDays = nil }, "a: there is no window in which letters are sent\n"},
		"being sent":       {noon, func(_ *Policy, _ *Records, l *contact.Letter) { l.Sending = at(noon) }, "a: it is being sent\n"},
		"not to be found":  {noon, func(_ *Policy, _ *Records, l *contact.Letter) { l.Missing = at(noon) }, "a: it is not to be found where it lay\n"},
		"to be taken back": {noon, func(_ *Policy, _ *Records, l *contact.Letter) { l.TakeBack = true }, "a: it is to be taken back\n"},
		"somebody unknown": {noon, func(_ *Policy, _ *Records, l *contact.Letter) { l.ContactID = "x" }, "a: its contact is no longer known\n"},
		"only edited":      {noon, func(_ *Policy, _ *Records, l *contact.Letter) { l.State = contact.Edited }, ""},
		"uncertain":        {noon, func(_ *Policy, _ *Records, l *contact.Letter) { l.State = contact.Uncertain }, ""},
	} {
		p, r, l := sending(t), records(), approvedLetter("a", "2026-11-19 10:00")
		if x.change != nil {
			x.change(&p, &r, &l)
		}
		if got := outlook(Sendable(at(x.now), p, with(r, l))); got != x.want {
			t.Errorf("%s:\ngot  %swant %s", name, got, x.want)
		}
	}
}

// Law 7: nothing goes to anybody who is not to be written to, approved or not.
func TestSendableToTheWritable(t *testing.T) {
	for _, s := range contact.Statuses() {
		r := with(records(), approvedLetter("a", "2026-11-19 10:00"))
		c := r.Contacts["maria"]
		c.Status = s
		r.Contacts["maria"] = c
		want := "a: Maria Lopez is " + string(s) + "\n"
		if s == contact.Active {
			want = "a goes\n"
		}
		if got := outlook(Sendable(at("2026-11-20 12:00"), sending(t), r)); got != want {
			t.Errorf("%s: got %s", s, got)
		}
	}
}

// proposing makes regards propose letters by a practice of the tests, for as
// long as a test runs.
func proposing(t *testing.T) Policy {
	old := practices
	practices = append(slices.Clip(practices), practice{name: "hello", propose: func(*desk) {}})
	t.Cleanup(func() { practices = old })
	p := sending(t)
	p.Practices["hello"] = Practice{Enabled: true, Delivery: contact.ByOutbox}
	return p
}

// helloOf is one to somebody called like its key, which its practice laid into
// the outbox at some time.
func helloOf(key, when string) contact.Letter {
	l := approvedLetter(key, when)
	l.Practice, l.ContactID, l.Delivery, l.Written = "hello", key, contact.ByOutbox, l.Approved
	return l
}

func TestDailyCap(t *testing.T) {
	p := proposing(t)
	sentAt := func(l contact.Letter, when string) contact.Letter {
		l.State, l.Sent = contact.Sent, at(when)
		return l
	}
	three := []contact.Letter{helloOf("h1", "2026-11-19 10:00"), helloOf("h2", "2026-11-18 10:00"), helloOf("h3", "2026-11-19 11:00")}
	const more = ": no more than 2 letters go on a day\n"
	for name, x := range map[string]struct {
		cap  int
		also []contact.Letter
		want string
	}{
		"two of three":         {2, nil, "h2 goes\nh1 goes\nh3" + more},
		"no limit":             {0, nil, "h2 goes\nh1 goes\nh3 goes\n"},
		"the owner's goes too": {2, []contact.Letter{approvedLetter("a", "2026-11-19 12:00")}, "a goes\nh2 goes\nh1" + more + "h3" + more},
		"and counts":           {2, []contact.Letter{approvedLetter("a", "2026-11-19 12:00"), approvedLetter("b", "2026-11-19 12:00"), approvedLetter("c", "2026-11-19 12:00")}, "a goes\nb goes\nc goes\nh2" + more + "h1" + more + "h3" + more},
		"laid without a rest":  {2, []contact.Letter{func() contact.Letter { l := helloOf("h4", "2026-11-18 09:00"); l.Delivery = contact.BySend; return l }()}, "h4 goes\nh2 goes\nh1" + more + "h3" + more},
		"approved by hand":     {2, []contact.Letter{func() contact.Letter { l := helloOf("h4", "2026-11-19 12:00"); l.Delivery = contact.ByDraft; return l }()}, "h4 goes\nh2 goes\nh1" + more + "h3" + more},
		"sent today":           {2, []contact.Letter{sentAt(approvedLetter("a", "2026-11-19 12:00"), "2026-11-19 23:00")}, "h2 goes\nh1" + more + "h3" + more}, // midnight in Madrid
		"sent yesterday":       {2, []contact.Letter{sentAt(approvedLetter("a", "2026-11-19 12:00"), "2026-11-19 22:59")}, "h2 goes\nh1 goes\nh3" + more},
		"on its way since morning": {2, []contact.Letter{func() contact.Letter {
			l := helloOf("h0", "2026-11-17 12:00")
			l.Sending = at("2026-11-20 08:30")
			return l
		}()}, "h2 goes\nh0: it is being sent\nh1" + more + "h3" + more},
	} {
		p.DailyCap = x.cap
		if got := outlook(Sendable(at("2026-11-20 12:00"), p, with(with(records(), three...), x.also...))); got != x.want {
			t.Errorf("%s:\ngot  %swant %s", name, got, x.want)
		}
	}
}

// A letter that the cap holds goes on the next day of sending, which the owner
// is told.
func TestHeldUntil(t *testing.T) {
	p := proposing(t)
	p.DailyCap = 1
	r := with(records(), helloOf("h1", "2026-11-18 10:00"), helloOf("h2", "2026-11-18 11:00"))
	for now, want := range map[string]string{"2026-11-20 12:00": "2026-11-23 08:00", "2026-11-19 12:00": "2026-11-20 08:00"} {
		_, held := Sendable(at(now), p, r)
		if len(held) != 1 || !held[0].From.Equal(at(want)) {
			t.Errorf("at %s: held %+v", now, held)
		}
	}
	p.Location, p.Window, p.SendDays = zone(t, "America/Havana"), Window{0, dayLong}, everyDay // no midnight on 14 March
	r = with(records(), helloOf("h1", "2027-03-12 10:00"), helloOf("h2", "2027-03-12 11:00"))
	_, held := Sendable(at("2027-03-14 04:30"), p, r)
	if len(held) != 1 || !held[0].From.Equal(at("2027-03-14 05:00")) {
		t.Errorf("before a day without midnight: held %+v", held)
	}
}

// The letters that go and those held are the approved ones, each once; nothing
// goes before its time or beyond the cap; a moment earlier than From it is held.
func TestSendableIsExact(t *testing.T) {
	p := proposing(t)
	p.Practices[ThankYou] = Practice{Enabled: true, Delivery: contact.BySend}
	rapid.Check(t, func(t *rapid.T) {
		now := at("2026-10-19 00:00").Add(time.Duration(rapid.IntRange(0, 14*96).Draw(t, "now")) * quarter)
		p.DailyCap = rapid.IntRange(0, 3).Draw(t, "cap")
		r := Records{Contacts: map[string]contact.Contact{}, Letters: map[string]contact.Letter{}}
		c := person("", "Maria")
		c.TimeZone = rapid.SampledFrom([]string{"", "America/New_York", "Pacific/Auckland"}).Draw(t, "zone")
		for i := range rapid.IntRange(0, 6).Draw(t, "letters") {
			l := helloOf(fmt.Sprint("l", i), "2026-10-16 00:00")
			l.Approved = l.Approved.Add(time.Duration(rapid.IntRange(0, 10*96).Draw(t, "approved")) * quarter)
			l.Practice = rapid.SampledFrom([]string{"hello", ThankYou}).Draw(t, "practice")
			l.Delivery = rapid.SampledFrom([]contact.Delivery{contact.ByDraft, contact.ByOutbox, contact.BySend}).Draw(t, "delivery")
			c.ID, r.Letters[l.Key] = l.Key, l
			r.Contacts[c.ID] = c
		}
		due, held := Sendable(now, p, r)
		if len(due)+len(held) != len(r.Letters) {
			t.Fatalf("of %d letters %d go, %d are held", len(r.Letters), len(due), len(held))
		}
		byItself := 0
		for _, l := range due {
			if !p.sendTime(p.Location).Open(now) || SendAt(p, l, c).After(now) || l.Approved.After(now) {
				t.Fatalf("%s goes at %s", l.Key, now)
			}
			if l.Practice == "hello" && l.Delivery != contact.ByDraft {
				byItself++
			}
		}
		if p.DailyCap > 0 && byItself > 0 && len(due) > p.DailyCap {
			t.Fatalf("%d of %d go, though at most %d are to", byItself, len(due), p.DailyCap)
		}
		for _, h := range held {
			if h.Why == "" || !h.From.After(now) {
				t.Fatalf("held without a reason or a time: %+v", h)
			}
			if again, _ := Sendable(h.From, p, Records{Contacts: r.Contacts, Letters: map[string]contact.Letter{h.Key: h.Letter}}); len(again) != 1 {
				t.Fatalf("%s does not go at %s", h.Key, h.From)
			}
		}
	})
}

func TestDeliverable(t *testing.T) {
	c := person("maria", "Maria", "maria@work.example", "maria@home.example")
	owner := []string{"ana@example.org", "ana.diaz@uni.example"}
	for recipients, want := range map[string]string{
		"maria@work.example": "maria@work.example",
		"maria@home.example": "maria@home.example",
		"Maria <MARIA+x@Work.Example>, ana@example.org, Ana Diaz <Ana.Diaz@uni.example>": "MARIA+x@Work.Example",
		"maria@work.example, Maria@work.example":                                         "maria@work.example",
		"maria@work.example, maria@home.example":                                         "! it goes to maria@work.example and to maria@home.example; leave one of them, or send it yourself",
		"maria@work.example, tom@x.example":                                              "! it goes to tom@x.example, too, which is no address of Maria; take that out, or send it yourself",
		"tom@x.example":                                                                  "! it goes to tom@x.example, too, which is no address of Maria; take that out, or send it yourself",
		"ana@example.org":                                                                "! it goes to no address of Maria; put one into To",
		"":                                                                               "! it goes to no address of Maria; put one into To",
		"maria@work.example, maria":                                                      `! its recipient "maria" is not a mail address; correct it`,
	} {
		var list []string
		if recipients != "" {
			list = strings.Split(recipients, ", ")
		}
		to, why := Deliverable(contact.Letter{ContactID: "maria"}, c, list, owner)
		if got := to + strings.Repeat("! ", min(1, len(why))) + why; got != want {
			t.Errorf("%s: got %q, want %q", recipients, got, want)
		}
	}
	if to, why := Deliverable(contact.Letter{ContactID: "tom"}, c, []string{"maria@work.example"}, owner); to != "" || why != "it is a letter to somebody else than Maria" {
		t.Errorf("to another contact: %q, %q", to, why)
	}
}

// Whatever the header names, what goes goes to one address of the contact.
func TestDeliverableIsTheirs(t *testing.T) {
	c := person("maria", "Maria", "maria@work.example", "maria@home.example")
	pool := []string{"maria@work.example", "Maria <maria+x@work.example>", "maria@home.example", "ana@example.org", "tom@x.example", "", "x", "a@b@c", "maria@work.example, tom@x.example"}
	rapid.Check(t, func(t *rapid.T) {
		to, why := Deliverable(contact.Letter{ContactID: "maria"}, c, rapid.SliceOfN(rapid.SampledFrom(pool), 0, 4).Draw(t, "to"), []string{"ana@example.org"})
		if (to == "") == (why == "") || to != "" && !hasAddress(c, to) {
			t.Fatalf("to %q, why %q", to, why)
		}
	})
}

// A letter rests on in the outbox once the owner has sent its like by themselves;
// another letter of ours is no reason.
func TestWrittenSince(t *testing.T) {
	l := approvedLetter("a", "2026-11-20 12:00")
	l.Subject, l.InReplyTo, l.MessageID = "Re: Coffee", "t1", "a@x"
	other := contact.Letter{Key: "b", MessageID: "b@x", DraftID: "b2@x"}
	for name, x := range map[string]struct {
		change func(*contact.Touch)
		held   bool
	}{
		"the same subject":   {func(m *contact.Touch) { m.Subject = "Coffee" }, true},
		"the same thread":    {func(m *contact.Touch) { m.References = []string{"t0", "t1"} }, true},
		"something else":     {func(m *contact.Touch) {}, false},
		"before":             {func(m *contact.Touch) { m.Subject, m.At = "Coffee", at("2026-11-20 12:00") }, false},
		"to somebody else":   {func(m *contact.Touch) { m.Subject, m.ContactID = "Coffee", "tom" }, false},
		"from them":          {func(m *contact.Touch) { m.Subject, m.Direction = "Coffee", contact.In }, false},
		"another letter":     {func(m *contact.Touch) { m.Subject, m.MessageID = "Coffee", "b@x" }, false},
		"another, saved":     {func(m *contact.Touch) { m.Subject, m.MessageID = "Coffee", "b2@x" }, false},
		"without Message-ID": {func(m *contact.Touch) { m.Subject, m.MessageID = "Coffee", "" }, true},
	} {
		m := contact.Touch{ContactID: "maria", At: at("2026-11-20 12:30"), Direction: contact.Out, Medium: contact.Email, Subject: "Lunch?", MessageID: "m@x"}
		x.change(&m)
		why := WrittenSince(l, map[string]contact.Letter{"a": l, "b": other}, []contact.Touch{m})
		if held := why != ""; held != x.held || held && !strings.Contains(why, m.Subject) {
			t.Errorf("%s: %q", name, why)
		}
	}
}
