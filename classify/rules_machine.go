package classify

import "strings"

// automatic reports an Auto-Submitted other than "no" (RFC 3834 section 5). Google
// Calendar writes it into the invitations that people send with it.
func automatic(h *Header) bool {
	return h.machine.autoSubmitted != "" && h.machine.autoSubmitted != "no" && !googleInvites(h)
}

// ruleAutoReply knows answers that nobody wrote: RFC 3834 section 5, RFC 5230
// section 4.6, and the fields used before. Exchange says auto-generated, or
// nothing, in its out-of-office answers, but suppresses answers to them.
func ruleAutoReply(h *Header) (Class, string) {
	switch {
	case h.machine.autoSubmitted == "auto-replied":
		return AutoReply, "Auto-Submitted: auto-replied (RFC 3834)"
	case h.machine.precedence == "auto_reply" || h.machine.precedence == "auto-reply":
		return AutoReply, "Precedence: " + h.machine.precedence
	case h.machine.autoReply != "":
		return AutoReply, h.machine.autoReply
	case suppresses(h) && isAnswer(h) && h.machine.precedence == "" && !h.machine.unsubscribe:
		return AutoReply, "X-Auto-Response-Suppress on an answer"
	}
	return "", ""
}

// ruleAutoSubmitted knows what else machines send: auto-generated (RFC 3834),
// auto-notified (RFC 5436), and keywords still to come.
func ruleAutoSubmitted(h *Header) (Class, string) {
	if !automatic(h) || h.machine.autoSubmitted == "auto-replied" {
		return "", ""
	}
	return Bulk, "Auto-Submitted: " + h.machine.autoSubmitted + " (RFC 3834)"
}

// ruleNullPath: with nothing else said, a null reverse-path means an answer
// that must not be answered (RFC 3834 section 3.3), as ruleBounce has not
// found a report. "Auto-Submitted: no" is a person's word against it.
func ruleNullPath(h *Header) (Class, string) {
	if !h.machine.nullPath || h.machine.autoSubmitted == "no" {
		return "", ""
	}
	return AutoReply, "null Return-Path without a delivery report (RFC 5321 section 4.5.5, RFC 3834 section 3.3)"
}

// rulePrecedence reads the field that RFC 2076 section 3.9 describes.
func rulePrecedence(h *Header) (Class, string) {
	switch h.machine.precedence {
	case "list":
		return List, "Precedence: list"
	case "bulk":
		if byPerson(h) && isAnswer(h) {
			return "", "" // a relay marks all that goes through it
		}
		return Bulk, "Precedence: bulk"
	case "junk":
		return Bulk, "Precedence: junk"
	}
	return "", ""
}

// ruleUnsubscribe: without List-Id or List-Post nobody discusses there, so it
// is a newsletter; the other fields of RFC 2369 show a list.
func ruleUnsubscribe(h *Header) (Class, string) {
	switch {
	case h.machine.listID != "":
		return "", ""
	case h.machine.unsubscribe:
		return Bulk, "List-Unsubscribe without List-Id (RFC 2369)"
	case h.machine.listOther != "":
		return List, h.machine.listOther
	}
	return "", ""
}

// ruleSuppress: whoever forbids out-of-office answers is no person.
func ruleSuppress(h *Header) (Class, string) {
	if !suppresses(h) {
		return "", ""
	}
	return Bulk, "X-Auto-Response-Suppress"
}

// suppresses leaves out invitations: Exchange and Teams write the field into those of
// people; and so do rules of a firm's server into what its people write.
func suppresses(h *Header) bool {
	return h.machine.suppress && h.machine.autoSubmitted != "no" && !invites(h) && !byPerson(h)
}

// byPerson: a mail program of people wrote it, and no field of RFC 3834 speaks against
// that. A weak sign alone then says nothing.
func byPerson(h *Header) bool {
	return h.machine.program && h.machine.autoSubmitted == ""
}

// isAnswer goes by the thread or, as Exchange does not always name it, by how
// the subjects of answers start.
func isAnswer(h *Header) bool {
	if len(h.InReplyTo) > 0 || len(h.References) > 0 {
		return true
	}
	subject := strings.ToLower(h.Subject[:min(len(h.Subject), 64)])
	return strings.HasPrefix(subject, "re:") || strings.HasPrefix(subject, "automatic reply:")
}
