package daemon_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"regards/contact"
	"regards/plan"
)

// proposes reports whether regards proposes the letters of a practice by itself.
func proposes(practice string) bool {
	return practice == plan.KeepInTouch || practice == plan.FollowUp || practice == plan.CloseTheLoop
}

// pass has the service pass once, and looks at all that it did.
func (w *world) pass() {
	if w.asleep {
		return
	}
	w.journal.Reset()
	err := w.daemon.Once(w.ctx)
	if w.offline {
		if err == nil {
			w.fail(nil, "a pass over an account that is offline went well")
		}
		return
	}
	must(w.tb, err)
	w.passes++
	rows, err := w.store.Letters(w.ctx)
	must(w.tb, err)
	w.before, w.rows = w.rows, make(map[string]contact.Letter, len(rows))
	for _, row := range rows {
		w.rows[row.Key] = row
	}
	if w.passes%40 == 1 {
		w.audit()
	} else if boxes := []string{drafts, outbox, trash}; len(w.server.Sent()) > w.mailed {
		w.look(append(boxes, sent)...)
	} else {
		w.look(boxes...)
	}
	w.judge(rows)
	w.owing()
	w.caps()
	w.forgotten()
	w.recordEnds(rows)
	w.fates()
	w.lastPass = w.now
}

// fates decides what the owner will do with the letters that have come.
func (w *world) fates() {
	var fresh []*letter
	for _, it := range w.box(drafts) {
		if it.l != nil && !it.l.fated {
			fresh = append(fresh, it.l)
		}
	}
	for _, l := range sorted(fresh) {
		w.destine(l)
	}
	for _, box := range []string{drafts, outbox, later} {
		for _, it := range w.box(box) {
			w.shown(it, box)
		}
	}
}

// shown notes what the service has seen of a letter.
func (w *world) shown(it *item, box string) {
	if it.l == nil || w.rows[it.l.key].State == contact.Uncertain {
		return
	}
	h, _ := w.header(it.raw)
	it.l.subject = w.subjectOf(h)
	w.named(it.l, bare(h.Get("Message-ID")))
	if box == outbox && it.l.rested.IsZero() {
		it.l.rested = w.now
	}
}

// judge checks that what is said of each letter is true, and has a reason (law 8).
func (w *world) judge(rows []contact.Letter) {
	for _, row := range rows {
		l := w.letter(row)
		if row.Reason == "" && (!row.State.Ended() || row.State == contact.Dismissed) {
			w.fail(l.p, "law 8: %s is %s without a reason", row.Key, row.State)
		}
		if row.State == contact.Needs && row.MessageID != "" {
			w.fail(l.p, "law 6: %s is in needs, and has a Message-ID", row.Key)
		}
		if l.where == drafts || l.where == outbox {
			w.needless(l)
		}
		if l.laid == 0 && !l.smtp {
			continue
		}
		if want := w.states(l); !slices.Contains(want, row.State) {
			w.fail(l.p, "%s is %s (%s), and ought to be %v: it lies in %q, gone: %s", row.Key, row.State, row.Reason, want, l.where, l.gone)
		}
		if l.gone != "lost" && !l.sentAt.IsZero() && !row.Sent.Equal(l.sentAt) {
			w.fail(l.p, "%s was sent at %s, says its row, but it was at %s", row.Key, row.Sent, l.sentAt)
		}
		if l.gone == "lost" && row.State == contact.Sent {
			l.sentAt = row.Sent // it was, and nothing shows which of the messages it became
		} else if l.gone != "lost" && !row.Answered.Equal(l.answered) {
			w.fail(l.p, "%s was answered at %q, says its row, but it was at %q", row.Key, row.Answered, l.answered)
		}
	}
}

// states gives how a letter may stand, by what truly became of it.
func (w *world) states(l *letter) []contact.State {
	known := w.lastPass.After(l.goneAt) && w.now.Sub(w.lastPass) >= 15*time.Minute // it was missed a while ago
	switch {
	case !l.sentAt.IsZero() && l.p.gone: // until the report is read
		return []contact.State{contact.Sent, contact.Failed}
	case !l.sentAt.IsZero():
		return []contact.State{contact.Sent}
	case l.dismissed:
		return []contact.State{contact.Dismissed}
	case l.gone == "trash" && l.where == trash:
		return []contact.State{contact.Dismissed, w.needlessToo(l)}
	case l.gone == "lost":
		return []contact.State{contact.Sent, contact.Dismissed, contact.Drafted, contact.Edited, contact.Uncertain, contact.Moved}
	case l.gone == "taken back":
		return []contact.State{contact.Superseded}
	case l.renewed && l.gone == "expunged":
		return []contact.State{contact.Uncertain, contact.Dismissed, contact.Drafted, contact.Edited}
	case (l.gone == "expunged" || l.gone == "trash") && known:
		return []contact.State{contact.Dismissed, w.needlessToo(l)}
	case l.gone == "expunged" || l.gone == "trash":
		return []contact.State{contact.Dismissed, w.needlessToo(l), contact.Drafted, contact.Edited, contact.Approved}
	case l.where == outbox:
		return []contact.State{contact.Approved}
	case l.where == later:
		return []contact.State{contact.Moved}
	case l.where == drafts && l.ordered: // while nothing is to be drafted or sent
		return []contact.State{contact.Approved, contact.Edited}
	case l.where == drafts && l.touched && l.renewed:
		return []contact.State{contact.Edited, contact.Uncertain}
	case l.where == drafts && l.touched:
		return []contact.State{contact.Edited}
	}
	return []contact.State{contact.Drafted}
}

