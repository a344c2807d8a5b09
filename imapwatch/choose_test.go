package imapwatch

import (
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"

	"regards/internal/imapconn"
	"regards/internal/mailsim"
)

func TestWatched(t *testing.T) {
	t.Parallel()
	a := Account{Drafts: "My Drafts", Outbox: "Regards Outbox", Ignore: []string{"Lists/*", "Old", "Bills 20??", "[bad"}}
	for name, want := range map[string]bool{
		"INBOX": true, "Sent": true, "Drafts": false, "My Drafts": false, "Regards Outbox": false, "Trash": false, "Junk": false,
		"All": false, "Lists": true, "Lists/go": false, "Lists/go/nuts": false, "Listserv": true, "Old": false, "Older": true,
		"Old/2019": true, "Bills 2024": false, "Bills 2024/May": true, "[bad": false, "": true,
	} {
		m := imapconn.Mailbox{Name: name, Role: map[string]imapconn.Role{"INBOX": imapconn.Inbox, "Sent": imapconn.Sent,
			"Drafts": imapconn.Drafts, "Trash": imapconn.Trash, "Junk": imapconn.Junk, "All": imapconn.View}[name]}
		if got := a.watched(m); name != "" && got != want {
			t.Errorf("%q is watched: %t", name, got)
		}
	}
	if !(Account{}).watched(imapconn.Mailbox{Name: "Post"}) {
		t.Error("without names nothing is watched")
	}
}

func TestIsSent(t *testing.T) {
	t.Parallel()
	role, named := imapconn.Mailbox{Name: "Sent", Role: imapconn.Sent}, imapconn.Mailbox{Name: "Post"}
	if a := (Account{}); !a.isSent(role) || a.isSent(named) {
		t.Error("by role")
	}
	if a := (Account{Sent: "Post"}); a.isSent(role) || !a.isSent(named) {
		t.Error("by name")
	}
}

// allMail is the mailbox of Gmail that shows all that came in.
const allMail = "[Gmail]/All Mail"

var gmailBoxes = []imapconn.Mailbox{
	{Name: "INBOX", Role: imapconn.Inbox}, {Name: "Friends"}, {Name: "Bad&", Problem: "its name is no name"},
	{Name: "[Gmail]/Sent Mail", Role: imapconn.Sent}, {Name: allMail, Role: imapconn.All},
	{Name: "[Gmail]/Drafts", Role: imapconn.Drafts}, {Name: "[Gmail]/Starred", Role: imapconn.View},
}

func TestChoose(t *testing.T) {
	t.Parallel()
	hidden := slices.DeleteFunc(slices.Clone(gmailBoxes), func(m imapconn.Mailbox) bool { return m.Role == imapconn.All })
	unusable := append(slices.Clone(hidden), imapconn.Mailbox{Name: allMail, Role: imapconn.All, Problem: "it is broken"})
	google := imap.CapSet{capGmail: {}}
	// Attended mailboxes are marked by a star, those that show all by InOnly.
	const ordinary = "INBOX* [Gmail]/Sent Mail* sent Friends Bad&"
	for name, c := range map[string]struct {
		boxes   []imapconn.Mailbox
		caps    imap.CapSet
		account Account
		want    string
	}{
		"Gmail":              {gmailBoxes, google, Account{}, allMail + "* in only [Gmail]/Sent Mail* sent"},
		"Gmail, Sent named":  {gmailBoxes, google, Account{Sent: "Friends"}, allMail + "* in only Friends* sent"},
		"hidden":             {hidden, google, Account{}, ordinary},
		"ignored":            {gmailBoxes, google, Account{Ignore: []string{allMail}}, ordinary},
		"ignored by pattern": {gmailBoxes, google, Account{Ignore: []string{"*/All Mail"}}, ordinary},
		"unusable":           {unusable, google, Account{}, ordinary},
		"Sent ignored":       {gmailBoxes, google, Account{Ignore: []string{"*/Sent Mail"}}, allMail + "* in only"},
		"not Gmail":          {gmailBoxes, imap.CapSet{}, Account{}, ordinary},
		"problem ignored":    {gmailBoxes, nil, Account{Ignore: []string{"Bad&", "Friends"}}, "INBOX* [Gmail]/Sent Mail* sent"},
	} {
		var got []string
		for _, target := range c.account.choose(c.boxes, c.caps) {
			text := target.Name
			if target.attended() {
				text += "*"
			}
			if target.inOnly {
				text += " in only"
			}
			if target.sent {
				text += " sent"
			}
			got = append(got, text)
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s: %s, want %s", name, text, c.want)
		}
	}
}

