package imapconn

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// Role is what a mailbox is for.
type Role string

// The roles of mailboxes. All and the views show messages that lie elsewhere.
const (
	Ordinary Role = ""
	Inbox    Role = "inbox"
	Drafts   Role = "drafts"
	Sent     Role = "sent"
	Trash    Role = "trash"
	Junk     Role = "junk"
	All      Role = "all"
	View     Role = "view"
)

// Mailbox is a mailbox that can be selected, and how much lies there.
type Mailbox struct {
	Name        string
	Role        Role
	UIDValidity uint32
	UIDNext     uint32
	Messages    uint32
	// Problem says why it cannot be used although the server lists it: its name
	// is no name, for example. Then nothing else but Name holds.
	Problem string
}

// rolesByAttr are the special-use attributes of RFC 6154 section 2, and
// \Important of RFC 8457.
var rolesByAttr = map[imap.MailboxAttr]Role{
	imap.MailboxAttrDrafts:    Drafts,
	imap.MailboxAttrSent:      Sent,
	imap.MailboxAttrTrash:     Trash,
	imap.MailboxAttrJunk:      Junk,
	imap.MailboxAttrAll:       All,
	imap.MailboxAttrFlagged:   View,
	imap.MailboxAttrImportant: View,
}

// rolesByName serve servers without special-use: what mail programs call these
// mailboxes, in lower case.
var rolesByName = map[string]Role{
	"drafts": Drafts, "draft": Drafts, "entwürfe": Drafts, "borradores": Drafts, "brouillons": Drafts,
	"bozze": Drafts, "rascunhos": Drafts, "concepten": Drafts,
	"sent": Sent, "sent items": Sent, "sent messages": Sent, "sent mail": Sent, "sent-mail": Sent,
	"gesendet": Sent, "gesendete elemente": Sent, "gesendete objekte": Sent, "enviados": Sent,
	"elementos enviados": Sent, "envoyés": Sent, "éléments envoyés": Sent, "messages envoyés": Sent,
	"posta inviata": Sent, "inviata": Sent, "itens enviados": Sent, "verzonden": Sent, "verzonden items": Sent,
	"trash": Trash, "deleted items": Trash, "deleted messages": Trash, "bin": Trash, "papierkorb": Trash,
	"gelöschte elemente": Trash, "papelera": Trash, "elementos eliminados": Trash, "corbeille": Trash,
	"éléments supprimés": Trash, "cestino": Trash, "lixeira": Trash, "prullenbak": Trash,
	"junk": Junk, "junk e-mail": Junk, "junk email": Junk, "junk mail": Junk, "spam": Junk, "bulk mail": Junk,
	"spamverdacht": Junk, "unerwünscht": Junk, "correo no deseado": Junk, "indésirables": Junk,
	"courrier indésirable": Junk, "posta indesiderata": Junk, "lixo eletrônico": Junk,
}

// statusItems are what Mailboxes asks of each mailbox.
var statusItems = &imap.StatusOptions{NumMessages: true, UIDNext: true, UIDValidity: true}

// listTimeout is a variable for the tests.
var listTimeout = Timeout

// mailboxesLimit bounds how many mailboxes an account may have: the library
// looks through all commands under way at each answer.
const mailboxesLimit = 20_000

// Mailboxes lists what can be selected, with roles and status: in one round
// trip where the server has LIST-STATUS (RFC 5819), else in two. A role found by
// name holds only when no mailbox has it by special-use.
//
// A mailbox whose name is none comes last, with its Problem. One whose status the
// server refuses or garbles comes with a UIDVALIDITY of 0 and without a Problem:
// it may be readable all the same, and if not, opening it brings the server's words.
func (c *Conn) Mailboxes(ctx context.Context) ([]Mailbox, error) {
	caps := c.Caps()
	options := &imap.ListOptions{}
	// Both need the syntax of LIST-EXTENDED. Without it a server that knows
	// special uses may tell them unasked (RFC 6154 section 2).
	if caps.Has(imap.CapListExtended) || caps.Has(imap.CapIMAP4rev2) {
		options.ReturnSpecialUse = caps.Has(imap.CapSpecialUse)
		if caps.Has(imap.CapListStatus) || caps.Has(imap.CapIMAP4rev2) {
			options.ReturnStatus = statusItems
		}
	}
	var boxes []Mailbox
	c.answers.takeNameless() // of an earlier list
	err := c.do(ctx, "list mailboxes", listTimeout, smallBudget, func() error {
		list, err := c.client.List("", "*", options).Collect()
		if err != nil {
			return err
		}
		if len(list) > mailboxesLimit {
			return fmt.Errorf("%w: more than %d mailboxes", ErrGarbled, mailboxesLimit)
		}
		status := make(map[string]*imap.StatusData)
		for _, data := range list {
			if data.Status != nil {
				status[data.Mailbox] = data.Status
			}
		}
		boxes = selectable(list)
		return fillStatus(c.client, boxes, status)
	})
	if err != nil {
		return nil, err
	}
	return withNameless(boxes, c.answers.takeNameless()), nil
}

