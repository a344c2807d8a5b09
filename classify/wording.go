package classify

import "strings"

// ruleAway knows automatic replies by their wording, and only beside a second sign.
// People write of being away, too, and answer and pass on such notices; nobody writes
// "Automatic reply:" above a subject and says below that he is away.
func ruleAway(h *Header) (Class, string) {
	sign, hard := machineSign(h)
	if h.machine.autoSubmitted == "no" || sign == "" && h.parts.text == nil {
		return "", ""
	}
	named, kind := awaySubject(h.Subject)
	switch {
	case kind == namesMachine && sign != "":
		return AutoReply, "the subject of an automatic reply (" + named + "), and " + sign
	case kind != namesNothing && hard:
		return AutoReply, "the subject says away (" + named + "), and " + sign
	case hard && acknowledges(h.Subject):
		return AutoReply, "the subject acknowledges a message, and " + sign
	case kind >= namesNotice && !byPerson(h) && saysAway(h.parts.text, kind == namesNotice):
		return AutoReply, "the subject of an automatic reply (" + named + "), and a text that says so"
	case hard && isAnswer(h) && h.machine.desk == "" && saysAway(h.parts.text, false):
		return AutoReply, "the text of an automatic reply, and " + sign
	}
	return "", ""
}

// machineSign finds a sign of a machine that needs another beside it. Those that are
// not hard stand on people's mail: Exchange counts in X-MS-Exchange-Inbox-Rules-Loop
// how often rules passed a message on, and names the agent of rules in
// X-MS-Exchange-Generated-Message-Source; FirstClass marks what it forwards.
func machineSign(h *Header) (sign string, hard bool) {
	m := &h.machine
	switch {
	case m.nullPath:
		return "a null Return-Path", true
	case automatic(h):
		return "Auto-Submitted: " + m.autoSubmitted, true
	case m.precedence == "bulk" || m.precedence == "junk":
		return "Precedence: " + m.precedence, true
	case suppresses(h):
		return "X-Auto-Response-Suppress", true
	case m.desk != "":
		return m.desk, true
	case m.noReply:
		return "a sender that takes no answers", true
	}
	return m.faint, false
}

// What a subject says of an automatic reply.
const (
	namesNothing = iota
	namesAbsence // "Out of office until Monday", "Auto-reply", which a person writes as well
	namesNotice  // "Out of office: budget", as programs write it above what they answer
	namesMachine // "Automatic reply: budget"
)

// awaySubject judges a subject, and gives the words that decided.
func awaySubject(subject string) (words string, kind int) {
	low := fold(subject[:min(len(subject), 160)])
	if words, kind = machineSubject(low); kind != namesNothing || answersOrForwards(low) {
		return words, kind
	}
	for _, p := range absenceSubjects {
		if strings.Contains(low, p) {
			return p, namesAbsence
		}
	}
	return "", namesNothing
}

// machineSubject knows the subjects that programs set. Answers and what is passed on
// say nothing: there, the words are another's.
func machineSubject(low string) (words string, kind int) {
	for _, p := range machineSubjects {
		switch rest, ok := strings.CutPrefix(low, p); {
		case ok && rest == "":
			return p, namesAbsence
		case ok && titles(rest):
			return p, namesMachine
		}
	}
	for _, p := range noticeSubjects {
		// Programs set the subject that they answer behind a colon; a person, the dates.
		if rest, ok := strings.CutPrefix(low, p); ok && titles(rest) && len(rest) > 2 && !holdsDate(rest) {
			return p, namesNotice
		}
	}
	return "", namesNothing
}

// titles reports whether the words before rest stand above a subject:
// "Automatic reply: budget", not "Automatic reply settings in Outlook".
func titles(rest string) bool {
	rest = strings.TrimLeft(rest, " ")
	return strings.HasPrefix(rest, ":") || strings.HasPrefix(rest, "：") || strings.HasPrefix(rest, "(")
}

// answersOrForwards reports whether a folded subject starts like "Re:" or "Fwd:", in
// any language, with a number in brackets perhaps.
func answersOrForwards(low string) bool {
	before, _, colon := strings.Cut(low, ":")
	if !colon || len(before) > 12 {
		return false
	}
	word, _, _ := strings.Cut(strings.TrimSpace(before), "[")
	for _, prefix := range answerPrefixes {
		if word == prefix {
			return true
		}
	}
	return false
}

// saysAway looks for the words of an automatic reply in the first own lines; where the
// subject leaves room for doubt, they must be the writer's own absence.
func saysAway(t *text, own bool) bool {
	low := fold(strings.Join(ownLines(t.String(), 8), " "))
	return hasPhrase(low, awayWords) && (!own || phraseAt(low, ownAbsence) >= 0)
}

// acknowledges knows the subjects with which help desks confirm that a message came.
func acknowledges(subject string) bool {
	return hasPhrase(fold(subject[:min(len(subject), 200)]), receivedSubjects)
}

func hasPhrase(low string, list []string) bool {
	for _, p := range list {
		if strings.Contains(low, p) {
			return true
		}
	}
	return false
}

// wordsDoubtful reports whether the subject is one that machines write, so that the
// text must say whether one did.
func wordsDoubtful(h *Header) bool {
	if h.machine.autoSubmitted == "no" {
		return false
	}
	_, kind := machineSubject(fold(h.Subject[:min(len(h.Subject), 160)]))
	return kind >= namesNotice || startsWith(h.Subject, readSubjects) || startsWith(h.Subject, acceptances)
}
