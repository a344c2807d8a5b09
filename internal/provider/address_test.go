package provider

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestParseAddress(t *testing.T) {
	for text, want := range map[string]string{
		"ana@example.org":         "ana@example.org",
		" Ana.Diaz@Example.ORG\n": "Ana.Diaz@example.org",
		"ana+x@büro.example":      "ana+x@xn--bro-hoa.example",
		"ana@example.org.":        "ana@example.org",
		"josé@example.org":        "josé@example.org",
		"ana":                     "",
		"":                        "",
		"@example.org":            "",
		"ana@":                    "",
		"ana@localhost":           "",
		"ana@server.localhost":    "",
		"ana@192.0.2.1":           "",
		"ana@[192.0.2.1]":         "",
		"ana@::1.example":         "",
		"ana@a..example":          "",
		"ana@a b.example":         "",
		"ana@.example":            "",
		"a b@example.org":         "",
		"<ana@example.org>":       "",
		"ana@x@example.org":       "",
		"a\x00b@example.org":      "",
		"ana@example.org/path":    "",
		"ana@example.org?q":       "",
	} {
		a, err := parseAddress(text)
		if want == "" {
			if !errors.Is(err, ErrAddress) {
				t.Errorf("%q: %v, %v", text, a, err)
			}
		} else if err != nil || a.String() != want {
			t.Errorf("%q: %v, %v; want %s", text, a, err, want)
		}
	}
}

// What is filled in is not searched for placeholders again, whatever it is.
func TestFillOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		local := rapid.SampledFrom([]string{"ana", wholeAddress, localPart, domainPart, "%"}).Draw(t, "local")
		a := address{local: local, domain: "example.org"}
		if got, want := fill("<"+wholeAddress+">", a), "<"+local+"@example.org>"; got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
		if got := fill(localPart+"|"+domainPart, a); got != local+"|example.org" {
			t.Fatalf("got %s", got)
		}
	})
}
