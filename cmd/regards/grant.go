package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"regards/internal/config"
	"regards/internal/imapconn"
	"regards/internal/oauth"
	"regards/internal/secret"
)

// grantToken is where the refresh token of a grant lies.
func grantToken(g config.Grant) secret.Token { return secret.Token{Path: g.TokenFile, Name: g.Keyring} }

// oauthClient is this program as the provider of a grant knows it.
func oauthClient(g config.Grant, user string) (oauth.Client, error) {
	c := oauth.Client{Provider: g.Provider, ID: g.ClientID, Tenant: g.Tenant, User: user, AuthURL: g.AuthorizeURL, TokenURL: g.TokenURL,
		DeviceURL: g.DeviceURL, Scopes: g.Scopes, HTTP: online.http()}
	if g.ClientSecretFile != "" {
		var err error
		if c.Secret, err = secret.ReadFile(g.ClientSecretFile); err != nil {
			return c, fmt.Errorf("client_secret_file: %w", err)
		}
	}
	return c, nil
}

// tokens gives access tokens for a server whose login is by OAuth 2.0.
type tokens struct {
	account string
	source  *oauth.Source
	err     error // why there is none
}

func tokensFor(s config.Server) *tokens {
	client, err := oauthClient(s.Grant, s.User)
	return &tokens{s.Grant.Account, oauth.NewSource(client, grantToken(s.Grant), time.Now), err}
}

func (t *tokens) secret(ctx context.Context) (string, error) {
	if t.err != nil {
		return "", t.err
	}
	token, err := t.source.Token(ctx)
	return token, t.explain(err)
}

func (t *tokens) renew(ctx context.Context, refused string) (string, error) {
	if t.err != nil {
		return "", t.err
	}
	token, err := t.source.Renew(ctx, refused)
	return token, t.explain(err)
}

// explain puts an error into the terms of a mail server's login, with what the owner
// has to do.
func (t *tokens) explain(err error) error {
	switch {
	case errors.Is(err, oauth.ErrGrant):
		return fmt.Errorf("%w: %w: regards login %s", imapconn.ErrLogin, err, quote(t.account))
	case errors.Is(err, oauth.ErrRegistration):
		return fmt.Errorf("%w: %w", imapconn.ErrLogin, err)
	case errors.Is(err, oauth.ErrAway):
		return fmt.Errorf("%w: %w", imapconn.ErrAway, err)
	case errors.Is(err, secret.ErrNoKeyring):
		return fmt.Errorf("%w; unlock it, or have the permission kept in a file: regards login %s", err, quote(t.account))
	}
	return err
}
