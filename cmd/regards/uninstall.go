package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/internal/autostart"
	"regards/internal/config"
	"regards/internal/secret"
	"regards/store"
)

func (a *app) uninstallCommand() *cobra.Command {
	var yes, keepMail bool
	c := &cobra.Command{
		Use:   "uninstall",
		Short: "show what regards would leave behind, and remove it",
		Long: `Lists the drafts of regards that nobody has touched, its empty outboxes, units,
backups, database, the passwords and permissions that it has kept, and the
configuration, and removes them once you have said yes, for which it asks on a
terminal: the mail first, the configuration last, so that it can be gone on with after
an interruption. Letters that were sent and drafts that you have been at are yours,
and stay, as do passwords that you keep elsewhere. The service must not run.`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return a.uninstall(c.Context(), yes, keepMail) },
	}
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	c.Flags().BoolVar(&keepMail, "keep-mail", false, "leave the mailboxes as they are, where a server is gone for good")
	return c
}

// leavings is what there is to be removed, and what stays.
type leavings struct {
	Drafts   []draftJSON `json:"drafts"`   // nobody has touched them, as far as is known
	Outboxes []string    `json:"outboxes"` // by account; removed if nothing lies there
	Units    []string    `json:"units"`    // files, or the task of Windows
	Backups  []string    `json:"backups"`
	Database []string    `json:"database"`
	Keyring  []string    `json:"keyring"` // what its secrets of the service regards are called
	Tokens   []string    `json:"tokens"`  // files beside the database
	Secrets  []string    `json:"secrets"` // files of passwords beside the configuration
	Config   string      `json:"config"`
	Stays    []string    `json:"stays"` // in words
}

type draftJSON struct {
	Key     string `json:"key"`
	Contact string `json:"contact"`
	Account string `json:"account"`
	Mailbox string `json:"mailbox"`
}

func (a *app) uninstall(ctx context.Context, yes, keepMail bool) error {
	cfg, err := config.Load(config.Path(a.configPath))
	if err != nil {
		return err
	}
	path := cfg.Database()
	if store.Locked(path) {
		return fmt.Errorf("%w %s; stop it first: regards service remove, or however it was started", store.ErrHeld, path)
	}
	found, err := a.leavings(ctx, cfg, keepMail)
	if err != nil {
		return err
	}
	if a.json {
		err = a.printJSON(found)
	} else {
		a.printLeavings(found)
	}
	if err != nil || a.dryRun {
		if a.dryRun {
			fmt.Fprintln(a.err, "dry run: nothing was changed")
		}
		return err
	}
	if !yes && !a.onTerminal() {
		fmt.Fprintln(a.err, "nothing was removed; to remove all this: regards uninstall --yes")
		return nil
	}
	if ok, err := a.confirmed(ctx, yes, "Remove all this?"); err != nil || !ok {
		return err
	}
	return a.remove(ctx, cfg, found, keepMail)
}

// leavings looks what there is. It changes nothing.
func (a *app) leavings(ctx context.Context, cfg config.Config, keepMail bool) (leavings, error) {
	manager, err := autostart.Here()
	if err != nil {
		return leavings{}, err
	}
	found := leavings{Drafts: []draftJSON{}, Outboxes: []string{}, Units: append([]string{}, manager.Files(ctx)...), Backups: []string{}, Database: []string{},
		Keyring: []string{}, Tokens: []string{}, Secrets: []string{},
		Config: config.Path(a.configPath), Stays: []string{"the program itself, and passwords that you keep elsewhere"}}
	found.kept(cfg)
	path := cfg.Database()
	for _, suffix := range []string{"", "-wal", "-shm", "-journal", ".lock"} {
		if _, err := os.Lstat(path + suffix); err == nil {
			found.Database = append(found.Database, path+suffix)
		}
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return found, nil
	}
	err = a.withConfig(ctx, cfg, func(s *session) error { return found.add(ctx, s, keepMail) })
	if keepMail && errors.Is(err, store.ErrDamaged) {
		found.Stays = append(found.Stays, "whatever only the database knew, which is damaged: drafts and backups")
		err = nil
	}
	return found, err
}

