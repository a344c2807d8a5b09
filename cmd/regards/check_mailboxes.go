package main

import (
	"context"
	"fmt"
	"strings"

	"regards/classify"
	"regards/imapwatch"
	"regards/internal/config"
	"regards/internal/imapconn"
)

// mailboxes logs in and looks for the mailboxes that matter. Its error is that of
// the login; what is wrong after that is a finding.
func (r *findings) mailboxes(ctx context.Context, account config.Account, server imapconn.Server, noDrafts *bool) error {
	what := "account " + account.Name
	conn, err := imapconn.Dial(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Logout(ctx)
	boxes, err := conn.Mailboxes(ctx)
	if err != nil {
		return err
	}
	r.ok(what, fmt.Sprintf("logged in at %s, %s", server.Host, plural(len(boxes), "mailbox")))
	r.authserv(ctx, conn, account)
	for _, role := range []struct {
		role  imapconn.Role
		named string
		need  bool
	}{{imapconn.Drafts, account.Drafts, account.Letters}, {imapconn.Sent, account.Sent, true}} {
		box, err := imapconn.Find(boxes, role.role, role.named)
		switch {
		case err == nil:
			r.ok(what, fmt.Sprintf("%s is %q", role.role, box.Name))
		case role.need:
			*noDrafts = *noDrafts || role.role == imapconn.Drafts
			r.fail(what, err, "")
		}
	}
	return nil
}

// recentMail is how many messages tell whose Authentication-Results there are, and
// fewToTell how many it takes to say that hardly any has those that are believed.
const (
	recentMail = 50
	fewToTell  = 10
)

// authserv compares whose Authentication-Results are believed with what recent mail
// has.
func (r *findings) authserv(ctx context.Context, conn *imapconn.Conn, account config.Account) {
	what := "account " + account.Name
	headers, err := imapwatch.Recent(ctx, conn, recentMail)
	if err != nil {
		r.fail(what, err, "")
		return
	}
	id, n := classify.ProposeAuthserv(headers)
	switch {
	case strings.EqualFold(id, account.AuthservID) && id != "":
		r.ok(what, fmt.Sprintf("forged senders are known by the Authentication-Results of %s", account.AuthservID))
	case id != "":
		r.note(what, fmt.Sprintf("%d of the newest %s have Authentication-Results of %s", n, plural(len(headers), "message"), id),
			fmt.Sprintf("if that is your provider's server, write authserv_id = %q so that forged senders are known", id))
	case account.AuthservID != "" && len(headers) >= fewToTell:
		r.note(what, fmt.Sprintf("hardly any of the newest %s has Authentication-Results of %s, so that no sender is verified",
			plural(len(headers), "message"), account.AuthservID), "look at authserv_id")
	}
}