func gmail(t testing.TB) *mailsim.Server {
	t.Helper()
	return opened(t)(mailsim.EmbeddedWith(mailsim.Options{Provider: mailsim.Gmail}))
}

// At Gmail two mailboxes are read, and by them everything.
func TestGmail(t *testing.T) {
	t.Parallel()
	s := gmail(t)
	must(t, s.Create("Friends"))
	fill(t, s, "INBOX", 1, 10)
	fill(t, s, "Friends", 11, 15)
	fill(t, s, "[Gmail]/Sent Mail", 16, 18)
	p, r := newProxy(t, s), &recorder{}
	must(t, sync1(t, account(s, p.Port()), r))
	stop := run(t, watcher(account(s, p.Port()), r))
	idles(t, p, 2)
	fill(t, s, "INBOX", 19, 19)
	fill(t, s, "[Gmail]/Sent Mail", 20, 20)
	eventually(t, "the mail", has(r, allMail, 20))
	eventually(t, "the mail sent", has(r, "[Gmail]/Sent Mail", 4))
	stop()
	wantSubjects(t, r, allMail, 20)
	wantSubjects(t, r, "[Gmail]/Sent Mail", 4)
	for _, b := range r.Batches("") {
		if b.InOnly != (b.Mailbox == allMail) || b.Sent == b.InOnly {
			t.Errorf("%+v", b)
		}
	}
	if opened := wantLooksOnly(t, p.ClientLines()); !slices.Equal(opened, []string{allMail, "[Gmail]/Sent Mail"}) || !slices.Equal(r.watched[0], opened) {
		t.Errorf("opened %q, watched %q", opened, r.watched[0])
	}
}

// wantSubjects fails unless n messages with subjects of their own were read.
func wantSubjects(t testing.TB, r *recorder, mailbox string, n int) {
	t.Helper()
	seen := map[string]bool{}
	for _, b := range r.Batches(mailbox) {
		for _, m := range b.Messages {
			if seen[m.Header.Subject] {
				t.Errorf("%s: %s twice", mailbox, m.Header.Subject)
			}
			seen[m.Header.Subject] = true
		}
	}
	if len(seen) != n {
		t.Errorf("%s: %d messages, want %d", mailbox, len(seen), n)
	}
}

// Gmail looks for whole words: people are found there as well.
func TestLookupAtGmail(t *testing.T) {
	t.Parallel()
	for addr, headers := range map[string][]string{"maria+x@uni.example": inEachField, "analopez@gmail.com": gmailSpellings} {
		s := gmail(t)
		uids := people(t, s, "INBOX", headers...)
		r := &recorder{}
		must(t, sync1(t, account(s, s.IMAPPort()), r))
		r.ask(allMail, addr)
		must(t, sync1(t, account(s, s.IMAPPort()), r))
		wantFound(t, r, allMail, uids...)
		for _, b := range r.Found(allMail) {
			if !b.InOnly {
				t.Errorf("%+v", b)
			}
		}
	}
}

// Exchange lacks what is newer, and is read all the same.
func TestExchange(t *testing.T) {
	t.Parallel()
	s := opened(t)(mailsim.EmbeddedWith(mailsim.Options{Provider: mailsim.Exchange}))
	uids := people(t, s, "INBOX", inEachField...)
	fill(t, s, "Sent Items", 1, 3)
	a, r := account(s, s.IMAPPort()), &recorder{}
	must(t, sync1(t, a, r))
	r.ask("INBOX", "maria@uni.example")
	must(t, sync1(t, a, r))
	wantFound(t, r, "INBOX", uids...)
	wantAllBut(t, r, "INBOX", 40)
	wantAllBut(t, r, "Sent Items", 3)
	if b := r.Batches("Sent Items"); !b[0].Sent {
		t.Errorf("%+v", b[0])
	}
	run(t, watcher(a, r))
	fill(t, s, "INBOX", 41, 41)
	eventually(t, "the mail", has(r, "INBOX", 41))
}
