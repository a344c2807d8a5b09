package mailer

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"regards/contact"
	"regards/internal/imapconn"
	"regards/internal/mailsim"
)

const letterID = "letter@example.org"

func TestEnsureOutbox(t *testing.T) {
	for _, name := range []string{"Regards Outbox", "Grüße & mehr"} {
		forEachKind(t, func(t *testing.T, w world) {
			ctx := within(t)
			for range 2 {
				must(t, w.EnsureOutbox(ctx, name))
				if got, ok := w.Outbox(); !ok || got != w.IMAPName(name) {
					t.Errorf("it is called %q, %t", got, ok)
				}
			}
			place := w.lie(t, name, string(message(letterID)))
			other, err := OpenNamed(ctx, at(w.Server, w.IMAPPort()), Names{Outbox: name})
			must(t, err)
			defer other.Close(ctx)
			if got, ok := other.Outbox(); !ok || got != w.IMAPName(name) {
				t.Errorf("another connection calls it %q, %t", got, ok)
			}
			_, drafts, _, err := other.Survey(ctx, name, Box{})
			if err != nil || len(drafts) != 1 || drafts[0].Place != place {
				t.Errorf("there lies %+v, %v", drafts, err)
			}
		})
	}
}

func TestEnsureOutboxRefused(t *testing.T) {
	d := opened(t, scripted(t, map[string][]string{"LIST": {`* LIST (\Drafts) "/" Drafts`}}), "")
	if err := d.EnsureOutbox(within(t), "Regards Outbox"); !errors.Is(err, ErrOutbox) {
		t.Errorf("created, but not there: %v", err)
	}
}

// What is tried leaves nothing behind, whether it works or not, and tells the
// server's clock.
func TestTryDraft(t *testing.T) {
	for _, move := range []bool{true, false} {
		forEachKind(t, func(t *testing.T, w world) {
			before, err := w.Mailboxes()
			must(t, err)
			start := time.Now().Truncate(time.Second)
			received, err := w.TryDraft(within(t), Outgoing{Raw: message(letterID), MessageID: letterID}, start, move)
			can := w.kind != "old" && (w.kind != "gmail" || !move)
			if can != (err == nil) || !can && !errors.Is(err, ErrLeft) {
				t.Errorf("move %t: %v", move, err)
			}
			if w.kind != "old" && (received.Before(start) || received.After(time.Now())) {
				t.Errorf("move %t: it came at %v, not after %v", move, received, start)
			}
			after, err := w.Mailboxes()
			must(t, err)
			if !slices.Equal(before, after) {
				t.Errorf("move %t: there is left %v", move, after)
			}
			for _, box := range after {
				if left := w.content(t, box); len(left) != 0 {
					t.Errorf("move %t: in %s lie %d messages", move, box, len(left))
				}
			}
		})
	}
}

// A draft that is not found by its Message-ID would be laid again: that is an error,
// and it is removed all the same.
func TestTryDraftNotFound(t *testing.T) {
	s := embedded(t, mailsim.Options{})
	d := opened(t, at(s, s.IMAPPort()), "")
	_, err := d.TryDraft(within(t), Outgoing{Raw: message("other@example.org"), MessageID: letterID}, time.Now(), false)
	if err == nil || !strings.Contains(err.Error(), "does not find it again") {
		t.Errorf("got %v", err)
	}
	if left, err := s.Messages("Drafts"); err != nil || len(left) != 0 {
		t.Errorf("there lies %v, %v", left, err)
	}
}

// A mailbox that has another use is never the outbox: what lies there would be
// taken for approved.
func TestNoOutboxAmongOthers(t *testing.T) {
	forEachKind(t, func(t *testing.T, w world) {
		ctx := within(t)
		for _, role := range []imapconn.Role{imapconn.Drafts, imapconn.Sent, imapconn.Trash} {
			name, ok := w.Name(role)
			if !ok {
				continue
			}
			if err := w.EnsureOutbox(ctx, name); !errors.Is(err, ErrOutbox) {
				t.Errorf("%s: %v", name, err)
			}
			if _, ok := w.Outbox(); ok {
				t.Errorf("%s is taken for the outbox", name)
			}
		}
	})
}

