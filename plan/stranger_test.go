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

// ana is an owner who works at work.example and studies.
var ana = Self{Name: "Ana Díaz", Addresses: []string{"ana@home.example", "ana.diaz@work.example", "ana@alumnos.uni.example", "ana.diaz@gmail.com"},
	Private: "ana@home.example"}

// mails is a stranger of whom so many mails came, and to whom so many went, days ago.
func mails(addr string, in, out, ago int) Stranger {
	return Stranger{Address: addr, In: in, Out: out, Last: digestDay.AddDate(0, 0, -ago)}
}

func addresses(all []Stranger) (list []string) {
	for _, s := range all {
		list = append(list, strings.Join(append([]string{s.Address}, s.Others...), "+"))
	}
	return list
}

func TestRanking(t *testing.T) {
	want := []string{
		"often@x.example",   // 40 each way this week
		"some@x.example",    // 6 each way today
		"friend@x.example",  // 64 each way two years ago come to 4
		"seldom@x.example",  // 3 answers to 200 mails
		"answers@x.example", // 2 each way today
		"a@x.example",       // once, today
		"b@x.example",       // and by the same times the address decides
		"once@x.example",    // once, a month ago
		"old@x.example",     // 20 each way eight years ago
	}
	all := []Stranger{
		mails("old@x.example", 20, 20, 8*365), mails("once@x.example", 1, 1, 30), mails("b@x.example", 1, 9, 0), mails("a@x.example", 9, 1, 0),
		mails("answers@x.example", 2, 2, 0), mails("friend@x.example", 90, 64, 2*364), mails("seldom@x.example", 3, 200, 0),
		mails("some@x.example", 6, 6, 0), mails("often@x.example", 40, 40, 6),
	}
	if got := addresses(Acquaintances(ana, all)); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestWhoIsProposed(t *testing.T) {
	for addr, want := range map[string]bool{
		"maria@x.example":                       true,
		"ines.press@x.example":                  true, // a person at a desk
		"s1234567@uni.example":                  true, // a student
		"13812345678@139.com":                   true, // who has a telephone number for a name
		"fernando.reply@x.example":              true,
		"kai@mail.example":                      true,
		"info@x.example":                        false,
		"info2@x.example":                       false,
		"Career.Center+7@x.example":             false,
		"support-de@x.example":                  true, // a country is no role that we know
		"support+id4711@x.example":              false,
		"help-desk@x.example":                   false,
		"tickets@x.example":                     false,
		"no-reply@x.example":                    false,
		"drive-shares-noreply@x.example":        false,
		"do.not.reply@x.example":                false,
		"MAILER-DAEMON@x.example":               false,
		"list-bounces@x.example":                false,
		"7a9f3b2c81de@x.example":                false,
		"reply+abc123@reply.github.com":         false,
		"someone@googlegroups.com":              false,
		"students@lists.x.example":              false,
		"firm@firm.zendesk.com":                 false,
		"ana.diaz@work.example":                 false, // the owner
		"ANA.DIAZ+x@Work.example":               false,
		"a.na.diaz@googlemail.com":              false,
		"@x.example":                            false,
		"maria":                                 false,
		"maria@x.example\u202e":                 false,
		"":                                      false,
		"\"maria lopez\"@x.example":             false, // it cannot be written as it stands here
		"no-reply-to-this@notify.bank.example":  false,
		"hundred.percent.human@replies.example": false,
	} {
		got := Acquaintances(ana, []Stranger{mails(addr, 3, 3, 0)})
		if (len(got) == 1) != want {
			t.Errorf("%q: %v", addr, got)
		}
	}
	for name, s := range map[string]Stranger{
		"nothing came": mails("maria@x.example", 0, 9, 0), "nothing went": mails("maria@x.example", 9, 0, 0),
		"a desk by name": {Name: "Customer Support", Address: "cs9@x.example", In: 3, Out: 3, Last: digestDay},
		"through a list": {Name: "Maria Lopez via Alumni", Address: "talk@x.example", In: 3, Out: 3, Last: digestDay},
	} {
		if got := Acquaintances(ana, []Stranger{s}); len(got) > 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Two addresses are one person's only where name and local part agree.
func TestJoined(t *testing.T) {
	maria := func(addr string, in, out, ago int) Stranger {
		s := mails(addr, in, out, ago)
		s.Name, s.Subject = "María López", addr
		return s
	}
	plain := maria("maria.lopez@gmail.com", 2, 9, 0)
	plain.Name = "Maria Lopez"
	one := func(s Stranger) Stranger { s.Name = "Maria"; return s }
	for name, x := range map[string]struct {
		all  []Stranger
		want []string
	}{
		"one person":         {[]Stranger{maria("maria.lopez@uni.example", 3, 4, 9), plain}, []string{"maria.lopez@gmail.com+maria.lopez@uni.example"}},
		"another local part": {[]Stranger{maria("maria.lopez@uni.example", 3, 4, 9), maria("mlopez@x.example", 2, 2, 0)}, []string{"maria.lopez@uni.example", "mlopez@x.example"}},
		"at one domain":      {[]Stranger{maria("maria.lopez@uni.example", 3, 4, 9), maria("marialopez2@uni.example", 2, 2, 0)}, []string{"maria.lopez@uni.example", "marialopez2@uni.example"}},
		"a single word":      {[]Stranger{one(maria("maria@uni.example", 3, 4, 9)), one(maria("maria@x.example", 2, 2, 0))}, []string{"maria@uni.example", "maria@x.example"}},
		"no name":            {[]Stranger{mails("maria@uni.example", 3, 4, 9), mails("maria@x.example", 2, 2, 0)}, []string{"maria@uni.example", "maria@x.example"}},
		"three of them": {[]Stranger{maria("maria.lopez@uni.example", 3, 4, 9), plain, maria("marialopez@x.example", 1, 1, 3)},
			[]string{"maria.lopez@gmail.com+maria.lopez@uni.example+marialopez@x.example"}},
	} {
		got := Acquaintances(ana, x.all)
		if !slices.Equal(addresses(got), x.want) {
			t.Errorf("%s: %v", name, addresses(got))
		}
	}
	got := Acquaintances(ana, []Stranger{maria("maria.lopez@uni.example", 3, 4, 9), plain})[0]
	want := Stranger{Name: "Maria Lopez", Address: "maria.lopez@gmail.com", Others: []string{"maria.lopez@uni.example"}, In: 5, Out: 13,
		Last: digestDay, Subject: "maria.lopez@gmail.com", Group: "university"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

func drawStrangers(t *rapid.T) []Stranger {
	names := []string{"", "Maria Lopez", "LOPEZ, Maria (HR)", "López, María", "Tom\x1b[31m Lee", "Jean DUPONT", "x\u202ey", "Sales Team", "李 明", "maria@x.example", "\xff\xfe\x00"}
	domains := []string{"x.example", "gmail.com", "work.example", "uni.example", "lists.x.example", "home.example"}
	locals := []string{"maria.lopez", "Maria.Lopez", "tom+x", "jean.dupont", "info", "ana", "ana.diaz", "a b", "x\u202e", "josé"}
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Stranger {
		name := rapid.OneOf(rapid.SampledFrom(names), rapid.String()).Draw(t, "name")
		addr := rapid.SampledFrom(locals).Draw(t, "local") + "@" + rapid.SampledFrom(domains).Draw(t, "domain")
		s := mails(addr, rapid.IntRange(0, 5).Draw(t, "in"), rapid.IntRange(0, 5).Draw(t, "out"), rapid.IntRange(0, 900).Draw(t, "ago"))
		s.Name, s.Subject = name, rapid.SampledFrom([]string{"", "Hi"}).Draw(t, "subject")
		return s
	}), 0, 30).Draw(t, "strangers")
}

// Whatever strangers call themselves, and in whatever order they come: the same people
// are proposed, in the same order, nobody twice, and nobody with whom mail did not go
// both ways.
func TestAcquaintances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawStrangers(t)
		got := Acquaintances(ana, slices.Clone(all))
		if other := Acquaintances(ana, rapid.Permutation(all).Draw(t, "order")); !reflect.DeepEqual(got, other) {
			t.Fatalf("in another order\n%+v\nbefore\n%+v", other, got)
		}
		if !slices.IsSortedFunc(got, better) {
			t.Fatalf("not in order: %+v", got)
		}
		in := 0
		book := NewBook(ana.Addresses, nil, 0)
		for _, s := range got {
			in += s.In
			for _, addr := range append([]string{s.Address}, s.Others...) {
				if book.IsOwner(addr) || !slices.ContainsFunc(all, func(of Stranger) bool { return of.Address == addr && min(of.In, of.Out) > 0 }) {
					t.Fatalf("%q is proposed", addr)
				}
			}
			c := contact.Contact{Name: s.Name, Medium: contact.Email, Status: contact.Active,
				Addresses: []contact.Address{{Addr: s.Address, Key: AddressKey(s.Address)}}}
			if s.Name == "" {
				c.Name = s.Address
			}
			if err := c.Validate(); err != nil {
				t.Fatalf("%+v: %v", s, err)
			}
		}
		for _, s := range all {
			in -= s.In
		}
		if in > 0 {
			t.Fatalf("%d mails too many", in)
		}
	})
}

