package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"regards/classify"
	"regards/contact"
	"regards/internal/config"
	"regards/internal/imapconn"
	"regards/mailer"
	"regards/store"
)

// messageExplanation is what one message was.
type messageExplanation struct {
	MessageID string       `json:"message_id"`
	Account   string       `json:"account,omitempty"` // where it lies; "" when it was not found
	Mailbox   string       `json:"mailbox,omitempty"`
	Header    []fieldJSON  `json:"header"` // the fields by which it is judged
	Class     string       `json:"class,omitempty"`
	Touch     bool         `json:"touch"`
	Rules     []string     `json:"rules"`             // why it has that class
	Problem   string       `json:"problem,omitempty"` // why it could not be fetched
	Touches   []reasonJSON `json:"touches"`
	LeftOut   []reasonJSON `json:"left_out"`
	Found     []reasonJSON `json:"found"` // what it tells of contacts beyond that
	Letters   []reasonJSON `json:"letters"`
}

type fieldJSON struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// explainMessage tells what one message was for whom, and why: it is fetched and
// judged once more.
func (a *app) explainMessage(c *cobra.Command, s *session, id string) error {
	e, err := s.knownOf(c.Context(), id)
	if err != nil {
		return err
	}
	places := s.placesOf(e)
	fetchErr := s.fetchMessage(c.Context(), places, id, e)
	switch {
	case e.Mailbox == "" && fetchErr == nil && !e.any():
		return fmt.Errorf("no message with the Message-ID %s was a touch or was left out, and none lies in a mailbox that is watched; the verdict on a message file: regards classify FILE", e.MessageID)
	case fetchErr != nil && !e.any():
		return fetchErr
	case fetchErr != nil:
		e.Problem = strings.ReplaceAll(fetchErr.Error(), "\n", "; ")
	}
	if a.json {
		return a.printJSON(e.messageExplanation)
	}
	a.printMessage(e)
	return nil
}

// known is what the store has of a message, and where it may lie.
type known struct {
	messageExplanation
	places []place
}

// place is a mailbox of an account.
type place struct{ account, mailbox string }

// any reports whether anything is known of the message.
func (e *known) any() bool {
	return len(e.Touches)+len(e.LeftOut)+len(e.Found)+len(e.Letters) > 0
}

// knownOf gives what is known of a message without a look at it.
func (s *session) knownOf(ctx context.Context, id string) (*known, error) {
	all, err := s.contacts(ctx)
	if err != nil {
		return nil, err
	}
	touches, err := s.store.TouchesOf(ctx, id)
	if err != nil {
		return nil, err
	}
	passed, err := s.store.PassedOverOf(ctx, id)
	if err != nil {
		return nil, err
	}
	letters, err := s.store.Letters(ctx)
	if err != nil {
		return nil, err
	}
	e := &known{messageExplanation: messageExplanation{MessageID: brackets(id), Header: []fieldJSON{}, Rules: []string{},
		Touches: []reasonJSON{}, LeftOut: []reasonJSON{}, Found: []reasonJSON{}, Letters: []reasonJSON{}}}
	for _, t := range touches {
		r := touchReason(t)
		r.Contact = all.name(t.ContactID)
		e.Touches = append(e.Touches, r)
		e.places = append(e.places, place{t.Account, t.Mailbox})
	}
	for _, m := range passed {
		r := passedReason(m)
		r.Contact = all.name(m.ContactID)
		e.LeftOut = append(e.LeftOut, r)
		e.places = append(e.places, place{m.Account, m.Mailbox})
	}
	for _, p := range all {
		for _, f := range p.Findings {
			if f.Key == id {
				e.Found = append(e.Found, foundReason(p, f))
			}
		}
	}
	for _, l := range letters {
		if l.Is(id) {
			e.Letters = append(e.Letters, reasonJSON{jsonTime(l.Due), all.name(l.ContactID), l.Key + " " + string(l.State), l.Reason})
			e.places = append(e.places, place{l.Account, l.Place.Mailbox})
		}
	}
	boxes, err := s.store.Mailboxes(ctx)
	for _, m := range boxes {
		e.places = append(e.places, place{m.Account, m.Name})
	}
	return e, err
}

// placesOf gives the mailboxes in which a message may lie, the likeliest first, by
// account.
func (s *session) placesOf(e *known) map[string][]string {
	all := map[string][]string{}
	for _, at := range e.places {
		for _, account := range s.cfg.Accounts {
			if (at.account == account.Name || at.account == "") && at.mailbox != "" && !slices.Contains(all[account.Name], at.mailbox) {
				all[account.Name] = append(all[account.Name], at.mailbox)
			}
		}
	}
	return all
}

