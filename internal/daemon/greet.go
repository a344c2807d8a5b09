package daemon

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"regards/classify"
	"regards/contact"
	"regards/internal/imapconn"
	"regards/mailer"
	"regards/plan"
)

// How the owner greets somebody is read from what they last wrote to them. It is
// kept in memory for as long as the service runs, and never stored.

// greetings knows how the owner greeted whom. It belongs to the goroutine of
// decisions.
type greetings struct {
	known  map[string]string         // by wroteTo; "": the mail does not tell
	wanted map[string][]greetingWant // by account
}

// greetingWant is mail to a contact in which a greeting is to be looked for.
type greetingWant struct {
	key     string
	contact contact.Contact
	mail    contact.Touch // the newest to them
}

// maxGreeting is how much of a mail is read for its first line. The owner's own
// mail has hardly been anywhere: its header is short.
const maxGreeting = 16 << 10

// mailsRead is how many of the last mails to somebody are read for a greeting:
// the very last may have none.
const mailsRead = 3

// withGreetings gives those letters that do not wait for mail to be read, in
// which the owner greets their contact; that mail is then asked for. Where one
// waits, all that is proposed does: the caps have been counted with it, and
// nobody goes before those who are more overdue.
func (d *Daemon) withGreetings(ctx context.Context, letters []plan.Planned, r plan.Records) (ready []plan.Planned, err error) {
	unknown := func(l plan.Planned) bool {
		_, known := d.greetings.known[wroteTo(l.ContactID, r)]
		// A text to copy that is there already is not written again.
		writes := l.State == contact.Queued || l.Copy != "" && r.Letters[l.Key].Subject == ""
		return writes && !known && r.Contacts[l.ContactID].Greeting == "" && !r.Pasts[l.ContactID].LastOut.IsZero()
	}
	asking := slices.DeleteFunc(slices.Clone(letters), func(l plan.Planned) bool { return !unknown(l) })
	if len(asking) == 0 {
		return letters, nil
	}
	mails, err := d.store.MailsTo(ctx, recipients(asking), 0)
	waits := false
	for _, l := range letters {
		if last, wrote := mails[l.ContactID]; unknown(l) && wrote && d.readable(last.Account) {
			want := greetingWant{wroteTo(l.ContactID, r), r.Contacts[l.ContactID], last}
			d.greetings.wanted[last.Account] = append(d.greetings.wanted[last.Account], want)
			waits = true
		} else {
			ready = append(ready, l)
		}
	}
	if waits {
		ready = slices.DeleteFunc(ready, func(l plan.Planned) bool { return l.Proposed })
	}
	return ready, err
}

// wroteTo is the key of the greeting in the last mail to a contact.
func wroteTo(contactID string, r plan.Records) string {
	return contactID + r.Pasts[contactID].LastOut.Format(" 20060102150405")
}

// readable reports whether the mail of an account can be read; no letter waits
// for ever until it can.
func (d *Daemon) readable(account string) bool {
	r := d.synced[account]
	return r != nil && !d.givenUp(r)
}

// greetingsWanted reports whether mail of an account is to be read for a greeting.
func (d *Daemon) greetingsWanted(ctx context.Context, account string) (wanted bool) {
	err := d.decide(ctx, func(context.Context) error {
		wanted = len(d.greetings.wanted[account]) > 0
		return nil
	})
	return wanted && err == nil
}

// greetWithin is how long mail that cannot be read now is waited for.
const greetWithin = time.Hour

// greet reads the mail that is to be read, and has the letters planned that
// waited for it; then what those planned now wait for, until none does.
func (v *visit) greet(ctx context.Context) error {
	for {
		var wants []greetingWant
		err := v.d.decide(ctx, func(context.Context) error {
			wants = v.d.greetings.wanted[v.account.Name]
			delete(v.d.greetings.wanted, v.account.Name)
			return nil
		})
		if err != nil || len(wants) == 0 {
			return err
		}
		if err := v.greetThose(ctx, wants); err != nil {
			return err
		}
	}
}

