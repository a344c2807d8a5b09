package oauth

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"time"

	"golang.org/x/oauth2"
)

// Owner is how a login in a browser reaches its owner.
type Owner struct {
	// Show tells the owner which page to open. It is called once.
	Show func(page string)
	// Open opens the page in a browser here; nil when there is none. Its error
	// does not matter: the page was shown.
	Open func(page string) error
	// Pasted gives lines: where the browser runs on another machine, it ends at a
	// page that it cannot open, whose address the owner pastes here. nil for none.
	Pasted <-chan string
	// Complain says what is wrong with a pasted line; it goes with Pasted.
	Complain func(why error)
}

// loginTime is how long the owner has to log in.
const loginTime = 10 * time.Minute

// Login logs the owner in with a browser (RFC 8252 section 4.1) and gives the
// refresh token. It waits until the owner has logged in or refused to, ten
// minutes have passed, or ctx ends.
func (c Client) Login(ctx context.Context, o Owner) (refresh string, err error) {
	const what = "log in with a browser"
	config, err := c.config()
	if err != nil {
		return "", err
	}
	var listening net.ListenConfig
	l, err := listening.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("%s: wait for its answer: %w", what, err)
	}
	config.RedirectURL = c.redirect(l.Addr().(*net.TCPAddr).Port)
	a := &attempt{state: oauth2.GenerateVerifier(), verifier: oauth2.GenerateVerifier(), answer: make(chan url.Values, 1)}
	defer a.serve(l)()
	page := config.AuthCodeURL(a.state, c.hints(a.verifier)...)
	o.Show(page)
	if o.Open != nil {
		_ = o.Open(page)
	}
	answer, err := a.wait(ctx, o)
	if err != nil {
		return "", fmt.Errorf("%s: %w", what, err)
	}
	if code := answer.Get("error"); code != "" {
		return "", c.refused(what, 0, code, answer.Get("error_description"), []string{a.state, a.verifier})
	}
	t, err := config.Exchange(c.within(ctx), answer.Get("code"), oauth2.VerifierOption(a.verifier))
	if err != nil {
		return "", c.explain(ctx, what, err, answer.Get("code"), a.state, a.verifier)
	}
	return c.granted(what, t)
}

// hints are what is asked for beside scopes and state: a proof key, the account
// that is meant, and of Google a refresh token also where the owner had logged in
// before.
func (c Client) hints(verifier string) []oauth2.AuthCodeOption {
	hints := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)}
	if c.User != "" {
		hints = append(hints, oauth2.SetAuthURLParam("login_hint", c.User))
	}
	if c.Provider == Google {
		hints = append(hints, oauth2.AccessTypeOffline, oauth2.ApprovalForce)
	}
	return hints
}

// wait waits for the answer, from the listener or pasted.
func (a *attempt) wait(ctx context.Context, o Owner) (url.Values, error) {
	timer := time.NewTimer(loginTime)
	defer timer.Stop()
	for {
		select {
		case answer := <-a.answer:
			return answer, nil
		case line, more := <-o.Pasted:
			if !more {
				o.Pasted = nil
			} else if line == "" {
				continue
			} else if err := a.paste(line); err != nil {
				o.Complain(err)
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-timer.C:
			return nil, fmt.Errorf("nobody has logged in within %v; do it again when there is time", loginTime)
		}
	}
}
