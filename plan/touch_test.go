package plan

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regards/contact"
)

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return t
}

func person(id, name string, addrs ...string) contact.Contact {
	c := contact.Contact{ID: id, Name: name, Medium: contact.Email, Status: contact.Active}
	for _, a := range addrs {
		c.Addresses = append(c.Addresses, contact.Address{Addr: a, Key: AddressKey(a)})
	}
	return c
}

// testBook has an owner with an alias, Maria with two addresses and Tom; more
// than three people are a group.
func testBook() *Book {
	return NewBook([]string{"Ana@example.org", "ana.diaz@uni.example"}, []contact.Contact{
		person("maria", "Maria Lopez", "maria@work.example", "maria@home.example"),
		person("tom", "Tom Lee", "tom@work.example"),
		person("eve", "Eve"),
	}, 3)
}

// people makes persons of addresses separated by spaces.
func people(addrs string) []Person {
	var all []Person
	for a := range strings.FieldsSeq(addrs) {
		all = append(all, Person{Addr: a})
	}
	return all
}

// outline writes an outcome in one line: direction, contacts, alone, peers; or
// why it was left out and whom that concerns.
func outline(o Outcome) string {
	if o.LeftOut != "" {
		return strings.TrimSpace(o.LeftOut + " " + strings.Join(o.Concerned, " "))
	}
	s := string(o.Direction) + ":"
	for _, t := range o.Touches {
		s += " " + t.ContactID
		if t.Alone != o.Alone {
			s += "?"
		}
	}
	if o.Alone {
		s += " alone"
	}
	s += " |"
	for _, p := range o.Peers {
		s += " " + p.Key
	}
	return s
}

func TestTouches(t *testing.T) {
	const ana, maria, tom = "ana@example.org", "maria@work.example", "tom@work.example"
	for name, x := range map[string]struct {
		from, to string
		change   func(*Message)
		want     string
	}{
		"in":                            {maria, ana, nil, "in: maria alone | maria@work.example"},
		"in, other spelling":            {"MARIA+x@Work.Example", "ANA@example.org", nil, "in: maria alone | maria@work.example"},
		"in, other address":             {"maria@home.example", ana, nil, "in: maria alone | maria@home.example"},
		"in, to an alias":               {maria, "ana.diaz@uni.example", nil, "in: maria alone | maria@work.example"},
		"in, owner twice":               {maria, ana + " ana.diaz@uni.example ana+x@example.org", nil, "in: maria alone | maria@work.example"},
		"in, with somebody in Cc":       {maria, ana + " x@y.example", nil, "in: maria | maria@work.example"},
		"in, owner in Bcc":              {maria, tom, nil, "in: maria | maria@work.example"},
		"in, owner in Bcc, to herself":  {maria, maria, nil, "in: maria | maria@work.example"},
		"in, undisclosed recipients":    {maria, "", nil, "in: maria | maria@work.example"},
		"in, by a stranger":             {"x@y.example", ana + " " + maria, nil, "in: | x@y.example"},
		"in, exactly the limit":         {maria, ana + " b@y.example c@y.example", nil, "in: maria | maria@work.example"},
		"in, over the limit":            {maria, ana + " b@y.example c@y.example d@y.example", nil, "group maria"},
		"in, group mail that answers":   {maria, ana + " b@y.example c@y.example d@y.example", func(m *Message) { m.Answer = true }, "in: maria | maria@work.example"},
		"in, group mail of a stranger":  {"x@y.example", ana + " b@y.example c@y.example d@y.example", nil, "group"},
		"in, lies in Sent":              {maria, ana, func(m *Message) { m.SentBox = true }, "in: maria alone | maria@work.example"},
		"out":                           {ana, maria, nil, "out: maria alone | maria@work.example"},
		"out, from an alias":            {"Ana.Diaz@uni.example", maria, nil, "out: maria alone | maria@work.example"},
		"out, to two":                   {ana, maria + " " + tom, nil, "out: maria tom | maria@work.example tom@work.example"},
		"out, Cc to a stranger":         {ana, maria + " x@y.example", nil, "out: maria | maria@work.example x@y.example"},
		"out, Cc to herself":            {ana, maria + " " + ana + " ana.diaz@uni.example", nil, "out: maria alone | maria@work.example"},
		"out, to a stranger":            {ana, "x@y.example", nil, "out: alone | x@y.example"},
		"out, same address twice":       {ana, maria + " Maria@Work.Example", nil, "out: maria alone | maria@work.example"},
		"out, two addresses of one":     {ana, "maria@home.example " + maria + " " + tom, nil, "out: maria tom | maria@home.example maria@work.example tom@work.example"},
		"out, exactly the limit":        {ana, maria + " b@y.example c@y.example " + ana, nil, "out: maria | maria@work.example b@y.example c@y.example"},
		"out, over the limit":           {ana, maria + " b@y.example c@y.example d@y.example", nil, "group maria"},
		"out, group mail that answers":  {ana, maria + " b@y.example c@y.example d@y.example", func(m *Message) { m.Answer = true }, "group maria"},
		"own":                           {ana, "ana.diaz@uni.example", nil, "own"},
		"own, to nobody":                {ana, "", nil, "own"},
		"draft":                         {ana, maria, func(m *Message) { m.Draft = true }, "draft maria"},
		"draft of a machine":            {ana, maria, func(m *Message) { m.Draft, m.Machine = true, "list" }, "draft maria"},
		"machine":                       {maria, ana, func(m *Message) { m.Machine = "auto-reply" }, "auto-reply maria"},
		"machine, unknown":              {"x@y.example", ana, func(m *Message) { m.Machine = "list" }, "list"},
		"forged":                        {maria, ana, func(m *Message) { m.Machine = LeftForged }, "forged maria"},
		"forged owner":                  {ana, maria, func(m *Message) { m.Machine = LeftForged }, "forged maria"},
		"stranger in Sent":              {"x@y.example", maria, func(m *Message) { m.SentBox = true }, "not-from-owner"},
		"no sender":                     {"", ana, nil, "no-sender"},
		"no sender, in Sent":            {"", maria, func(m *Message) { m.SentBox = true }, "no-sender"},
		"recipient without an address":  {ana, maria, func(m *Message) { m.To = append(m.To, Person{Name: "x"}) }, "out: maria alone | maria@work.example"},
		"reply to own mail, to oneself": {ana, ana + " " + maria, func(m *Message) { m.Answer = true }, "out: maria alone | maria@work.example"},
	} {
		t.Run(name, func(t *testing.T) {
			m := Message{From: Person{Addr: x.from}, To: people(x.to)}
			if x.change != nil {
				x.change(&m)
			}
			if got := outline(testBook().Touches(m)); got != x.want {
				t.Errorf("got  %s\nwant %s", got, x.want)
			}
		})
	}
}

