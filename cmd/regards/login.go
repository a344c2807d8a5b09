package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"regards/internal/config"
	"regards/internal/imapconn"
	"regards/internal/oauth"
	"regards/store"
)

func (a *app) loginCommand() *cobra.Command {
	var device bool
	c := &cobra.Command{
		Use:   "login ACCOUNT",
		Short: "have the provider of an account ask for your permission anew",
		Long: `For accounts with oauth2 in the configuration, whose provider gives regards a
permission instead of a password. Opens the provider's page in a browser or, with
--device or where there is no browser, shows a code to type in on another screen.
The permission lies in the keyring of the desktop, or in a file with mode 0600
beside the database. A running service takes it up by itself.`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			cfg, err := config.Load(config.Path(a.configPath))
			if err != nil {
				return err
			}
			account, err := accountNamed(cfg, words[0])
			if err != nil {
				return err
			}
			if account.IMAP.Grant.Provider == "" {
				return usagef("the account %s logs in by a password; to change that: regards init", quote(account.Name))
			}
			if a.dryRun {
				fmt.Fprintf(a.out, "%s would be asked for a new permission\n", account.IMAP.Grant.Provider)
				return nil
			}
			var ask *asker
			if a.onTerminal() {
				ask = a.asker()
			}
			err = a.login(c.Context(), account, device, ask)
			if errors.Is(err, context.Canceled) {
				return errors.New("interrupted")
			}
			if failedLogin(err) {
				return err
			}
			return errors.Join(err, tryAnew(c.Context(), cfg.Database(), account.Name))
		},
	}
	c.Flags().BoolVar(&device, "device", false, "show a code for the browser of another device")
	return c
}

// accountNamed finds an account by its name.
func accountNamed(cfg config.Config, name string) (config.Account, error) {
	var names []string
	for _, account := range cfg.Accounts {
		if strings.EqualFold(account.Name, name) {
			return account, nil
		}
		names = append(names, quote(account.Name))
	}
	return config.Account{}, usagef("there is no account %s; there is %s", quote(name), strings.Join(names, ", "))
}

// login gets a permission, keeps it, and tries it. Ask is nil where nobody sits at a
// terminal.
func (a *app) login(ctx context.Context, account config.Account, device bool, ask *asker) error {
	refresh, err := a.permission(ctx, account.IMAP, device, ask)
	if err != nil {
		return loginFailed(err)
	}
	token := grantToken(account.IMAP.Grant)
	unlock, err := token.Lock(ctx)
	if err != nil {
		return err
	}
	before, _ := token.Load(ctx) // one that cannot be read, in a locked keyring, is no loss
	where, err := token.Keep(ctx, refresh)
	unlock()
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s has given its permission, which lies in %s\n", account.IMAP.Grant.Provider, where)
	conn, err := imapconn.Dial(ctx, imapServer(account.IMAP))
	if failedLogin(err) && before != "" {
		// Somebody else may have logged in on that page: the mailbox is that of the configuration.
		err = errors.Join(err, token.Save(ctx, before), errors.New("the permission from before is kept"))
	}
	if err != nil {
		return fmt.Errorf("the mail server was tried with it: %w", err)
	}
	conn.Logout(ctx)
	fmt.Fprintf(a.out, "logged in at %s\n", account.IMAP.Host)
	return nil
}

// tryAnew strikes out what was wrong with an account, whereupon a running service logs
// in at once instead of an hour later.
func tryAnew(ctx context.Context, database, account string) error {
	if _, err := os.Stat(database); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	st, err := store.Open(ctx, database)
	if err != nil {
		return err
	}
	defer st.Close()
	return st.ClearProblem(ctx, account)
}

// loginFailed gives what comes of asking for a permission its exit code.
func loginFailed(err error) error {
	switch {
	case errors.Is(err, oauth.ErrGrant), errors.Is(err, oauth.ErrRegistration):
		return fmt.Errorf("%w: %w", imapconn.ErrLogin, err)
	case errors.Is(err, oauth.ErrAway):
		return fmt.Errorf("%w: %w", imapconn.ErrAway, err)
	}
	return err
}

// permission has the owner log in with the provider, and gives the refresh token.
func (a *app) permission(ctx context.Context, s config.Server, device bool, ask *asker) (string, error) {
	client, err := oauthClient(s.Grant, s.User)
	if err != nil {
		return "", err
	}
	open := browser()
	if device || open == nil && client.HasDevice() {
		return client.LoginByDevice(ctx, func(d oauth.DeviceCode) {
			fmt.Fprintf(a.err, "On any device, open %s\nand type in this code: %s\n", d.Page, d.Code)
		}, func(why error) { fmt.Fprintf(a.err, "%v\nit is asked again, as long as the code holds\n", why) })
	}
	owner := oauth.Owner{Open: open, Show: func(page string) {
		fmt.Fprintf(a.err, "Log in on this page, and allow regards to read and send mail:\n\n%s\n\n", page)
		if ask != nil {
			fmt.Fprintln(a.err, "Is the browser on another machine? It ends at a page that it cannot open:\npaste the address of that page here.")
		}
	}}
	if ask != nil {
		var stop func()
		owner.Pasted, stop = ask.pasted(ctx)
		defer stop()
		owner.Complain = func(why error) { fmt.Fprintln(a.err, why) }
	}
	return client.Login(ctx, owner)
}

// browser gives what opens a page on this machine; nil where nobody would see it.
func browser() func(page string) error {
	var command []string
	switch {
	case runtime.GOOS == "darwin":
		command = []string{"open"}
	case runtime.GOOS == "windows":
		command = []string{"rundll32", "url.dll,FileProtocolHandler"}
	case os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "":
		command = []string{"xdg-open"}
	default:
		return nil
	}
	return func(page string) error { return exec.Command(command[0], append(command[1:], page)...).Start() }
}
