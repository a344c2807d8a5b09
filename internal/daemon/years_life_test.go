package daemon_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"regards/contact"
	"regards/plan"
	"regards/store"
)

// plan fills a day: when the service passes, what people write, and what the
// owner does of their own accord.
func (w *world) plan(day time.Time) {
	r := w.rng("day", day.Format(time.DateOnly))
	w.passTimes(day, r)
	w.turns(day)
	at := func(f func()) {
		w.at(w.clock(day, 8, 0).Add(time.Duration(r.IntN(50000))*time.Second), f)
	}
	for _, p := range w.people {
		if r.IntN(p.writes) == 0 && !p.bounces {
			at(func() {
				w.arrive(missive{in: true, p: p, subject: fmt.Sprintf("A question, %d", len(p.touches)), id: w.newID(p.id), body: "May I ask you something?\n"})
			})
		}
	}
	for range r.IntN(3) {
		p := w.people[r.IntN(len(w.people))]
		at(func() {
			w.write(missive{p: p, subject: fmt.Sprintf("Some news, %d", len(p.touches)), id: w.newID("owner." + p.id), body: w.greet(p) + "Here is some news.\n"})
		})
	}
	if r.IntN(2) == 0 {
		at(func() { w.noise(r.IntN(5), w.people[r.IntN(len(w.people))], r) })
	}
	if day.Weekday() != time.Saturday && day.Weekday() != time.Sunday {
		w.workday(day, r)
	}
}

// passTimes has the service pass every day but Sunday, on two of them twice; in
// the nights in which the clocks change, all the time.
func (w *world) passTimes(day time.Time, r *rand.Rand) {
	var hours []int
	switch day.Weekday() {
	case time.Monday, time.Thursday:
		hours = []int{9, 17}
	case time.Sunday:
	case time.Saturday:
		hours = []int{11}
	default:
		hours = []int{16}
	}
	for _, hour := range hours {
		w.command(w.clock(day, hour, 20+r.IntN(40)), w.pass)
	}
	midnight := w.clock(day, 0, 0)
	next := midnight.AddDate(0, 0, 1)
	if next.AddDate(0, 0, 1).Sub(next) != 24*time.Hour {
		for i := range 12 {
			w.command(next.Add(time.Duration(25*i)*time.Minute), w.pass)
		}
	}
}

// turns are what happens once in a simulation, at some part of its length.
func (w *world) turns(day time.Time) {
	length := int(w.end.Sub(w.people[0].added).Hours() / 24)
	n := int(day.Sub(w.people[0].added).Hours()/24 + 0.5)
	on := func(percent int) bool { return n == length*percent/100 }
	noon := w.clock(day, 12, 0)
	switch {
	case on(16) || on(63):
		w.asleep = true
		w.command(day.AddDate(0, 0, 7), func() { w.asleep = false })
	case on(22) || on(77):
		w.at(noon, w.renewDrafts)
	case on(30) || on(71):
		w.offline, w.backAt = true, noon.AddDate(0, 0, 2)
		must(w.tb, w.server.Stop())
		w.command(w.backAt, func() { w.offline = false; must(w.tb, w.server.Start()) })
	case on(37):
		w.command(noon, w.hold)
	case on(43):
		w.at(noon, w.renameArchive)
	case on(10), on(50), on(84):
		w.command(noon, w.milestone)
	case on(56):
		w.command(noon, w.farewell)
	}
	if n%17 == 0 && n > 0 || w.seed%2 == 0 { // a service that is started for each pass, or one that runs on
		w.command(noon, w.start)
	}
	if n%7 == 3 {
		w.at(noon, w.tidy)
	}
	if n%30 == 7 {
		w.at(noon, w.emptyTrash)
	}
}

// renewDrafts has the server make Drafts anew: another UIDVALIDITY.
func (w *world) renewDrafts() {
	all, err := w.server.Messages(drafts)
	must(w.tb, err)
	must(w.tb, w.server.Recreate(drafts, all))
	for _, l := range w.letters {
		l.renewed = l.renewed || l.where != "" || w.now.Sub(l.goneAt) < settling
	}
	old := w.box(drafts)
	w.boxes[drafts] = map[uint32]*item{}
	for i, m := range all {
		it := old[m.UID]
		if it == nil {
			w.fail(nil, "law 3: a message in Drafts is not in the ledger: %s", m.Raw)
		}
		w.box(drafts)[uint32(i+1)] = it
		if it.l != nil {
			it.l.uid = uint32(i + 1)
			w.tell(it.l.p, "Drafts is made anew")
		}
	}
}

// settling gives how long it takes at most until it is known that a draft is gone.
const settling = 4 * 24 * time.Hour

// hold pauses drafting and sending for ten days.
func (w *world) hold() {
	w.held = w.now.AddDate(0, 0, 10)
	must(w.tb, w.store.SetHold(w.ctx, store.Hold{Reason: "paused", Since: w.now, Until: w.held}))
}

// renameArchive moves the mailbox in which the owner files mail.
func (w *world) renameArchive() {
	to := "Archive of old"
	must(w.tb, w.server.Rename(w.archive, to))
	w.boxes[to] = w.box(w.archive)
	delete(w.boxes, w.archive)
	w.archive = to
}

// tidy files most of INBOX and Sent away.
func (w *world) tidy() {
	for _, box := range []string{inbox, sent} {
		uids := slices.Sorted(maps.Keys(w.box(box)))
		for _, uid := range uids[:max(0, len(uids)-50)] {
			w.shift(box, uid, w.archive)
		}
	}
}

