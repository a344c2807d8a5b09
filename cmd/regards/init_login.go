package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"regards/internal/config"
	"regards/internal/imapconn"
	"regards/internal/provider"
	"regards/internal/secret"
	"regards/mailer"
)

// tries is how often a password may be typed.
const tries = 3

// logIn finds out how to log in, and makes the configuration with it. On a terminal a
// password that is refused can be typed again.
func (s *setup) logIn(ctx context.Context) error {
	if s.ask == nil {
		return s.logInAsAnswered(ctx)
	}
	way, other, err := s.chooseWay(ctx)
	switch {
	case err != nil:
		return err
	case other == asBefore:
		return s.judge()
	case other == byCommand:
		if s.answers.PasswordCommand, err = s.askCommand(ctx); err != nil {
			return err
		}
		s.source("password_command", s.answers.PasswordCommand)
		return s.judge()
	}
	s.steps(*way)
	if way.Method == provider.OAuth2 {
		if err := s.askClient(ctx, *way); err != nil {
			return err
		}
		return s.permit(ctx)
	}
	for n := 1; ; n++ {
		err := s.typedPassword(ctx, *way)
		if err == nil || !failedLogin(err) || n == tries {
			return err
		}
		fmt.Fprintln(s.err, err)
	}
}

// trySMTP offers the owner to do without a server that does not take the login: many
// organisations forbid it, and drafts need none.
func (s *setup) trySMTP(ctx context.Context) error {
	if s.ask == nil || s.account.SMTP == nil {
		return nil
	}
	err := mailer.TryLogin(ctx, *smtpServer(s.account.SMTP))
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	fmt.Fprintf(s.err, "sending: %v\n", err)
	without, err := s.ask.yes(ctx, "Go on without sending? Letters are drafts then, which you send yourself", true)
	if err != nil || !without {
		return err
	}
	s.noSMTP = true
	return s.judge()
}

// logInAsAnswered takes the way to log in from the answers.
func (s *setup) logInAsAnswered(ctx context.Context) error {
	a := s.answers
	switch {
	case a.OAuth2 != "":
		return s.permit(ctx)
	case len(a.PasswordCommand) > 0:
		s.source("password_command", a.PasswordCommand)
	default:
		s.source("password_file", a.PasswordFile)
	}
	return s.judge()
}

// source says where the password is, and removes what said so before.
func (s *setup) source(key string, value any) {
	s.secret = nil
	for _, other := range config.SecretSources() {
		var what any
		if other == key {
			what = value
		}
		s.secret = append(s.secret, config.Change{Table: "account.imap", Account: s.index(), Key: other, Value: what})
	}
	if before, _ := s.before(); before.SMTP != nil && before.SMTP.User == before.IMAP.User && s.answers.IMAP == nil {
		// It has that of the IMAP server from now on.
		for _, other := range config.SecretSources() {
			s.secret = append(s.secret, config.Change{Table: "account.smtp", Account: s.index(), Key: other})
		}
	}
	if key != "oauth2" {
		s.secret = append(s.secret, config.Change{Table: "account.oauth2", Account: s.index()})
	}
}

// typedPassword asks for a password, logs in with it, and keeps it. It is tried first, so
// that one that is refused never stands in the place of one that works.
func (s *setup) typedPassword(ctx context.Context, way provider.Way) error {
	typed, err := s.askPassword(ctx, way)
	if err != nil {
		return err
	}
	s.source("keyring", s.answers.Address) // if there is one; not asked yet
	if err := s.judge(); err != nil {
		return err
	}
	server := imapServer(s.account.IMAP)
	server.Secret = func(context.Context) (string, error) { return typed, nil }
	conn, err := imapconn.Dial(ctx, server)
	if err != nil {
		return err
	}
	conn.Logout(ctx)
	if err := s.keepPassword(ctx, typed); err != nil {
		return err
	}
	return s.judge()
}

