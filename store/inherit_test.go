package store

import (
	"path/filepath"
	"testing"
	"time"

	"regards/contact"
)

// What was being sent, or is uncertain since, is so in a restored backup too,
// whether that knows of the letter or not; other letters are as they were.
func TestRestoreInheritsSendings(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	put := func(key string) {
		l := letter(key)
		l.ContactID = maria.ID
		check(t, putLetter(s, l))
		change(t, s, key, func(l contact.Letter) contact.Letter { return l.In(contact.Approved, noon) })
	}
	put("sending")
	put("uncertain")
	put("resting")
	file := filepath.Join(t.TempDir(), "copy.db")
	check(t, Copy(ctx, s.Path(), file))
	put("unknown")
	for _, key := range []string{"sending", "uncertain", "unknown"} {
		check(t, s.RecordSending(ctx, key, []byte("snapshot"), noon.Add(time.Hour)))
	}
	change(t, s, "uncertain", func(l contact.Letter) contact.Letter { return l.In(contact.Uncertain, noon) })
	change(t, s, "resting", func(l contact.Letter) contact.Letter { return l.In(contact.Edited, noon) })
	check(t, s.Close())
	must[Restored](t)(Restore(ctx, s.Path(), file, noon))
	back := reopen(t, s.Path())
	if got, want := rows(t, back, "SELECT key, state, sending <> 0, raw = CAST('snapshot' AS BLOB) FROM letter ORDER BY key"),
		"resting approved 0 0\nsending approved 1 1\nuncertain uncertain 1 1\nunknown approved 1 1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Another database, though it lies in the same place, says nothing of a backup.
func TestRestoreInheritsNothingForeign(t *testing.T) {
	other, s := newStore(t), newStore(t)
	file := filepath.Join(t.TempDir(), "copy.db")
	check(t, Copy(ctx, other.Path(), file))
	maria := add(t, s, "Maria")
	l := letter("k")
	l.ContactID = maria.ID
	check(t, putLetter(s, l))
	change(t, s, "k", func(l contact.Letter) contact.Letter { return l.In(contact.Approved, noon) })
	check(t, s.RecordSending(ctx, "k", []byte("snapshot"), noon))
	check(t, s.Close())
	must[Restored](t)(Restore(ctx, s.Path(), file, noon))
	if got := rows(t, reopen(t, s.Path()), "SELECT key FROM letter"); got != "" {
		t.Errorf("it has taken over %q", got)
	}
}
