// Package oauth gets access tokens of OAuth 2.0 (RFC 6749) for a mailbox, and
// keeps them fresh. The owner logs in once with the provider: in a browser, by
// the authorization code with PKCE (RFC 7636) on a one-shot loopback listener as
// RFC 8252 wants it of native apps; or, where there is no browser, by a device
// code (RFC 8628). What remains of that login is a refresh token, with which a
// Source gets the access tokens that IMAP and SMTP take (RFC 7628, XOAUTH2).
//
// It promises that no token, code, verifier or secret stands in an error or
// goes anywhere but to the provider's endpoints, over verified TLS and past no
// redirection (plain HTTP to loopback only); that it reads no more than 64 KiB of
// an answer; and that every call ends with its context.
//
// It stores nothing but the refresh token, through the caller's Keep. It fails
// with ErrGrant where only a new login of the owner helps, with ErrAway where
// trying later may, and with ErrRegistration where the client's registration with
// the provider has to be mended; the text says how.
package oauth

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/endpoints"
)

// The providers of a Client.
const (
	Google    = "google"
	Microsoft = "microsoft"
	Custom    = "custom"
)

// The narrowest scopes with which IMAP and SMTP can be used. Google has but one
// for both; of Microsoft's the last asks for a refresh token.
var (
	googleScopes    = []string{"https://mail.google.com/"}
	microsoftScopes = []string{"https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send", "offline_access"}
)

// Client is this program as a provider knows it.
type Client struct {
	Provider string // Google, Microsoft or Custom
	ID       string // which the provider gave at the registration
	Secret   string // Google gives one to desktop apps too, others often none
	Tenant   string // Microsoft's: "" is common, for any account
	User     string // the address to log in as, proposed to the owner; "" for none

	// The endpoints: for a Custom provider https addresses, or http on loopback;
	// elsewhere "" is the provider's own. Without DeviceURL there is no login by
	// device code.
	AuthURL, TokenURL, DeviceURL string
	// Scopes are what to ask for; nil is enough for mail, but with a Custom
	// provider nothing is asked for then.
	Scopes []string

	// HTTP is how to reach the provider: its Transport is used; nil is Go's own way.
	HTTP *http.Client
}

// HasDevice reports whether a login by device code is possible. Google does not
// give mail that way.
func (c Client) HasDevice() bool { return c.endpoint().DeviceAuthURL != "" }

// endpoint gives the provider's addresses. The client's name goes along as a
// parameter, which all take: to try both ways would spend a refresh token twice.
func (c Client) endpoint() oauth2.Endpoint {
	var own oauth2.Endpoint
	switch c.Provider {
	case Google:
		own = endpoints.Google
		own.DeviceAuthURL = "" // it refuses the scope of mail there
	case Microsoft:
		own = endpoints.AzureAD(c.Tenant)
	}
	return oauth2.Endpoint{
		AuthURL:       cmp.Or(c.AuthURL, own.AuthURL),
		TokenURL:      cmp.Or(c.TokenURL, own.TokenURL),
		DeviceAuthURL: cmp.Or(c.DeviceURL, own.DeviceAuthURL),
		AuthStyle:     oauth2.AuthStyleInParams,
	}
}

// tenantName is a tenant's GUID, its domain, or common, organizations, consumers.
var tenantName = regexp.MustCompile(`^[A-Za-z0-9.-]*$`)

// config is the library's view of the client; an error is ErrRegistration.
func (c Client) config() (*oauth2.Config, error) {
	config := &oauth2.Config{ClientID: c.ID, ClientSecret: c.Secret, Endpoint: c.endpoint(), Scopes: c.Scopes}
	switch {
	case c.Provider != Google && c.Provider != Microsoft && c.Provider != Custom:
		return nil, fmt.Errorf("%w: %q is no provider: write google, microsoft or custom", ErrRegistration, c.Provider)
	case c.ID == "":
		return nil, fmt.Errorf("%w: there is no client id: register this program with %s and give the id that comes of it", ErrRegistration, c.Provider)
	case !tenantName.MatchString(c.Tenant):
		return nil, fmt.Errorf("%w: %q is no tenant: give its id or its domain, common for any account, consumers for a private one", ErrRegistration, c.Tenant)
	}
	for what, address := range map[string]string{"page to log in": config.Endpoint.AuthURL, "token endpoint": config.Endpoint.TokenURL} {
		if err := secure(address); err != nil {
			return nil, fmt.Errorf("%w: the provider's %s: %w", ErrRegistration, what, err)
		}
	}
	if config.Scopes == nil {
		config.Scopes = map[string][]string{Google: googleScopes, Microsoft: microsoftScopes}[c.Provider]
	}
	return config, nil
}

// secure checks that nobody on the way can read what is sent to an address.
func secure(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return fmt.Errorf("%q is no address of the web", address)
	case u.Scheme == "https", u.Scheme == "http" && isLoopback(u.Hostname()):
		return nil
	}
	return fmt.Errorf("%q is not safe: write https://", address)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// redirect is where the provider sends the browser back to. RFC 8252 section 8.3
// wants the address; Microsoft's registration takes only the name without
// further ado, and any port with it.
func (c Client) redirect(port int) string {
	host := "127.0.0.1"
	if c.Provider == Microsoft {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(port))
}

// within gives a context that has the library use the client's way to the
// provider.
func (c Client) within(ctx context.Context) context.Context {
	transport := http.DefaultTransport
	if c.HTTP != nil && c.HTTP.Transport != nil {
		transport = c.HTTP.Transport
	}
	return context.WithValue(ctx, oauth2.HTTPClient, &http.Client{
		Transport:     bounded{transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	})
}
