package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"regards/classify"
	"regards/imapwatch"
	"regards/internal/config"
	"regards/internal/imapconn"
	"regards/internal/secret"
	"regards/mailer"
	"regards/store"
)

// look tries everything that the account needs, as check does, and finds out whose
// Authentication-Results can be believed.
func (s *setup) look(ctx context.Context) error {
	k := &checkup{app: s.app, online: online, patience: patience, advice: adviceOf, cfg: s.cfg, now: time.Now}
	k.cfg.Accounts = []config.Account{s.account}
	k.disk()
	k.accounts(ctx)
	printFindings(s.err, k.all)
	if err := k.failure(); err != nil {
		return err
	}
	if s.account.AuthservID != "" {
		return nil
	}
	id, err := s.authserv(ctx)
	if err != nil || id == "" {
		return err
	}
	fmt.Fprintf(s.err, "recent mail has Authentication-Results of %s: forged senders will be known by them\n", id)
	s.secret = append(s.secret, config.Change{Table: "account", Account: s.index(), Key: "authserv_id", Value: id})
	return s.judge()
}

// authserv gives the server whose Authentication-Results recent mail has; "" where there
// is too little to tell.
func (s *setup) authserv(ctx context.Context) (string, error) {
	conn, err := imapconn.Dial(ctx, imapServer(s.account.IMAP))
	if err != nil {
		return "", err
	}
	defer conn.Logout(ctx)
	headers, err := imapwatch.Recent(ctx, conn, recentMail)
	if err != nil {
		return "", err
	}
	id, n := classify.ProposeAuthserv(headers)
	if n < fewToTell {
		return "", nil
	}
	return id, nil
}

// finish writes the configuration, lays a mail for the owner to see, and says what
// comes next.
func (s *setup) finish(ctx context.Context) error {
	text, err := config.Edit(s.path, s.text, s.changes())
	if err != nil {
		return err
	}
	if s.dryRun {
		fmt.Fprintf(s.out, "%s", text)
		fmt.Fprintln(s.err, "dry run: nothing was changed")
		return nil
	}
	if !s.yes {
		sure, err := s.ask.yes(ctx, "Write "+s.path+"?", true)
		if err == nil && !sure {
			fmt.Fprintln(s.err, "nothing was written")
			return s.takeBack()
		}
		if err != nil {
			return err
		}
	}
	if err := s.unchanged(); err != nil {
		return err
	}
	s.folderFor(s.path)
	if err := writeConfig(s.path, text); err != nil {
		return err
	}
	s.undo = nil
	fmt.Fprintf(s.out, "wrote %s\n", s.path)
	if s.old != nil && s.isAlias() {
		fmt.Fprintf(s.out, "%s is one more address of the account %s, which is read once\n", s.answers.Address, quote(s.account.Name))
	}
	if s.cfg.Owner.Name != s.answers.Name {
		fmt.Fprintf(s.out, "the name in letters stays %s; to change it, edit [owner]\n", quote(s.cfg.Owner.Name))
	}
	if s.old != nil {
		return s.tellService(ctx)
	}
	if s.answers.TestMail {
		s.testMail(ctx)
	}
	s.next()
	return nil
}

// tellService says how a running service comes to know of the change, and strikes out what
// was wrong with the account.
func (s *setup) tellService(ctx context.Context) error {
	path := s.cfg.Database()
	if store.Locked(path) {
		how := "systemctl --user reload regards, or kill -HUP"
		if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
			how = "regards service install"
		}
		fmt.Fprintf(s.out, "the running service goes on with what it has read before; to have it read this: %s\n", how)
	}
	return tryAnew(ctx, path, s.account.Name)
}

// unchanged makes sure that nobody else has written the configuration while the owner
// was asked.
func (s *setup) unchanged() error {
	now, err := os.ReadFile(s.path)
	switch {
	case errors.Is(err, os.ErrNotExist) && s.old == nil, err == nil && s.old != nil && bytes.Equal(now, s.text):
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("%s has changed meanwhile; give regards init again", s.path)
}

// writeConfig puts the configuration in its place, wherever a link to it leads. One that
// was there keeps its mode: that of a service of the machine has other readers.
func writeConfig(path string, text []byte) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	} else if to, err := os.Readlink(path); err == nil { // there is nothing yet
		if path = filepath.Join(filepath.Dir(path), to); filepath.IsAbs(to) {
			path = to
		}
	}
	before, missing := os.Stat(path)
	err := secret.WriteFile(path, strings.TrimRight(string(text), "\n"))
	if err == nil && missing == nil {
		err = os.Chmod(path, before.Mode().Perm())
	}
	return err
}

// testMail lays a mail into INBOX as the digest will come, and asks whether it was
// seen. The set-up is over: that it fails is said, and no more.
func (s *setup) testMail(ctx context.Context) {
	if err := s.layTestMail(ctx); err != nil {
		fmt.Fprintf(s.err, "a test mail could not be laid into INBOX: %v\n", err)
		return
	}
	fmt.Fprintln(s.out, "a test mail lies in your INBOX: did your phone show it?")
	if s.ask == nil {
		return
	}
	if seen, err := s.ask.yes(ctx, "Did it", true); err == nil && !seen {
		fmt.Fprintf(s.err, "The digest will come the same way: look whether your phone reads %s, and shows new mail of it.\n", s.answers.Address)
	}
}

const testText = `This mail shows that regards can reach you. It lies in your INBOX as the digest will once a week; letters to others lie in Drafts, and nothing leaves without you.

You can delete it.`

func (s *setup) layTestMail(ctx context.Context) error {
	drafts, err := mailer.OpenNamed(ctx, imapServer(s.account.IMAP), mailer.Names{Drafts: s.account.Drafts})
	if err != nil {
		return err
	}
	defer drafts.Close(ctx)
	id := mailer.MessageID([]byte(rand.Text()), "test", s.account.Address)
	raw, err := mailer.Compose(mailer.Message{FromName: s.cfg.Owner.Name, From: s.account.Address, ToName: s.cfg.Owner.Name, To: cmp.Or(s.cfg.Digest.To, s.account.Address),
		Subject: "regards is set up", Body: testText, Notice: "note", Date: time.Now().In(s.cfg.Owner.Location()), MessageID: id})
	if err != nil {
		return err
	}
	return drafts.Notify(ctx, raw, id)
}

const nextSteps = `
what comes next:
  regards sync               reads your mail, the first time for some minutes
  regards contact discover   whom you write with: choose your contacts
  regards log informational "Maria Lopez" --useful "what helped most"
  regards run --once         lays the thank-you into your Drafts
  regards service install    has all that done by itself
`

// next says what comes next, with this configuration.
func (s *setup) next() {
	steps := nextSteps
	if s.configPath != "" {
		steps = strings.ReplaceAll(steps, "  regards ", "  regards --config "+quote(s.configPath)+" ")
	}
	fmt.Fprint(s.out, steps)
}
