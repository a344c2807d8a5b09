package plan

import (
	"slices"
	"strings"
	"testing"

	"regards/contact"
)

// Reports tell of contacts' addresses alone, and nothing of what is only delayed.
func TestBounces(t *testing.T) {
	m := Message{Key: "r@x", At: at("2026-11-20 12:00")}
	failed := []Failure{{Address: "MARIA@work.example", Hard: true, Words: "550 no"}, {Address: "tom@work.example"},
		{Address: "maria@home.example", Delayed: true}, {Address: "stranger@x.example", Hard: true}}
	var got []string
	for _, f := range testBook().Bounces(m, "a@x", failed) {
		got = append(got, strings.Join([]string{f.ContactID, string(f.Kind), f.Address, f.Words, f.About, f.Key}, " "))
	}
	want := []string{"maria bounce MARIA@work.example 550 no a@x r@x", "tom soft-bounce tom@work.example  a@x r@x"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if got := testBook().Bounces(m, "", failed); got != nil {
		t.Errorf("about nothing: %+v", got)
	}
}

func TestReturned(t *testing.T) {
	report := contact.Finding{About: "a@x", Words: "550 no", At: at("2026-11-20 12:00"), Kind: contact.HardBounce}
	for name, c := range map[string]struct {
		letter contact.Letter
		want   string
	}{
		"sent":              {contact.Letter{State: contact.Sent, MessageID: "a@x"}, "it came back: 550 no"},
		"sent by a program": {contact.Letter{State: contact.Sent, MessageID: "l@x", DraftID: "a@x"}, "it came back: 550 no"},
		"to somebody else":  {contact.Letter{State: contact.Sent, MessageID: "a@x", ContactID: "tom"}, ""},
		"not seen yet":      {contact.Letter{State: contact.Drafted, MessageID: "a@x"}, "it came back: 550 no"},
		"known":             {contact.Letter{State: contact.Failed, MessageID: "a@x"}, ""},
		"answered":          {contact.Letter{State: contact.Sent, MessageID: "a@x", Answered: at("2026-11-21 12:00")}, ""},
		"another":           {contact.Letter{State: contact.Sent, MessageID: "b@x"}, ""},
		"no message":        {contact.Letter{State: contact.Needs}, ""},
	} {
		got := ""
		for _, e := range Returned([]contact.Letter{c.letter}, []contact.Finding{report, {Kind: contact.Died}}) {
			if got = e.Reason; e.State != contact.Failed {
				t.Errorf("%s is %s", name, e.State)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
	back := contact.Letter{State: contact.Failed, MessageID: "a@x", Reason: CameBack + "550 no"}
	if _, err := Retry(at("2026-11-21 12:00"), back); err == nil || !strings.Contains(err.Error(), "is not sent again") {
		t.Errorf("tried again: %v", err)
	}
}

func TestNextWorkDay(t *testing.T) {
	p := Policy{Location: zone(t, "Europe/Madrid")}
	for day, want := range map[string]string{
		"2026-11-24": "2026-11-25", // Tuesday
		"2026-11-27": "2026-11-30", // Friday
		"2026-11-28": "2026-11-30",
		"2026-12-31": "2027-01-01",
	} {
		if got := p.NextWorkDay(at(day + " 00:00")).In(p.Location).Format("2006-01-02 15:04"); got != want+" 00:00" {
			t.Errorf("after %s: %s", day, got)
		}
	}
}

func TestConcerns(t *testing.T) {
	for sentence, want := range map[string]bool{
		"Maria Lopez no longer works here.":   true,
		"Sadly, Maria passed away on Sunday.": true,
		"She left the institute in May.":      true,
		"Bob left the company last month.":    false,
		"Marian left the company.":            false,
		"":                                    false,
	} {
		if got := testBook().Concerns("maria", sentence); got != want {
			t.Errorf("%q: %v", sentence, got)
		}
	}
}

// Letters wait for what is grave, and for an address.
func TestWritableByMail(t *testing.T) {
	now := at("2026-11-20 12:00")
	waits := func(what, kind string) string {
		return "Maria Lopez seems to have " + what + " (mail of 19 November 2026); letters to them wait until you say what is so: " +
			"regards contact edit maria --settle " + kind + " if it is not, else --status"
	}
	for name, c := range map[string]struct {
		change func(*contact.Contact)
		want   string
	}{
		"nothing":            {func(*contact.Contact) {}, ""},
		"a new address":      {tells(contact.NewAddress), ""},
		"one soft":           {tells(contact.SoftBounce), ""},
		"died":               {tells(contact.Died), waits("passed away", "died")},
		"left":               {tells(contact.LeftWork), waits("left where they worked", "left")},
		"wants none":         {tells(contact.NoMoreMail), strings.Replace(waits("want no more mail from you", "stop"), "to have want", "to want", 1)},
		"one address failed": {func(c *contact.Contact) { c.Addresses[0].Bounced = now }, ""},
		"all failed":         {func(c *contact.Contact) { c.Addresses[0].Bounced, c.Addresses[1].Bounced = now, now }, "Maria Lopez is bounced"},
		"all, by card": {func(c *contact.Contact) {
			c.Addresses[0].Bounced, c.Addresses[1].Bounced, c.Medium = now, now, contact.Card
		}, ""},
		"said": {func(c *contact.Contact) { tells(contact.Died)(c); c.Status = contact.Deceased }, "Maria Lopez is deceased"},
	} {
		maria := person("maria", "Maria Lopez", "maria@work.example", "maria@home.example")
		if c.change(&maria); Writable(now, maria) != c.want {
			t.Errorf("%s: %q", name, Writable(now, maria))
		}
		if canBeWritten(&maria) != (c.want == "") {
			t.Errorf("%s: a letter may be proposed: %v", name, canBeWritten(&maria))
		}
	}
}

// tells gives a contact of whom mail told something.
func tells(kind contact.FindingKind) func(*contact.Contact) {
	return func(c *contact.Contact) {
		c.Findings = []contact.Finding{{ContactID: c.ID, Key: "f@x", Kind: kind, At: at("2026-11-19 12:00"), Address: "new@x.example", Words: "so it says"}}
	}
}

// The digest tells each matter once, and what is known already not at all.
func TestFoundLines(t *testing.T) {
	now := at("2026-11-20 12:00")
	f := func(kind contact.FindingKind, when, addr string) contact.Finding {
		return contact.Finding{ContactID: "maria", Key: "f@x" + when, Kind: kind, At: at(when + " 12:00"), Address: addr}
	}
	for name, c := range map[string]struct {
		found []contact.Finding
		want  string
	}{
		"grave, twice":         {[]contact.Finding{f(contact.Died, "2026-11-17", ""), f(contact.Died, "2026-11-18", "")}, "found.died"},
		"a new address":        {[]contact.Finding{f(contact.NewAddress, "2026-11-17", "new@x.example")}, "found.moved"},
		"it is theirs by now":  {[]contact.Finding{f(contact.NewAddress, "2026-11-17", "MARIA@home.example")}, ""},
		"two new ones":         {[]contact.Finding{f(contact.NewAddress, "2026-11-17", "a@x.example"), f(contact.Elsewhere, "2026-11-17", "b@x.example")}, "found.moved found.elsewhere"},
		"one soft":             {[]contact.Finding{f(contact.SoftBounce, "2026-11-17", "maria@home.example")}, ""},
		"two in a week":        {[]contact.Finding{f(contact.SoftBounce, "2026-11-11", "maria@home.example"), f(contact.SoftBounce, "2026-11-17", "Maria@home.example")}, "found.soft-bounce"},
		"two in two weeks":     {[]contact.Finding{f(contact.SoftBounce, "2026-11-03", "maria@home.example"), f(contact.SoftBounce, "2026-11-17", "maria@home.example")}, ""},
		"two of two addresses": {[]contact.Finding{f(contact.SoftBounce, "2026-11-16", "maria@work.example"), f(contact.SoftBounce, "2026-11-17", "maria@home.example")}, ""},
		"one address is gone":  {[]contact.Finding{f(contact.HardBounce, "2026-11-17", "maria@home.example")}, "found.bounce"},
		"to come":              {[]contact.Finding{f(contact.Died, "2026-11-21", "")}, ""},
	} {
		maria := person("maria", "Maria Lopez", "maria@work.example", "maria@home.example")
		maria.Findings = c.found
		d := newDesk(now, Policy{Location: now.Location()}, Records{Contacts: map[string]contact.Contact{"maria": maria}})
		var got []string
		for _, l := range slices.Concat(d.found(isQuestion), d.found(func(k contact.FindingKind) bool { return !isQuestion(k) })) {
			got = append(got, l.Says)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// What counts by what it answers, and what a network brings.
func TestTouchesByThread(t *testing.T) {
	for name, c := range map[string]struct {
		m    Message
		want string
	}{
		"an answer to the owner, through a list":  {Message{From: Person{Addr: "maria@work.example"}, To: people("l@lists.example"), Machine: "list", AnswersOwn: true}, "in maria email"},
		"through a list":                          {Message{From: Person{Addr: "maria@work.example"}, To: people("l@lists.example"), Machine: "list"}, "list"},
		"a stranger's, through a list":            {Message{From: Person{Addr: "x@y.example"}, To: people("l@lists.example"), Machine: "list", AnswersOwn: true}, "list"},
		"somebody answers for her":                {Message{From: Person{Addr: "office@x.example"}, To: people("ana@example.org"), Answered: "maria"}, "in maria email elsewhere"},
		"Tom answers for her":                     {Message{From: Person{Addr: "tom@work.example"}, To: people("ana@example.org"), Answered: "maria"}, "in tom email"},
		"a machine answers for her":               {Message{From: Person{Addr: "office@x.example"}, To: people("ana@example.org"), Answered: "maria", Machine: "auto-reply"}, "auto-reply"},
		"the owner answers":                       {Message{From: Person{Addr: "ana@example.org"}, To: people("x@y.example"), Answered: "maria"}, "out"},
		"she answers an invitation":               {Message{From: Person{Addr: "maria@work.example"}, To: people("ana@example.org"), Machine: "calendar", Attendee: "MARIA@work.example"}, "in maria email"},
		"somebody answers one in her name":        {Message{From: Person{Addr: "maria@work.example"}, To: people("ana@example.org"), Machine: "calendar", Attendee: "tom@work.example"}, "calendar"},
		"a network brings a message":              {Message{From: Person{Addr: "m@linkedin.com"}, Machine: "bulk", Carried: Carried{contact.LinkedIn, "maria  LOPEZ"}}, "bulk in maria linkedin"},
		"a network brings a stranger's":           {Message{From: Person{Addr: "m@linkedin.com"}, Machine: "bulk", Carried: Carried{contact.LinkedIn, "Maria Lopez-Ruiz"}}, "bulk"},
		"somebody plays the network":              {Message{From: Person{Addr: "m@linkedin.com"}, Machine: LeftForged, Forged: true, Carried: Carried{contact.LinkedIn, "Maria Lopez"}}, "forged"},
		"the answer to a letter, from where else": {Message{From: Person{Addr: "office@x.example"}, To: people("ana@example.org tom@work.example"), Answered: "maria"}, "in maria email elsewhere"},
	} {
		o := testBook().Touches(c.m)
		words := []string{o.LeftOut, string(o.Direction)}
		for _, touch := range o.Touches {
			if o.LeftOut != "" {
				words = append(words, string(touch.Direction))
			}
			words = append(words, touch.ContactID, string(touch.Medium))
		}
		if o.Elsewhere {
			words = append(words, "elsewhere")
		}
		if got := strings.Join(strings.Fields(strings.Join(words, " ")), " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	twins := NewBook(nil, []contact.Contact{person("a", "Maria Lopez"), person("b", "maria lopez")}, 0)
	if o := twins.Touches(Message{Machine: "bulk", Carried: Carried{contact.LinkedIn, "Maria Lopez"}}); len(o.Touches) > 0 {
		t.Errorf("one of two: %+v", o.Touches)
	}
}
