package classify

import (
	"fmt"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAddresses(t *testing.T) {
	for in, want := range map[string][]Address{
		// RFC 5322 section 3.4 and appendix A
		"ana@example.net":                            {{"", "ana@example.net"}},
		"Ana <ana@example.net>":                      {{"Ana", "ana@example.net"}},
		"\"Diaz, Ana\" <ana@example.net>, b@x.org":   {{"Diaz, Ana", "ana@example.net"}, {"", "b@x.org"}},
		"\"Joe \\\"Q\\\" \\\\ Public\" <joe@x.org>":  {{"Joe \"Q\" \\ Public", "joe@x.org"}},
		"John Q. Public <jqp@x.org>":                 {{"John Q. Public", "jqp@x.org"}},
		"ana@example.net (Ana Diaz)":                 {{"Ana Diaz", "ana@example.net"}},
		"<ana@example.net> (Ana (the first) Diaz)":   {{"Ana (the first) Diaz", "ana@example.net"}},
		"(a comment, b@x.org) Ana <ana@example.net>": {{"Ana", "ana@example.net"}},
		"\"john doe\"@x.org":                         {{"", "\"john doe\"@x.org"}},
		"\"a@b\"@x.org, <\"c>d\"@x.org>":             {{"", "\"a@b\"@x.org"}, {"", "\"c>d\"@x.org"}},
		"ana@[192.0.2.1], b@[IPv6:2001:db8::1]":      {{"", "ana@[192.0.2.1]"}, {"", "b@[IPv6:2001:db8::1]"}},
		"undisclosed-recipients:;":                   nil,
		"Undisclosed recipients: ;":                  nil,
		"Team: Ana <ana@x.org>, b@x.org; , c@x.org":  {{"Ana", "ana@x.org"}, {"", "b@x.org"}, {"", "c@x.org"}},
		"\"a@b, c\": d@x.org;":                       {{"", "d@x.org"}},
		// section 4.4, obsolete forms
		"Ana <@a.org,@b.org:ana@x.org>": {{"Ana", "ana@x.org"}},
		"ana . diaz @ example . net":    {{"", "ana.diaz@example.net"}},
		", ,ana@x.org,,":                {{"", "ana@x.org"}},
		// RFC 2047
		"=?utf-8?q?Mar=C3=ADa?= =?utf-8?q?_L?= <m@x.org>": {{"María L", "m@x.org"}},
		"\"=?utf-8?q?Mar=C3=ADa?=\" <m@x.org>":            {{"María", "m@x.org"}},
		"=?utf-8?q?Doe,_Jane_<j>?= <j@x.org>, k@x.org":    {{"Doe, Jane <j>", "j@x.org"}, {"", "k@x.org"}},
		"=?utf-8?q?a?= b =?utf-8?q?c?= <m@x.org>":         {{"a b c", "m@x.org"}},
		"m@x.org (=?utf-8?q?Mar=C3=ADa?=)":                {{"María", "m@x.org"}},
		"=?utf-8?q?evil=0D=0ABcc:_x@y?= <m@x.org>":        {{"evil  Bcc: x@y", "m@x.org"}},
		// strangers' text
		"Mar\xeda <m@x.org>":                {{"María", "m@x.org"}},
		"María <m@x.org>":                   {{"María", "m@x.org"}},
		"boss@contact.org <evil@x.org>":     {{"boss@contact.org", "evil@x.org"}},
		"\"boss@contact.org\" <evil@x.org>": {{"boss@contact.org", "evil@x.org"}},
		"a\x00na@x.org":                     {{"", "ana@x.org"}},
		"\u202eAna <ana@x.org>":             {{"Ana", "ana@x.org"}},
		// broken: one bad address costs no other
		"a@x.org; b@x.org":                   {{"", "a@x.org"}, {"", "b@x.org"}},
		"a@x.org b@x.org":                    {{"", "a@x.org"}, {"", "b@x.org"}},
		"Ana <a@x.org> Bob <b@x.org>":        {{"Ana", "a@x.org"}, {"Bob", "b@x.org"}},
		"Ana Diaz ana@x.org":                 {{"", "ana@x.org"}},
		"\"Ana <a@x.org>, \"Bob\" <b@x.org>": {{"Ana", "a@x.org"}, {"Bob", "b@x.org"}},
		"Ana (x <a@x.org>, b@x.org":          {{"Ana (x", "a@x.org"}, {"", "b@x.org"}},
		"Ana <a@x.org, b@x.org":              {{"Ana", "a@x.org"}, {"", "b@x.org"}},
		"nobody, <@x.org>, <a@>, b@x.org":    {{"", "b@x.org"}},
		"john doe@x y, b@x.org":              {{"", "doe@x"}, {"", "b@x.org"}},
		"<john doe@x.org>, b@x.org":          {{"", "b@x.org"}},
		"":                                   nil,
		"<>":                                 nil,
		"MAILER-DAEMON":                      nil,
		"0@[>, \"a\"<b@x.org":                {{"a", "b@x.org"}},
	} {
		if got := appendAddresses(nil, []byte(in)); !slices.Equal(got, want) {
			t.Errorf("%q:\n got %q\nwant %q", in, got, want)
		}
	}
}

func TestAddressCap(t *testing.T) {
	list := appendAddresses(nil, []byte(strings.Repeat("a@x.org,", 700)))
	if list = appendAddresses(list, []byte(strings.Repeat("b@x.org,", 700))); len(list) != maxAddresses {
		t.Errorf("%d addresses", len(list))
	}
	if got := appendAddresses(nil, []byte(strings.Repeat("a", maxAddr)+"@x.org, b@x.org")); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

// TestAddressesLikeNetMail: on lists that follow RFC 5322, this parser finds
// what the strict one of the standard library finds.
func TestAddressesLikeNetMail(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := strings.Join(rapid.SliceOfN(rapid.Custom(drawAddress), 1, 5).Draw(t, "list"),
			rapid.SampledFrom([]string{",", ", ", " , ", ",\t"}).Draw(t, "comma"))
		if rapid.Bool().Draw(t, "group") {
			list = "Team 1: " + list + ";"
		}
		strict := mail.AddressParser{WordDecoder: &words}
		want, err := strict.ParseList(list)
		if err != nil {
			t.Fatalf("%q is not valid: %v", list, err)
		}
		got := appendAddresses(nil, []byte(list))
		if len(got) != len(want) {
			t.Fatalf("%q: got %q, want %q", list, got, want)
		}
		for i, w := range want {
			if got[i].Name != strings.TrimSpace(w.Name) || unquotedLocal(got[i].Addr) != w.Address {
				t.Fatalf("%q: got %q, want %q", list, got[i], *w)
			}
		}
	})
}

