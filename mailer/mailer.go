// Package mailer makes the bytes of a message, lays them into the owner's
// mailboxes, and sends them.
//
// Composing is pure: the same letter gives the same bytes, which are stored
// before anything is sent. Laying a draft is one APPEND, made only after its
// Attempt was stored; when the answer is lost, SettleAll finds out what happened
// instead of trying again (RFC 9051 section 6.3.12 leaves a client that loses
// the connection in doubt). Many letters are laid without waiting for each
// answer; each has a fate of its own: laid, refused, not sent, or unknown. A
// message is recognised by its Message-ID, never by its bytes, which servers
// rewrite.
//
// What lies in a mailbox is read by EXAMINE and BODY.PEEK only, which change no
// flag. The package touches no message that regards did not make: Move, Remove
// and TakeBackLetter act on a message only while it lies where it is said to lie, under
// its own Message-ID and not marked as deleted. Without MOVE the copy has to be
// made before anything is marked, and UID EXPUNGE removes no other message; where
// a server has neither, the message stays.
//
// Send tells the stages of SMTP apart, since a letter must not go twice. Before
// the final dot nothing can be delivered: whatever fails there is NotSent, and a
// connection that fails within the message is closed without another word. After
// the dot the server's 4xx or 5xx is Refused, and silence is Unknown: then nobody
// knows, and it is never repeated by itself. Once the server has said 250 the
// letter is delivered, whatever comes of QUIT. No credential and no word of a
// letter goes out before TLS stands and the server's certificate was verified,
// but to loopback.
//
// It stores nothing, retries nothing, and reads no clock but for deadlines.
package mailer

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

	"regards/contact"
)

// Message is what Compose turns into bytes. All texts are plain; names may hold
// any printable character.
type Message struct {
	FromName, From string
	ToName, To     string
	Subject        string
	Body           string // paragraphs are single lines, separated by empty ones
	HTML           string // the same content; "": there is none
	// Notice marks what a machine sends to its own owner, by what it is, such as
	// "digest" (RFC 3834 section 5). It is "" for letters, which carry no such mark.
	Notice     string
	Date       time.Time
	MessageID  string // without angle brackets, as References and InReplyTo
	InReplyTo  string
	References []string // oldest first, ends with InReplyTo unless that is ""
}

// Header limits: what mail programs need to show a thread is its start and its end.
const maxReferences = 20

// Compose gives the RFC 5322 bytes of m. A text that could break out of its
// header is an error, never a message.
func Compose(m Message) ([]byte, error) {
	from, err := address("from", m.FromName, m.From)
	if err != nil {
		return nil, err
	}
	to, err := address("to", m.ToName, m.To)
	if err != nil {
		return nil, err
	}
	subject, err := oneLine("subject", m.Subject)
	if err != nil {
		return nil, err
	}
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithEncoding(mail.EncodingQP), mail.WithCharset(mail.CharsetUTF8))
	msg.SetAddrHeaderFromMailAddress(mail.HeaderFrom, from)
	msg.SetAddrHeaderFromMailAddress(mail.HeaderTo, to)
	msg.Subject(subject)
	msg.SetDateWithValue(m.Date)
	if err := setIDs(msg, m); err != nil {
		return nil, err
	}
	msg.SetBodyString(mail.TypeTextPlain, m.Body)
	if m.HTML != "" {
		msg.AddAlternativeString(mail.TypeTextHTML, m.HTML)
		msg.SetBoundary(boundaryOf(m))
	}
	if m.Notice != "" {
		msg.SetGenHeader("Auto-Submitted", "auto-generated")
		msg.SetGenHeader("X-Regards", m.Notice)
	}
	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		return nil, fmt.Errorf("compose: %w", err)
	}
	for line := range bytes.Lines(raw.Bytes()) {
		if len(line) > maxLine {
			return nil, fmt.Errorf("compose: %.40q… is too long for a line", bytes.TrimSpace(line))
		}
	}
	return raw.Bytes(), nil
}

