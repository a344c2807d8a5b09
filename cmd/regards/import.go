package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/internal/addressbook"
	"regards/plan"
	"regards/store"
)

func (a *app) contactImportCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE",
		Short: "add the contacts of a CSV file or of vCards",
		Long: `Reads vCards, or a CSV file whose first line names the columns, in any order: name,
address, groups, every, medium, introduced_by, greeting, status, paused_until,
language, register, time_zone, birthday. Several values in a cell are separated by
semicolons. People who are contacts already are left as they are, so a file can
be read again. Each line that cannot be taken is named; the others are taken. "-"
is the standard input.`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			in := a.in
			if words[0] != "-" {
				f, err := os.Open(words[0])
				if err != nil {
					return err
				}
				defer f.Close()
				in = f
			}
			// Before the database is opened: the input may be long in coming.
			entries, err := addressbook.Read(in)
			if err != nil {
				return fmt.Errorf("%s: %w", words[0], err)
			}
			return a.change(c, words, func(s *session) (err error) {
				i := &imported{session: s, byName: map[string]int{}, Problems: []lineJSON{}, Notes: []lineJSON{}}
				if i.all, err = s.contacts(c.Context()); err != nil {
					return err
				}
				for _, e := range entries {
					if err := i.take(c, e); err != nil {
						return err
					}
				}
				i.introduce()
				if err := s.store.AddContacts(c.Context(), i.fresh); err != nil {
					return fmt.Errorf("%s: nothing was taken: %w", words[0], err)
				}
				return a.printImported(i, words[0])
			})
		},
	}
}

// imported is what comes of the entries of a file.
type imported struct {
	session *session
	all     people              // contacts, those of the file included
	fresh   []contact.Contact   // those to be added
	entries []addressbook.Entry // what each of fresh was made of
	byName  map[string]int      // the lines of those who have a name alone, by it

	Added    int        `json:"added"`
	Known    int        `json:"known"`
	Problems []lineJSON `json:"problems"`
	Notes    []lineJSON `json:"notes"`
}

// lineJSON says something of a line.
type lineJSON struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

// take decides about one entry.
func (i *imported) take(c *cobra.Command, e addressbook.Entry) error {
	for _, note := range e.Notes {
		i.Notes = append(i.Notes, lineJSON{e.Line, note})
	}
	if errors.Is(e.Problem, addressbook.ErrNotPerson) {
		i.Notes = append(i.Notes, lineJSON{e.Line, "left out: " + e.Problem.Error()})
		return nil
	}
	p, err := i.person(e)
	if err == nil {
		i.noteNamesake(e)
	}
	if err == nil && i.all.knows(p) {
		i.Known++
		return nil
	}
	if err == nil {
		var never bool
		if never, err = i.session.forgotten(c, p); err != nil {
			return err
		}
		if never {
			err = errors.New("forgotten, never to come back by an import; add them yourself if you want to: regards contact add")
		}
	}
	if err != nil {
		i.Problems = append(i.Problems, lineJSON{e.Line, err.Error()})
		return nil
	}
	i.all, i.fresh, i.entries = append(i.all, p), append(i.fresh, p), append(i.entries, e)
	return nil
}

// noteNamesake says so where a file has two people of one name and no address:
// the second one is taken for the first.
func (i *imported) noteNamesake(e addressbook.Entry) {
	if len(e.Addresses) > 0 {
		return
	}
	name := strings.ToLower(e.Name)
	first, ok := i.byName[name]
	if !ok {
		i.byName[name] = e.Line
		return
	}
	i.Notes = append(i.Notes, lineJSON{e.Line, fmt.Sprintf(
		"without an address, %s is taken for the one of line %d; if they are two people, tell their names apart", quote(e.Name), first)})
}

// introduce finds those who introduced others, among contacts and anywhere in
// the file. Whoever was introduced by somebody unknown is taken without that:
// the person is worth more than the link.
func (i *imported) introduce() {
	for n, e := range i.entries {
		if e.IntroducedBy == "" {
			continue
		}
		by, err := i.all.find(e.IntroducedBy)
		if err == nil && by.ID == i.fresh[n].ID {
			err = errors.New("nobody introduces themselves")
		}
		if err != nil {
			i.Notes = append(i.Notes, lineJSON{e.Line, "introduced_by: left out: " + err.Error()})
			continue
		}
		i.fresh[n].IntroducedBy = by.ID
	}
	i.Added = len(i.fresh)
	slices.SortStableFunc(i.Notes, func(a, b lineJSON) int { return a.Line - b.Line })
}

// person makes a contact of an entry.
func (i *imported) person(e addressbook.Entry) (p contact.Contact, err error) {
	if e.Problem != nil {
		return p, e.Problem
	}
	book := plan.NewBook(i.session.cfg.Addresses(), nil, 0)
	for _, addr := range e.Addresses {
		if book.IsOwner(addr.Addr) {
			return p, fmt.Errorf("%s is your own address: mail from it is from you", addr.Addr)
		}
	}
	p = contact.Contact{ID: store.NewID(), Name: e.Name, Addresses: e.Addresses, Groups: e.Groups, Every: e.Every, Medium: e.Medium,
		Greeting: e.Greeting, Language: e.Language, Register: e.Register, TimeZone: e.TimeZone, Birthday: e.Birthday, Status: e.Status, PausedUntil: e.PausedUntil, Added: i.session.now()}
	return p, p.Validate()
}

