package mailsim

import (
	"bytes"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// hiddenCommands matches the command lines that need a capability.
var hiddenCommands = map[imap.Cap]*regexp.Regexp{
	imap.CapEnable:       regexp.MustCompile(`(?i)^\S+ ENABLE `),
	imap.CapESearch:      regexp.MustCompile(`(?i)^\S+ (UID )?SEARCH RETURN `),
	imap.CapIdle:         regexp.MustCompile(`(?i)^\S+ IDLE\r?\n`),
	imap.CapListExtended: regexp.MustCompile(`(?i)^\S+ LIST (\(|.* RETURN \()`),
	imap.CapListStatus:   regexp.MustCompile(`(?i)^\S+ LIST .* RETURN \(.*STATUS`),
	imap.CapMove:         regexp.MustCompile(`(?i)^\S+ (UID )?MOVE `),
	imap.CapNamespace:    regexp.MustCompile(`(?i)^\S+ NAMESPACE\r?\n`),
	imap.CapSpecialUse:   regexp.MustCompile(`(?i)^\S+ LIST (\(|.* RETURN \().*SPECIAL-USE`),
	imap.CapUIDPlus:      regexp.MustCompile(`(?i)^\S+ UID EXPUNGE `),
	imap.CapUnselect:     regexp.MustCompile(`(?i)^\S+ UNSELECT\r?\n`),
}

var (
	capabilityLine = regexp.MustCompile(`^(\* CAPABILITY |\S+ (OK|PREAUTH) \[CAPABILITY )`)
	uidplusCode    = regexp.MustCompile(`\[(APPENDUID|COPYUID) [^]]*\] `)
	listedInbox    = regexp.MustCompile(`^(\* (?:LIST|LSUB) \([^)]*\) "/" )INBOX(\r?\n)$`)
	literalSize    = regexp.MustCompile(`\{(\d+)\+?\}\r?\n$`)
)

// wire is a connection of the embedded server, seen from the server's side. It
// holds a literal's last byte back until the line after it has come, so that an
// APPEND which is cut before its final CRLF fails as on Dovecot; go-imap's
// server would carry it out.
//
// It also hides capabilities: go-imap's server announces some of them always,
// and carries out commands that it did not announce. It announces others, which
// need no command.
type wire struct {
	net.Conn
	edits    edits
	commands lineEditor
	replies  lineEditor
	pending  []byte // commands that Read hasn't returned yet
}

// edits is what a wire changes.
type edits struct {
	hidden    []imap.Cap
	announced []imap.Cap
	inbox     string // another spelling of INBOX in LIST; "": none
}

func newEdits(options Options) edits {
	habits := providers[options.Provider]
	return edits{
		hidden:    slices.Concat(habits.lacks, options.Without),
		announced: habits.announces,
		inbox:     habits.inbox,
	}
}

func newWire(conn net.Conn, edits edits) *wire {
	return &wire{
		Conn:     conn,
		edits:    edits,
		commands: lineEditor{edit: func(line []byte) []byte { return spoil(line, edits.hidden) }},
		replies:  lineEditor{edit: edits.reply},
	}
}

// reply edits what the server says.
func (e edits) reply(line []byte) []byte {
	if capabilityLine.Match(line) {
		for _, c := range e.announced {
			line = bytes.Replace(line, []byte("IMAP4rev1"), []byte("IMAP4rev1 "+string(c)), 1)
		}
	}
	if e.inbox != "" {
		line = listedInbox.ReplaceAll(line, []byte("${1}"+e.inbox+"${2}"))
	}
	return conceal(line, e.hidden)
}

// Read implements net.Conn.
func (w *wire) Read(b []byte) (int, error) {
	for len(w.pending) == 0 {
		n, err := w.Conn.Read(b)
		w.pending = w.commands.feed(b[:n])
		if err != nil && len(w.pending) == 0 {
			return 0, err
		}
	}
	n := copy(b, w.pending)
	w.pending = w.pending[n:]
	return n, nil
}

// Write implements net.Conn.
func (w *wire) Write(b []byte) (int, error) {
	if len(w.edits.hidden) == 0 && len(w.edits.announced) == 0 {
		return w.Conn.Write(b)
	}
	if _, err := w.Conn.Write(w.replies.feed(b)); err != nil {
		return 0, err
	}
	return len(b), nil
}

// spoil turns a command that needs one of caps into an unknown one.
func spoil(line []byte, caps []imap.Cap) []byte {
	for _, c := range caps {
		if command := hiddenCommands[c]; command != nil && command.Match(line) {
			tag, _, _ := bytes.Cut(line, []byte(" "))
			return append(tag[:len(tag):len(tag)], " HIDDEN\r\n"...)
		}
	}
	return line
}

// conceal removes what tells of caps from a reply.
func conceal(line []byte, caps []imap.Cap) []byte {
	for _, c := range caps {
		if c == imap.CapUIDPlus {
			line = uidplusCode.ReplaceAll(line, nil)
		}
	}
	if !capabilityLine.Match(line) {
		return line
	}
	text := string(line)
	for _, c := range caps {
		for _, end := range []string{" ", "]", "\r"} {
			text = strings.Replace(text, " "+string(c)+end, end, 1)
		}
	}
	return []byte(text)
}

// lineEditor edits the lines of one direction of an IMAP connection and lets
// literals (RFC 9051, section 4.3) pass as they are. The line that goes on after
// a literal begins for it with the literal's last byte.
type lineEditor struct {
	edit    func(line []byte) []byte
	line    []byte // the beginning of a line
	literal int    // bytes of a literal still to come
}

// feed takes what came and returns what may go on. The beginning of a line
// waits for its end.
func (e *lineEditor) feed(b []byte) []byte {
	var out []byte
	for len(b) > 0 {
		if e.literal > 1 {
			n := min(e.literal-1, len(b))
			out, b, e.literal = append(out, b[:n]...), b[n:], e.literal-n
			continue
		}
		if e.literal == 1 { // often a line feed, which ends no line here
			e.line, b, e.literal = append(e.line, b[0]), b[1:], 0
			continue
		}
		end := bytes.IndexByte(b, '\n') + 1
		if end == 0 {
			e.line = append(e.line, b...)
			break
		}
		e.line = append(e.line, b[:end]...)
		b = b[end:]
		e.literal = literalAfter(e.line)
		out = append(out, e.edit(e.line)...)
		e.line = nil
	}
	return out
}

// literalAfter returns the size of the literal that a line announces, or 0.
func literalAfter(line []byte) int {
	size := literalSize.FindSubmatch(line)
	if size == nil {
		return 0
	}
	n, err := strconv.Atoi(string(size[1]))
	if err != nil {
		return 0 // too large for a number: the server will refuse it
	}
	return n
}
