package imapconn

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"time"
)

// implicitPort is that of IMAP with TLS from the first byte on (RFC 8314 section 3.2).
const implicitPort = 993

// TLSError tells a certificate that cannot be trusted, and why (ErrTLS), from a
// server that speaks no TLS here (ErrTLS) and from a connection that broke (ErrAway).
// Port is the usual one for TLS from the first byte on, of the protocol that was to
// be spoken.
func TLSError(host string, port int, err error) error { return tlsError(host, port, time.Now(), err) }

func tlsError(host string, usual int, now time.Time, err error) error {
	port := fmt.Sprintf("is this a port for implicit TLS (%d)? otherwise write tls = \"starttls\"", usual)
	var network *net.OpError
	var plain tls.RecordHeaderError
	switch {
	case errors.As(err, &plain):
		return fmt.Errorf("%w: %w; %s", ErrTLS, err, port)
	case strings.Contains(err.Error(), "protocol version"): // alert 70 of RFC 8446, or our own refusal
		return fmt.Errorf("%w: %s speaks only old versions of TLS, which protect nothing; ask who runs it for TLS 1.2 or newer", ErrTLS, host)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &network) && network.Op != "remote error":
		return fmt.Errorf("%w: %w; %s", ErrAway, err, port)
	}
	if why := certificateError(host, now, err); why != "" {
		return fmt.Errorf("%w: %s", ErrTLS, why)
	}
	return fmt.Errorf("%w: %w; check the server's name, or ask who runs it", ErrTLS, err)
}

// certificateError says what is wrong with a certificate, and what mends it; ""
// if that is not it.
func certificateError(host string, now time.Time, err error) string {
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var roots x509.SystemRootsError
	switch {
	case errors.As(err, &invalid):
		return invalidCertificate(host, now, invalid)
	case errors.As(err, &name):
		return fmt.Sprintf("its certificate is for %s, not %s; write the server's name as its provider tells it, or ask who runs it",
			namesOf(name.Certificate), host)
	case errors.As(err, &unknown):
		return unknownAuthority(host, unknown)
	case errors.As(err, &roots):
		return "this computer has no list of authorities that could be trusted; install it (on Linux the package ca-certificates)"
	}
	return ""
}

func invalidCertificate(host string, now time.Time, err x509.CertificateInvalidError) string {
	const day = "2 January 2006"
	switch {
	case err.Reason == x509.Expired && now.Before(err.Cert.NotBefore):
		return fmt.Sprintf("the certificate of %s holds only from %s on; is this computer's clock right? It shows %s",
			host, err.Cert.NotBefore.UTC().Format(day), now.UTC().Format(day))
	case err.Reason == x509.Expired:
		return fmt.Sprintf("the certificate of %s expired on %s; ask who runs it to renew it, if this computer's clock is right (it shows %s)",
			host, err.Cert.NotAfter.UTC().Format(day), now.UTC().Format(day))
	case err.Reason == x509.IncompatibleUsage:
		return fmt.Sprintf("the certificate of %s is not one for servers; ask who runs it for another", host)
	}
	return fmt.Sprintf("the certificate of %s is not valid: %v; ask who runs it for another", host, err)
}

func unknownAuthority(host string, err x509.UnknownAuthorityError) string {
	const mend = "ask who runs it for one of a public authority, or have this computer trust it"
	known, poolErr := x509.SystemCertPool()
	switch {
	case poolErr == nil && runtime.GOOS == "linux" && known.Equal(x509.NewCertPool()):
		return fmt.Sprintf("the certificate of %s cannot be checked: this computer knows no authority at all; install the package ca-certificates", host)
	case err.Cert == nil:
		return fmt.Sprintf("the certificate of %s is signed by nobody known; %s", host, mend)
	case bytes.Equal(err.Cert.RawIssuer, err.Cert.RawSubject):
		return fmt.Sprintf("the certificate of %s is signed by itself, as anybody's could be; %s", host, mend)
	}
	return fmt.Sprintf("the certificate of %s is signed by %q, whom this computer does not know; %s",
		host, printable([]byte(err.Cert.Issuer.String())), mend)
}

// namesOf lists some of the names for which a certificate is good.
func namesOf(cert *x509.Certificate) string {
	const enough = 5
	names := slices.Clone(cert.DNSNames)
	for _, ip := range cert.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return "no name at all"
	}
	if len(names) > enough {
		names = append(names[:enough:enough], "…")
	}
	return printable([]byte(strings.Join(names, ", ")))
}

// startTLS asks a server that speaks plain text to change to TLS. Whatever the
// server says beyond the agreement would have come from anybody on the way: it
// is an error (CVE-2011-0411 and its kin), as is a server already logged in.
func startTLS(conn net.Conn) error {
	r := bufio.NewReaderSize(io.LimitReader(conn, 64<<10), 4096)
	greeting, err := r.ReadSlice('\n')
	if err != nil {
		return fmt.Errorf("%w: no greeting: %w", ErrAway, err)
	}
	switch upper := bytes.ToUpper(greeting); {
	case bytes.HasPrefix(upper, []byte("* BYE")):
		return fmt.Errorf("%w: the server said goodbye: %q", ErrAway, excerpt(greeting))
	case bytes.HasPrefix(upper, []byte("* PREAUTH")):
		return fmt.Errorf("%w: the server let anybody in before TLS (PREAUTH), where STARTTLS is not possible any more", ErrTLS)
	case !bytes.HasPrefix(upper, []byte("* OK")):
		return fmt.Errorf("%w: the server greeted with %q", ErrTLS, excerpt(greeting))
	}
	if _, err := io.WriteString(conn, "S1 STARTTLS\r\n"); err != nil {
		return fmt.Errorf("%w: %w", ErrAway, err)
	}
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return fmt.Errorf("%w: no answer to STARTTLS: %w", ErrAway, err)
		}
		switch upper := bytes.ToUpper(line); {
		case bytes.HasPrefix(upper, []byte("* BYE")):
			return fmt.Errorf("%w: the server said goodbye: %q", ErrAway, excerpt(line))
		case bytes.HasPrefix(line, []byte("* ")):
			continue
		case !bytes.HasPrefix(upper, []byte("S1 OK")):
			return fmt.Errorf("%w: the server refuses STARTTLS, or somebody on the way does: %q; does it offer tls = \"implicit\"?",
				ErrTLS, excerpt(line))
		}
		if r.Buffered() > 0 {
			return fmt.Errorf("%w: the server went on in plain text after STARTTLS", ErrTLS)
		}
		return nil
	}
}
