package classify

import (
	"bytes"
	"strings"
)

// answersInvitation reports whether an iTIP method answers an invitation (RFC 5546 sections
// 3.2.3, 3.2.7 and 3.2.8).
func answersInvitation(method string) bool {
	return method == "reply" || method == "counter" || method == "declinecounter"
}

// acceptances start the subjects of answers, as calendar programs write them.
var acceptances = []string{
	"accepted:", "declined:", "tentative:", "tentatively accepted:", "new time proposed:",
	"zugesagt:", "abgelehnt:", "mit vorbehalt:", "mit vorbehalt zugesagt:", "angenommen:", "akzeptiert:",
	"accepté :", "accepté:", "accepté\u00a0:", "refusé :", "refusé:", "refusé\u00a0:", "provisoire :", "provisoire:",
	"aceptado:", "aceptada:", "rechazado:", "rechazada:", "provisional:", "accettato:", "accettata:", "rifiutato:", "rifiutata:",
	"aceito:", "aceite:", "recusado:", "geaccepteerd:", "geweigerd:", "afgewezen:", "accepterat:", "avböjt:", "accepteret:",
	"afvist:", "godtatt:", "avslått:", "hyväksytty:", "hylätty:", "zaakceptowano:", "odrzucono:", "přijato:", "odmítnuto:",
	"принято:", "отклонено:", "kabul edildi:", "reddedildi:", "承諾:", "辞退:", "已接受:", "已拒绝:",
}

// acceptance tells by what sign beside its subject a message answers an invitation:
// journals, too, write that something is accepted.
func acceptance(h *Header) string {
	sign := ""
	switch {
	case h.parts.calendar && !h.parts.invitation:
		sign = "text/calendar (RFC 5545)"
	case h.machine.class == "urn:content-classes:calendarmessage":
		sign = "Content-Class of a calendar message"
	case fromGoogleCalendar(h):
		sign = "Google Calendar sent it"
	case automatic(h):
		sign = "Auto-Submitted: " + h.machine.autoSubmitted
	default:
		return ""
	}
	if !startsWith(h.Subject, acceptances) {
		return ""
	}
	return sign
}

// invitations start the subjects of Google Calendar's invitations.
var invitations = []string{"invitation:", "updated invitation", "einladung:", "aktualisierte einladung", "invitation :", "invitation mise à jour",
	"invitación:", "invitación actualizada", "invito:", "invito aggiornato", "convite:", "convite atualizado", "uitnodiging:", "bijgewerkte uitnodiging",
	"inbjudan:", "invitation\u00a0:", "zaproszenie:", "приглашение:", "kutsu:", "招待:", "邀请:", "davet:"}

// googleInvites knows an invitation that a person sends through Google Calendar: From
// is the person, and Sender the calendar.
func googleInvites(h *Header) bool {
	return fromGoogleCalendar(h) && len(h.From) > 0 && !strings.EqualFold(h.From[0].Addr, h.Sender.Addr) &&
		(h.parts.invitation || startsWith(h.Subject, invitations))
}

func fromGoogleCalendar(h *Header) bool {
	return strings.EqualFold(h.Sender.Addr, "calendar-notification@google.com")
}

// invites reports whether the message is an invitation, as far as that can be seen.
func invites(h *Header) bool {
	return h.machine.content.method == "request" || h.parts.invitation || googleInvites(h) ||
		h.machine.class == "urn:content-classes:calendarmessage" && !startsWith(h.Subject, acceptances)
}

// takeCalendar reads the method from the Content-Type or, where it is missing, from
// the calendar itself (RFC 5546 section 1.4), and of an answer, who answers.
func (c *collector) takeCalendar(p part) {
	c.calendar = true
	method, attendee := p.content.method, ""
	decoded := p.decoded()
	decoded = decoded[:min(len(decoded), maxDecoded)]
	decoded = bytes.ReplaceAll(bytes.ReplaceAll(decoded, []byte("\r\n"), []byte("\n")), []byte("\n "), nil) // RFC 5545 section 3.1
	for line := range bytes.Lines(decoded) {
		line = bytes.TrimSpace(line)
		switch {
		case method == "" && hasPrefixFold(line, "METHOD:"):
			method = strings.ToLower(clean(line[len("METHOD:"):]))
		case attendee == "" && (hasPrefixFold(line, "ATTENDEE:") || hasPrefixFold(line, "ATTENDEE;")):
			attendee = calendarAddress(line)
		}
	}
	c.invitation = c.invitation || method == "request"
	if answersInvitation(method) {
		c.calendarReply = true
		if c.attendee == "" {
			c.attendee = attendee
		}
	}
}

// calendarAddress reads the mailto: URI of a property (RFC 5545 section 3.3.3).
func calendarAddress(line []byte) string {
	i := bytes.LastIndex(bytes.ToLower(line), []byte("mailto:"))
	if i < 0 || len(line) > 4<<10 {
		return ""
	}
	if list := appendAddresses(nil, line[i+len("mailto:"):]); len(list) == 1 {
		return list[0].Addr
	}
	return ""
}

func hasPrefixFold(line []byte, prefix string) bool {
	return len(line) >= len(prefix) && strings.EqualFold(string(line[:len(prefix)]), prefix)
}

// startsWith reports whether the subject starts with one of the prefixes, in any case.
func startsWith(subject string, prefixes []string) bool {
	subject = strings.ToLower(strings.ToValidUTF8(subject[:min(len(subject), 96)], ""))
	for _, p := range prefixes {
		if strings.HasPrefix(subject, p) {
			return true
		}
	}
	return false
}
