package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/internal/addressbook"
)

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
