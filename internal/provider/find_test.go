package provider

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"regards/internal/mailsim"
)

// zone is the DNS of a test: MX by domain, SRV by _service.domain.
type zone struct {
	mx  map[string][]*net.MX
	srv map[string][]*net.SRV
	err error // of every question, if set
}

func (z zone) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	if records, ok := z.mx[name]; ok || z.err != nil {
		return records, z.err
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (z zone) LookupSRV(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
	name = "_" + service + "._" + proto + "." + name
	if records, ok := z.srv[name]; ok || z.err != nil {
		return "", records, z.err
	}
	return "", nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// internet is a network of listeners on loopback, each under the name and the
// port that it plays.
type internet struct {
	t     *testing.T
	ca    *mailsim.CA
	hosts map[string]string // host:port to the real address
}

func newInternet(t *testing.T) *internet {
	t.Helper()
	ca, err := mailsim.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	return &internet{t: t, ca: ca, hosts: map[string]string{}}
}

func (n *internet) dial(ctx context.Context, network, address string) (net.Conn, error) {
	real, ok := n.hosts[address]
	if !ok {
		return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("connection refused")}
	}
	return new(net.Dialer).DialContext(ctx, network, real)
}

func (n *internet) finder(z zone) *Finder {
	return &Finder{Resolver: z, Dial: n.dial, Roots: n.ca.Pool()}
}

func (n *internet) certificate(name string) tls.Certificate {
	n.t.Helper()
	c, err := n.ca.Issue(name, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	if err != nil {
		n.t.Fatal(err)
	}
	return c
}

// listen plays a server: talk gets each connection, and the connection is shut
// when it returns.
func (n *internet) listen(address string, talk func(net.Conn)) {
	n.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { l.Close() })
	n.hosts[address] = l.Addr().String()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				talk(conn)
			}()
		}
	}()
}

// implicit greets over TLS, with a certificate for name.
func (n *internet) implicit(address, name, greeting string) {
	certificate := n.certificate(name)
	n.listen(address, func(conn net.Conn) {
		secure := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}})
		if secure.Handshake() == nil {
			secure.Write([]byte(greeting))
			secure.Read(make([]byte, 1)) // until the other side is gone
		}
	})
}

func TestFindInTable(t *testing.T) {
	down := &Finder{Resolver: zone{err: errors.New("asked")}, Dial: func(context.Context, string, string) (net.Conn, error) {
		t.Error("the network was used")
		return nil, errors.New("no")
	}}
	found, err := down.Find(t.Context(), "Ana@GMail.com")
	if err != nil || found.Source != Table || found.Provider != "Gmail" || found.IMAP != (Server{"imap.gmail.com", 993, Implicit, "Ana@gmail.com"}) {
		t.Errorf("%+v, %v", found, err)
	}
	if _, err := down.Find(t.Context(), "ana@tuta.com"); !errors.Is(err, ErrNoIMAP) || !strings.Contains(err.Error(), "Tuta") {
		t.Error(err)
	}
	if _, err := down.Find(t.Context(), "ana"); !errors.Is(err, ErrAddress) {
		t.Error(err)
	}
}

// A university whose own domain lies with Microsoft.
func TestFindByMX(t *testing.T) {
	n := newInternet(t)
	f := n.finder(zone{mx: map[string][]*net.MX{
		"uni.example":  mx("uni-example.mail.protection.outlook.com."),
		"work.example": mx("work-mx.app.hey.com."),
	}})
	found, err := f.Find(t.Context(), "ana@uni.example")
	if err != nil || found.Source != MX || found.Provider != "Microsoft 365" || found.IMAP.Host != "outlook.office365.com" {
		t.Fatalf("%+v, %v", found, err)
	}
	if last := found.Notes[len(found.Notes)-1]; !strings.Contains(last, "The mail of uni.example lies with Microsoft 365") {
		t.Errorf("notes %q", found.Notes)
	}
	if _, err := f.Find(t.Context(), "ana@work.example"); !errors.Is(err, ErrNoIMAP) {
		t.Error(err)
	}
}