// kept adds the secrets that init and login have kept.
func (found *leavings) kept(cfg config.Config) {
	item := func(name string) {
		if name != "" && !slices.Contains(found.Keyring, name) {
			found.Keyring = append(found.Keyring, name)
		}
	}
	item(cfg.CardDAV.Keyring)
	for _, account := range cfg.Accounts {
		item(account.IMAP.Keyring)
		if account.SMTP != nil {
			item(account.SMTP.Keyring)
		}
		token := grantToken(config.Grant{TokenFile: cfg.TokenFile(account.Name), Keyring: config.TokenName(account.Name)})
		if token.InKeyring() {
			item(token.Name)
		}
		found.Tokens = append(found.Tokens, there(append(token.Files(), secret.Halves(token.Path)...)...)...)
		for _, what := range []string{"password", "client"} {
			file := filepath.Join(filepath.Dir(found.Config), config.SecretName(what, account.Name))
			found.Secrets = append(found.Secrets, there(append(secret.Halves(file), file)...)...)
		}
	}
}

// there are those of some files that exist.
func there(files ...string) []string {
	return slices.DeleteFunc(files, func(file string) bool { _, err := os.Lstat(file); return err != nil })
}

// withConfig is with for a configuration at hand, quiet about a dry run.
func (a *app) withConfig(ctx context.Context, cfg config.Config, f func(*session) error) error {
	s, err := a.openWith(ctx, cfg)
	if err != nil {
		return err
	}
	defer s.close()
	return f(s)
}

// add adds what the database knows.
func (found *leavings) add(ctx context.Context, s *session, keepMail bool) error {
	backups, err := s.store.BackupFiles(ctx)
	if err != nil {
		return err
	}
	for _, b := range backups {
		if _, err := os.Lstat(b.Path); err == nil {
			found.Backups = append(found.Backups, b.Path)
		} else {
			found.Stays = append(found.Stays, "the backup "+b.Path+", if it lies on a disk that is away")
		}
	}
	letters, err := s.store.Letters(ctx)
	if err != nil {
		return err
	}
	contacts, err := s.contacts(ctx)
	if err != nil {
		return err
	}
	sent := 0
	for _, l := range letters {
		untouched := l.State == contact.Drafted || l.ByItself() || l.TakeBack
		switch {
		case l.State == contact.Sent:
			sent++
		case l.Place.Mailbox == "":
		case untouched && !keepMail:
			found.Drafts = append(found.Drafts, draftJSON{l.Key, contacts.name(l.ContactID), l.Account, l.Place.Mailbox})
		default:
			found.Stays = append(found.Stays, fmt.Sprintf("the draft for %s in %s of the account %s: delete it yourself if you do not want it", contacts.name(l.ContactID), l.Place.Mailbox, l.Account))
		}
	}
	if sent > 0 {
		found.Stays = append(found.Stays, plural(sent, "letter")+" that went, in your mailbox of sent mail")
	}
	for _, account := range s.cfg.Accounts {
		if account.Letters && account.SMTP != nil && !keepMail {
			found.Outboxes = append(found.Outboxes, account.Outbox+" of the account "+account.Name)
		}
	}
	return nil
}

func (a *app) printLeavings(found leavings) {
	for _, d := range found.Drafts {
		fmt.Fprintf(a.out, "draft    for %s, in %s of the account %s (%s)\n", d.Contact, d.Mailbox, d.Account, d.Key)
	}
	for _, kind := range []struct {
		what string
		all  []string
	}{{"outbox", found.Outboxes}, {"unit", found.Units}, {"backup", found.Backups}, {"database", found.Database}, {"keyring", found.Keyring}, {"secret", slices.Concat(found.Tokens, found.Secrets)}, {"config", []string{found.Config}}, {"stays", found.Stays}} {
		for _, one := range kind.all {
			note := ""
			if kind.what == "outbox" {
				note = ", if it is empty"
			}
			fmt.Fprintf(a.out, "%-8s %s%s\n", kind.what, one, note)
		}
	}
}

