package oauth

import (
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// How long an access token is taken to live when the server does not say so
// (RFC 6749 section 5.1 leaves it free), and at most.
const (
	unknownLife = 10 * time.Minute
	longestLife = 24 * time.Hour
)

// life tells how long an access token is good from the time it came.
func life(t *oauth2.Token) time.Duration {
	said := time.Duration(t.ExpiresIn) * time.Second
	if said <= 0 {
		return unknownLife
	}
	return min(said, longestLife)
}

// usable checks that the tokens are what can be written into a login and kept: a
// bearer token (RFC 6750 section 2.1), and visible ASCII (RFC 6749 appendix A.17).
func usable(what string, t *oauth2.Token) error {
	outside := func(lowest rune) func(rune) bool { return func(r rune) bool { return r < lowest || r > '~' } }
	if strings.ContainsFunc(t.AccessToken, outside('!')) || strings.ContainsFunc(t.RefreshToken, outside(' ')) || t.Type() != "Bearer" {
		return garbled(what)
	}
	return nil
}

// refresh gets an access token by a refresh token, and the refresh token that is
// good from now on.
func (c Client) refresh(ctx context.Context, refresh string) (*oauth2.Token, error) {
	const what = "renew the access token"
	config, err := c.config()
	if err != nil {
		return nil, err
	}
	if refresh == "" {
		return nil, fmt.Errorf("%s: %w: there has been none", what, ErrGrant)
	}
	t, err := config.TokenSource(c.within(ctx), &oauth2.Token{RefreshToken: refresh}).Token()
	if err != nil {
		return nil, c.explain(ctx, what, err, refresh)
	}
	return t, usable(what, t)
}

// granted gives the refresh token of a new login.
func (c Client) granted(what string, t *oauth2.Token) (refresh string, err error) {
	if err := usable(what, t); err != nil {
		return "", err
	}
	scope, told := t.Extra("scope").(string)
	switch {
	case c.Provider == Google && told && !strings.Contains(scope, googleScopes[0]):
		return "", fmt.Errorf("%s: %w: access to the mail was not allowed; log in anew, and tick the box for Gmail", what, ErrGrant)
	case t.RefreshToken == "":
		return "", fmt.Errorf("%s: %w: it gives no refresh token, without which the login ends within the hour; ask for the scope that the provider has for this (often offline_access)",
			what, ErrRegistration)
	}
	return t.RefreshToken, nil
}