// drawAddress makes one mailbox of RFC 5322.
func drawAddress(t *rapid.T) string {
	atom := rapid.StringMatching(`[A-Za-z0-9!#$%&'*+/^_{|}~-]{1,8}`)
	local := atom.Draw(t, "local")
	switch rapid.IntRange(0, 3).Draw(t, "kind of local") {
	case 0:
		local += "." + atom.Draw(t, "local2")
	case 1:
		local = `"` + rapid.StringMatching(`[a-z][a-z ,;:<>@()]{0,6}[a-z]`).Draw(t, "quoted local") + `"`
	}
	addr := local + "@" + rapid.StringMatching(`[a-z0-9]{1,8}(\.[a-z]{2,3}){0,2}`).Draw(t, "domain")
	if rapid.IntRange(0, 3).Draw(t, "bare") == 0 {
		return addr
	}
	name := ""
	for range rapid.IntRange(0, 3).Draw(t, "words") {
		word := atom.Draw(t, "word")
		switch rapid.IntRange(0, 4).Draw(t, "kind of word") {
		case 0:
			word = `"` + rapid.StringMatching(`[a-zé,;:<>@()][a-zé ,;:<>@()]{0,6}[a-zé,]`).Draw(t, "quoted") + `"`
		case 1:
			word = `"a\"b\\c"`
		case 2:
			word = mime.QEncoding.Encode("utf-8", "é"+rapid.StringMatching(`[a-zé ]{0,10}`).Draw(t, "encoded")+"é")
		}
		name += word + " "
	}
	return name + "<" + addr + ">"
}

// unquotedLocal is how net/mail gives an address: the local part without quotes.
func unquotedLocal(addr string) string {
	if at := strings.LastIndexByte(addr, '@'); at > 1 && addr[0] == '"' && addr[at-1] == '"' {
		return addr[1:at-1] + addr[at:]
	}
	return addr
}

// TestOneBadAddress: whatever stands between commas, unless it opens what it
// does not close, the addresses beside it are found.
func TestOneBadAddress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bad := rapid.StringMatching(`[ a-z@.<>\[\]:"()é=?\\]{0,15}`).Draw(t, "bad")
		list := fmt.Sprintf("Ana <a@x.org>, %s, b@x.org", bad)
		if strings.ContainsAny(bad, "\"(<\\") {
			// Open quotes may span good addresses; then no panic is all there is to ask.
			appendAddresses(nil, []byte(list))
			return
		}
		got := appendAddresses(nil, []byte(list))
		if len(got) < 2 || got[0] != (Address{"Ana", "a@x.org"}) || got[len(got)-1].Addr != "b@x.org" {
			t.Fatalf("%q: %q", list, got)
		}
	})
}
