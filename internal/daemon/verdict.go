package daemon

import (
	"context"
	"slices"
	"time"

	"regards/classify"
	"regards/contact"
	"regards/imapwatch"
	"regards/plan"
	"regards/store"
)

// How old mail may be of which the body is read for what follows from it: what was
// said longer ago is known to the owner, or over. Where the body has to tell whether
// a contact wrote it, it is read whatever its age.
const (
	bounceWithin  = 365 * 24 * time.Hour
	absenceWithin = 90 * 24 * time.Hour // likewise for whom the owner is asked about
	tidingsWithin = 30 * 24 * time.Hour
)

// Bodies implements imapwatch.Sink. Most mail is told apart here, beside the goroutine
// of decisions, so that a scan does not wait for it.
func (s *sink) Bodies(ctx context.Context, b imapwatch.Batch) (wanted []uint32, err error) {
	var candidates imapwatch.Batch
	for _, m := range b.Messages {
		if !b.Sent && !m.Draft && s.bodyTells(m) {
			candidates.Messages = append(candidates.Messages, m)
		}
	}
	if len(candidates.Messages) == 0 {
		return nil, nil
	}
	err = s.d.decide(ctx, func(ctx context.Context) error {
		seen, err := s.answeredBy(ctx, candidates)
		for _, m := range candidates.Messages {
			from := ""
			if len(m.Header.From) > 0 {
				from = m.Header.From[0].Addr
			}
			bounce := m.Header.Verdict(s.classifying()).Class == classify.Bounce
			if bounce || s.d.book.ContactOf(from) != "" || !s.d.book.IsOwner(from) && seen.alone(m.Header) != "" {
				wanted = append(wanted, m.UID)
			}
		}
		return err
	})
	return wanted, err
}

// bodyTells reports whether the body of a message tells more than its header, if it
// concerns a contact.
func (s *sink) bodyTells(m imapwatch.Message) bool {
	age := s.d.now().Sub(m.Header.Time(m.Received))
	doubtful := m.Header.Doubtful()
	if !doubtful && age >= tidingsWithin {
		return false // most mail of a first scan
	}
	switch m.Header.Verdict(s.classifying()).Class {
	case classify.Bounce:
		return age < bounceWithin
	case classify.AutoReply, classify.Calendar:
		return age < absenceWithin
	case classify.Human:
		return true
	}
	return doubtful
}

func (s *sink) classifying() classify.Policy {
	return classify.Policy{AuthservID: s.account.AuthservID}
}

// answeredMail is what is known of the messages that those of a batch answer.
type answeredMail struct {
	own map[string]bool   // the owner sent them
	to  map[string]string // and to that contact alone
}

