package imapwatch

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"regards/internal/imapconn"
	"regards/internal/mailsim"
)

var (
	fetched = regexp.MustCompile(`^\* \d+ FETCH \(UID (\d+) `)
	body    = regexp.MustCompile(`BODY\[[^\]]*\] \{\d+\}`)
)

// fetchedUID gives the UID that a line of a server is about, or 0.
func fetchedUID(line string) uint32 {
	m := fetched.FindStringSubmatch(line)
	if m == nil {
		return 0
	}
	uid, _ := strconv.ParseUint(m[1], 10, 32)
	return uint32(uid)
}

// spoil changes the lines that begin the answer about some messages.
func spoil(change func(string) string, uids ...uint32) func(string) string {
	return func(line string) string {
		if slices.Contains(uids, fetchedUID(line)) {
			return change(line)
		}
		return line
	}
}

// noIMAP is what nobody can read on.
const noIMAP = "HTTP/1.1 400 Bad Request\r\n"

// noFetch is an answer about a message that nobody can read.
func noFetch(string) string { return "* 1 FETCH nothing\r\n" }

// wantAllBut is wantAll for a mailbox of letters 1 to n with messages that could
// not be read.
func wantAllBut(t *testing.T, r *recorder, mailbox string, n int, unreadable ...uint32) {
	t.Helper()
	var bad []uint32
	for _, b := range r.Batches(mailbox) {
		for uid, why := range b.Unreadable {
			if bad = append(bad, uid); why == "" {
				t.Errorf("UID %d: no reason", uid)
			}
		}
	}
	if slices.Sort(bad); !slices.Equal(bad, unreadable) {
		t.Errorf("%s: unreadable are %v, want %v", mailbox, bad, unreadable)
	}
	uids := r.UIDs(mailbox)
	slices.Sort(uids)
	if !slices.Equal(uids, members(imap.UIDSet{{Start: 1, Stop: imap.UID(n)}})) {
		t.Errorf("%s: read %v", mailbox, uids)
	}
}

// Pitfalls 1 and 2: an answer that cannot be parsed ends the connection, and
// would do so for ever. It costs one message, wherever it lies.
func TestPitfall2Poison(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 700)
		fill(t, s, "Sent", 1, 20)
		for name, c := range map[string]struct {
			change func(string) string
			uids   []uint32
		}{
			"one":                      {noFetch, []uint32{321}},
			"no IMAP at all":           {func(string) string { return noIMAP }, []uint32{321}},
			"the newest":               {noFetch, []uint32{700}},
			"the oldest":               {noFetch, []uint32{1}},
			"on the border of a range": {noFetch, []uint32{500, 501}},
			"many":                     {noFetch, []uint32{3, 100, 101, 333, 600, 699, 700}},
		} {
			t.Run(name, func(t *testing.T) {
				p := newRewriter(t, s, func(line string) string { return line }, nil)
				p.mu.Lock()
				selected := "" // Sent has the same UIDs
				p.client = func(line string) string {
					if i := strings.Index(line, "EXAMINE "); i >= 0 {
						selected = strings.Trim(line[i+8:], "\"\r\n")
					}
					return line
				}
				p.server = func(line string) string {
					if selected == "INBOX" {
						return spoil(c.change, c.uids...)(line)
					}
					return line
				}
				p.mu.Unlock()
				a, r := account(s, p.Port()), &recorder{}
				must(t, sync1(t, a, r))
				wantAllBut(t, r, "INBOX", 700, c.uids...)
				wantAll(t, s, r, "Sent")
				if n := p.Dials(); n < 3 || n > 1+22*len(c.uids) {
					t.Errorf("it took %d connections", n)
				}
				if !r.Last().Synced || r.Last().Problem != nil {
					t.Errorf("%+v", r.Last())
				}
				before := p.Dials()
				r.forget()
				must(t, sync1(t, a, r))
				if r.Read() != 0 || p.Dials() != before+1 {
					t.Errorf("then read %d over %d connections", r.Read(), p.Dials()-before)
				}
			})
		}
	})
}

// New mail that cannot be read is stepped over by who waits, too, and without
// waiting longer and longer.
func TestPitfall2PoisonInRun(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 300)
		p := newRewriter(t, s, spoil(noFetch, 7, 302, 305), nil)
		r := &recorder{}
		w := watcher(account(s, p.Port()), r)
		w.pace.maxDelay = time.Hour
		run(t, w)
		eventually(t, "the scan", func() bool { return r.Cursors()["INBOX"].Done() && r.Cursors()["INBOX"].High == 300 })
		for n := 301; n <= 306; n++ {
			fill(t, s, "INBOX", n, n)
			eventually(t, fmt.Sprint("UID ", n), has(r, "INBOX", uint32(n)))
		}
		wantAllBut(t, r, "INBOX", 306, 7, 302, 305)
		for _, state := range r.States() {
			if state.Retry > 2*w.pace.firstDelay {
				t.Errorf("%v until the next try", state.Retry)
			}
		}
	})
}

