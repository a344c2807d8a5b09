package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"regards/contact"
	"regards/internal/mailsim"
	"regards/plan"
	"regards/store"
)

// events are what can happen in a day beside mail; each happens on about every
// second day, in any order.
var events = []func(w *world, ctx context.Context) error{
	func(w *world, _ context.Context) error { return w.server.DropConnections() },
	func(w *world, _ context.Context) error { w.disturb(mailsim.Cut); return nil },
	func(w *world, _ context.Context) error { w.disturb(mailsim.Stall); w.asleep(); return nil },
	func(w *world, _ context.Context) error { return w.restart(w.server.Stop) },
	func(w *world, _ context.Context) error { return w.restart(w.server.Kill) },
	func(w *world, _ context.Context) error { return w.move() },
	(*world).befriend,
	(*world).merge,
}

// live lets a day pass.
func (w *world) live(ctx context.Context, day int) error {
	end := time.Now().Add(w.day)
	if day%7 == 0 {
		if err := w.renewArchive(); err != nil {
			return err
		}
	}
	today := slices.DeleteFunc(slices.Clone(events), func(func(*world, context.Context) error) bool { return w.rand.IntN(2) == 0 })
	w.rand.Shuffle(len(today), func(i, j int) { today[i], today[j] = today[j], today[i] })
	for _, event := range today {
		if err := event(w, ctx); err != nil {
			return err
		}
		if err := w.deliver(1 + w.rand.IntN(10)); err != nil {
			return err
		}
		if err := w.wait(ctx, w.day/time.Duration(2*len(events))); err != nil {
			return err
		}
	}
	return w.wait(ctx, time.Until(end))
}

func (w *world) wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// deliver brings mail into INBOX, Sent and Archive, from and to anybody.
func (w *world) deliver(n int) error {
	for range n {
		w.number++
		who := w.addr(w.rand.IntN(w.people))
		from, to, box := who, owner, []string{"INBOX", "INBOX", "Archive"}[w.rand.IntN(3)]
		if w.rand.IntN(3) == 0 {
			from, to, box = owner, who, "Sent"
		}
		at := w.now().Truncate(time.Second)
		raw := fmt.Appendf(nil, "From: %s\r\nTo: %s\r\nSubject: number %d\r\nDate: %s\r\nMessage-ID: <%d@soak.example>\r\n\r\nHello.\r\n",
			from, to, w.number, at.Format(time.RFC1123Z), w.number)
		if _, err := w.server.Append(box, mailsim.Message{Time: at, Raw: raw}); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) addr(n int) string { return fmt.Sprintf("person%d@people.example", n) }

// disturb does something once to what the server sends.
func (w *world) disturb(a mailsim.Action) {
	after, done := w.rand.IntN(20), false
	w.proxy.OnServer(func(line []byte) mailsim.Action {
		if after--; after > 0 || done || !bytes.HasPrefix(line, []byte("* ")) {
			return mailsim.Pass
		}
		done = true
		return a
	})
}

// asleep is what a laptop does: after a while nothing of its connections is left.
func (w *world) asleep() {
	time.Sleep(w.day / 20)
	w.proxy.OnServer(nil)
	w.proxy.Drop()
}

// restart ends the server and starts it again.
func (w *world) restart(end func() error) error {
	if err := end(); err != nil {
		return err
	}
	time.Sleep(w.day / 50)
	return w.server.Start()
}

// move files a message of INBOX away.
func (w *world) move() error {
	messages, err := w.server.Messages("INBOX")
	if err != nil || len(messages) == 0 {
		return err
	}
	_, err = w.server.Move("INBOX", messages[w.rand.IntN(len(messages))].UID, "Archive")
	return err
}

// renewArchive makes a mailbox anew, with its mail: its UIDVALIDITY changes.
func (w *world) renewArchive() error {
	messages, err := w.server.Messages("Archive")
	if err != nil {
		return err
	}
	return w.server.Recreate("Archive", messages)
}

// befriend makes a contact of somebody whose mail has been read.
func (w *world) befriend(ctx context.Context) error {
	if len(w.known) == w.people {
		return nil
	}
	addr := w.addr(len(w.known))
	c, err := w.store.AddContact(ctx, contact.Contact{Name: addr, Medium: contact.Email, Status: contact.Active, Added: w.now(), Greeting: "Hello,",
		Addresses: []contact.Address{{Addr: addr, Key: plan.AddressKey(addr)}}})
	w.known = append(w.known, c.ID)
	return err
}

// merge makes one contact of two, and parts them again every other time.
func (w *world) merge(ctx context.Context) error {
	all, err := w.store.Contacts(ctx)
	if err != nil || len(all) < 2 {
		return err
	}
	w.store.Command("contact merge", time.Now())
	if _, err := w.store.MergeContacts(ctx, all[0].ID, all[len(all)-1].ID, time.Now()); err != nil {
		return err
	}
	if w.rand.IntN(2) == 0 {
		_, err = w.store.Undo(ctx, time.Now())
	}
	return err
}

// rescan reads all mail into a new store with the same contacts.
func (w *world) rescan(ctx context.Context) ([]string, error) {
	st, err := store.Open(ctx, filepath.Join(w.dir, "fresh.db"))
	if err != nil {
		return nil, err
	}
	defer st.Close()
	all, err := w.store.Contacts(ctx)
	if err != nil {
		return nil, err
	}
	version, err := st.BookVersion(ctx)
	if err != nil {
		return nil, err
	}
	if err := st.TakeBook(ctx, store.BookChange{Version: version, Add: all}, "", time.Time{}); err != nil {
		return nil, err
	}
	if _, err := w.service(st, w.server.IMAPPort()).Sync(ctx); err != nil {
		return nil, err
	}
	return w.touches(ctx, st)
}

// touches gives what a store knows of touches, one line each.
func (w *world) touches(ctx context.Context, st *store.Store) ([]string, error) {
	touches, err := st.Touches(ctx, "")
	var lines []string
	for _, t := range touches {
		if t.Medium != contact.Email {
			continue // no scan finds it
		}
		lines = append(lines, fmt.Sprintf("%s %s %s %s %q", t.ContactID, t.Direction, t.At.Format(time.RFC3339), t.MessageID, t.Subject))
	}
	slices.Sort(lines)
	return lines, err
}

// differ gives the lines of a that are not in b, a few of them; both are sorted.
func differ(a, b []string) []string {
	var only []string
	for _, line := range a {
		if _, found := slices.BinarySearch(b, line); !found && len(only) < 10 {
			only = append(only, line)
		}
	}
	return only
}
