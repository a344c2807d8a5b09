package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"regards/contact"
)

// world is a mail account with an owner at a mail program, letters, and a service
// that passes by from time to time. Its acts are those of the script language of
// TestStories.
type world struct {
	now     time.Time
	boxes   map[string]*mbox
	drafts  string // the name of the mailbox of drafts
	hidden  bool   // it cannot be read now
	offline bool   // new mail is not read
	letters map[string]contact.Letter
	touches []contact.Touch
	answers []contact.Touch // mail that came in
	synced  time.Time
	// What the last pass found in the outbox that is no letter.
	strangers []string
}

type mbox struct {
	validity, next uint32
	messages       []message
}

// message is what lies in a mailbox; of is the letter that it is in truth.
type message struct {
	Lying
	of   string
	from string // the mailbox that it was in before
}

const (
	outboxName = "Regards Outbox"
	sentName   = "Sent"
	trashName  = "Trash"
)

func newWorld() *world {
	w := &world{now: at("2026-11-16 09:00"), boxes: map[string]*mbox{}, drafts: "Drafts", letters: map[string]contact.Letter{}}
	for i, name := range []string{"Drafts", outboxName, sentName, trashName, "Later"} {
		w.boxes[name] = &mbox{validity: uint32(100 + i), next: 1}
	}
	return w
}

var worldContacts = map[string]contact.Contact{
	"maria": person("maria", "Maria", "maria@work.example", "maria@home.example"), "tom": person("tom", "Tom", "tom@work.example")}

// put lays a message into a mailbox.
func (w *world) put(box string, m message) contact.Place {
	b := w.boxes[box]
	m.Place = contact.Place{Mailbox: box, UIDValidity: b.validity, UID: b.next}
	b.next++
	b.messages = append(b.messages, m)
	return m.Place
}

// take removes a message, the newest of that Message-ID, from where it lies; from
// Sent and Trash only when it lies nowhere else.
func (w *world) take(id string) (message, bool) {
	for _, name := range []string{w.drafts, outboxName, "Later", trashName} {
		b := w.boxes[name]
		for i, m := range slices.Backward(b.messages) {
			if m.MessageID == id {
				b.messages = slices.Delete(slices.Clone(b.messages), i, i+1)
				m.from = name
				return m, true
			}
		}
	}
	return message{}, false
}

// lay has regards lay a letter into Drafts.
func (w *world) lay(key, to, thread, subject string) {
	l := contact.Letter{Key: key, Practice: ThankYou, ContactID: to, State: contact.Drafted, Subject: subject, MessageID: key,
		InReplyTo: thread, Account: "home", Delivery: contact.ByDraft, Created: w.now, Written: w.now}
	l.Place = w.put(w.drafts, w.text(key, key, to, thread, subject))
	w.letters[key] = l
}

func (w *world) text(of, id, to, thread, subject string) message {
	m := message{of: of, Lying: Lying{MessageID: id, InReplyTo: thread, Subject: subject, Date: w.now}}
	for name := range strings.SplitSeq(to, ",") {
		m.To = append(m.To, name+"@work.example")
	}
	if thread != "" {
		m.References = []string{"root", thread}
	}
	return m
}

// survey lists what lies in Drafts and the outbox.
func (w *world) survey() Survey {
	list := func(name string, absent bool) Mailbox {
		b := w.boxes[name]
		if absent || b == nil {
			return Mailbox{Name: name, Absent: true}
		}
		box := Mailbox{Name: name, UIDValidity: b.validity}
		for _, m := range b.messages {
			box.Messages = append(box.Messages, m.Lying)
		}
		return box
	}
	return Survey{Account: "home", Drafts: list(w.drafts, w.hidden), Outbox: list(outboxName, false)}
}

// find looks for Message-IDs everywhere.
func (w *world) find(ids []string) map[string]Found {
	found := map[string]Found{}
	states := map[string]contact.State{w.drafts: contact.Drafted, outboxName: contact.Approved, sentName: contact.Sent, trashName: contact.Dismissed}
	names := slices.Concat([]string{w.drafts, outboxName, sentName, trashName}, slices.Sorted(maps.Keys(w.boxes)))
	for _, name := range names {
		if w.boxes[name] == nil || name == w.drafts && w.hidden {
			continue
		}
		for _, m := range w.boxes[name].messages {
			if _, ok := found[m.MessageID]; !ok && slices.Contains(ids, m.MessageID) {
				state := states[name]
				if state == "" {
					state = contact.Moved
				}
				found[m.MessageID] = Found{state, m.Place}
			}
		}
	}
	return found
}