// answeredBy looks up what the messages of a batch answer, of those where it matters:
// mail through lists, and mail of people who are no contacts.
func (s *sink) answeredBy(ctx context.Context, b imapwatch.Batch) (seen answeredMail, err error) {
	if b.Sent {
		return answeredMail{}, nil
	}
	var ids []string
	for _, m := range b.Messages {
		if id := answeredID(m.Header); id != "" && len(m.Header.From) > 0 && !s.d.book.IsOwner(m.Header.From[0].Addr) {
			known := s.d.book.ContactOf(m.Header.From[0].Addr) != ""
			class := m.Header.Verdict(classify.Policy{}).Class
			if known && class == classify.List || !known && (class == classify.Human || class == classify.AutoReply) {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return answeredMail{}, nil
	}
	slices.Sort(ids)
	seen.own, seen.to, err = s.d.store.Answered(ctx, slices.Compact(ids))
	return seen, err
}

// answeredID gives the id of the message that one answers (RFC 5322 section 3.6.4); ""
// for none.
func answeredID(h classify.Header) string {
	if len(h.InReplyTo) > 0 {
		return h.InReplyTo[0]
	}
	if n := len(h.References); n > 0 {
		return h.References[n-1]
	}
	return ""
}

// alone gives the contact to whom alone the owner sent what a message answers.
func (a answeredMail) alone(h classify.Header) string { return a.to[answeredID(h)] }

// message puts a message into the terms of package plan.
func (s *sink) message(b imapwatch.Batch, m imapwatch.Message, seen answeredMail) plan.Message {
	h := m.Header
	msg := plan.Message{
		Subject: h.Subject, MessageID: h.MessageID, Key: h.Key(), At: h.Time(m.Received),
		References: thread(h), Answer: len(h.InReplyTo)+len(h.References) > 0,
		Draft: m.Draft, SentBox: b.Sent, InOnly: b.InOnly,
		AnswersOwn: seen.own[answeredID(h)], Answered: seen.alone(h),
	}
	if msg.At.IsZero() {
		msg.At = s.d.now()
	}
	if len(h.From) > 0 {
		msg.From = plan.Person(h.From[0])
	}
	msg.To = make([]plan.Person, 0, len(h.To)+len(h.Cc))
	for _, a := range h.To {
		msg.To = append(msg.To, plan.Person(a))
	}
	for _, a := range h.Cc {
		msg.To = append(msg.To, plan.Person(a))
	}
	s.verdict(m, &msg)
	return msg
}

// verdict enters who wrote a message, as far as header and body tell, unless the owner
// has said so.
func (s *sink) verdict(m imapwatch.Message, msg *plan.Message) {
	verdict := m.Header.Verdict(s.classifying())
	if m.Report != nil {
		verdict, msg.Attendee = m.Report.Verdict, m.Report.Attendee
	}
	msg.Verified, msg.Why = verdict.Verified, verdict.Reasons[0]
	if m.Report != nil && !m.Report.Returns.IsZero() {
		msg.Why += "; away until " + m.Report.Returns.Format(time.DateOnly)
	}
	if carried := m.Header.Carried(); carried.Name != "" {
		msg.Carried = plan.Carried{Medium: contact.LinkedIn, Name: carried.Name}
	}
	msg.Forged = verdict.Forged
	class := string(verdict.Class)
	switch {
	case verdict.Forged && verdict.Class != classify.List:
		msg.Machine, class = plan.LeftForged, plan.LeftForged
		msg.Why = verdict.Reasons[len(verdict.Reasons)-1]
	case verdict.Class != classify.Human:
		msg.Machine = class
	}
	// Of a forged message the sender means nothing.
	for _, what := range []store.Overruled{{Sender: plan.AddressKey(msg.From.Addr), Class: class}, {Sender: msg.Key}} {
		switch human, said := s.d.overruled[what]; {
		case msg.Forged && what.Class != "":
		case said && human:
			msg.Machine, msg.Why = "", plan.ByOwner
		case said:
			msg.Machine, msg.Why = store.ByOwner, "you said that no person wrote it"
		}
	}
}

// passedOver is what is kept of a message of a contact that is no touch.
func (s *sink) passedOver(b imapwatch.Batch, msg plan.Message, reason string) store.PassedOver {
	p := store.PassedOver{At: msg.At, Subject: msg.Subject, Reason: reason, Mailbox: b.Mailbox, Key: msg.Key,
		MessageID: msg.MessageID, References: msg.References, Address: msg.From.Addr, Direction: contact.In,
		Alone: s.d.toOwnerAlone(msg), Verified: msg.Verified, Account: s.account.Name}
	if s.d.book.IsOwner(msg.From.Addr) {
		p.Direction = contact.Out
	}
	if msg.Machine == reason {
		p.Why = msg.Why
	}
	return p
}

// tell enters what a message tells beyond being a touch.
func (s *sink) tell(sc *store.Scan, m imapwatch.Message, msg plan.Message) {
	if msg.SentBox && msg.MessageID != "" && s.d.book.IsOwner(msg.From.Addr) {
		sc.Own = append(sc.Own, msg.MessageID)
	}
	if m.Report == nil || msg.Forged || msg.Machine == store.ByOwner {
		return
	}
	if m.Report.Class == classify.Bounce {
		s.bounced(sc, *m.Report, msg)
		return
	}
	id := s.d.book.ContactOf(msg.From.Addr)
	theirs := id != ""
	if !theirs {
		id = msg.Answered
	}
	if id == "" {
		return
	}
	if until := m.Report.Returns; !until.IsZero() && m.Report.Class == classify.AutoReply {
		// Where the Date is not to be believed, the day that was read by it is not, either.
		back := s.d.settings.Policy.NextWorkDay(until)
		if back.After(msg.At) && back.Before(msg.At.AddDate(1, 0, 0)) && msg.At.Equal(m.Header.Date) {
			sc.Absences = append(sc.Absences, store.Absence{ContactID: id,
				Absence: contact.Absence{Since: msg.At, Until: back, Deputy: m.Report.Deputy.Addr}})
		}
	}
	for _, t := range m.Report.Tidings {
		about := t.Own || s.d.book.Concerns(id, t.Words)
		if !theirs { // what others want is not what they want
			about = t.Kind == classify.Left || t.Kind == classify.Died
		}
		if about {
			sc.Findings = append(sc.Findings, contact.Finding{ContactID: id, Key: msg.Key, Kind: tidingKinds[t.Kind], At: msg.At, Address: t.Address, Words: t.Words})
		}
	}
}

var tidingKinds = map[classify.TidingKind]contact.FindingKind{
	classify.Moved: contact.NewAddress, classify.Left: contact.LeftWork, classify.Died: contact.Died, classify.Stop: contact.NoMoreMail,
}

// bounced enters which addresses of contacts failed.
func (s *sink) bounced(sc *store.Scan, r classify.Report, msg plan.Message) {
	if len(r.Thread) == 0 {
		return
	}
	about := r.Thread[0]
	var failed []plan.Failure
	for _, f := range r.Recipients {
		failed = append(failed, plan.Failure{Address: f.Address, Hard: f.Hard, Delayed: f.Delayed, Words: f.Words})
	}
	sc.Findings = append(sc.Findings, s.d.book.Bounces(msg, about, failed)...)
}
