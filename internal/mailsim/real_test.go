//go:build unix

package mailsim

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/emersion/go-imap/v2"
)

// What the real servers announce after the login, of what regards can use.
func TestCapabilitiesOfRealServers(t *testing.T) {
	t.Parallel()
	asked := []imap.Cap{
		imap.CapCondStore, imap.CapESearch, imap.CapIdle, imap.CapListExtended, imap.CapListStatus, imap.CapLiteralPlus,
		imap.CapMove, imap.CapMultiAppend, imap.CapNamespace, imap.CapSpecialUse, imap.CapUIDPlus, imap.CapUnselect,
	}
	lack := map[string][]imap.Cap{
		"courier": {
			imap.CapCondStore, imap.CapESearch, imap.CapListExtended, imap.CapListStatus, imap.CapLiteralPlus, imap.CapMove,
			imap.CapMultiAppend, imap.CapSpecialUse, imap.CapUnselect,
		},
	}
	for name, start := range realServers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			caps := client(t, realServer(t, start).IMAPAddr()).Caps()
			var missing []imap.Cap
			for _, c := range asked {
				if !caps.Has(c) {
					missing = append(missing, c)
				}
			}
			if fmt.Sprint(missing) != fmt.Sprint(lack[name]) {
				t.Errorf("it lacks %v, want %v", missing, lack[name])
			}
		})
	}
}

func TestNamesOnCourier(t *testing.T) {
	t.Parallel()
	s := realServer(t, Courier)
	must(t, s.Create("Lists/Go"))
	for mailbox, want := range map[string]string{inbox: inbox, "Drafts": "INBOX.Drafts", "Lists/Go": "INBOX.Lists.Go"} {
		name := s.IMAPName(mailbox)
		if name != want || s.names.plain(name) != mailbox {
			t.Errorf("%s is %s, and back %s", mailbox, name, s.names.plain(name))
		}
		login(t, s.IMAPAddr()).do("a EXAMINE " + name)
	}
	w := login(t, s.IMAPAddr())
	if answer := w.ask("a CREATE Drafts"); count(answer, "a NO ") != 1 {
		t.Errorf("a name without the prefix: %q", answer)
	}
	if list := w.do(`b LIST "" *`); count(list, `\Drafts`) != 0 || count(list, `"INBOX.Drafts"`) != 1 {
		t.Errorf("%q", list)
	}
}

// INBOX can't be renamed on these; what it holds is still there afterwards.
func TestRenameOfInboxUnsupported(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"cyrus", "courier"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := realServer(t, realServers[name])
			value[uint32](t)(s.Append(inbox, letter(1)))
			if err := s.Rename(inbox, "Old"); !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("%v", err)
			}
			if got := value[[]Message](t)(s.Messages(inbox)); len(got) != 1 {
				t.Errorf("%+v", got)
			}
		})
	}
}

// On Cyrus a special use goes with the mailbox.
func TestRenamedDraftsOnCyrus(t *testing.T) {
	t.Parallel()
	s := realServer(t, Cyrus)
	must(t, s.Rename("Drafts", "Entwuerfe"))
	must(t, s.Create("Drafts"))
	list := login(t, s.IMAPAddr()).do(`a LIST "" * RETURN (SPECIAL-USE)`)
	if count(list, `\Drafts) "/" Entwuerfe`) != 1 || count(list, `(\HasNoChildren) "/" Drafts`) != 1 {
		t.Errorf("%q", list)
	}
}

