package imapwatch

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"regards/internal/imapconn"
)

// fake is a server that a test can have answer as no honest one does: letters
// 1 to n lie in each mailbox.
type fake struct {
	listener net.Listener
	lists    string // the answer to LIST
	serving  sync.WaitGroup

	mu    sync.Mutex
	caps  string // more of what it can do
	n     int
	next  int // UIDNEXT; 0 for the true one
	limit int // connections that may be logged in at a time; 0 for any number
	// answer gives the answer to a command, which may end in cut; "" has the fake
	// answer by itself.
	answer func(tag, command string) string
	conns  map[net.Conn]bool // true once it is logged in
	dials  int
	heard  []string // commands without tags
}

func newFake(t testing.TB, n int, mailboxes ...string) *fake {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	f := &fake{listener: l, n: n, lists: "* LIST () \"/\" INBOX\r\n", conns: map[net.Conn]bool{}}
	for _, m := range mailboxes {
		f.lists += "* LIST " + m + "\r\n"
	}
	f.serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			f.serving.Go(func() { f.serve(conn) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		f.mu.Lock()
		for conn := range f.conns {
			conn.Close()
		}
		f.mu.Unlock()
		f.serving.Wait()
	})
	return f
}

func (f *fake) account() Account {
	return Account{Name: "home", Server: imapconn.Server{Host: "127.0.0.1", Port: f.listener.Addr().(*net.TCPAddr).Port,
		TLS: imapconn.None, User: "ana", Secret: func(context.Context) (string, error) { return "x", nil }}}
}

// change changes what the fake is.
func (f *fake) change(how func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	how()
}

func (f *fake) Dials() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.dials
}

// Heard counts the commands that begin so.
func (f *fake) Heard(prefix string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, command := range f.heard {
		if strings.HasPrefix(command, prefix) {
			n++
		}
	}
	return n
}

func (f *fake) serve(conn net.Conn) {
	f.change(func() { f.dials++; f.conns[conn] = false })
	defer conn.Close()
	defer f.change(func() { delete(f.conns, conn) })
	_, _ = io.WriteString(conn, "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hello\r\n")
	waits := "" // the tag of IDLE
	for in := bufio.NewReader(conn); ; {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		tag, command, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		if tag == "DONE" {
			tag, command = waits, "NOOP"
		}
		waits = tag
		var reply string
		f.change(func() {
			f.heard = append(f.heard, command)
			reply = f.reply(conn, tag, command)
		})
		reply, ends := strings.CutSuffix(reply, cut)
		if _, err := io.WriteString(conn, reply); err != nil || ends {
			return
		}
	}
}

func (f *fake) reply(conn net.Conn, tag, command string) string {
	if f.answer != nil {
		if reply := f.answer(tag, command); reply != "" {
			return reply
		}
	}
	next := f.next
	if next == 0 {
		next = f.n + 1
	}
	ok := tag + " OK done\r\n"
	words := strings.Fields(command)
	switch strings.ToUpper(words[0]) {
	case "AUTHENTICATE":
		in := 0
		for _, entered := range f.conns {
			if entered {
				in++
			}
		}
		if f.limit > 0 && in >= f.limit {
			return tag + " NO Too many simultaneous connections\r\n"
		}
		f.conns[conn] = true
		return tag + " OK [CAPABILITY IMAP4rev1 UNSELECT" + f.caps + "] welcome\r\n"
	case "LIST":
		return f.lists + ok
	case "STATUS":
		return fmt.Sprintf("* STATUS %s (MESSAGES %d UIDNEXT %d UIDVALIDITY 7)\r\n%s", words[1], f.n, next, ok)
	case "EXAMINE":
		return fmt.Sprintf("* %d EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT %d] n\r\n%s", f.n, next, ok)
	case "UID":
		var b strings.Builder
		for uid := 1; uid <= f.n; uid++ {
			switch {
			case !asksFor(command, uid):
			case words[1] == "SEARCH":
				fmt.Fprintf(&b, "* SEARCH %d\r\n", uid)
			default:
				b.WriteString(fakeLetter(uid))
			}
		}
		return b.String() + ok
	case "IDLE":
		return "+ idling\r\n"
	case "LOGOUT":
		return "* BYE bye\r\n" + ok + cut
	}
	return ok
}

// fakeLetter is the answer about a message.
func fakeLetter(uid int) string {
	h := fmt.Sprintf("From: Maria <maria@example.net>\r\nSubject: letter %d\r\n\r\n", uid)
	return fmt.Sprintf("* %d FETCH (UID %d FLAGS () BODY[HEADER.FIELDS (FROM)] {%d}\r\n%s)\r\n", uid, uid, len(h), h)
}

var uidSet = regexp.MustCompile(`^UID (?:FETCH|SEARCH (?:CHARSET \S+ )?UID) (\S+)`)

// asksFor reports whether a command is about a message.
func asksFor(command string, uid int) bool {
	m := uidSet.FindStringSubmatch(command)
	if m == nil {
		return false
	}
	for part := range strings.SplitSeq(m[1], ",") {
		from, to, isRange := strings.Cut(part, ":")
		low, _ := strconv.Atoi(from)
		high := low
		if isRange {
			high, _ = strconv.Atoi(to) // 0 for the star
		}
		if low <= uid && (uid <= high || to == "*") {
			return true
		}
	}
	return false
}

// isFetch reports whether a command fetches one of these messages.
func isFetch(command string, uids ...int) bool {
	for _, uid := range uids {
		if strings.HasPrefix(command, "UID FETCH ") && asksFor(command, uid) {
			return true
		}
	}
	return false
}
