package provider

import (
	"net"
	"slices"
	"strings"
)

// entry is a provider of the table.
type entry struct {
	name    string
	domains []string // of addresses that it gives out
	mx      []string // its mail exchangers lie at or below these names, for domains of its customers
	imap    Server
	smtp    Server
	ways    []Way
	notes   []string
	noIMAP  string // why no program can log in; imap, smtp and ways are empty then
}

// byDomain finds who gives out addresses of a domain; nil for nobody known.
func byDomain(domain string) *entry {
	for i := range table {
		if slices.Contains(table[i].domains, domain) {
			return &table[i]
		}
	}
	return nil
}

// byMX finds who takes in a domain's mail, by the exchangers that it prefers:
// the others may be only a spare of somebody else's. The longest name that
// fits holds. It returns the exchanger, too.
func byMX(records []*net.MX) (*entry, string) {
	var best *entry
	var exchanger, longest string
	for _, host := range preferred(records) {
		for i := range table {
			for _, name := range table[i].mx {
				if within(host, name) && len(name) > len(longest) {
					best, exchanger, longest = &table[i], host, name
				}
			}
		}
	}
	return best, exchanger
}

// preferred are the exchangers with the lowest preference (RFC 5321,
// section 5.1), in lower case and without the dot of the root.
func preferred(records []*net.MX) []string {
	var hosts []string
	for _, r := range records {
		if !slices.ContainsFunc(records, func(other *net.MX) bool { return other.Pref < r.Pref }) {
			hosts = append(hosts, strings.ToLower(strings.TrimSuffix(r.Host, ".")))
		}
	}
	slices.Sort(hosts)
	return hosts
}

// byHost finds whose IMAP server a host is. Where two entries share it, the last
// one holds, which is that for own domains.
func byHost(host string) *entry {
	for i := range slices.Backward(table) {
		if table[i].imap.Host == host && host != "" {
			return &table[i]
		}
	}
	return nil
}

// filterBehind names the filter that takes in a domain's mail, behind which it
// lies elsewhere; "" for none that is known.
func filterBehind(records []*net.MX) string {
	for _, host := range preferred(records) {
		for name, filter := range filters {
			if within(host, name) {
				return filter
			}
		}
	}
	return ""
}

// filters are services that only clean the mail and pass it on.
var filters = map[string]string{
	"pphosted.com":          "Proofpoint",
	"ppe-hosted.com":        "Proofpoint",
	"mimecast.com":          "Mimecast",
	"messagelabs.com":       "Symantec",
	"iphmx.com":             "Cisco",
	"barracudanetworks.com": "Barracuda",
	"hornetsecurity.com":    "Hornetsecurity",
	"mx.srv.dfn.de":         "DFN-MailSupport",
}

// found makes the table's entry fit an address.
func (e *entry) found(source Source, a address) Found {
	return Found{
		Source: source, Provider: e.name,
		IMAP: e.imap.filled(a), SMTP: e.smtp.filled(a),
		Ways: clone(e.ways), Notes: slices.Clone(e.notes),
	}
}

func (s Server) filled(a address) Server {
	s.Host, s.User = fill(s.Host, a), fill(s.User, a)
	return s
}

// clone keeps the table from whoever changes what Find returned.
func clone(ways []Way) []Way {
	ways = slices.Clone(ways)
	for i := range ways {
		ways[i].Steps = slices.Clone(ways[i].Steps)
	}
	return ways
}

// WaysInto gives the name of the large provider to whom a mail server belongs, and its
// ways to log in, the best first; false if it is no server of the table. The address
// is that of the login: some servers are of two providers.
func WaysInto(host, login string) (name string, ways []Way, ok bool) {
	runs := func(e *entry) bool { return e != nil && (e.imap.Host == host || e.smtp.Host == host) }
	a, err := parseAddress(login)
	if e := byDomain(a.domain); err == nil && runs(e) {
		return e.name, clone(e.ways), true
	}
	for i := range slices.Backward(table) {
		if e := &table[i]; host != "" && runs(e) {
			return e.name, clone(e.ways), true
		}
	}
	return "", nil, false
}
