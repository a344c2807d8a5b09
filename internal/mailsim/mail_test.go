package mailsim

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
)

func TestMoveCopyRemove(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		msg := letter(1)
		msg.Flags = []string{`\Seen`}
		value[uint32](t)(s.Append("Drafts", letter(0))) // so that UIDs differ
		uid := value[uint32](t)(s.Append("Drafts", msg))

		copied := value[uint32](t)(s.Copy("Drafts", uid, "Archive"))
		moved := value[uint32](t)(s.Move("Drafts", uid, "Sent"))
		for mailbox, uid := range map[string]uint32{"Archive": copied, "Sent": moved} {
			got := value[[]Message](t)(s.Messages(mailbox))
			if len(got) != 1 || got[0].UID != uid || !bytes.Equal(got[0].Raw, msg.Raw) ||
				!slices.Equal(got[0].Flags, msg.Flags) || !got[0].Time.Equal(msg.Time) {
				t.Errorf("%s: UID %d, %+v", mailbox, uid, got)
			}
		}
		if _, err := s.Move("Drafts", uid, "Sent"); err == nil {
			t.Error("moved a message that is gone")
		}
		if _, err := s.Copy("Drafts", uid, "Sent"); err == nil {
			t.Error("copied a message that is gone")
		}
		must(t, s.Remove("Sent", moved))
		if status := value[Status](t)(s.Status("Sent")); status.Messages != 0 || status.UIDNext != moved+1 {
			t.Errorf("Sent after Remove: %+v", status)
		}
		if status := value[Status](t)(s.Status("Drafts")); status.Messages != 1 {
			t.Errorf("Drafts after Move: %+v", status)
		}
	})
}

func TestAppendWritesCRLF(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		want := letter(1).Raw
		value[uint32](t)(s.Append(inbox, Message{Raw: bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))}))
		got := value[[]Message](t)(s.Messages(inbox))
		if !bytes.Equal(got[0].Raw, want) {
			t.Errorf("%q", got[0].Raw)
		}
		if got[0].Time.IsZero() {
			t.Error("no INTERNALDATE")
		}
	})
}

func TestAppendAll(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		var many []Message
		for n := range 2*batch + 1 {
			many = append(many, letter(n%60))
		}
		many[3].Flags, many[4].Time = []string{`\Flagged`, `\Seen`}, time.Time{}
		many[5].Raw = append(many[5].Raw, strings.Repeat("A line of a letter that is too long.\r\n", 200)...)
		must(t, s.AppendAll("Archive", slices.Values(many)))
		got := value[[]Message](t)(s.Messages("Archive"))
		if len(got) != len(many) {
			t.Fatalf("%d of %d messages", len(got), len(many))
		}
		for i := range many {
			if got[i].UID != uint32(i+1) || !bytes.Equal(got[i].Raw, many[i].Raw) {
				t.Fatalf("message %d came back with UID %d as %q", i, got[i].UID, got[i].Raw)
			}
		}
		if !slices.Equal(got[3].Flags, many[3].Flags) || !got[3].Time.Equal(many[3].Time) || got[4].Time.IsZero() {
			t.Errorf("flags %q, times %v and %v", got[3].Flags, got[3].Time, got[4].Time)
		}
	})
}

func TestMailboxes(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		must(t, s.Create("Regards Outbox"))
		must(t, s.Create("Lists/Go"))
		value[uint32](t)(s.Append("Lists/Go", letter(1)))
		before := value[Status](t)(s.Status("Lists/Go"))
		must(t, s.Rename("Lists/Go", "Lists/Golang"))
		must(t, s.Delete("Junk"))
		must(t, s.Create("Entwürfe & mehr"))
		must(t, s.Recreate("Entwürfe & mehr", []Message{letter(1)}))
		if got := value[[]Message](t)(s.Messages("Entwürfe & mehr")); len(got) != 1 {
			t.Errorf("%d messages in a mailbox whose name isn't ASCII", len(got))
		}
		after := value[Status](t)(s.Status("Lists/Golang"))
		if onCourier(s) && after.UIDValidity > before.UIDValidity {
			before.UIDValidity = after.UIDValidity
		}
		if after != before {
			t.Errorf("renamed: %+v, before %+v", after, before)
		}
		got := value[[]string](t)(s.Mailboxes())
		got = slices.DeleteFunc(got, func(name string) bool { return name == "Lists" }) // Dovecot lists the parent
		want := []string{"Archive", "Drafts", "Entwürfe & mehr", "INBOX", "Lists/Golang", "Regards Outbox", "Sent", "Trash"}
		if !slices.Equal(got, want) {
			t.Errorf("mailboxes %q, want %q", got, want)
		}
	})
}

func TestRenameTakesTheLevelsBelow(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		must(t, s.Create("Work"))
		must(t, s.Create("Work/Old"))
		value[uint32](t)(s.Append("Work/Old", letter(1)))
		must(t, s.Rename("Work", "Job"))
		if status := value[Status](t)(s.Status("Job/Old")); status.Messages != 1 {
			t.Errorf("Job/Old: %+v", status)
		}
		if got := value[[]string](t)(s.Mailboxes()); slices.Contains(got, "Work") || !slices.Contains(got, "Job") {
			t.Errorf("mailboxes %q", got)
		}
	})
}

func TestRecreateChangesUIDValidity(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		for _, mailbox := range []string{inbox, "Drafts"} {
			for n := range 3 {
				value[uint32](t)(s.Append(mailbox, letter(n)))
			}
			before := value[Status](t)(s.Status(mailbox))
			all := value[[]Message](t)(s.Messages(mailbox))
			must(t, s.Recreate(mailbox, all[1:]))
			after := value[Status](t)(s.Status(mailbox))
			if after.UIDValidity == before.UIDValidity || after.Messages != 2 || after.UIDNext != 3 {
				t.Errorf("%s: before %+v, after %+v", mailbox, before, after)
			}
			kept := value[[]Message](t)(s.Messages(mailbox))
			if !bytes.Equal(kept[0].Raw, all[1].Raw) || !kept[0].Time.Equal(all[1].Time) {
				t.Errorf("%s: kept %+v", mailbox, kept)
			}
		}
		if !lacks(t, s, imap.CapSpecialUse) {
			w := login(t, s.IMAPAddr())
			if list := w.do(`a LIST "" Drafts RETURN (SPECIAL-USE)`); count(list, `\Drafts`) != 1 {
				t.Errorf("the re-created Drafts has lost its special use: %q", list)
			}
		}
		if got := value[[]string](t)(s.Mailboxes()); len(got) != len(standard)+1 {
			t.Errorf("mailboxes %q", got)
		}
	})
}
