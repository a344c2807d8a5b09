package mailsim

import (
	"bytes"
	"fmt"
	"net/smtp"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
)

func gmail(t *testing.T) *Server {
	t.Helper()
	return opened(t)(EmbeddedWith(Options{Provider: Gmail}))
}

// subjects returns what shows in a mailbox.
func subjects(t *testing.T, s *Server, mailbox string) []string {
	t.Helper()
	var found []string
	for _, m := range value[[]Message](t)(s.Messages(mailbox)) {
		for line := range strings.Lines(string(m.Raw)) {
			if subject, ok := strings.CutPrefix(strings.TrimSpace(line), "Subject: "); ok {
				found = append(found, subject)
			}
		}
	}
	return found
}

// shows checks in which mailboxes a message shows and in which it doesn't.
func shows(t *testing.T, s *Server, subject string, in []string, notIn ...string) {
	t.Helper()
	for _, mailbox := range in {
		if n := count(subjects(t, s, mailbox), subject); n != 1 {
			t.Errorf("%q shows %d times in %s", subject, n, mailbox)
		}
	}
	for _, mailbox := range notIn {
		if n := count(subjects(t, s, mailbox), subject); n != 0 {
			t.Errorf("%q shows %d times in %s", subject, n, mailbox)
		}
	}
}

func TestGmailAnnouncesItself(t *testing.T) {
	t.Parallel()
	w := dial(t, gmail(t).IMAPAddr())
	greeting := w.expect("* OK ")
	for _, lines := range [][]string{greeting, w.do("a CAPABILITY"), w.do("b LOGIN " + userName + " " + password), w.do("c CAPABILITY")} {
		if count(lines, "IMAP4rev1 CHILDREN X-GM-EXT-1") != 1 {
			t.Errorf("%q", lines)
		}
	}
}

func TestGmailList(t *testing.T) {
	t.Parallel()
	w := login(t, gmail(t).IMAPAddr())
	list := w.do(`a LIST "" *`)
	for _, want := range []string{
		`* LIST (\HasNoChildren) "/" INBOX`,
		`* LIST (\HasChildren \Noselect) "/" "[Gmail]"`,
		`* LIST (\HasNoChildren \All) "/" "[Gmail]/All Mail"`,
		`* LIST (\HasNoChildren \Drafts) "/" "[Gmail]/Drafts"`,
		`* LIST (\HasNoChildren \Important) "/" "[Gmail]/Important"`,
		`* LIST (\HasNoChildren \Sent) "/" "[Gmail]/Sent Mail"`,
		`* LIST (\HasNoChildren \Junk) "/" "[Gmail]/Spam"`,
		`* LIST (\HasNoChildren \Flagged) "/" "[Gmail]/Starred"`,
		`* LIST (\HasNoChildren \Trash) "/" "[Gmail]/Trash"`,
	} {
		if !slices.Contains(list, want) {
			t.Errorf("not in LIST: %s\n%q", want, list)
		}
	}
	for _, command := range []string{`b SELECT "[Gmail]"`, `c CREATE "[Gmail]"`, `d DELETE "[Gmail]/Drafts"`, `e RENAME "[Gmail]/Drafts" Drafts`} {
		if answer := w.ask(command); count(answer, " NO ") != 1 {
			t.Errorf("%s: %q", command, answer)
		}
	}
	status := w.do(`f LIST "" * RETURN (STATUS (MESSAGES))`)
	if count(status, "* STATUS ") != 8 || count(status, `STATUS "[Gmail]" `) != 0 {
		t.Errorf("%q", status)
	}
}

