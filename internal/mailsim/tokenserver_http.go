package mailsim

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// deviceGrant is the grant type of RFC 8628 section 3.4.
const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

// ServeHTTP implements http.Handler.
func (s *TokenServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	endpoint := endpointOf(r.URL.Path)
	s.mu.Lock()
	s.requests[endpoint]++
	intercept := s.rules.Intercept
	s.mu.Unlock()
	_ = r.ParseForm() // what cannot be read is missing
	if endpoint == "token" && intercept != nil && intercept(w, r) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch endpoint {
	case "authorize":
		s.authorize(w, r)
	case "token":
		s.token(w, r)
	case "device":
		s.device(w, r)
	case "introspect":
		s.introspect(w, r)
	case "revoke":
		s.revoke(w, r)
	default:
		http.NotFound(w, r)
	}
}

func answer(w http.ResponseWriter, status int, fields map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(fields) // a client that has gone needs no answer
}

// refuse answers as RFC 6749 section 5.2 wants it.
func (s *TokenServer) refuse(w http.ResponseWriter, code, description string) {
	answer(w, http.StatusBadRequest, map[string]any{"error": code, "error_description": description})
}

// authorize sends the browser back, as after a login (RFC 6749 section 4.1.2).
func (s *TokenServer) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.Form
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || back.Scheme != "http" || back.Hostname() != loopback && back.Hostname() != "localhost" || q.Get("client_id") != s.rules.ClientID {
		http.Error(w, "no such client, or it is not to be sent there", http.StatusBadRequest)
		return
	}
	values := url.Values{"state": {q.Get("state")}}
	switch {
	case s.rules.Refuse != "":
		values.Set("error", s.rules.Refuse)
		values.Set("error_description", s.rules.Describe)
	case q.Get("response_type") != "code", q.Get("code_challenge_method") != "S256", q.Get("code_challenge") == "":
		values.Set("error", "invalid_request")
	default:
		code := s.secret("code")
		s.codes[code] = authorization{q.Get("redirect_uri"), q.Get("code_challenge"), q.Get("scope")}
		values.Set("code", code)
	}
	back.RawQuery = values.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// token gives tokens for a code, a device code or a refresh token.
func (s *TokenServer) token(w http.ResponseWriter, r *http.Request) {
	f := r.PostForm
	switch {
	case f.Get("client_id") != s.rules.ClientID, f.Get("client_secret") != s.rules.ClientSecret:
		s.refuse(w, "invalid_client", "there is no such client")
	case s.rules.RefuseToken != "":
		s.refuse(w, s.rules.RefuseToken, s.rules.Describe)
	case f.Get("grant_type") == "authorization_code":
		s.redeem(w, f)
	case f.Get("grant_type") == deviceGrant:
		s.poll(w, f)
	case f.Get("grant_type") == "refresh_token":
		s.renew(w, f)
	default:
		s.refuse(w, "unsupported_grant_type", "")
	}
}

// redeem takes a code with its proof (RFC 7636 section 4.6).
func (s *TokenServer) redeem(w http.ResponseWriter, f url.Values) {
	a, known := s.codes[f.Get("code")]
	delete(s.codes, f.Get("code"))
	proof := sha256.Sum256([]byte(f.Get("code_verifier")))
	if !known || a.redirect != f.Get("redirect_uri") || base64.RawURLEncoding.EncodeToString(proof[:]) != a.challenge {
		s.refuse(w, "invalid_grant", "the code is not good")
		return
	}
	s.give(w, &grant{scope: a.scope}, "")
}

// device begins a login elsewhere (RFC 8628 section 3.2).
func (s *TokenServer) device(w http.ResponseWriter, r *http.Request) {
	if r.PostForm.Get("client_id") != s.rules.ClientID {
		s.refuse(w, "invalid_client", "there is no such client")
		return
	}
	const lifetime = 15 * time.Minute
	code := s.secret("device")
	s.devices[code] = &device{scope: r.PostForm.Get("scope"), expiry: time.Now().Add(lifetime)}
	answer(w, http.StatusOK, map[string]any{"device_code": code, "user_code": "BCDF-GHJK", "expires_in": int(lifetime.Seconds()),
		"interval": 1, "verification_uri": s.URL("login"), "verification_uri_complete": s.URL("login?code=BCDF-GHJK")})
}

// poll tells how far a login elsewhere is (RFC 8628 section 3.5).
func (s *TokenServer) poll(w http.ResponseWriter, f url.Values) {
	d, known := s.devices[f.Get("device_code")]
	if !known {
		s.refuse(w, "invalid_grant", "the device code is not good")
		return
	}
	d.asked++
	switch {
	case time.Now().After(d.expiry):
		s.refuse(w, "expired_token", "")
	case s.rules.Refuse != "":
		s.refuse(w, s.rules.Refuse, s.rules.Describe)
	case d.asked <= s.rules.Pending:
		s.refuse(w, "authorization_pending", "")
	case d.asked <= s.rules.Pending+s.rules.SlowDown:
		s.refuse(w, "slow_down", "")
	default:
		delete(s.devices, f.Get("device_code"))
		s.give(w, &grant{scope: d.scope}, "")
	}
}

// renew takes a refresh token (RFC 6749 section 6).
func (s *TokenServer) renew(w http.ResponseWriter, f url.Values) {
	refresh := f.Get("refresh_token")
	g, known := s.grants[refresh]
	if !known || g.revoked {
		s.refuse(w, "invalid_grant", "Token has been expired or revoked.")
		return
	}
	if s.rules.Rotate {
		delete(s.grants, refresh)
		refresh = ""
	}
	s.give(w, g, refresh)
}

// give answers with an access token, and with a refresh token if none is held.
func (s *TokenServer) give(w http.ResponseWriter, g *grant, held string) {
	if g.user == "" {
		g.user = s.rules.User
	}
	fields := map[string]any{"token_type": "Bearer", "scope": g.scope, "expires_in": int(s.rules.Lifetime.Seconds())}
	if s.rules.Scope != "" {
		fields["scope"] = s.rules.Scope
	}
	token := s.secret("access")
	s.access[token] = access{g, time.Now().Add(s.rules.Lifetime)}
	fields["access_token"] = token
	if held == "" && !s.rules.NoRefresh {
		refresh := s.secret("refresh")
		s.grants[refresh] = g
		fields["refresh_token"] = refresh
	}
	answer(w, http.StatusOK, fields)
}

// introspect tells a mail server what a token is good for (RFC 7662).
func (s *TokenServer) introspect(w http.ResponseWriter, r *http.Request) {
	if !s.good(r.Form.Get("token")) {
		answer(w, http.StatusOK, map[string]any{"active": false})
		return
	}
	answer(w, http.StatusOK, map[string]any{"active": true, "username": s.access[r.Form.Get("token")].grant.user})
}

// revoke ends a login, or an access token alone (RFC 7009).
func (s *TokenServer) revoke(w http.ResponseWriter, r *http.Request) {
	token := r.PostForm.Get("token")
	if g, known := s.grants[token]; known {
		g.revoked = true
	}
	delete(s.access, token)
	w.WriteHeader(http.StatusOK)
}
