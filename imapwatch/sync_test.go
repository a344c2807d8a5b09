package imapwatch

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"regards/internal/imapconn"
	"regards/internal/mailsim"
)

func TestFirstScan(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 1300)
		fill(t, s, "Sent", 1, 3)
		r := &recorder{}
		must(t, sync1(t, account(s, s.IMAPPort()), r))
		for _, name := range []string{"INBOX", "Sent", "Archive"} {
			wantAll(t, s, r, name)
		}
		wantNewestFirst(t, r.Batches("INBOX"))
		for _, b := range r.Batches("") {
			if b.Sent != (b.Mailbox == "Sent") {
				t.Errorf("%s: Sent is %t", b.Mailbox, b.Sent)
			}
		}
		if state := r.Last(); !state.Synced || state.Problem != nil || state.RoundTrips == 0 || state.BytesIn == 0 {
			t.Errorf("state %+v", state)
		}
	})
}

// wantNewestFirst checks a first scan of 1300 messages.
func wantNewestFirst(t *testing.T, batches []Batch) {
	t.Helper()
	var got [][4]int
	for _, b := range batches {
		got = append(got, [4]int{len(b.Messages), b.Left, int(b.Cursor.Low), int(b.Cursor.High)})
		if b.Exists != 1300 || b.Synced != (b.Left == 0) || b.Reset || b.Cursor.UIDValidity == 0 {
			t.Errorf("%+v", b)
		}
		for _, m := range b.Messages {
			if m.UID < b.Cursor.Low {
				t.Errorf("UID %d is below %+v", m.UID, b.Cursor)
			}
		}
	}
	if want := [][4]int{{200, 1100, 1101, 1300}, {800, 300, 301, 1300}, {300, 0, 1, 1300}}; !slices.Equal(got, want) {
		t.Errorf("ranges %v, want %v", got, want)
	}
}

// Wherever the store fails, what it had committed is a prefix, and the next
// watcher reads just the rest.
func TestInterruptedScan(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 1300)
		fill(t, s, "Sent", 1, 250)
		a := account(s, s.IMAPPort())
		for k := range 6 { // three ranges of INBOX, two of Sent, and those that are empty
			r, n := &recorder{}, 0
			r.full = func(b Batch) bool {
				if len(b.Messages) > 0 {
					n++
				}
				return n > k
			}
			if err := sync1(t, a, r); k < 5 && (!errors.Is(err, errFull) || r.Last().Problem == nil) || k == 5 && err != nil {
				t.Errorf("after %d: %v", k, err)
			}
			r.full = nil
			must(t, sync1(t, a, r))
			wantAll(t, s, r, "INBOX")
			wantAll(t, s, r, "Sent")
			if r.Read() != 1550 {
				t.Errorf("after %d: read %d messages in all", k, r.Read())
			}
		}
	})
}

// Between an interruption and the next pass mail comes and goes.
func TestInterruptedScanOfAChangingMailbox(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 450)
		a, r := account(s, s.IMAPPort()), &recorder{}
		n := 0
		r.full = func(b Batch) bool {
			if b.Mailbox == "INBOX" {
				n++
			}
			return n > 1
		}
		if err := sync1(t, a, r); !errors.Is(err, errFull) {
			t.Fatal(err)
		}
		r.full = nil
		remove(t, s, "INBOX", imap.UIDSet{{Start: 1, Stop: 100}, {Start: 200, Stop: 260}, {Start: 440, Stop: 450}})
		fill(t, s, "INBOX", 451, 460)
		must(t, sync1(t, a, r))
		uids := r.UIDs("INBOX")
		slices.Sort(uids)
		// 251 to 450 had been read before they were removed.
		want := members(imap.UIDSet{{Start: 101, Stop: 199}, {Start: 251, Stop: 460}})
		if !slices.Equal(uids, want) {
			t.Errorf("read %v", uids)
		}
		if !r.Cursors()["INBOX"].Done() {
			t.Errorf("%+v", r.Cursors())
		}
	})
}

