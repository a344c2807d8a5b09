package mailsim

import "strings"

// naming is how a server calls the mailboxes that tests know as "INBOX", "Drafts"
// or "Lists/Go". The zero value changes nothing.
type naming struct {
	prefix    string // of all mailboxes but INBOX
	separator string // of levels
}

// IMAPName returns what IMAP clients have to call a mailbox of this server. The
// methods of Server take and return the names without it: "Drafts" is
// "INBOX.Drafts" on Courier, and "Drafts" on the others.
func (s *Server) IMAPName(mailbox string) string { return s.names.wire(mailbox) }

func (n naming) wire(mailbox string) string {
	if n.prefix == "" || mailbox == inbox {
		return mailbox
	}
	return n.prefix + strings.ReplaceAll(mailbox, string(delimiter), n.separator)
}

func (n naming) plain(wire string) string {
	rest, ok := strings.CutPrefix(wire, n.prefix)
	if n.prefix == "" || !ok {
		return wire
	}
	return strings.ReplaceAll(rest, n.separator, string(delimiter))
}
