package daemon

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"regards/classify"
	"regards/contact"
	"regards/mailer"
	"regards/plan"
	"regards/store"
	"regards/templates"
)

// keyed gives the first bytes of a hash that only this database makes.
func (d *Daemon) keyed(parts ...any) []byte {
	mac := hmac.New(sha256.New, d.store.Secret())
	fmt.Fprint(mac, parts...)
	return mac.Sum(nil)[:10]
}

// tokenLength is that of a token, in characters.
const tokenLength = 16

// token gives the one that stands for a line of a notice.
func (d *Daemon) token(key string, n int) string {
	return strings.ToLower(base32.StdEncoding.EncodeToString(d.keyed("token\n", key, "\n", n)))
}

// opening hides the words by which a line of ours is known again.
func (d *Daemon) opening(words string) string {
	return hex.EncodeToString(d.keyed("line\n", words)[:6])
}

// handles gives what is kept of the lines of a notice, which were said so.
func (d *Daemon) handles(about plan.Digest, said templates.Digested) (all []plan.Handle) {
	for _, section := range about.Sections {
		for _, l := range section.Lines {
			h := l.Handle()
			for _, words := range plan.Openings(said.Lines[l.Number-1]) {
				h.Begins = append(h.Begins, d.opening(words))
			}
			all = append(all, h)
		}
	}
	return all
}

// quotes reports whether words are the line of ours that they are said to answer.
func (d *Daemon) quotes(h plan.Handle, words string) bool {
	return plan.Quotes(words, h.Begins, d.opening)
}

// obeyAll does what the owner has ordered by mail, at every account that was read.
func (d *Daemon) obeyAll(ctx context.Context) error {
	if d.settings.Rehearse {
		return nil
	}
	var errs []error
	for _, a := range d.settings.Accounts {
		v := &visit{d: d, account: a}
		err := v.seeHold(ctx)
		if err == nil && !d.offline(ctx, a) {
			err = v.obey(ctx)
		}
		v.leave(ctx)
		if err != nil {
			errs = append(errs, accountError{a.Name, err})
		}
	}
	return errors.Join(append(errs, d.decide(ctx, d.reload))...)
}

// instructions gives the messages of the account in which the owner may have
// ordered something. After a backup was restored nothing is done before the owner
// has looked.
func (v *visit) instructions(ctx context.Context) ([]store.Instruction, error) {
	if v.restored || v.d.settings.Obey == nil {
		return nil, nil
	}
	all, err := v.d.store.Instructions(ctx, v.account.Name)
	return slices.DeleteFunc(all, func(in store.Instruction) bool { return v.d.refusedLately("instruction " + in.Key) }), err
}

// maxReply is how much of a reply is read, in bytes.
const maxReply = 64 << 10

// obey does what the owner has ordered by mail, and answers each message once.
func (v *visit) obey(ctx context.Context) error {
	all, err := v.instructions(ctx)
	if err != nil || len(all) == 0 {
		return err
	}
	notices, err := v.d.store.Notices(ctx)
	if err != nil {
		return err
	}
	texts, err := v.readReplies(ctx, all)
	errs := []error{err}
	for _, in := range all { // in the order in which they were sent
		raw, read := texts[in.Key]
		switch {
		case err != nil && !read:
			v.d.refused("instruction " + in.Key)
		case !read && v.d.now().Sub(in.Seen) < goneAfter: // the server may still be filing it
			v.d.refused("instruction " + in.Key)
		default:
			i := slices.IndexFunc(notices, func(n store.Notice) bool { return n.Key == in.Notice })
			var lines []plan.Handle
			if i >= 0 {
				lines = notices[i].Lines
			}
			errs = append(errs, v.obeyOne(ctx, in, lines, raw))
		}
	}
	return errors.Join(errs...)
}

// goneAfter is for how long a message is looked for that was there a moment ago.
const goneAfter = time.Hour

// readReplies reads messages, by the keys of their instructions.
func (v *visit) readReplies(ctx context.Context, all []store.Instruction) (texts map[string][]byte, err error) {
	ids := map[string][]string{} // by mailbox
	for _, in := range all {
		if in.MessageID != "" {
			ids[in.Mailbox] = append(ids[in.Mailbox], in.MessageID)
		}
	}
	texts = map[string][]byte{}
	for _, mailbox := range slices.Sorted(maps.Keys(ids)) {
		err = errors.Join(err, v.at(ctx, func(drafts *mailer.Drafts) error {
			return drafts.ReadTexts(ctx, mailbox, ids[mailbox], maxReply, func(id string, raw []byte) { texts[id] = slices.Clone(raw) })
		}))
	}
	return texts, err
}

