package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/internal/addressbook"
	"regards/internal/carddav"
	"regards/internal/config"
	"regards/plan"
	"regards/store"
)

// bookServer translates [carddav] into the terms of the package that reads it.
func bookServer(c config.CardDAV) carddav.Server {
	return carddav.Server{URL: c.URL, User: c.User, Secret: c.Secret, SRV: lookUpBook}
}

// lookUpBook asks the DNS where the address books of a domain are (RFC 6764, section 3).
func lookUpBook(ctx context.Context, domain string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, all, err := net.DefaultResolver.LookupSRV(ctx, "carddavs", "tcp", domain)
	if err != nil || len(all) == 0 {
		return "", err
	}
	return all[0].Target, nil
}

// bookTime is how long a reading of the address book may take.
const bookTime = 5 * time.Minute

// withCardDAV has the import of a file read the address book as well.
func (a *app) withCardDAV(c *cobra.Command) *cobra.Command {
	fromFile, wantsFile := c.RunE, c.Args
	var book bool
	c.Flags().BoolVar(&book, "carddav", false, "read the address book of [carddav] in place of a file")
	c.Use = "import (FILE | --carddav)"
	c.Long += `

With --carddav the cards come from the address book that [carddav] in the configuration
names. The service does that daily by itself, but for people whom you have removed or
forgotten since; this brings back those who were removed.`
	c.Args = func(c *cobra.Command, words []string) error {
		if book {
			return args(cobra.NoArgs)(c, words)
		}
		return wantsFile(c, words)
	}
	c.RunE = func(c *cobra.Command, words []string) error {
		if book {
			return a.importBook(c)
		}
		return fromFile(c, words)
	}
	return c
}

// importBook takes in the address book as a file is taken in.
func (a *app) importBook(c *cobra.Command) error {
	cfg, err := config.Load(config.Path(a.configPath))
	if err != nil {
		return err
	}
	if cfg.CardDAV.URL == "" {
		return errors.New("there is no address book in the configuration; write [carddav] with url and password_file, see docs/carddav.md")
	}
	if _, err := a.clock(cfg); err != nil {
		return err
	}
	// Before the database is opened: the answer may be long in coming.
	ctx, cancel := context.WithTimeout(c.Context(), bookTime)
	defer cancel()
	books, err := carddav.Read(ctx, bookServer(cfg.CardDAV), nil)
	if err != nil {
		return fmt.Errorf("carddav: %w", err)
	}
	return a.change(c, nil, func(s *session) error {
		cards, _ := carddav.Cards(books)
		i, err := s.takeCards(c, cards)
		for errors.Is(err, store.ErrStale) { // the service has changed the contacts
			i, err = s.takeCards(c, cards)
		}
		if err != nil {
			return fmt.Errorf("carddav: nothing was taken: %w", err)
		}
		return a.printBook(i, cards)
	})
}

// takeCards stores what comes of the cards, and that they were told.
func (s *session) takeCards(c *cobra.Command, cards []carddav.Card) (*imported, error) {
	change := store.BookChange{}
	var err error
	if change.Version, err = s.store.BookVersion(c.Context()); err != nil {
		return nil, err
	}
	all, err := s.contacts(c.Context())
	if err != nil {
		return nil, err
	}
	i := newImported(s, all, nil)
	owner := plan.NewBook(s.cfg.Addresses(), nil, 0)
	for n, card := range cards {
		e := card.Entry
		e.Line, e.Groups = n+1, carddav.WithGroup(e.Groups, s.cfg.CardDAV.Group)
		if isOwners(owner, e) {
			continue
		}
		before := len(i.fresh())
		if err := i.take(c, e); err != nil {
			return nil, err
		}
		if e.Problem == nil {
			change.Cards = append(change.Cards, toldBy(card, i.fresh()[before:]))
		}
	}
	i.introduce()
	change.Add, change.Addresses = i.fresh(), i.given
	return i, s.store.TakeBook(c.Context(), change, "", s.now())
}

func isOwners(owner *plan.Book, e addressbook.Entry) bool {
	for _, a := range e.Addresses {
		if owner.IsOwner(a.Addr) {
			return true
		}
	}
	return false
}

// toldBy is what is remembered of a card, and of the contact that it made, if any.
func toldBy(card carddav.Card, made []contact.Contact) store.Card {
	told := store.Card{UID: card.UID}
	for _, a := range card.Entry.Addresses {
		told.Addresses = append(told.Addresses, a.Key)
	}
	for _, p := range made {
		told.ContactID, told.Brought, told.New = p.ID, told.Addresses, true
	}
	return told
}

// printBook reports what was taken and each card that was not.
func (a *app) printBook(i *imported, cards []carddav.Card) error {
	for _, lines := range [][]lineJSON{i.Notes, i.Problems} {
		for n := range lines {
			if name := cards[lines[n].Line-1].Entry.Name; name != "" {
				lines[n].Text = quote(name) + ": " + lines[n].Text
			}
			fmt.Fprintf(a.err, "carddav: %s\n", lines[n].Text)
		}
	}
	if a.json {
		if err := a.printJSON(i); err != nil {
			return err
		}
	} else {
		for _, p := range i.fresh() {
			if a.dryRun {
				fmt.Fprintf(a.out, "would add %s\n", p.Name)
			}
		}
		fmt.Fprintf(a.out, "%s added, %d known already\n", plural(i.Added, "contact"), i.Known)
	}
	switch n := len(i.Problems); {
	case n > 0 && a.dryRun:
		return fmt.Errorf("%s of the address book cannot be taken; the others can; dry run: nothing was changed", plural(n, "card"))
	case n > 0:
		return fmt.Errorf("%s of the address book could not be taken; the others were", plural(n, "card"))
	}
	return nil
}

// broughtBy says what of a contact came from the address book, and when.
func (s *session) broughtBy(ctx context.Context, p contact.Contact) ([]reasonJSON, error) {
	const why = "it stood in the address book of [carddav]"
	all := []reasonJSON{}
	came, addresses, err := s.store.Brought(ctx, p)
	if !came.IsZero() {
		all = append(all, reasonJSON{At: jsonTime(came), What: "the contact", Why: why})
	}
	for _, a := range p.Addresses {
		if at, ok := addresses[a.Key]; ok && !at.Equal(came) {
			all = append(all, reasonJSON{At: jsonTime(at), What: a.Addr, Why: why})
		}
	}
	return all, err
}

// addressBook tries the login to the address book, if there is one.
func (k *checkup) addressBook(ctx context.Context) {
	if k.cfg.CardDAV.URL == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	names, err := carddav.Find(ctx, bookServer(k.cfg.CardDAV))
	if err != nil {
		k.fail("carddav", err, "")
		return
	}
	k.ok("carddav", strings.Join(names, ", "))
}
