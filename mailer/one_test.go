package mailer

import (
	"context"
	"time"

	"regards/contact"
	"regards/internal/imapconn"
)

// What the package does with many letters, here with one in Drafts.

func open(ctx context.Context, server imapconn.Server, drafts string) (*Drafts, error) {
	return OpenNamed(ctx, server, Names{Drafts: drafts})
}

func (d *Drafts) look(ctx context.Context) (contact.Attempt, error) {
	return d.LookIn(ctx, d.box, time.Now())
}

func (d *Drafts) put(ctx context.Context, raw []byte, messageID string, a contact.Attempt) (contact.Place, error) {
	places, errs := d.PutAll(ctx, d.box, []Outgoing{{raw, messageID}}, a)
	return places[0], errs[0]
}

func (d *Drafts) settle(ctx context.Context, messageID string, a contact.Attempt, known func(string) bool) (contact.State, contact.Place, error) {
	all, err := d.SettleAll(ctx, []string{messageID}, a, known)
	return all[messageID].State, all[messageID].Place, err
}

// find gives Uncertain for a letter that is nowhere.
func (d *Drafts) find(ctx context.Context, messageID string) (contact.State, contact.Place, error) {
	all, err := d.FindAll(ctx, []string{messageID})
	f, found := all[messageID]
	if !found && err == nil {
		f.State = contact.Uncertain
	}
	return f.State, f.Place, err
}

// takeBack does not know the bytes of the letter.
func (d *Drafts) takeBack(ctx context.Context, messageID string, place contact.Place) (contact.State, error) {
	return d.TakeBackLetter(ctx, Outgoing{MessageID: messageID}, place)
}