// boundaryOf gives a boundary that follows from the message, so that the same one
// has the same bytes.
func boundaryOf(m Message) string {
	sum := sha256.Sum256([]byte(m.MessageID + "\n" + m.Body + "\n" + m.HTML))
	return base32.StdEncoding.EncodeToString(sum[:20]) // nobody can have written it into a part
}

// maxLine is how long a line may be, with its end (RFC 5322 section 2.1.1).
const maxLine = 1000

// oneLine checks a text for a header. Runs of spaces become one: folded, they
// would be a line of nothing else (RFC 5322 section 3.2.2).
func oneLine(what, s string) (string, error) {
	if err := contact.CheckText(what, s); err != nil {
		return "", fmt.Errorf("compose: %w", err)
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " "), nil
}

// setIDs sets the headers that tie a message into its thread.
func setIDs(msg *mail.Msg, m Message) error {
	refs := m.References
	if len(refs) > maxReferences {
		refs = append(refs[:1:1], refs[len(refs)-maxReferences+1:]...)
	}
	if m.InReplyTo != "" && (len(refs) == 0 || refs[len(refs)-1] != m.InReplyTo) {
		return fmt.Errorf("compose: the references do not end with %q", m.InReplyTo)
	}
	for _, id := range append([]string{m.MessageID}, refs...) {
		if !contact.WritableID(id) {
			return fmt.Errorf("compose: %q cannot be a Message-ID", id)
		}
	}
	msg.SetMessageIDWithValue(m.MessageID)
	if m.InReplyTo != "" {
		msg.SetGenHeader(mail.HeaderInReplyTo, "<"+m.InReplyTo+">")
	}
	if len(refs) > 0 {
		msg.SetGenHeader(mail.HeaderReferences, "<"+strings.Join(refs, "> <")+">")
	}
	return nil
}

// address gives an address whose domain is ASCII: not every server takes others
// (RFC 6531).
func address(what, name, addr string) (*netmail.Address, error) {
	// net/mail lets a backslash stand bare in an encoded word, and then nobody can
	// read the address (RFC 2047 section 5.3).
	name, err := oneLine(what, strings.ReplaceAll(name, `\`, ""))
	if err != nil {
		return nil, err
	}
	parsed, err := netmail.ParseAddress(addr)
	if err != nil {
		return nil, fmt.Errorf("compose: %q is not a mail address", addr)
	}
	at := strings.LastIndexByte(parsed.Address, '@')
	domain, err := idna.Lookup.ToASCII(parsed.Address[at+1:])
	if err == nil && domain == "" { // of characters that do not show
		err = errors.New("it is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("compose: the domain of %q: %w", addr, err)
	}
	for _, r := range parsed.Address[:at] {
		if r >= 0x80 {
			return nil, fmt.Errorf("compose: %q cannot be written to: its local part is not ASCII", addr)
		}
	}
	return &netmail.Address{Name: name, Address: parsed.Address[:at+1] + domain}, nil
}

// maxMessageID is how long a Message-ID may be with its angle brackets: Python
// encodes an In-Reply-To that does not fit into its line.
const maxMessageID = 60

// MessageID derives the Message-ID of a letter, without angle brackets, from its
// key and the database's secret: it looks random to others and is found again
// by us. Its domain is that of From; of a very long one the end.
func MessageID(secret []byte, key, from string) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(key))
	local := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:15]))
	domain := from[strings.LastIndexByte(from, '@')+1:]
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil { // it cannot be written to, but named it can be
		ascii, err = idna.Punycode.ToASCII(domain)
	}
	if err == nil {
		domain = ascii
	}
	for len(local)+len(domain)+len("<@>") > maxMessageID {
		_, parent, ok := strings.Cut(domain, ".")
		if !ok {
			domain = domain[len(domain)-(maxMessageID-len(local)-len("<@>")):]
			break
		}
		domain = parent
	}
	return local + "@" + domain
}