// forgotten reports whether the owner wants somebody never to come back.
func (s *session) forgotten(c *cobra.Command, p contact.Contact) (bool, error) {
	for _, addr := range p.Addresses {
		if never, err := s.store.NeverAgain(c.Context(), addr.Key); err != nil || never {
			return never, err
		}
	}
	return false, nil
}

// printImported reports what was taken and each line that was not.
func (a *app) printImported(i *imported, file string) error {
	if a.json {
		if err := a.printJSON(i); err != nil {
			return err
		}
	} else {
		if a.dryRun {
			for _, p := range i.fresh {
				fmt.Fprintf(a.out, "would add %s\n", p.Name)
			}
		}
		fmt.Fprintf(a.out, "%s added, %d known already\n", plural(i.Added, "contact"), i.Known)
	}
	for _, n := range i.Notes {
		fmt.Fprintf(a.err, "%s: line %d: %s\n", file, n.Line, n.Text)
	}
	for _, p := range i.Problems {
		fmt.Fprintf(a.err, "%s: line %d: %s\n", file, p.Line, p.Text)
	}
	if len(i.Problems) > 0 && a.dryRun {
		return fmt.Errorf("%s of %s cannot be taken; the others can; dry run: nothing was changed", plural(len(i.Problems), "line"), file)
	}
	if len(i.Problems) > 0 {
		return fmt.Errorf("%s of %s could not be taken; the others were", plural(len(i.Problems), "line"), file)
	}
	return nil
}

// knows reports whether a person is a contact: by address, or without one by name.
func (all people) knows(p contact.Contact) bool {
	for _, known := range all {
		if len(p.Addresses) == 0 && strings.EqualFold(known.Name, p.Name) {
			return true
		}
		for _, a := range p.Addresses {
			if containsKey(known.Addresses, a.Key) {
				return true
			}
		}
	}
	return false
}

func (a *app) contactExportCommand() *cobra.Command {
	var format, inGroup string
	c := &cobra.Command{
		Use:   "export [FILE]",
		Short: "write the contacts as CSV or vCards",
		Long: `Writes the contacts to FILE, which must not exist yet, or to the standard output: as
vCards with --format vcard or when FILE ends in .vcf, else as CSV. "regards contact
import" reads both.`,
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			file := strings.Join(words, "")
			if format == "" && strings.HasSuffix(strings.ToLower(file), ".vcf") {
				format = "vcard"
			}
			write, ok := map[string]func(io.Writer, []addressbook.Entry) error{
				"": addressbook.WriteCSV, "csv": addressbook.WriteCSV, "vcard": addressbook.WriteVCard}[format]
			if !ok {
				return usagef("--format %q: write csv or vcard", format)
			}
			return a.with(c.Context(), func(s *session) error {
				all, err := s.contacts(c.Context())
				if err != nil {
					return err
				}
				entries := make([]addressbook.Entry, 0, len(all))
				for _, p := range all {
					if inGroup == "" || hasGroup(p, inGroup) {
						entries = append(entries, entry(p, all))
					}
				}
				return a.export(file, entries, write)
			})
		},
	}
	c.Flags().StringVar(&format, "format", "", "csv or vcard")
	c.Flags().StringVar(&inGroup, "group", "", "only this group")
	return c
}

// entry is a contact as an address book describes it.
func entry(p contact.Contact, all people) addressbook.Entry {
	e := addressbook.Entry{Name: p.Name, Addresses: p.Addresses, Groups: p.Groups, Every: p.Every, Medium: p.Medium, Status: p.Status,
		PausedUntil: p.PausedUntil, Greeting: p.Greeting, Language: p.Language, Register: p.Register, TimeZone: p.TimeZone, Birthday: p.Birthday}
	if by, ok := all.byID(p.IntroducedBy); ok {
		if e.IntroducedBy = by.Name; len(by.Addresses) > 0 {
			e.IntroducedBy = by.Addresses[0].Addr
		}
	}
	return e
}

// canExport says why a file cannot be made.
func canExport(file string) error {
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("%s: file exists; name another file, or remove it first", file)
	}
	folder := filepath.Dir(file)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return fmt.Errorf("there is no folder %s: make it first, or name another file", folder)
	}
	return nil
}

// export writes entries to a file that must not exist yet, or to the standard output.
func (a *app) export(file string, entries []addressbook.Entry, write func(io.Writer, []addressbook.Entry) error) error {
	if file == "" {
		return write(a.out, entries)
	}
	if err := canExport(file); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if a.dryRun {
		fmt.Fprintf(a.out, "would write %s to %s\n", plural(len(entries), "contact"), file)
		return nil
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if err := errors.Join(write(f, entries), f.Close()); err != nil {
		os.Remove(file) // half a file would pass for a whole one
		return fmt.Errorf("export: %w", err)
	}
	fmt.Fprintf(a.out, "wrote %s to %s\n", plural(len(entries), "contact"), file)
	return nil
}
