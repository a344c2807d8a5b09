package store

import (
	"testing"

	"regards/contact"
	"regards/plan"
)

// Whole words and whole addresses are cut out, in any case, and nothing else.
func TestCut(t *testing.T) {
	for _, x := range []struct{ name, addr, text, want string }{
		{"Li", "", "talk about policy, Lithium and LI", "talk about policy, Lithium and …"},
		{"Li", "", "Li's tip (li) li_x li2 éLi Lié", "…'s tip (…) …_x li2 éLi Lié"},
		{"Li", "li@x.example", "ask li.wei@y.example and li@x.example", "ask li.wei@y.example and …"},
		{"An", "an@x.example", "from joan@x.example", "from joan@x.example"},
		{"", "an@x.example", "to AN@X.example, x.an@x.example.", "to …, x.an@x.example."},
		{"", "an@x.example", "an@x.example. an@x.example.org <an+news@x.example> jo-an@x.example mailto:an@x.example", "…. an@x.example.org <…> jo-an@x.example mailto:…"},
		{"", "an@x.example", "an@x-example an@xyexample", "an@x-example an@xyexample"},
		{"Zoë Ångström", "", "ZOË  ÅNGSTRÖM, ångström, Zoë; Zoe\u0308 A\u030angstro\u0308m", "…, …; …"},
		{"Maria Lopez", "", "Lopez, Maria and María Lopez and Lopez", "… and María Lopez and Lopez"},
		{"Lopez, Maria", "", "thank Maria Lopez", "thank …"},
		{"Ana María Díaz", "", "DÍAZ,ANA MARÍA / Ana Díaz", "… / Ana Díaz"},
		{"王小明", "", "昨天王小明来了", "昨天…来了"},
		{"李", "", "李明", "李明"},
		{"", "j.doe@gmail.com", "jdoe@googlemail.com J.D.oe+x@gmail.com", "… …"},
		{"", "m@bücher.example", "m@xn--bcher-kva.example m@BÜCHER.example", "… …"},
		{"m@x.example", "m@x.example", "m@x.example", "…"},
		{"A (B) [c*", "", "a (b) [C* here", "… here"},
		{"", "", "nobody", "nobody"},
		{"Zed", "", "", ""},
	} {
		c := contact.Contact{Name: x.name}
		if x.addr != "" {
			c.Addresses = []contact.Address{{Addr: x.addr, Key: plan.AddressKey(x.addr)}}
		}
		if got := tracesOf(c).cut(x.text); got != x.want {
			t.Errorf("%q <%s> in %q: got %q, want %q", x.name, x.addr, x.text, got, x.want)
		}
	}
}

func TestTraceInID(t *testing.T) {
	tr := tracesOf(person("Zed", "zed@zzyzx.example", "an@mail.example"))
	tr.homes[0].private = true // of both spellings, the address and its key
	for id, want := range map[string]bool{
		"20261101.zed@zzyzx.example": true, "1@mx.ZZYZX.example": true, "1@xzzyzx.example": false,
		"2026.an.1@mail.example": true, "joan.1@mail.example": false, "an@other.example": false, "zed": false, "sha256:00": false,
	} {
		if tr.inID(id) != want {
			t.Errorf("%s: got %v", id, !want)
		}
	}
}

func TestReadLetter(t *testing.T) {
	tr := tracesOf(person("Zoë Vex", "z@x.example"))
	tr.messages["old@list.example"] = true
	for raw, want := range map[string]bool{
		"Subject: Hi\r\n\r\nHello.\r\n":                                                                            false,
		"Subject: =?utf-8?q?About_Zo=C3=AB_Vex?=\r\n\r\nHello.\r\n":                                                true,
		"Subject: Hi\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nyour introduction to Zo=C3=AB Ve=\r\nx": true,
		"Subject: Hi\r\nContent-Transfer-Encoding: base64\r\n\r\nWm/DqyBWZXg=\r\n":                                 true,
		"References: <new@x> <old@list.example>\r\n\r\nHello.\r\n":                                                 true,
		"To: z@x.example\r\n\r\n":                                                                                  true,
		"To: fizz@x.example\r\n\r\n":                                                                               false,
		"no letter z@x.example":                                                                                    true,
	} {
		if got := tr.inLetter([]byte(raw)); got != want {
			t.Errorf("%q: got %v", raw, got)
		}
	}
}
