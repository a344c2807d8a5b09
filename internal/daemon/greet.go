package daemon

import (
	"context"

	"regards/classify"
	"regards/contact"
	"regards/mailer"
	"regards/plan"
)

// How the owner greets somebody is read from what they last wrote to them. It is
// kept in memory for as long as the service runs, and never stored.

// greetings knows how the owner greeted whom. It belongs to the goroutine of
// decisions.
type greetings struct {
	known  map[string]string         // by contact id and touch key; "": the mail does not tell
	wanted map[string][]greetingWant // by account
}

// greetingWant is mail to a contact in which a greeting is to be looked for.
type greetingWant struct {
	key     string
	contact contact.Contact
	mails   []contact.Touch // newest first
}

// mailsRead is how many of the last mails to somebody are read for a greeting:
// the very last may have none.
const mailsRead = 3

// maxGreeting is how much of a mail is read for its first line: the header may
// be long.
const maxGreeting = 64 << 10

// greeted gives how the owner last greeted a contact. It is not known as long as
// the mail is still to be read, which is then asked for.
func (d *Daemon) greeted(ctx context.Context, c contact.Contact) (greeting string, known bool, err error) {
	if c.Greeting != "" {
		return "", true, nil
	}
	mails, err := d.store.MailsTo(ctx, c.ID, mailsRead)
	if err != nil || len(mails) == 0 {
		return "", true, err
	}
	key := c.ID + " " + mails[0].Key
	if greeting, known := d.greetings.known[key]; known {
		return greeting, true, nil
	}
	account := mails[0].Account
	if r := d.synced[account]; r == nil || d.givenUp(r) {
		return "", true, nil // the letter does not wait for ever
	}
	d.greetings.wanted[account] = append(d.greetings.wanted[account], greetingWant{key, c, mails})
	return "", false, nil
}

// greetingsWanted reports whether mail of an account is to be read for a greeting.
func (d *Daemon) greetingsWanted(ctx context.Context, account string) (wanted bool) {
	err := d.decide(ctx, func(context.Context) error {
		wanted = len(d.greetings.wanted[account]) > 0
		return nil
	})
	return wanted && err == nil
}

// greet reads the mail that is to be read, and has the letters planned that
// waited for it.
func (v *visit) greet(ctx context.Context) error {
	var wants []greetingWant
	name := v.account.Name
	err := v.d.decide(ctx, func(context.Context) error {
		wants = v.d.greetings.wanted[name]
		delete(v.d.greetings.wanted, name)
		return nil
	})
	if err != nil || len(wants) == 0 {
		return err
	}
	found := map[string]string{}
	for _, want := range wants {
		// What cannot be read is not asked for again: the name has to do.
		found[want.key], err = v.readGreeting(ctx, want)
		if err != nil {
			v.d.log.Warn("mail cannot be read for its greeting", "account", name, "contact", want.contact.ID, "error", err)
		}
	}
	return v.d.decide(ctx, func(context.Context) error {
		for key, greeting := range found {
			v.d.greetings.known[key] = greeting
		}
		v.d.wakeDeliverer()
		return v.d.planLetters(ctx)
	})
}

// readGreeting gives how the owner greeted a contact in the newest mail that tells.
func (v *visit) readGreeting(ctx context.Context, want greetingWant) (greeting string, err error) {
	for _, mail := range want.mails {
		if mail.Account != v.account.Name || mail.MessageID == "" {
			continue
		}
		err := v.at(ctx, func(drafts *mailer.Drafts) error {
			raw, err := drafts.ReadText(ctx, mail.Mailbox, mail.MessageID, maxGreeting)
			greeting = plan.GreetingIn(classify.PlainText(raw), want.contact.Name)
			return err
		})
		if err != nil || greeting != "" {
			return greeting, err
		}
	}
	return "", nil
}
