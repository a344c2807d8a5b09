package provider

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

func contextOf(t *testing.T) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return ctx, cancel
}

// talk is what a server with STARTTLS was told, before and after it.
type talk struct {
	mu    sync.Mutex
	lines []string
}

func (k *talk) add(line string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lines = append(k.lines, strings.TrimSpace(line))
}

func (k *talk) all() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return strings.Join(k.lines, "|")
}

// startTLS plays a server that greets, answers each line by its first words,
// and changes to TLS after the answer to STARTTLS.
func (n *internet) startTLS(address, name, greeting string, answers map[string]string) *talk {
	certificate, told := n.certificate(name), &talk{}
	n.listen(address, func(conn net.Conn) {
		conn.Write([]byte(greeting))
		for r := bufio.NewReader(conn); ; {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			told.add(line)
			conn.Write([]byte(answers[strings.TrimSpace(line)]))
			if strings.HasSuffix(strings.TrimSpace(line), "STARTTLS") {
				break
			}
		}
		secure := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}})
		if secure.Handshake() != nil {
			return
		}
		for r := bufio.NewReader(secure); ; {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			told.add(line)
		}
	})
	return told
}

const imapHello = "* OK [CAPABILITY IMAP4rev1] ready\r\n"

var smtpAnswers = map[string]string{
	"EHLO localhost": "250-mail.example.org\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n",
	"STARTTLS":       "220 go ahead\r\n",
}

// The first of the usual names holds whose certificate is good and that speaks
// IMAP.
func TestFindByGuess(t *testing.T) {
	n := newInternet(t)
	n.implicit("imap.example.org:993", "shared.hoster.example", imapHello)
	n.implicit("mail.example.org:993", "mail.example.org", imapHello)
	n.implicit("example.org:993", "example.org", imapHello)
	told := n.startTLS("smtp.example.org:587", "smtp.example.org", "220-welcome\r\n220 mail.example.org ESMTP\r\n", smtpAnswers)
	found, err := n.finder(someMX).Find(t.Context(), "ana@example.org")
	if err != nil || found.Source != Guess {
		t.Fatalf("%+v, %v", found, err)
	}
	if want := (Server{"mail.example.org", 993, Implicit, "ana@example.org"}); found.IMAP != want {
		t.Errorf("IMAP %+v", found.IMAP)
	}
	if want := (Server{"smtp.example.org", 587, StartTLS, "ana@example.org"}); found.SMTP != want {
		t.Errorf("SMTP %+v", found.SMTP)
	}
	if got := told.all(); got != "EHLO localhost|STARTTLS" {
		t.Errorf("the server was told %q", got)
	}
}

func TestGuessStartTLS(t *testing.T) {
	n := newInternet(t)
	told := n.startTLS("mail.example.org:143", "mail.example.org", imapHello, map[string]string{"S1 STARTTLS": "* CAPABILITY IMAP4rev1\r\nS1 OK begin\r\n"})
	found, err := n.finder(someMX).Find(t.Context(), "ana@example.org")
	if want := (Server{"mail.example.org", 143, StartTLS, "ana@example.org"}); err != nil || found.IMAP != want {
		t.Fatalf("%+v, %v", found, err)
	}
	if got := told.all(); got != "S1 STARTTLS" {
		t.Errorf("the server was told %q", got)
	}
	if found.SMTP.Host != "" || !strings.Contains(strings.Join(found.Notes, " "), "never sends") {
		t.Errorf("%+v", found)
	}
}

// Where the certificate is for another name, that name is told and not used.
func TestGuessTellsTheName(t *testing.T) {
	n := newInternet(t)
	n.implicit("imap.example.org:993", "shared.hoster.example", imapHello)
	n.implicit("mail.example.org:993", "shared.hoster.example", imapHello)
	found, err := n.finder(someMX).Find(t.Context(), "ana@example.org")
	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "imap.example.org answers with a certificate for shared.hoster.example") {
		t.Errorf("%+v, %v", found, err)
	}
	n = newInternet(t)
	n.implicit("imap.example.org:993", "imap.example.org", imapHello)
	n.ca = newInternet(t).ca // from here on nobody known has signed that
	_, err = n.finder(someMX).Find(t.Context(), "ana@example.org")
	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "certificate that cannot be trusted") {
		t.Error(err)
	}
}

