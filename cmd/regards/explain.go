package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/plan"
	"regards/store"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain (CONTACT | KEY | MESSAGE-ID)",
		Short: "say why messages were touches or not, and why letters are due or not",
		Long: `Tells the reasons for all that is known of a contact, for one letter by its key, or
for one message by its Message-ID, with or without angle brackets. The message is
fetched for that: the fields that matter are shown, what it is and by which rule, and
what became of it. To overrule that: regards touch reclassify.`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.with(c.Context(), func(s *session) error { return a.explain(c, s, words[0]) })
		},
	}
}

// explain finds out what is meant and explains it.
func (a *app) explain(c *cobra.Command, s *session, what string) error {
	l, err := s.store.Letter(c.Context(), what)
	if err == nil {
		return a.explainLetter(c, s, l)
	}
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	r, err := s.store.Records(c.Context())
	if err != nil {
		return err
	}
	policy, err := s.scheduled(c.Context())
	if err != nil {
		return err
	}
	if l, found := s.plannedAs(r, policy, what); found {
		return a.explainPlanned(s, r, l)
	}
	p, err := s.contact(c.Context(), what)
	if err == nil {
		return a.explainContact(c, s, p, r)
	}
	id, isID := unbracketed(what), strings.HasPrefix(what, "<")
	if !isID && !(errors.Is(err, errNobody) && strings.Contains(what, "@")) {
		return err
	}
	return a.explainMessage(c, s, id)
}

// explainLetter tells why a letter stands where it stands.
func (a *app) explainLetter(c *cobra.Command, s *session, l contact.Letter) error {
	all, err := s.contacts(c.Context())
	if err != nil {
		return err
	}
	hold, err := s.store.Held(c.Context())
	if err != nil {
		return err
	}
	resting, err := s.resting(c.Context())
	if err != nil {
		return err
	}
	why := why(s, l, resting[l.Key])
	if !hold.Over(s.now()) && !l.State.Ended() {
		why += "; nothing is drafted or sent now (" + hold.Reason + "): regards resume"
	}
	if p, ok := all.byID(l.ContactID); ok && !l.State.Ended() && plan.Writable(s.now(), p) != "" {
		why += "; no letter goes to them: " + plan.Writable(s.now(), p)
	}
	j := newLetterJSON(l, all)
	if j.Reason = why; a.json {
		return a.printJSON(j)
	}
	fmt.Fprintf(a.out, "%s to %s is %s: %s\n", l.Key, j.Contact.Name, l.State, why)
	fmt.Fprintf(a.out, "due %s\n", localTime(l.Due, s))
	if box := mailboxOf(l); box != "" {
		fmt.Fprintf(a.out, "it lies in %s\n", box)
	}
	return nil
}

func touchReason(t contact.Touch) reasonJSON {
	why := t.Rule
	if t.Mailbox != "" {
		why += ", in " + t.Mailbox
	}
	if t.Medium == contact.Email && t.Direction == contact.In && !t.Verified {
		why += ", sender not verified"
	}
	return reasonJSON{At: jsonTime(t.At), What: strings.TrimSpace(fmt.Sprintf("%s %s %q", t.Direction, t.Medium, t.Subject)), Why: why}
}

// explainContact tells the reasons behind what is known of a contact.
func (a *app) explainContact(c *cobra.Command, s *session, p contact.Contact, r plan.Records) error {
	touches, err := s.store.Touches(c.Context(), p.ID)
	if err != nil {
		return err
	}
	passed, err := s.store.PassedOver(c.Context(), p.ID)
	if err != nil {
		return err
	}
	letters, err := s.store.Letters(c.Context())
	if err != nil {
		return err
	}
	e := explanation{Contact: personJSON{p.ID, p.Name}, Status: string(plan.Status(s.now(), p)), NoLetters: plan.Writable(s.now(), p),
		Touches: []reasonJSON{}, LeftOut: []reasonJSON{}, Found: []reasonJSON{}, Letters: []reasonJSON{}, ToCome: []reasonJSON{}, Quiet: s.quiet(r, p)}
	if e.Came, err = s.broughtBy(c.Context(), p); err != nil {
		return err
	}
	for _, t := range touches {
		e.Touches = append(e.Touches, touchReason(t))
	}
	policy, err := s.scheduled(c.Context())
	if err != nil {
		return err
	}
	for _, l := range s.plannedFor(r, policy, p) {
		e.ToCome = append(e.ToCome, reasonJSON{At: jsonTime(l.From), What: l.Key, Why: l.why})
	}
	for _, m := range passed {
		e.LeftOut = append(e.LeftOut, passedReason(m))
	}
	for _, f := range p.Findings {
		e.Found = append(e.Found, reasonJSON{At: jsonTime(f.At), What: string(f.Kind), Why: plan.Said(p, f)})
	}
	resting := s.restingOf(r)
	for _, l := range letters {
		if l.ContactID == p.ID {
			e.Letters = append(e.Letters, reasonJSON{At: jsonTime(l.Due), What: l.Key + " " + string(l.State), Why: why(s, l, resting[l.Key])})
		}
	}
	if a.json {
		return a.printJSON(e)
	}
	a.printExplanation(e)
	return nil
}

type explanation struct {
	Contact personJSON `json:"contact"`
	Status  string     `json:"status"`
	// NoLetters says why no letter goes to them; "" when letters do.
	NoLetters string       `json:"no_letters,omitempty"`
	Came      []reasonJSON `json:"came"` // what of them the address book brought
	Touches   []reasonJSON `json:"touches"`
	LeftOut   []reasonJSON `json:"left_out"`
	Found     []reasonJSON `json:"found"` // what mail told that the owner has not seen to
	Letters   []reasonJSON `json:"letters"`
	ToCome    []reasonJSON `json:"to_come"` // letters that are not made yet
	Quiet     []reasonJSON `json:"quiet"`   // occasions of which no letter comes
}

type reasonJSON struct {
	At      *string `json:"at"`
	Contact string  `json:"contact,omitempty"`
	What    string  `json:"what"`
	Why     string  `json:"why"`
}

func (a *app) printExplanation(e explanation) {
	fmt.Fprintf(a.out, "%s (%s) is %s\n", e.Contact.Name, e.Contact.ID, e.Status)
	if e.NoLetters != "" {
		fmt.Fprintf(a.out, "no letter goes to them: %s\n", e.NoLetters)
	}
	if len(e.Came) > 0 {
		a.printReasons("from the address book", e.Came)
	}
	a.printReasons("touches", e.Touches)
	a.printReasons("left out", e.LeftOut)
	if len(e.Found) > 0 {
		a.printReasons("mail tells", e.Found)
	}
	a.printReasons("letters", e.Letters)
	if len(e.ToCome) > 0 {
		a.printReasons("letters to come", e.ToCome)
	}
	if len(e.Quiet) > 0 {
		a.printReasons("no letter comes of", e.Quiet)
	}
}

func (a *app) printReasons(title string, reasons []reasonJSON) {
	if len(reasons) == 0 {
		fmt.Fprintf(a.out, "%s: none\n", title)
		return
	}
	fmt.Fprintf(a.out, "%s:\n", title)
	for _, r := range reasons {
		who := ""
		if r.Contact != "" {
			who = r.Contact + ": "
		}
		at := "at an unknown time"
		if r.At != nil {
			at = *r.At
		}
		fmt.Fprintf(a.out, "  %s  %s%s: %s\n", at, who, r.What, r.Why)
	}
}
