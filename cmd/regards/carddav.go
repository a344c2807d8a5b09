package main

import (
	"cmp"
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
	entries, uids := entriesOf(books)
	var groups []string
	if cfg.CardDAV.Group != "" {
		groups = []string{cfg.CardDAV.Group}
	}
	return a.change(c, nil, func(s *session) error {
		i, err := s.takeIn(c, entries, groups, uids)
		if err != nil {
			return fmt.Errorf("carddav: nothing was taken: %w", err)
		}
		return a.printImported(i, source{"carddav", "the address book", "card", func(numbers []int) string {
			return some(numbers, func(n int) string { return quote(cmp.Or(entries[n-1].Name, "a card without a name")) })
		}})
	})
}

// entriesOf gives what the cards say, numbered as lines are, and their UIDs.
func entriesOf(books []carddav.Book) (entries []addressbook.Entry, uids []string) {
	cards, _ := carddav.Cards(books)
	for n, card := range cards {
		card.Entry.Line = n + 1
		entries, uids = append(entries, card.Entry), append(uids, card.UID)
	}
	return entries, uids
}

// toldBy is what is remembered of a card: the contact that it made, if any. Of a card
// that made none the addresses are not remembered: the daily reading may find out whose
// they are.
func toldBy(uid string, made []contact.Contact) store.Card {
	told := store.Card{UID: uid}
	for _, p := range made {
		told.ContactID, told.Addresses, told.New = p.ID, keysOf(p.Addresses), true
		told.Brought = told.Addresses
	}
	return told
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
