package daemon_test

import (
	"fmt"
	"maps"
	"mime"
	"slices"
	"strings"
	"time"

	"regards/contact"
	"regards/plan"
)

// destine decides what the owner will do with a letter that has just been laid
// into Drafts.
func (w *world) destine(l *letter) {
	if l.fated {
		return
	}
	l.fated = true
	r := w.rng("fate", l.id, l.practice, l.p.count(l.practice))
	hours := 0.5 + r.Float64()*60
	do := func(after float64, act func(*letter)) { w.at(w.in(after), func() { w.act(l, act) }) }
	n := r.IntN(100)
	if !proposes(l.practice) && n >= 50 {
		n /= 2 // what the owner asked for is mostly sent
	}
	id, subject := r.IntN(3) == 0, ""
	switch {
	case n < 34:
		do(hours, func(l *letter) { w.send(l, id, subject, "") })
	case n < 50:
		w.edits(l, hours, 1+r.IntN(3), id, r.IntN(3) == 0)
	case n < 54: // one more recipient
		do(hours, func(l *letter) { w.send(l, false, "", w.people[r.IntN(200)].addr) })
	case n < 58:
		do(hours, func(l *letter) { w.send(l, false, "Another subject", "") })
	case n < 65:
		do(hours, w.discard)
	case n < 69:
		do(hours, w.discard)
		do(hours+0.1+r.Float64()*12, w.undo)
		do(hours+30, func(l *letter) { w.send(l, id, "", "") })
	case n < 73:
		do(hours, w.expunge)
	case n < 82:
		do(hours, w.approveByHand)
	case n < 86:
		do(hours, w.approveByHand)
		do(hours+1+r.Float64()*3, w.thinkAgain)
		do(hours+90, func(l *letter) { w.send(l, id, "", "") })
	case n < 90:
		do(hours, w.putAside)
		do(hours+100, func(l *letter) { w.send(l, false, "", "") })
	default:
		w.byCommand(l, hours, n)
	}
}

// byCommand has the owner give an order, or ignore the letter.
func (w *world) byCommand(l *letter, hours float64, n int) {
	command := func(after float64, what func(now time.Time, l contact.Letter) (contact.Letter, error), known func()) {
		w.command(w.in(after), func() { w.order(l, what, known) })
	}
	switch {
	case n < 92:
		command(hours, plan.Approve, func() { l.ordered, l.rested = true, w.now })
	case n < 94:
		until := w.in(hours + 24*14)
		command(hours, func(now time.Time, l contact.Letter) (contact.Letter, error) { return plan.Snooze(now, l, until) },
			func() { l.snoozed = until })
	case n < 95:
		command(hours, plan.Dismiss, func() { l.dismissed, l.ended = true, w.now })
	case n < 96:
		command(hours, plan.Dismiss, func() { l.dismissed, l.ended = true, w.now })
		command(hours+60, plan.Restore, func() { l.dismissed, l.restored, l.ended = false, true, time.Time{} })
		w.at(w.in(hours+150), func() { w.act(l, func(l *letter) { w.send(l, false, "", "") }) })
	}
}

// order gives an order for a letter, as the commands do.
func (w *world) order(l *letter, what func(time.Time, contact.Letter) (contact.Letter, error), known func()) {
	full, err := w.store.Letter(w.ctx, l.key)
	must(w.tb, err)
	var refused error
	_, err = w.store.UpdateLetters(w.ctx, []string{l.key}, func(row contact.Letter) (contact.Letter, error) {
		row.Raw = full.Raw
		if !l.p.writable(w.now) {
			refused = fmt.Errorf("%s is %s", l.p.name, l.p.status)
			return row, refused
		}
		row, refused = what(w.now, row)
		row.Raw = nil
		return row, refused
	})
	if refused != nil {
		w.tell(l.p, "an order for %s is refused: %v", l.key, refused)
		return
	}
	must(w.tb, err)
	known()
	w.tell(l.p, "the owner gives an order for %s", l.key)
}

// count gives how many letters of a practice there were to a person.
func (p *person) count(practice string) (n int) {
	for _, l := range p.letters {
		if l.practice == practice {
			n++
		}
	}
	return n
}

// act lets the owner do something with a letter if it can still be seen.
func (w *world) act(l *letter, do func(*letter)) {
	if l.where != "" && (l.where != outbox || w.box(outbox)[l.uid] != nil) {
		do(l)
	}
}

// send has the owner send a letter from the mail program, which may give it a new
// Message-ID; with another subject, or one more recipient.
func (w *world) send(l *letter, newID bool, subject, cc string) {
	if l.where == trash || l.where == outbox {
		return
	}
	it := w.box(l.where)[l.uid]
	fields := map[string]string{"Date": w.now.Format(time.RFC1123Z)}
	if newID {
		fields["Message-ID"] = "<" + w.newID("sent."+l.p.id) + ">"
	}
	if subject != "" {
		fields["Subject"] = subject
	}
	if cc != "" && cc != l.p.addr {
		fields["Cc"] = cc
	}
	raw := rewritten(it.raw, fields, "")
	w.put(sent, raw, l, `\Seen`)
	w.drop(l.where, l.uid)
	w.left(l, string(raw), "the owner sends")
}

