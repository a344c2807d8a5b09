package mailer

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"regards/internal/imapconn"
	"regards/internal/mailsim"
)

var envelope = Envelope{"ana@example.org", "maria@uni.example"}

func embedded(t *testing.T, options mailsim.Options) *mailsim.Server {
	t.Helper()
	s, err := mailsim.EmbeddedWith(options)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func smtpAt(s *mailsim.Server, port int) SMTPServer {
	return SMTPServer{Host: s.Host(), Port: port, TLS: "none", User: s.User(),
		Secret: func(context.Context) (string, error) { return s.Password(), nil }}
}

// proxied puts a proxy before a server.
func proxied(t *testing.T, addr string) *mailsim.Proxy {
	t.Helper()
	p, err := mailsim.NewProxy(addr)
	must(t, err)
	t.Cleanup(func() { must(t, p.Close()) })
	return p
}

func addrOf(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

// committed counts how often Send commits.
type committed int

func (c *committed) commit(context.Context) error { *c++; return nil }

// impatient gives a server so much time at one stage, until the test ends or its
// result is called.
func impatient(t *testing.T, stage string, soon time.Duration) (patient func()) {
	before := limits
	patient = func() { limits = before }
	t.Cleanup(patient)
	switch stage {
	case "connect", "ehlo":
		limits.login = soon
	case "body":
		limits.block = soon
	case "dot":
		limits.dot = soon
	case "quit":
		limits.quit = soon
	default:
		limits.command = soon
	}
	return patient
}

func TestSend(t *testing.T) {
	s := embedded(t, mailsim.Options{})
	for name, x := range map[string]struct{ raw, want string }{
		"as it is":     {string(message(letterID)), string(message(letterID))},
		"dots":         {"A: b\r\n\r\n.\r\n..x\r\n.y\r\n", "A: b\r\n\r\n.\r\n..x\r\n.y\r\n"},
		"bare LF":      {"A: b\n\nx\n.\ny", "A: b\r\n\r\nx\r\n.\r\ny\r\n"},
		"bare CR":      {"A: b\r\n\r\nx\r.\ry\r", "A: b\r\n\r\nx\r\n.\r\ny\r\n"},
		"smuggled":     {"A: b\r\n\r\nx\n.\r\nMAIL FROM:<evil@x>\r\n", "A: b\r\n\r\nx\r\n.\r\nMAIL FROM:<evil@x>\r\n"},
		"8 bit":        {"A: b\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n", "A: b\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n"},
		"a large one":  {"A: b\r\n\r\n" + strings.Repeat("A line of it.\r\n", 20000), "A: b\r\n\r\n" + strings.Repeat("A line of it.\r\n", 20000)},
		"ends in a CR": {"A: b\r\n\r\nx\r\n\r", "A: b\r\n\r\nx\r\n\r\n"},
	} {
		var c committed
		must(t, Send(within(t), smtpAt(s, s.SMTPPort()), envelope, []byte(x.raw), c.commit))
		sent := s.Sent()
		last := sent[len(sent)-1]
		if string(last.Data) != x.want || last.From != envelope.From || !slices.Equal(last.To, []string{envelope.To}) || last.User != s.User() || c != 1 {
			t.Errorf("%s: %.100q from %s to %s, committed %d times", name, last.Data, last.From, last.To, c)
		}
	}
}

// Every stage is told apart, and what the server has never changes what Send says
// of it (law 3): not sent and refused are never there, delivered always is.
func TestSendStages(t *testing.T) {
	for _, x := range []struct {
		stage string
		code  int
		want  string
		there bool
	}{
		{"connect", 421, "not sent, temporary", false}, {"connect", mailsim.SMTPCut, "not sent, temporary", false}, {"connect", mailsim.SMTPHang, "not sent, temporary", false},
		{"ehlo", mailsim.SMTPHang, "not sent, temporary", false},
		{"auth", 535, "not sent, temporary, login", false}, {"auth", 454, "not sent, temporary", false},
		{"mail", 451, "not sent, temporary", false}, {"mail", 550, "not sent", false}, {"mail", mailsim.SMTPHang, "not sent, temporary", false},
		{"rcpt", 450, "not sent, temporary", false}, {"rcpt", 550, "not sent", false}, {"rcpt", mailsim.SMTPCut, "not sent, temporary", false},
		{"data", 451, "not sent, temporary, committed", false}, {"data", 554, "not sent, committed", false}, {"data", mailsim.SMTPHang, "not sent, temporary, committed", false}, {"data", mailsim.SMTPCut, "not sent, temporary, committed", false},
		{"dot", 451, "refused, temporary, committed", false}, {"dot", 554, "refused, committed", false},
		{"dot", mailsim.SMTPCut, "unknown, committed", true}, {"dot", mailsim.SMTPHang, "unknown, committed", true},
		{"quit", mailsim.SMTPCut, "delivered, committed", true}, {"quit", mailsim.SMTPHang, "delivered, committed", true}, {"quit", 500, "delivered, committed", true},
	} {
		var s *mailsim.Server // of one conversation: a goodbye may come late
		var c committed
		var err error
		for soon := 100 * time.Millisecond; ; soon *= 4 {
			s = embedded(t, mailsim.Options{})
			must(t, s.SMTPFault(x.stage, x.code))
			patient := func() {}
			if x.code == mailsim.SMTPHang {
				patient = impatient(t, x.stage, soon)
			}
			c = 0
			err = Send(within(t), smtpAt(s, s.SMTPPort()), envelope, message(letterID), c.commit)
			patient()
			// On a slow machine the time may be up before it comes to that stage.
			if x.code != mailsim.SMTPHang || outcome(err, int(c)) == x.want || soon > 5*time.Second {
				break
			}
		}
		if got := outcome(err, int(c)); got != x.want {
			t.Errorf("%d at %s: %s, want %s: %v", x.code, x.stage, got, x.want, err)
		}
		for deadline := time.Now().Add(patience); x.there && len(s.Sent()) == 0 && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond) // whose answer was not waited for
		}
		if there := len(s.Sent()) > 0; there != x.there {
			t.Errorf("%d at %s: there: %t", x.code, x.stage, there)
		}
		if x.stage == "data" && x.code < 0 && strings.HasSuffix(string(s.SMTPHeard()), "QUIT\r\n") {
			t.Errorf("%d at %s: QUIT may have been taken for a message", x.code, x.stage)
		}
		if x.code > 0 && err != nil && !strings.Contains(err.Error(), fmt.Sprintf("%d ", x.code)) {
			t.Errorf("%d at %s: without the server's words: %v", x.code, x.stage, err)
		}
	}
}

