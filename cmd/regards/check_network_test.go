package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"

	"regards/internal/imapconn"
)

// dialled wraps an error as the dialer does.
func dialled(err error) error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}
}

func TestTroubleInWords(t *testing.T) {
	const host = "imap.example.org"
	for _, c := range []struct {
		err     error
		text    string
		fix     string
		offline bool
	}{
		{&net.DNSError{Err: "no such host", IsNotFound: true}, "there is no server of the name imap.example.org", "spelled", false},
		{&net.DNSError{Err: "server misbehaving", IsTemporary: true}, "no name server answers", "online", true},
		{&net.DNSError{Err: "i/o timeout", IsTimeout: true}, "no name server answers", "online", true},
		{&net.DNSError{Err: "dial udp 127.0.0.1:53: connection refused"}, "no name server answers", "online", true},
		{dialled(errsRefused[0]), "nothing listens on port 993 of imap.example.org", "993", false},
		{dialled(errsNoWay[0]), "no way leads to imap.example.org", "online", true},
		{dialled(errsNoWay[1]), "no way leads to imap.example.org", "VPN", true},
		{context.DeadlineExceeded, "imap.example.org does not answer on port 993", "eduroam", false},
		{&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, "imap.example.org does not answer on port 993", "VPN", false},
		{errors.New("odd"), "imap.example.org cannot be reached on port 993: dial: odd", "check host and port", false},
	} {
		got := dialTrouble("imap", host, 993, fmt.Errorf("dial: %w", c.err))
		if !strings.Contains(got.text, c.text) || !strings.Contains(got.fix, c.fix) || got.offline != c.offline {
			t.Errorf("%v: got %+v", c.err, got)
		}
		if !errors.Is(got, imapconn.ErrAway) {
			t.Errorf("%v: not worth another try", c.err)
		}
		documented(t, got.text)
	}
	if got := dialTrouble("smtp", host, 993, dialled(errsRefused[0])); !strings.Contains(got.fix, "465") {
		t.Errorf("got %+v", got)
	}
}

// What the system says of a port at which nobody listens is known.
func TestRefusedPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	addr := l.Addr().String()
	check(t, l.Close())
	_, err = online.connect(t.Context(), "tcp", addr)
	if got := dialTrouble("imap", "127.0.0.1", 1, err); !strings.Contains(got.text, "nothing listens") {
		t.Errorf("%v: got %+v", err, got)
	}
}
