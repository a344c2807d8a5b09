package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"regards/contact"
)

func fileText(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	check(t, err)
	return string(b)
}

// zed is somebody of whom the database holds traces in every table.
func zed(t testing.TB, s *Store) contact.Contact {
	t.Helper()
	z := person("Zedekiah Quux", "Zed.Quux@zzyzx.example", "zq@other.example")
	z.Greeting, z.Groups = "Dear Zedekiah Quux", []string{"mentor"}
	s.Command("contact add 'Zedekiah Quux'", noon)
	z = must[contact.Contact](t)(s.AddContact(ctx, z))
	eve := add(t, s, "Eve")
	eve.IntroducedBy = z.ID
	check(t, update(s, eve))
	s.command = nil
	both := mail(eve, "b@x", contact.Out)
	both.Subject = "Introducing Zedekiah Quux"
	sc := inbox(9, mail(z, "a@x", contact.In), both)
	sc.PassedOver = map[string][]PassedOver{
		z.ID:   {{At: noon, Subject: "Zedekiah Quux is out", Reason: "auto-reply", Mailbox: "INBOX", Key: "n@x"}},
		eve.ID: {{At: noon, Subject: "zed.quux@zzyzx.example bounced", Reason: "bounce", Mailbox: "INBOX", Key: "m@x"}},
	}
	sc.Unreadable = map[uint32]string{4: `"Zed.Quux@zzyzx.example"`}
	sc.Peers = map[string]*Peer{
		"zed.quux@zzyzx.example": {Addr: "Zed.Quux@zzyzx.example", Name: "Zedekiah Quux", In: History{3, noon, "Hi", "a@x", true}},
		"eve@x.example":          {Addr: "eve@x.example", Name: "Eve", In: History{1, noon, "Who is Zedekiah Quux?", "c@x", true}},
	}
	keep(t, s, sc)
	for _, o := range []contact.Occasion{
		{Kind: contact.Met, At: noon, Logged: noon, Title: "Lunch with Zed", Participants: []contact.Participant{{ContactID: z.ID, Useful: "Zed's tip"}}},
		{Kind: contact.Met, At: noon, Logged: noon, Title: "Zed and Eve", Next: "write to Zed", Participants: []contact.Participant{{ContactID: z.ID}, {ContactID: eve.ID, Useful: "Zedekiah Quux was there"}}},
		{Kind: contact.Met, At: noon, Logged: noon, Title: "Fair", Participants: []contact.Participant{{ContactID: eve.ID}}},
	} {
		must[contact.Occasion](t)(s.AddOccasion(ctx, o, nil, noon))
	}
	check(t, s.SetTrouble(ctx, "outbox/work", "mail lies there: “For Zedekiah Quux”", "For Zedekiah Quux", noon))
	for _, state := range states {
		l := letter("thank-you/" + string(state))
		l.ContactID, l.Reason, l.Raw = z.ID, "met with Zedekiah Quux", []byte("To: Zed.Quux@zzyzx.example\r\n")
		check(t, putLetter(s, l))
		check(t, setLetter(s, l.Key, state, contact.Place{}, ""))
	}
	return z
}

var zedWords = []string{"Zed", "zzyzx", "zq@other"}

