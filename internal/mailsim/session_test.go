package mailsim

import (
	"errors"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
)

func TestIdlePush(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		w := login(t, s.IMAPAddr())
		w.do("a EXAMINE INBOX")
		w.send("b IDLE")
		w.expect("+ ")
		value[uint32](t)(s.Append(inbox, letter(1)))
		w.expect("* 1 EXISTS")
		value[uint32](t)(s.Move(inbox, 1, "Trash"))
		w.expect("* 1 EXPUNGE")
		w.send("DONE")
		w.expect("b OK")
	})
}

// The mail arrives after the session's last command and before its IDLE. The
// EXISTS has to come during IDLE, so nothing is sent that would end it; go-imap's
// own memory session keeps it until the next change.
func TestMailBeforeIdleIsPushed(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		w := login(t, s.IMAPAddr())
		w.do("a EXAMINE INBOX")
		value[uint32](t)(s.Append(inbox, letter(1)))
		w.send("b IDLE")
		w.expect("* 1 EXISTS")
		w.send("DONE")
		w.expect("b OK")
	})
}

func TestExamineIsReadOnly(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		value[uint32](t)(s.Append(inbox, letter(1)))
		w := login(t, s.IMAPAddr())
		w.do("a EXAMINE INBOX")
		w.do("b UID FETCH 1 BODY[]")
		w.ask(`c UID STORE 1 +FLAGS (\Deleted)`) // Dovecot says OK and ignores it
		w.do("d CLOSE")
		if got := value[[]Message](t)(s.Messages(inbox)); len(got) != 1 || len(got[0].Flags) != 0 {
			t.Errorf("INBOX: %+v", got)
		}
	})
}

// The embedded server is stricter than Dovecot 2.3.19, which says OK to STORE
// and does carry out MOVE: a program that touches what it only examined is to
// fail its tests.
func TestExamineRefusesChanges(t *testing.T) {
	t.Parallel()
	s := opened(t)(Embedded())
	value[uint32](t)(s.Append(inbox, letter(1)))
	w := login(t, s.IMAPAddr())
	w.do("a EXAMINE INBOX")
	for _, command := range []string{`b UID STORE 1 +FLAGS (\Seen)`, "c UID MOVE 1 Trash"} {
		if answer := w.ask(command); count(answer, " NO [READ-ONLY] ") != 1 {
			t.Errorf("%s: %q", command, answer)
		}
	}
	if got := value[[]Message](t)(s.Messages(inbox)); len(got) != 1 || len(got[0].Flags) != 0 {
		t.Errorf("INBOX: %+v", got)
	}
}

func TestReadingSetsSeen(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		value[uint32](t)(s.Append(inbox, letter(1)))
		watcher := login(t, s.IMAPAddr())
		watcher.do("a EXAMINE INBOX")
		watcher.send("b IDLE")
		watcher.expect("+ ")
		reader := login(t, s.IMAPAddr())
		reader.do("a SELECT INBOX")
		reader.do("b UID FETCH 1 BODY[]")
		for !strings.Contains(strings.ToLower(watcher.expect("* 1 FETCH")[0]), `\seen`) {
		}
	})
}

// A message that the client hasn't been told of has no sequence number yet.
func TestFetchBeforeExists(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		value[uint32](t)(s.Append(inbox, letter(1)))
		w := login(t, s.IMAPAddr())
		w.do("a EXAMINE INBOX")
		value[uint32](t)(s.Append(inbox, letter(2)))
		answer := w.do("b UID FETCH 1:* (FLAGS)")
		if count(answer, "* 0 FETCH") != 0 || count(answer, "* 1 FETCH") != 1 {
			t.Errorf("first: %q", answer)
		}
		w.do("n NOOP") // only here Courier tells of it
		if answer := w.do("c UID FETCH 2:* (FLAGS)"); count(answer, "* 2 FETCH") != 1 || count(answer, "FETCH (") != 1 {
			t.Errorf("second: %q", answer)
		}
	})
}

func TestMoveTellsExpungeOnce(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		if lacks(t, s, imap.CapMove) {
			t.Skip("this server has no MOVE")
		}
		for n := range 3 {
			value[uint32](t)(s.Append(inbox, letter(n)))
		}
		w := login(t, s.IMAPAddr())
		w.do("a SELECT INBOX")
		answer := append(w.do("b UID MOVE 2 Trash"), w.do("c NOOP")...)
		if count(answer, "* 2 EXPUNGE") != 1 || count(answer, "EXPUNGE") != 1 || count(answer, "[COPYUID ") != 1 {
			t.Errorf("%q", answer)
		}
		for _, command := range []string{"d UID MOVE 2 Trash", "e UID COPY 2 Trash"} {
			if answer := w.do(command); count(answer, "COPYUID") != 0 {
				t.Errorf("%s of nothing: %q", command, answer)
			}
		}
	})
}

func TestInboxStays(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		if err := s.Delete(inbox); err == nil {
			t.Error("INBOX was deleted")
		}
		value[uint32](t)(s.Append(inbox, letter(1)))
		if err := s.Rename(inbox, "Old"); errors.Is(err, errors.ErrUnsupported) {
			return // see there
		} else {
			must(t, err)
		}
		if status := value[Status](t)(s.Status(inbox)); status.Messages != 0 {
			t.Errorf("INBOX: %+v", status)
		}
		if status := value[Status](t)(s.Status("Old")); status.Messages != 1 {
			t.Errorf("Old: %+v", status)
		}
	})
}

func TestSubscriptions(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		if lacks(t, s, imap.CapListExtended) {
			t.Skip("this server has only LSUB")
		}
		w := login(t, s.IMAPAddr())
		w.do("a SUBSCRIBE Drafts")
		w.do("b SUBSCRIBE Sent")
		w.do("c UNSUBSCRIBE Sent")
		if list := w.do(`d LIST (SUBSCRIBED) "" *`); count(list, "Drafts") == 0 || count(list, "Sent") != 0 {
			t.Errorf("%q", list)
		}
		if list := w.do(`e LIST (SPECIAL-USE) "" *`); len(list) != len(standard)+1 || count(list, "INBOX") != 0 {
			t.Errorf("%q", list)
		}
	})
}
