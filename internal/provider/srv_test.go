package provider

import (
	"net"
	"testing"

	"pgregory.net/rapid"
)

func TestFromSRV(t *testing.T) {
	a := address{"ana", "example.org"}
	one := func(target string, port uint16) []*net.SRV { return []*net.SRV{{Target: target, Port: port}} }
	for name, c := range map[string]struct {
		records    map[string][]*net.SRV
		imap, smtp Server
		refused    bool
	}{
		"implicit before starttls": {
			map[string][]*net.SRV{"imap": one("b.example.org.", 143), "imaps": one("a.example.org.", 993), "submission": one("c.example.org.", 587), "submissions": one("d.example.org.", 465)},
			Server{"a.example.org", 993, Implicit, "ana@example.org"}, Server{"d.example.org", 465, Implicit, "ana@example.org"}, false},
		"starttls where that is all": {
			map[string][]*net.SRV{"imaps": one(".", 0), "imap": one("B.Example.org.", 143), "submission": one("c.example.org.", 587)},
			Server{"b.example.org", 143, StartTLS, "ana@example.org"}, Server{"c.example.org", 587, StartTLS, "ana@example.org"}, false},
		"no IMAP at all":   {map[string][]*net.SRV{"imaps": one(".", 0), "imap": one(".", 0)}, Server{}, Server{}, true},
		"half a refusal":   {map[string][]*net.SRV{"imap": one(".", 0)}, Server{}, Server{}, false},
		"an address":       {map[string][]*net.SRV{"imaps": one("127.0.0.1", 993)}, Server{}, Server{}, false},
		"a name at home":   {map[string][]*net.SRV{"imaps": one("router.", 993)}, Server{}, Server{}, false},
		"no port":          {map[string][]*net.SRV{"imaps": one("a.example.org.", 0)}, Server{}, Server{}, false},
		"nothing":          {nil, Server{}, Server{}, false},
		"only submissions": {map[string][]*net.SRV{"submissions": one("d.example.org.", 465)}, Server{}, Server{"d.example.org", 465, Implicit, "ana@example.org"}, false},
	} {
		imap, smtp, refused := fromSRV(dnsAnswers{srv: c.records}, a)
		if imap != c.imap || smtp != c.smtp || refused != c.refused {
			t.Errorf("%s: %+v %+v %v", name, imap, smtp, refused)
		}
	}
}

// The record that is taken has the lowest priority, and among those the largest
// weight, whatever the order.
func TestTarget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := rapid.SliceOf(rapid.Custom(func(t *rapid.T) *net.SRV {
			return &net.SRV{
				Target:   rapid.SampledFrom([]string{"a.example.org.", "B.example.org.", "c.example.net.", ".", "127.0.0.1", "localhost."}).Draw(t, "target"),
				Port:     rapid.Uint16Range(0, 2).Draw(t, "port"),
				Priority: rapid.Uint16Range(0, 2).Draw(t, "priority"),
				Weight:   rapid.Uint16Range(0, 2).Draw(t, "weight"),
			}
		})).Draw(t, "records")
		got := target(records)
		other := target(rapid.Permutation(records).Draw(t, "shuffled"))
		if (got == nil) != (other == nil) || got != nil && *got != *other {
			t.Fatalf("%v and %v", got, other)
		}
		for _, r := range records {
			if _, ok := hostname(r.Target); !ok || r.Port == 0 {
				continue
			}
			if got == nil || r.Priority < got.Priority || r.Priority == got.Priority && r.Weight > got.Weight {
				t.Fatalf("%v was taken before %v", got, r)
			}
		}
	})
}
