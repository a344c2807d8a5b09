package classify

import "strings"

// Authserv gives the authserv-id of the topmost Authentication-Results (RFC 8601
// section 2.5), which the server that took the message in has written, if it writes
// any; "" without one.
func (h Header) Authserv() string {
	if len(h.machine.results) == 0 {
		return ""
	}
	id, _ := authservID(h.machine.results[0])
	return clean([]byte(id))
}

// fewestResults is how many messages have to agree on an authserv-id.
const fewestResults = 3

// ProposeAuthserv gives the authserv-id that stands topmost in most of some messages
// of one mailbox, and in how many. It is "" where fewer than three have it, or not
// more than half: what a single sender wrote there is not to be believed.
func ProposeAuthserv(headers []Header) (id string, count int) {
	counts := map[string]int{}
	for _, h := range headers {
		if id := strings.ToLower(h.Authserv()); id != "" {
			counts[id]++
		}
	}
	for candidate, n := range counts {
		if n > count {
			id, count = candidate, n
		}
	}
	if count < fewestResults || 2*count <= len(headers) {
		return "", 0
	}
	return id, count
}