// Nothing new costs next to nothing, however many mailboxes there are.
func TestSecondSync(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		for i := range 24 {
			must(t, s.Create(fmt.Sprintf("Box %d", i)))
			fill(t, s, fmt.Sprintf("Box %d", i), 1, 2)
		}
		fill(t, s, "INBOX", 1, 20)
		a, r := account(s, s.IMAPPort()), &recorder{}
		must(t, sync1(t, a, r))
		before := r.Cursors()
		r.forget()
		must(t, sync1(t, a, r))
		if r.Read() != 0 {
			t.Errorf("read %d messages again", r.Read())
		}
		if len(r.Batches("")) != 27 || !maps.Equal(before, r.Cursors()) {
			t.Errorf("%d batches, cursors %v, before %v", len(r.Batches("")), r.Cursors(), before)
		}
		for _, b := range r.Batches("") {
			if !b.Synced || b.Exists == 0 && b.Mailbox != "Archive" && b.Mailbox != "Sent" {
				t.Errorf("%+v", b)
			}
		}
		if state := r.Last(); state.RoundTrips > 4 || state.BytesIn > 32<<10 {
			t.Errorf("it cost %d round trips and %d bytes", state.RoundTrips, state.BytesIn)
		}
	})
}

func TestNewMailCostsOnlyItself(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 300)
		p := newProxy(t, s)
		a, r := account(s, p.Port()), &recorder{}
		must(t, sync1(t, a, r))
		r.forget()
		fill(t, s, "INBOX", 301, 302)
		before := len(p.ClientLines())
		must(t, sync1(t, a, r))
		if uids := r.UIDs("INBOX"); !slices.Equal(uids, []uint32{301, 302}) || r.Read() != 2 {
			t.Errorf("read %v, %d in all", uids, r.Read())
		}
		if c := r.Cursors()["INBOX"]; c.Low != 1 || c.High != 302 {
			t.Errorf("%+v", c)
		}
		if lines := p.ClientLines()[before:]; len(lines) != 5 { // login, list, EXAMINE, FETCH, logout
			t.Errorf("sent %q", lines)
		}
	})
}

// Much new mail is read from the oldest to the newest; only then all is known.
func TestMuchNewMail(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 3)
		a, r := account(s, s.IMAPPort()), &recorder{}
		must(t, sync1(t, a, r))
		fill(t, s, "INBOX", 4, 2603)
		must(t, sync1(t, a, r))
		wantAll(t, s, r, "INBOX")
		var got [][3]int
		for _, b := range r.Batches("INBOX")[1:] {
			got = append(got, [3]int{len(b.Messages), b.Left, int(b.Cursor.High)})
			if b.Synced != (b.Left == 0) || b.Cursor.Low != 1 {
				t.Errorf("%+v", b.Cursor)
			}
		}
		if want := [][3]int{{200, 2400, 203}, {800, 1600, 1003}, {1600, 0, 2603}}; !slices.Equal(got, want) {
			t.Errorf("ranges %v, want %v", got, want)
		}
	})
}

// A slow store gets one batch at a time, and what it has under way when a pass
// breaks off still counts.
func TestSlowSink(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	fill(t, s, "INBOX", 1, 700)
	r := &recorder{slow: 20 * time.Millisecond}
	must(t, sync1(t, account(s, newRewriter(t, s, spoil(noFetch, 450), nil).Port()), r))
	wantAllBut(t, r, "INBOX", 700, 450)
	if r.crowded.Load() {
		t.Error("batches were committed at the same time")
	}
}

