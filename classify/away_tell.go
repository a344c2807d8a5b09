package classify

import "strings"

// tell adds what the text says: until when somebody is away and who stands in, and
// what it says of people.
func (r *Report) tell(attendee string) {
	if r.Class == Calendar {
		r.Attendee = attendee
	}
	if !r.Forged {
		r.Carried = r.Header.Carried()
	}
	if r.Class != Human && r.Class != AutoReply {
		return
	}
	text := r.parts.text.String()
	r.Tidings = tidings(&r.Header, text, r.Class == AutoReply)
	if r.Class == AutoReply {
		lines := ownLines(text, awayLines)
		if r.speaksOfAbsence(lines) {
			r.Returns = returns(r.Subject, lines, r.Date)
		}
		r.Deputy = deputy(&r.Header, lines, movedTo(r.Tidings))
	}
}

// speaksOfAbsence: a confirmation that a message came names other days.
func (r *Report) speaksOfAbsence(lines []string) bool {
	if _, kind := awaySubject(r.Subject); kind != namesNothing || saysAway(r.parts.text, false) {
		return true
	}
	return !acknowledges(r.Subject) && !hasPhrase(fold(strings.Join(lines[:min(len(lines), 4)], " ")), receivedSubjects)
}
