package classify

import "strings"

// judge asks the rules in order of weight: the first that speaks decides the
// class, the others add their reasons. What a message is (a report, a
// challenge) weighs more than how it came (through a list), and that more than
// what its sender asks for (no answers).
func (v *Verdict) judge(h *Header) {
	v.add(ruleReport(h))
	v.add(ruleReceipt(h))
	v.add(ruleChallenge(h))
	v.add(ruleBounce(h))
	v.add(ruleNotification(h))
	v.add(ruleList(h))
	v.add(ruleCalendar(h))
	v.add(ruleAutoReply(h))
	if v.Class == "" { // the words of what is something else already need not be read
		v.add(ruleAway(h))
	}
	v.add(ruleAutoSubmitted(h))
	if v.Class != Bounce && v.Class != Receipt { // which explain it
		v.add(ruleNullPath(h))
	}
	v.add(rulePrecedence(h))
	v.add(ruleUnsubscribe(h))
	v.add(ruleSuppress(h))
	v.add(ruleDesk(h))
	v.add(ruleMailing(h))
	v.add(ruleSender(h))
	if len(v.Reasons) == 0 {
		v.Class, v.Reasons = Human, []string{"no sign of a machine"}
	}
}

// add takes what a rule says: the class that the header shows, and why. An
// empty reason says nothing.
func (v *Verdict) add(class Class, reason string) {
	if reason == "" {
		return
	}
	if len(v.Reasons) == 0 {
		v.Class = class
	}
	v.Reasons = append(v.Reasons, reason)
}

// ruleReport knows a multipart/report by its report-type (RFC 6522 section 3)
// or, where that is missing, by its parts; reports that stand alone; and
// reports that call themselves multipart/mixed.
func ruleReport(h *Header) (Class, string) {
	c := h.machine.content
	kind := c.report
	switch sub, alone := strings.CutPrefix(c.media, "message/"); {
	case alone:
		kind = strings.TrimPrefix(sub, "global-")
	case c.media == "multipart/report" && kind == "":
		kind = h.parts.report
	case !c.multipart():
		return "", ""
	}
	switch kind {
	case "delivery-status":
		return Bounce, "delivery status notification (RFC 3464)"
	case "disposition-notification":
		if h.parts.notice.refused(h) {
			return Bounce, "a refusal as a disposition notification (RFC 5429 section 2.1.2)"
		}
		return Receipt, "message disposition notification (RFC 8098)"
	case "feedback-report":
		return Feedback, "feedback report (RFC 5965)"
	}
	if c.media != "multipart/report" {
		return "", ""
	}
	if h.machine.fromDaemon || h.machine.nullPath {
		return Bounce, "multipart/report from a mail system (RFC 6522)"
	}
	return Bulk, "multipart/report of another kind (RFC 6522)"
}

// ruleChallenge knows the questions of challenge-response filters: fields that
// Active Spam Killer, BoxTrapper and Bluebottle write into those alone, and the
// ids of TMDA's. (X-TMDA-Fingerprint stands on its users' own mail.)
func ruleChallenge(h *Header) (Class, string) {
	if h.machine.challenge != "" {
		return Challenge, "a spam filter asks for confirmation: " + h.machine.challenge
	}
	if strings.HasSuffix(strings.ToLower(h.MessageID), "-tmda-confirm") {
		return Challenge, "a spam filter asks for confirmation: TMDA"
	}
	return challengeWording(h)
}

// ruleList knows what came through a mailing list: RFC 2919, RFC 2369.
func ruleList(h *Header) (Class, string) {
	switch h.machine.listID {
	case "":
		return "", ""
	case "List-Post":
		return List, "List-Post (RFC 2369 section 3.4)"
	}
	return List, "List-Id (RFC 2919)"
}

// ruleCalendar knows answers to invitations (iTIP REPLY, RFC 5546 section
// 3.2.3) and calendar robots. A person's invitation is a person's mail.
func ruleCalendar(h *Header) (Class, string) {
	if answersInvitation(h.machine.content.method) && h.machine.content.media == "text/calendar" || h.parts.calendarReply {
		return Calendar, "answer to an invitation (text/calendar; method=REPLY, RFC 5546)"
	}
	if sign := acceptance(h); sign != "" {
		return Calendar, "the subject of an answer to an invitation, and " + sign
	}
	if automatic(h) && (h.machine.content.media == "text/calendar" || h.parts.calendar) {
		return Calendar, "calendar message sent by a machine (RFC 5546, RFC 3834)"
	}
	return "", ""
}