func TestNewUIDValidity(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		for _, name := range []string{"INBOX", "Archive"} {
			fill(t, s, name, 1, 250)
			a, r := account(s, s.IMAPPort()), &recorder{}
			must(t, sync1(t, a, r))
			keep, err := s.Messages(name)
			must(t, err)
			must(t, s.Recreate(name, keep[5:]))
			r.forget()
			must(t, sync1(t, a, r))
			wantAll(t, s, r, name)
			for i, b := range r.Batches(name) {
				if b.Reset != (i == 0) {
					t.Errorf("%s: batch %d resets: %t", name, i, b.Reset)
				}
			}
			r.forget()
			must(t, s.Recreate(name, nil))
			must(t, sync1(t, a, r))
			if b := r.Batches(name); len(b) != 1 || !b[0].Reset || !b[0].Synced || b[0].Exists != 0 {
				t.Errorf("%s, empty: %+v", name, b)
			}
		}
	})
}

// A server restored from a backup may give UIDs a second time.
func TestUIDNextGoesBack(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 20)
		status, err := s.Status("INBOX")
		must(t, err)
		r := &recorder{cursors: map[string]Cursor{"INBOX": {status.UIDValidity, 1, 25}}}
		must(t, sync1(t, account(s, s.IMAPPort()), r))
		wantAll(t, s, r, "INBOX")
		if b := r.Batches("INBOX"); !b[0].Reset {
			t.Errorf("%+v", b)
		}
	})
}

// What was removed is not looked for again and again, and does not keep the
// mailbox from being known.
func TestRemovedMessages(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		for name, c := range map[string]struct {
			before, fill int // messages of the first pass, and those that came then
			removed      imap.UIDSet
		}{
			"the last":                 {3, 5, imap.UIDSet{{Start: 8, Stop: 8}}},
			"all new":                  {3, 5, imap.UIDSet{{Start: 4, Stop: 8}}},
			"all":                      {3, 5, imap.UIDSet{{Start: 1, Stop: 8}}},
			"all before the first":     {0, 5, imap.UIDSet{{Start: 1, Stop: 5}}},
			"the last before it":       {0, 5, imap.UIDSet{{Start: 5, Stop: 5}}},
			"the oldest before it":     {0, 250, imap.UIDSet{{Start: 1, Stop: 249}}},
			"all of very many":         {3, 2100, imap.UIDSet{{Start: 4, Stop: 2103}}},
			"nearly all of very many":  {3, 2100, imap.UIDSet{{Start: 5, Stop: 2103}}},
			"the oldest of very many":  {3, 2100, imap.UIDSet{{Start: 1, Stop: 2100}}},
			"every second of not many": {3, 20, imap.UIDSet{{Start: 5, Stop: 5}, {Start: 7, Stop: 7}, {Start: 23, Stop: 23}}},
		} {
			t.Run(name, func(t *testing.T) {
				must(t, s.Create(name))
				defer func() { must(t, s.Delete(name)) }()
				p := newProxy(t, s)
				a, r := account(s, p.Port()), &recorder{}
				fill(t, s, name, 1, c.before)
				if c.before > 0 {
					must(t, sync1(t, a, r))
				}
				fill(t, s, name, c.before+1, c.before+c.fill)
				remove(t, s, name, c.removed)
				must(t, sync1(t, a, r))
				if c.before == 0 {
					wantAll(t, s, r, name)
				}
				if b := r.Batches(name); len(b) == 0 || !b[len(b)-1].Synced || b[len(b)-1].Cursor.High != uint32(c.before+c.fill) {
					t.Errorf("%+v", r.Cursors()[name])
				}
				before := len(p.ClientLines())
				must(t, sync1(t, a, r))
				if lines := p.ClientLines()[before:]; len(lines) != 3 {
					t.Errorf("looked again: %q", lines)
				}
			})
		}
	})
}

