package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regards/contact"
)

// acts are what an owner may do to the message of a letter, and a mail program
// and a server with it. New Message-IDs keep the thread or the subject; what
// nobody could recognise again is not in here.
var acts = []string{"save", "save", "save anew", "save anew", "save in two steps", "send", "send anew", "trash", "trash", "erase",
	"undo", "undo", "later", "outbox", "back", "copy", "empty", "renew", "rename", "hide", "show", "retitle"}

// model is a world together with what is true of it.
type model struct {
	*world
	ids     int
	renewed map[string]bool    // letters whose UIDs may have been lost
	halved  map[string]message // drafts between two steps of saving
	copied  map[string]bool
}

func newModel() *model {
	m := &model{world: newWorld(), renewed: map[string]bool{}, halved: map[string]message{}, copied: map[string]bool{}}
	m.lay("a", "maria", "t1", "Re: Coffee")
	m.lay("b", "maria", "", "News of my job")
	m.lay("c", "tom", "t2", "Re: Coffee")
	return m
}

// message finds the message of a letter, the one that its owner sees first.
func (m *model) message(key string) (string, bool) {
	for _, box := range []string{m.drafts, outboxName, "Later"} {
		for _, msg := range m.boxes[box].messages {
			if msg.of == key {
				return msg.MessageID, true
			}
		}
	}
	return "", false
}

// in reports whether a message of a letter lies in a mailbox.
func (m *model) in(box, key string) bool {
	return m.boxes[box] != nil && slices.ContainsFunc(m.boxes[box].messages, func(msg message) bool { return msg.of == key })
}

func (m *model) newID(key string) string {
	m.ids++
	return fmt.Sprintf("%s-%d", key, m.ids)
}

// act carries out one act on the message of a letter, if there is one.
func (m *model) act(what, key string) {
	if half, ok := m.halved[key]; ok { // the program finishes what it began
		delete(m.halved, key)
		m.put(m.drafts, half)
	}
	id, ok := m.message(key)
	if ok && !strings.HasPrefix(what, "s") && !m.letters[key].Is(id) {
		m.hidden = false // what got a new Message-ID is seen before it is moved, or nobody could tell
		m.pass()
	}
	switch what {
	case "empty":
		m.boxes[trashName].messages = nil
	case "renew":
		m.renew(m.drafts)
		m.renewed["a"], m.renewed["b"], m.renewed["c"] = true, true, true
	case "rename":
		m.rename(m.drafts + "'")
		m.renewed["a"], m.renewed["b"], m.renewed["c"] = true, true, true
	case "hide", "show":
		m.hidden = what == "hide"
	case "undo":
		for _, msg := range m.boxes[trashName].messages {
			if msg.of == key && m.boxes[msg.from] != nil {
				m.undo(msg.MessageID)
				return
			}
		}
	default:
		if ok {
			m.handle(what, key, id)
		}
	}
}

// handle carries out an act on a message that there is.
func (m *model) handle(what, key, id string) {
	switch what {
	case "save":
		m.play("save " + id + " " + id)
	case "save anew":
		m.play("save " + id + " " + m.newID(key))
	case "save in two steps":
		half, _ := m.take(id)
		half.MessageID, half.Date = m.newID(key), m.now
		m.halved[key] = half
	case "retitle":
		m.play("save " + id + " " + id + " " + m.letters[key].Subject + "!")
		m.hidden = false // under another Message-ID, too, nobody could tell
		m.pass()
	case "send":
		m.send(id, id, "")
	case "send anew":
		m.send(id, m.newID(key), "")
	case "trash":
		m.move(id, trashName)
	case "erase":
		m.take(id)
	case "later":
		m.move(id, "Later")
	case "outbox":
		m.move(id, outboxName)
	case "back":
		m.move(id, m.drafts)
	case "copy":
		m.play("copy " + id)
		m.copied[key] = true
	}
}

// A history of acts and passes, in any order: what regards thinks of each letter
// in the end is what is true, and in between it is never beyond repair.
func TestLifeIsWhatHappened(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newModel()
		m.pass()
		for range rapid.IntRange(1, 14).Draw(t, "acts") {
			key := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "letter")
			m.now = m.now.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "minutes")) * time.Minute)
			what := rapid.SampledFrom(acts).Draw(t, "act")
			m.act(what, key)
			if rapid.Bool().Draw(t, "a pass") {
				m.checkedPass(t)
			}
		}
		m.hidden = false
		for _, key := range []string{"a", "b", "c"} {
			m.act("none", key)
		}
		for range 3 {
			m.checkedPass(t)
			m.now = m.now.Add(20 * time.Minute)
		}
		m.checkEnd(t)
	})
}

// checkedPass passes, twice: the second time nothing changes.
func (m *model) checkedPass(t *rapid.T) {
	m.pass()
	if m.pass() {
		t.Fatal("the same pass once more changed something")
	}
	places, ids := map[contact.Place]string{}, map[string]string{}
	for key, l := range m.letters {
		for _, id := range []string{l.MessageID, l.DraftID} {
			if other, taken := ids[id]; taken && other != key && id != "" {
				t.Fatalf("%s and %s are both %s", key, other, id)
			}
			ids[id] = key
		}
		if other, taken := places[l.Place]; taken && !l.State.Ended() {
			t.Fatalf("%s and %s lie at one place", key, other)
		} else if !l.State.Ended() {
			places[l.Place] = key
		}
		if l.State == contact.Approved && l.Missing.IsZero() && !m.in(outboxName, key) {
			t.Fatalf("%s is approved, but not in the outbox", key)
		}
		if m.hidden {
			continue
		}
		if lies := m.in(m.drafts, key) || m.in(outboxName, key) || m.in("Later", key); lies && l.State == contact.Dismissed && !m.copied[key] {
			t.Fatalf("%s is dismissed, but lies there: %+v", key, l)
		}
	}
}

// checkEnd compares every letter with what is true of it.
func (m *model) checkEnd(t *rapid.T) {
	for key, l := range m.letters {
		drafts, outbox, later := m.in(m.drafts, key), m.in(outboxName, key), m.in("Later", key)
		want := contact.Dismissed
		switch {
		case m.in(sentName, key) && !drafts && !outbox && !later:
			want = contact.Sent
		case m.in(sentName, key):
			continue // a copy was sent: whether that was the letter, who can say
		case m.copied[key] && (drafts || outbox || later):
			continue // which of the copies is it?
		case outbox:
			want = contact.Approved
		case drafts && l.State == contact.Drafted && !l.TakeBack:
			want = contact.Drafted
		case drafts:
			want = contact.Edited
		case later:
			want = contact.Moved
		case m.renewed[key] && l.State == contact.Uncertain:
			want = contact.Uncertain // it cannot be told
		case len(m.copied) > 0 && l.State == contact.Edited:
			continue // a copy of another letter, edited since, may be taken for this one
		}
		if l.State != want {
			t.Fatalf("%s is %s, but ought to be %s: %+v", key, l.State, want, l)
		}
	}
}
