package imapconn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// ErrToken is an ErrLogin: the server refused an access token, so that another
// one may do.
var ErrToken = fmt.Errorf("%w", ErrLogin)

// errChallenge ends an exchange in which the server has begun to say why it
// refuses.
var errChallenge = errors.New("the server refused the access token")

// Enter logs in to host by try with what secret gives. When that is refused as
// ErrToken it asks renew, unless that is nil, for another token in place of the
// refused one, and tries once more. Errors are those of its arguments.
func Enter[T any](ctx context.Context, host string, secret func(context.Context) (string, error),
	renew func(context.Context, string) (string, error), try func(context.Context, string) (T, error)) (T, error) {
	var none T
	word, err := secret(ctx)
	if err != nil {
		return none, fmt.Errorf("login to %s: %w", host, err)
	}
	in, err := try(ctx, word)
	if renew == nil || !errors.Is(err, ErrToken) {
		return in, err
	}
	another, failed := renew(ctx, word)
	switch {
	case failed != nil:
		return none, fmt.Errorf("login to %s: %w", host, failed)
	case another == word:
		return none, err
	}
	return try(ctx, another)
}

// Bearer logs in by an OAuth 2.0 access token with OAUTHBEARER (RFC 7628), or
// with XOAUTH2, Google's forerunner of it, which Microsoft has alone. It is a
// client of package sasl, for one exchange.
type Bearer struct {
	mechanism string
	user      string
	host      string
	port      int
	token     string
	why       refusal
}

// refusal is what a server says of a token before it refuses the login (RFC 7628
// section 3.2.2): the error of RFC 6750 or, with XOAUTH2, a status of HTTP.
type refusal struct {
	Status string `json:"status"`
	Scope  string `json:"scope"`
}

// NewBearer chooses the mechanism among those that the server offers. It fails
// with ErrLogin when it offers neither: a token is no password to try otherwise.
func NewBearer(offered func(mechanism string) bool, user, token, host string, port int) (*Bearer, error) {
	for _, mechanism := range []string{"OAUTHBEARER", "XOAUTH2"} {
		if offered(mechanism) {
			return &Bearer{mechanism: mechanism, user: user, host: host, port: port, token: token}, nil
		}
	}
	return nil, fmt.Errorf("%w for %s: %s takes no access token here (neither OAUTHBEARER nor XOAUTH2); is host the provider's? else remove oauth2 and give a password",
		ErrLogin, user, host)
}

// saslName writes a user as RFC 5801 section 4 wants names.
var saslName = strings.NewReplacer("=", "=3D", ",", "=2C")

// Start implements sasl.Client.
func (b *Bearer) Start() (mechanism string, initial []byte, err error) {
	response := "user=" + b.user
	if b.mechanism == "OAUTHBEARER" {
		response = "n,a=" + saslName.Replace(b.user) + ",\x01host=" + b.host + "\x01port=" + strconv.Itoa(b.port)
	}
	return b.mechanism, []byte(response + "\x01auth=Bearer " + b.token + "\x01\x01"), nil
}

// Next implements sasl.Client. There is a challenge only where the login is
// refused; the server then waits for an empty reply, for which the IMAP library
// writes what not every server understands: the exchange is broken off.
func (b *Bearer) Next(challenge []byte) ([]byte, error) {
	if json.Unmarshal(challenge, &b.why) != nil {
		b.why.Status = string(challenge)
	}
	return nil, errChallenge
}

// Refused says that the login was refused in these words: ErrToken with the
// status and the scope that the server named before, or ErrAway where that may
// pass or, by the status, the server is at fault.
func (b *Bearer) Refused(words string, mayPass bool) error {
	said := words
	if b.why.Status != "" {
		said = strings.TrimSpace("status " + b.why.Status + " " + words)
	}
	if b.why.Scope != "" {
		said += ", scope " + b.why.Scope
	}
	_, told, _ := b.Start()
	said = printable([]byte(Without(said, string(told), b.token)))
	if mayPass || len(b.why.Status) == len("503") && b.why.Status[0] == '5' {
		return fmt.Errorf("%w: %s does not log in %s now: %s", ErrAway, b.host, b.user, said)
	}
	return fmt.Errorf("%w for %s at %s by an access token: %q; log in anew with the provider as this very user, and see there that the mailbox may be used by IMAP and SMTP",
		ErrToken, b.user, b.host, said)
}

// bearer logs in by an access token.
func (c *Conn) bearer(s Server, caps imap.CapSet, token string) error {
	offered := func(mechanism string) bool { return caps.Has(imap.AuthCap(mechanism)) }
	b, err := NewBearer(offered, s.User, token, s.Host, s.Port)
	if err != nil {
		return err
	}
	err = c.client.Authenticate(b)
	var refused *imap.Error
	switch {
	case errors.Is(err, errChallenge):
		return b.Refused("", false)
	case !errors.As(err, &refused):
		return err
	}
	return b.Refused(words(refused), passing(refused))
}