func TestForget(t *testing.T) {
	s := newStore(t)
	z := zed(t, s)
	if !strings.Contains(fileText(t, s.Path()+"-wal")+fileText(t, s.Path()), "zzyzx") {
		t.Fatal("there is nothing to forget")
	}
	check(t, s.Forget(ctx, z, false, noon))
	grep(t, filepath.Dir(s.Path()), zedWords...)
	for what, want := range map[string]string{
		"SELECT group_concat(name) FROM contact":                                                "Eve",
		"SELECT group_concat(title) FROM (SELECT title FROM occasion ORDER BY title)":           ",Fair",
		"SELECT group_concat(state) FROM (SELECT state FROM letter ORDER BY state)":             "approved,drafted,edited,moved,uncertain",
		"SELECT state FROM letter WHERE take_back":                                              "drafted",
		"SELECT count(*) FROM touch WHERE medium = 'email'":                                     "1",
		"SELECT count(*) FROM forgotten WHERE never = 0":                                        "3", // the id and two addresses
		"SELECT group_concat(key) FROM correspondent":                                           "eve@x.example",
		"SELECT count(*) FROM letter WHERE raw IS NOT NULL OR subject <> '' OR message_id = ''": "0",
	} {
		if got := rows(t, s, what); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	if _, err := s.Undo(ctx, noon); !errors.Is(err, ErrFinal) {
		t.Errorf("undo: %v", err)
	}
}

// Mail read again does not bring a forgotten person back; their owner can.
func TestForgottenStays(t *testing.T) {
	s := newStore(t)
	z := zed(t, s)
	check(t, s.Forget(ctx, z, true, noon))
	again := inbox(12)
	again.Peers = map[string]*Peer{
		"zed.quux@zzyzx.example": {Addr: "Zed.Quux@zzyzx.example", Name: "Zedekiah Quux", In: History{3, noon, "Hi", "a@x", true}},
		"new@x.example":          {Addr: "new@x.example", In: History{1, noon, "Hi", "d@x", true}},
	}
	keep(t, s, again)
	grep(t, filepath.Dir(s.Path()), zedWords...)
	if got := rows(t, s, "SELECT group_concat(key) FROM correspondent"); got != "eve@x.example,new@x.example" {
		t.Errorf("correspondents: %s", got)
	}
	if never := must[bool](t)(s.NeverAgain(ctx, "zed.quux@zzyzx.example")); !never {
		t.Error("an import may bring them back")
	}
	if never := must[bool](t)(s.NeverAgain(ctx, "eve@x.example")); never {
		t.Error("Eve was never forgotten")
	}
	if never := must[bool](t)(s.NeverAgainNamed(ctx, "quux, ZEDEKIAH")); !never {
		t.Error("an import may bring them back by the name")
	}
	for _, name := range []string{"Eve Quux", "Zedekiah", ""} {
		if never := must[bool](t)(s.NeverAgainNamed(ctx, name)); never {
			t.Errorf("%q was never forgotten", name)
		}
	}
	must[contact.Contact](t)(s.AddContact(ctx, person("Zedekiah Quux", "zed.quux@zzyzx.example")))
	if never := must[bool](t)(s.NeverAgainNamed(ctx, "Zedekiah Quux")); never {
		t.Error("their owner brought them back")
	}
	if got := rows(t, s, "SELECT count(*) FROM forgotten"); got != "2" {
		t.Errorf("%s hashes are left", got)
	}
	keep(t, s, again)
	if got := rows(t, s, "SELECT count(*) FROM correspondent"); got != "3" {
		t.Errorf("%s correspondents", got)
	}
}

// Forgetting reaches every file: while somebody reads, and in backups.
func TestForgetInBackups(t *testing.T) {
	s := newStore(t)
	z := zed(t, s)
	dir := t.TempDir()
	good, gone := filepath.Join(dir, "good.db"), filepath.Join(dir, "gone.db")
	for _, path := range []string{good, gone} {
		check(t, s.Backup(ctx, path, noon))
	}
	check(t, os.Remove(gone))
	found, err := s.ForgetInBackups(ctx, z, true, noon)
	if err != nil || len(found.Cleaned) != 1 || found.Cleaned[0] != good || len(found.Missing) != 1 || found.Missing[0] != gone {
		t.Fatalf("got %+v, %v", found, err)
	}
	grep(t, dir, zedWords...)
	if got := rows(t, reopen(t, good), "SELECT name FROM contact"); got != "Eve" {
		t.Errorf("the backup holds %s", got)
	}
	// One that cannot be opened is said, and nothing was forgotten yet.
	check(t, os.WriteFile(good, []byte("no database"), 0o600))
	_, err = s.ForgetInBackups(ctx, z, true, noon)
	if err == nil || !strings.Contains(err.Error(), good+"; delete it yourself") || strings.Contains(err.Error(), "put a backup back") {
		t.Errorf("a backup that is none: %v", err)
	}
	if got := rows(t, s, "SELECT count(*) FROM contact"); got != "2" {
		t.Errorf("%s contacts", got)
	}
}

func TestBackupAndRestore(t *testing.T) {
	s := newStore(t)
	eve := add(t, s, "Eve")
	file := filepath.Join(t.TempDir(), "backup.db")
	check(t, s.Backup(ctx, file, noon))
	if err := s.Backup(ctx, file, noon); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over an old backup: %v", err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	add(t, s, "Later")
	check(t, s.RemoveContact(ctx, eve.ID, noon))
	check(t, s.Close())
	aside := must[Restored](t)(Restore(ctx, s.Path(), file, noon)).Aside
	if got := rows(t, reopen(t, aside), "SELECT name FROM contact"); got != "Later" {
		t.Errorf("set aside: %s", got)
	}
	back := reopen(t, s.Path())
	if got := rows(t, back, "SELECT name FROM contact"); got != "Eve" || string(back.Secret()) != string(s.Secret()) {
		t.Errorf("restored: %s", got)
	}
	if h := must[Hold](t)(back.Held(ctx)); h.Over(noon.AddDate(9, 0, 0)) {
		t.Errorf("nothing holds: %+v", h)
	}
	if _, err := back.Undo(ctx, noon); !errors.Is(err, ErrFinal) || !strings.Contains(err.Error(), aside) {
		t.Errorf("undo: %v", err)
	}
	if got := must[[]string](t)(filepath.Glob(filepath.Dir(s.Path()) + "/*restoring*")); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
	// The way back is another restore.
	check(t, back.Close())
	must[Restored](t)(Restore(ctx, s.Path(), aside, noon.Add(time.Second)))
	if got := rows(t, reopen(t, s.Path()), "SELECT name FROM contact"); got != "Later" {
		t.Errorf("and back: %s", got)
	}
}

// Whatever state the database is in, a backup takes its place.
func TestRestoreOverDamage(t *testing.T) {
	s := newStore(t)
	add(t, s, "Eve")
	file := filepath.Join(t.TempDir(), "backup.db")
	check(t, s.Backup(ctx, file, noon))
	check(t, s.Close())
	good := fileText(t, file)
	for what, damaged := range map[string]string{"garbage": strings.Repeat("garbage", 9999), "nothing": "", "half": good[:len(good)/2]} {
		for _, end := range []string{"", "-wal"} {
			check(t, os.WriteFile(s.Path()+end, []byte(damaged), 0o600))
		}
		r := must[Restored](t)(Restore(ctx, s.Path(), file, noon))
		aside := r.Aside
		if !errors.Is(r.Unread, ErrDamaged) {
			t.Errorf("%s: who was forgotten was read: %v", what, r.Unread)
		}
		if fileText(t, aside) != damaged {
			t.Errorf("%s: it was not kept", what)
		}
		back := reopen(t, s.Path())
		if got := rows(t, back, "SELECT name FROM contact"); got != "Eve" {
			t.Errorf("%s: restored: %s", what, got)
		}
		check(t, back.Close())
		check(t, removeDatabase(aside))
	}
	fresh := filepath.Join(t.TempDir(), "new", "regards.db")
	if r, err := Restore(ctx, fresh, file, noon); err != nil || r != (Restored{}) {
		t.Errorf("where nothing was: %+v, %v", r, err)
	}
	if got := rows(t, reopen(t, fresh), "SELECT name FROM contact"); got != "Eve" {
		t.Errorf("where nothing was: %s", got)
	}
}

func TestRestoreFails(t *testing.T) {
	s := newStore(t)
	add(t, s, "Eve")
	check(t, s.Close())
	before := snapshot(t, s.Path())
	dir := t.TempDir()
	for name, text := range map[string]string{"empty": "", "garbage": strings.Repeat("garbage", 999), "missing": "-"} {
		file := filepath.Join(dir, name)
		if text != "-" {
			check(t, os.WriteFile(file, []byte(text), 0o600))
		}
		if _, err := Restore(ctx, s.Path(), file, noon); err == nil || !strings.Contains(err.Error(), file) || strings.Contains(err.Error(), "restoring") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if snapshot(t, s.Path()) != before {
		t.Error("the database has changed")
	}
	if got := must[[]string](t)(filepath.Glob(filepath.Dir(s.Path()) + "/*.*-*")); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

// Who was forgotten since the backup does not come back with it.
func TestRestoreForgets(t *testing.T) {
	s := newStore(t)
	z := zed(t, s)
	file := filepath.Join(t.TempDir(), "copy.db")
	check(t, Copy(ctx, s.Path(), file)) // made by hand: nobody knows of it
	check(t, s.Forget(ctx, z, true, noon))
	check(t, s.Close())
	must[Restored](t)(Restore(ctx, s.Path(), file, noon))
	back := reopen(t, s.Path())
	if got := rows(t, back, "SELECT name FROM contact"); got != "Eve" {
		t.Errorf("restored: %s", got)
	}
	if never := must[bool](t)(back.NeverAgain(ctx, "zq@other.example")); !never {
		t.Error("it has forgotten whom to forget")
	}
	grep(t, filepath.Dir(s.Path()), zedWords...)
}

// A draft that the owner dismissed is removed also when its contact is forgotten
// before that is done; what answers them elsewhere loses their Message-ID.
func TestForgetDismissed(t *testing.T) {
	s := newStore(t)
	maria, tom := add(t, s, "Maria"), add(t, s, "Tom")
	keep(t, s, inbox(9, mail(maria, "secret@maria.example", contact.In)))
	for key, to := range map[string]contact.Contact{"back": maria, "gone": maria, "other": tom} {
		l := letter(key)
		l.ContactID, l.InReplyTo = to.ID, "secret@maria.example"
		check(t, putLetter(s, l))
	}
	for key, back := range map[string]bool{"back": true, "gone": false} {
		change(t, s, key, func(l contact.Letter) contact.Letter {
			l = l.In(contact.Dismissed, noon)
			l.TakeBack = back
			return l
		})
	}
	check(t, s.Forget(ctx, maria, false, noon))
	if got, want := rows(t, s, "SELECT key, state, take_back, reason, in_reply_to FROM letter ORDER BY key"),
		"back dismissed 1 "+forgottenReason+" \nother queued 0 new "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A copy is removed only if it is known to be one, and with it what is left of one
// that was cut short.
func TestRemoveBackup(t *testing.T) {
	s := newStore(t)
	dir := t.TempDir()
	file, strange := filepath.Join(dir, "regards-2026-11-20.db"), filepath.Join(dir, "regards-2026-11-19.db")
	half := file + halfCopy + NewID()
	check(t, s.Backup(ctx, file, noon))
	for _, name := range []string{strange, half} {
		check(t, os.WriteFile(name, []byte("x"), 0o600))
	}
	if err := s.RemoveBackup(ctx, strange); !errors.Is(err, ErrNotFound) {
		t.Errorf("a file that is not known: %v", err)
	}
	if files := must[[]BackupFile](t)(s.BackupFiles(ctx)); len(files) != 1 || files[0].Path != file || !files[0].At.Equal(noon) {
		t.Errorf("%v", files)
	}
	check(t, s.RemoveBackup(ctx, file))
	if names := must[[]os.DirEntry](t)(os.ReadDir(dir)); len(names) != 1 || names[0].Name() != filepath.Base(strange) {
		t.Errorf("%v", names)
	}
	if files := must[[]BackupFile](t)(s.BackupFiles(ctx)); len(files) > 0 {
		t.Errorf("%v", files)
	}
	check(t, s.Backup(ctx, file, noon))
	check(t, os.Remove(file)) // by hand
	check(t, s.RemoveBackup(ctx, file))
}