// keepPassword puts a password into the keyring if there is one, else into a file.
func (s *setup) keepPassword(ctx context.Context, typed string) error {
	name := s.answers.Address
	before, err := secret.FromKeyring(ctx, name)
	if err == nil || errors.Is(err, secret.ErrNone) {
		missing := err != nil
		if err = secret.ToKeyring(ctx, name, typed); err == nil {
			s.undo = append(s.undo, func() error {
				ctx := context.WithoutCancel(ctx)
				switch now, err := secret.FromKeyring(ctx, name); {
				case err == nil && now != typed: // of another set-up, which ran beside this one
					return nil
				case missing:
					return secret.DropFromKeyring(ctx, name)
				}
				return secret.ToKeyring(ctx, name, before)
			})
			s.source("keyring", name)
			return nil
		}
	}
	file := s.file("password")
	s.source("password_file", file)
	return s.writeSecret(file, typed)
}

// askClient asks for the registration of this program with the provider.
func (s *setup) askClient(ctx context.Context, way provider.Way) (err error) {
	a := &s.answers
	before, _ := s.before()
	a.OAuth2 = way.OAuth2
	a.ClientID, err = s.ask.until(ctx, "Client id", before.OAuth2.ClientID, func(text string) error {
		if text == "" || strings.ContainsAny(text, " \t") {
			return errors.New("write the id that the provider shows for the registration; docs/providers.md says how to come by it")
		}
		return nil
	})
	if err != nil {
		return err
	}
	switch way.OAuth2 {
	case "microsoft":
		a.Tenant, err = s.ask.ask(ctx, "Tenant", cmp.Or(before.OAuth2.Tenant, way.Tenant))
		return err
	case "google":
		return s.askClientSecret(ctx)
	}
	for _, q := range []struct {
		what string
		into *string
		was  string
	}{{"Address of the page to log in", &a.AuthorizeURL, before.OAuth2.AuthorizeURL}, {"Address of the token endpoint", &a.TokenURL, before.OAuth2.TokenURL}} {
		if *q.into, err = s.ask.ask(ctx, q.what, q.was); err != nil {
			return err
		}
	}
	scopes, err := s.ask.ask(ctx, "Scopes, with blanks between them", strings.Join(before.OAuth2.Scopes, " "))
	a.Scopes = strings.Fields(scopes)
	return err
}

// askClientSecret asks for what Google calls the secret of a desktop program.
func (s *setup) askClientSecret(ctx context.Context) error {
	before, _ := s.before()
	if before.OAuth2.ClientSecretFile != "" {
		s.answers.ClientSecretFile = before.OAuth2.ClientSecretFile
		return nil
	}
	fmt.Fprint(s.err, "Client secret (it is not shown): ")
	typed, err := s.ask.hidden(ctx)
	if err != nil || typed == "" {
		return err
	}
	s.answers.ClientSecretFile = s.file("client")
	return s.writeSecret(s.answers.ClientSecretFile, typed)
}

// permit has the provider ask the owner for the permission.
func (s *setup) permit(ctx context.Context) error {
	a := s.answers
	s.source("oauth2", a.OAuth2)
	set := func(key string, value any) {
		s.secret = append(s.secret, config.Change{Table: "account.oauth2", Account: s.index(), Key: key, Value: value})
	}
	some := func(key, value string) {
		if set(key, nil); value != "" {
			set(key, value)
		}
	}
	some("client_id", a.ClientID)
	some("client_secret_file", a.ClientSecretFile)
	some("tenant", a.Tenant)
	some("authorize_url", a.AuthorizeURL)
	some("token_url", a.TokenURL)
	some("device_url", a.DeviceURL)
	if set("scopes", nil); len(a.Scopes) > 0 {
		set("scopes", slices.Clone(a.Scopes))
	}
	if err := s.judge(); err != nil {
		return err
	}
	if s.dryRun {
		return errors.New("a dry run asks no provider for a permission; without -n this goes on")
	}
	token := grantToken(s.account.IMAP.Grant)
	before, err := token.Load(ctx)
	if err != nil {
		return err
	}
	s.folderFor(token.Path)
	s.undo = append(s.undo, func() error {
		if before == "" {
			return token.Drop(context.WithoutCancel(ctx))
		}
		return token.Save(context.WithoutCancel(ctx), before)
	})
	return s.login(ctx, s.account, a.Device, s.ask)
}
