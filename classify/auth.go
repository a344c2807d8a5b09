package classify

import (
	"bytes"
	"strings"
)

// dmarcResult is what the trusted server says of the From domain (RFC 7489).
type dmarcResult int

const (
	dmarcNone dmarcResult = iota
	dmarcPass
	dmarcFail
)

// dmarc reads the topmost Authentication-Results of the trusted server
// (RFC 8601 section 5); results are given without comments. Lower ones of the
// same name came with the message, so anyone may have written them, and they
// change nothing.
//
// It does not use go-msgauth/authres, which cuts values at semicolons inside
// comments and quoted-strings too: there a sender's own text, such as a local
// part, could speak with the server's voice.
func dmarc(results [][]byte, authserv string) dmarcResult {
	if authserv == "" {
		return dmarcNone
	}
	for _, r := range results {
		if id, rest := authservID(r); strings.EqualFold(id, authserv) {
			return dmarcOf(rest)
		}
	}
	return dmarcNone
}

// authservID splits off the name of the server and its version (section 2.2).
// Of versions other than 1 nothing is known, so no results are returned.
func authservID(v []byte) (id string, results []byte) {
	for head := range segments(v) {
		results = v[min(len(head)+1, len(v)):]
		head = bytes.TrimSpace(head)
		name := paramValue(head)
		version := bytes.TrimSpace(head[min(len(firstWordUncommented(head)), len(head)):])
		if len(version) > 0 && string(version) != "1" {
			results = nil
		}
		return string(name), results
	}
	return "", nil
}

// dmarcOf finds the dmarc result; a failure outweighs a pass.
func dmarcOf(results []byte) dmarcResult {
	found := dmarcNone
	for s := range segments(results) {
		method, value, ok := bytes.Cut(s, []byte("="))
		method, _, _ = bytes.Cut(method, []byte("/")) // a version: dmarc/1
		if !ok || !strings.EqualFold(string(bytes.TrimSpace(method)), "dmarc") {
			continue
		}
		switch strings.ToLower(string(firstWord(value))) {
		case "fail":
			return dmarcFail
		case "pass":
			found = dmarcPass
		}
	}
	return found
}