// outcome writes down what came of a Send.
func outcome(err error, commits int) string {
	var failed *SendError
	said := "delivered"
	if errors.As(err, &failed) {
		said = string(failed.Stage)
		if failed.Temporary {
			said += ", temporary"
		}
		if errors.Is(err, imapconn.ErrLogin) {
			said += ", login"
		}
	} else if err != nil {
		said = err.Error()
	}
	if commits > 0 {
		said += strings.Repeat(", committed", commits)
	}
	return said
}

// longLetter is more than the network keeps on its way.
var longLetter = append(message(letterID), strings.Repeat("A line of it.\r\n", 2<<20)...)

func TestSendCutInData(t *testing.T) {
	s := embedded(t, mailsim.Options{})
	must(t, s.SMTPFault("body", mailsim.SMTPCut))
	err := Send(within(t), smtpAt(s, s.SMTPPort()), envelope, longLetter, func(context.Context) error { return nil })
	if got := outcome(err, 0); got != "not sent, temporary" || len(s.Sent()) != 0 {
		t.Errorf("%s: %v", got, err)
	}
}

// When the message cannot be written to its end, no dot and no QUIT follows: the
// server would take half a letter for a whole one.
func TestSendStallsInData(t *testing.T) {
	impatient(t, "body", time.Second)
	goOn := make(chan struct{})
	server, said := modest(t, func() { <-goOn })
	err := Send(within(t), server, envelope, longLetter, func(context.Context) error { return nil })
	close(goOn)
	if got := outcome(err, 0); got != "not sent, temporary" {
		t.Errorf("%s: %v", got, err)
	}
	heard := said()
	if !strings.Contains(heard, "A line of it.\r\nA line of it.\r\n") || strings.Contains(heard, "\n.") || strings.Contains(heard, "QUIT") {
		t.Errorf("%d bytes went, and at the end %q", len(heard), heard[max(0, len(heard)-60):])
	}
}

