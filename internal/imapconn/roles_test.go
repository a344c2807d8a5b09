package imapconn

import (
	"maps"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
)

func TestRoles(t *testing.T) {
	t.Parallel()
	// Names with their attributes, and the roles wanted; "-" stands for left out.
	for name, boxes := range map[string][][3]string{
		"by special use": {
			{"inbox", "", "inbox"}, {"Entwurf", `\Drafts`, "drafts"}, {"S", `\HasNoChildren \Sent`, "sent"}, {"T", `\Trash`, "trash"},
			{"J", `\Junk`, "junk"}, {"A", `\Archive`, ""}, {"All", `\All`, "all"}, {"F", `\Flagged`, "view"}, {"I", `\Important`, "view"},
		},
		"by name": {
			{"INBOX", "", "inbox"}, {"Sent Items", "", "sent"}, {"Drafts", "", "drafts"}, {"Deleted Items", "", "trash"},
			{"Junk E-mail", "", "junk"}, {"Archive", "", ""}, {"Presents", "", ""},
		},
		"in other languages": {
			{"Gesendet", "", "sent"}, {"Entwürfe", "", "drafts"}, {"ÉLÉMENTS ENVOYÉS", "", "sent"}, {"Papelera", "", "trash"},
			{"Gelöschte Elemente", "", "trash"}, {"Enviados", "", "sent"}, {"Bozze", "", "drafts"}, {"Indésirables", "", "junk"},
		},
		"under a prefix": {
			{"INBOX.Sent", "", "sent"}, {"INBOX/Drafts", "", "drafts"}, {"[Gmail]/Spam", "", "junk"}, {"[Google Mail]/Papierkorb", "", "trash"},
			{"INBOX.Projects.Sent", "", ""},
		},
		"the owner's own folders":       {{"Projects/Trash", "", ""}, {"Projects/INBOX.Sent", "", ""}, {"Sent/2019", "", ""}},
		"special use wins over names":   {{"Sent", `\Sent`, "sent"}, {"Gesendet", "", ""}, {"Spam", "", "junk"}},
		"not selectable":                {{"[Gmail]", `\Noselect \HasChildren`, "-"}, {"Sent", `\NonExistent`, "-"}, {"Drafts", `\NoSelect`, "-"}},
		"a ghost does not take a role":  {{"Postausgang", `\NonExistent \Sent`, "-"}, {"Gesendet", "", "sent"}},
		"INBOX stays what it is":        {{"Inbox", `\Sent`, "inbox"}, {"Sent", "", "sent"}},
		"unknown attributes don't hurt": {{"X", `\XSomething \HasNoChildren`, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			var list []*imap.ListData
			want := map[string]Role{}
			for _, b := range boxes {
				list = append(list, &imap.ListData{Mailbox: b[0], Attrs: attributes(b[1])})
				if name := strings.Replace(strings.Replace(b[0], "inbox", "INBOX", 1), "Inbox", "INBOX", 1); b[2] != "-" {
					want[name] = Role(b[2])
				}
			}
			got := map[string]Role{}
			for _, m := range selectable(list) {
				got[m.Name] = m.Role
			}
			if !maps.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
}

// attributes spells them as the library does.
func attributes(text string) (attrs []imap.MailboxAttr) {
	for _, word := range strings.Fields(text) {
		attr := imap.MailboxAttr(word)
		if strings.EqualFold(word, string(imap.MailboxAttrNoSelect)) {
			attr = imap.MailboxAttrNoSelect
		}
		attrs = append(attrs, attr)
	}
	return attrs
}

// A server may name a mailbox twice: no message is to be read twice for it.
func TestMailboxNamedTwice(t *testing.T) {
	t.Parallel()
	boxes := selectable([]*imap.ListData{{Mailbox: "INBOX"}, {Mailbox: "inbox"}, {Mailbox: "Sent"}, {Mailbox: "Sent"}, {Mailbox: "sent"}})
	if len(boxes) != 3 {
		t.Errorf("%+v", boxes)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	boxes := []Mailbox{{Name: "INBOX", Role: Inbox}, {Name: "Sent", Role: Sent}, {Name: "Sent Items", Role: Sent}, {Name: "Post"}, {Name: "&x", Problem: "its name is no name"},
		{Name: "INBOX.Later"}, {Name: "INBOX/Soon"}, {Name: "INBOX.Post"}}
	for _, c := range []struct {
		role        Role
		named, want string
		problem     string
	}{
		{role: Sent, want: "Sent"},
		{role: Sent, named: "Post", want: "Post"},
		{role: Sent, named: "Sent Items", want: "Sent Items"},
		{role: Drafts, named: "Later", want: "INBOX.Later"}, // under the prefix that owners leave out
		{role: Drafts, named: "Soon", want: "INBOX/Soon"},
		{role: Drafts, named: "INBOX.Later", want: "INBOX.Later"},
		{role: Sent, named: "sent items", problem: `there is no mailbox "sent items"`},
		{role: Drafts, problem: `drafts = "…"`},
		{role: Sent, named: "&x", problem: `"&x" cannot be used: its name is no name`},
		{role: Drafts, named: "Entwurf", problem: `no mailbox "Entwurf"`},
	} {
		got, err := Find(boxes, c.role, c.named)
		if got.Name != c.want || (err == nil) != (c.problem == "") || err != nil && !strings.Contains(err.Error(), c.problem) {
			t.Errorf("Find(%s, %q) = %q, %v", c.role, c.named, got.Name, err)
		}
	}
}
