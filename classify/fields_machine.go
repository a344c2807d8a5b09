package classify

import (
	"bytes"
	"strings"
)

// readReturnPath notes a null reverse-path, which only machines send (RFC 5321
// section 4.5.5). Postfix's pipe(8) and qmail write MAILER-DAEMON and #@[] for it.
func readReturnPath(h *Header, v []byte) {
	if h.machine.pathSeen {
		return
	}
	h.machine.pathSeen = true
	path := bytes.Trim(stripComments(v), "<> \t")
	local, _, _ := bytes.Cut(path, []byte("@"))
	h.machine.nullPath = len(path) == 0 || string(path) == "#@[]" || strings.EqualFold(string(local), "mailer-daemon")
}

func readListID(name string) func(*Header, []byte) {
	return func(h *Header, _ []byte) {
		if h.machine.listID == "" {
			h.machine.listID = name
		}
	}
}

func readListOther(name string) func(*Header, []byte) {
	return func(h *Header, _ []byte) {
		if h.machine.listOther == "" {
			h.machine.listOther = name
		}
	}
}

func readAutoReply(name string) func(*Header, []byte) {
	return func(h *Header, v []byte) {
		if h.machine.autoReply == "" && !strings.EqualFold(string(v), "no") {
			h.machine.autoReply = name
		}
	}
}

func readChallenge(name string) func(*Header, []byte) {
	return func(h *Header, _ []byte) { h.machine.challenge = name }
}

// readSuppress notes an X-Auto-Response-Suppress that forbids out-of-office or
// other automatic replies ([MS-OXCMAIL] section 2.1.3.2.20). Values that only
// concern reports and receipts (DR, NDR, RN, NRN) stand on people's mail too.
func readSuppress(h *Header, v []byte) {
	for token := range bytes.SplitSeq(v, []byte(",")) {
		switch strings.ToLower(string(bytes.TrimSpace(token))) {
		case "all", "oof", "autoreply":
			h.machine.suppress = true
		}
	}
}

// setToken stores the keyword of a field such as Auto-Submitted (RFC 3834
// section 5): lower-case, without comments and parameters.
func setToken(dst *string, v []byte) {
	if *dst != "" {
		return
	}
	v = bytes.TrimSpace(stripComments(v))
	if i := bytes.IndexAny(v, "; \t"); i >= 0 {
		v = v[:i]
	}
	*dst = strings.ToLower(clean(v))
}

// stripComments removes comments (RFC 5322 section 3.2.2), nested ones too,
// but not what looks like one in a quoted string. An unclosed one runs to the end.
func stripComments(v []byte) []byte {
	if bytes.IndexByte(v, '(') < 0 {
		return v
	}
	out := make([]byte, 0, len(v))
	depth, quoted := 0, false
	for i := 0; i < len(v); i++ {
		c := v[i]
		switch {
		case c > '"' && c != '(' && c != ')' && c != '\\':
			// the usual case, first
		case c == '\\' && (quoted || depth > 0) && i+1 < len(v):
			i++
			if quoted {
				out = append(out, c)
			}
			c = v[i]
		case c == '"' && depth == 0:
			quoted = !quoted
		case c == '(' && !quoted:
			depth++
		case c == ')' && depth > 0:
			depth--
			c = ' '
		}
		if depth == 0 {
			out = append(out, c)
		}
	}
	return out
}