// obeyOne does what one message orders, of which all of it or nothing was read.
func (v *visit) obeyOne(ctx context.Context, in store.Instruction, lines []plan.Handle, raw []byte) error {
	end := func(refused store.Refusal, answer *store.Notice) error {
		return v.d.decide(context.WithoutCancel(ctx), func(ctx context.Context) error {
			err := v.d.store.EndInstruction(ctx, in.Key, refused, answer, v.d.now())
			if err == nil && answer != nil {
				v.d.added(*answer)
			}
			return err
		})
	}
	header, err := classify.Parse(raw)
	if err != nil {
		return end(store.RefusedGone, nil)
	}
	if in.Line > 0 {
		lines = slices.DeleteFunc(slices.Clone(lines), func(h plan.Handle) bool { return h.Number != in.Line })
	}
	text := classify.ReplyText(raw)
	var orders []plan.Order
	if in.Notice == "" {
		words, _ := logWords(strings.TrimSpace(header.Subject))
		useful := plan.FirstParagraph(text, v.d.settings.Owner.Name, v.d.settings.Owner.Signature)
		orders = []plan.Order{{Verb: plan.VerbLog, Text: words, Said: words, Useful: useful}}
	} else {
		orders = plan.ReadReply(text, lines, v.d.quotes)
	}
	if len(orders) == 0 {
		orders = []plan.Order{{Verb: plan.VerbHelp}} // whoever says nothing may not know how
	}
	var results []templates.Result
	begun := v.d.now()
	for i, order := range orders {
		if order.At = header.Date; order.At.IsZero() || order.At.After(begun) {
			order.At = begun
		}
		if i > 0 && order.Verb == plan.VerbUndo && !results[i-1].Done() {
			results = append(results, templates.Result{Order: order, Failed: "what stands before it was not done, so nothing was taken back"})
			continue
		}
		result, err := v.d.carryOut(ctx, in, i, order, begun)
		if err != nil { // it is tried again
			v.d.refused("instruction " + in.Key)
			return err
		}
		results = append(results, result)
		if ctx.Err() != nil { // the next service goes on
			return ctx.Err()
		}
	}
	var answer store.Notice
	err = v.d.decide(ctx, func(ctx context.Context) (err error) {
		answer, err = v.d.answer(ctx, in, results)
		return err
	})
	if err != nil { // they are carried out all the same
		return errors.Join(fmt.Errorf("answer to your orders: %w", err), end("", nil))
	}
	v.d.log.Info("orders were carried out", "account", in.Account, "notice", in.Notice, "orders", len(orders))
	return end("", &answer)
}

// carryOut does what one order says, the nth of its message, once. The error is one
// that may pass.
func (d *Daemon) carryOut(ctx context.Context, in store.Instruction, n int, order plan.Order, begun time.Time) (templates.Result, error) {
	result := templates.Result{Order: order, Who: d.about(ctx, order.Handle)}
	switch order.Verb {
	case "", plan.VerbMore, plan.VerbHelp:
		return result, nil
	}
	once := store.Order{What: d.whatIsOrdered(in, n, order), Instruction: fmt.Sprintf("%s/%d", in.Key, n), At: begun}
	by, err := d.store.Obeyed(ctx, once.What)
	switch {
	case err != nil:
	case by == once.Instruction: // an earlier pass was interrupted after it
		return result, nil
	case by != "":
		err = store.ErrObeyed
	default:
		result.What, err = d.settings.Obey(ctx, once, order)
	}
	switch {
	case errors.Is(err, store.ErrObeyed):
		result.Again = true
	case store.IsBusy(err):
		return result, err
	case err != nil:
		result.Failed = err.Error()
		d.log.Warn("an order was not carried out", "notice", in.Notice, "line", order.Number)
		d.log.Debug("why an order was not carried out", "error", err)
	}
	return result, nil
}

// whatIsOrdered tells an order from all others: by its line or, where it has none, by
// the moment and the words of its message, of which a server may have made a copy
// under another Message-ID.
func (d *Daemon) whatIsOrdered(in store.Instruction, n int, order plan.Order) string {
	if order.Handle.Number > 0 {
		return fmt.Sprintf("%s#%d", in.Notice, order.Handle.Number)
	}
	return hex.EncodeToString(d.keyed("order\n", in.Notice, in.Line, "\n", in.Sent.Unix(), "\n", n, order.Verb, "\n", order.Text, "\n", order.Useful))
}

// about names the person whom a line is about; "" for none, or several.
func (d *Daemon) about(ctx context.Context, h plan.Handle) string {
	if h.ContactID == "" {
		return h.Address
	}
	all, err := d.store.Contacts(ctx)
	if i := slices.IndexFunc(all, func(c contact.Contact) bool { return c.ID == h.ContactID }); i >= 0 && err == nil {
		return all[i].Name
	}
	return ""
}

// answer makes the notice that says what came of the orders of a message. It runs on
// the goroutine of decisions.
func (d *Daemon) answer(ctx context.Context, in store.Instruction, results []templates.Result) (store.Notice, error) {
	var about plan.Digest
	var more *plan.Digest
	if slices.ContainsFunc(results, func(r templates.Result) bool { return r.Order.Verb == plan.VerbMore }) {
		all, err := Digest(ctx, d.store, d.settings, d.now(), time.Time{})
		if err != nil {
			return store.Notice{}, err
		}
		about, more = all, &all
	}
	key := kindAnswer + "/" + hex.EncodeToString(d.keyed("answer\n", in.Key))
	return d.notice(key, in.MessageID, about, func(links templates.Links) (templates.Digested, error) {
		return templates.Answer(results, more, d.settings.language(), links)
	})
}
