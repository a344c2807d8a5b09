package mailsim

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// TokenServer is an authorization server of OAuth 2.0 (RFC 6749) on loopback, in
// plain HTTP; for TLS under a provider's name see TLSFront and Redirect. It lets
// the one user of every Server in without asking. Its endpoints have the paths
// of the large providers: what ends in "auth" or "authorize" is where a browser
// goes, in "token" and "devicecode" or "code" where a client does, and there are
// "introspect" (RFC 7662) and "revoke" (RFC 7009).
//
// A code or a refresh token is good once where the rules say so; PKCE (RFC 7636)
// is demanded. All it knows is in memory.
type TokenServer struct {
	listener *listener
	server   *http.Server
	serving  sync.WaitGroup

	mu       sync.Mutex // guards what follows
	rules    TokenRules
	requests map[string]int
	codes    map[string]authorization
	devices  map[string]*device
	grants   map[string]*grant // by refresh token
	access   map[string]access
	given    []string
}

// TokenRules are how a TokenServer behaves.
type TokenRules struct {
	User         string        // who logs in, whose tokens let them in alone; at first ana@example.org
	ClientID     string        // the only one that is known
	ClientSecret string        // "": none is asked for
	Lifetime     time.Duration // of an access token
	Rotate       bool          // each renewal gives a new refresh token, and ends the old one
	NoRefresh    bool          // logins give no refresh token
	Scope        string        // granted instead of what was asked for; "": just that
	// Refuse is an error code with which logins are answered from now on, and
	// Describe what is said beside it; "" lets everybody in. RefuseToken is that of
	// the token endpoint.
	Refuse, RefuseToken, Describe string
	// A device code is answered so many times with authorization_pending, after
	// that so many times with slow_down, before its owner has logged in.
	Pending, SlowDown int
	// Intercept may answer a request to the token endpoint itself, which it says by
	// true.
	Intercept func(w http.ResponseWriter, r *http.Request) bool
}

// grant is a login of the user.
type grant struct {
	user    string
	scope   string
	revoked bool
}

// access is what an access token is good for.
type access struct {
	grant *grant
	until time.Time
}

// authorization is a code that has not been used.
type authorization struct{ redirect, challenge, scope string }

type device struct {
	scope  string
	asked  int
	expiry time.Time
}

// TokenClient is the client that a TokenServer knows at first.
const TokenClient = "regards-test"

// NewTokenServer starts a server whose access tokens live for an hour.
func NewTokenServer() (*TokenServer, error) {
	s := &TokenServer{rules: TokenRules{User: userName, ClientID: TokenClient, Lifetime: time.Hour},
		requests: map[string]int{}, codes: map[string]authorization{}, devices: map[string]*device{},
		grants: map[string]*grant{}, access: map[string]access{}}
	var err error
	if s.listener, err = newListener(nil); err != nil {
		return nil, fmt.Errorf("mailsim: start the token server: %w", err)
	}
	s.server = &http.Server{Handler: s}
	s.serving.Go(func() { _ = s.server.Serve(s.listener) })
	return s, nil
}

// Close ends the server.
func (s *TokenServer) Close() error {
	err := s.server.Close()
	s.serving.Wait()
	return err
}

// Addr returns host and port where the server listens.
func (s *TokenServer) Addr() string { return address(s.listener.port) }

// URL returns the address of an endpoint by its last word.
func (s *TokenServer) URL(endpoint string) string { return "http://" + s.Addr() + "/" + endpoint }

// Rule changes how the server behaves from now on.
func (s *TokenServer) Rule(change func(*TokenRules)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.rules)
}

// Requests returns how often an endpoint was asked: authorize, token, device,
// introspect or revoke.
func (s *TokenServer) Requests(endpoint string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[endpoint]
}

// ExpireAccess ends all access tokens, as time or a revocation of theirs would.
func (s *TokenServer) ExpireAccess() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.access)
}

// Revoke ends every login: its refresh tokens and its access tokens.
func (s *TokenServer) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.grants {
		g.revoked = true
	}
	clear(s.access)
}

// Grant logs the user in without a browser and returns the refresh token.
func (s *TokenServer) Grant() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	refresh := s.secret("refresh")
	s.grants[refresh] = &grant{}
	return refresh
}

// Given returns every secret that the server has given away so far: codes and
// tokens. A test looks for them where none may be.
func (s *TokenServer) Given() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.given)
}

// Accepts says whether an access token lets the user in now.
func (s *TokenServer) Accepts(user, token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.good(token) && s.access[token].grant.user == user
}

// good is called with the lock held.
func (s *TokenServer) good(token string) bool {
	a, known := s.access[token]
	return known && !a.grant.revoked && time.Now().Before(a.until)
}

// secret makes a new one; it is called with the lock held. Access tokens are as
// long as Microsoft's.
func (s *TokenServer) secret(kind string) string {
	made := kind + "-" + rand.Text()
	if kind == "access" {
		made += strings.Repeat("."+rand.Text(), 80)
	}
	s.given = append(s.given, made)
	return made
}

// Redirect returns a way to dial that finds servers on loopback in the place of
// others: each by the host and port that are wanted. What is on loopback is found
// where it is, and nothing else can be reached.
func Redirect(servers map[string]string) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		to, known := servers[address]
		if host, _, err := net.SplitHostPort(address); !known && err == nil && (host == loopback || host == "localhost") {
			to, known = address, true
		}
		if !known {
			return nil, fmt.Errorf("mailsim: nobody stands for %s", address)
		}
		return new(net.Dialer).DialContext(ctx, network, to)
	}
}

// endpointOf names the endpoint that a path stands for.
func endpointOf(path string) string {
	last := path[strings.LastIndexByte(path, '/')+1:]
	switch last {
	case "auth":
		return "authorize"
	case "code", "devicecode":
		return "device"
	}
	return last
}
