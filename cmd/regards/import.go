package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"regards/contact"
)

func (a *app) contactImportCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE",
		Short: "add the contacts of a CSV file",
		Long: `Reads a CSV file whose first line names the columns, in any order: name,
address, groups, every, medium, introduced_by. Several values in a cell are
separated by semicolons. People who are contacts already are left as they are,
so a file can be read again. "-" is the standard input.`,
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
			return a.with(c.Context(), func(s *session) error {
				rows, err := readRows(in)
				if err != nil {
					return fmt.Errorf("%s: %w", words[0], err)
				}
				return a.importRows(c, s, words[0], rows)
			})
		},
	}
}

// importColumns are the columns that a CSV file may have.
var importColumns = []string{"name", "address", "groups", "every", "medium", "introduced_by"}

// importRow is one line of a CSV file, by column.
type importRow struct {
	line  int
	cells map[string]string
	err   error // the line could not be read
}

// readRows reads a CSV file, with or without a byte order mark.
func readRows(in io.Reader) ([]importRow, error) {
	buffered := bufio.NewReader(in)
	if mark, _ := buffered.Peek(3); string(mark) == "\ufeff" {
		buffered.Discard(3)
	}
	r := csv.NewReader(buffered)
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("no line with the names of the columns: %w", err)
	}
	for i, column := range head {
		head[i] = strings.ToLower(strings.TrimSpace(column))
		if !slices.Contains(importColumns, head[i]) {
			return nil, fmt.Errorf("line 1: the column %q is unknown; known are %s", column, strings.Join(importColumns, ", "))
		}
	}
	if !slices.Contains(head, "name") {
		return nil, errors.New("line 1: there is no column name")
	}
	var rows []importRow
	for {
		record, err := r.Read()
		if err == io.EOF {
			return rows, nil
		}
		row := importRow{cells: map[string]string{}, err: err}
		var parse *csv.ParseError
		switch {
		case errors.As(err, &parse):
			row.line = parse.Line
		case err != nil:
			return nil, err
		default:
			row.line, _ = r.FieldPos(0)
			if len(record) > len(head) {
				row.err = fmt.Errorf("it has %d cells, but there are %d columns", len(record), len(head))
			}
			for i, cell := range record[:min(len(record), len(head))] {
				row.cells[head[i]] = strings.TrimSpace(cell)
			}
		}
		rows = append(rows, row)
	}
}

// importRows adds the people of a file and reports each line that cannot be taken.
func (a *app) importRows(c *cobra.Command, s *session, file string, rows []importRow) error {
	added, known := 0, 0
	var problems []map[string]any
	for _, row := range rows {
		isNew, err := s.importRow(c, row)
		switch {
		case err != nil:
			problems = append(problems, map[string]any{"line": row.line, "text": err.Error()})
		case isNew:
			added++
		default:
			known++
		}
	}
	if a.json {
		if problems == nil {
			problems = []map[string]any{}
		}
		if err := a.printJSON(map[string]any{"added": added, "known": known, "problems": problems}); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(a.out, "%s added, %d known already\n", plural(added, "contact"), known)
	}
	for _, p := range problems {
		fmt.Fprintf(a.err, "%s: line %d: %s\n", file, p["line"], p["text"])
	}
	if len(problems) > 0 {
		return fmt.Errorf("%s of %s could not be taken; the others were", plural(len(problems), "line"), file)
	}
	return nil
}

// importRow adds the person of one line, unless they are a contact already.
func (s *session) importRow(c *cobra.Command, row importRow) (isNew bool, err error) {
	if row.err != nil {
		return false, row.err
	}
	all, err := s.contacts(c.Context())
	if err != nil {
		return false, err
	}
	p := contact.Contact{Name: row.cells["name"], Medium: contact.Email, Status: contact.Active, Added: s.now(),
		Groups: parts(row.cells["groups"])}
	if m := row.cells["medium"]; m != "" {
		p.Medium = contact.Medium(m)
	}
	if e := row.cells["every"]; e != "" {
		if p.Every, err = contact.ParseDuration(e); err != nil {
			return false, fmt.Errorf("every: %w", err)
		}
	}
	if p.Addresses, err = s.addresses(parts(row.cells["address"])); err != nil {
		return false, err
	}
	if all.knows(p) {
		return false, nil
	}
	if by := row.cells["introduced_by"]; by != "" {
		introducer, err := all.find(by)
		if err != nil {
			return false, fmt.Errorf("introduced_by: %w (a line further up may add them)", err)
		}
		p.IntroducedBy = introducer.ID
	}
	_, err = s.store.AddContact(c.Context(), p)
	return err == nil, err
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

// parts splits a cell with several values.
func parts(cell string) []string {
	var all []string
	for _, part := range strings.Split(cell, ";") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}
