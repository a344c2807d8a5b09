package oauth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/oauth2"
)

// DeviceCode is what the owner needs to log in on any device that has a browser.
type DeviceCode struct {
	Page     string // the address to open
	Code     string // to be typed in there
	Complete string // an address that holds the code already; "" if the server gives none
}

// How long a device code can be used, and the pause between questions about it,
// when the server's words for that make no sense.
const (
	longestDevice  = 30 * time.Minute
	longestPause   = time.Minute
	pauseByDefault = 5 * time.Second // RFC 8628 section 3.2
)

// LoginByDevice logs the owner in by a device code (RFC 8628), which show is told
// once, and gives the refresh token. It waits until the owner has logged in or
// refused to, the code has expired, or ctx ends. A server that is away meanwhile
// is asked again, which complain is told the first time.
func (c Client) LoginByDevice(ctx context.Context, show func(DeviceCode), complain func(why error)) (refresh string, err error) {
	const what = "log in by device code"
	config, err := c.config()
	if err != nil {
		return "", err
	}
	if err := secure(config.Endpoint.DeviceAuthURL); err != nil {
		return "", fmt.Errorf("%s: %w: %s gives no access to mail that way; log in with a browser", what, ErrRegistration, c.Provider)
	}
	d, err := c.askDevice(ctx, config, what)
	if err != nil {
		return "", err
	}
	show(DeviceCode{Page: d.VerificationURI, Code: d.UserCode, Complete: d.VerificationURIComplete})
	limited, cancel := context.WithDeadline(ctx, d.Expiry)
	defer cancel()
	for told := false; ; told = true {
		t, err := config.DeviceAccessToken(c.within(limited), d)
		switch {
		case err == nil:
			return c.granted(what, t)
		case ctx.Err() == nil && limited.Err() != nil:
			return "", c.refused(what, 0, "expired_token", "", nil)
		}
		err = c.explain(ctx, what, err, d.DeviceCode)
		if !errors.Is(err, ErrAway) {
			return "", err
		}
		if !told {
			complain(err)
		}
		d.Interval = min(2*d.Interval, int64(longestPause/time.Second)) // RFC 8628 section 3.5
	}
}

// askDevice gets a device code whose parts can be shown and relied on.
func (c Client) askDevice(ctx context.Context, config *oauth2.Config, what string) (*oauth2.DeviceAuthResponse, error) {
	d, err := config.DeviceAuth(c.within(ctx))
	if err != nil {
		return nil, c.explain(ctx, what, err)
	}
	if d.DeviceCode == "" || d.UserCode == "" || words(d.UserCode, nil) != d.UserCode || !presentable(d.VerificationURI) {
		return nil, garbled(what)
	}
	if !presentable(d.VerificationURIComplete) {
		d.VerificationURIComplete = ""
	}
	if d.Interval <= 0 {
		d.Interval = int64(pauseByDefault / time.Second)
	}
	d.Interval = min(d.Interval, int64(longestPause/time.Second))
	if latest := time.Now().Add(longestDevice); !time.Now().Before(d.Expiry) || d.Expiry.After(latest) {
		d.Expiry = latest
	}
	return d, nil
}

// presentable is true for an address that the owner can be asked to open.
func presentable(address string) bool {
	return secure(address) == nil && words(address, nil) == address
}
