package main

import (
	"context"
	"crypto/tls"
	"net"
	"sync"

	"regards/internal/config"
	"regards/internal/imapconn"
	"regards/mailer"
)

// route is how far the check got on the way to one server.
type route struct {
	findings
	what     string
	far      bool     // it led out of this computer
	lost     *trouble // it ended for want of a network; not among the findings yet
	arrived  bool     // all the way
	noDrafts bool     // there is no mailbox of drafts, or it serves no letters
}

// accounts looks at all of them at the same time, and tells them one after the other.
// One lock keeps the service away from all while drafts are tried.
func (k *checkup) accounts(ctx context.Context) {
	release, why := k.alone(ctx)
	defer release()
	all := make([][]route, len(k.cfg.Accounts))
	var working sync.WaitGroup
	for i, account := range k.cfg.Accounts {
		all[i] = make([]route, 3)
		working.Go(func() {
			server := imapServer(account.IMAP)
			server.Secret = askedOnce(server.Secret)
			all[i][0] = k.imap(ctx, account, server)
			if all[i][0].arrived && !all[i][0].noDrafts {
				all[i][2].findings = k.draft(ctx, account, server, why)
			}
		})
		working.Go(func() { all[i][1] = k.smtp(ctx, account) })
	}
	working.Wait()
	k.haveTriedAnew(ctx, all)
	offline := allLost(all)
	if offline != nil {
		k.fail("network", trouble{"no mail server can be reached: " + offline.text, "", true}, offline.fix)
	}
	for _, ways := range all {
		for _, w := range ways {
			k.add(w.findings)
			if w.lost != nil && offline == nil {
				k.fail(w.what, *w.lost, w.lost.fix)
			}
		}
	}
}

// haveTriedAnew has a running service try the accounts again whose mailboxes were reached:
// what kept it from that, and has it wait now, is mended.
func (k *checkup) haveTriedAnew(ctx context.Context, all [][]route) {
	if !k.running || k.app.dryRun {
		return
	}
	for i, account := range k.cfg.Accounts {
		if !all[i][0].arrived {
			continue
		}
		if err := tryAnew(ctx, k.cfg.Database(), account.Name); err != nil {
			k.fail("account "+account.Name, err, "")
		}
	}
}

// allLost gives what is wrong with the network, if every way out of this computer ended
// for want of one: then no single server is to blame.
func allLost(all [][]route) (lost *trouble) {
	for _, ways := range all {
		for _, w := range ways {
			if w.far && w.lost == nil {
				return nil
			}
			if lost == nil {
				lost = w.lost
			}
		}
	}
	return lost
}

// imap goes all the way to the mailboxes.
func (k *checkup) imap(ctx context.Context, account config.Account, server imapconn.Server) route {
	var inside findings
	noDrafts := !account.Letters
	w := k.reach(ctx, "account "+account.Name, account.IMAP, destination{"imap", server.Secret,
		func(ctx context.Context, conn net.Conn) (tls.ConnectionState, error) {
			return imapconn.Handshake(ctx, server, conn)
		},
		func(ctx context.Context) error { return inside.mailboxes(ctx, account, server, &noDrafts) }})
	w.add(inside)
	w.noDrafts = noDrafts
	return w
}

// smtp logs in where letters leave by, if they do.
func (k *checkup) smtp(ctx context.Context, account config.Account) route {
	what := "account " + account.Name
	if account.SMTP == nil {
		w := route{what: what}
		w.note(what, "no [account.smtp]: nothing is sent, letters are drafts", "")
		return w
	}
	server := *smtpServer(account.SMTP)
	server.Secret = askedOnce(server.Secret)
	w := k.reach(ctx, what, *account.SMTP, destination{"smtp", server.Secret,
		func(ctx context.Context, conn net.Conn) (tls.ConnectionState, error) {
			return mailer.Handshake(ctx, server, conn)
		},
		func(ctx context.Context) error { return mailer.TryLogin(ctx, server) }})
	if w.arrived {
		w.ok(what, "logged in by smtp at "+server.Host)
	}
	return w
}

// askedOnce keeps a secret while the check runs: a password command may ask the owner.
func askedOnce(secret func(context.Context) (string, error)) func(context.Context) (string, error) {
	var once sync.Once
	var text string
	var err error
	return func(ctx context.Context) (string, error) {
		once.Do(func() { text, err = secret(ctx) })
		return text, err
	}
}
