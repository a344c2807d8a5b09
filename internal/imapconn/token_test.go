package imapconn

import (
	"context"
	"encoding/base64"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
)

// The tokens of these tests: no error may hold one.
const (
	oldToken = "ya29.old-and-refused"
	newToken = "ya29.new-and-good"
)

// bearerGreet greets and offers mechanisms.
func bearerGreet(caps string) step { return send("* OK [CAPABILITY IMAP4rev1 " + caps + "] ready") }

// tokens is how to get into a script with oldToken, and with newToken when that
// is refused; asked tells for which tokens another was asked for.
func tokens(s *script) (server Server, asked *[]string) {
	asked = new([]string)
	server = s.server()
	server.OAuth, server.Secret = true, secret(oldToken)
	server.Renew = func(_ context.Context, refused string) (string, error) {
		*asked = append(*asked, refused)
		return newToken, nil
	}
	return server, asked
}

// exchange takes an initial response, which is to be want, and refuses it by a
// challenge unless it holds newToken.
func exchange(mechanism string, want func(token, port string) string, challenge string) step {
	return func(p *player) error {
		if err := expect(`^AUTHENTICATE ` + mechanism + ` \S+$`)(p); err != nil {
			return err
		}
		_, port, _ := net.SplitHostPort(p.conn.LocalAddr().String())
		raw, err := base64.StdEncoding.DecodeString(strings.Fields(p.line)[2])
		switch {
		case err != nil:
			return err
		case string(raw) == want(newToken, port):
			return reply("OK [CAPABILITY IMAP4rev1] in")(p)
		case string(raw) != want(oldToken, port):
			return errors.New("it said " + string(raw))
		}
		if err := send("+ " + base64.StdEncoding.EncodeToString([]byte(challenge)))(p); err != nil {
			return err
		}
		return errEnd
	}
}

func xoauth2(token, _ string) string {
	return "user=ana@example.org\x01auth=Bearer " + token + "\x01\x01"
}

func oauthbearer(token, port string) string {
	return "n,a=ana@example.org,\x01host=127.0.0.1\x01port=" + port + "\x01auth=Bearer " + token + "\x01\x01"
}

func TestTokenRefusedOnceAndRenewed(t *testing.T) {
	t.Parallel()
	const challenge = `{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}`
	for caps, play := range map[string]step{
		"SASL-IR AUTH=PLAIN AUTH=XOAUTH2":                  exchange("XOAUTH2", xoauth2, challenge),
		"SASL-IR AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER": exchange("OAUTHBEARER", oauthbearer, challenge),
	} {
		s := scripted(t, bearerGreet(caps), play)
		server, asked := tokens(s)
		c, err := Dial(within(t), server)
		must(t, err)
		c.Close()
		if len(*asked) != 1 || (*asked)[0] != oldToken {
			t.Errorf("%s: asked for another than %q", caps, *asked)
		}
	}
}

// A token is no password: it is not tried where it is not wanted.
func TestTokenWhereNoneIsTaken(t *testing.T) {
	t.Parallel()
	s := scripted(t, bearerGreet("SASL-IR AUTH=PLAIN AUTH=PLAIN-CLIENTTOKEN XOAUTH2"))
	server, asked := tokens(s)
	_, err := Dial(within(t), server)
	wantErr(t, err, ErrLogin)
	if errors.Is(err, ErrToken) || len(*asked) > 0 || s.Heard() != "" {
		t.Errorf("%v after %q", err, s.Heard())
	}
}

// Where the server takes no initial response, it waits to be asked for.
func TestTokenWithoutInitialResponse(t *testing.T) {
	t.Parallel()
	s := scripted(t, bearerGreet("AUTH=XOAUTH2"), expect("^AUTHENTICATE XOAUTH2$"), send("+ "),
		expect("^"+base64.StdEncoding.EncodeToString([]byte(xoauth2(oldToken, "")))+"$"), tagged("OK [CAPABILITY IMAP4rev1] in"))
	server, _ := tokens(s)
	c, err := Dial(within(t), server)
	must(t, err)
	c.Close()
}

// tagged answers the first command of a connection.
func tagged(answer string) step {
	return func(p *player) error { return send("T1 " + answer)(p) }
}