// withNameless adds the mailboxes that cannot be used, each name once.
func withNameless(boxes, nameless []Mailbox) []Mailbox {
	seen := make(map[string]bool)
	for _, m := range boxes {
		seen[m.Name] = true
	}
	for _, m := range nameless {
		if !seen[m.Name] {
			seen[m.Name] = true
			boxes = append(boxes, m)
		}
	}
	return boxes
}

// fillStatus enters the status of each mailbox, asking for what LIST did not
// bring: all at once, since answers may overtake nothing (RFC 9051 section 5.5).
func fillStatus(client *imapclient.Client, boxes []Mailbox, known map[string]*imap.StatusData) error {
	asked := make(map[int]*imapclient.StatusCommand)
	for i, m := range boxes {
		if known[m.Name] == nil {
			asked[i] = client.Status(m.Name, statusItems)
		}
	}
	for i := range boxes {
		data := known[boxes[i].Name]
		if cmd := asked[i]; cmd != nil {
			var err error
			if data, err = cmd.Wait(); err != nil {
				if _, refused := Refused(err); refused {
					continue
				}
				return err
			}
		}
		boxes[i].UIDValidity, boxes[i].UIDNext = data.UIDValidity, uint32(data.UIDNext)
		if data.NumMessages != nil {
			boxes[i].Messages = *data.NumMessages
		}
	}
	return nil
}

// selectable gives the mailboxes that hold messages, with their roles.
func selectable(list []*imap.ListData) []Mailbox {
	var boxes []Mailbox
	byAttr, seen := map[Role]bool{}, map[string]bool{}
	for _, data := range list {
		m := Mailbox{Name: data.Mailbox}
		if strings.EqualFold(m.Name, "INBOX") {
			m.Name, m.Role = "INBOX", Inbox
		}
		if slices.Contains(data.Attrs, imap.MailboxAttrNoSelect) || slices.Contains(data.Attrs, imap.MailboxAttrNonExistent) || seen[m.Name] {
			continue
		}
		seen[m.Name] = true
		for _, attr := range data.Attrs {
			if role, ok := rolesByAttr[attr]; ok && m.Role != Inbox {
				m.Role = role
				byAttr[role] = true
			}
		}
		boxes = append(boxes, m)
	}
	for i, data := range boxes {
		role := rolesByName[strings.ToLower(topLevel(data.Name))]
		if data.Role == Ordinary && role != Ordinary && !byAttr[role] {
			boxes[i].Role = role
		}
	}
	return boxes
}

// topLevel strips the prefixes under which servers put every mailbox. A name
// found deeper is the owner's own folder, whatever it is called.
func topLevel(name string) string {
	for _, prefix := range []string{"INBOX.", "INBOX/", "[Gmail]/", "[Google Mail]/"} {
		name = strings.TrimPrefix(name, prefix)
	}
	return name
}

// IsNamed reports whether a mailbox, by its name on the server, is the one that
// the owner calls so: some servers put all of them under INBOX (RFC 2342), which
// owners leave out.
func IsNamed(mailbox, named string) bool {
	return named != "" && (mailbox == named || mailbox == "INBOX."+named || mailbox == "INBOX/"+named)
}

// Find gives the mailbox that serves role: the one that the owner named, see
// IsNamed, else the first that has the role. One with a Problem serves nothing.
func Find(boxes []Mailbox, role Role, named string) (Mailbox, error) {
	exact := slices.ContainsFunc(boxes, func(m Mailbox) bool { return m.Name == named })
	for _, m := range boxes {
		is := m.Name == named || !exact && IsNamed(m.Name, named)
		switch {
		case named != "" && is && m.Problem != "":
			return Mailbox{}, fmt.Errorf("the mailbox %q cannot be used: %s; name another one in the account's %s, or leave it out", named, m.Problem, role)
		case named != "" && is, named == "" && m.Role == role && m.Problem == "":
			return m, nil
		}
	}
	if named != "" {
		return Mailbox{}, fmt.Errorf("there is no mailbox %q; name another one in the account's %s, or leave it out", named, role)
	}
	return Mailbox{}, fmt.Errorf("no mailbox is marked as %s; name it in the account: %s = \"…\"", role, role)
}
