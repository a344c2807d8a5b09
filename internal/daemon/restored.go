package daemon

import (
	"context"
	"slices"
	"time"

	"regards/contact"
	"regards/mailer"
	"regards/plan"
)

// thatAreNew gives those letters that do not exist yet. What a regards that this
// database knows nothing of has made is left to the owner.
func (v *visit) thatAreNew(ctx context.Context, drafts *mailer.Drafts, letters []contact.Letter) ([]contact.Letter, error) {
	found, err := drafts.FindAll(ctx, idsOf(letters))
	if err != nil {
		return nil, err
	}
	there := func(l contact.Letter) bool {
		f, ok := found[l.MessageID]
		// What was brought back may lie among the deleted mail still.
		back := !l.Restored.IsZero() || !l.Revived.IsZero()
		return ok && (!back || f.State != contact.Dismissed)
	}
	var known, fresh []contact.Letter
	for _, l := range letters {
		if there(l) {
			known = append(known, l)
		} else {
			fresh = append(fresh, l)
		}
	}
	err = v.updateAsRead(ctx, known, func(l contact.Letter) (contact.Letter, error) {
		f := found[l.MessageID]
		if f.State == contact.Drafted {
			f.State = contact.Edited // who knows what the owner has done to it
		}
		l.Reason, l.Place = "it was there already; was the database restored, or does another regards run?", f.Place
		return l.In(f.State, v.d.now()), nil
	})
	if err != nil {
		return nil, err
	}
	return v.notEdited(ctx, drafts, fresh)
}

// notEdited leaves those letters to the owner of which a draft may lie there,
// edited and saved anew: a backup that was restored does not know.
func (v *visit) notEdited(ctx context.Context, drafts *mailer.Drafts, letters []contact.Letter) ([]contact.Letter, error) {
	restored, err := v.d.store.Restored(ctx)
	if err != nil || restored.IsZero() {
		return letters, err
	}
	ours, err := v.ours(ctx)
	if err != nil {
		return nil, err
	}
	var fresh []contact.Letter
	for _, l := range letters {
		known, err := v.causedAfter(ctx, l, restored)
		if err != nil {
			return nil, err
		}
		there := false
		if !known {
			full, err := v.d.store.Letter(ctx, l.Key)
			if err != nil {
				return nil, err
			}
			if there, err = drafts.Addressed(ctx, full.Raw, func(id string) bool { return ours[id] }); err != nil {
				return nil, err
			}
		}
		if !there {
			fresh = append(fresh, l)
			continue
		}
		err = v.updateAsRead(ctx, []contact.Letter{l}, func(l contact.Letter) (contact.Letter, error) {
			l.Reason = "a draft to that person lies there, and the database was restored: it may be this letter, edited; it is not made again by itself"
			return l.In(contact.Uncertain, v.d.now()), nil
		})
		if err != nil {
			return nil, err
		}
	}
	return fresh, nil
}

// causedAfter reports whether what a letter came of was logged after a time. No
// hello is made before it is due: one that was due later is no older.
func (v *visit) causedAfter(ctx context.Context, l contact.Letter, t time.Time) (bool, error) {
	if l.OccasionID == "" {
		return l.Practice == plan.KeepInTouch && l.Snoozed.IsZero() && l.Due.After(t), nil
	}
	occasions, err := v.d.store.Occasions(ctx)
	i := slices.IndexFunc(occasions, func(o contact.Occasion) bool { return o.ID == l.OccasionID })
	return i < 0 || occasions[i].Logged.After(t), err
}