// A touch carries over what the message says.
func TestTouchOfAMessage(t *testing.T) {
	m := Message{From: Person{"Maria", "MARIA@work.example"}, To: people("ana@example.org"), Subject: "Hi", MessageID: "1@x", Key: "k",
		References: []string{"0@x"}, At: at("2026-11-20 12:00"), Verified: true}
	want := contact.Touch{ContactID: "maria", At: m.At, Direction: contact.In, Medium: contact.Email, Subject: "Hi", Key: "k",
		MessageID: "1@x", References: m.References, Address: "MARIA@work.example", Alone: true, Verified: true,
		Rule: "from the contact's address MARIA@work.example"}
	if got := testBook().Touches(m).Touches; !reflect.DeepEqual(got, []contact.Touch{want}) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	m.From, m.To = m.To[0], people("maria@home.example maria@work.example")
	got := testBook().Touches(m).Touches
	if len(got) != 1 || got[0].Address != "maria@home.example" || got[0].Rule != "from you to the contact's address maria@home.example" {
		t.Errorf("out: %+v", got)
	}
}

func TestNoLimit(t *testing.T) {
	b := NewBook([]string{"ana@example.org"}, []contact.Contact{person("maria", "Maria", "maria@x.example")}, 0)
	to := make([]Person, 500)
	for i := range to {
		to[i].Addr = fmt.Sprintf("p%d@x.example", i)
	}
	for _, from := range []string{"ana@example.org", "maria@x.example"} {
		if o := b.Touches(Message{From: Person{Addr: from}, To: append(to, Person{Addr: "maria@x.example"})}); o.LeftOut != "" || len(o.Touches) != 1 {
			t.Errorf("from %s: %s", from, o.LeftOut)
		}
	}
	if !b.IsOwner("ANA+x@example.org") || b.IsOwner("maria@x.example") || b.IsOwner("") {
		t.Error("IsOwner")
	}
}

// Nobody has two touches of one message, nobody but contacts has any, and what
// is left out is no touch (laws 4 and 5).
func TestTouchesAreOfPeople(t *testing.T) {
	pool := []string{"ana@example.org", "ana.diaz@uni.example", "maria@work.example", "maria@home.example", "tom@work.example", "x@y.example", "", "nobody"}
	draw := rapid.Map(rapid.SampledFrom(pool), func(a string) Person { return Person{Addr: a} })
	rapid.Check(t, func(t *rapid.T) {
		m := Message{From: draw.Draw(t, "from"), To: rapid.SliceOfN(draw, 0, 6).Draw(t, "to"), Draft: rapid.Bool().Draw(t, "draft"),
			SentBox: rapid.Bool().Draw(t, "sent"), Answer: rapid.Bool().Draw(t, "answer"),
			Machine: rapid.SampledFrom([]string{"", "", "", "list"}).Draw(t, "machine")}
		o := testBook().Touches(m)
		if (o.LeftOut == "") == (o.Direction == "") || o.LeftOut != "" && len(o.Touches)+len(o.Peers) > 0 {
			t.Fatalf("left out and not: %+v", o)
		}
		if (m.Draft || m.Machine != "") && o.LeftOut == "" {
			t.Fatalf("counted: %+v", o)
		}
		var ids []string
		for _, touch := range o.Touches {
			if slices.Contains(ids, touch.ContactID) {
				t.Fatalf("two touches of %s", touch.ContactID)
			}
			ids = append(ids, touch.ContactID)
		}
		for _, p := range o.Peers {
			if testBook().IsOwner(p.Addr) {
				t.Fatalf("the owner is a peer: %+v", o)
			}
		}
	})
}