// sync reads the sent mail.
func (w *world) sync() {
	if w.offline {
		return
	}
	w.synced, w.touches = w.now, slices.Clone(w.answers)
	for _, m := range w.boxes[sentName].messages {
		for _, to := range m.To {
			name, _, _ := strings.Cut(to, "@")
			if _, known := worldContacts[name]; known {
				w.touches = append(w.touches, contact.Touch{ContactID: name, At: m.Date, Direction: contact.Out, Medium: contact.Email,
					Subject: m.Subject, Key: m.MessageID, MessageID: m.MessageID, References: m.References})
			}
		}
	}
}

// pass has the service look, as the daemon does. It tells whether anything
// changed.
func (w *world) pass() (changed bool) {
	w.sync()
	look := w.look()
	settled := look.Settle(w.now, Evidence{Found: w.find(look.Missing), Sent: w.touches, Synced: w.synced})
	w.store(settled)
	return len(look.Changed)+len(settled) > 0
}

// look has the service look at Drafts and the outbox, and no further.
func (w *world) look() Sighting {
	all := slices.SortedFunc(maps.Values(w.letters), func(a, b contact.Letter) int { return strings.Compare(a.Key, b.Key) })
	look := Look(w.now, w.survey(), all, worldContacts)
	w.store(look.Changed)
	w.strangers = nil
	for _, m := range look.Strangers {
		w.strangers = append(w.strangers, m.MessageID)
	}
	return look
}

func (w *world) store(letters []contact.Letter) {
	for _, l := range letters {
		w.letters[l.Key] = l
	}
}

// play carries out one line of a script; a line that begins with "=" is what
// regards must think, and the result what is wrong about it.
func (w *world) play(line string) (wrong string) {
	words := strings.Fields(line)
	verb, args := words[0], words[1:]
	dash := func(s string) string { return strings.Trim(s, "-") }
	rest := func(n int) string { return strings.Join(args[min(n, len(args)):], " ") }
	switch verb {
	case "lay": // KEY CONTACT THREAD SUBJECT
		w.lay(args[0], args[1], dash(args[2]), rest(3))
	case "write": // ID CONTACTS THREAD SUBJECT: the owner writes a draft of her own
		w.put(w.drafts, w.text("", args[0], args[1], dash(args[2]), rest(3)))
	case "write-sent":
		w.put(sentName, w.text("", args[0], args[1], dash(args[2]), rest(3)))
	case "receive": // ID CONTACT THREAD SUBJECT
		w.answers = append(w.answers, contact.Touch{ContactID: args[1], At: w.now, Direction: contact.In, Medium: contact.Email,
			Subject: rest(3), Key: args[0], MessageID: args[0], References: []string{dash(args[2])}})
	case "relabel": // ID NEW: the server changes the Message-ID, or keeps the header back
		w.edit(args[0], func(m *message) {
			if m.MessageID = dash(args[1]); m.MessageID == "" {
				m.Lying = Lying{Place: m.Place}
			}
		})
	case "save": // ID NEW [SUBJECT]: append, then delete
		w.saveAs(args[0], args[1], rest(2))
		w.erase(args[0])
	case "append":
		w.saveAs(args[0], args[1], rest(2))
	case "address": // ID CONTACTS
		w.edit(args[0], func(m *message) { m.To = w.text("", "", args[1], "", "").To })
	case "erase":
		w.erase(args[0])
	case "send": // ID NEW [SUBJECT]
		w.send(args[0], args[1], rest(2))
	case "move": // ID MAILBOX
		w.move(args[0], rest(1))
	case "undo": // ID: back to where it was before
		w.undo(args[0])
	case "copy":
		m, _ := w.take(args[0])
		w.put(m.from, m)
		w.put(m.from, m)
	case "empty":
		w.boxes[trashName].messages = nil
	case "renew": // MAILBOX: its UIDVALIDITY is another now
		w.renew(rest(0))
	case "rename": // Drafts, to NAME
		w.rename(rest(0))
	case "hide":
		w.hidden = true
	case "show":
		w.hidden = false
	case "offline":
		w.offline = true
	case "online":
		w.offline = false
	case "wait":
		d, _ := time.ParseDuration(args[0])
		w.now = w.now.Add(d)
	case "set": // KEY FIELD: what commands and the mailer store
		w.command(args[0], args[1])
	case "pass":
		w.pass()
		if w.pass() {
			return "the same pass once more changed something"
		}
	case "look":
		w.look()
	case "=":
		return w.check(args[0], rest(1))
	default:
		return "what is " + verb + "?"
	}
	return ""
}

