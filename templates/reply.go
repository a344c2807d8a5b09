package templates

import (
	"fmt"
	"net/url"
	"strings"

	"regards/plan"
)

// Links let the lines of a mail be answered by a tap: each opens a mail to the
// owner that says an order.
type Links struct {
	To    string             // the owner's address
	Token func(n int) string // the one-time token of a line, which stands in for References
	Sends bool               // letters can be sent
}

// TokenSubject begins the subject of a mail with a token; the token is all that
// follows.
const TokenSubject = "regards order "

// snoozedBy is for how long a tap snoozes.
const snoozedBy = "1w"

type saidLink struct{ Label, Href string }

// links gives those of a line. What needs words of the owner's ends where they go on.
func (s *speaker) links(l plan.Line, links Links) (all []saidLink) {
	if links.Token == nil {
		return nil
	}
	for _, verb := range plan.Offered(l.Says) {
		if verb == plan.VerbSend && !links.Sends {
			continue
		}
		label := s.say("do."+string(verb), nil)
		body := fmt.Sprintf("%d %s", l.Number, label)
		switch verb {
		case plan.VerbSnooze:
			body += " " + snoozedBy
		case plan.VerbMoved:
			body += " "
		case plan.VerbAnswer:
			body = fmt.Sprintf("%d ", l.Number)
		}
		// RFC 6068 section 2: spaces are %20, a plus is a plus.
		query := "subject=" + url.PathEscape(TokenSubject+links.Token(l.Number)) + "&body=" + url.PathEscape(body)
		all = append(all, saidLink{label, "mailto:" + strings.ReplaceAll(url.PathEscape(links.To), "%40", "@") + "?" + query})
	}
	return all
}

// Result is what came of an order.
type Result struct {
	Order  plan.Order
	Who    string // whom it is about; "" for nobody, or several
	Failed string // why it was not carried out
	Again  bool   // it was before
	What   string // what an undo took back
}

// Done reports whether the order was carried out.
func (r Result) Done() bool { return r.Order.Verb != "" && r.Failed == "" && !r.Again }

// Answer puts into words what came of a reply: at most one line for each order,
// then the digest that it asked for, if any, and what can be ordered, if it asked
// for that or nothing was understood.
func Answer(results []Result, more *plan.Digest, language string, links Links) (Digested, error) {
	s := speakerOf(language)
	did, open, help := saidSection{}, saidSection{}, false
	for _, r := range results {
		said := answerWords{result: r, s: s}
		switch {
		case r.Again:
			open.Lines = append(open.Lines, saidLine{Text: s.say("not.again", said)})
		case r.Failed != "":
			open.Lines = append(open.Lines, saidLine{Text: s.say("not.done", said)})
		case r.Order.Verb == "":
			open.Lines, help = append(open.Lines, saidLine{Text: s.say("not.clear", said)}), help || r.Order.Number == 0
		case r.Order.Verb == plan.VerbHelp:
			help = true
		case r.Order.Verb != plan.VerbMore:
			did.Lines = append(did.Lines, saidLine{Text: s.say(said.sentence(), said)})
		}
	}
	all := said{Language: s.language, Foot: s.say("reply.foot", nil)}
	var parts []string
	for _, section := range []struct {
		name string
		said saidSection
	}{{"did", did}, {"open", open}} {
		if n := len(section.said.Lines); n > 0 {
			section.said.Title = s.say("section."+section.name, nil)
			all.Sections = append(all.Sections, section.said)
			parts = append(parts, s.say("subject."+section.name, n))
		}
	}
	if help {
		all.Foot = s.say("help", nil)
	}
	switch {
	case more != nil:
		all.Nothing = s.say("nothing", nil)
		all.Sections = append(all.Sections, s.sections(*more, links)...)
		parts = append(parts, s.counts(*more))
	case help:
		parts = append(parts, s.say("subject.help", nil))
	}
	all.Subject = "regards: " + strings.Join(parts, ", ")
	return s.digested(all)
}

// answerWords is a result as the sentences see it.
type answerWords struct {
	result Result
	s      *speaker
}

// Said gives the order as the owner wrote it, in quotes.
func (w answerWords) Said() string { return quoted(w.result.Order.Said, w.s.language, longestCopy) }

// Who names the person that it is about.
func (w answerWords) Who() string { return oneLine(w.result.Who, longestName) }

// Group gives the group of somebody who was added.
func (w answerWords) Group() string { return oneLine(w.result.Order.Text, longestName) }

// What says what was taken back.
func (w answerWords) What() string { return quoted(w.result.What, w.s.language, longestCopy) }

// Why says what kept it from being carried out.
func (w answerWords) Why() string { return oneLine(w.result.Failed, longestCopy) }

// sentence gives the name of the sentence for what was done.
func (w answerWords) sentence() string {
	o := w.result.Order
	letter := o.Handle.Key != "" && o.Handle.Says != "asks.copy"
	switch says := o.Handle.Says; {
	case o.Verb == plan.VerbDone && letter:
		return "did.never.letter" // its draft is taken back
	case o.Verb != plan.VerbNever:
		return "did." + string(o.Verb)
	case letter:
		return "did.never.letter"
	case says == "write" || says == "bounced":
		return "did.never.person"
	case says == "answer" || says == "promise":
		return "did.done"
	}
	return "did.no"
}