// Cyrus is the strictest about what it takes, and about EXAMINE.
func TestCyrusIsStrict(t *testing.T) {
	t.Parallel()
	s := realServer(t, Cyrus)
	for _, raw := range []string{"no header\r\n", "Subject: x\r\n\r\n\x00\r\n"} {
		if _, err := s.Append(inbox, Message{Raw: []byte(raw)}); err == nil {
			t.Errorf("it took %q", raw)
		}
	}
	value[uint32](t)(s.Append(inbox, Message{Raw: []byte("Subject: Ol\xc3\xa1\r\n\r\nOl\xc3\xa1\r\n")}))
	if got := value[[]Message](t)(s.Messages(inbox))[0].Raw; string(got) != "Subject: OlXX\r\n\r\nOl\xc3\xa1\r\n" {
		t.Errorf("8 bits came back as %q", got)
	}
	w := login(t, s.IMAPAddr())
	w.do("a EXAMINE INBOX")
	for _, command := range []string{`b UID STORE 1 +FLAGS (\Seen)`, "b UID MOVE 1 Trash"} {
		if answer := w.ask(command); count(answer, "b NO ") != 1 {
			t.Errorf("%s: %q", command, answer)
		}
	}
}

func TestCourierRefusesAnUnknownLogin(t *testing.T) {
	t.Parallel()
	s := realServer(t, Courier)
	w := dial(t, s.IMAPAddr())
	w.expect("* OK [CAPABILITY IMAP4rev1 ")
	w.do("a CAPABILITY")
	w.do("b NOOP")
	for _, command := range []string{"c LOGIN", `c LOGIN "` + userName + `" "wrong"`, "c SELECT INBOX", "c LOGIN {3}"} {
		if answer := w.ask(command); count(answer, "c NO ") != 1 {
			t.Errorf("%s: %q", command, answer)
		}
	}
	w.do(`d LOGIN "` + userName + `" "` + password + `"`)
	w.do("e SELECT INBOX")
}

// A program that isn't installed is named, with the package to install.
func TestNotInstalled(t *testing.T) {
	t.Parallel()
	err := notInstalled("Cyrus IMAP", "cyrus-imapd")
	if !errors.Is(err, ErrNotInstalled) || !strings.Contains(err.Error(), "package cyrus-imapd") {
		t.Errorf("%v", err)
	}
}

// Close ends every process and removes every file, also with clients there.
func TestCloseOfRealServers(t *testing.T) {
	t.Parallel()
	for name, start := range realServers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := realServer(t, start)
			w := login(t, s.IMAPAddr())
			w.do("a SELECT INBOX")
			w.send("b IDLE")
			w.expect("+ ")
			dir, groups := holdings(t, s.backend)
			must(t, s.Close())
			w.end()
			if !gone(dir) {
				t.Errorf("%s is still there", dir)
			}
			awaitRefusal(t, s.IMAPAddr())
			for _, group := range groups {
				eventually(t, "the processes to end", func() bool { return errors.Is(syscall.Kill(-group, 0), syscall.ESRCH) })
			}
		})
	}
}

// holdings returns the folder and the process groups of a server.
func holdings(t *testing.T, b backend) (dir string, groups []int) {
	t.Helper()
	switch b := b.(type) {
	case *dovecot:
		return b.dir, []int{b.leader.Pid}
	case *cyrus:
		return b.dir, []int{b.leader.Pid}
	case *courier:
		b.mu.Lock()
		defer b.mu.Unlock()
		groups = append(groups, b.watcher.process.Pid)
		for session := range b.sessions {
			groups = append(groups, session.Pid)
		}
		return b.dir, groups
	}
	t.Fatalf("unknown backend %T", b)
	return "", nil
}

// Nobody else on the machine can read a server's mail.
func TestNewFolderBelongsToTheUser(t *testing.T) {
	t.Parallel()
	who := value[identity](t)(unprivileged())
	dir := value[string](t)(newFolder(who, "sub"))
	defer os.RemoveAll(dir)
	for _, path := range []string{dir, filepath.Join(dir, "sub")} {
		info := value[os.FileInfo](t)(os.Stat(path))
		if owner := info.Sys().(*syscall.Stat_t).Uid; int(owner) != who.uid || info.Mode().Perm() != 0o700 {
			t.Errorf("%s belongs to %d, mode %v", path, owner, info.Mode())
		}
	}
}