func TestGmailShowsAllInAllMail(t *testing.T) {
	t.Parallel()
	s := gmail(t)
	must(t, s.Create("Work"))
	value[uint32](t)(s.Append(gmailTrash, letter(9))) // so that UIDs differ
	value[uint32](t)(s.Append(gmailAll, letter(8)))
	for n, mailbox := range []string{inbox, gmailSent, gmailDrafts, "Work", gmailSpam, gmailTrash} {
		value[uint32](t)(s.Append(mailbox, letter(n)))
		in, notIn := []string{mailbox}, []string{gmailAll}
		if !outside(mailbox) {
			in, notIn = append(in, gmailAll), []string{gmailTrash}
		}
		shows(t, s, fmt.Sprintf("letter %d", n), in, notIn...)
	}
	first := value[[]Message](t)(s.Messages(inbox))[0]
	all := value[[]Message](t)(s.Messages(gmailAll))[1]
	if all.UID == first.UID || !bytes.Equal(all.Raw, first.Raw) || !all.Time.Equal(first.Time) {
		t.Errorf("in INBOX %+v, in All Mail %+v", first, all)
	}
}

func TestGmailRefusesSpam(t *testing.T) {
	t.Parallel()
	s := gmail(t)
	w := login(t, s.IMAPAddr())
	w.send(appendCommand(s, "a", `"[Gmail]/Spam"`))
	if answer := w.expect("a "); count(answer, "a NO [CANNOT] ") != 1 {
		t.Errorf("%q", answer)
	}
}

func TestGmailDraftsInAllMailLookLikeMail(t *testing.T) {
	t.Parallel()
	s := gmail(t)
	draft := letter(1)
	draft.Flags = []string{`\Draft`, `\Seen`}
	value[uint32](t)(s.Append(gmailDrafts, draft))
	if got := value[[]Message](t)(s.Messages(gmailDrafts))[0].Flags; !slices.Equal(got, []string{`\Draft`, `\Seen`}) {
		t.Errorf("in Drafts: %q", got)
	}
	if got := value[[]Message](t)(s.Messages(gmailAll))[0].Flags; !slices.Equal(got, []string{`\Seen`}) {
		t.Errorf("in All Mail: %q", got)
	}
}

func TestGmailDraftsStayDrafts(t *testing.T) {
	t.Parallel()
	s := gmail(t)
	must(t, s.Create("Regards Outbox"))
	value[uint32](t)(s.Append(gmailDrafts, letter(1)))
	w := login(t, s.IMAPAddr())
	for _, mailbox := range []string{gmailDrafts, gmailAll} {
		w.do(`a SELECT "` + mailbox + `"`)
		for _, command := range []string{"MOVE", "COPY"} {
			answer := w.ask("b UID " + command + ` 1 "Regards Outbox"`)
			if count(answer, "b NO [ALERT] Cannot "+command+" messages out of the Drafts folder (Failure)") != 1 {
				t.Errorf("%s from %s: %q", command, mailbox, answer)
			}
		}
	}
	shows(t, s, "letter 1", []string{gmailDrafts, gmailAll}, "Regards Outbox")
	w.do(`c SELECT "[Gmail]/Drafts"`)
	if answer := w.do(`d UID MOVE 1 "[Gmail]/Trash"`); count(answer, "COPYUID") != 1 || count(answer, "EXPUNGE") != 1 {
		t.Errorf("%q", answer)
	}
	shows(t, s, "letter 1", []string{gmailTrash}, gmailDrafts, gmailAll)
}

// A mail program saves a draft over by append and delete.
func TestGmailSavesADraftOver(t *testing.T) {
	t.Parallel()
	s := gmail(t)
	before := value[uint32](t)(s.Append(gmailDrafts, letter(1)))
	after := value[uint32](t)(s.Append(gmailDrafts, letter(2)))
	must(t, s.Remove(gmailDrafts, before))
	got := value[[]Message](t)(s.Messages(gmailDrafts))
	if len(got) != 1 || got[0].UID != after || after <= before {
		t.Errorf("UID %d became %d: %+v", before, after, got)
	}
}

