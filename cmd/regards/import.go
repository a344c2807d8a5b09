package main

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/internal/addressbook"
	"regards/plan"
	"regards/store"
)

func (a *app) contactImportCommand() *cobra.Command {
	var groups []string
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "add the people of a file: LinkedIn, Google Contacts, Outlook, vCards, CSV",
		Long: `Reads the Connections.csv of LinkedIn, the CSV files of Google Contacts and of Outlook
as they are, vCards, or a CSV file whose first line names the columns, in any order:
name, address, groups, every, medium, introduced_by, greeting, status, paused_until,
language, register, time_zone, birthday. Several values in a cell are separated by
semicolons. What a file is, it says itself; its name does not matter. "-" is the
standard input.

People who are contacts already are left as they are, so a file can be read again:
they are known by an address, else by their whole name where only one has it. A
contact without an address is given the one that the file has for that name. What
cannot be decided is said and left to you. Each line that cannot be taken is named;
the others are taken. -n shows what would happen; "regards undo" takes it all back.

Nobody is written to because of an import: that takes a cadence, of theirs or of a
group of theirs, and mail both ways. See then: regards plan --until 90d.`,
		Example: "  regards contact import -n Connections.csv\n  regards contact import contacts.csv --group alumni",
		Args:    args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			entries, err := a.readPeople(words[0])
			if err != nil {
				return fmt.Errorf("%s: %w", words[0], err)
			}
			return a.change(c, words, func(s *session) error { return a.importPeople(c, s, entries, groups, words[0]) })
		},
	}
	c.Flags().StringArrayVar(&groups, "group", nil, "a group for everybody who is added; may be given again")
	return c
}

