package plan

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAddressKey(t *testing.T) {
	for addr, want := range map[string]string{
		"maria@example.org":              "maria@example.org",
		" Maria@Example.ORG\t":           "maria@example.org",
		"maria+lists@example.org":        "maria@example.org",
		"maria+a+b@example.org":          "maria@example.org",
		"+maria@example.org":             "+maria@example.org",
		"maria+@example.org":             "maria@example.org",
		"maria.lopez@example.org":        "maria.lopez@example.org",
		"Maria.Lopez+x@Gmail.com":        "marialopez@gmail.com",
		"m.a.r.i.a@googlemail.com":       "maria@gmail.com",
		"maria.lopez@mail.gmail.com":     "maria.lopez@mail.gmail.com",
		"maria@notgmail.com":             "maria@notgmail.com",
		"maria@example.org.":             "maria@example.org",
		"maria@gmail.com.":               "maria@gmail.com",
		"maria@bücher.example":           "maria@xn--bcher-kva.example",
		"maria@BÜCHER.example":           "maria@xn--bcher-kva.example",
		"maria@xn--bcher-kva.example":    "maria@xn--bcher-kva.example",
		"maria@XN--BCHER-KVA.example":    "maria@xn--bcher-kva.example",
		"maria@faß.example":              "maria@xn--fa-hia.example", // IDNA 2008; 2003 would give fass
		"MÜLLER@example.org":             "müller@example.org",
		"maria@my_company.example":       "maria@my_company.example",
		"maria@bad_ü.example":            "maria@bad_ü.example",
		"maria@[192.0.2.1]":              "maria@[192.0.2.1]",
		`"maria@home"@example.org`:       `"maria@home"@example.org`,
		"Maria":                          "maria",
		"":                               "",
		"@example.org":                   "@example.org",
		"undisclosed-recipients:;":       "undisclosed-recipients:;",
		"maria@subdomain.googlemail.com": "maria@subdomain.googlemail.com",
	} {
		if got := AddressKey(addr); got != want {
			t.Errorf("%q: got %q, want %q", addr, got, want)
		}
	}
}

func drawAddress(t *rapid.T) string {
	local := rapid.StringMatching(`[A-Za-zäÖé0-9._+-]{0,8}`).Draw(t, "local")
	domain := rapid.OneOf(
		rapid.SampledFrom([]string{"gmail.com", "GoogleMail.com", "bücher.example", "xn--bcher-kva.example", "Example.ORG", "a_b.ü"}),
		rapid.StringMatching(`[A-Za-züÉ0-9-]{1,6}\.[a-z]{2,3}`),
	).Draw(t, "domain")
	return local + rapid.SampledFrom([]string{"@", "", "@@", "+x@"}).Draw(t, "at") + domain +
		rapid.SampledFrom([]string{"", ".", "..", " "}).Draw(t, "end")
}

func TestAddressKeyFolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		addr := drawAddress(t)
		key := AddressKey(addr)
		if again := AddressKey(key); again != key {
			t.Fatalf("%q: %q, then %q", addr, key, again)
		}
		if upper := AddressKey(strings.ToUpper(addr)); upper != key {
			t.Fatalf("%q: %q, but in capitals %q", addr, key, upper)
		}
	})
}

func TestNewAddress(t *testing.T) {
	a, name, err := NewAddress(`"Lopez, María" <Maria.Lopez+x@Gmail.com>`)
	if err != nil || a.Addr != "Maria.Lopez+x@Gmail.com" || a.Key != "marialopez@gmail.com" || name != "Lopez, María" {
		t.Errorf("got %+v, %q, %v", a, name, err)
	}
	if a, name, err = NewAddress("maria@bücher.example"); err != nil || a.Addr != "maria@bücher.example" || name != "" {
		t.Errorf("without a name: %+v, %q, %v", a, name, err)
	}
	for _, s := range []string{"", "maria", "maria@", "@x", "a@x.example, b@x.example", "Maria <maria@x.example", "a@x.example\nBcc: b@x.example"} {
		if _, _, err := NewAddress(s); err == nil || !strings.HasSuffix(err.Error(), "is not a mail address; write it as name@example.org") {
			t.Errorf("%q: %v", s, err)
		}
	}
}
