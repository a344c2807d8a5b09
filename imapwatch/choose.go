package imapwatch

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"regards/internal/imapconn"
)

// capGmail is what Gmail says of itself.
const capGmail imap.Cap = "X-GM-EXT-1"

// target is a mailbox that is watched, and how.
type target struct {
	imapconn.Mailbox
	sent   bool // it is the mailbox of sent mail
	inOnly bool // it shows sent mail and drafts, too
	waited bool // somebody waits there all the time
}

func (t target) attended() bool { return t.waited }

// rank puts the mailboxes with the latest touches first.
func (t target) rank() int {
	switch {
	case t.inOnly, t.Role == imapconn.Inbox:
		return 0
	case t.sent:
		return 1
	}
	return 2
}

// sentFirst gives the targets in the order in which they are read: what was sent
// tells what came in answer to it.
func sentFirst(targets []target) []target {
	targets = slices.Clone(targets)
	slices.SortStableFunc(targets, func(x, y target) int {
		switch {
		case x.sent == y.sent:
			return 0
		case x.sent:
			return -1
		}
		return 1
	})
	return targets
}

// choose gives the mailboxes to be watched, the most important ones first. At
// Gmail a message lies in one place and appears under each of its labels: there
// the mailbox that shows all of them stands for every other one but that of sent
// mail, unless the owner ignores it or hides it from IMAP programs. Elsewhere
// such a mailbox is one more view of what is read where it lies.
func (a Account) choose(all []imapconn.Mailbox, caps imap.CapSet) []target {
	whole := func(m imapconn.Mailbox) bool { return m.Role == imapconn.All && m.Problem == "" && !a.ignored(m) }
	gmail := caps.Has(capGmail) && slices.ContainsFunc(all, whole)
	var targets []target
	for _, m := range all {
		t := target{Mailbox: m, sent: a.isSent(m), inOnly: gmail && whole(m)}
		if t.inOnly || a.watched(m) && (t.sent || !gmail) {
			targets = append(targets, t)
		}
	}
	slices.SortStableFunc(targets, func(x, y target) int { return cmp.Compare(x.rank(), y.rank()) })
	attendTo(targets)
	return targets
}

// attendTo has somebody wait where the latest touches come: in the first mailbox
// of what comes in, and in the first of what was sent. A server may give that
// role to a hundred, and a connection has to be had for each.
func attendTo(targets []target) {
	for rank := range 2 {
		i := slices.IndexFunc(targets, func(t target) bool { return t.Problem == "" && t.rank() == rank })
		if i >= 0 {
			targets[i].waited = true
		}
	}
}

// watched reports whether the messages of a mailbox count.
func (a Account) watched(m imapconn.Mailbox) bool {
	switch m.Role {
	case imapconn.Drafts, imapconn.Junk, imapconn.Trash, imapconn.All, imapconn.View:
		return false
	}
	return !a.ignored(m)
}

// ignored reports whether the owner's settings keep a mailbox from being watched.
func (a Account) ignored(m imapconn.Mailbox) bool {
	if imapconn.IsNamed(m.Name, a.Drafts) || imapconn.IsNamed(m.Name, a.Outbox) {
		return true
	}
	for _, pattern := range a.Ignore {
		if ok, _ := path.Match(pattern, m.Name); ok || pattern == m.Name { // "[Gmail]/All Mail" is a pattern, too
			return true
		}
		if below, ok := strings.CutSuffix(pattern, "*"); ok && strings.HasPrefix(m.Name, below) {
			return true
		}
	}
	return false
}

// isSent reports whether a mailbox is the one of sent mail.
func (a Account) isSent(m imapconn.Mailbox) bool {
	if a.Sent != "" {
		return imapconn.IsNamed(m.Name, a.Sent)
	}
	return m.Role == imapconn.Sent
}

// named gives the names of mailboxes.
func named(targets []target) (names []string) {
	for _, t := range targets {
		names = append(names, t.Name)
	}
	return names
}
