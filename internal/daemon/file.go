package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"regards/contact"
	"regards/internal/imapconn"
	"regards/mailer"
)

// toFile reports whether a letter that regards has sent is to be filed still.
func (v *visit) toFile(l contact.Letter) bool {
	return l.State == contact.Sent && !l.Sending.IsZero() && !v.d.refusedLately(l.Key)
}

// file lays letters that were sent among the sent mail, unless the server has
// done so, and takes them out of the outbox.
func (v *visit) file(ctx context.Context) error {
	letters, err := v.letters(ctx, v.toFile, contact.Sent)
	if err != nil {
		return err
	}
	if err := v.sentFound(ctx); err != nil {
		return err
	}
	var errs []error
	for _, l := range letters {
		err := v.at(ctx, func(drafts *mailer.Drafts) error { return v.fileOne(ctx, drafts, l) })
		if err != nil {
			errs = append(errs, fmt.Errorf("file the letter %s, which was sent: %w", l.Key, err))
		}
		if errors.Is(err, errUnreached) || ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

// sent is what the filing of an account is called among troubles.
func (v *visit) sent() string { return "sent/" + v.account.Name }

// sentFound notes that there is no trouble with filing any more: the mailbox of
// sent mail is there, and no letter waits to be filed.
func (v *visit) sentFound(ctx context.Context) error {
	if v.drafts == nil {
		return nil
	}
	waiting, err := v.letters(ctx, func(l contact.Letter) bool { return !l.Sending.IsZero() }, contact.Sent)
	if _, ok := v.drafts.Name(imapconn.Sent); err != nil || !ok || len(waiting) > 0 {
		return err
	}
	return v.tell(ctx, v.sent(), "", "")
}

// fileWithin is how long a server may go on refusing to have a letter filed, or
// taken out of the outbox, until it is left as it is.
const fileWithin = 24 * time.Hour

// fileOne files a letter and takes it out of the outbox. Neither waits for the
// other where the server refuses.
func (v *visit) fileOne(ctx context.Context, drafts *mailer.Drafts, l contact.Letter) error {
	id, filing := v.fileCopy(ctx, drafts, l)
	if !answered(filing) {
		return filing
	}
	removing := v.clearOut(ctx, drafts, l)
	if !answered(removing) {
		return removing
	}
	_, refusesFiling := imapconn.Refused(filing)
	_, refusesRemoving := imapconn.Refused(removing)
	again := refusesFiling || refusesRemoving
	if again {
		v.d.refused(l.Key)
		again = !v.d.refusedFor(l.Key, fileWithin)
	}
	err := v.update(ctx, []string{l.Key}, func(l contact.Letter) (contact.Letter, error) {
		l = knownAs(l, id)
		if removing == nil {
			l.Place = contact.Place{}
		}
		if !again {
			l.Sending = time.Time{}
			l.Reason += unfiled(filing, removing, l.Place.Mailbox)
		}
		return l, nil
	})
	if text := unfiled(filing, removing, l.Place.Mailbox); text != "" {
		err = errors.Join(err, v.tell(ctx, v.sent(), "a letter was sent"+text, wordsOf(errors.Join(filing, removing))))
	}
	if !again {
		return err
	}
	return errors.Join(err, filing, removing)
}

// unfiled says what is left for the owner to do about a letter that was sent.
func unfiled(filing, removing error, place string) (text string) {
	if filing != nil {
		text = fmt.Sprintf("; it is not among your sent mail: %v", filing)
	}
	if removing != nil {
		text += fmt.Sprintf("; it lies in %s still, delete it there: %v", place, removing)
	}
	return text
}

// fileCopy files a letter, and gives the Message-ID under which it lies there.
func (v *visit) fileCopy(ctx context.Context, drafts *mailer.Drafts, l contact.Letter) (id string, err error) {
	if drafts.FilesSent() {
		return "", nil
	}
	full, err := v.d.store.Letter(ctx, l.Key)
	if err != nil || len(full.Raw) == 0 { // its contact was forgotten meanwhile
		return "", err
	}
	// Other servers than those of this computer may do it by themselves, a little
	// later.
	if !imapconn.IsLoopback(v.account.Server.Host) {
		pause(ctx, min(settleAfter, settleAfter-v.d.now().Sub(l.Sent)))
	}
	_, id, err = drafts.File(ctx, full.Raw, keptAs(l))
	return id, err
}

// clearOut takes a letter out of where it lies, if it lies there still, and what
// may be left of it in Drafts.
func (v *visit) clearOut(ctx context.Context, drafts *mailer.Drafts, l contact.Letter) error {
	var err error
	if l.Place.Mailbox != "" {
		err = drafts.Remove(ctx, l.Place, keptAs(l))
	}
	if gone(err) == nil {
		full, storeErr := v.d.store.Letter(ctx, l.Key)
		if storeErr != nil {
			return storeErr
		}
		err = drafts.RemoveCopy(ctx, mailer.Outgoing{Raw: full.Raw, MessageID: keptAs(l)})
	}
	return gone(err)
}

// gone takes it for done that what was to be removed is not there.
func gone(err error) error {
	if errors.Is(err, mailer.ErrGone) || errors.Is(err, mailer.ErrNoMailbox) {
		return nil
	}
	return err
}

// knownAs gives a letter that lies among the sent mail under a Message-ID, so that
// an answer to it is known.
func knownAs(l contact.Letter, id string) contact.Letter {
	if id != "" && !l.Is(id) {
		l.DraftID = id
	}
	return l
}
