package mailer

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// idOf gives the Message-ID in a header, without angle brackets.
func idOf(header []byte) string {
	fields, _, _ := splitMessage(header)
	return bareID(valueOf(fields, "Message-ID"))
}

func bareID(s string) string { return strings.Trim(strings.TrimSpace(s), "<>") }

// field is one field of a header: its name and its bytes, name and line ends
// included.
type field struct {
	name string
	raw  []byte
}

// is compares the name, in which case means nothing (RFC 5322 section 1.2.2).
func (f field) is(name string) bool { return strings.EqualFold(f.name, name) }

// value is what stands behind the colon, unfolded (RFC 5322 section 2.2.3).
func (f field) value() string {
	_, v, _ := bytes.Cut(f.raw, []byte(":"))
	return strings.TrimSpace(strings.NewReplacer("\r\n", "", "\n", "").Replace(string(v)))
}

// valueOf gives the value of the first field of a name.
func valueOf(fields []field, name string) string {
	for _, f := range fields {
		if f.is(name) {
			return f.value()
		}
	}
	return ""
}

// splitMessage takes a message apart: the fields of its header, and all that
// follows from the empty line on. A line that is no field, or holds a bare CR, is
// an error, but what can be read is given all the same.
func splitMessage(raw []byte) (fields []field, rest []byte, err error) {
	rest = raw
	for len(rest) > 0 {
		end := bytes.IndexByte(rest, '\n') + 1
		if end == 0 {
			end = len(rest)
		}
		line := rest[:end]
		text, ended := bytes.CutSuffix(line, []byte("\n"))
		if ended {
			text = bytes.TrimSuffix(text, []byte("\r"))
		}
		if len(text) == 0 {
			return fields, rest, err
		}
		rest = rest[end:]
		name, _, isField := bytes.Cut(line, []byte(":"))
		name = bytes.TrimRight(name, " \t")
		folded := line[0] == ' ' || line[0] == '\t'
		if bytes.IndexByte(text, '\r') >= 0 { // which some program may take for the end of the line
			err = fmt.Errorf("the header has a line with a bare CR in it: %.40q", text)
		}
		if !folded && isField && isFieldName(name) {
			fields = append(fields, field{string(name), line})
			continue
		}
		if !folded || len(fields) == 0 {
			err = fmt.Errorf("the header has a line that is no field: %.40q", text)
		}
		if len(fields) > 0 {
			last := &fields[len(fields)-1]
			last.raw = last.raw[:len(last.raw)+len(line)] // the lines follow each other in raw
		}
	}
	return fields, nil, err
}

// isFieldName is true for printable ASCII without spaces (RFC 5322 section 3.6.8).
func isFieldName(name []byte) bool {
	return len(name) > 0 && !slices.ContainsFunc(name, func(c byte) bool { return c <= ' ' || c >= 0x7f })
}
