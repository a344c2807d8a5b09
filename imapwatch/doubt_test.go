package imapwatch

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"regards/internal/imapconn"
)

// Gmail refuses a whole FETCH for the sake of one message. That one is found
// over the same connection, with the server's words.
func TestFetchRefused(t *testing.T) {
	t.Parallel()
	f := newFake(t, 300)
	f.answer = func(tag, command string) string {
		if isFetch(command, 3, 200) {
			return fakeLetter(2) + tag + " NO [UNAVAILABLE] Some messages could not be FETCHed (Failure)\r\n"
		}
		return ""
	}
	r := &recorder{}
	must(t, sync1(t, f.account(), r))
	wantAllBut(t, r, "INBOX", 300, 3, 200)
	for _, b := range r.Batches("INBOX") {
		for _, why := range b.Unreadable {
			if !strings.Contains(why, "Some messages could not be FETCHed") {
				t.Errorf("told %q", why)
			}
		}
	}
	if f.Dials() != 1 || !r.Last().Synced {
		t.Errorf("%d connections, %+v", f.Dials(), r.Last())
	}
}

// New mail is stepped over in the same way by who waits.
func TestFetchRefusedInRun(t *testing.T) {
	t.Parallel()
	f := newFake(t, 3)
	f.answer = func(tag, command string) string {
		if isFetch(command, 5) {
			return tag + " NO it cannot be read\r\n"
		}
		return ""
	}
	r := &recorder{}
	w := watcher(f.account(), r)
	w.pace.poll = time.Millisecond
	run(t, w)
	eventually(t, "the scan", has(r, "INBOX", 3))
	f.change(func() { f.n = 6 })
	eventually(t, "the mail", has(r, "INBOX", 6))
	wantAllBut(t, r, "INBOX", 6, 5)
}

// A refusal that is not about the messages is not taken for one: the mailbox is
// left for this round, and letters wait.
func TestFetchRefusedForNow(t *testing.T) {
	t.Parallel()
	for _, words := range []string{"[LIMIT] no", "[OVERQUOTA] no", "[inuse] no", "Account exceeded command or bandwidth limits", "Try again", "[THROTTLED] no"} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, 10, `() "/" Archive`)
			f.answer = func(tag, command string) string {
				if isFetch(command, 3) {
					return tag + " NO " + words + "\r\n"
				}
				return ""
			}
			r := &recorder{}
			if err := sync1(t, f.account(), r); err == nil { // no mailbox can be read
				t.Error("no error")
			}
			if f.Dials() != 1 || f.Heard("UID FETCH") != 2 {
				t.Errorf("asked %d times over %d connections", f.Heard("UID FETCH"), f.Dials())
			}
			for _, mailbox := range []string{"INBOX", "Archive"} {
				wantRefused(t, r, mailbox, "fetch headers: imap: NO")
				for _, b := range r.Batches(mailbox) {
					if !b.Broken {
						t.Errorf("%+v", b)
					}
				}
			}
			f.change(func() { f.answer = nil })
			must(t, sync1(t, f.account(), r))
			wantAllBut(t, r, "INBOX", 10)
		})
	}
}

// Only where the server does not open a mailbox there is nothing to wait for.
func TestBroken(t *testing.T) {
	t.Parallel()
	for refused, broken := range map[string]bool{"EXAMINE": false, "UID": true} {
		f := newFake(t, 10)
		f.answer = func(tag, command string) string {
			if strings.HasPrefix(command, refused) {
				return tag + " NO not for you\r\n"
			}
			return ""
		}
		r := &recorder{}
		_ = sync1(t, f.account(), r)
		b := r.Batches("INBOX")
		if last := b[len(b)-1]; last.Refused == "" || last.Broken != broken {
			t.Errorf("%s is refused: %+v", refused, last)
		}
	}
}

// A message at which the server breaks the connection, each time, is stepped
// over: everything older would be out of reach for ever.
func TestMessageThatEndsTheConnection(t *testing.T) {
	t.Parallel()
	for n, bad := range map[int][]int{1: {1}, 10: {3}, 700: {1, 500, 700}} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			f := newFake(t, n)
			f.answer = func(_, command string) string {
				if isFetch(command, bad...) {
					return fakeLetter(1) + "* 2 FETCH (UID" + cut
				}
				return ""
			}
			r := &recorder{}
			mustCut(t, sync1(t, f.account(), r))
			var want []uint32
			for _, uid := range bad {
				want = append(want, uint32(uid))
			}
			wantAllBut(t, r, "INBOX", n, want...)
			if !r.Last().Synced {
				t.Errorf("%+v", r.Last())
			}
		})
	}
}

