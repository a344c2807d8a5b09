package provider

import (
	"cmp"
	"net"
	"slices"
	"strings"
)

// services are the SRV records that are asked for, the ones with implicit TLS
// first of each pair (RFC 8314, section 5.1).
var services = []struct {
	name string
	tls  TLS
}{{"imaps", Implicit}, {"imap", StartTLS}, {"submissions", Implicit}, {"submission", StartTLS}}

// dnsAnswers is what DNS says of a domain.
type dnsAnswers struct {
	mx     []*net.MX
	srv    map[string][]*net.SRV // by the names of services
	failed error                 // why the question after MX got no answer, not even a no
}

// fromSRV reads the servers out of DNS. Both are empty where there are none;
// refused is true if the domain says that it has no IMAP at all.
func fromSRV(answers dnsAnswers, a address) (imap, smtp Server, refused bool) {
	pick := func(first, second int) Server {
		for _, s := range services[first : second+1] {
			if t := target(answers.srv[s.name]); t != nil {
				host, _ := hostname(t.Target)
				return Server{Host: host, Port: int(t.Port), TLS: s.tls, User: a.String()}
			}
		}
		return Server{}
	}
	return pick(0, 1), pick(2, 3), none(answers.srv["imaps"]) && none(answers.srv["imap"])
}

// target is the record to take: of the lowest priority, then of the largest
// weight, then by name. The chance of RFC 2782 spreads visitors who come again
// and again; this answer is written down once, and should be the same each
// time. Records that name no host in the internet are left out.
func target(records []*net.SRV) *net.SRV {
	usable := slices.DeleteFunc(slices.Clone(records), func(r *net.SRV) bool {
		_, ok := hostname(r.Target)
		return !ok || r.Port == 0
	})
	if len(usable) == 0 {
		return nil
	}
	return slices.MinFunc(usable, func(x, y *net.SRV) int {
		return cmp.Or(cmp.Compare(x.Priority, y.Priority), cmp.Compare(y.Weight, x.Weight),
			strings.Compare(strings.ToLower(x.Target), strings.ToLower(y.Target)), cmp.Compare(x.Port, y.Port))
	})
}

// none reports whether a domain says that it has no such service: one record
// whose target is the root (RFC 2782; RFC 6186, section 3.4).
func none(records []*net.SRV) bool {
	return len(records) == 1 && records[0].Target == "."
}