func TestSparseUIDs(t *testing.T) {
	t.Parallel()
	test := func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 900)
		var odd imap.UIDSet
		for uid := imap.UID(1); uid < 900; uid += 2 {
			odd.AddNum(uid)
		}
		odd.AddRange(300, 800)
		remove(t, s, "INBOX", odd)
		r := &recorder{}
		must(t, sync1(t, account(s, s.IMAPPort()), r))
		wantAll(t, s, r, "INBOX")
		if b := r.Batches("INBOX"); len(b[0].Messages) != 199 || b[0].Left != 0 {
			t.Errorf("%d messages at first, %d left", len(b[0].Messages), b[0].Left)
		}
	}
	forEachServer(t, test)
	t.Run("without ESEARCH", func(t *testing.T) {
		t.Parallel()
		test(t, embedded(t, imap.CapESearch))
	})
}

func TestMailboxesComeAndGo(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		must(t, s.Create("Friends"))
		fill(t, s, "Friends", 1, 3)
		a, r := account(s, s.IMAPPort()), &recorder{}
		pass := func(want ...string) {
			t.Helper()
			r.forget()
			must(t, sync1(t, a, r))
			got := r.watched[0]
			slices.Sort(got)
			if !slices.Equal(got, want) || len(r.watched) != 1 {
				t.Errorf("watched %q, want %q", r.watched, want)
			}
		}
		pass("Archive", "Friends", "INBOX", "Sent")
		must(t, s.Create("Work"))
		fill(t, s, "Work", 1, 4)
		pass("Archive", "Friends", "INBOX", "Sent", "Work")
		wantAll(t, s, r, "Work")
		must(t, s.Rename("Friends", "Family"))
		pass("Archive", "Family", "INBOX", "Sent", "Work")
		wantAll(t, s, r, "Family")
		must(t, s.Delete("Work"))
		pass("Archive", "Family", "INBOX", "Sent")
		if r.Read() != 0 {
			t.Errorf("read %d messages", r.Read())
		}
	})
}

// A mailbox that goes away in the middle of a pass does not stop it.
func TestMailboxGoneInThePass(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		must(t, s.Create("Aaa"))
		fill(t, s, "Aaa", 1, 3)
		fill(t, s, "INBOX", 1, 3)
		p := newProxy(t, s)
		p.OnClient(func(line []byte) mailsim.Action {
			if strings.Contains(string(line), `EXAMINE "Aaa"`) {
				_ = s.Delete("Aaa")
			}
			return mailsim.Pass
		})
		r := &recorder{}
		must(t, sync1(t, account(s, p.Port()), r))
		wantAll(t, s, r, "INBOX")
		if b := r.Batches("Aaa"); len(b) != 1 || b[0].Refused == "" || b[0].Synced {
			t.Errorf("%+v", b)
		}
	})
}

// A mailbox that is listed and cannot be opened is reported, and the rest read.
// What was read of it before holds.
func TestMailboxClosedToUs(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 3)
		fill(t, s, "Sent", 1, 3)
		a, r := account(s, s.IMAPPort()), &recorder{}
		must(t, sync1(t, a, r))
		before := r.Cursors()
		fill(t, s, "INBOX", 4, 5)
		fill(t, s, "Sent", 4, 5)
		p := newRewriter(t, s, nil, func(line string) string { return strings.Replace(line, `EXAMINE "Sent"`, `EXAMINE "Nowhere"`, 1) })
		a.Server.Port = p.Port()
		r.forget()
		must(t, sync1(t, a, r))
		if uids := r.UIDs("INBOX"); !slices.Equal(uids, []uint32{4, 5}) {
			t.Errorf("INBOX: read %v", uids)
		}
		if b := r.Batches("Sent"); len(b) != 1 || b[0].Refused == "" || r.Cursors()["Sent"] != before["Sent"] {
			t.Errorf("%+v", b)
		}
		w := watcher(a, r)
		w.pace.round = time.Millisecond
		run(t, w)
		fill(t, s, "INBOX", 6, 6)
		eventually(t, "the mail", has(r, "INBOX", 6))
		eventually(t, "Sent to be tried again", func() bool { return len(r.Batches("Sent")) > 4 })
		p.mu.Lock()
		p.client = nil // now it can be opened
		p.mu.Unlock()
		eventually(t, "the mail sent", has(r, "Sent", 5))
		if n := p.Dials(); n != 4 {
			t.Errorf("%d connections", n)
		}
	})
}