func (v *visit) greetThose(ctx context.Context, wants []greetingWant) error {
	name := v.account.Name
	// What cannot be read is not asked for again: the name has to do.
	found := map[string]string{}
	for _, want := range wants {
		found[want.key] = ""
	}
	key := "greet " + name
	if err := v.readGreetings(ctx, wants, found); err == nil {
		v.d.taken(key)
	} else if v.d.refused(key); !v.d.refusedFor(key, greetWithin) {
		return errors.Join(err, v.d.decide(context.WithoutCancel(ctx), func(context.Context) error {
			for _, want := range v.d.greetings.wanted[name] {
				if _, known := found[want.key]; !known {
					wants = append(wants, want)
				}
			}
			v.d.greetings.wanted[name] = wants
			return nil
		}))
	}
	return v.d.decide(ctx, func(context.Context) error {
		for key, greeting := range found {
			v.d.greetings.known[key] = greeting
		}
		if len(v.d.settings.Accounts) > 1 {
			v.d.wakeDeliverer() // a letter may go through another account
		}
		return v.d.planAgain(ctx)
	})
}

// greetAll reads what letters wait for at every account, and does nothing else
// there: a rehearsal makes the letters that a pass would.
func (d *Daemon) greetAll(ctx context.Context) error {
	var errs []error
	for _, a := range d.settings.Accounts {
		v := &visit{d: d, account: a}
		if err := v.greet(ctx); err != nil {
			errs = append(errs, accountError{a.Name, err})
		}
		v.leave(ctx)
	}
	return errors.Join(errs...)
}

// readGreetings finds how the owner greeted contacts, each in the newest mail
// that tells: the last mail to all of them is read at once, then what is left.
func (v *visit) readGreetings(ctx context.Context, wants []greetingWant, found map[string]string) error {
	for nth := 1; ; nth++ {
		unread := map[string]map[string]greetingWant{} // by mailbox and Message-ID
		for _, want := range wants {
			mail := want.mail
			if mail.Account != v.account.Name || mail.MessageID == "" {
				continue
			}
			if unread[mail.Mailbox] == nil {
				unread[mail.Mailbox] = map[string]greetingWant{}
			}
			unread[mail.Mailbox][mail.MessageID] = want
		}
		for mailbox, mails := range unread {
			if err := v.readMails(ctx, mailbox, mails, found); err != nil {
				return err
			}
		}
		var err error
		if wants, err = v.before(ctx, wants, nth, found); err != nil || len(wants) == 0 {
			return err
		}
	}
}

// before gives the mails, so many before the newest, to those whose greeting has
// not been found.
func (v *visit) before(ctx context.Context, wants []greetingWant, skip int, found map[string]string) (older []greetingWant, err error) {
	var ids []string
	for _, want := range wants {
		if found[want.key] == "" {
			ids = append(ids, want.contact.ID)
		}
	}
	if skip == mailsRead || len(ids) == 0 {
		return nil, nil
	}
	mails, err := v.d.store.MailsTo(ctx, ids, skip)
	for _, want := range wants {
		if mail, wrote := mails[want.contact.ID]; wrote {
			want.mail = mail
			older = append(older, want)
		}
	}
	return older, err
}

// readMails takes the greetings from mails in one mailbox. When that fails it
// tries once more: the connection may have been lost. Its error is that the
// account cannot be reached.
func (v *visit) readMails(ctx context.Context, mailbox string, mails map[string]greetingWant, found map[string]string) error {
	var err error
	for range 2 {
		err = v.at(ctx, func(drafts *mailer.Drafts) error {
			return drafts.ReadTexts(ctx, mailbox, slices.Collect(maps.Keys(mails)), maxGreeting, func(id string, raw []byte) {
				want := mails[id]
				delete(mails, id)
				found[want.key] = plan.GreetingIn(classify.PlainText(raw), want.contact.Name)
			})
		})
		if err == nil || errors.Is(err, errUnreached) || ctx.Err() != nil {
			return err
		}
	}
	if !answered(err) && !errors.Is(err, imapconn.ErrGarbled) {
		return err // it may pass
	}
	v.d.log.Warn("mail cannot be read for its greeting", "account", v.account.Name, "mailbox", mailbox, "mails", len(mails), "error", err)
	return nil
}
