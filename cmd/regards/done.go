package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/plan"
	"regards/store"
)

func (a *app) doneCommand() *cobra.Command {
	var until string
	c := &cobra.Command{
		Use:   "done (CONTACT | KEY | OCCASION)",
		Short: "say that what waits is seen to",
		Long: `Closes what waits for you: with a contact to whom you owe an answer, that it needs
none any more; with the key of a letter whose text you copied, that you sent it;
with an occasion at which you promised something, that it is done. With a contact
to whom you owe no answer, whatever else waits for them, if it is one thing.`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.change(c, words, func(s *session) error {
				answered := s.now()
				if until != "" {
					var err error
					if answered, err = parseTime(until, s.now(), s.cfg.Owner.Location(), latestDay); err != nil {
						return usagef("--until: %w", err)
					}
				}
				closed, err := s.done(c.Context(), words[0], answered)
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(closed)
				}
				fmt.Fprintln(a.out, closed.Text)
				for _, w := range closed.Waiting {
					fmt.Fprintf(a.out, "still waiting: %s\n", w)
				}
				return nil
			})
		},
	}
	c.Flags().StringVar(&until, "until", "", "what came until then needs no answer; what came later does")
	return c
}

// closure is what done closed.
type closure struct {
	Contact string   `json:"contact_id,omitempty"`
	Key     string   `json:"key,omitempty"`
	ID      string   `json:"occasion_id,omitempty"`
	Text    string   `json:"text"`
	Waiting []string `json:"still_waiting,omitempty"`
}

// done closes what a name means: a letter, an occasion or a contact, to whom no answer
// is owed to what came until some time.
func (s *session) done(ctx context.Context, what string, until time.Time) (closure, error) {
	l, err := s.store.Letter(ctx, what)
	if err == nil {
		return s.doneLetter(ctx, l)
	}
	if !errors.Is(err, store.ErrNotFound) {
		return closure{}, err
	}
	r, err := s.store.Records(ctx)
	if err != nil {
		return closure{}, err
	}
	i := slices.IndexFunc(r.Occasions, func(o contact.Occasion) bool { return o.ID == what })
	if i >= 0 {
		return s.doneOccasion(ctx, r.Occasions[i])
	}
	p, err := s.contact(ctx, what)
	if err != nil {
		return closure{}, fmt.Errorf("no letter and no occasion is called so, and %w", err)
	}
	return s.doneContact(ctx, r, p, until)
}

// doneLetter closes a letter that waits for the owner.
func (s *session) doneLetter(ctx context.Context, l contact.Letter) (closure, error) {
	now := s.now()
	if l.Practice == plan.Promise && !l.State.Ended() {
		o, _, err := s.occasion(ctx, l.OccasionID)
		if err != nil {
			return closure{}, err
		}
		return s.doneOccasion(ctx, o)
	}
	if l.State != contact.Needs {
		return closure{}, fmt.Errorf("nothing waits: the letter %s is %s (%s)", l.Key, l.State, l.Reason)
	}
	if plan.IsQuestion(l) {
		return closure{}, fmt.Errorf("%s is a question: %s; if there is no answer: regards letter dismiss %s", l.Key, l.Reason, l.Key)
	}
	name := "them"
	if p, err := s.contact(ctx, l.ContactID); err == nil {
		name = p.Name
	}
	_, err := s.store.UpdateLetters(ctx, []string{l.Key}, func(l contact.Letter) (contact.Letter, error) {
		if l.State != contact.Needs {
			return l, fmt.Errorf("the letter %s has gone on: it is %s", l.Key, l.State)
		}
		l = l.In(contact.Sent, now)
		l.Sent, l.Reason = now, "you wrote it elsewhere"
		return l, nil
	})
	return closure{Contact: l.ContactID, Key: l.Key, Text: fmt.Sprintf("done: the letter %s to %s, written elsewhere", l.Key, name)}, err
}

// doneOccasion closes what was promised at an occasion.
func (s *session) doneOccasion(ctx context.Context, o contact.Occasion) (closure, error) {
	if o.Next == "" {
		return closure{}, fmt.Errorf("nothing waits: nothing was promised at %s (%s)", o.ID, o.Kind)
	}
	if step, ok := o.Step(contact.Done); ok {
		return closure{}, fmt.Errorf("nothing waits: what was promised at %s was done on %s", o.ID, localTime(step.At, s))
	}
	o, err := s.store.UpdateOccasion(ctx, o.ID, s.now(), func(o contact.Occasion) (contact.Occasion, error) {
		return o.WithStep(contact.Step{Word: contact.Done, At: s.now()}), nil
	})
	return closure{ID: o.ID, Text: fmt.Sprintf("done: %q, promised at %s (%s)", o.Next, o.ID, o.Kind)}, err
}

// doneContact closes the answer that is owed to p or, when none is, the one
// thing that waits for them.
func (s *session) doneContact(ctx context.Context, r plan.Records, p contact.Contact, until time.Time) (closure, error) {
	waiting := s.waitingFor(r, p)
	if last := r.Pasts[p.ID].Last; plan.Owes(s.now(), p, r.Pasts[p.ID]) {
		_, err := s.store.UpdateContact(ctx, p.ID, func(p contact.Contact) (contact.Contact, error) {
			p.Answered = until
			return p, nil
		})
		text := fmt.Sprintf("done: no answer to %s is waiting any more (%q of %s)", p.Name, last.Subject, localTime(last.At, s))
		return closure{Contact: p.ID, Text: text, Waiting: waiting}, err
	}
	switch len(waiting) {
	case 0:
		return closure{}, fmt.Errorf("nothing waits for %s: you owe them no answer, no text is to be copied, and nothing is promised", p.Name)
	case 1:
		return s.done(ctx, waiting[0], until)
	}
	return closure{}, fmt.Errorf("several things wait for %s: name one: regards done %s", p.Name, strings.Join(waiting, ", or regards done "))
}

// waitingFor names what waits for p beside an answer, as done takes it.
func (s *session) waitingFor(r plan.Records, p contact.Contact) []string {
	var waiting []string
	for key, l := range r.Letters {
		if l.ContactID == p.ID && l.State == contact.Needs && l.Practice != plan.Promise && !plan.IsQuestion(l) {
			waiting = append(waiting, key)
		}
	}
	slices.Sort(waiting)
	for _, o := range r.Occasions {
		if _, there := o.Participant(p.ID); there && plan.Promised(s.now(), o) {
			waiting = append(waiting, o.ID)
		}
	}
	return waiting
}
