package mailer

import (
	"bytes"
	"context"
	"errors"

	"regards/contact"
)

// reads reports whether the message at a place still reads as it was laid: a
// mail program that saves an edited draft may keep its Message-ID.
func (d *Drafts) reads(ctx context.Context, place contact.Place, laid []byte) (bool, error) {
	if len(laid) == 0 {
		return false, nil
	}
	raw, err := d.Read(ctx, place, 2*len(laid)+maxHeader)
	if errors.Is(err, ErrGone) {
		return false, nil
	}
	return err == nil && readsSame(raw, laid), err
}

// readsSame compares what a reader sees of two messages: the text, and the
// headers that are shown. Line ends, and headers that servers add, do not count.
func readsSame(a, b []byte) bool {
	fieldsA, bodyA, errA := splitMessage(a)
	fieldsB, bodyB, errB := splitMessage(b)
	if errA != nil || errB != nil || !bytes.Equal(lines(bodyA), lines(bodyB)) {
		return false
	}
	for _, name := range []string{"From", "To", "Cc", "Bcc", "Subject", "Content-Type", "Content-Transfer-Encoding", "In-Reply-To"} {
		if decode(valueOf(fieldsA, name)) != decode(valueOf(fieldsB, name)) {
			return false
		}
	}
	return true
}

// lines gives a text with bare line feeds, and none at its end.
func lines(text []byte) []byte {
	return bytes.TrimRight(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), "\n")
}
