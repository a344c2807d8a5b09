package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"regards/internal/config"
	"regards/internal/imapconn"
	"regards/internal/provider"
	"regards/internal/secret"
)

func (a *app) initCommand() *cobra.Command {
	var file string
	var yes bool
	c := &cobra.Command{
		Use:   "init",
		Short: "set regards up: four questions, and the logins are tried",
		Long: `Asks for your address, your name, how to log in and your language, finds the mail
servers, tries the logins, lays a draft and takes it away again, and writes the
configuration. Run it again to change an answer or to add an account: all else in the
file stays as it is. Passwords and permissions go into the keyring of the desktop or
into files with mode 0600, never into the configuration. When something fails,
nothing is written.

Where nobody sits at a terminal, --answers names a TOML file:

    address = "ana@example.org"
    name = "Ana Díaz"
    language = "en"                  # optional, as are all that follow but one login
    time_zone = "Europe/Madrid"
    account = "personal"             # what to call it
    password_file = "…"              # mode 0600; or password_command = ["pass", "show", "mail"],
                                     # or oauth2 = "google", "microsoft" or "custom"
    client_id = "…"                  # with oauth2, as are client_secret_file, tenant and the other
                                     # keys of [account.oauth2], and device = true for a code
    test_mail = false                # lay none into INBOX
    [imap]                           # to skip the finding; alone: no SMTP
    host = "imap.example.org"        # likewise port, tls and user
    [smtp]
    host = "smtp.example.org"`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.newSetup(file, yes)
			if err != nil {
				return err
			}
			// A window that is closed is no end without a taking back.
			ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGHUP)
			defer stop()
			err = s.run(ctx)
			if errors.Is(err, context.Canceled) {
				err = errors.New("interrupted")
			}
			if err != nil {
				return fmt.Errorf("%w\nnothing was written", errors.Join(err, s.takeBack()))
			}
			if a.dryRun {
				return s.takeBack()
			}
			return nil
		},
	}
	c.Flags().StringVar(&file, "answers", "", "a file with the answers, instead of questions")
	c.Flags().BoolVar(&yes, "yes", false, "do not ask before the configuration is written")
	return c
}

// setup is a guided set-up under way. Until the configuration is written it keeps
// nothing that takeBack could not take back.
type setup struct {
	*app
	ask     *asker // nil: the answers are there
	yes     bool
	path    string         // of the configuration
	text    []byte         // what it says so far, or the beginning of a new one
	old     *config.Config // nil: there is none yet
	answers config.Answers
	found   provider.Found  // zero where nothing had to be found
	secret  []config.Change // where the password is
	noSMTP  bool            // the owner does without
	undo    []func() error

	cfg     config.Config // what comes of all that
	account config.Account
}

// beginning is that of a new configuration.
const beginning = `# The configuration of regards. config.toml.example explains each key, and
# "regards check" looks whether all is well.

[owner]
`

func (a *app) newSetup(file string, yes bool) (*setup, error) {
	s := &setup{app: a, yes: yes || file != "", path: config.Path(a.configPath), text: []byte(beginning)}
	old, err := config.Load(s.path)
	switch {
	case err == nil:
		s.old = &old
		if s.text, err = os.ReadFile(s.path); err != nil {
			return nil, err
		}
	case !errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("%w\nregards init changes a configuration that is in order: mend it first, or move it away", err)
	}
	if file != "" {
		s.answers, err = config.LoadAnswers(file)
		return s, err
	}
	if !a.onTerminal() {
		return nil, usagef("init asks questions, and there is no terminal; write the answers into a file: regards init --answers FILE")
	}
	s.ask, s.answers.TestMail = a.asker(), true
	return s, nil
}

// takeBack removes what was kept for a set-up that did not come to its end.
func (s *setup) takeBack() error {
	var errs []error
	for i := len(s.undo) - 1; i >= 0; i-- {
		errs = append(errs, s.undo[i]())
	}
	s.undo = nil
	return errors.Join(errs...)
}

func (s *setup) run(ctx context.Context) error {
	if err := s.who(ctx); err != nil {
		return err
	}
	if err := s.servers(ctx); err != nil {
		return err
	}
	if err := s.logIn(ctx); err != nil {
		return err
	}
	if err := s.trySMTP(ctx); err != nil {
		return err
	}
	if err := s.look(ctx); err != nil {
		return err
	}
	return s.finish(ctx)
}

// index is which account of the configuration is set up: the one with this name,
// address or login, else a new one.
func (s *setup) index() int {
	if s.old == nil {
		return 0
	}
	a := s.answers
	for i, account := range s.old.Accounts {
		if strings.EqualFold(account.Name, a.Account) || a.Account == "" &&
			(strings.EqualFold(account.Address, a.Address) || strings.EqualFold(account.IMAP.User, a.Address) || sameLogin(account.IMAP, a)) {
			return i
		}
	}
	return len(s.old.Accounts)
}

// sameLogin reports whether the answers lead to the mailbox of an account.
func sameLogin(s config.Server, a config.Answers) bool {
	return a.IMAP != nil && strings.EqualFold(s.Host, a.IMAP.Host) && strings.EqualFold(s.User, a.IMAP.User) &&
		(a.IMAP.Port == 0 || a.IMAP.Port == s.Port)
}

// before is the account as it was; false for a new one.
func (s *setup) before() (config.Account, bool) {
	if s.old == nil || s.index() == len(s.old.Accounts) {
		return config.Account{}, false
	}
	return s.old.Accounts[s.index()], true
}

// name is what the account is called.
func (s *setup) name() string {
	if before, ok := s.before(); ok {
		return before.Name
	}
	if s.answers.Account != "" {
		return s.answers.Account
	}
	if s.old == nil {
		return "personal"
	}
	_, domain, _ := strings.Cut(s.answers.Address, "@")
	return domain
}

// file is a file for a secret of the account, beside the configuration.
func (s *setup) file(what string) string {
	return filepath.Join(filepath.Dir(s.path), config.SecretName(what, s.name()))
}

// folderFor has takeBack remove the folders that are going to be made for a file.
func (s *setup) folderFor(path string) {
	var made []string
	for folder := filepath.Dir(path); ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
			break
		}
		made = append(made, folder)
	}
	s.undo = append(s.undo, func() error {
		for _, folder := range made {
			_ = os.Remove(folder) // it fails where something else lies there by now
		}
		return nil
	})
}

// writeSecret writes a secret into a file.
func (s *setup) writeSecret(path, value string) error {
	s.folderFor(path)
	before, err := secret.ReadFile(path)
	if err != nil && !errors.Is(err, secret.ErrNone) {
		return err
	}
	missing := err != nil
	s.undo = append(s.undo, func() error {
		switch now, err := secret.ReadFile(path); {
		case err == nil && now != value: // of another set-up, which ran beside this one
			return nil
		case missing:
			return removeFiles(path)
		}
		return secret.WriteFile(path, before)
	})
	return secret.WriteFile(path, value)
}

// failedLogin reports whether another password might help.
func failedLogin(err error) bool { return errors.Is(err, imapconn.ErrLogin) }