func TestTokenRefusedForGood(t *testing.T) {
	t.Parallel()
	plus := func(challenge string) string { return "+ " + base64.StdEncoding.EncodeToString([]byte(challenge)) }
	for answer, want := range map[string]struct {
		class error
		words string
	}{
		plus(`{"status":"invalid_token","schemes":"bearer","scope":"mail"}`): {ErrLogin, "status invalid_token, scope mail"},
		plus(`{"status":"401"}`):                               {ErrLogin, "status 401"},
		plus(`{"status":"503"}`):                               {ErrAway, "503"},
		plus("no JSON\r\nT1 OK at all"):                        {ErrLogin, "no JSON"},
		plus(`{"status":"no good: ` + oldToken + `"}`):         {ErrLogin, "no good: …"},
		"T1 NO AUTHENTICATE failed.":                           {ErrLogin, "AUTHENTICATE failed."},
		"T1 NO [AUTHENTICATIONFAILED] not with " + oldToken:    {ErrLogin, "not with …"},
		"T1 BAD User is authenticated but not connected.":      {ErrLogin, "not connected"},
		"T1 NO [UNAVAILABLE] Temporary authentication failure": {ErrAway, "Temporary"},
		"T1 NO [UNAVAILABLE] cannot check " + oldToken:         {ErrAway, "check …"},
	} {
		s := scripted(t, bearerGreet("SASL-IR AUTH=XOAUTH2"), expect("AUTHENTICATE"), send(answer))
		server, asked := tokens(s)
		server.Renew = nil
		_, err := Dial(within(t), server)
		wantErr(t, err, want.class)
		if !strings.Contains(err.Error(), want.words) || strings.Contains(err.Error(), oldToken) {
			t.Errorf("%s: %v", answer, err)
		}
		server, asked = tokens(s)
		server.Renew, *asked = func(_ context.Context, refused string) (string, error) {
			*asked = append(*asked, refused)
			return refused, nil // there is no other
		}, nil
		before := s.connections()
		_, err = Dial(within(t), server)
		wantErr(t, err, want.class)
		if renewed := len(*asked) == 1; renewed != (want.class == ErrLogin) || s.connections() != before+1 {
			t.Errorf("%s: asked %d times for another token, %d connections", answer, len(*asked), s.connections()-before)
		}
	}
}

func (s *script) connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns
}

func TestTokenIsTriedTwiceAtMost(t *testing.T) {
	t.Parallel()
	s := scripted(t, bearerGreet("SASL-IR AUTH=XOAUTH2"), expect("AUTHENTICATE"), reply("NO no"))
	server, asked := tokens(s)
	_, err := Dial(within(t), server)
	wantErr(t, err, ErrLogin)
	if len(*asked) != 1 || s.connections() != 2 || strings.Contains(err.Error(), newToken) {
		t.Errorf("asked %d times, %d connections: %v", len(*asked), s.connections(), err)
	}
	lost := errors.New("the grant was revoked")
	server.Renew = func(context.Context, string) (string, error) { return "", lost }
	if _, err := Dial(within(t), server); !errors.Is(err, lost) {
		t.Errorf("no other token: %v", err)
	}
}

// A password that is refused is not renewed.
func TestPasswordIsNotRenewed(t *testing.T) {
	t.Parallel()
	s := scripted(t, greet, expect("AUTHENTICATE PLAIN"), reply("NO no"))
	server, asked := tokens(s)
	server.OAuth = false
	_, err := Dial(within(t), server)
	wantErr(t, err, ErrLogin)
	if len(*asked) > 0 {
		t.Error("another password was asked for")
	}
}

func TestDialIsReplaceable(t *testing.T) {
	t.Parallel()
	s := embedded(t, imap.Cap("IDLE"))
	server, port := login(s), s.IMAPAddr()
	server.Host, server.Port = "imap.example.org", 993
	var to string
	server.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		to = address
		return new(net.Dialer).DialContext(ctx, network, port)
	}
	dial(t, server)
	if to != "imap.example.org:993" {
		t.Errorf("it dialled %s", to)
	}
}
