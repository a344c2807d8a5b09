package mailsim

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"slices"
	"strings"
)

// headerField is a field with its value on one line.
type headerField struct{ name, value string }

// exchangeOrder is the order in which Exchange writes the fields that it knows;
// all others follow in theirs.
var exchangeOrder = []string{
	"from", "to", "cc", "bcc", "subject", "thread-topic", "date", "message-id", "references", "in-reply-to",
	"content-language", "x-ms-has-attach", "x-ms-tnef-correlator", "content-type", "content-transfer-encoding", "mime-version",
}

// rewrite returns a message as Exchange gives it back. The fields are sorted,
// folded anew and get company; text/plain changes its transfer encoding to
// base64, or from that to quoted-printable. Values and the text stay as they
// are.
func rewrite(raw []byte) []byte {
	head, body, _ := bytes.Cut(crlf(raw), []byte("\r\n\r\n"))
	fields := parseFields(string(head))
	fields, body = reencode(fields, body)
	if subject, ok := field(fields, "Subject"); ok {
		fields = setField(fields, "Thread-Topic", subject)
	}
	fields = setField(fields, "Content-Language", "en-US")
	fields = setField(fields, "X-MS-Has-Attach", "")
	fields = setField(fields, "X-MS-TNEF-Correlator", "")
	fields = setField(fields, "X-MS-Exchange-Organization-RecordReviewCfmType", "0")
	fields = setField(fields, "MIME-Version", "1.0")
	slices.SortStableFunc(fields, func(a, b headerField) int { return rank(a.name) - rank(b.name) })
	var b bytes.Buffer
	for _, f := range fields {
		b.WriteString(fold(f))
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}

// renumber gives a message another Message-ID, as outlook.com does to what it
// sends; it keeps the old one in a field of its own.
func renumber(raw []byte, number int) []byte {
	head, body, _ := bytes.Cut(crlf(raw), []byte("\r\n\r\n"))
	fields := parseFields(string(head))
	if old, ok := field(fields, "Message-ID"); ok {
		fields = setField(fields, "X-Microsoft-Original-Message-ID", old)
	}
	fields = setField(fields, "Message-ID", fmt.Sprintf("<AM0PR04MB%08d@AM0PR04MB.eurprd04.prod.outlook.com>", number))
	var b strings.Builder
	for _, f := range fields {
		b.WriteString(fold(f))
	}
	return append([]byte(b.String()+"\r\n"), body...)
}

func rank(name string) int {
	if i := slices.Index(exchangeOrder, strings.ToLower(name)); i >= 0 {
		return i
	}
	return len(exchangeOrder)
}

// parseFields unfolds a header. Lines that are no fields are dropped, with what
// is folded onto them.
func parseFields(head string) []headerField {
	var fields []headerField
	dropped := true // what the line before was
	for line := range strings.SplitSeq(head, "\r\n") {
		if strings.TrimLeft(line, " \t") != line {
			if !dropped {
				fields[len(fields)-1].value += line
			}
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if dropped = !ok; ok {
			fields = append(fields, headerField{name, strings.TrimSpace(value)})
		}
	}
	return fields
}

// field returns the value of the first field of a name.
func field(fields []headerField, name string) (string, bool) {
	for _, f := range fields {
		if strings.EqualFold(f.name, name) {
			return f.value, true
		}
	}
	return "", false
}

// setField replaces a field or adds it.
func setField(fields []headerField, name, value string) []headerField {
	fields = slices.DeleteFunc(fields, func(f headerField) bool { return strings.EqualFold(f.name, name) })
	return append(fields, headerField{name, value})
}

// foldAt is how long a line of a header may become before it is folded.
const foldAt = 60

// fold writes a field. It folds at spaces only, so that unfolding gives the same
// value, and never leaves a line of nothing but spaces.
func fold(f headerField) string {
	out, length := f.name+":", len(f.name)+1
	for word := range strings.SplitSeq(f.value, " ") {
		if length+1+len(word) > foldAt && word != "" && length > len(f.name)+1 {
			out, length = out+"\r\n", 0
		}
		out, length = out+" "+word, length+1+len(word)
	}
	return out + "\r\n"
}

// reencode changes the transfer encoding of a message that is text/plain.
func reencode(fields []headerField, body []byte) ([]headerField, []byte) {
	contentType, ok := field(fields, "Content-Type")
	if !ok {
		contentType = `text/plain; charset="us-ascii"`
	}
	encoding, _ := field(fields, "Content-Transfer-Encoding")
	if kind, _, err := mime.ParseMediaType(contentType); err != nil || kind != "text/plain" {
		return fields, body
	}
	text, err := decode(encoding, body)
	if err != nil {
		return fields, body
	}
	fields = setField(fields, "Content-Type", contentType)
	if strings.EqualFold(encoding, "base64") {
		return setField(fields, "Content-Transfer-Encoding", "quoted-printable"), quotedPrintable(text)
	}
	return setField(fields, "Content-Transfer-Encoding", "base64"), base64Lines(text)
}

func decode(encoding string, body []byte) ([]byte, error) {
	switch strings.ToLower(encoding) {
	case "base64":
		return io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(body)))
	case "quoted-printable":
		return io.ReadAll(quotedprintable.NewReader(bytes.NewReader(body)))
	default:
		return body, nil
	}
}

func quotedPrintable(text []byte) []byte {
	var b bytes.Buffer
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write(text) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// base64Lines writes lines of 76 characters (RFC 2045, section 6.8).
func base64Lines(text []byte) []byte {
	const width = 76
	var b bytes.Buffer
	for rest := base64.StdEncoding.EncodeToString(text); rest != ""; {
		n := min(width, len(rest))
		b.WriteString(rest[:n] + "\r\n")
		rest = rest[n:]
	}
	return b.Bytes()
}