// noise is mail that is no touch, or not with one person alone.
func (w *world) noise(kind int, p *person, r *rand.Rand) {
	switch kind {
	case 0:
		w.machine(p, "List-Id: <friends.lists.example>\r\nPrecedence: list\r\n", "To the list")
	case 1:
		w.machine(p, "List-Unsubscribe: <mailto:no@people.example>\r\nPrecedence: bulk\r\n", "Our newsletter")
	case 2:
		w.machine(p, "Content-Type: text/calendar; method=REPLY\r\n", "Accepted: lunch")
	case 3, 4: // the owner writes to many, or to three
		to, n := "", 12
		if kind == 4 {
			n = 3
		}
		m := missive{at: w.now, p: &person{}, subject: "To all of you, " + w.now.Format(time.DateOnly), id: w.newID("owner"), body: "Hello everybody.\n"}
		var all []*person
		for _, i := range r.Perm(len(w.people))[:n] {
			all = append(all, w.people[i])
			to += ", " + w.people[i].addr
		}
		m.p.addr = to[2:]
		w.put(sent, m.raw(), nil, `\Seen`)
		t := m.touch()
		t.alone = false
		for _, other := range all {
			if kind == 4 {
				other.touches = append(other.touches, t)
				w.tell(other, "the owner writes to three: %q", m.subject)
			}
		}
	}
}

// workday is what the owner tells regards on a work day.
func (w *world) workday(day time.Time, r *rand.Rand) {
	at := func(f func()) {
		w.command(w.clock(day, 10, 0).Add(time.Duration(r.IntN(36000))*time.Second), f)
	}
	if r.IntN(3) == 0 {
		at(func() { w.occasion(r) })
	}
	if r.IntN(6) == 0 {
		at(func() { w.status(w.pick(r), r) })
	}
	if r.IntN(10) == 0 {
		at(func() { w.call(w.pick(r)) })
	}
	if r.IntN(16) == 0 {
		at(func() { w.befriend(r) })
	}
	w.command(w.clock(day, 19, 30), w.evening)
}

// pick chooses a contact.
func (w *world) pick(r *rand.Rand) *person {
	for {
		if p := w.people[r.IntN(len(w.people))]; p.known {
			return p
		}
	}
}

// status changes what may be written to somebody, or says that they are away.
func (w *world) status(p *person, r *rand.Rand) {
	switch n := r.IntN(12); {
	case p.status == contact.Paused:
		p.status, p.pause = contact.Active, time.Time{}
	case p.status != contact.Active:
		return
	case n < 4:
		p.status, p.pause = contact.Paused, w.now.AddDate(0, 0, 5+r.IntN(60))
	case n < 7:
		p.status = []contact.Status{contact.ByHand, contact.DoNotContact, contact.Deceased, contact.Bounced}[r.IntN(4)]
	default:
		p.away = contact.Absence{Since: w.now, Until: w.now.AddDate(0, 0, 3+r.IntN(30))}
	}
	w.tell(p, "the owner says: %s until %s, away until %s", p.status, p.pause, p.away.Until)
	w.edit(p, func(c contact.Contact) contact.Contact {
		c.Status, c.PausedUntil, c.Away = p.status, p.pause, p.away
		return c
	})
}

// call enters a touch that no mail shows.
func (w *world) call(p *person) {
	_, err := w.store.AddTouch(w.ctx, contact.Touch{ContactID: p.id, At: w.now, Direction: contact.Out, Medium: contact.Call, Subject: "called", Rule: "logged"})
	must(w.tb, err)
	p.touches = append(p.touches, touch{at: w.now, medium: contact.Call, subject: "called"})
	w.tell(p, "the owner calls")
}

// befriend makes a contact of somebody who was none.
func (w *world) befriend(r *rand.Rand) {
	for _, p := range w.people {
		if p.known {
			continue
		}
		p.known, p.added = true, w.now
		if by := w.pick(r); r.IntN(4) > 0 && by != p {
			p.by = by
		}
		_, err := w.store.AddContact(w.ctx, w.contactOf(p))
		must(w.tb, err)
		w.tell(p, "becomes a contact, introduced by %v", p.by != nil)
		return
	}
}

// evening has the owner see to what waits in `needs`.
func (w *world) evening() {
	for _, key := range slices.SortedFunc(maps.Keys(w.rows), func(a, b string) int { return w.rows[a].Due.Compare(w.rows[b].Due) }) {
		row := w.rows[key]
		if row.State != contact.Needs || w.now.Sub(row.Created) > 30*24*time.Hour {
			continue
		}
		l := w.letter(row)
		p := l.p
		switch n := w.rng("needs", l.id, p.count(l.practice), w.now.Format(time.DateOnly)).IntN(10); {
		case n > 1 || plan.IsQuestion(row):
		case p.medium != contact.Email && l.practice != plan.Promise:
			w.done(l)
		case !p.trusted && p.greeting == "" && n == 0:
			p.greeting, p.given = "Dear "+p.name, p.name
			w.edit(p, func(c contact.Contact) contact.Contact { c.Greeting = p.greeting; return c })
			w.tell(p, "is to be greeted %q", p.greeting)
		default:
			w.tellUseful(row)
		}
	}
}

// done says that a text was copied, and sent elsewhere.
func (w *world) done(l *letter) {
	_, err := w.store.UpdateLetters(w.ctx, []string{l.key}, func(row contact.Letter) (contact.Letter, error) {
		row = row.In(contact.Sent, w.now)
		row.Sent, row.Reason = w.now, "you wrote it elsewhere"
		return row, nil
	})
	must(w.tb, err)
	l.sentAt, l.gone = w.now, "sent"
	w.tell(l.p, "the owner has sent the text of %s elsewhere", l.key)
}
