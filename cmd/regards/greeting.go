package main

import (
	"cmp"
	"context"

	"regards/contact"
	"regards/internal/daemon"
	"regards/plan"
	"regards/store"
)

// How the owner greeted somebody is read by the service, from the mail on the
// server, and never stored. Commands that work without the server can only say
// that it will be.
const (
	greetingRead = "the greeting is read from your last mail to them when the letter is made"
	standIn      = "[greeting of your last mail]" // in what is shown until then
)

// wroteTo gives the ids of those contacts to whom the owner has written alone.
func wroteTo(ctx context.Context, st *store.Store, ids ...string) (map[string]bool, error) {
	mails, err := st.MailsTo(ctx, ids, 0)
	wrote := make(map[string]bool, len(mails))
	for id := range mails {
		wrote[id] = true
	}
	return wrote, err
}

// wordingWarnings says what is to be known of the words of a milestone to p: how
// they are greeted, and that the news is not in the language of its letter.
func (s *session) wordingWarnings(w daemon.Writer, p contact.Contact, wrote bool) (warnings []string) {
	name := policy(s.cfg).Wordings(plan.Milestone)[0]
	t, err := w.Wording(name, p)
	if err != nil {
		return nil // the letter itself will say so
	}
	if _, later := greeted(w, name, p, wrote); later {
		warnings = append(warnings, greetingRead)
	} else if w.Letter(t, p, plan.Facts{}).Salutation == "" {
		warnings = append(warnings, "greeting missing")
	}
	if t.Language != s.cfg.Owner.Language {
		warnings = append(warnings, "the letter is in "+cmp.Or(languages[t.Language], t.Language)+", your news as you typed it")
	}
	return warnings
}

// languages are the names of those in which letters come with regards.
var languages = map[string]string{"en": "English", "es": "Spanish", "de": "German", "fr": "French"}

// greeted gives c with a greeting that stands for the one to be read, if there is
// mail to read it from and nothing else tells how to greet them.
func greeted(w daemon.Writer, wording string, c contact.Contact, wrote bool) (to contact.Contact, later bool) {
	if !wrote {
		return c, false
	}
	t, err := w.Wording(wording, c)
	if err != nil || w.Letter(t, c, plan.Facts{}).Salutation != "" {
		return c, false
	}
	c.Greeting = standIn
	return c, true
}