// allowed are the commands of somebody who looks and does not touch.
var allowed = regexp.MustCompile(`^(\S+ (LOGIN|AUTHENTICATE|CAPABILITY|LIST|STATUS|EXAMINE|UID SEARCH|UNSELECT|IDLE|LOGOUT)( |$)` +
	`|\S+ UID FETCH [0-9:,*]+ \(UID ((FLAGS|INTERNALDATE) ){2}BODY\.PEEK\[HEADER\.FIELDS \([^)]*\)\]\)$|DONE$)`)

var (
	opened1     = regexp.MustCompile(`^\S+ EXAMINE "?([^"]*)"?$`)
	opened1Line = regexp.MustCompile(`^(\S+ )EXAMINE [^\r\n]*`)
)

// wantLooksOnly checks what was sent, and gives the mailboxes that were opened.
func wantLooksOnly(t *testing.T, lines []string) (names []string) {
	t.Helper()
	for _, line := range lines {
		if !allowed.MatchString(line) {
			t.Errorf("sent %q", line)
		}
		if m := opened1.FindStringSubmatch(line); m != nil {
			names = append(names, m[1])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Law 2, in a pass and in waiting.
func TestLookDontTouch(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		must(t, s.Create("Regards Outbox"))
		for _, name := range []string{"Lists", "Lists/go", "Lists/go/nuts"} {
			must(t, s.Create(name))
		}
		names, err := s.Mailboxes()
		must(t, err)
		for _, name := range names {
			fill(t, s, name, 1, 7)
		}
		before := snapshot(t, s)
		p := newProxy(t, s)
		a, r := account(s, p.Port()), &recorder{}
		a.Ignore = []string{"Lists*"}
		must(t, sync1(t, a, r))
		stop := run(t, watcher(a, &recorder{}))
		eventually(t, "two to wait", func() bool { return countLines(p.ClientLines(), "IDLE") == 2 })
		stop()
		if opened := wantLooksOnly(t, p.ClientLines()); !slices.Equal(opened, []string{"Archive", "INBOX", "Sent"}) {
			t.Errorf("opened %q", opened)
		}
		if after := snapshot(t, s); !reflect.DeepEqual(before, after) {
			t.Errorf("the mail has changed:\n%+v\n%+v", before, after)
		}
	})
}

func countLines(lines []string, word string) (n int) {
	for _, line := range lines {
		if strings.Contains(line, word) {
			n++
		}
	}
	return n
}

// Servers with less give the same.
func TestSyncWithout(t *testing.T) {
	t.Parallel()
	all := []imap.Cap{imap.CapESearch, imap.CapIdle, imap.CapListExtended, imap.CapListStatus, imap.CapSpecialUse, imap.CapUIDPlus, imap.CapMove}
	for _, without := range [][]imap.Cap{{imap.CapESearch}, {imap.CapListStatus}, {imap.CapSpecialUse}, all} {
		t.Run(fmt.Sprint(without), func(t *testing.T) {
			t.Parallel()
			s := embedded(t, without...)
			for _, name := range []string{"INBOX", "Sent", "Drafts", "Trash"} {
				fill(t, s, name, 1, 300)
			}
			a, r := account(s, s.IMAPPort()), &recorder{}
			must(t, sync1(t, a, r))
			wantAll(t, s, r, "INBOX")
			wantAll(t, s, r, "Sent")
			if r.Read() != 600 {
				t.Errorf("read %d messages", r.Read())
			}
			r.forget()
			fill(t, s, "Sent", 301, 303)
			must(t, sync1(t, a, r))
			if r.Read() != 3 || !r.Batches("Sent")[0].Sent {
				t.Errorf("read %d messages", r.Read())
			}
		})
	}
}

// A server that goes away anywhere leaves a prefix, and the next pass the rest.
// A connection that is cut costs less: once the mailboxes are listed, the pass
// goes on over another one, and says so.
func TestCutAnywhere(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 230)
		fill(t, s, "Sent", 1, 2)
		p := newProxy(t, s)
		a, listed := account(s, p.Port()), 0
		p.OnServer(func(line []byte) mailsim.Action {
			if strings.HasPrefix(string(line), "* STATUS ") {
				listed = p.Counts().ServerLines + 1 // the end of the list comes after it
			}
			return mailsim.Pass
		})
		must(t, sync1(t, a, &recorder{}))
		lines := p.Counts().ServerLines - 2 // the goodbye may get lost
		for n := 1; n <= lines; n += 1 + n/4 {
			for _, gone := range []bool{true, false} {
				came, r := 0, &recorder{}
				p.OnServer(func([]byte) mailsim.Action {
					if came++; came == n || came > n && gone {
						return mailsim.Cut
					}
					return mailsim.Pass
				})
				err := sync1(t, a, r)
				p.OnServer(nil)
				if !errors.Is(err, imapconn.ErrAway) || r.Last().Problem == nil {
					t.Errorf("cut before line %d of %d, gone %t: %v, %+v", n, lines, gone, err, r.Last())
				}
				wantPrefix(t, r)
				if gone || n <= listed {
					must(t, sync1(t, a, r))
				}
				wantAll(t, s, r, "INBOX")
				wantAll(t, s, r, "Sent")
			}
		}
	})
}