func TestGmailDeletingRemovesTheLabel(t *testing.T) {
	t.Parallel()
	s := gmail(t)
	must(t, s.Create("Work"))
	uid := value[uint32](t)(s.Append(inbox, letter(1)))
	if again := value[uint32](t)(s.Copy(inbox, uid, "Work")); again != value[uint32](t)(s.Copy(inbox, uid, "Work")) {
		t.Error("the second COPY made a second message")
	}
	shows(t, s, "letter 1", []string{inbox, "Work", gmailAll})
	w := login(t, s.IMAPAddr())
	w.do("a SELECT INBOX")
	w.do(`b UID STORE 1 +FLAGS (\Deleted)`) // Auto-Expunge is on
	if answer := w.do("c NOOP"); count(answer, "* 1 EXPUNGE") > 1 {
		t.Errorf("%q", answer)
	}
	shows(t, s, "letter 1", []string{"Work", gmailAll}, inbox, gmailTrash)
	w.do(`d SELECT "[Gmail]/All Mail"`)
	w.do(`e STORE 1 +FLAGS.SILENT (\Deleted)`)
	w.do("f EXPUNGE")
	shows(t, s, "letter 1", []string{"Work", gmailAll}, gmailTrash)
	must(t, s.Delete("Work"))
	shows(t, s, "letter 1", []string{gmailAll})
}

func TestGmailTrash(t *testing.T) {
	t.Parallel()
	s := gmail(t)
	must(t, s.Create("Work"))
	uid := value[uint32](t)(s.Append(inbox, letter(1)))
	value[uint32](t)(s.Copy(inbox, uid, "Work"))
	trashed := value[uint32](t)(s.Copy("Work", 1, gmailTrash))
	shows(t, s, "letter 1", []string{gmailTrash}, inbox, "Work", gmailAll)
	rescued := value[uint32](t)(s.Move(gmailTrash, trashed, "Work"))
	shows(t, s, "letter 1", []string{"Work", gmailAll}, inbox, gmailTrash)
	trashed = value[uint32](t)(s.Move("Work", rescued, gmailTrash))
	must(t, s.Remove(gmailTrash, trashed))
	shows(t, s, "letter 1", nil, inbox, "Work", gmailAll, gmailTrash)
}

// Moved to where it is, or archived, a message stays in its place.
func TestGmailMovesWithoutEffect(t *testing.T) {
	t.Parallel()
	s := gmail(t)
	uid := value[uint32](t)(s.Append(inbox, letter(1)))
	if moved := value[uint32](t)(s.Move(inbox, uid, inbox)); moved != uid {
		t.Errorf("UID %d became %d", uid, moved)
	}
	all := value[uint32](t)(s.Move(gmailAll, 1, inbox))
	shows(t, s, "letter 1", []string{inbox, gmailAll})
	if all != uid {
		t.Errorf("UID %d became %d", uid, all)
	}
	value[uint32](t)(s.Move(inbox, uid, gmailAll))
	shows(t, s, "letter 1", []string{gmailAll}, inbox)
}

func TestGmailRenamesALabel(t *testing.T) {
	t.Parallel()
	s := gmail(t)
	must(t, s.Create("Work"))
	uid := value[uint32](t)(s.Append("Work", letter(1)))
	must(t, s.Rename("Work", "Job"))
	must(t, s.Remove("Job", uid))
	shows(t, s, "letter 1", []string{gmailAll}, "Job")
}

func TestGmailFlagsBelongToTheMessage(t *testing.T) {
	t.Parallel()
	s := gmail(t)
	uid := value[uint32](t)(s.Append(inbox, letter(1)))
	watcher := login(t, s.IMAPAddr())
	watcher.do(`a EXAMINE "[Gmail]/All Mail"`)
	watcher.send("b IDLE")
	watcher.expect("+ ")
	reader := login(t, s.IMAPAddr())
	reader.do("a SELECT INBOX")
	reader.do("b UID FETCH 1 BODY[TEXT]")
	for !strings.Contains(strings.ToLower(watcher.expect("* 1 FETCH")[0]), `\seen`) {
	}
	must(t, s.SetFlags(inbox, uid, `\Flagged`))
	shows(t, s, "letter 1", []string{inbox, gmailAll, gmailStarred})
	if got := value[[]Message](t)(s.Messages(gmailAll))[0].Flags; !slices.Equal(got, []string{`\Flagged`}) {
		t.Errorf("in All Mail: %q", got)
	}
	must(t, s.SetFlags(gmailAll, 1))
	shows(t, s, "letter 1", []string{inbox, gmailAll}, gmailStarred)
}

