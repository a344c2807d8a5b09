package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/internal/config"
	"regards/plan"
	"regards/store"
)

// order is what the owner orders for one letter, with its bytes.
type order func(now time.Time, l contact.Letter) (contact.Letter, error)

func (a *app) letterApproveCommand() *cobra.Command {
	return a.orderCommand("approve KEY", "have a letter sent: it goes by the outbox", `The letter is laid into the outbox, if it does not lie there, rests there for
the time that hold says, and is sent within the sending window. Until then,
moving or deleting it there stops it, and so does: regards letter dismiss KEY`,
		func(s *session, to contact.Contact) order {
			return func(now time.Time, l contact.Letter) (contact.Letter, error) {
				approved, err := plan.Approve(now, l)
				if err != nil {
					return l, err
				}
				if err := mayWrite(now, to); err != nil {
					return l, err
				}
				return approved, canSend(s.cfg, l.Account)
			}
		})
}

// mayWrite says why nobody writes to a contact now.
func mayWrite(now time.Time, to contact.Contact) error {
	if to.ID == "" {
		return errors.New("its contact was removed")
	}
	if why := plan.Writable(now, to); why != "" {
		return fmt.Errorf("%s; to change that: regards contact edit %s", why, to.ID)
	}
	return nil
}

// canSend says why nothing can be sent through an account.
func canSend(cfg config.Config, name string) error {
	i := slices.IndexFunc(cfg.Accounts, func(a config.Account) bool { return a.Name == name })
	if i < 0 {
		return fmt.Errorf("its account %q is no longer configured; it is written anew at the next pass", name)
	}
	if cfg.Accounts[i].SMTP == nil {
		return fmt.Errorf("the account %q has no server to send by: write [account.smtp] for it, or send the letter from your mail program", name)
	}
	return nil
}

func (a *app) letterSnoozeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "snooze KEY DURATION",
		Short: "hear nothing of a letter for a while",
		Long: `Until the time is over the letter is not laid, sent or spoken of. A draft that
lies in your mailbox stays there. DURATION is such as 3d, 2w or 1mo.`,
		Args: args(cobra.ExactArgs(2)),
		RunE: func(c *cobra.Command, words []string) error {
			d, err := contact.ParseDuration(words[1])
			if err != nil || d.IsZero() {
				return usagef("%q is no length of time; write for example 3d, 2w or 1mo", words[1])
			}
			return a.giveOrder(c, words, func(s *session, _ contact.Contact) order {
				return func(now time.Time, l contact.Letter) (contact.Letter, error) {
					return plan.Snooze(now, l, d.After(now.In(s.cfg.Owner.Location())))
				}
			})
		},
	}
}

func (a *app) letterDismissCommand() *cobra.Command {
	return a.orderCommand("dismiss KEY", "have a letter not be written, laid or sent",
		`A draft that nobody has touched is removed from your mailbox at the next pass;
one that you have edited or moved stays there, and is not sent.`,
		func(*session, contact.Contact) order { return plan.Dismiss })
}

func (a *app) letterRestoreCommand() *cobra.Command {
	return a.orderCommand("restore KEY", "bring back a letter that was dismissed, or had become needless", "", toWritable(plan.Restore))
}

func (a *app) letterRetryCommand() *cobra.Command {
	return a.orderCommand("retry KEY", "try again what failed, or what nobody can tell the outcome of",
		`An uncertain letter may or may not exist: look in your Drafts and Sent first. It
is made again if you say so.`, toWritable(plan.Retry))
}

// toWritable is an order after which a letter is laid again, or sent.
func toWritable(o order) func(*session, contact.Contact) order {
	return func(_ *session, to contact.Contact) order {
		return func(now time.Time, l contact.Letter) (contact.Letter, error) {
			ordered, err := o(now, l)
			if err != nil {
				return l, err
			}
			return ordered, mayWrite(now, to)
		}
	}
}

func (a *app) orderCommand(use, short, long string, what func(*session, contact.Contact) order) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Long: long, Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error { return a.giveOrder(c, words, what) }}
}

// giveOrder carries out an order for the letter with the key in words.
func (a *app) giveOrder(c *cobra.Command, words []string, what func(*session, contact.Contact) order) error {
	return a.change(c, words, func(s *session) error {
		full, err := s.store.Letter(c.Context(), words[0])
		if err != nil {
			return noLetter(err)
		}
		all, err := s.contacts(c.Context())
		if err != nil {
			return err
		}
		to, _ := all.byID(full.ContactID)
		give := what(s, to)
		letters, err := s.store.UpdateLetters(c.Context(), words[:1], func(l contact.Letter) (contact.Letter, error) {
			l.Raw = full.Raw
			l, err := give(s.now(), l)
			l.Raw = nil // the same as before
			return l, err
		})
		if err == nil && len(letters) == 0 {
			err = store.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("letter %s: %w", words[0], err)
		}
		if a.json {
			return a.printJSON(newLetterJSON(letters[0], all))
		}
		next, err := s.nextPass(c.Context())
		fmt.Fprintf(a.out, "%s to %s: %s\n", words[0], all.name(full.ContactID), consequence(s, letters[0], next))
		return err
	})
}

// consequence says what comes of a letter after an order; next is when the service
// goes on with it.
func consequence(s *session, l contact.Letter, next string) string {
	switch {
	case l.State == contact.Dismissed && l.TakeBack:
		return "dismissed; its draft is removed " + next
	case l.State == contact.Dismissed:
		return "dismissed (" + l.Reason + ")"
	case l.Snoozed.After(s.now()):
		return "nothing is heard of it until " + localTime(l.Snoozed, s)
	case l.State == contact.Approved, !l.Approved.IsZero():
		return "approved; it is seen to " + next
	case l.State == contact.Needs:
		return "it is written anew " + next
	case l.State == contact.Queued:
		return "it is laid into your Drafts " + next
	}
	return "its draft stays in " + l.Place.Mailbox
}

// noLetter adds to an error how to find the keys of letters.
func noLetter(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%w; see: regards letter list --all", err)
	}
	return err
}