// There are people who have written with twenty thousand others: a pass over them is
// for every digest and status.
func BenchmarkAcquaintances(b *testing.B) {
	all := make([]Stranger, 20000)
	for i := range all {
		all[i] = mails(fmt.Sprintf("maria.lopez%d@x%d.example", i, i%500), 1+i%7, 1+i%5, i%4000)
		all[i].Name = "LOPEZ, Maria (HR)"
		if i%3 > 0 {
			all[i].Name = fmt.Sprint("Maria ", i)
		}
	}
	for b.Loop() {
		Acquaintances(ana, all)
	}
}

func TestWorthAdding(t *testing.T) {
	week := digestDay.AddDate(0, 0, -7)
	for name, x := range map[string]struct {
		s    Stranger
		want bool
	}{
		"both ways lately":   {mails("ines@x.example", 3, 3, 0), true},
		"one way":            {mails("ines@x.example", 9, 2, 0), false},
		"a friend of years":  {mails("ines@x.example", 30, 40, 0), false},
		"not this week":      {mails("ines@x.example", 3, 3, 7), false},
		"most of the bounds": {mails("ines@x.example", 3, 9, 6), true},
	} {
		if got := x.s.worthAdding(week); got != x.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Each is a line of their own that says how they are reached: an order by reply
// can add them.
func TestNewcomers(t *testing.T) {
	news := News{Since: digestDay.AddDate(0, 0, -7), Strangers: []Stranger{
		{Name: "Ines Silva", Address: "ines@x.example", In: 4, Out: 3, Last: digestDay.Add(-time.Hour)},
		mails("many@x.example", 40, 30, 0),
		mails("joe@x.example", 3, 3, 0),
	}}
	lines := (&desk{p: testPolicy(t)}).newcomers(news)
	if len(lines) != 2 {
		t.Fatalf("%+v", lines)
	}
	for i, want := range []Line{
		{Says: "stranger", Who: "Ines Silva", Address: "ines@x.example", At: lines[0].At},
		{Says: "stranger", Who: "joe@x.example", Address: "joe@x.example", At: lines[1].At},
	} {
		if lines[i] != want {
			t.Errorf("%+v, want %+v", lines[i], want)
		}
	}
	if at := lines[0].At; !at.Equal(digestDay.Add(-time.Hour)) || at.Location().String() != testPolicy(t).Location.String() {
		t.Errorf("at %v", at)
	}
}