func TestGuessRefuses(t *testing.T) {
	for name, play := range map[string]func(n *internet){
		"no mail server": func(n *internet) {
			n.implicit("imap.example.org:993", "imap.example.org", "HTTP/1.1 400 Bad Request\r\n")
		},
		"lets anybody in": func(n *internet) { n.implicit("imap.example.org:993", "imap.example.org", "* PREAUTH welcome\r\n") },
		"says goodbye":    func(n *internet) { n.implicit("imap.example.org:993", "imap.example.org", "* BYE too busy\r\n") },
		"talks on and on": func(n *internet) {
			n.implicit("imap.example.org:993", "imap.example.org", strings.Repeat("x", 2*maxTalk))
		},
		"plain text on 993": func(n *internet) { n.listen("imap.example.org:993", func(c net.Conn) { c.Write([]byte(imapHello)) }) },
		"no STARTTLS": func(n *internet) {
			n.startTLS("imap.example.org:143", "imap.example.org", imapHello, map[string]string{"S1 STARTTLS": "S1 NO not here\r\n"})
		},
		"talks before TLS": func(n *internet) {
			n.startTLS("imap.example.org:143", "imap.example.org", imapHello, map[string]string{"S1 STARTTLS": "S1 OK begin\r\n* OK injected\r\n"})
		},
		"endless untagged answers": func(n *internet) {
			n.startTLS("imap.example.org:143", "imap.example.org", imapHello, map[string]string{"S1 STARTTLS": strings.Repeat("* OK wait\r\n", maxTalk)})
		},
		"STARTTLS with another's certificate": func(n *internet) {
			n.startTLS("imap.example.org:143", "imap.example.net", imapHello, map[string]string{"S1 STARTTLS": "S1 OK begin\r\n"})
		},
		"SMTP in place of IMAP": func(n *internet) { n.implicit("imap.example.org:993", "imap.example.org", "220 ESMTP\r\n") },
	} {
		t.Run(name, func(t *testing.T) {
			n := newInternet(t)
			play(n)
			if found, err := n.finder(someMX).Find(t.Context(), "ana@example.org"); !errors.Is(err, ErrNotFound) {
				t.Errorf("%+v, %v", found, err)
			}
		})
	}
}

// TestSMTPStartTLS: after STARTTLS was agreed nothing may come in plain text.
func TestSMTPStartTLS(t *testing.T) {
	for said, good := range map[string]bool{
		"220 a\r\n250-b\r\n250 c\r\n220 d\r\n":                 true,
		"220 a\r\n250-b\r\n250 c\r\n220 d\r\n250 injected\r\n": false,
		"220 a\r\n250 b\r\n454 not now\r\n":                    false,
		"220 a\r\n502 what?\r\n":                               false,
		"554 go away\r\n":                                      false,
	} {
		var told strings.Builder
		err := smtpStartTLS(struct {
			io.Reader
			io.Writer
		}{strings.NewReader(said), &told})
		if (err == nil) != good {
			t.Errorf("%q: %v", said, err)
		}
	}
}

func TestSMTPReply(t *testing.T) {
	for text, good := range map[string]bool{
		"220 hello\r\n":                  true,
		"220-a\r\n220-b\r\n220 c\r\n":    true,
		"220-a\r\n554 go away\r\n":       false,
		"554 go away\r\n":                false,
		"22\r\n":                         false,
		"220\n":                          true,
		"220 without an end":             false,
		strings.Repeat("220-x\r\n", 9e3): false,
		"":                               false,
	} {
		if err := smtpGreeting(strings.NewReader(text)); (err == nil) != good {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}