func TestMove(t *testing.T) {
	forEachKind(t, func(t *testing.T, w world) {
		ctx := within(t)
		must(t, w.EnsureOutbox(ctx, "Regards Outbox"))
		if can := w.CanMove(); can != (w.kind != "gmail" && w.kind != "old") {
			t.Errorf("can move: %t", can)
		}
		if w.kind == "gmail" {
			return
		}
		place := w.lie(t, w.drafts, string(message(letterID)), `\Draft`, `\Seen`)
		bystander := w.lie(t, w.drafts, string(message("other@example.org")), `\Draft`)
		w.mark(t, w.drafts, bystander)
		for name, wrong := range map[string]contact.Place{
			"another": {Mailbox: place.Mailbox, UIDValidity: place.UIDValidity, UID: bystander.UID},
			"nothing": {Mailbox: place.Mailbox, UIDValidity: place.UIDValidity, UID: 999},
			"anew":    {Mailbox: place.Mailbox, UIDValidity: place.UIDValidity + 1, UID: place.UID},
		} {
			if _, err := w.Drafts.Move(ctx, wrong, letterID, "Regards Outbox"); !errors.Is(err, ErrGone) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := w.Drafts.Move(ctx, bystander, "other@example.org", "Regards Outbox"); !errors.Is(err, ErrGone) {
			t.Errorf("one marked as deleted: %v", err)
		}
		moved, err := w.Drafts.Move(ctx, place, letterID, "Regards Outbox")
		if w.kind == "old" {
			if !errors.Is(err, ErrLeft) || len(w.content(t, w.drafts)) != 2 {
				t.Errorf("it cannot be moved: %v", err)
			}
			return
		}
		must(t, err)
		there := w.content(t, "Regards Outbox")
		if len(there) != 1 || there[0].UID != moved.UID || moved.Mailbox != w.IMAPName("Regards Outbox") || idOf(there[0].Raw) != letterID {
			t.Errorf("moved to %+v, where %+v lies", moved, there)
		}
		if left := w.content(t, w.drafts); len(left) != 1 || left[0].UID != bystander.UID {
			t.Errorf("what is left in Drafts: %+v", left)
		}
		if back, err := w.Drafts.Move(ctx, moved, letterID, place.Mailbox); err != nil || back.UIDValidity != place.UIDValidity {
			t.Errorf("and back: %+v, %v", back, err)
		}
	})
}

func TestRemove(t *testing.T) {
	forEachKind(t, func(t *testing.T, w world) {
		ctx := within(t)
		place := w.lie(t, w.drafts, string(message(letterID)), `\Draft`, `\Seen`)
		err := w.Drafts.Remove(ctx, place, letterID)
		if w.kind == "old" {
			if !errors.Is(err, ErrLeft) || len(w.content(t, w.drafts)) != 1 {
				t.Errorf("it cannot be removed: %v", err)
			}
			return
		}
		must(t, err)
		if len(w.content(t, w.drafts)) != 0 || len(w.content(t, w.trash)) != 1 {
			t.Error("it is not in Trash")
		}
		if err := w.Drafts.Remove(ctx, place, letterID); !errors.Is(err, ErrGone) {
			t.Errorf("again: %v", err)
		}
	})
}

// Without MOVE, nothing is marked as deleted unless its copy was made.
func TestMoveWithoutMove(t *testing.T) {
	s, err := mailsim.EmbeddedWith(mailsim.Options{Without: []imap.Cap{imap.CapMove, imap.CapIMAP4rev2}})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	d := opened(t, at(s, s.IMAPPort()), "")
	w := world{s, d, "", "Drafts", "Sent", "Trash"}
	place := w.lie(t, "Drafts", string(message(letterID)))
	w.mark(t, "Drafts", w.lie(t, "Drafts", string(message("other@example.org"))))
	if _, err := d.Move(within(t), place, letterID, "Nowhere"); err == nil {
		t.Error("moved to nowhere")
	} else if _, refused := imapconn.Refused(err); !refused {
		t.Errorf("to nowhere: %v", err)
	}
	for _, m := range w.content(t, "Drafts") {
		if m.UID == place.UID && len(m.Flags) > 0 {
			t.Errorf("its flags are %q", m.Flags)
		}
	}
	moved, err := d.Move(within(t), place, letterID, "Trash")
	if there := w.content(t, "Trash"); err != nil || len(there) != 1 || there[0].UID != moved.UID || len(w.content(t, "Drafts")) != 1 {
		t.Errorf("moved to %+v, %v", moved, err)
	}
}

// A draft whose mailbox was made anew is taken back only while it reads as it was
// laid (law 2): an edited one may have kept its Message-ID.
func TestTakeBackAnew(t *testing.T) {
	laid := string(message(letterID))
	edited := strings.Replace(laid, "Hello.", "Dear Maria,", 1)
	for name, x := range map[string]struct {
		there string
		raw   []byte
		want  contact.State
		left  int
	}{
		"untouched":        {laid, []byte(laid), contact.Superseded, 0},
		"edited":           {edited, []byte(laid), contact.Drafted, 1},
		"another subject":  {strings.Replace(laid, "Hello", "Hi", 1), []byte(laid), contact.Drafted, 1},
		"nobody can tell":  {laid, nil, contact.Drafted, 1},
		"an added header":  {"X-Server: x\r\n" + laid, []byte(laid), contact.Superseded, 0},
		"another receiver": {strings.Replace(laid, "To: ", "To: tom@x.example, ", 1), []byte(laid), contact.Drafted, 1},
		"gone":             {"", []byte(laid), contact.Uncertain, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := mailsim.Embedded()
			must(t, err)
			t.Cleanup(func() { must(t, s.Close()) })
			d := opened(t, at(s, s.IMAPPort()), "")
			w := world{s, d, "", "Drafts", "Sent", "Trash"}
			place := contact.Place{Mailbox: "Drafts", UIDValidity: 1 << 30, UID: 1}
			if x.there != "" {
				w.lie(t, "Drafts", x.there)
			}
			state, err := d.TakeBackLetter(within(t), Outgoing{x.raw, letterID}, place)
			if err != nil || state != x.want || len(w.content(t, "Drafts")) != x.left {
				t.Errorf("%s, %v, and %d are left", state, err, len(w.content(t, "Drafts")))
			}
		})
	}
}