func (w *world) saveAs(id, newID, subject string) {
	m, _ := w.take(id)
	w.boxes[m.from].messages = append(w.boxes[m.from].messages, m)
	m.MessageID, m.Date = newID, w.now
	if subject != "" {
		m.Subject = subject
	}
	w.put(w.drafts, m)
}

// erase removes the oldest message with that Message-ID.
func (w *world) erase(id string) {
	b := w.boxes[w.drafts]
	if i := slices.IndexFunc(b.messages, func(m message) bool { return m.MessageID == id }); i >= 0 {
		b.messages = slices.Delete(slices.Clone(b.messages), i, i+1)
	} else {
		w.take(id)
	}
}

func (w *world) edit(id string, change func(*message)) {
	m, _ := w.take(id)
	change(&m)
	b := w.boxes[m.from]
	b.messages = append(b.messages, m)
}

func (w *world) send(id, newID, subject string) {
	m, _ := w.take(id)
	m.MessageID, m.Date = newID, w.now
	if subject != "" {
		m.Subject = subject
	}
	w.put(sentName, m)
}

func (w *world) move(id, box string) {
	if m, ok := w.take(id); ok {
		w.put(box, m)
	}
}

func (w *world) undo(id string) {
	i := slices.IndexFunc(w.boxes[trashName].messages, func(m message) bool { return m.MessageID == id })
	if i < 0 {
		return
	}
	m := w.boxes[trashName].messages[i]
	w.boxes[trashName].messages = slices.Delete(slices.Clone(w.boxes[trashName].messages), i, i+1)
	w.put(m.from, m)
}

func (w *world) renew(name string) {
	b := w.boxes[name]
	old := b.messages
	b.validity, b.next, b.messages = b.validity+10, b.next+5, nil
	for _, m := range old {
		w.put(name, m)
	}
}

func (w *world) rename(name string) {
	b := w.boxes[w.drafts]
	delete(w.boxes, w.drafts)
	for i := range b.messages {
		b.messages[i].Place.Mailbox = name
	}
	w.boxes[name], w.drafts = b, name
}

func (w *world) command(key, what string) {
	l := w.letters[key]
	switch what {
	case "approved":
		l.State, l.Approved = contact.Approved, w.now
	case "disapproved":
		l.State, l.Approved = contact.Drafted, time.Time{}
	case "dismissed":
		l.State, l.Ended = contact.Dismissed, w.now
	case "sending":
		l.Sending = w.now
	case "uncertain":
		l.State, l.Place, l.Approved = contact.Uncertain, contact.Place{}, time.Time{}
	case "take-back":
		l.TakeBack = true
	default:
		l.State = contact.State(what)
	}
	w.letters[key] = l
}

// check compares a letter with words: its state, then any of "in MAILBOX" and
// "at UID" (where it lies), "as ID", "missing", "approved" and "back" (to be taken back). The
// letter "strangers" is the list of those in the outbox.
func (w *world) check(key, want string) string {
	got := strings.Join(w.strangers, " ")
	if key != "strangers" {
		l := w.letters[key]
		got = string(l.State)
		if strings.Contains(want, " in ") {
			got += " in " + l.Place.Mailbox
		}
		if strings.Contains(want, "at ") {
			got += fmt.Sprint(", at ", l.Place.UID)
		}
		for word, is := range map[string]bool{"as": l.DraftID != "", "missing": !l.Missing.IsZero() && !l.State.Ended(), "back": l.TakeBack} {
			if !is {
				continue
			}
			if word == "as" {
				word += " " + l.DraftID
			}
			got += ", " + word
		}
		got, want = inAnyOrder(got), inAnyOrder(want)
		if (l.State == contact.Approved) == l.Approved.IsZero() && !l.State.Ended() || l.State.Ended() == l.Ended.IsZero() {
			return fmt.Sprintf("%s: its times do not go with its state: %+v", key, l)
		}
	}
	if got != want {
		return fmt.Sprintf("%s: got %q, want %q", key, got, want)
	}
	return ""
}

func inAnyOrder(s string) string {
	parts := strings.Split(s, ", ")
	slices.Sort(parts[1:])
	return strings.Join(parts, ", ")
}