// The end of the context ends the conversation, and nothing half is sent.
func TestSendCancelled(t *testing.T) {
	s := embedded(t, mailsim.Options{})
	p := proxied(t, addrOf(s.SMTPPort()))
	ctx, cancel := context.WithCancel(within(t))
	err := Send(ctx, smtpAt(s, p.Port()), envelope, message(letterID), func(context.Context) error { cancel(); return nil })
	if got := outcome(err, 0); got != "not sent, temporary" || len(s.Sent()) != 0 || slices.Contains(p.ClientLines(), ".") {
		t.Errorf("%s: %v", got, err)
	}
	// Once the dot is out, its answer is waited for, but not for ever.
	ctx, cancel = context.WithCancel(within(t))
	p.OnServer(func(line []byte) mailsim.Action {
		if strings.HasPrefix(string(line), "250") && len(s.Sent()) > 0 {
			cancel()
		}
		return mailsim.Pass
	})
	if err := Send(ctx, smtpAt(s, p.Port()), envelope, message(letterID), func(context.Context) error { return nil }); err != nil || ctx.Err() == nil {
		t.Errorf("cancelled after the dot: %v", err)
	}
	impatient(t, "quit", 100*time.Millisecond)
	must(t, s.SMTPFault("dot", mailsim.SMTPHang))
	ctx, cancel = context.WithCancel(within(t))
	before := len(s.Sent())
	go func() {
		for len(s.Sent()) == before {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	if got := outcome(Send(ctx, smtpAt(s, s.SMTPPort()), envelope, message(letterID), func(context.Context) error { return nil }), 0); got != "unknown" {
		t.Errorf("cancelled, and no answer: %s", got)
	}
}

func TestSendCommitFails(t *testing.T) {
	s := embedded(t, mailsim.Options{})
	p := proxied(t, addrOf(s.SMTPPort()))
	full := errors.New("the disk is full")
	err := Send(within(t), smtpAt(s, p.Port()), envelope, message(letterID), func(context.Context) error { return full })
	said := strings.Join(p.ClientLines(), "\n")
	if !errors.Is(err, full) || outcome(err, 0) != "not sent, temporary" || strings.Contains(said, "DATA") || !strings.Contains(said, "RCPT") {
		t.Errorf("%v after\n%s", err, said)
	}
}

// secured gives servers with each way of TLS, and how to reach them.
func secured(t *testing.T, host string, from, to time.Time) (ways map[string]SMTPServer, heard map[string]func() string) {
	t.Helper()
	ca, err := mailsim.NewCA()
	must(t, err)
	certificate, err := ca.Issue(host, from, to)
	must(t, err)
	s := embedded(t, mailsim.Options{SMTPCertificate: &certificate})
	starttls := smtpAt(s, s.SMTPPort())
	starttls.TLS, starttls.Roots = "starttls", ca.Pool()
	plain := embedded(t, mailsim.Options{})
	front, err := mailsim.NewTLSFront(addrOf(plain.SMTPPort()), certificate)
	must(t, err)
	t.Cleanup(func() { must(t, front.Close()) })
	implicit := smtpAt(plain, front.Port())
	implicit.TLS, implicit.Roots = "implicit", ca.Pool()
	return map[string]SMTPServer{"starttls": starttls, "implicit": implicit}, map[string]func() string{
		"starttls": func() string { return string(s.SMTPHeard()) }, "implicit": func() string { return string(front.OnWire()) },
	}
}

func TestSendTLS(t *testing.T) {
	day := 24 * time.Hour
	ways, heard := secured(t, "127.0.0.1", time.Now().Add(-day), time.Now().Add(day))
	for name, server := range ways {
		var c committed
		must(t, Send(within(t), server, envelope, message(letterID), c.commit))
		must(t, TryLogin(within(t), server))
		state, err := shaken(t, server)
		must(t, err)
		if len(state.PeerCertificates) == 0 {
			t.Errorf("%s: without a certificate: %+v", name, state)
		}
		for _, word := range []string{"AUTH", "MAIL", "Hello", "maria"} {
			if strings.Contains(heard[name](), word) {
				t.Errorf("%s: %q went in plain text", name, word)
			}
		}
	}
	hostname, err := os.Hostname()
	if err == nil && len(hostname) > 3 && strings.Contains(heard["starttls"](), hostname) {
		t.Errorf("the name of this computer was told: %s", heard["starttls"]())
	}
}

// Law 9: a server that cannot be trusted learns nothing.
func TestSendUntrusted(t *testing.T) {
	day := 24 * time.Hour
	expired, heardExpired := secured(t, "127.0.0.1", time.Now().Add(-2*day), time.Now().Add(-day))
	stranger, heardStranger := secured(t, "mail.example", time.Now().Add(-day), time.Now().Add(day))
	plain := embedded(t, mailsim.Options{})
	p := proxied(t, addrOf(plain.SMTPPort()))
	without, wrongPort := smtpAt(plain, p.Port()), smtpAt(plain, p.Port())
	without.TLS, wrongPort.TLS = "starttls", "implicit"
	told := func() string { return strings.Join(p.ClientLines(), "\n") }
	patiently := limits
	far := smtpAt(plain, p.Port())
	far.Host = "mail.example"
	for name, x := range map[string]struct {
		server SMTPServer
		heard  func() string
	}{
		"expired, starttls": {expired["starttls"], heardExpired["starttls"]}, "expired, implicit": {expired["implicit"], heardExpired["implicit"]},
		"another's, starttls": {stranger["starttls"], heardStranger["starttls"]}, "another's, implicit": {stranger["implicit"], heardStranger["implicit"]},
		"no STARTTLS": {without, told}, "no TLS": {wrongPort, told}, "far away": {far, told},
	} {
		if name == "no TLS" { // each side waits for the other
			impatient(t, "connect", 100*time.Millisecond)
		}
		var c committed
		err := Send(within(t), x.server, envelope, message(letterID), c.commit)
		// A server that waits for a command where TLS is meant just falls silent.
		if name != "no TLS" && !errors.Is(err, imapconn.ErrTLS) || outcome(err, int(c)) != "not sent, temporary" {
			t.Errorf("%s: %v", name, err)
		}
		limits = patiently
		if said := x.heard(); strings.Contains(said, "AUTH") || strings.Contains(said, "MAIL") {
			t.Errorf("%s: it heard %s", name, said)
		}
	}
}

// shaken goes as far as TLS.
func shaken(t *testing.T, server SMTPServer) (tls.ConnectionState, error) {
	t.Helper()
	server.Secret = func(context.Context) (string, error) {
		t.Error("the secret was asked for")
		return "", nil
	}
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(server.Port)))
	must(t, err)
	return Handshake(within(t), server, conn)
}