// readPeople reads a file, or the standard input, before the database is opened:
// the input may be long in coming.
func (a *app) readPeople(file string) ([]addressbook.Entry, error) {
	if file == "-" {
		return addressbook.Read(a.in)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return addressbook.Read(f)
}

func (a *app) importPeople(c *cobra.Command, s *session, entries []addressbook.Entry, groups []string, file string) error {
	i, err := s.takeIn(c, entries, groups, nil)
	if err != nil {
		return fmt.Errorf("%s: nothing was taken: %w", file, err)
	}
	return a.printImported(i, source{file, file, "line", linesWords})
}

// takeIn stores what comes of entries. Those of an address book have the UIDs of their
// cards, and it is kept that they were told.
func (s *session) takeIn(c *cobra.Command, entries []addressbook.Entry, groups, uids []string) (i *imported, err error) {
	for {
		if i, err = s.decideIn(c, entries, groups, uids); !errors.Is(err, store.ErrStale) {
			return i, err
		} // the service has changed the contacts
	}
}

func (s *session) decideIn(c *cobra.Command, entries []addressbook.Entry, groups, uids []string) (*imported, error) {
	version, err := s.store.BookVersion(c.Context())
	if err != nil {
		return nil, err
	}
	all, err := s.contacts(c.Context())
	if err != nil {
		return nil, err
	}
	i := newImported(s, all, groups)
	change := store.BookChange{Version: version}
	for n, e := range entries {
		before := len(i.fresh())
		if err := i.take(c, e); err != nil {
			return nil, err
		}
		if uids != nil && e.Problem == nil {
			change.Cards = append(change.Cards, toldBy(uids[n], i.fresh()[before:]))
		}
	}
	i.introduce()
	change.Add, change.Addresses = i.fresh(), i.given
	return i, s.store.TakeBook(c.Context(), change, "", s.now())
}

// imported is what comes of the entries of a file.
type imported struct {
	session *session
	owner   *plan.Book
	all     people                       // contacts, those of the file behind the others
	before  int                          // how many of all were contacts before
	entries []addressbook.Entry          // what each of the others was made of
	given   map[string][]contact.Address // what contacts without an address get, by id
	groups  []string                     // of everybody who is added
	roster  roster
	pages   map[int]string // the LinkedIn pages of people, by their places in all, as far as the file tells

	Added     int            `json:"added"`
	Known     int            `json:"known"`
	KnownName int            `json:"known_by_name"` // of Known
	Completed int            `json:"completed"`     // of Known: they got an address
	Problems  []lineJSON     `json:"problems"`
	Notes     []lineJSON     `json:"notes"`
	Dropped   map[string]int `json:"dropped"` // lines, by what a contact has no place for
}

func newImported(s *session, all people, groups []string) *imported {
	i := &imported{session: s, owner: plan.NewBook(s.cfg.Addresses(), nil, 0), before: len(all), given: map[string][]contact.Address{}, groups: groups, roster: newRoster(), pages: map[int]string{},
		Problems: []lineJSON{}, Notes: []lineJSON{}, Dropped: map[string]int{}}
	for _, p := range all {
		i.enter(p)
	}
	return i
}

// enter adds p to those who are known.
func (i *imported) enter(p contact.Contact) {
	i.roster.add(p, len(i.all))
	i.all = append(i.all, p)
}

// fresh are those to be added.
func (i *imported) fresh() []contact.Contact { return i.all[i.before:] }

// entry gives what the contact at a place was made of; ok is false for one who was
// there before.
func (i *imported) entry(place int) (e addressbook.Entry, ok bool) {
	if place < i.before {
		return e, false
	}
	return i.entries[place-i.before], true
}

// lineJSON says something of a line.
type lineJSON struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

func (i *imported) note(line int, format string, args ...any) {
	i.Notes = append(i.Notes, lineJSON{line, fmt.Sprintf(format, args...)})
}

// take decides about one entry.
func (i *imported) take(c *cobra.Command, e addressbook.Entry) error {
	for _, note := range e.Notes {
		i.note(e.Line, "%s", note)
	}
	if errors.Is(e.Problem, addressbook.ErrNotPerson) || errors.Is(e.Problem, addressbook.ErrNobody) {
		i.note(e.Line, "left out: %s", e.Problem)
		return nil
	}
	if own := i.ownersAddress(e); own != "" {
		i.note(e.Line, "left out: %s is your own address: mail from it is from you", own)
		return nil
	}
	p, err := i.person(e)
	if err != nil {
		i.Problems = append(i.Problems, lineJSON{e.Line, err.Error()})
		return nil
	}
	who, err := i.forgotten(c, p)
	if err != nil {
		return err
	}
	if who != "" {
		i.Problems = append(i.Problems, lineJSON{e.Line, who + ", never to come back by an import; add them yourself if you want to: regards contact add"})
		return nil
	}
	for _, d := range e.Dropped {
		i.Dropped[d]++
	}
	if i.match(e, p) {
		i.Known++
		return nil
	}
	i.isOn(e.Page, len(i.all))
	i.enter(p)
	i.entries = append(i.entries, e)
	return nil
}

// introduce finds those who introduced others, among contacts and anywhere in
// the file. Whoever was introduced by somebody unknown is taken without that:
// the person is worth more than the link.
func (i *imported) introduce() {
	for n, e := range i.entries {
		if e.IntroducedBy == "" {
			continue
		}
		p := &i.fresh()[n]
		by, err := i.all.find(e.IntroducedBy)
		if err == nil && by.ID == p.ID {
			err = errors.New("nobody introduces themselves")
		}
		if err != nil {
			i.note(e.Line, "introduced_by: left out: %s", err)
			continue
		}
		p.IntroducedBy = by.ID
	}
	i.Added = len(i.fresh())
	slices.SortStableFunc(i.Notes, func(a, b lineJSON) int { return a.Line - b.Line })
}

// ownersAddress gives the address of the owner that an entry has, if any: most
// address books have a card of their owner.
func (i *imported) ownersAddress(e addressbook.Entry) string {
	for _, a := range e.Addresses {
		if i.owner.IsOwner(a.Addr) {
			return a.Addr
		}
	}
	return ""
}

// person makes a contact of an entry.
func (i *imported) person(e addressbook.Entry) (p contact.Contact, err error) {
	if e.Problem != nil {
		return p, e.Problem
	}
	p = contact.Contact{ID: store.NewID(), Name: e.Name, Addresses: e.Addresses, Groups: slices.Clone(e.Groups), Every: e.Every, Medium: e.Medium,
		Greeting: e.Greeting, Language: e.Language, Register: e.Register, TimeZone: e.TimeZone, Birthday: e.Birthday, Status: e.Status, PausedUntil: e.PausedUntil, Added: i.session.now()}
	for _, g := range i.groups {
		if !slices.Contains(p.Groups, g) {
			p.Groups = append(p.Groups, g)
		}
	}
	return p, p.Validate()
}

// forgotten tells whom the owner wants never to come back: by an address, or by the
// name, which LinkedIn's file mostly has alone; "": nobody.
func (i *imported) forgotten(c *cobra.Command, p contact.Contact) (who string, err error) {
	if len(i.roster.owners(p.Addresses)) > 0 {
		return "", nil // a contact's again
	}
	s := i.session
	for _, addr := range p.Addresses {
		if never, err := s.store.NeverAgain(c.Context(), addr.Key); err != nil || never {
			return "forgotten", err
		}
	}
	if never, err := s.store.NeverAgainNamed(c.Context(), p.Name); err != nil || never {
		return "somebody of that name is forgotten", err
	}
	return "", nil
}