// left notes that a letter has reached its contact, and whoever else is in it.
func (w *world) left(l *letter, raw, how string) {
	h, _ := w.header(raw)
	at, err := h.Date()
	must(w.tb, err)
	var refs []string
	for _, ref := range strings.Fields(h.Get("References")) {
		refs = append(refs, bare(ref))
	}
	m := missive{at: at, p: l.p, subject: w.subjectOf(h), id: bare(h.Get("Message-ID")), refs: refs}
	l.where, l.gone, l.goneAt = "", "sent", w.now
	twin := w.ids[m.id] != l && slices.ContainsFunc(l.p.touches, func(t touch) bool {
		return isAlone(t) && t.at.After(w.lastPass) && plan.BaseSubject(t.subject) == plan.BaseSubject(m.subject)
	})
	if w.ids[m.id] == l || plan.BaseSubject(m.subject) == plan.BaseSubject(l.subject) || len(refs) > 0 {
		l.sentAt = at
		w.named(l, m.id)
	}
	if l.sentAt.IsZero() || twin {
		l.gone = "lost" // nothing in it that the service has ever seen, or that tells it from another mail
	}
	t := m.touch()
	if l.smtp {
		t.pass = w.passes
	}
	if cc := h.Get("Cc"); cc != "" {
		t.alone = false
		for _, other := range w.people {
			if other.addr == cc {
				w.tell(other, "gets a copy of %s", l.key)
				other.touches = append(other.touches, t)
			}
		}
	}
	l.p.touches = append(l.p.touches, t)
	w.tell(l.p, "%s %s %q <%s>", how, l.key, m.subject, m.id)
	w.reaches(m)
	w.counts[how]++
}

// named notes a Message-ID of a letter.
func (w *world) named(l *letter, id string) {
	if !slices.Contains(l.ids, id) {
		l.ids = append(l.ids, id)
	}
	w.ids[id] = l
}

// edits has the owner work on a draft: several saves, then perhaps it is sent.
func (w *world) edits(l *letter, hours float64, saves int, newID, subject bool) {
	for i := range saves {
		w.at(w.in(hours+float64(i)*0.05), func() {
			w.act(l, func(l *letter) { w.save(l, newID, subject && i == saves-1) })
		})
	}
	w.at(w.in(hours+0.2+w.rng("edit", l.id).Float64()*200), func() { w.act(l, func(l *letter) { w.send(l, newID && saves%2 == 0, "", "") }) })
}

// save has the mail program save a draft anew: it appends a version and deletes
// the one before.
func (w *world) save(l *letter, newID, subject bool) {
	if l.where != drafts {
		return
	}
	it := w.box(l.where)[l.uid]
	fields := map[string]string{"Date": w.now.Format(time.RFC1123Z)}
	if newID {
		fields["Message-ID"] = "<" + w.newID("draft."+l.p.id) + ">"
	}
	if subject {
		fields["Subject"] = mime.QEncoding.Encode("utf-8", "Grüße vom "+w.now.Format(time.DateOnly))
	}
	uid := w.put(drafts, rewritten(it.raw, fields, "P.S. More soon.\r\n"), l, `\Draft`, `\Seen`)
	w.drop(drafts, l.uid)
	l.uid, l.touched = uid, true
	w.tell(l.p, "the owner edits %s", l.key)
}

// discard moves a draft to Trash, undo brings it back.
func (w *world) discard(l *letter) {
	if l.where == drafts {
		l.uid, l.where, l.gone, l.goneAt, l.touched = w.shift(drafts, l.uid, trash), trash, "trash", w.now, true
		w.tell(l.p, "the owner deletes %s", l.key)
	}
}

func (w *world) undo(l *letter) {
	if l.where == trash && l.gone == "trash" && w.box(trash)[l.uid] != nil {
		l.uid, l.where, l.gone = w.shift(trash, l.uid, drafts), drafts, ""
		l.ended = time.Time{}
		w.tell(l.p, "the owner brings %s back", l.key)
	}
}

// expunge removes a draft without a trace.
func (w *world) expunge(l *letter) {
	if l.where == drafts {
		w.drop(drafts, l.uid)
		l.where, l.gone, l.goneAt, l.touched = "", "expunged", w.now, true
		w.tell(l.p, "the owner deletes %s for good", l.key)
	}
}

// approveByHand moves a draft into the outbox, thinkAgain takes it out.
func (w *world) approveByHand(l *letter) {
	if boxes, err := w.server.Mailboxes(); err != nil || !slices.Contains(boxes, outbox) {
		must(w.tb, err)
		return
	}
	if l.where == drafts {
		l.uid, l.where, l.touched, l.rested = w.shift(drafts, l.uid, outbox), outbox, true, time.Time{}
		w.tell(l.p, "the owner moves %s to the outbox", l.key)
	}
}

func (w *world) thinkAgain(l *letter) {
	if l.where != outbox {
		return
	}
	to := drafts
	if l.p.bounces {
		to = trash
	}
	l.uid, l.where, l.rested = w.shift(outbox, l.uid, to), to, time.Time{}
	if to == trash {
		l.gone, l.goneAt = "trash", w.now
	}
	w.tell(l.p, "the owner takes %s out of the outbox, to %s", l.key, to)
}

// putAside moves a draft out of sight.
func (w *world) putAside(l *letter) {
	if l.where == drafts {
		l.uid, l.where, l.touched = w.shift(drafts, l.uid, later), later, true
		w.tell(l.p, "the owner moves %s to %s", l.key, later)
	}
}

// emptyTrash is what the owner does now and then.
func (w *world) emptyTrash() {
	for _, uid := range slices.Sorted(maps.Keys(w.box(trash))) {
		if l := w.box(trash)[uid].l; l != nil && l.where == trash {
			l.where = ""
		}
		w.drop(trash, uid)
	}
}

// edit changes a contact by command.
func (w *world) edit(p *person, change func(contact.Contact) contact.Contact) {
	_, err := w.store.UpdateContact(w.ctx, p.id, func(c contact.Contact) (contact.Contact, error) { return change(c), nil })
	must(w.tb, err)
}
