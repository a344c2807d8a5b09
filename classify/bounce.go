package classify

import (
	"slices"
	"strings"
)

// noticeSigns are what the text of a body adds to the header's signs of a bounce.
type noticeSigns struct {
	failing    bool // it says that something was not delivered
	named      bool // and to whom
	transcript bool // it has pieces of an SMTP session, or fields of RFC 3464
	copied     bool // it has the header of a returned message
	wrapped    bool // a message/rfc822 part is a bounce
	personal   bool // it begins as people's letters do, or returns what its sender wrote
}

// ruleBounce knows delivery reports without the form of RFC 3464. MAILER-DAEMON
// and <> write nothing else. A postmaster may be a person, so a second sign is
// asked for; so may whoever forwards a report. What the text says is never enough.
func ruleBounce(h *Header) (Class, string) {
	m := &h.machine
	failing := (m.fromPost || m.nullPath) && failingSubject(h)
	switch {
	case m.fromDaemon:
		return Bounce, "From is MAILER-DAEMON or empty"
	case len(m.failed) > 0:
		return Bounce, "X-Failed-Recipients (Exim, Gmail)"
	case h.parts.notification == "bounce":
		return Bounce, "a bounce as Amazon SNS notifies of it"
	case m.fromPost && m.nullPath:
		return Bounce, "From is postmaster, with a null Return-Path (RFC 5321 section 4.5.5)"
	case m.nullPath && failing:
		return Bounce, "null Return-Path (RFC 5321 section 4.5.5) and the subject of a delivery report"
	case m.fromPost && failing:
		return Bounce, "From is postmaster, with the subject of a delivery report"
	case h.parts.report == "delivery-status" && (m.fromPost || m.nullPath || automatic(h)):
		return Bounce, "a mail system sends a message/delivery-status part (RFC 3464)"
	case h.parts.returned && m.nullPath:
		return Bounce, "null Return-Path (RFC 5321 section 4.5.5) and the returned message"
	}
	return ruleNotice(h)
}

// ruleNotice goes by the text: it says what failed and to whom, and it has the form of
// a report. Who sends it shows a machine beside that, the surer the less of that form is
// asked for.
func ruleNotice(h *Header) (Class, string) {
	m, n := &h.machine, h.parts.notice
	system := m.fromSystem || toBounces(h)
	robot := automatic(h) || m.nullPath || m.listID == "" && (m.precedence == "bulk" || m.precedence == "junk" || m.precedence == "list")
	returned, subject := h.parts.returned || n.copied, subjectFails(h)
	switch {
	case m.autoSubmitted == "no" || answers(h) && !m.nullPath && !automatic(h):
		return "", ""
	case n.wrapped && (system || robot || m.fromPost):
		return Bounce, "a mail system passes a bounce on"
	case !n.failing || !n.named && !(returned && (n.transcript || subject)):
		return "", ""
	case system && (returned || n.transcript || subject):
		return Bounce, "a mail system's text says that a message was not delivered"
	case robot && (returned || subject), m.nullPath && n.transcript:
		return Bounce, "a machine's text says that a message was not delivered"
	case subject && !n.personal && (m.fromPost || m.fromRobot && returned):
		return Bounce, "a machine's address returns a message that was not delivered"
	}
	return "", ""
}

// refused: the text beside a notification says that a filter refused the message. Mail
// programs send the same notification for what was deleted unread.
func (n noticeSigns) refused(h *Header) bool {
	return n.failing && n.named && (mailSystem(h) || h.machine.nullPath || h.machine.fromDaemon)
}

// mailSystem: the From address or its name is that of a program that carries mail.
func mailSystem(h *Header) bool {
	return h.machine.fromDaemon || h.machine.fromPost || h.machine.fromSystem
}

// toBounces: it comes to an address made to take bounces, as lists have them. No
// person writes there.
func toBounces(h *Header) bool {
	for _, a := range h.To {
		local, _, _ := strings.Cut(asciiLower(a.Addr), "@")
		tagged, ok := strings.CutPrefix(strings.Replace(local, "bounces", "bounce", 1), "bounce")
		if strings.HasSuffix(local, "-bounces") || ok && (strings.HasPrefix(tagged, "+") || strings.HasPrefix(tagged, "-")) {
			return true
		}
	}
	return false
}

// failures start the subjects that mail systems give to their reports:
// sendmail, Postfix, Exim, qmail, Exchange, Domino, OpenSMTPD, IMail.
var failures = []string{
	"returned mail:", "warning: could not send message", "undelivered mail returned to sender",
	"delayed mail (still being retried)", "mail delivery failed", "mail delivery failure", "warning: message ",
	"failure notice", "undeliverable", "delivery status notification", "delivery failure",
	"mail could not be delivered", "mail system error",
}

// failingSubject leaves out answers, which a person may write about a failure.
func failingSubject(h *Header) bool {
	if len(h.InReplyTo) > 0 || len(h.References) > 0 {
		return false
	}
	subject := strings.ToLower(h.Subject[:min(len(h.Subject), 64)])
	for _, f := range failures {
		if strings.HasPrefix(subject, f) {
			return true
		}
	}
	return false
}

// subjectFails goes by the words, in any language that flagsOf knows.
func subjectFails(h *Header) bool {
	return flagsOf(strings.ToLower(h.Subject[:min(len(h.Subject), 200)])).failing()
}

// answerMarks start the subjects of answers and of forwarded mail.
var answerMarks = []string{
	"re:", "fwd:", "fw:", "aw:", "wg:", "tr:", "rv:", "sv:", "vs:", "i:", "r:", "antw:", "doorst:", "enc:",
	"res:",
}

// answers goes by the thread and by the subject.
func answers(h *Header) bool {
	if (len(h.InReplyTo) > 0 || len(h.References) > 0) && !mailSystem(h) {
		return true
	}
	subject := strings.ToLower(h.Subject[:min(len(h.Subject), 16)])
	return !toBounces(h) && slices.ContainsFunc(answerMarks, func(m string) bool { return strings.HasPrefix(subject, m) })
}

// mayReport reports whether the text may show a bounce. All that ruleNotice asks of a
// header is here, so that people's texts are not even read.
func mayReport(h *Header) bool {
	m := &h.machine
	return mailSystem(h) || m.fromRobot || m.nullPath || automatic(h) || m.precedence != "" || m.notifies ||
		len(m.failed) > 0 || m.content.report == "delivery-status" || toBounces(h)
}