// needlessToo gives how a letter may stand, too, that the owner threw away: what
// was needless before anybody looked counts as that.
func (w *world) needlessToo(l *letter) contact.State {
	d := w.duty(l.key)
	touched := l.p.newest(func(touch) bool { return true }).After(l.made)
	if touched || d == nil || d.over || proposes(l.practice) {
		return contact.Superseded
	}
	return contact.Dismissed
}

// needless checks that no letter lies untouched that a touch, or the time, made
// needless.
func (w *world) needless(l *letter) {
	if l.touched || l.restored || l.where != drafts || w.now.Before(w.held) || w.rows[l.key].State != contact.Drafted {
		return
	}
	d := w.duty(l.key)
	for _, t := range l.p.touches {
		hello := (l.practice == plan.KeepInTouch || l.practice == plan.FollowUp) && t.at.After(l.made) && !strings.Contains(l.key, "/"+t.key+"/")
		thanks := l.practice == plan.ThankYou && d != nil && w.isOwn(t) && t.at.After(d.since)
		if hello || thanks {
			w.fail(l.p, "law 7: %s lies there still, which is needless since %s", l.key, t)
		}
	}
	since := l.made
	if l.snoozed.After(since) {
		since = l.snoozed
	}
	if proposes(l.practice) && !w.now.Before(since.In(w.zone).AddDate(0, 0, 21)) {
		w.fail(l.p, "%s has lain untouched since %s", l.key, since)
	}
}

func (w *world) duty(key string) *duty {
	for _, d := range w.duties {
		if d.key == key {
			return d
		}
	}
	return nil
}

// owing checks that everything that the owner asked for is there at the first
// pass at which it can be.
func (w *world) owing() {
	if w.now.Before(w.held) {
		return
	}
	for _, d := range w.duties {
		row, there := w.rows[d.key]
		p := d.p
		switch {
		case d.over || d.from.After(w.now) || !p.writable(w.now) || !d.useful || w.moot(d):
			continue
		case !d.until.IsZero() && w.now.After(d.until):
			d.over = true
			continue
		case !there:
			w.fail(p, "%s is missing, asked for %s ago", d.key, w.now.Sub(d.from))
		case row.State == contact.Needs && w.lacks(d):
			continue
		case w.letters[d.key].laid == 0 && row.State != contact.Sent:
			w.fail(p, "%s is %s (%s), %s after it was asked for", d.key, row.State, row.Reason, w.now.Sub(d.from))
		}
		d.over = true
		w.counts["on time"]++
	}
	w.duties = slices.DeleteFunc(w.duties, func(d *duty) bool { return d.over && d.practice != plan.ThankYou })
}

// moot reports whether nothing needs to be written any more of what was asked for:
// the owner wrote to them since, or they have said that their name may be given.
func (w *world) moot(d *duty) bool {
	asks := strings.HasSuffix(d.key, "/ask")
	wrote := d.p.newest(w.isOwn).After(d.since)
	return wrote && (asks || d.practice == plan.ThankYou) || asks && d.since.Before(d.p.permitted.AddDate(1, 0, 0))
}

// lacks reports whether a letter truly waits for the owner.
func (w *world) lacks(d *duty) bool {
	byText := d.p.medium != contact.Email && !(d.practice == plan.ThankYou && d.kind == contact.Interview)
	return byText || strings.HasSuffix(d.key, "/asked") || !d.p.trusted && d.p.greeting == ""
}

// recordEnds notes when letters ended that were not sent.
func (w *world) recordEnds(rows []contact.Letter) {
	for _, row := range rows {
		l := w.letters[row.Key]
		switch open := !row.State.Ended(); {
		case open && !l.ended.IsZero():
			l.ended = time.Time{}
			w.tell(l.p, "%s is open again: %s (%s)", l.key, row.State, row.Reason)
		case !open && l.ended.IsZero():
			l.ended = w.now
			w.tell(l.p, "%s is %s (%s)", l.key, row.State, row.Reason)
		}
	}
}

