package classify

import (
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/authres"
	"pgregory.net/rapid"
)

func TestAuthenticationResults(t *testing.T) {
	const ours = "Authentication-Results: mx.example.net"
	for _, c := range []struct {
		name, header     string
		forged, verified bool
	}{
		{"none", "", false, false},
		{"pass", ours + "; dmarc=pass header.from=example.org", false, true},
		{"fail", ours + "; spf=pass smtp.mailfrom=x.example; dmarc=fail (p=none) header.from=example.org", true, false},
		{"any case", "authentication-results: MX.Example.Net 1;\n\tDMARC = Fail", true, false},
		{"quoted id, comments, versions", "Authentication-Results: (x) \"mx.example.net\" 1 (y); dmarc/1=(z)fail", true, false},
		{"temporary error", ours + "; dmarc=temperror", false, false},
		{"no result", ours + "; none", false, false},
		{"another version", ours + " 2; dmarc=fail", false, false},
		{"of another server", "Authentication-Results: mx.example.com; dmarc=fail", false, false},
		{"a longer name", "Authentication-Results: mx.example.net.evil.example; dmarc=pass", false, false},
		{"failure outweighs", ours + "; dmarc=pass; dmarc=fail", true, false},
		{"topmost: pass", ours + "; dmarc=pass\n" + ours + "; dmarc=fail", false, true},
		{"topmost: fail", ours + "; dmarc=fail\n" + ours + "; dmarc=pass", true, false},
		{"topmost: nothing", ours + "; spf=pass\n" + ours + "; dmarc=pass", false, false},
		{"below another server's", "Authentication-Results: x.example; dmarc=pass\n" + ours + "; dmarc=fail", true, false},
		{"hidden in a comment", ours + "; spf=fail (; dmarc=pass )", false, false},
		{"hidden in quotes", ours + "; spf=fail smtp.mailfrom=\"a; dmarc=pass b\"@evil.example", false, false},
		{"hidden in nested comments", ours + "; spf=fail (\\) (; dmarc=pass) ; dmarc=pass) ; dmarc=fail", true, false},
		{"no name at all", "Authentication-Results: dmarc=pass", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, err := Parse([]byte(c.header + "\n" + person))
			if c.header == "" {
				h, err = Parse([]byte(person))
			}
			if err != nil {
				t.Fatal(err)
			}
			v := h.Verdict(trusted)
			if v.Forged != c.forged || v.Verified != c.verified || v.Touch == c.forged || v.Class != Human {
				t.Errorf("forged %v, verified %v, touch %v", v.Forged, v.Verified, v.Touch)
			}
			if c.forged && !strings.Contains(strings.Join(v.Reasons, " "), "mx.example.net says dmarc=fail") {
				t.Errorf("reasons %q", v.Reasons)
			}
			if v := h.Verdict(Policy{}); v.Forged || v.Verified || !v.Touch {
				t.Error("no server is believed, but one was")
			}
		})
	}
}

// TestAuthresAgrees compares with go-msgauth where that can be trusted: values
// without comments, quotes and white space around the equals sign.
func TestAuthresAgrees(t *testing.T) {
	token := rapid.StringMatching(`[a-z][a-z0-9.-]{0,11}`)
	rapid.Check(t, func(t *rapid.T) {
		id := token.Draw(t, "id")
		parts := []string{id}
		for range rapid.IntRange(0, 4).Draw(t, "results") {
			method := rapid.SampledFrom([]string{"spf", "dkim", "dmarc", "DMARC", "iprev", "x-y"}).Draw(t, "method")
			value := rapid.SampledFrom([]string{"pass", "fail", "none", "Fail"}).Draw(t, "value")
			parts = append(parts, " "+method+"="+value+" header.from="+token.Draw(t, "from"))
		}
		value := strings.Join(parts, ";")
		gotID, results, err := authres.Parse(value)
		if err != nil || gotID != id {
			t.Skip("another draw is made: go-msgauth does not read this one")
		}
		want := dmarcNone
		for _, r := range results {
			if d, ok := r.(*authres.DMARCResult); ok && d.Value == authres.ResultFail {
				want = dmarcFail
			} else if ok && d.Value == authres.ResultPass && want == dmarcNone {
				want = dmarcPass
			}
		}
		if got := dmarc([][]byte{[]byte(value)}, strings.ToUpper(id)); got != want {
			t.Fatalf("%q: got %v, want %v", value, got, want)
		}
	})
}

// TestSegments: joined again, the pieces are the whole.
func TestSegments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.StringMatching(`[a"; \\]{0,20}`).Draw(t, "v")
		var parts []string
		for s := range segments([]byte(v)) {
			parts = append(parts, string(s))
		}
		if strings.Join(parts, ";") != v {
			t.Fatalf("%q: %q", v, parts)
		}
		for range segments([]byte(v)) {
			break // must not panic
		}
	})
	got := slices.Collect(segments([]byte(`a; b="x;\";y"; c`)))
	if len(got) != 3 {
		t.Errorf("%q", got)
	}
}
