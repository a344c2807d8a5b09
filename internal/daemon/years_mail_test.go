package daemon_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"regards/contact"
	"regards/internal/mailsim"
	"regards/plan"
)

// missive is a message between the owner and one person.
type missive struct {
	at      time.Time
	in      bool
	p       *person
	subject string
	id      string
	refs    []string
	extra   string // more lines of the header
	body    string
}

func (m missive) raw() []byte {
	from, to := owner, m.p.addr
	if m.in {
		from, to = to, from
	}
	thread := ""
	if n := len(m.refs); n > 0 {
		thread = fmt.Sprintf("In-Reply-To: <%s>\r\nReferences: <%s>\r\n", m.refs[n-1], strings.Join(m.refs, "> <"))
	}
	return fmt.Appendf(nil, "From: %s\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s>\r\n%s%s\r\n%s",
		from, to, mime.QEncoding.Encode("utf-8", m.subject), m.at.Format(time.RFC1123Z), m.id, thread, m.extra, strings.ReplaceAll(m.body, "\n", "\r\n"))
}

func (m missive) touch() touch {
	return touch{at: m.at, in: m.in, medium: contact.Email, subject: m.subject, id: m.id, opened: len(m.refs) == 0, alone: true}
}

// answer gives what the other one writes back.
func (m missive) answer(at time.Time, id string) missive {
	return missive{at: at, in: !m.in, p: m.p, subject: "Re: " + strings.TrimPrefix(m.subject, "Re: "), id: id,
		refs: append(slices.Clone(m.refs), m.id), body: "Thank you for your mail.\n"}
}

// newID gives a Message-ID that depends on who writes, and how often they did,
// and not on what else happens.
func (w *world) newID(who string) string {
	w.made[who]++
	return fmt.Sprintf("%s.%d@people.example", who, w.made[who])
}

// header reads the header of a message.
func (w *world) header(raw string) (h mail.Header, body string) {
	w.tb.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	must(w.tb, err)
	text, err := io.ReadAll(m.Body)
	must(w.tb, err)
	return m.Header, string(text)
}

func bare(id string) string { return strings.Trim(strings.TrimSpace(id), "<>") }

func (w *world) subjectOf(h mail.Header) string {
	s, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
	must(w.tb, err)
	return s
}

// box gives the ledger of a mailbox.
func (w *world) box(name string) map[uint32]*item {
	if w.boxes[name] == nil {
		w.boxes[name] = map[uint32]*item{}
	}
	return w.boxes[name]
}

// fill puts many messages into an empty mailbox.
func (w *world) fill(box string, all []mailsim.Message) {
	slices.SortStableFunc(all, func(a, b mailsim.Message) int { return a.Time.Compare(b.Time) })
	must(w.tb, w.server.AppendAll(box, slices.Values(all)))
	for i, m := range all {
		w.box(box)[uint32(i+1)] = &item{raw: string(m.Raw), flags: strings.Join(m.Flags, " "), owners: true}
	}
}

// put lays a message into a mailbox, by a delivery or the owner's mail program.
func (w *world) put(box string, raw []byte, l *letter, flags ...string) uint32 {
	w.tb.Helper()
	slices.Sort(flags)
	uid, err := w.server.Append(box, mailsim.Message{Time: w.now, Raw: raw, Flags: flags})
	must(w.tb, err)
	w.box(box)[uid] = &item{raw: string(raw), flags: strings.Join(flags, " "), l: l, owners: true}
	return uid
}

// drop removes a message for good.
func (w *world) drop(box string, uid uint32) {
	w.tb.Helper()
	must(w.tb, w.server.Remove(box, uid))
	delete(w.box(box), uid)
}

// shift moves a message, as the owner does.
func (w *world) shift(box string, uid uint32, to string) uint32 {
	w.tb.Helper()
	moved, err := w.server.Move(box, uid, to)
	must(w.tb, err)
	it := w.box(box)[uid]
	it.owners = true
	delete(w.box(box), uid)
	w.box(to)[moved] = it
	return moved
}

// arrive delivers a person's mail to the owner.
func (w *world) arrive(m missive) {
	m.at = w.now
	w.put(inbox, m.raw(), nil)
	m.p.touches = append(m.p.touches, m.touch())
	w.tell(m.p, "writes %q <%s>, refs %v", m.subject, m.id, m.refs)
	for _, ref := range m.refs {
		if l := w.ids[ref]; l != nil && l.p == m.p && l.answered.IsZero() {
			l.answered = w.now
			w.tell(m.p, "  that answers %s", l.key)
		}
	}
	w.answerBack(m)
}