// enoughToJudge is how much of a message is read: a header, and what a verdict needs
// of the body.
const enoughToJudge = 256 << 10

// fetchMessage looks for a message on the servers and judges it. That it is nowhere is
// no error.
func (s *session) fetchMessage(ctx context.Context, places map[string][]string, id string, e *known) error {
	var errs []error
	for _, account := range s.cfg.Accounts {
		if len(places[account.Name]) == 0 {
			continue
		}
		err := s.fetchFrom(ctx, account, places[account.Name], id, e)
		if err != nil {
			errs = append(errs, fmt.Errorf("account %s: %w", account.Name, err))
		}
		if e.Mailbox != "" {
			return nil
		}
	}
	return errors.Join(errs...)
}

func (s *session) fetchFrom(ctx context.Context, account config.Account, mailboxes []string, id string, e *known) error {
	at, err := mailer.OpenNamed(ctx, imapServer(account.IMAP), mailer.Names{Drafts: account.Drafts, Sent: account.Sent, Outbox: account.Outbox})
	if err != nil {
		return err
	}
	defer at.Close(ctx)
	for _, mailbox := range mailboxes {
		err := at.ReadTexts(ctx, mailbox, []string{id}, enoughToJudge, func(_ string, raw []byte) {
			e.judged(account, mailbox, raw)
		})
		if _, refused := imapconn.Refused(err); err != nil && !refused && !errors.Is(err, mailer.ErrNoMailbox) {
			return err
		}
		if e.Mailbox != "" {
			return nil
		}
	}
	return nil
}

// judged enters the verdict on a message.
func (e *known) judged(account config.Account, mailbox string, raw []byte) {
	e.Account, e.Mailbox = account.Name, mailbox
	r := classify.Message(raw, classify.Policy{AuthservID: account.AuthservID})
	e.Class, e.Touch, e.Rules = string(r.Class), r.Touch, append(r.Reasons, authWords(account, r)...)
	for _, f := range classify.Decisive(raw) {
		e.Header = append(e.Header, fieldJSON{f.Name, f.Value})
	}
}

// authWords says how far the sender is known to be who they say.
func authWords(account config.Account, r classify.Report) []string {
	switch {
	case r.Forged:
		return nil // a reason says it
	case r.Verified:
		return []string{"the sender is verified: " + account.AuthservID + " says dmarc=pass"}
	case account.AuthservID == "":
		return []string{"the sender is not verified: account " + account.Name + " names no authserv_id"}
	}
	return []string{"the sender is not verified: " + account.AuthservID + " says nothing of dmarc"}
}

// foundReason is what a message tells of a contact.
func foundReason(c contact.Contact, f contact.Finding) reasonJSON {
	return reasonJSON{At: jsonTime(f.At), Contact: c.Name, What: string(f.Kind), Why: cmp.Or(f.Words, f.Address, "its words")}
}

// printMessage prints what a message is.
func (a *app) printMessage(e *known) {
	switch {
	case e.Problem != "":
		fmt.Fprintf(a.out, "%s could not be fetched: %s\n", e.MessageID, e.Problem)
	case e.Mailbox == "":
		fmt.Fprintf(a.out, "%s lies in no mailbox that is watched\n", e.MessageID)
	default:
		fmt.Fprintf(a.out, "%s lies in %s, account %s\n", e.MessageID, e.Mailbox, e.Account)
		for _, f := range e.Header {
			fmt.Fprintf(a.out, "  %s: %s\n", f.Name, shorten(f.Value, 200))
		}
		fmt.Fprintf(a.out, "it is %s:\n", e.Class)
		for _, rule := range e.Rules {
			fmt.Fprintf(a.out, "  %s\n", rule)
		}
	}
	a.printReasons("touches", e.Touches)
	a.printReasons("left out", e.LeftOut)
	if len(e.Found) > 0 {
		a.printReasons("it tells", e.Found)
	}
	a.printReasons("letters", e.Letters)
}

// passedReason says why a message was left out.
func passedReason(m store.PassedOver) reasonJSON {
	why := m.Reason
	if m.Why != "" {
		why += " (" + m.Why + ")"
	}
	return reasonJSON{At: jsonTime(m.At), What: fmt.Sprintf("%q", m.Subject), Why: why + ", in " + m.Mailbox}
}