func TestThreadFor(t *testing.T) {
	now := at("2026-11-20 12:00")
	last := func(change func(*contact.Touch)) contact.Touch {
		l := contact.Touch{At: now.Add(-29 * 24 * time.Hour), MessageID: "2@x", References: []string{"0@x", "1@x"}, Alone: true, Subject: "Coffee"}
		if change != nil {
			change(&l)
		}
		return l
	}
	joined := Thread{InReplyTo: "2@x", References: []string{"0@x", "1@x", "2@x"}, Subject: "Re: Coffee"}
	with := func(subject string) Thread { th := joined; th.Subject = subject; return th }
	for name, x := range map[string]struct {
		last contact.Touch
		want Thread
	}{
		"29 days":        {last(nil), joined},
		"30 days less 1": {last(func(l *contact.Touch) { l.At = now.Add(time.Second - 30*24*time.Hour) }), joined},
		"30 days":        {last(func(l *contact.Touch) { l.At = now.Add(-30 * 24 * time.Hour) }), Thread{}},
		"own mail":       {last(func(l *contact.Touch) { l.Direction = contact.Out }), joined},
		"not alone":      {last(func(l *contact.Touch) { l.Alone = false }), Thread{}},
		"no Message-ID":  {last(func(l *contact.Touch) { l.MessageID = "" }), Thread{}},
		"no touch":       {contact.Touch{}, Thread{}},
		"no references": {last(func(l *contact.Touch) { l.References = nil }),
			Thread{InReplyTo: "2@x", References: []string{"2@x"}, Subject: "Re: Coffee"}},
		"an id that cannot be named": {last(func(l *contact.Touch) { l.MessageID = "ü@x" }), Thread{}},
		"references that cannot be named": {last(func(l *contact.Touch) {
			l.References = []string{"0@x", "a b@x", "ü@x", "a>\r\nBcc:<x", strings.Repeat("a", 996), "", "1@x"}
		}), joined},
		"answered":       {last(func(l *contact.Touch) { l.Subject = "Re: Coffee" }), joined},
		"nested answers": {last(func(l *contact.Touch) { l.Subject = "AW: Re: SV:RE : Coffee " }), joined},
		"forwarded":      {last(func(l *contact.Touch) { l.Subject = "Fwd: WG: Tr: RV: Antw: Fw: Coffee" }), joined},
		"no prefix":      {last(func(l *contact.Touch) { l.Subject = "Reading: a book" }), with("Re: Reading: a book")},
		"colon within":   {last(func(l *contact.Touch) { l.Subject = "Re: Coffee: re: tea" }), with("Re: Coffee: re: tea")},
		"no subject":     {last(func(l *contact.Touch) { l.Subject = "" }), with("Re:")},
		"prefix alone":   {last(func(l *contact.Touch) { l.Subject = "Re: AW:" }), with("Re:")},
		"endless word": {last(func(l *contact.Touch) { l.Subject = strings.Repeat("ü", 4000) }),
			with("Re: " + strings.Repeat("ü", 450))},
	} {
		if got := ThreadFor(now, x.last); !reflect.DeepEqual(got, x.want) {
			t.Errorf("%s: got  %+v\nwant %+v", name, got, x.want)
		}
	}
}

// The references of a touch stay as they were.
func TestThreadForLeavesItsArgument(t *testing.T) {
	refs := append(make([]string, 0, 8), "0@x", "ü", "1@x")
	ThreadFor(at("2026-11-20 12:00"), contact.Touch{At: at("2026-11-20 11:00"), MessageID: "2@x", Alone: true, References: refs})
	if want := []string{"0@x", "ü", "1@x", ""}; !slices.Equal(refs[:4], want) {
		t.Errorf("got %q", refs[:4])
	}
}

func TestBaseSubject(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom([]string{"Re:", "AW: ", "sv :", "FWD:", " ", ":", "re", "x: "}), rapid.String()), 0, 6).Draw(t, "parts")
		s := strings.Join(parts, "")
		base := BaseSubject(s)
		if again := BaseSubject(base); again != base {
			t.Fatalf("%q: %q, then %q", s, base, again)
		}
		if !strings.HasSuffix(strings.TrimSpace(s), base) {
			t.Fatalf("%q: %q is not its end", s, base)
		}
		if got := BaseSubject("Re: aw: " + s); got != base {
			t.Fatalf("%q: %q, as an answer %q", s, base, got)
		}
	})
}
