package daemon

import (
	"context"
	"errors"

	"regards/contact"
	"regards/internal/imapconn"
	"regards/mailer"
	"regards/plan"
	"regards/store"
)

// thoughtBetter reports whether the owner took a letter back just before it went.
func thoughtBetter(err error) bool {
	return errors.Is(err, store.ErrTaken) || errors.Is(err, mailer.ErrGone)
}

// commit gives the step between the server's taking the recipient and the message:
// the letter has to lie where it lay, and nobody may have ordered otherwise.
func (v *visit) commit(l contact.Letter, raw []byte) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := v.at(ctx, func(drafts *mailer.Drafts) error { return drafts.Check(ctx, l.Place) }); err != nil {
			return err
		}
		return v.d.decide(ctx, func(ctx context.Context) error { return v.d.store.RecordSending(ctx, l.Key, raw, v.d.now()) })
	}
}

// read gives the bytes of a letter from where it lies; or why they cannot be read.
func (v *visit) read(ctx context.Context, l contact.Letter) (draft []byte, why string, err error) {
	err = v.at(ctx, func(drafts *mailer.Drafts) (err error) {
		draft, err = drafts.Read(ctx, l.Place, maxLetter)
		return err
	})
	_, refused := imapconn.Refused(err)
	switch {
	case refused, errors.Is(err, mailer.ErrTooLarge), errors.Is(err, imapconn.ErrGarbled):
		return nil, err.Error(), nil
	case err != nil:
		return nil, "", err
	}
	if id := mailer.IDOf(draft); id != "" && !l.Is(id) {
		return nil, "another message lies where it lay", nil
	}
	return draft, "", nil
}

// maxLetter is how large a letter may be that is sent, attachments included.
const maxLetter = 25 << 20

// prepare gives the bytes to be sent and to whom; or why they are not.
func (v *visit) prepare(ctx context.Context, l contact.Letter, draft []byte) (raw []byte, to, why string, err error) {
	r, err := v.d.store.Records(ctx)
	if err != nil {
		return nil, "", "", err
	}
	now := v.d.now().In(v.d.settings.Policy.Location)
	raw, recipients, err := mailer.Prepare(draft, now, keptAs(l), v.d.settings.Addresses)
	if err != nil {
		return nil, "", err.Error(), nil
	}
	if to, why = plan.Deliverable(l, r.Contacts[l.ContactID], recipients, v.d.settings.Addresses); why != "" {
		return nil, "", why, nil
	}
	touches, err := v.d.store.SentSince(ctx, l.Approved)
	return raw, to, plan.WrittenSince(l, r.Letters, touches), err
}