// fresh gives the letters that regards proposed in this pass, the most overdue
// first.
func (w *world) fresh() (fresh []*letter) {
	for key, row := range w.rows {
		if _, old := w.before[key]; !old && proposes(row.Practice) {
			fresh = append(fresh, w.letters[key])
		}
	}
	return sorted(fresh)
}

// caps checks what regards has proposed in this pass (law 7).
func (w *world) caps() {
	fresh := w.fresh()
	w.proposals += len(fresh)
	if len(fresh) == 0 {
		return
	}
	open, today := 0, 0 // those that lack something are no letters yet
	for key, row := range w.rows {
		back := w.before[key].State.Ended() // the owner has brought it back just now
		if proposes(row.Practice) && !row.State.Ended() && row.State != contact.Needs && !back {
			open++
		}
		if l := w.letters[key]; l.laid+btoi(l.smtp) > 0 && !l.made.Before(w.clock(w.now, 0, 0)) {
			today++
		}
	}
	if open > openHellos {
		w.fail(fresh[0].p, "law 7: %d proposed letters are open", open)
	}
	if today > dailyCap {
		w.fail(fresh[0].p, "law 7: %d letters were made today, some of them proposed", today)
	}
	for _, l := range fresh {
		w.mayPropose(l)
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// mayPropose checks that a letter that regards proposed is no nuisance (law 7).
func (w *world) mayPropose(l *letter) {
	p := l.p
	last := p.last()
	switch {
	case !p.writable(w.now):
		w.fail(p, "law 7: %s is proposed though they are %s until %s", l.key, p.status, p.pause)
	case !p.twoWay():
		w.fail(p, "law 7: %s is proposed without a two-way past", l.key)
	case p.owes(w.now):
		w.fail(p, "law 7: %s is proposed though the owner owes an answer to %s", l.key, last)
	case w.now.After(last.at.AddDate(0, 24, 0)):
		w.fail(p, "law 7: %s is proposed to somebody dormant since %s", l.key, last)
	case p.isAway(w.now):
		w.fail(p, "law 7: %s is proposed while they are away or just back: %s", l.key, p.away)
	case w.now.Before(w.held):
		w.fail(p, "%s is proposed though nothing is to be drafted", l.key)
	}
	for _, other := range p.letters {
		words := other != l && other.laid+btoi(other.smtp) > 0
		if words && w.now.Before(w.clock(other.made, 0, 0).AddDate(0, 0, perContactDays)) {
			w.fail(p, "law 7: %s is proposed so soon after %s of %s", l.key, other.key, other.made)
		}
		if row := w.before[other.key]; words && row.Key != "" && !row.State.Ended() && !w.rows[other.key].State.Ended() {
			w.fail(p, "law 7: %s is proposed though %s is open", l.key, other.key)
		}
	}
	if l.practice == plan.KeepInTouch {
		if _, from, ok := w.hello(p, l); !ok || from.After(w.now) {
			w.fail(p, "law 7: %s comes too early, it is due on %s", l.key, from)
		}
	}
}

// isAway reports whether hellos wait because somebody is away, or just back from
// over two weeks: ten work days more.
func (p *person) isAway(now time.Time) bool {
	until := p.away.Until
	if until.Sub(p.away.Since) > 14*24*time.Hour {
		until = until.AddDate(0, 0, 14) // ten work days
		for until.Weekday() == time.Saturday || until.Weekday() == time.Sunday {
			until = until.AddDate(0, 0, -1)
		}
	}
	return !p.away.Until.IsZero() && !now.Before(p.away.Since) && now.Before(until)
}

// hello gives when it is time for a hello to somebody, and when one may be made,
// which is later where the last was not wanted; false without a cadence. One
// letter is left out of account.
func (w *world) hello(p *person, but *letter) (due, from time.Time, ok bool) {
	every, _ := p.every()
	if every == 0 {
		return due, from, false
	}
	base := p.last().at
	if base.IsZero() {
		base = p.added
	}
	for _, l := range p.letters {
		if l != but && l.sentAt.After(base) && w.before[l.key].State == contact.Sent {
			base = l.sentAt
		}
	}
	sign, touched, times, unwanted := p.newest(isSign), base, 0, 0
	for _, l := range p.letters {
		switch {
		case l == but || l.practice != plan.KeepInTouch:
		case l.sentAt.After(sign):
			times++
		case l.sentAt.IsZero() && !l.ended.IsZero() && l.made.After(touched):
			unwanted++
			if l.ended.After(base) {
				base = l.ended
			}
		}
	}
	due = base.In(w.zone).AddDate(0, 0, every*max(1, min(times, 4)))
	if from = due; unwanted > 0 {
		from = due.AddDate(0, 0, 7)
	}
	return due, from, true
}

// eligible gives those to whom nothing but the caps holds back a hello, with when
// it was due: as of this pass and as of what was known before it.
func (w *world) eligible() map[*person]time.Time {
	all := map[*person]time.Time{}
	for _, p := range w.people {
		due, from, ok := w.hello(p, nil)
		if !ok || from.After(w.now) || !p.writable(w.now) || !p.twoWay() || p.owes(w.now) || p.isAway(w.now) ||
			w.now.After(p.last().at.AddDate(0, 24, 0)) || p.medium != contact.Email || w.busy(p) {
			continue
		}
		all[p] = due
	}
	return all
}

// busy reports whether another letter to somebody is open, or was made lately.
func (w *world) busy(p *person) bool {
	return slices.ContainsFunc(p.letters, func(l *letter) bool {
		was, is := w.before[l.key], w.rows[l.key]
		open := was.Key != "" && !was.State.Ended() || !is.State.Ended()
		return open || l.laid+btoi(l.smtp) > 0 && w.now.Before(l.made.AddDate(0, 0, perContactDays+1))
	})
}

// forgotten checks that nobody is forgotten who should not be: whoever is due
// gets a hello as soon as the caps leave room, those first who are the most
// overdue; and so nobody waits for longer than the letters before them can lie
// there.
func (w *world) forgotten() {
	if w.now.Before(w.held) {
		return
	}
	waiting, latest := w.eligible(), time.Time{}
	for _, l := range w.fresh() {
		if due, _, ok := w.hello(l.p, l); ok && l.practice == plan.KeepInTouch && w.rows[l.key].State != contact.Needs && due.After(latest) {
			latest = due
		}
	}
	open, today := 0, 0
	lack, woke := 0, false // what was in needs got its words: proposals wait for the next pass
	for key, row := range w.before {
		if now := w.rows[key]; proposes(row.Practice) && (!row.State.Ended() || !now.State.Ended()) {
			open++
			if row.State == contact.Needs && now.State == contact.Needs {
				open, lack = open-1, lack+1
			}
		}
		woke = woke || row.State == contact.Needs && w.letters[key].laid > 0
	}
	for _, l := range w.letters {
		if l.laid+btoi(l.smtp) > 0 && !l.made.Before(w.clock(w.now, 0, 0)) {
			today++
		}
	}
	today += len(w.fresh())
	room := !woke && lack+len(w.fresh()) < openHellos && open+len(w.fresh()) < openHellos && today < dailyCap
	for _, p := range slices.SortedFunc(maps.Keys(waiting), func(a, b *person) int { return cmp.Compare(a.id, b.id) }) {
		if due := waiting[p]; due.Before(latest) {
			w.fail(p, "nobody forgotten: others went first who were due later, they were due on %s%s", due, w.agenda(p))
		} else if room {
			w.fail(p, "nobody forgotten: a hello was due on %s, and there is room for it%s", due, w.agenda(p))
		}
	}
	w.patience(waiting)
}

// agenda says what the service itself says of somebody, for a failure.
func (w *world) agenda(p *person) (text string) {
	r, err := w.store.Records(w.ctx)
	must(w.tb, err)
	agenda := plan.Schedule(w.now, w.policy(), r)
	for _, l := range agenda.Due {
		text += fmt.Sprintf("\ndue: %s %s", l.Key, l.State)
	}
	for _, h := range agenda.Held {
		if h.ContactID == p.id {
			text += fmt.Sprintf("\nheld: %s: %s", h.Key, h.Why)
		}
	}
	for _, row := range r.Letters {
		if proposes(row.Practice) && !row.State.Ended() {
			text += fmt.Sprintf("\nopen: %s %s, was %s", row.Key, row.State, w.before[row.Key].State)
		}
	}
	return text
}

// residence is how long a proposed letter can be open: 21 days untouched after a
// snooze of two weeks, or until the owner of this simulation has seen to it.
const residence = 45 * 24 * time.Hour

// patience checks that nobody waits longer than it takes the letters before them,
// so many at a time, to come and go.
func (w *world) patience(waiting map[*person]time.Time) {
	for _, p := range w.people {
		if _, waits := waiting[p]; !waits {
			p.waits = time.Time{}
			continue
		}
		if p.waits.IsZero() {
			p.waits, p.queue = w.now, w.proposals
		}
		waited, before := w.now.Sub(p.waits), w.proposals-p.queue
		if bound := time.Duration(before/openHellos+1)*residence + 10*24*time.Hour; waited > bound {
			w.fail(p, "nobody forgotten: they wait since %s, while %d others got letters", p.waits, before)
		}
		if days := int(waited.Hours() / 24); days > w.counts["longest wait, days"] {
			w.counts["longest wait, days"] = days
		}
	}
}
