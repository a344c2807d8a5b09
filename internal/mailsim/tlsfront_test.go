package mailsim

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"testing"
	"time"
)

// front starts a TLS front before an embedded server, with a certificate that
// is valid for an hour either way.
func front(t *testing.T, certificate tls.Certificate) *TLSFront {
	t.Helper()
	s := opened(t)(Embedded())
	f := value[*TLSFront](t)(NewTLSFront(s.IMAPAddr(), certificate))
	t.Cleanup(func() { must(t, f.Close()) })
	return f
}

func TestTLSFront(t *testing.T) {
	t.Parallel()
	ca := value[*CA](t)(NewCA())
	now := time.Now()
	f := front(t, value[tls.Certificate](t)(ca.Issue(loopback, now.Add(-time.Hour), now.Add(time.Hour))))
	conn := value[*tls.Conn](t)(tls.Dial("tcp", f.Addr(), &tls.Config{RootCAs: ca.Pool()}))
	defer conn.Close()
	must(t, conn.SetDeadline(time.Now().Add(patience)))
	w := &rawClient{t: t, conn: conn, in: bufio.NewReader(conn)}
	w.expect("* OK ")
	w.do("a LOGIN " + userName + " " + password)
	w.send("b LOGOUT")
	w.end()
	const sent = "a LOGIN " + userName + " " + password + "\r\nb LOGOUT\r\n"
	if got := f.Inside(); string(got) != sent {
		t.Errorf("inside TLS: %q", got)
	}
	if got := f.OnWire(); len(got) < len(sent) || bytes.Contains(got, []byte("LOG")) {
		t.Errorf("on the wire: %q", got)
	}
}

func TestTLSFrontShowsWhatWasNotEncrypted(t *testing.T) {
	t.Parallel()
	now := time.Now()
	f := front(t, value[tls.Certificate](t)(SelfSigned(loopback, now.Add(-time.Hour), now.Add(time.Hour))))
	w := dial(t, f.Addr())
	w.send("a LOGIN " + userName + " " + password)
	w.end()
	if got := string(f.OnWire()); !strings.Contains(got, password) || len(f.Inside()) != 0 {
		t.Errorf("on the wire %q, inside %q", got, f.Inside())
	}
}

// Each certificate that a client has to refuse is refused for its own reason.
func TestCertificates(t *testing.T) {
	t.Parallel()
	ca := value[*CA](t)(NewCA())
	now := time.Now()
	hour := time.Hour
	made := value[tls.Certificate](t)
	for name, test := range map[string]struct {
		certificate tls.Certificate
		want        func(error) bool
	}{
		"expired":     {made(ca.Issue(loopback, now.Add(-2*hour), now.Add(-hour))), isInvalid(x509.Expired)},
		"not yet":     {made(ca.Issue(loopback, now.Add(hour), now.Add(2*hour))), isInvalid(x509.Expired)},
		"other name":  {made(ca.Issue("mail.example.org", now.Add(-hour), now.Add(hour))), is[x509.HostnameError]},
		"self-signed": {made(SelfSigned(loopback, now.Add(-hour), now.Add(hour))), is[x509.UnknownAuthorityError]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := front(t, test.certificate)
			conn, err := tls.Dial("tcp", f.Addr(), &tls.Config{RootCAs: ca.Pool()})
			if err == nil {
				conn.Close()
			}
			if !test.want(err) {
				t.Errorf("%v", err)
			}
		})
	}
}

func is[E error](err error) bool {
	var want E
	return errors.As(err, &want)
}

func isInvalid(reason x509.InvalidReason) func(error) bool {
	return func(err error) bool {
		var invalid x509.CertificateInvalidError
		return errors.As(err, &invalid) && invalid.Reason == reason
	}
}

func TestCAAsFile(t *testing.T) {
	t.Parallel()
	ca := value[*CA](t)(NewCA())
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca.PEM()) || !pool.Equal(ca.Pool()) {
		t.Errorf("%s", ca.PEM())
	}
}