// What is garbled though no message is to blame is not tried again and again.
func TestGarbledList(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	p := newRewriter(t, s, func(line string) string {
		if strings.HasPrefix(line, "* LIST ") {
			return noIMAP
		}
		return line
	}, nil)
	r := &recorder{}
	if err := sync1(t, account(s, p.Port()), r); !errors.Is(err, imapconn.ErrGarbled) || r.Last().Problem == nil {
		t.Errorf("%v, %+v", err, r.Last())
	}
	if n := p.Dials(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

// A FETCH that a server sends by itself is taken for the answer by the library.
func TestPitfall7UnsolicitedFetch(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 30)
		for _, always := range []bool{false, true} {
			told := map[uint32]int{}
			p := newRewriter(t, s, func(line string) string {
				uid := fetchedUID(line)
				if told[uid]++; uid != 3 && uid != 30 || told[uid] > 1 && !always {
					return line
				}
				return fmt.Sprintf("* %d FETCH (UID %[1]d FLAGS (\\Seen))\r\n%s", uid, line)
			}, nil)
			r := &recorder{}
			must(t, sync1(t, account(s, p.Port()), r))
			if p.Dials() != 1 {
				t.Errorf("%d connections", p.Dials())
			}
			if always {
				wantAllBut(t, r, "INBOX", 30, 3, 30)
			} else {
				wantAll(t, s, r, "INBOX")
			}
		}
	})
}

// A server that gives no header for a message is asked twice, and believed.
func TestHeaderNotGiven(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	fill(t, s, "INBOX", 1, 5)
	asked := 0
	p := newRewriter(t, s, func(line string) string {
		if fetchedUID(line) != 4 {
			return line
		}
		asked++
		// The literal is announced still; it becomes text that stands in no answer.
		return body.ReplaceAllString(strings.TrimRight(line, "\r\n"), "BODY[HEADER.FIELDS (SUBJECT)] NIL)") + "\r\n* OK {0}\r\n"
	}, nil)
	p.mu.Lock()
	edit := p.server
	drop := false
	p.server = func(line string) string { // and drops the literal, which ends with the list
		if drop {
			drop = !strings.HasPrefix(line, ")")
			return ""
		}
		if fetchedUID(line) == 4 {
			drop = true
			return strings.TrimSuffix(edit(line), "* OK {0}\r\n")
		}
		return line
	}
	p.mu.Unlock()
	r := &recorder{}
	must(t, sync1(t, account(s, p.Port()), r))
	if wantAllBut(t, r, "INBOX", 5, 4); asked != 2 || p.Dials() != 1 {
		t.Errorf("asked %d times over %d connections", asked, p.Dials())
	}
}

// Mail without a header, with an endless one, with none of the fields: each is
// handed over, and none stands in the way.
func TestOddMail(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		odd := []string{
			"no header here\r\n",
			"\r\n",
			"\r\nonly a body\r\n",
			"X-Nothing: asked for\r\n\r\n",
			"Subject: " + strings.Repeat("long ", 500_000) + "\r\n\r\n",
			"Subject:" + strings.Repeat("\r\n folded", 300_000) + "\r\n\r\n",
			"Subject: (((((((( \x00\xff\xfe {100}\r\nFrom: \"\r\n\r\n",
			"Subject: half",
		}
		fill(t, s, "INBOX", 1, 2)
		for _, raw := range odd {
			_, err := s.Append("INBOX", mailsim.Message{Raw: []byte(raw)})
			must(t, err)
		}
		fill(t, s, "INBOX", 3, 4)
		p := newProxy(t, s)
		r := &recorder{}
		must(t, sync1(t, account(s, p.Port()), r))
		wantAllBut(t, r, "INBOX", len(odd)+4, 3, 4, 5, 6) // those without a field to read
		for _, b := range r.Batches("INBOX") {
			for _, m := range b.Messages {
				if m.Received.IsZero() {
					t.Errorf("UID %d came at no time", m.UID)
				}
			}
		}
		if n := countLines(p.ClientLines(), " FETCH "); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}

// Some servers do not tell UIDNEXT when a mailbox is opened (RFC 3501 section
// 6.3.1 lets them). Nothing is taken for new, nothing scanned again.
func TestServerWithoutUIDNEXT(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	fill(t, s, "INBOX", 1, 5)
	p := newRewriter(t, s, func(line string) string {
		switch {
		case strings.HasPrefix(line, "* OK [UIDNEXT "):
			return ""
		case strings.HasPrefix(line, "+ "): // a false announcement has the mailbox opened anew
			return line + "* 7 EXISTS\r\n"
		}
		return line
	}, nil)
	a, r := account(s, p.Port()), &recorder{}
	must(t, sync1(t, a, r))
	fill(t, s, "INBOX", 6, 7)
	must(t, sync1(t, a, r))
	run(t, watcher(a, r))
	for n := 8; n <= 12; n++ {
		fill(t, s, "INBOX", n, n)
		eventually(t, "the mail", has(r, "INBOX", uint32(n)))
	}
	wantAll(t, s, r, "INBOX")
	for _, b := range r.Batches("") {
		if b.Reset {
			t.Errorf("scanned again: %+v", b)
		}
	}
}

// Of a search that claims more than was asked for, only that counts.
func TestSearchThatLies(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	fill(t, s, "INBOX", 1, 5)
	p := newRewriter(t, s, func(line string) string {
		if strings.HasPrefix(line, "* ESEARCH ") {
			return "* ESEARCH (TAG \"" + strings.Split(line, `"`)[1] + "\") UID ALL 4:3000,1:5\r\n"
		}
		return line
	}, nil)
	r := &recorder{}
	must(t, sync1(t, account(s, p.Port()), r))
	wantAll(t, s, r, "INBOX")
}