// remove removes it. What fails stops it, so that the next try still knows what is
// left to do.
func (a *app) remove(ctx context.Context, cfg config.Config, found leavings, keepMail bool) error {
	path := cfg.Database()
	if len(found.Database) > 0 {
		unlock, err := store.Lock(ctx, path)
		if err != nil {
			return err
		}
		err = a.removeKnown(ctx, cfg, found, keepMail)
		if err = errors.Join(err, unlock()); err != nil {
			return err
		}
		if err := removeFiles(path + ".lock"); err != nil {
			return err
		}
	} else if err := removeUnits(ctx, found.Units); err != nil {
		return err
	}
	if err := a.removeTokens(ctx, found); err != nil {
		return err
	}
	_ = os.Remove(filepath.Dir(path)) // it fails where other files lie there
	// A configuration without its passwords could not be read by the next try.
	if err := removeFiles(append([]string{found.Config}, found.Secrets...)...); err != nil {
		return err
	}
	_ = os.Remove(filepath.Dir(found.Config)) // likewise
	fmt.Fprintln(a.err, "regards is gone; after removing a unit of the machine: systemctl daemon-reload")
	return nil
}

// removeTokens removes what the keyring has, and the tokens in files. A keyring that is
// not there cannot hold it up.
func (a *app) removeTokens(ctx context.Context, found leavings) error {
	for _, name := range found.Keyring {
		err := secret.DropFromKeyring(ctx, name)
		if errors.Is(err, secret.ErrNoKeyring) {
			fmt.Fprintf(a.out, "stays    %s of the service regards in the keyring, if it has it: %v\n", quote(name), err)
		} else if err != nil {
			return err
		}
	}
	return removeFiles(found.Tokens...)
}

// removeKnown removes everything but the lock, the secrets and the configuration.
func (a *app) removeKnown(ctx context.Context, cfg config.Config, found leavings, keepMail bool) error {
	path := cfg.Database()
	_, err := os.Stat(path)
	known := err == nil
	if known {
		err := a.withConfig(ctx, cfg, func(s *session) error {
			if err := a.leaveMail(ctx, s, found, keepMail); err != nil {
				return err
			}
			for _, file := range found.Backups {
				if err := s.store.RemoveBackup(ctx, file); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil && !(keepMail && errors.Is(err, store.ErrDamaged)) {
			return err
		}
	}
	if err := removeUnits(ctx, found.Units); err != nil {
		return err
	}
	return store.Remove(path)
}

// removeUnits takes regards from the owner's service manager, if it has it, and removes
// what was shown, also what somebody else made: that is what the yes was for.
func removeUnits(ctx context.Context, units []string) error {
	manager, err := autostart.Here()
	if err != nil {
		return err
	}
	steps, err := manager.Remove(ctx)
	if err == nil {
		err = manager.Do(ctx, steps)
	}
	if err != nil && !errors.Is(err, autostart.ErrForeign) {
		return fmt.Errorf("%w; then go on: regards uninstall", err)
	}
	return removeFiles(units...)
}

// leaveMail takes the untouched drafts back, and says which stay against what was
// expected.
func (a *app) leaveMail(ctx context.Context, s *session, found leavings, keepMail bool) error {
	if keepMail {
		return nil
	}
	d, err := a.daemonOf(s, s.cfg)
	if err != nil {
		return err
	}
	if err := d.Leave(ctx); err != nil {
		return fmt.Errorf("the drafts could not all be taken back, and nothing else was removed: %w", err)
	}
	for _, draft := range found.Drafts {
		l, err := s.store.Letter(ctx, draft.Key)
		if err != nil {
			return err
		}
		if l.Place.Mailbox != "" && l.State != contact.Sent {
			fmt.Fprintf(a.out, "stays    the draft for %s in %s of the account %s: %s\n", draft.Contact, l.Place.Mailbox, l.Account, l.Reason)
		}
	}
	return nil
}

// removeFiles removes files; that one is gone already is no error.
func removeFiles(files ...string) error {
	for _, file := range files {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w; remove it yourself, then go on: regards uninstall", err)
		}
	}
	return nil
}
