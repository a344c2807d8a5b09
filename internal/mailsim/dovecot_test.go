//go:build unix

package mailsim

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Dovecot 2.4 reads another configuration, so it counts as not installed.
func TestOtherDovecotIsNotUsed(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\necho '2.4.1 (7d8c0e5759)'\n"
	must(t, os.WriteFile(filepath.Join(dir, "dovecot"), []byte(script), 0o755))
	t.Setenv("PATH", dir)
	_, err := Dovecot()
	if !errors.Is(err, ErrNotInstalled) || !strings.Contains(err.Error(), "2.4.1") {
		t.Errorf("%v", err)
	}
}

// A server that can't start says why, in Dovecot's own words.
func TestFailureShowsTheLog(t *testing.T) {
	t.Parallel()
	s := realServer(t, Dovecot)
	must(t, s.Stop())
	d := s.backend.(*dovecot)
	broken := strings.Replace(configuration(d.dir, d.port, d.who, 100), "protocols = imap", "protocols = nonsense", 1)
	must(t, os.WriteFile(d.configFile(), []byte(broken), 0o600))
	must(t, d.who.own(d.configFile()))
	if err := s.Start(); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("%v", err)
	}
}

// Each user has mailboxes of their own, and so many connections.
func TestDovecotWith(t *testing.T) {
	t.Parallel()
	s := realServer(t, func() (*Server, error) {
		return DovecotWith(DovecotOptions{Users: []string{"tom@example.org"}, Connections: 1})
	})
	tom, err := s.As("tom@example.org")
	must(t, err)
	_, err = tom.Append("INBOX", Message{Raw: []byte("Subject: for Tom\n\nHello.\n")})
	must(t, err)
	full := func(err error) bool {
		return err != nil && strings.Contains(err.Error(), "Maximum number of connections")
	}
	for user, want := range map[*Server]int{s: 0, tom: 1} {
		var got []Message
		eventually(t, "the connection before to be over", func() bool {
			got, err = user.Messages("INBOX")
			return !full(err)
		})
		if err != nil || len(got) != want {
			t.Errorf("%s has %d messages, not %d: %v", user.User(), len(got), want, err)
		}
	}
	login(t, s.IMAPAddr())
	if _, err = s.Mailboxes(); !full(err) {
		t.Errorf("the second connection: %v", err)
	}
	eventually(t, "Tom's connection before to be over", func() bool {
		_, err = tom.Mailboxes()
		return !full(err)
	})
	if err != nil {
		t.Errorf("Tom's first: %v", err)
	}
	if _, err := s.As("eva@example.org"); err == nil {
		t.Error("anybody is let in")
	}
}

// A port that another program holds for a while is waited for.
func TestStartWaitsForItsPort(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		must(t, s.Stop())
		var other net.Listener
		eventually(t, "the port", func() (free bool) {
			var err error
			other, err = net.Listen("tcp", s.IMAPAddr())
			return err == nil
		})
		started := make(chan error, 1)
		go func() { started <- s.Start() }()
		select {
		case err := <-started:
			t.Fatalf("started on a port that was taken: %v", err)
		case <-time.After(50 * time.Millisecond):
		}
		must(t, other.Close())
		must(t, <-started)
		login(t, s.IMAPAddr())
	})
}

func gone(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, os.ErrNotExist)
}
