package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"regards/store"
)

// judgement is what came of overruling a verdict, as JSON.
type judgement struct {
	MessageID string     `json:"message_id"`
	Contact   personJSON `json:"contact"`
	Was       string     `json:"was"`
	Is        string     `json:"is"`
	Sender    string     `json:"sender,omitempty"` // whose mail is judged so from now on
}

func (a *app) reclassifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "reclassify MESSAGE-ID human|machine",
		Short: "say that a person wrote a message, or that none did",
		Long: `Overrules the verdict on a message of a contact: it becomes a touch, or is one no
longer. From then on mail of that sender that is taken for the same is judged like it:
after "human" for a newsletter, newsletters of theirs are touches, automatic replies
are still none. "regards explain MESSAGE-ID" tells what a message is and why; "regards
undo" takes this back.`,
		Args: args(cobra.ExactArgs(2)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.change(c, words, func(s *session) error {
				human := words[1] == "human"
				if !human && words[1] != "machine" {
					return usagef("%q: write human or machine", words[1])
				}
				id := unbracketed(words[0])
				judged, err := s.store.Reclassify(c.Context(), id, human, s.now())
				switch {
				case errors.Is(err, store.ErrNotFound):
					return fmt.Errorf("no message %s of a contact was a touch, or was left out as a machine's; see: regards explain %s", brackets(id), quote(brackets(id)))
				case errors.Is(err, store.ErrJudged):
					return fmt.Errorf("the message %s counts as %s already", brackets(id), words[1])
				case err != nil:
					return err
				}
				return a.printJudged(c, s, id, words[1], judged)
			})
		},
	}
}

// printJudged tells what came of it.
func (a *app) printJudged(c *cobra.Command, s *session, id, is string, judged []store.Reclassified) error {
	all, err := s.contacts(c.Context())
	if err != nil {
		return err
	}
	var list []judgement
	for _, j := range judged {
		list = append(list, judgement{MessageID: brackets(id), Contact: personJSON{j.ContactID, all.name(j.ContactID)}, Was: j.Was, Is: is, Sender: j.Sender})
	}
	if a.json {
		return a.printJSON(list)
	}
	for _, j := range list {
		fmt.Fprintf(a.out, "%s, which was %s, is a touch%s with %s\n", j.MessageID, j.Was, noLonger(is), j.Contact.Name)
		switch {
		case j.Sender == "":
			fmt.Fprintln(a.out, "other mail of that sender is judged as before")
		case j.Was == "human":
			fmt.Fprintf(a.out, "mail of %s counts as a machine's from now on; to change that: regards undo\n", j.Sender)
		default:
			fmt.Fprintf(a.out, "mail of %s that looks like it (%s) counts as a person's from now on\n", j.Sender, j.Was)
		}
	}
	return nil
}

func noLonger(is string) string {
	if is == "human" {
		return ""
	}
	return " no longer"
}