func TestGmailFilesWhatIsSent(t *testing.T) {
	t.Parallel()
	s := gmail(t)
	addr, to := address(s.SMTPPort()), []string{"maria@example.net"}
	auth := smtp.PlainAuth("", s.User(), s.Password(), s.Host())
	must(t, smtp.SendMail(addr, auth, s.User(), to, letter(1).Raw))
	must(t, smtp.SendMail(addr, nil, s.User(), to, letter(2).Raw)) // not the user's
	shows(t, s, "letter 1", []string{gmailSent, gmailAll}, inbox)
	shows(t, s, "letter 2", nil, gmailSent, gmailAll)
	filed := value[[]Message](t)(s.Messages(gmailSent))[0]
	if again := value[uint32](t)(s.Append(gmailSent, letter(1))); again != filed.UID || !slices.Equal(filed.Flags, []string{`\Seen`}) {
		t.Errorf("filed as %+v, appended as UID %d", filed, again)
	}
	value[uint32](t)(s.Append(gmailSent, letter(3)))
	shows(t, s, "letter 1", []string{gmailSent, gmailAll})
	shows(t, s, "letter 3", []string{gmailSent, gmailAll})
}

func TestGmailFindsWholeWords(t *testing.T) {
	t.Parallel()
	s := gmail(t)
	value[uint32](t)(s.Append(inbox, letter(1)))
	other := letter(2)
	other.Raw = bytes.Replace(other.Raw, []byte("maria@example.net"), []byte("ana-maria@example.network"), 1)
	value[uint32](t)(s.Append(inbox, other))
	w := login(t, s.IMAPAddr())
	w.do("a SELECT INBOX")
	for query, want := range map[string]string{
		"FROM maria@example.net":     " 1",
		"FROM example.net":           " 1",
		"FROM ria@example.net":       "",
		"FROM exam":                  "",
		"FROM maria":                 " 1 2",
		"TO ana@example.org":         " 1 2",
		"SUBJECT lett":               "",
		`SUBJECT "letter 2"`:         " 2",
		"NOT FROM maria@example.net": " 2",
		"OR FROM maria@example.net SUBJECT \"letter 2\"": " 1 2",
		"HEADER Message-ID <1@example.net>":              " 1",
		"HEADER Message-ID 1@exam":                       " 1",
	} {
		for _, command := range []string{"b SEARCH ", "b UID SEARCH "} {
			if answer := w.do(command + query); answer[0] != "* SEARCH"+want {
				t.Errorf("%s%s: %q", command, query, answer)
			}
		}
	}
}

func TestTooManyConnections(t *testing.T) {
	t.Parallel()
	s := gmail(t)
	var clients []*rawClient
	for range gmailConnections {
		clients = append(clients, login(t, s.IMAPAddr()))
	}
	w := dial(t, s.IMAPAddr())
	w.expect("* OK ")
	answer := w.ask("a LOGIN " + userName + " " + password)
	if count(answer, "a NO [ALERT] Too many simultaneous connections. (Failure)") != 1 {
		t.Errorf("%q", answer)
	}
	value[uint32](t)(s.Append(inbox, letter(1))) // Server itself isn't limited
	clients[0].send("b LOGOUT")
	clients[0].end()
	eventually(t, "a free place", func() bool {
		return count(w.ask("c LOGIN "+userName+" "+password), "c OK ") == 1
	})
}

// The limit is an option for any server, and what Gmail lacks can be taken away
// as from any.
func TestProviderWithOtherOptions(t *testing.T) {
	t.Parallel()
	s := opened(t)(EmbeddedWith(Options{Provider: Gmail, Without: []imap.Cap{imap.CapMove}, MaxConnections: 1}))
	w := login(t, s.IMAPAddr())
	if lines := w.do("a CAPABILITY"); count(lines, " MOVE") != 0 || count(lines, "X-GM-EXT-1") != 1 {
		t.Errorf("%q", lines)
	}
	second := dial(t, s.IMAPAddr())
	if answer := second.ask("a LOGIN " + userName + " " + password); count(answer, "NO [ALERT]") != 1 {
		t.Errorf("%q", answer)
	}
}