// A connection that breaks once at a message, asked for alone, may have had
// other reasons.
func TestMessageIsNotBlamedForOneCut(t *testing.T) {
	t.Parallel()
	f, alone := newFake(t, 8), 0
	f.answer = func(_, command string) string {
		if !isFetch(command, 3) {
			return ""
		}
		if !isFetch(command, 2, 4) {
			alone++
		}
		if alone < 2 {
			return cut
		}
		return ""
	}
	r := &recorder{}
	mustCut(t, sync1(t, f.account(), r))
	wantAllBut(t, r, "INBOX", 8)
}

// Where nothing can be fetched it is not the messages: few of them are stepped
// over, and the mailbox is left for this round.
func TestNothingCanBeFetched(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]string{"cut": cut, "garbled": noIMAP, "refused": "%s NO it is out of order\r\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, 100)
			f.answer = func(tag, command string) string {
				if strings.HasPrefix(command, "UID FETCH ") {
					return strings.Replace(reply, "%s", tag, 1)
				}
				return ""
			}
			r := &recorder{}
			if err := sync1(t, f.account(), r); err == nil {
				t.Error("no error")
			}
			if n := r.Read(); n != maxSpoiled {
				t.Errorf("%d were stepped over", n)
			}
			if b := r.Batches("INBOX"); b[len(b)-1].Refused == "" || !b[len(b)-1].Broken {
				t.Errorf("%+v", b)
			}
			f.change(func() { f.answer = nil })
			must(t, sync1(t, f.account(), r))
			if uids := r.UIDs("INBOX"); len(uids) != 100 {
				t.Errorf("read %v", uids)
			}
		})
	}
}

// Many bad messages take many logins: only so many in one visit, and the next
// goes on from there.
func TestManyBadMessages(t *testing.T) {
	t.Parallel()
	f := newFake(t, 400)
	var bad []int
	var want []uint32
	for uid := 7; uid <= 400; uid += 7 {
		bad, want = append(bad, uid), append(want, uint32(uid))
	}
	f.answer = func(_, command string) string {
		if isFetch(command, bad...) {
			return noFetch("")
		}
		return ""
	}
	r := &recorder{}
	for low := uint32(401); low > 1; low = r.Cursors()["INBOX"].Low {
		before := f.Dials()
		_ = sync1(t, f.account(), r)
		if n := f.Dials() - before; n > 60 || r.Cursors()["INBOX"].Low >= low {
			t.Fatalf("%d connections, and the cursor is %+v", n, r.Cursors()["INBOX"])
		}
	}
	wantAllBut(t, r, "INBOX", 400, want...)
}

// The next connection is waited for longer and longer, until a few ranges have
// been read.
func TestRenewWaitsLonger(t *testing.T) {
	t.Parallel()
	f := newFake(t, 1)
	w := watcher(f.account(), &recorder{})
	s, err := w.open(within(t), w.account.Server)
	must(t, err)
	defer func() { s.close(within(t)) }()
	var delays []time.Duration
	for range 4 {
		delays = append(delays, s.delay)
		must(t, s.renew(within(t)))
	}
	if !slices.Equal(delays, []time.Duration{time.Millisecond, 2 * time.Millisecond, 4 * time.Millisecond, 4 * time.Millisecond}) {
		t.Errorf("waited %v", delays)
	}
	for range fewRanges {
		if s.delay != w.pace.maxRenew {
			t.Errorf("after less than a few ranges: %v", s.delay)
		}
		s.fetched(&Batch{})
	}
	if s.delay != w.pace.firstDelay || usualPace.maxRenew != time.Minute {
		t.Errorf("in the end: %v", s.delay)
	}
}

// While the next connection is waited for, the end of the context ends it all.
func TestRunEndsBeforeTheNextConnection(t *testing.T) {
	t.Parallel()
	f := newFake(t, 1)
	f.answer = func(_, command string) string {
		if strings.HasPrefix(command, "UID FETCH ") {
			return cut
		}
		return ""
	}
	w := watcher(f.account(), &recorder{})
	w.pace.firstDelay = time.Hour
	stop := run(t, w)
	eventually(t, "the cut", func() bool { return f.Heard("UID FETCH ") > 0 })
	stop()
}