// answerBack has the owner see to a mail: answer it, say that it needs none, or
// leave it lying.
func (w *world) answerBack(m missive) {
	r := w.rng("answer", m.p.id, len(m.p.touches))
	opens := len(m.refs) == 0
	switch n := r.IntN(10); {
	case opens && n < 7, n < 2:
		a := m.answer(w.now, w.newID("owner."+m.p.id))
		w.at(w.in(2+r.Float64()*240), func() {
			a.at, a.body = w.now, w.greet(a.p)+"That is good to hear.\n"
			w.write(a)
		})
	case opens && n < 8:
		w.command(w.in(10+r.Float64()*300), func() {
			if !m.p.known || !m.p.owes(w.now) {
				return
			}
			m.p.answered = w.now
			w.edit(m.p, func(c contact.Contact) contact.Contact { c.Answered = w.now; return c })
			w.tell(m.p, "needs no answer, says the owner")
		})
	}
}

// write has the owner write a mail of their own in the mail program.
func (w *world) write(m missive) {
	m.at = w.now
	w.put(sent, m.raw(), nil, `\Seen`)
	m.p.touches = append(m.p.touches, m.touch())
	for _, l := range m.p.letters {
		if l.gone == "sent" && l.goneAt.After(w.lastPass) && plan.BaseSubject(l.subject) == plan.BaseSubject(m.subject) {
			l.gone = "lost" // two that nothing tells apart
		}
	}
	w.tell(m.p, "the owner writes %q <%s>", m.subject, m.id)
	w.reaches(m)
}

// reaches says what a person does with a mail that they get.
func (w *world) reaches(m missive) {
	p, r := m.p, w.rng("reaches", m.p.id, len(m.p.touches))
	if p.bounces {
		w.at(w.now.Add(3*time.Minute), func() { w.bounce(m) })
		return
	}
	hours := 0.0
	switch p.answers {
	case "fast":
		hours = 0.1 + r.Float64()*12
	case "slow":
		hours = 48 + r.Float64()*500
	}
	if p.holiday(w.now) {
		w.at(w.now.Add(time.Minute), func() { w.machine(p, "Auto-Submitted: auto-replied\r\n", "Out of office: "+m.subject, m.id) })
		hours += 200
	}
	if p.answers != "never" && r.IntN(4) > 0 {
		id := w.newID(p.id)
		w.at(w.in(hours), func() { w.arrive(m.answer(w.now, id)) })
	}
}

// holiday reports whether a person is away: three weeks of August and the days
// around New Year, and one in seven in May.
func (p *person) holiday(t time.Time) bool {
	switch t.Month() {
	case time.August:
		return t.Day() < 22
	case time.December:
		return t.Day() > 22
	case time.May:
		return len(p.addr)%7 == 0
	}
	return false
}

// bounce has a mail come back.
func (w *world) bounce(m missive) {
	b := missive{at: w.now, in: true, p: &person{addr: "MAILER-DAEMON@mx.example"}, subject: "Undelivered Mail Returned to Sender", id: w.newID("bounce"), refs: []string{m.id},
		extra: "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n",
		body:  "--b\nContent-Type: text/plain\n\nIt could not be delivered.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; " + m.p.addr + "\nAction: failed\nStatus: 5.1.1\n--b--\n"}
	w.put(inbox, b.raw(), nil)
	m.p.gone = m.p.gone || m.p.known
	w.tell(m.p, "%q bounces", m.subject)
}

// machine delivers mail in a person's name that no person wrote.
func (w *world) machine(p *person, extra, subject string, refs ...string) {
	m := missive{at: w.now, in: true, p: p, subject: subject, id: w.newID("machine"), refs: refs, extra: extra, body: "This was sent by a machine.\n"}
	w.put(inbox, m.raw(), nil)
	w.tell(p, "a machine writes in their name: %s", strings.TrimSpace(extra))
}

// bodyOf gives what stands behind the header.
func bodyOf(raw string) string {
	_, body, _ := strings.Cut(raw, "\r\n\r\n")
	return body
}

// rewritten gives a message as a mail program saves or sends it: with a new date
// and what else is given.
func rewritten(raw string, fields map[string]string, more string) []byte {
	var b bytes.Buffer
	head, body, _ := strings.Cut(raw, "\r\n\r\n")
	skip := false
	for _, line := range strings.Split(head, "\r\n") {
		if line[0] == ' ' || line[0] == '\t' {
			if !skip {
				b.WriteString(line + "\r\n")
			}
			continue
		}
		name, _, _ := strings.Cut(line, ":")
		value, replaced := fields[name]
		if skip = replaced; replaced {
			if value != "" {
				b.WriteString(name + ": " + value + "\r\n")
			}
			continue
		}
		b.WriteString(line + "\r\n")
	}
	if cc := fields["Cc"]; cc != "" {
		b.WriteString("Cc: " + cc + "\r\n")
	}
	b.WriteString("\r\n" + body + more)
	return b.Bytes()
}

// decoded gives the plain text of a letter.
func decoded(tb testing.TB, h mail.Header, body string) string {
	tb.Helper()
	var r io.Reader = strings.NewReader(body)
	switch strings.ToLower(h.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	}
	text, err := io.ReadAll(r)
	must(tb, err)
	return string(text)
}

func location(tb testing.TB, zone string) *time.Location {
	tb.Helper()
	loc, err := time.LoadLocation(zone)
	must(tb, err)
	return loc
}
