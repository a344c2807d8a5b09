package store

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"regards/contact"
)

// Forgetting one person takes nothing of the others.
func TestForgetLeavesOthers(t *testing.T) {
	s := newStore(t)
	li, joan := add(t, s, "Li"), must[contact.Contact](t)(s.AddContact(ctx, person("Joan", "joan@x.example")))
	an := must[contact.Contact](t)(s.AddContact(ctx, person("An", "an@x.example")))
	m := mail(joan, "1@x.example", contact.In)
	m.Subject, m.References = "joan@x.example wants policy", []string{"0@x.example"}
	keep(t, s, inbox(3, m))
	must[contact.Occasion](t)(s.AddOccasion(ctx, contact.Occasion{Kind: contact.Met, At: noon, Logged: noon, Title: "talk about policy; Li came",
		Participants: []contact.Participant{{ContactID: joan.ID}}}, nil, noon))
	check(t, s.Forget(ctx, li, false, noon))
	check(t, s.Forget(ctx, an, false, noon))
	for what, want := range map[string]string{
		"SELECT title FROM occasion":                          "talk about policy; … came",
		"SELECT subject FROM touch WHERE medium = 'email'":    "joan@x.example wants policy",
		"SELECT refs, message_id FROM touch WHERE refs <> ''": "0@x.example 1@x.example",
		"SELECT group_concat(name) FROM contact":              "Joan",
	} {
		if got := rows(t, s, what); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
}

// Letters to others that mention a forgotten person are written anew, or lose
// their bytes where that is too late.
func TestForgetInLettersToOthers(t *testing.T) {
	s := newStore(t)
	z, eve := must[contact.Contact](t)(s.AddContact(ctx, person("Zedekiah Quux", "z@x.example"))), add(t, s, "Eve")
	const mentions = "Subject: Hi\r\n\r\nThank you for your introduction to Zedekiah Quux.\r\n"
	put := func(key, raw string, state contact.State, tried bool) {
		t.Helper()
		l := letter(key)
		l.ContactID, l.Raw, l.Subject, l.Reason = eve.ID, []byte(raw), "Zedekiah Quux", "introduction to Zedekiah Quux"
		l.State, l.MessageID = contact.Queued, key+"@x"
		check(t, putLetter(s, l))
		if tried {
			check(t, recordAttempt(s, key, contact.Attempt{At: noon, Mailbox: "Drafts"}))
		}
		if state != contact.Queued {
			check(t, setLetter(s, key, state, contact.Place{}, ""))
		}
	}
	put("queued", mentions, contact.Queued, false)
	put("tried", mentions, contact.Queued, true)
	put("drafted", mentions, contact.Drafted, false)
	put("sent", mentions, contact.Sent, false)
	put("other", "Subject: Hi\r\n\r\nThank you for the walk.\r\n", contact.Drafted, false)
	check(t, s.Forget(ctx, z, false, noon))
	grep(t, filepath.Dir(s.Path()), "zedekiah", "quux")
	const want = "drafted drafted 0 … introduction to …\nother drafted 1 … introduction to …\n" +
		"queued needs 0  it is written anew: something changed\nsent sent 0 … introduction to …\n" +
		"tried uncertain 0 … it mentions somebody who was forgotten while it was being laid: look whether it is there; it is not made again by itself"
	if got := rows(t, s, "SELECT key, state, raw IS NOT NULL, subject, reason FROM letter ORDER BY key"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A thread of others keeps no Message-ID of a forgotten person's mail, nor one
// that shows the address; what was to both stays the other's.
func TestForgetMessageIDs(t *testing.T) {
	s := newStore(t)
	z := must[contact.Contact](t)(s.AddContact(ctx, person("Zed", "zed@zzyzx.example")))
	eve := add(t, s, "Eve")
	both := mail(eve, "both@own.example", contact.Out)
	reply := mail(eve, "r@eve.example", contact.In)
	reply.References = []string{"both@own.example", "20261101.zed@zzyzx.example", "zeds@gateway.example", "other@list.example"}
	zboth := mail(z, "both@own.example", contact.Out)
	zmail := mail(z, "zeds@gateway.example", contact.In)
	sc := inbox(9, both, reply, zboth, zmail)
	sc.PassedOver = map[string][]PassedOver{eve.ID: {{At: noon, Subject: "Hi", Reason: "list", Mailbox: "INBOX", Key: "7@zzyzx.example"}}}
	sc.Peers = map[string]*Peer{"eve@x.example": {Addr: "eve@x.example", In: History{1, noon, "Hi", "8@zzyzx.example", true}}}
	keep(t, s, sc)
	check(t, s.Forget(ctx, z, false, noon))
	grep(t, filepath.Dir(s.Path()), "zzyzx", "zeds@")
	for what, want := range map[string]string{
		"SELECT refs FROM touch WHERE message_id LIKE 'r@%'":                             "both@own.example other@list.example",
		"SELECT group_concat(message_id) FROM (SELECT message_id FROM touch ORDER BY 1)": "both@own.example,r@eve.example",
		"SELECT substr(key, 1, 7), length(key) FROM passed_over":                         "sha256: 71",
		"SELECT substr(in_id, 1, 7), in_count FROM correspondent":                        "sha256: 1",
	} {
		if got := rows(t, s, what); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
}

// An address that somebody had earlier is forgotten with them; one that is
// another contact's by now is not.
func TestForgetEarlierAddresses(t *testing.T) {
	s := newStore(t)
	z := must[contact.Contact](t)(s.AddContact(ctx, person("Zed", "zed@zzyzx.example", "shared@x.example")))
	old, shared := mail(z, "1@x", contact.In), mail(z, "2@x", contact.In)
	old.Address, shared.Address = "Zed+a@zzyzx.example", "shared@x.example"
	sc := inbox(9, old, shared)
	sc.Peers = map[string]*Peer{}
	for _, key := range []string{"zed@zzyzx.example", "shared@x.example"} {
		sc.Peers[key] = &Peer{Addr: key, In: History{1, noon, "Hi", "1@x", true}}
	}
	keep(t, s, sc)
	z.Addresses = person("", "zed@new.example").Addresses
	check(t, update(s, z))
	must[contact.Contact](t)(s.AddContact(ctx, person("Eve", "shared@x.example")))
	check(t, s.Forget(ctx, z, true, noon))
	if got := rows(t, s, "SELECT group_concat(key) FROM correspondent"); got != "shared@x.example" {
		t.Errorf("correspondents: %s", got)
	}
	for key, want := range map[string]bool{"zed@zzyzx.example": true, "zed@new.example": true, "shared@x.example": false} {
		if got := must[bool](t)(s.NeverAgain(ctx, key)); got != want {
			t.Errorf("%s: never %v", key, got)
		}
	}
	grep(t, filepath.Dir(s.Path()), "zzyzx")
}

// Who was removed before is forgotten by an address, with the letters to them.
func TestForgetRemoved(t *testing.T) {
	s := newStore(t)
	z := zed(t, s)
	s.Command("contact remove Zed", noon)
	check(t, s.RemoveContact(ctx, z.ID, noon))
	s.command = nil
	check(t, s.Forget(ctx, person("zed.quux@zzyzx.example", "zed.quux@zzyzx.example"), false, noon))
	grep(t, filepath.Dir(s.Path()), "zzyzx")
	if got := rows(t, s, "SELECT count(*) FROM letter WHERE raw IS NOT NULL OR subject <> ''"); got != "0" {
		t.Errorf("%s letters", got)
	}
	if got := rows(t, s, "SELECT count(*) FROM forgotten"); got != "2" { // the id that the letters know, too
		t.Errorf("%s hashes", got)
	}
}

// A backup that was made before does not bring back who has no address, or has
// another one since.
func TestRestoreForgetsByID(t *testing.T) {
	s := newStore(t)
	z := add(t, s, "Zedekiah")
	nowhere := person("Ottilie Vex")
	nowhere.Medium = contact.Card
	nowhere = must[contact.Contact](t)(s.AddContact(ctx, nowhere))
	file := filepath.Join(t.TempDir(), "copy.db")
	check(t, Copy(ctx, s.Path(), file))
	z.Addresses = person("", "new@zzyzx.example").Addresses
	check(t, update(s, z))
	for _, c := range []contact.Contact{z, nowhere} {
		check(t, s.Forget(ctx, c, false, noon))
	}
	check(t, s.Close())
	must[Restored](t)(Restore(ctx, s.Path(), file, noon))
	if got := rows(t, reopen(t, s.Path()), "SELECT count(*) FROM contact"); got != "0" {
		t.Errorf("%s people are back", got)
	}
	grep(t, filepath.Dir(s.Path()), "zedekiah", "ottilie")
}

// A backup that was out of reach is cleaned when next anybody is forgotten.
func TestForgetInBackupLater(t *testing.T) {
	s := newStore(t)
	z := add(t, s, "Zedekiah")
	tom := add(t, s, "Tom")
	dir := t.TempDir()
	file, away := filepath.Join(dir, "b.db"), filepath.Join(t.TempDir(), "b.db")
	check(t, s.Backup(ctx, file, noon))
	check(t, os.Rename(file, away)) // the disk is unplugged
	check(t, s.Forget(ctx, z, false, noon))
	if b := must[Backups](t)(s.ForgetInBackups(ctx, z, false, noon)); len(b.Missing) != 1 || b.Missing[0] != file {
		t.Errorf("got %+v", b)
	}
	check(t, os.Rename(away, file))
	check(t, s.Forget(ctx, tom, false, noon))
	if b := must[Backups](t)(s.ForgetInBackups(ctx, tom, false, noon)); len(b.Cleaned) != 1 {
		t.Errorf("got %+v", b)
	}
	if got := rows(t, reopen(t, file), "SELECT count(*) FROM contact"); got != "0" {
		t.Errorf("%s people are in the backup", got)
	}
	grep(t, dir, "zedekiah")
}

// Where the file system knows no links, the old database is kept all the same,
// and gets its name back when the new one cannot take it.
func TestSetAsideWithoutLinks(t *testing.T) {
	defer func(f func(string, string) error) { link = f }(link)
	link = func(from, to string) error { return &os.LinkError{Op: "link", Old: from, New: to, Err: syscall.EPERM} }
	s := newStore(t)
	add(t, s, "Eve")
	file := filepath.Join(t.TempDir(), "b.db")
	check(t, s.Backup(ctx, file, noon))
	add(t, s, "Later")
	check(t, s.Close())
	r := must[Restored](t)(Restore(ctx, s.Path(), file, noon))
	if got := rows(t, reopen(t, r.Aside), "SELECT group_concat(name) FROM contact"); got != "Eve,Later" {
		t.Errorf("set aside: %s", got)
	}
	if got := rows(t, reopen(t, s.Path()), "SELECT name FROM contact"); got != "Eve" {
		t.Errorf("restored: %s", got)
	}
	check(t, os.Remove(s.Path()))
	check(t, putBack(r.Aside, s.Path()))
	if got := rows(t, reopen(t, s.Path()), "SELECT group_concat(name) FROM contact"); got != "Eve,Later" {
		t.Errorf("put back: %s", got)
	}
	check(t, putBack(r.Aside, s.Path())) // it is there: nothing to do
}

// A backup names what is in its way, makes no folders, and is not looked for
// later when it failed.
func TestCanBackup(t *testing.T) {
	s := newStore(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	check(t, os.WriteFile(file, nil, 0o600))
	nowhere := filepath.Join(dir, "no", "sub")
	for to, want := range map[string]string{
		file:                           "file already exists; name another file, or remove it first",
		filepath.Join(nowhere, "b.db"): "there is no folder " + nowhere + ": make it first",
		filepath.Join(file, "b.db"):    file + " is no folder; name another file",
	} {
		for _, err := range []error{CanBackup(to), s.Backup(ctx, to, noon)} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", to, err)
			}
		}
	}
	defer func(f func(string, string) error) { link = f }(link)
	link = func(string, string) error { return fs.ErrNotExist }
	if err := s.Backup(ctx, filepath.Join(dir, "b.db"), noon); err == nil {
		t.Error("no error")
	}
	if got := rows(t, s, "SELECT count(*) FROM backup"); got != "0" {
		t.Errorf("%s notes", got)
	}
	if left := must[[]os.DirEntry](t)(os.ReadDir(dir)); len(left) != 1 {
		t.Errorf("it made %v", left)
	}
}
