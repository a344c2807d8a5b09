package oauth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/oauth2"
)

// Errors that callers tell apart.
var (
	// ErrGrant means that the owner's login has ended or was refused: it has
	// expired, was revoked, or does not cover what is needed. Only a new one helps.
	ErrGrant = errors.New("the provider wants a new login")
	// ErrAway means that the provider's server cannot be reached or gave no answer
	// that could be understood: trying later may help.
	ErrAway = errors.New("the provider's login server is away")
	// ErrRegistration means that the provider does not take the client as it is
	// registered or configured.
	ErrRegistration = errors.New("the provider does not accept this client")
)

// remedy is the class of a provider's refusal, and what mends it.
type remedy struct {
	class error
	fix   string
}

// remedies are those of the error codes of RFC 6749 sections 4.1.2.1 and 5.2, RFC
// 8628 section 3.5, OpenID Connect Core section 3.1.2.6 and Google's own.
var remedies = map[string]remedy{
	"invalid_grant":              {ErrGrant, "log in anew"},
	"access_denied":              {ErrGrant, "log in anew, and allow what is asked for"},
	"expired_token":              {ErrGrant, "the code was not used in time: log in anew"},
	"interaction_required":       {ErrGrant, "log in anew"},
	"login_required":             {ErrGrant, "log in anew"},
	"consent_required":           {ErrGrant, "log in anew, and allow what is asked for"},
	"account_selection_required": {ErrGrant, "log in anew"},
	"server_error":               {ErrAway, "try later"},
	"temporarily_unavailable":    {ErrAway, "try later"},
	"slow_down":                  {ErrAway, "try later"},
	"invalid_client":             {ErrRegistration, "check client id and client secret"},
	"unauthorized_client":        {ErrRegistration, "check client id and tenant, and that the registration is one of a desktop app which may log in this way"},
	"redirect_uri_mismatch":      {ErrRegistration, "register this program as a desktop app"},
	"admin_policy_enforced":      {ErrRegistration, "the organisation does not let this program in: ask its administrator"},
	"org_internal":               {ErrRegistration, "the registration is for members of one organisation only: make it external"},
	"invalid_scope":              {ErrRegistration, "add the permissions for IMAP and SMTP to the registration"},
}

// microsoftRemedies are those of Entra's numbers, which tell more than the codes.
var microsoftRemedies = map[string]remedy{
	"65001":   administrator,
	"90094":   administrator,
	"90095":   administrator,
	"50011":   {ErrRegistration, "register the redirect URI http://localhost for mobile and desktop applications"},
	"50020":   {ErrRegistration, "this account is not of that organisation: check the tenant"},
	"50059":   {ErrRegistration, "check the tenant"},
	"50194":   {ErrRegistration, "the registration is for one organisation only: give its tenant"},
	"90002":   {ErrRegistration, "there is no such tenant: check it"},
	"700016":  {ErrRegistration, "there is no such client in that tenant: check client id and tenant"},
	"7000215": {ErrRegistration, "the client secret is wrong; a desktop app needs none"},
	"7000218": {ErrRegistration, "allow public client flows in the registration (under Authentication)"},
	"7000222": {ErrRegistration, "the client secret has expired; a desktop app needs none"},
	"9002331": {ErrRegistration, "the registration is for private accounts only: write the tenant consumers"},
}

var administrator = remedy{ErrRegistration,
	"the organisation has not allowed this program: ask its administrator to consent to it (IMAP.AccessAsUser.All, SMTP.Send), then log in anew"}

var microsoftNumber = regexp.MustCompile(`\bAADSTS(\d+)`)

// remedyOf finds what mends a provider's refusal, as it was answered with a
// status of HTTP (0 for none).
func (c Client) remedyOf(status int, code, description string) remedy {
	if m := microsoftNumber.FindStringSubmatch(description); m != nil {
		if r, known := microsoftRemedies[m[1]]; known {
			return r
		}
	}
	r, known := remedies[code]
	switch {
	case status >= 500, status == http.StatusTooManyRequests, code == "":
		return remedy{ErrAway, "try later"}
	case c.Provider == Google && strings.Contains(description, "client_secret"):
		return remedy{ErrRegistration, "give the client secret too, which Google shows beside the client id"}
	case c.Provider == Google && code == "invalid_grant":
		return remedy{ErrGrant, "log in anew; if this comes every seven days, publish the app in Google's console: as long as it is in testing its logins end"}
	case !known:
		return remedy{ErrRegistration, "check client id, scopes and endpoints"}
	}
	return r
}

// refused says in the provider's words, without the secrets, what it refused.
func (c Client) refused(what string, status int, code, description string, secrets []string) error {
	r := c.remedyOf(status, code, description)
	said := code
	if said == "" {
		said = fmt.Sprintf("it answered %d %s", status, http.StatusText(status))
	}
	if description != "" {
		said += ": " + description
	}
	return fmt.Errorf("%s: %w: %q; %s", what, r.class, words(said, secrets), r.fix)
}

// explain gives an error of the library its class, and words without secrets.
func (c Client) explain(ctx context.Context, what string, err error, secrets ...string) error {
	secrets = append(secrets, c.Secret)
	var answer *oauth2.RetrieveError
	var network *url.Error
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", what, ctx.Err())
	case errors.As(err, &answer):
		return c.refused(what, answer.Response.StatusCode, answer.ErrorCode, answer.ErrorDescription, secrets)
	case errors.As(err, &network) && network.Timeout():
		return fmt.Errorf("%s: %w: no answer within %v", what, ErrAway, patience)
	case errors.As(err, &network):
		return fmt.Errorf("%s: %w: %s", what, ErrAway, words(network.Err.Error(), secrets))
	}
	return garbled(what)
}

// garbled says that an answer could not be read. What the library has to say of
// it might hold a part of it.
func garbled(what string) error {
	return fmt.Errorf("%s: %w: its answer cannot be understood; is there a page to log in to this network?", what, ErrAway)
}

// words makes a server's words fit for an error: one short line without secrets.
func words(said string, secrets []string) string {
	const longest = 300
	for _, secret := range secrets {
		for _, form := range []string{secret, url.QueryEscape(secret)} {
			said = strings.ReplaceAll(said, cmp.Or(form, "\x00"), "…")
		}
	}
	said, _, _ = strings.Cut(said, " Trace ID:") // of Microsoft, and of no use to the owner
	said = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(said, "?"))
	if len(said) > longest {
		said = strings.ToValidUTF8(said[:longest], "") + "…"
	}
	return strings.TrimSpace(said)
}
