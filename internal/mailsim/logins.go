package mailsim

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// logins are the ways into an embedded server, for IMAP and SMTP alike.
type logins struct {
	user        string       // "": the usual one
	tokens      *TokenServer // nil: passwords only
	noPasswords bool
	provider    Provider
}

// mechanisms lists those of SASL. Exchange never took up OAUTHBEARER.
func (l logins) mechanisms() []string {
	switch {
	case l.tokens == nil:
		return []string{sasl.Plain}
	case l.provider == Exchange:
		return []string{sasl.Plain, "XOAUTH2"}
	}
	return []string{sasl.Plain, "XOAUTH2", sasl.OAuthBearer}
}

// imapRefusal is in the words of the provider. Gmail says so to who gives the
// account's password in place of one made for a program.
func (l logins) imapRefusal(command string) error {
	switch l.provider {
	case Gmail:
		return refuse("ALERT", "Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)")
	case Exchange:
		return &imap.Error{Type: imap.StatusResponseTypeNo, Text: command + " failed."}
	}
	return imapserver.ErrAuthFailed
}

func (l logins) smtpRefusal() error {
	switch l.provider {
	case Gmail:
		return &smtp.SMTPError{Code: 534, EnhancedCode: smtp.EnhancedCode{5, 7, 9},
			Message: "Application-specific password required. https://support.google.com/mail/?p=InvalidSecondFactor"}
	case Exchange:
		return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 139},
			Message: "Authentication unsuccessful, basic authentication is disabled."}
	}
	return smtp.ErrAuthFailed
}

// server takes one login by a mechanism of the list. Enter lets the user in,
// and refusal is for whoever may not.
func (l logins) server(mechanism string, refusal error, enter func(user string) error) sasl.Server {
	if mechanism == sasl.Plain {
		return sasl.NewPlainServer(func(identity, user, word string) error {
			if user != cmp.Or(l.user, userName) || word != password || l.noPasswords || identity != "" && identity != user {
				return refusal
			}
			return enter(user)
		})
	}
	return &tokenLogin{tokens: l.tokens, refusal: refusal, enter: enter}
}

// tokenLogin takes one login by OAUTHBEARER (RFC 7628) or XOAUTH2, which are as
// good as one to it.
type tokenLogin struct {
	tokens  *TokenServer
	refusal error
	enter   func(user string) error
	refused bool
}

// Next implements sasl.Server. What is wrong with a token is told before the login
// is refused.
func (t *tokenLogin) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case t.refused:
		return nil, true, t.refusal
	case response == nil:
		return nil, false, nil // it comes with the answer to this
	}
	user, token := bearer(response)
	if t.tokens.Accepts(user, token) {
		return nil, true, t.enter(user)
	}
	t.refused = true
	return fmt.Appendf(nil, `{"status":"401","schemes":"bearer","scope":"https://mail.example.org/"}`), false, nil
}

// bearer gives user and token of an initial response.
func bearer(response []byte) (user, token string) {
	for field := range bytes.SplitSeq(response, []byte{1}) {
		key, value, _ := strings.Cut(string(field), "=")
		switch key {
		case "user":
			user = value
		case "n,a":
			user = strings.NewReplacer("=2C", ",", "=3D", "=").Replace(strings.TrimSuffix(value, ","))
		case "auth":
			token = strings.TrimPrefix(value, "Bearer ")
		}
	}
	return user, token
}