func TestFindBySRV(t *testing.T) {
	n := newInternet(t)
	f := n.finder(zone{
		mx: map[string][]*net.MX{"example.org": mx("mail.example.org."), "example.net": mx("mail.example.net."), "none.example": mx("mail.none.example."),
			"dept.example": mx("mx0b-1.pphosted.com.")},
		srv: map[string][]*net.SRV{
			"_imaps._tcp.example.org":       {{Target: "imap.example.org.", Port: 993}},
			"_submissions._tcp.example.org": {{Target: "smtp.hoster.example.", Port: 465}},
			"_imaps._tcp.example.net":       {{Target: "imap.fastmail.com.", Port: 993}},
			"_submission._tcp.example.net":  {{Target: "smtp.fastmail.com.", Port: 587}},
			"_imaps._tcp.dept.example":      {{Target: "outlook.office365.com.", Port: 993}},
			"_imaps._tcp.none.example":      {{Target: "."}},
			"_imap._tcp.none.example":       {{Target: "."}},
		},
	})
	found, err := f.Find(t.Context(), "ana@example.org")
	if err != nil || found.Source != SRV || found.IMAP.Host != "imap.example.org" || found.SMTP.Host != "smtp.hoster.example" {
		t.Fatalf("%+v, %v", found, err)
	}
	if !slices.Equal(found.Confirm, []string{"smtp.hoster.example"}) {
		t.Errorf("to be confirmed: %q", found.Confirm)
	}
	found, err = f.Find(t.Context(), "ana@example.net")
	if err != nil || found.Provider != "Fastmail" || found.Ways[0].Method != AppPassword || len(found.Confirm) > 0 {
		t.Errorf("%+v, %v", found, err)
	}
	if _, err := f.Find(t.Context(), "ana@none.example"); !errors.Is(err, ErrNoIMAP) {
		t.Error(err)
	}
	found, err = f.Find(t.Context(), "ana@dept.example")
	if err != nil || found.Provider != "Microsoft 365" || !strings.Contains(strings.Join(found.Notes, " "), "Proofpoint") {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestFindNothing(t *testing.T) {
	n := newInternet(t)
	f := n.finder(zone{mx: map[string][]*net.MX{
		"example.org":  mx("mail.example.org."),
		"null.example": mx("."),
		"uni.example":  mx("mx0a-1.pphosted.com."),
	}})
	for address, want := range map[string]string{
		"ana@example.org":    "the usual names do not answer",
		"ana@null.example":   "takes no mail at all",
		"ana@uni.example":    "Microsoft 365 or Google Workspace",
		"ana@typo.example":   "is the address right?",
		"ana@büro.example":   "xn--bro-hoa.example",
		"secret@example.org": "write them by hand",
	} {
		found, err := f.Find(t.Context(), address)
		if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), want) || found.IMAP.Host != "" {
			t.Errorf("%s: %+v, %v", address, found, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the address stands in the error: %v", err)
		}
	}
}

func TestFindOffline(t *testing.T) {
	n := newInternet(t)
	f := n.finder(zone{err: &net.DNSError{Err: "i/o timeout", IsTimeout: true}})
	_, err := f.Find(t.Context(), "ana@example.org")
	if !errors.Is(err, ErrOffline) || !strings.Contains(err.Error(), "config.toml") || !strings.Contains(err.Error(), "[imap]") {
		t.Error(err)
	}
}

// mute answers nothing until the question is taken back.
type mute struct{}

func (mute) LookupMX(ctx context.Context, _ string) ([]*net.MX, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (mute) LookupSRV(ctx context.Context, _, _, _ string) (string, []*net.SRV, error) {
	<-ctx.Done()
	return "", nil, ctx.Err()
}

// files answers every request with one file.
type files []byte

func (f files) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(f))}, r.Context().Err()
}

// DNS that does not answer leaves time for the other steps.
func TestFindWithoutDNS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &Finder{Resolver: mute{}, HTTP: &http.Client{Transport: files(sample(t, "plain.xml"))}}
		if found, err := f.Find(t.Context(), "ana@example.org"); err != nil || found.Source != Autoconfig || found.SMTP.Host != "smtp.example.org" {
			t.Errorf("%+v, %v", found, err)
		}
	})
}

// A network that swallows everything costs 20 seconds at most.
func TestFindEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &Finder{Resolver: mute{}, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}
		begin := time.Now()
		_, err := f.Find(t.Context(), "ana@example.org")
		if took := time.Since(begin); !errors.Is(err, ErrOffline) || took > searchLimit {
			t.Errorf("after %v: %v", took, err)
		}
	})
}