// What is wrong with a certificate is said as of IMAP's, and what is to be done.
func TestHandshakeUntrusted(t *testing.T) {
	day := 24 * time.Hour
	expired, heardExpired := secured(t, "127.0.0.1", time.Now().Add(-2*day), time.Now().Add(-day))
	stranger, heardStranger := secured(t, "mail.example", time.Now().Add(-day), time.Now().Add(day))
	plain := embedded(t, mailsim.Options{})
	without := smtpAt(plain, plain.SMTPPort())
	without.TLS = "starttls"
	for name, x := range map[string]struct {
		server SMTPServer
		words  string
	}{
		"expired, starttls": {expired["starttls"], "expired on "}, "expired, implicit": {expired["implicit"], "expired on "},
		"another's, starttls": {stranger["starttls"], "its certificate is for mail.example, not 127.0.0.1; "},
		"another's, implicit": {stranger["implicit"], "its certificate is for mail.example, not 127.0.0.1; "},
		"no STARTTLS":         {without, "does not offer STARTTLS"},
	} {
		if _, err := shaken(t, x.server); !errors.Is(err, imapconn.ErrTLS) || !strings.Contains(err.Error(), x.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, heard := range []map[string]func() string{heardExpired, heardStranger} {
		if said := heard["starttls"]() + heard["implicit"](); strings.Contains(said, "AUTH") {
			t.Errorf("it heard %s", said)
		}
	}
	without.TLS = "none"
	if state, err := shaken(t, without); err != nil || len(state.PeerCertificates) != 0 {
		t.Errorf("without TLS: %+v, %v", state, err)
	}
}

// Whoever falls silent is away, once the time is up.
func TestHandshakeHangs(t *testing.T) {
	here, there := net.Pipe()
	defer there.Close()
	go io.Copy(io.Discard, there)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Handshake(ctx, SMTPServer{Host: "127.0.0.1", TLS: "implicit"}, here); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestSendLogin(t *testing.T) {
	s := embedded(t, mailsim.Options{})
	server := smtpAt(s, s.SMTPPort())
	server.Secret = func(context.Context) (string, error) { return "wrong", nil }
	if err := TryLogin(within(t), server); !errors.Is(err, imapconn.ErrLogin) || !strings.Contains(err.Error(), "535") {
		t.Errorf("a wrong password: %v", err)
	}
	locked := errors.New("the keyring is locked")
	server.Secret = func(context.Context) (string, error) { return "", locked }
	if err := Send(within(t), server, envelope, message(letterID), nil); !errors.Is(err, locked) {
		t.Errorf("no password: %v", err)
	}
	must(t, s.Stop())
	if err := TryLogin(within(t), smtpAt(s, s.SMTPPort())); !errors.Is(err, imapconn.ErrAway) {
		t.Errorf("no server: %v", err)
	}
}

// converse plays an SMTP server.
func converse(conn net.Conn, heard *bytes.Buffer, atData func(), offers []string) {
	fmt.Fprint(conn, "220 hello\r\n")
	for in := bufio.NewReader(conn); ; {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		heard.WriteString(line)
		switch word, _, _ := strings.Cut(strings.TrimSpace(line), " "); word {
		case "EHLO":
			fmt.Fprint(conn, "250-localhost\r\n")
			for _, offer := range offers {
				fmt.Fprintf(conn, "250-%s\r\n", offer)
			}
			fmt.Fprint(conn, "250 AUTH PLAIN\r\n")
		case "AUTH":
			fmt.Fprint(conn, "235 in\r\n")
		case "DATA":
			fmt.Fprint(conn, "354 go on\r\n")
			atData()
		case "QUIT":
			return
		case "MAIL", "RCPT", ".":
			fmt.Fprint(conn, "250 fine\r\n")
		}
	}
}

// modest is a server that offers what it is told to, and takes everything.
func modest(t *testing.T, atData func(), offers ...string) (server SMTPServer, said func() string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	var heard bytes.Buffer
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		converse(conn, &heard, atData, offers)
	}()
	return SMTPServer{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: "none", User: "ana",
		Secret: func(context.Context) (string, error) { return "secret", nil }}, func() string { <-ended; return heard.String() }
}

func TestSendOnModestServer(t *testing.T) {
	plain, eight := "A: b\r\n\r\nx\r\n", "A: b\r\n\r\n\xc3\xbc\r\n"
	for name, x := range map[string]struct {
		offers []string
		e      Envelope
		raw    string
		want   string // outcome
		mail   string // what the client said
	}{
		"nothing":            {nil, envelope, plain, "delivered", "MAIL FROM:<ana@example.org>\r\nRCPT TO:<maria@uni.example>\r\n"},
		"8 bit":              {nil, envelope, eight, "not sent", ""},
		"8 bit taken":        {[]string{"8BITMIME"}, envelope, eight, "delivered", "MAIL FROM:<ana@example.org> BODY=8BITMIME\r\n"},
		"no need of UTF-8":   {[]string{"SMTPUTF8"}, envelope, plain, "delivered", "MAIL FROM:<ana@example.org>\r\n"},
		"an address, UTF-8":  {[]string{"SMTPUTF8"}, Envelope{"ana@example.org", "maría@bücher.example"}, plain, "delivered", "SMTPUTF8\r\nRCPT TO:<maría@xn--bcher-kva.example>"},
		"an address, ASCII":  {nil, Envelope{"ana@example.org", "maría@bücher.example"}, plain, "not sent", ""},
		"a domain":           {nil, Envelope{"ana@example.org", "maria@bücher.example"}, plain, "delivered", "RCPT TO:<maria@xn--bcher-kva.example>"},
		"a quoted one":       {nil, Envelope{"ana@example.org", `"maria lopez"@x.example`}, plain, "delivered", `RCPT TO:<"maria lopez"@x.example>`},
		"a header in UTF-8":  {[]string{"8BITMIME"}, envelope, "Subject: \xc3\xbc\r\n\r\nx\r\n", "not sent", ""},
		"too large":          {[]string{"SIZE 10"}, envelope, plain, "not sent", ""},
		"not too large":      {[]string{"SIZE 0"}, envelope, plain, "delivered", "MAIL FROM:<ana@example.org>\r\n"},
		"a line too many":    {nil, Envelope{"ana@example.org", "x@y.example>\r\nRCPT TO:<z@y.example"}, plain, "not sent", ""},
		"two recipients":     {nil, Envelope{"ana@example.org", "x@y.example, z@y.example"}, plain, "not sent", ""},
		"nobody":             {nil, Envelope{"ana@example.org", ""}, plain, "not sent", ""},
		"nobody's":           {nil, Envelope{"", "x@y.example"}, plain, "not sent", ""},
		"no domain to speak": {nil, Envelope{"ana@example.org", "x@-x.example"}, plain, "not sent", ""},
	} {
		server, said := modest(t, func() {}, x.offers...)
		err := Send(within(t), server, x.e, []byte(x.raw), func(context.Context) error { return nil })
		if got := outcome(err, 0); got != x.want {
			t.Errorf("%s: %s, want %s: %v", name, got, x.want, err)
		}
		if x.mail != "" && !strings.Contains(said(), x.mail) {
			t.Errorf("%s: it said %q", name, said())
		}
	}
}

// A server that never stops answering is given up.
func TestSendEndlessAnswer(t *testing.T) {
	server, _ := modest(t, func() {}, strings.Split(strings.TrimSpace(strings.Repeat("X-MORE\n", mostAnswers/8)), "\n")...)
	err := Send(within(t), server, envelope, message(letterID), nil)
	if outcome(err, 0) != "not sent, temporary" {
		t.Errorf("got %v", err)
	}
}