// The owner has been at it: it stays, whatever place it has.
func TestTakeBackTouched(t *testing.T) {
	forEachKind(t, func(t *testing.T, w world) {
		place := w.lie(t, w.drafts, string(message(letterID)), `\Draft`)
		w.mark(t, w.drafts, place)
		if w.kind != "gmail" {
			if state, err := w.takeBack(within(t), letterID, place); err != nil || state != contact.Dismissed {
				t.Errorf("marked as deleted: %s, %v", state, err)
			}
		}
		w.clear(t, w.drafts, place)
		w.lie(t, w.drafts, string(message(letterID)), `\Draft`)
		if state, err := w.takeBack(within(t), letterID, place); err != nil || state != contact.Dismissed || len(w.content(t, w.drafts)) != 1 {
			t.Errorf("saved anew: %s, %v", state, err)
		}
		w.lie(t, w.sent, string(message(letterID)))
		if state, err := w.takeBack(within(t), letterID, place); err != nil || state != contact.Sent {
			t.Errorf("sent: %s, %v", state, err)
		}
	})
}

func TestFile(t *testing.T) {
	forEachKind(t, func(t *testing.T, w world) {
		ctx := within(t)
		w.lie(t, w.sent, string(message("x"+letterID))) // part of it is the letter's
		place, id, err := w.File(ctx, message(letterID), letterID)
		must(t, err)
		again, _, err := w.File(ctx, message(letterID), letterID)
		must(t, err)
		there := w.content(t, w.sent)
		if id != letterID || place != again || len(there) != 2 || there[1].UID != place.UID || place.Mailbox != w.IMAPName(w.sent) {
			t.Errorf("filed at %+v and %+v; there are %d", place, again, len(there))
		}
		if flags := there[1].Flags; len(flags) != 1 || flags[0] != `\Seen` {
			t.Errorf("its flags are %q", flags)
		}
	})
}

// A server that gives what it sends another Message-ID has filed it already.
func TestFiledUnderAnotherID(t *testing.T) {
	forEachKind(t, func(t *testing.T, w world) {
		ctx := within(t)
		const sent = "Date: Fri, 20 Nov 2026 17:59:30 +0100\r\nFrom: ana@example.org\r\nTo: Maria <maria@uni.example>\r\nSubject: Hi\r\nMessage-ID: <%s>\r\n\r\nHi\r\n"
		raw := fmt.Appendf(nil, sent, "old@example.org")
		for i, other := range []string{"Hi|Hi again", "maria@|tom@", "17:59:30|17:59:31"} {
			old, changed, _ := strings.Cut(other, "|")
			w.lie(t, w.sent, strings.Replace(fmt.Sprintf(sent, fmt.Sprintf("other%d@example.org", i)), old, changed, 1))
		}
		if _, id, err := w.FindSent(ctx, raw, "old@example.org"); err != nil || id != "" {
			t.Errorf("found %q, %v", id, err)
		}
		w.lie(t, w.sent, fmt.Sprintf(sent, "new@example.org"))
		if _, id, err := w.File(ctx, raw, "old@example.org"); err != nil || id != "new@example.org" || len(w.content(t, w.sent)) != 4 {
			t.Errorf("filed as %q, %v", id, err)
		}
	})
}

func TestFileNowhere(t *testing.T) {
	d := opened(t, scripted(t, map[string][]string{"LIST": {`* LIST (\Drafts) "/" Drafts`}}), "")
	if _, _, err := d.File(within(t), message(letterID), letterID); !errors.Is(err, ErrNoMailbox) {
		t.Errorf("without Sent: %v", err)
	}
}