// wantPrefix checks that all between the ends of each cursor was handed over.
func wantPrefix(t *testing.T, r *recorder) {
	t.Helper()
	for name, c := range r.Cursors() {
		uids := r.UIDs(name)
		slices.Sort(uids)
		if want := members(imap.UIDSet{{Start: imap.UID(c.Low), Stop: imap.UID(c.High)}}); c.High > 0 && c.Low <= c.High && !slices.Equal(uids, want) {
			t.Errorf("%s: %+v stands for %v", name, c, uids)
		}
	}
}

// A server that falls silent in a FETCH is left after the time of a command; the
// message at which that happens again and again is stepped over.
func TestStallInFetch(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	fill(t, s, "INBOX", 1, 50)
	p := newProxy(t, s)
	p.OnServer(func(line []byte) mailsim.Action {
		if strings.HasPrefix(string(line), "Subject: letter 25") {
			return mailsim.Stall
		}
		return mailsim.Pass
	})
	a, r := account(s, p.Port()), &recorder{}
	w := watcher(a, r)
	w.pace.command = time.Second
	mustCut(t, w.Sync(within(t)))
	wantAllBut(t, r, "INBOX", 50, 25)
}

func TestServerAway(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	must(t, s.Stop())
	r := &recorder{}
	if err := sync1(t, account(s, s.IMAPPort()), r); !errors.Is(err, imapconn.ErrAway) || !errors.Is(r.Last().Problem, imapconn.ErrAway) {
		t.Errorf("%v, %+v", err, r.Last())
	}
}

// Errors of the sink are told from the server's, and end the pass.
func TestSinkFails(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	fill(t, s, "INBOX", 1, 3)
	for name, sink := range map[string]Sink{"Watched": failing{watched: true}, "Report": failing{report: true}, "Commit": failing{commit: true}, "Lookups": failing{lookups: true}, "Bodies": failing{bodies: true}} {
		w := New(account(s, s.IMAPPort()), nil, sink)
		w.pace = quick
		if err := w.Sync(within(t)); !errors.Is(err, errFull) {
			t.Errorf("Sync with a failing %s: %v", name, err)
		}
		if err := w.Run(within(t)); !errors.Is(err, errFull) {
			t.Errorf("Run with a failing %s: %v", name, err)
		}
	}
}
