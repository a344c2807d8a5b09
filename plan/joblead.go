package plan

import (
	"fmt"
	"slices"
	"time"

	"regards/contact"
)

// JobLead is the name of the practice that tells whoever recommended a job what
// came of it, and asks the owner for that (practice 18).
const JobLead = "job-lead"

// asked is the word of letters that are a question to the owner; they never
// become mail.
const asked = "asked"

// IsQuestion reports whether l is a question to the owner, which never becomes mail.
func IsQuestion(l contact.Letter) bool { return partOf(l).word == asked }

// jobLeads gives, for every job that somebody recommended, the letters about the
// newest step or, without any, the question whether the owner has applied.
func jobLeads(now time.Time, p Policy, r Records) []Planned {
	var letters []Planned
	for _, o := range r.Occasions {
		if o.Kind != contact.JobLead {
			continue
		}
		to := addressees(now, r, o)
		step, ok := latest(o)
		if !ok && now.Sub(o.At) <= staleAfter {
			if about, ask := askedAbout(r, o, to); ask {
				letters = append(letters, jobLeadQuestion(p, o, about))
			}
		}
		if !ok || !TellsOf(o, step.Word) || now.Sub(step.At) > staleAfter {
			continue
		}
		for _, to := range to {
			letters = append(letters, jobLead(now, p, o, step, to))
		}
	}
	return letters
}

// askedAbout gives the one of several people about whom the owner is asked what
// came of their hint: whoever it was before, if anybody, since one question is
// enough. It is false when that one is not to be written to now.
func askedAbout(r Records, o contact.Occasion, to []addressee) (about addressee, ask bool) {
	for _, part := range o.Participants {
		for key, l := range r.Letters {
			l.Key = key
			if l.Practice != JobLead || l.ParticipantID != part.ID || !IsQuestion(l) {
				continue
			}
			i := slices.IndexFunc(to, func(a addressee) bool { return a.ID == part.ID })
			if i < 0 {
				return about, false
			}
			return to[i], true
		}
	}
	if len(to) == 0 {
		return about, false
	}
	return to[0], true
}

// TellsOf reports whether those who took part in o are told of a step: that an
// application came to nothing is no news to them when there was none.
func TellsOf(o contact.Occasion, w contact.StepWord) bool {
	switch o.Kind {
	case contact.JobLead:
		for _, applied := range []contact.StepWord{contact.Applied, contact.Interviewed, contact.Offered} {
			if _, ok := o.Step(applied); ok && (w == applied || w == contact.TurnedDown) {
				return true
			}
		}
	case contact.Reference:
		return w == contact.Granted || w == contact.Used || w == contact.Offered || w == contact.TurnedDown
	}
	return false
}

func jobLeadQuestion(p Policy, o contact.Occasion, to addressee) Planned {
	l := to.letter(JobLead, o, asked)
	l.From = p.Practices[JobLead].Within.After(o.At.In(p.Location))
	l.Due = l.From
	return l.needs(contact.AskOutcome, "did you apply for the job%s that %s told you of? regards occasion edit %s --outcome applied (or no)",
		quoted("", o.Title), to.contact.Name, o.ID)
}

// jobLead gives the letter about a step.
func jobLead(now time.Time, p Policy, o contact.Occasion, step contact.Step, to addressee) Planned {
	l := to.letter(JobLead, o, string(step.Word))
	l.From, l.Due, l.Wording = step.At, step.At.Add(answerWithin), JobLead+"."+string(step.Word)
	l.Facts = Facts{Title: o.Title, When: o.At.In(p.Location), Late: now.Sub(step.At) > belatedAfter}
	l.Reason = fmt.Sprintf("%s told you of the job%s; on %s: %s", to.contact.Name, quoted("", o.Title), dateOf(step.At, p.Location), step.Word)
	return l.by(to.contact.Medium, to.contact)
}

// endsJobLead ends the question once it is answered, and the letter about a step
// once another one came of which they are told instead.
func endsJobLead(_ *desk, l contact.Letter, o contact.Occasion) string {
	step, ok := latest(o)
	switch word := partOf(l).word; {
	case ok && word == asked:
		return "you have said so: " + string(step.Word)
	case ok && word != string(step.Word):
		return "it has come further: " + string(step.Word)
	case word != asked && (!ok || !TellsOf(o, step.Word)):
		return "it has not come to that"
	}
	return ""
}