// Above the cursor there are four billion UIDs to answer with.
func TestFloodOfMessages(t *testing.T) {
	f := newFake(t, 10)
	var b strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&b, "* 1 FETCH (UID %d BODY[] {3}\r\nTo:)\r\n", 4294967290-2*i)
	}
	flood := b.String()
	f.answer = func(tag, command string) string {
		if strings.HasPrefix(command, "UID FETCH ") && strings.Contains(command, "*") {
			return flood + tag + " OK\r\n"
		}
		return ""
	}
	r := &recorder{cursors: map[string]Cursor{"INBOX": {7, 1, 5}}}
	wantSmallHeap(t, func() { must(t, sync1(t, f.account(), r)) })
	if uids := r.UIDs("INBOX"); !slices.Equal(uids, []uint32{6, 7, 8, 9, 10}) || r.Cursors()["INBOX"].High != 10 {
		t.Errorf("read %v, %+v", uids, r.Cursors())
	}
}

// More new mail than was announced is asked for in parts.
func TestMoreNewMailThanAnnounced(t *testing.T) {
	t.Parallel()
	f := newFake(t, maxRange+600)
	f.next = 10
	r := &recorder{cursors: map[string]Cursor{"INBOX": {7, 1, 5}}}
	must(t, sync1(t, f.account(), r))
	if uids := r.UIDs("INBOX"); !slices.Equal(uids, upTo(maxRange + 600)[5:]) {
		t.Errorf("read %d", len(uids))
	}
	if f.Dials() != 2 {
		t.Errorf("%d connections", f.Dials())
	}
}

// A SEARCH for people that costs the connection is not tried again: the range
// is read instead.
func TestLookupWhoseSearchFails(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]string{"cut": cut, "garbled": noIMAP} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, 10)
			r := &recorder{}
			must(t, sync1(t, f.account(), r))
			f.change(func() {
				f.answer = func(_, command string) string {
					if strings.Contains(command, "FROM") && strings.HasPrefix(command, "UID SEARCH ") {
						return reply
					}
					return ""
				}
			})
			r.ask("INBOX", "maria@example.net")
			dials := f.Dials()
			_ = sync1(t, f.account(), r) // it may say that a connection was lost
			wantFound(t, r, "INBOX", upTo(10)...)
			if n := f.Dials() - dials; n != 2 || len(refusals(r, "INBOX")) != 0 {
				t.Errorf("%d connections, %+v", n, refusals(r, "INBOX"))
			}
		})
	}
}

// A lookup that fails says nothing of the watch. It is not tried again at each
// Look; something else is.
func TestLookupThatFails(t *testing.T) {
	t.Parallel()
	f := newFake(t, 10, `() "/" Archive`)
	r := &recorder{}
	must(t, sync1(t, f.account(), r))
	f.change(func() {
		f.answer = func(_, command string) string {
			if strings.HasPrefix(command, "UID SEARCH ") {
				return noIMAP
			}
			return ""
		}
	})
	r.ask("INBOX", "maria@example.net")
	w := watcher(f.account(), r)
	if err := w.Sync(within(t)); !errors.Is(err, imapconn.ErrGarbled) || !r.Last().Synced || len(refusals(r, "INBOX")) != 0 {
		t.Errorf("%v, %+v, %+v", err, r.Last(), refusals(r, "INBOX"))
	}
	for i, want := range []time.Duration{time.Millisecond, 2 * time.Millisecond, 4 * time.Millisecond} {
		if got := w.failure("INBOX").pause; got != want {
			t.Errorf("after %d failures the pause is %v", i+1, got)
		}
		w.learn("INBOX", &errand{Lookup: r.Lookup("INBOX")}, errMailbox)
	}
	w.pace.firstDelay = time.Hour
	w.learn("INBOX", &errand{Lookup: r.Lookup("INBOX")}, errMailbox)
	f.change(func() { f.answer = nil })
	must(t, w.Sync(within(t)))
	if r.Lookup("INBOX").Done() {
		t.Error("it was tried again at once")
	}
	r.ask("INBOX", "other@example.net")
	must(t, w.Sync(within(t)))
	if wantFound(t, r, "INBOX", upTo(10)...); w.failure("INBOX").pause != 0 {
		t.Error("the failure is not forgotten")
	}
}
