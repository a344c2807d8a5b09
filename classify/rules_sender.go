package classify

import (
	"cmp"
	"slices"
	"strings"
)

// ruleDesk knows help desks, trackers and the notifications of networks, by fields
// that nothing else writes. What an agent writes there is a help desk's mail: whom an
// answer reaches is for the desk to say. Of their mail, the acknowledgement of a
// message is an automatic reply; ruleAway finds that.
func ruleDesk(h *Header) (Class, string) {
	if h.machine.desk != "" {
		return Bulk, "a help desk or a notification: " + h.machine.desk
	}
	for _, domain := range deskDomains {
		if strings.HasSuffix(h.MessageID, domain) {
			return Bulk, "a help desk's Message-ID (" + domain[1:] + ")"
		}
	}
	return "", ""
}

// deskDomains end the ids of help desks that leave no other mark.
var deskDomains = []string{"@zendesk.com", "@helpscout.net", "@intercom-mail.com", ".freshdesk.com"}

// ruleMailing knows mass mail without List-Unsubscribe. The fields of mailing
// services (Feedback-ID, X-SG-EID and others) also stand on what people send through
// a CRM, and those of campaigns on what they merge: one alone says nothing, and on an
// answer not even both.
func ruleMailing(h *Header) (Class, string) {
	m := &h.machine
	switch {
	case m.campaign == "X-Mailer" && !isAnswer(h):
		return Bulk, "X-Mailer of a mass mailer"
	case m.campaign != "" && m.service != "" && !isAnswer(h):
		return Bulk, m.campaign + " and " + m.service
	case (m.service != "" || m.campaign != "") && notifier(h) && !isAnswer(h):
		return Bulk, cmp.Or(m.service, m.campaign) + ", from a sender of notifications"
	}
	return "", ""
}

// ruleSender knows senders that nobody can answer. That is a machine's by itself: a
// person gives an address to be answered at, and what a site sends for somebody from
// such an address names nobody whom a contact could be found by.
func ruleSender(h *Header) (Class, string) {
	if h.machine.noReply {
		return Bulk, "From is an address that takes no answers"
	}
	if fromLinkedIn(h) && slices.Contains(linkedInSenders, localPart(h)) {
		return Bulk, "From is LinkedIn"
	}
	return "", ""
}

// unanswerable are local parts without their separators, or the start or the end of them.
var unanswerable = []string{"noreply", "donotreply", "dontreply", "neverreply", "notreply", "noresponse", "noresponder", "noresponda",
	"naoresponda", "naoresponder", "nepasrepondre", "nonrispondere", "nichtantworten", "keineantwort", "nietbeantwoorden", "nietantwoorden", "svarainte", "ikkesvar", "besvarasej"}

// unanswerableEnds tells most local parts from those at a glance.
var unanswerableEnds = func() (ends struct{ start, end [256]bool }) {
	for _, u := range unanswerable {
		ends.start[u[0]], ends.end[u[len(u)-1]] = true, true
	}
	return ends
}()

// takesNoAnswers reports whether a local part says so: no-reply,
// drive-shares-noreply, noreply-orders. Beside a point may stand a person's name.
func takesNoAnswers(local string) bool {
	if len(local) < 7 {
		return false
	}
	var buf [64]byte
	joined := buf[:0]
	named := 0 // where a point stood behind a whole word
	for i := 0; i < min(len(local), len(buf)); i++ {
		switch c := local[i]; {
		case c == '.':
			named = len(joined)
		case c == '-' || c == '_' || c == '+':
		case 'A' <= c && c <= 'Z':
			joined = append(joined, c+'a'-'A')
		default:
			joined = append(joined, c)
		}
	}
	if len(joined) == 0 || !unanswerableEnds.start[joined[0]] && !unanswerableEnds.end[joined[len(joined)-1]] {
		return false
	}
	for _, u := range unanswerable {
		if len(u) > len(joined) {
			continue
		}
		if string(joined[:len(u)]) == u && named != len(u) || string(joined[len(joined)-len(u):]) == u && (named == 0 || named != len(joined)-len(u)) {
			return true
		}
	}
	return false
}

// notifiers are local parts behind which mostly machines stand. A firm's people may
// write from them as well.
var notifiers = []string{"notifications", "notification", "notify", "alerts", "alert", "news", "newsletter", "updates", "mailer", "robot", "mailrobot", "automailer",
	"marketing", "benachrichtigung", "notificaciones"}

func notifier(h *Header) bool { return slices.Contains(notifiers, localPart(h)) }

// localPart gives the part before the @ of the first From address, lower-case.
func localPart(h *Header) string {
	if len(h.From) == 0 {
		return ""
	}
	local, _, _ := strings.Cut(h.From[0].Addr, "@")
	return strings.ToLower(local)
}
