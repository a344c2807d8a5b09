package carddav

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
)

// The limits of what a server may send. An address book of some thousand people
// with their pictures stays below them.
const (
	maxAnswer   = 32 << 20  // bytes of one answer
	maxAnswers  = 512 << 20 // bytes of all
	maxHops     = 5         // redirects of one request
	dialTime    = 15 * time.Second
	answerTime  = time.Minute // until an answer begins
	maxHeaders  = 64 << 10
	maxPrinted  = 200 // characters of a server's words in an error
	contentType = `application/xml; charset="utf-8"`
)

// session is a conversation with one server.
type session struct {
	server   Server
	base     *url.URL // the server that gets the password
	password string
	client   *http.Client
	left     int64 // bytes that may come still
	spoiled  int   // cards that could not be fetched
}

func newSession(ctx context.Context, server Server) (*session, error) {
	base, err := url.Parse(server.URL)
	if err != nil || base.Hostname() == "" || base.Scheme != "https" && !(base.Scheme == "http" && isLoopback(base.Hostname())) {
		return nil, errors.New("url is no address with https://")
	}
	password, err := server.Secret(ctx)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: dialTime}).DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: server.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    dialTime,
		ResponseHeaderTimeout:  answerTime,
		MaxResponseHeaderBytes: maxHeaders,
		ForceAttemptHTTP2:      true,
	}
	return &session{server: server, base: base, password: password, left: maxAnswers,
		client: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// resolve gives the address that a link in an answer leads to, which must be on the
// same server.
func (s *session) resolve(at *url.URL, href string) (*url.URL, error) {
	u, err := at.Parse(strings.TrimSpace(href))
	if err != nil {
		return nil, fmt.Errorf("a link of the server is none: %s", printable(href))
	}
	if origin(u) != origin(s.base) {
		return nil, fmt.Errorf("%w: the server leads to %s, which gets no password unasked; if you trust it, write url = %q",
			ErrElsewhere, printable(u.Host), u.Scheme+"://"+u.Host)
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u, nil
}

// origin tells servers apart (RFC 6454, section 4).
func origin(u *url.URL) string {
	port := cmp.Or(u.Port(), map[string]string{"https": "443", "http": "80"}[u.Scheme])
	return u.Scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// statusError is an answer that is a refusal.
type statusError int

func (e statusError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("the server answered %d %s", int(e), http.StatusText(int(e))))
}

// Errors of one answer, which another request may do without.
var (
	errTooLarge = fmt.Errorf("the answer is larger than %d MiB", maxAnswer>>20)
	errGarbage  = errors.New("the answer is not what a CardDAV server says")
)

// request sends a request and gives the body of the answer, and where it came from
// in the end. Redirects keep the method and the body, which net/http would drop.
func (s *session) request(ctx context.Context, method string, at *url.URL, depth, body string) ([]byte, *url.URL, error) {
	for range maxHops {
		answer, err := s.send(ctx, method, at, depth, body)
		if err != nil {
			return nil, at, err
		}
		defer answer.Body.Close()
		switch code := answer.StatusCode; {
		case code == http.StatusUnauthorized:
			return nil, at, fmt.Errorf("%w: %s does not take this user and password; providers want an app password here", ErrLogin, s.base.Host)
		case isPassing(code):
			return nil, at, fmt.Errorf("%s %w: %w", s.base.Host, ErrAway, statusError(code))
		case code >= 300 && code < 400:
			if at, err = s.resolve(at, answer.Header.Get("Location")); err != nil {
				return nil, at, err
			}
			continue
		case code >= 400:
			return nil, at, statusError(code)
		}
		data, err := s.take(answer.Body)
		return data, at, err
	}
	return nil, at, fmt.Errorf("the server redirects more than %d times", maxHops)
}

// isPassing reports whether a server may do later what it does not do now.
func isPassing(code int) bool {
	return slices.Contains([]int{http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}, code)
}

// send sends the password with the request. Whoever calls it has made sure that it
// goes to the server that the owner named.
func (s *session) send(ctx context.Context, method string, at *url.URL, depth, body string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, at.String(), strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if origin(at) != origin(s.base) {
		return nil, ErrElsewhere
	}
	r.SetBasicAuth(s.server.User, s.password)
	if body != "" {
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Depth", depth)
	}
	r.Header.Set("User-Agent", "regards")
	answer, err := s.client.Do(r)
	var wrong *url.Error
	if errors.As(err, &wrong) {
		err = wrong.Err // without the method and the address
	}
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("%s %w: it took too long", s.base.Host, ErrAway)
	}
	if isUntrusted(err) {
		return nil, fmt.Errorf("no trustworthy TLS connection to %s: %w", s.base.Host, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %w: %w", s.base.Host, ErrAway, err)
	}
	return answer, nil
}

// isUntrusted tells a certificate that does not hold from a server that is away.
func isUntrusted(err error) bool {
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &certificate)
}

// take reads an answer within the limits.
func (s *session) take(body io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(body, min(maxAnswer, s.left)+1))
	switch s.left -= int64(len(data)); {
	case s.left < 0:
		return nil, fmt.Errorf("the address books are larger than %d MiB", maxAnswers>>20)
	case len(data) > maxAnswer:
		return nil, errTooLarge
	case err != nil:
		return nil, fmt.Errorf("%s %w: %w", s.base.Host, ErrAway, err)
	}
	return data, nil
}

// ask sends a request of XML and reads the answer, which has a status for each
// resource (RFC 4918, section 13).
func (s *session) ask(ctx context.Context, method string, at *url.URL, depth, body string) (multistatus, *url.URL, error) {
	var ms multistatus
	data, at, err := s.request(ctx, method, at, depth, body)
	if err != nil {
		return ms, at, err
	}
	if err := xml.Unmarshal(data, &ms); err != nil {
		return ms, at, fmt.Errorf("%w: %s", errGarbage, printable(err.Error()))
	}
	return ms, at, nil
}

// printable is what strangers wrote, fit for one line of an error.
func printable(s string) string {
	s = strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s), "")
	if runes := []rune(s); len(runes) > maxPrinted {
		s = string(runes[:maxPrinted]) + "…"
	}
	return strings.TrimSpace(s)
}
