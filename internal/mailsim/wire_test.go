package mailsim

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
)

var hideable = []imap.Cap{
	imap.CapEnable, imap.CapESearch, imap.CapIdle, imap.CapListExtended, imap.CapListStatus, imap.CapMove,
	imap.CapNamespace, imap.CapSpecialUse, imap.CapUIDPlus, imap.CapUnselect, imap.CapUTF8Accept,
}

func TestWithoutCapabilities(t *testing.T) {
	t.Parallel()
	s := opened(t)(EmbeddedWith(Options{Without: hideable}))
	value[uint32](t)(s.Append(inbox, letter(1))) // Server itself isn't limited

	w := dial(t, s.IMAPAddr())
	greeting := w.expect("* OK ")
	lines := append(w.do("a LOGIN "+userName+" "+password), w.do("b CAPABILITY")...)
	for _, hidden := range hideable {
		if n := count(append(greeting, lines...), " "+string(hidden)); n != 0 {
			t.Errorf("%s is announced: %q", hidden, lines)
		}
	}
	if count(lines, "IMAP4rev1") != 2 {
		t.Errorf("IMAP4rev1 isn't announced: %q", lines)
	}
	w.do("c SELECT INBOX")
	for _, command := range []string{
		"d IDLE", "d MOVE 1 Trash", "d UID MOVE 1 Trash", "d UID EXPUNGE 1", "d UID SEARCH RETURN (COUNT) ALL",
		`d LIST "" * RETURN (STATUS (MESSAGES))`, `d LIST "" * RETURN (SPECIAL-USE)`, `d LIST (SPECIAL-USE) "" *`,
		"d NAMESPACE", "d ENABLE UTF8=ACCEPT", "d UNSELECT",
	} {
		if answer := w.ask(command); len(answer) != 1 || !strings.HasPrefix(answer[0], "d BAD ") {
			t.Errorf("%s: %q", command, answer)
		}
	}
	if list := w.do(`e LIST "" *`); len(list) != len(standard)+2 || count(list, `\Drafts`) != 0 {
		t.Errorf("LIST: %q", list)
	}
}

func TestWithoutUIDPLUS(t *testing.T) {
	t.Parallel()
	s := opened(t)(EmbeddedWith(Options{Without: []imap.Cap{imap.CapUIDPlus}}))
	w := login(t, s.IMAPAddr())
	w.send(appendCommand(s, "a", inbox))
	if answer := w.expect("a "); answer[0] != "a OK APPEND completed" {
		t.Errorf("%q", answer)
	}
	w.do("b SELECT INBOX")
	if answer := append(w.do("c UID COPY 1 Archive"), w.do("d UID MOVE 1 Trash")...); count(answer, "COPYUID") != 0 {
		t.Errorf("%q", answer)
	}
}

// What looks like a command or an answer inside a message is left alone.
func TestHidingSparesLiterals(t *testing.T) {
	t.Parallel()
	s := opened(t)(EmbeddedWith(Options{Without: hideable}))
	text := "Subject: x\r\n\r\na IDLE\r\n* CAPABILITY IDLE\r\na OK [APPENDUID 1 2] done\r\nb UID EXPUNGE 1\r\n"
	c := client(t, s.IMAPAddr())
	cmd := c.Append(inbox, int64(len(text)), nil)
	value[int](t)(cmd.Write([]byte(text)))
	must(t, cmd.Close())
	if data := value[*imap.AppendData](t)(cmd.Wait()); data.UID != 0 {
		t.Errorf("APPENDUID %d", data.UID)
	}
	value[*imap.SelectData](t)(c.Select(inbox, nil).Wait())
	whole := &imap.FetchItemBodySection{Peek: true}
	got, err := c.Fetch(imap.UIDSetNum(1), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
	must(t, err)
	if len(got) != 1 || string(got[0].FindBodySection(whole)) != text {
		t.Errorf("%+v", got)
	}
}

// Lines and literals are recognized however the network cuts them.
func TestLineEditorInPieces(t *testing.T) {
	t.Parallel()
	const in = "a OK [COPYUID 1 2 3] x\r\n* 1 FETCH (BODY[] {14}\r\n[COPYUID 1] \r\n)\r\n* CAPABILITY IDLE X\r\n"
	const want = "a OK x\r\n* 1 FETCH (BODY[] {14}\r\n[COPYUID 1] \r\n)\r\n* CAPABILITY X\r\n"
	for size := 1; size <= len(in); size++ {
		editor := lineEditor{edit: func(line []byte) []byte { return conceal(line, hideable) }}
		var out []byte
		for rest := in; rest != ""; {
			n := min(size, len(rest))
			out = append(out, editor.feed([]byte(rest[:n]))...)
			rest = rest[n:]
		}
		if string(out) != want {
			t.Fatalf("in pieces of %d: %q", size, out)
		}
	}
}

// The final CRLF of APPEND is missing, and the literal ends with one of its own.
func TestAppendWithoutItsEnd(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		c := login(t, s.IMAPAddr())
		plus := "+"
		if onCourier(s) {
			plus = ""
		}
		_, err := fmt.Fprintf(c.conn, "a APPEND %s {12%s}\r\nSubject: x\r\n", s.IMAPName("Drafts"), plus)
		must(t, err)
		must(t, c.conn.(*net.TCPConn).CloseWrite())
		c.end() // the server hung up
		want := 0
		if onCourier(s) { // carries it out when the literal is complete
			want = 1
		}
		if got := value[[]Message](t)(s.Messages("Drafts")); len(got) != want {
			t.Errorf("Drafts: %+v", got)
		}
	})
}
