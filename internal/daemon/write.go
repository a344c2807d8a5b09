package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"regards/contact"
	"regards/mailer"
	"regards/plan"
	"regards/templates"
)

// Writer gives planned letters their words and their bytes. It does no I/O but
// to read each template once: a letter that it writes twice is the same. One
// that Settings.Writer made is for one goroutine.
type Writer struct {
	Owner     templates.Owner
	Languages []string // of letters, the preferred first
	Templates []fs.FS  // wording, the preferred first
	Accounts  []Account
	Location  *time.Location
	Secret    []byte // of the database: Message-IDs are derived from it

	wordings map[[2]string]*templates.Wording // that were loaded, by name and language of the contact
}

// Mail is the mail with a contact so far, as far as the next letter depends on it.
type Mail struct {
	Last   contact.Touch // the newest, either way
	LastIn contact.Touch // the newest from the contact
	// Greeted is how the owner greeted the contact last; "" when that is not known.
	Greeted string
}

// Write gives a letter its text and bytes. What only the owner can supply puts
// it into Needs, with the command that helps. One for another medium than mail
// gets its text alone, for the owner to copy.
func (w Writer) Write(now time.Time, p plan.Planned, c contact.Contact, m Mail) contact.Letter {
	l, err := p.Letter, error(nil)
	switch {
	case l.State == contact.Queued:
		l, err = w.compose(now, p, c, m)
	case l.State == contact.Needs && p.Copy != "":
		var text string
		if l.Subject, text, err = w.words(p, c, m); err == nil {
			l.Raw = []byte(text)
		}
	}
	var missing *templates.MissingError
	switch {
	case errors.As(err, &missing):
		l.State, l.Asks, l.Reason = contact.Needs, contact.Ask(missing.Field), missing.Error()+hint(missing.Field, c, l.OccasionID)
	case err != nil:
		l.State, l.Reason = contact.Needs, err.Error()
	}
	return l
}

var errNoAccount = errors.New("no account takes letters; set letters = true for one")

func (w Writer) compose(now time.Time, p plan.Planned, c contact.Contact, m Mail) (contact.Letter, error) {
	l := p.Letter
	account, ok := w.accountFor(m.Last)
	if !ok {
		return l, errNoAccount
	}
	subject, body, err := w.words(p, c, m)
	if err != nil {
		return l, err
	}
	var thread plan.Thread
	if !p.NewThread {
		thread = plan.ThreadFor(now, m.Last)
	}
	if thread.Subject != "" {
		subject = thread.Subject
	}
	id := mailer.MessageID(w.Secret, l.Key, account.Address)
	raw, err := mailer.Compose(mailer.Message{
		FromName: w.Owner.Name, From: account.Address, ToName: c.Name, To: recipient(c, m.LastIn),
		Subject: subject, Body: body, Date: now.In(w.Location),
		MessageID: id, InReplyTo: thread.InReplyTo, References: thread.References,
	})
	if err == nil {
		l.Subject, l.Account, l.MessageID, l.InReplyTo, l.Raw = subject, account.Name, id, thread.InReplyTo, raw
	}
	return l, err
}

// words gives the subject and the text of a letter.
func (w Writer) words(p plan.Planned, c contact.Contact, m Mail) (subject, text string, err error) {
	wording, err := w.Wording(p.Wording, c)
	if err != nil {
		return "", "", err
	}
	if c.Greeting == "" && plan.GreetingFits(m.Greeted, wording.Language) {
		c.Greeting = m.Greeted
	}
	return wording.Render(w.Letter(wording, c, p.Facts))
}

// Wording gives the template of a name in the language of letters to a contact.
func (w Writer) Wording(name string, c contact.Contact) (*templates.Wording, error) {
	key := [2]string{name, c.Language}
	if known := w.wordings[key]; known != nil {
		return known, nil
	}
	wording, err := templates.Load(w.Templates, name, append([]string{c.Language}, w.Languages...))
	if err == nil && w.wordings != nil {
		w.wordings[key] = wording
	}
	return wording, err
}

// Letter gives all that a template may ask for in a letter to a contact. Where
// no register is set, it is that of the greeting.
func (w Writer) Letter(wording *templates.Wording, c contact.Contact, facts plan.Facts) templates.Letter {
	if c.Register == "" {
		c.Register = plan.RegisterIn(c.Greeting, c.Name)
	}
	return templates.Letter{
		Contact: c.Name, Salutation: plan.Salutation(c, wording.Language, c.Register), Register: c.Register,
		Facts: facts, Owner: w.Owner,
	}
}

// hint tells how to supply a missing field.
func hint(field string, c contact.Contact, occasion string) string {
	switch field {
	case "greeting":
		return fmt.Sprintf(`: how do you greet %s? regards contact edit %s --greeting "Dear …"`, c.Name, c.ID)
	case "useful":
		return fmt.Sprintf(`: what was most useful? regards occasion edit %s --useful "%s=…"`, occasion, c.Name)
	case "signature", "phone", "personal_address":
		return fmt.Sprintf(": write %s in the configuration's [owner]", field)
	}
	return ""
}

// accountFor gives the account that a letter goes through: that of the last
// exchange if letters may lie there, else the first where they may.
func (w Writer) accountFor(last contact.Touch) (Account, bool) {
	for _, a := range w.Accounts {
		if a.Letters && a.Name == last.Account {
			return a, true
		}
	}
	for _, a := range w.Accounts {
		if a.Letters {
			return a, true
		}
	}
	return Account{}, false
}

// recipient gives the address the contact last wrote from, if it is still one
// of theirs, else the first; of those to which mail does not come back, if there
// are any.
func recipient(c contact.Contact, lastIn contact.Touch) string {
	reachable := slices.DeleteFunc(slices.Clone(c.Addresses), func(a contact.Address) bool { return !a.Bounced.IsZero() })
	if len(reachable) == 0 {
		reachable = c.Addresses
	}
	key := plan.AddressKey(lastIn.Address)
	for _, a := range reachable {
		if a.Key == key {
			return a.Addr
		}
	}
	return reachable[0].Addr
}
