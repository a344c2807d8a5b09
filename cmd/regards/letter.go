package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/plan"
)

func (a *app) letterCommand() *cobra.Command {
	return group("letter", "the letters that regards has made, or would make", "",
		a.letterListCommand(), a.letterShowCommand(), a.letterApproveCommand(), a.letterSnoozeCommand(),
		a.letterDismissCommand(), a.letterRestoreCommand(), a.letterRetryCommand())
}

// letterJSON is a letter as the contract shows it.
type letterJSON struct {
	Key       string        `json:"key"`
	Practice  string        `json:"practice"`
	Contact   personJSON    `json:"contact"`
	State     contact.State `json:"state"`
	Due       *string       `json:"due"`
	Overdue   *string       `json:"overdue"`
	Subject   string        `json:"subject"`
	MessageID string        `json:"message_id"`
	Mailbox   string        `json:"mailbox"`
	Reason    string        `json:"reason"`

	Delivery contact.Delivery `json:"delivery"`
	Snoozed  *string          `json:"snoozed"`
	Approved *string          `json:"approved"`
	Sent     *string          `json:"sent"`
	Answered *string          `json:"answered"`
	Ended    *string          `json:"ended"`
}

type personJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func newLetterJSON(l contact.Letter, all people) letterJSON {
	return letterJSON{l.Key, l.Practice, personJSON{l.ContactID, all.name(l.ContactID)}, l.State, jsonTime(l.Due),
		jsonTime(l.Overdue), l.Subject, brackets(l.MessageID), mailboxOf(l), l.Reason,
		l.Delivery, jsonTime(l.Snoozed), jsonTime(l.Approved), jsonTime(l.Sent), jsonTime(l.Answered), jsonTime(l.Ended)}
}

// mailboxOf gives the mailbox in which a letter lies; none for one that was sent,
// when nothing of it is to be removed any more.
func mailboxOf(l contact.Letter) string {
	if l.State == contact.Sent && l.Sending.IsZero() {
		return ""
	}
	return l.Place.Mailbox
}

func (a *app) letterListCommand() *cobra.Command {
	var ended bool
	c := &cobra.Command{
		Use:   "list",
		Short: "list the letters that are open, with their state and why",
		Args:  args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(s *session) error {
				letters, err := s.store.Letters(c.Context())
				if err != nil {
					return err
				}
				all, err := s.contacts(c.Context())
				if err != nil {
					return err
				}
				resting, err := s.resting(c.Context())
				if err != nil {
					return err
				}
				listed := make([]letterJSON, 0, len(letters))
				t := a.table("KEY", "TO", "STATE", "DUE", "SUBJECT", "WHY")
				for _, l := range letters {
					if ended || !l.State.Ended() {
						listed = append(listed, newLetterJSON(l, all))
						t.row(l.Key, all.name(l.ContactID), l.State, localTime(l.Due, s), shorten(l.Subject, 40), why(s, l, resting[l.Key]))
					}
				}
				if a.json {
					return a.printJSON(listed)
				}
				t.flush()
				return nil
			})
		},
	}
	c.Flags().BoolVar(&ended, "all", false, "also those that are over")
	return c
}

func (a *app) letterShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show KEY",
		Short: "show a letter: its message as composed, and why it stands where it stands",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.with(c.Context(), func(s *session) error {
				l, err := s.store.Letter(c.Context(), words[0])
				if err != nil {
					return noLetter(err)
				}
				all, err := s.contacts(c.Context())
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(struct {
						letterJSON
						Raw string `json:"raw"`
					}{newLetterJSON(l, all), string(l.Raw)})
				}
				resting, err := s.resting(c.Context())
				printLetter(a.out, s, l, all, resting[l.Key])
				return err
			})
		},
	}
}

func printLetter(w io.Writer, s *session, l contact.Letter, all people, resting string) {
	fmt.Fprintf(w, "%s to %s: %s\n%s\n", l.Key, all.name(l.ContactID), l.State, why(s, l, resting))
	fmt.Fprintf(w, "due %s\n", localTime(l.Due, s))
	if box := mailboxOf(l); box != "" {
		fmt.Fprintf(w, "lies in %s\n", box)
	}
	if l.Raw != nil && l.MessageID == "" { // it goes by another medium than mail
		fmt.Fprintf(w, "\nto copy:\n")
	}
	if l.Raw != nil {
		fmt.Fprintf(w, "\n%s", l.Raw)
	}
}

// resting says of each approved letter, by key, why it has not gone yet.
func (s *session) resting(ctx context.Context) (map[string]string, error) {
	r, err := s.store.Records(ctx)
	if err != nil {
		return nil, err
	}
	return s.restingOf(r), nil
}

// restingOf is resting for letters of the records.
func (s *session) restingOf(r plan.Records) map[string]string {
	why := map[string]string{}
	due, held := plan.Sendable(s.now(), policy(s.cfg), r)
	for _, l := range due {
		why[l.Key] = "it goes at the next pass"
	}
	for _, h := range held {
		why[h.Key] = h.Why
	}
	return why
}

// why says why a letter stands where it stands, and what else is known of it:
// resting is why it has not gone yet, for one that is approved.
func why(s *session, l contact.Letter, resting string) string {
	text := l.Reason
	add := func(more string) {
		if text != "" {
			text += "; "
		}
		text += more
	}
	if l.Snoozed.After(s.now()) && !l.State.Ended() {
		add("nothing is heard of it until " + localTime(l.Snoozed, s))
	}
	if resting != "" && !l.TakeBack {
		add(resting)
	}
	if l.TakeBack {
		add("its draft is to be removed")
	}
	if l.State == contact.Queued && !l.Approved.IsZero() {
		add("approved: it goes by the outbox")
	}
	switch {
	case l.Answered.IsZero():
	case l.Sent.IsZero() || l.Answered.Before(l.Sent):
		add("answered")
	default:
		add("answered after " + span(l.Answered.Sub(l.Sent)))
	}
	return text
}
