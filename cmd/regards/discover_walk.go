package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"

	"golang.org/x/term"
	"golang.org/x/text/width"

	"regards/contact"
	"regards/plan"
)

// pageLength is how many people are shown at a time.
const pageLength = 10

// walk goes through people with the owner, a key for each. Whatever a key orders is
// done in one transaction before the next one is read.
type walk struct {
	s     *session
	keys  *keys
	out   io.Writer
	width func() int // of the terminal, in columns

	people []plan.Stranger
	did    []string // for each of them the command that was carried out; "": none
}

// goThrough asks the owner about people at a terminal.
func (a *app) goThrough(ctx context.Context, s *session, found []plan.Stranger, terminal *os.File) error {
	w := &walk{s: s, out: a.out, people: found, did: make([]string, len(found)), keys: keysFrom(a.in.(*os.File)),
		width: func() int {
			columns, _, err := term.GetSize(int(terminal.Fd()))
			if err != nil || columns <= 0 {
				return 80
			}
			return columns
		}}
	return w.run(ctx)
}

// run asks about everybody, until the owner quits or ctx ends.
func (w *walk) run(ctx context.Context) error {
	fmt.Fprintf(w.out, "You write with %s who %s yet.\n", crowd(len(w.people)), noContacts(len(w.people)))
	listed := 0
	for i := 0; i < len(w.people); {
		if i%pageLength == 0 && i >= listed {
			w.list(i)
			listed = i + pageLength
		}
		next, err := w.ask(ctx, i)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, context.Canceled):
			w.sum()
			return nil
		case err != nil:
			return err
		}
		i = next
	}
	w.sum()
	return nil
}

func noContacts(n int) string {
	if n == 1 {
		return "is no contact"
	}
	return "are no contacts"
}

// list shows the page that begins with a person.
func (w *walk) list(from int) {
	var b bytes.Buffer
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for i, p := range w.people[from:min(from+pageLength, len(w.people))] {
		fmt.Fprintf(t, "%4d\t%s\t%s\t%d/%d\t%s\t%s\n", from+i+1, clip(cmp.Or(p.Name, "-"), 28), clip(p.Address, 34), p.In, p.Out, ago(p.Last, w.s.now()), p.Group)
	}
	t.Flush()
	fmt.Fprintln(w.out)
	for line := range strings.Lines(b.String()) {
		fmt.Fprintln(w.out, clip(strings.TrimRight(line, " \n"), w.width()-1))
	}
}

// ask asks about one person, and gives whom to ask about next. It is io.EOF when the
// owner quits.
func (w *walk) ask(ctx context.Context, i int) (next int, err error) {
	p := &w.people[i]
	add := "[a]dd"
	if p.Group != "" {
		add = "[a]dd to " + p.Group
	}
	fmt.Fprintf(w.out, "\n%s\n%s [g]roups [n]ame [s]kip [x] never [d]etails [b]ack [q]uit ",
		clip(fmt.Sprintf("%d of %d: %s <%s>", i+1, len(w.people), cmp.Or(p.Name, "(no name)"), p.Address), w.width()-1), add)
	key, err := w.keys.next(ctx)
	fmt.Fprintln(w.out)
	if err != nil {
		return i, err
	}
	switch key {
	case 'a':
		return w.add(ctx, i, strings.Fields(p.Group))
	case 'g':
		return w.addTo(ctx, i)
	case 'n':
		return i, w.rename(ctx, p)
	case 's', ' ':
		w.did[i] = ""
		return i + 1, nil
	case 'x':
		return w.never(ctx, i)
	case 'd':
		w.details(*p)
	case 'b':
		return w.back(ctx, i)
	case 'q', ctrlC, ctrlD:
		return i, io.EOF
	default:
		fmt.Fprintln(w.out, "One of the letters in brackets; what they do: regards contact discover --help")
	}
	return i, nil
}

// rename gives somebody the name that the owner types; without one it stays.
func (w *walk) rename(ctx context.Context, p *plan.Stranger) error {
	name, err := w.keys.line(ctx, w.out, "their name: ")
	if err != nil || name == "" {
		return err
	}
	if err := contact.CheckText("name", name); err != nil {
		fmt.Fprintf(w.out, "that cannot be: %v\n", err)
		return nil
	}
	p.Name = name
	return nil
}

// addTo adds somebody with the groups that the owner types.
func (w *walk) addTo(ctx context.Context, i int) (next int, err error) {
	typed, err := w.keys.line(ctx, w.out, "groups, such as mentor, alumni; none: ")
	if err != nil {
		return i, err
	}
	var groups []string
	for _, g := range strings.FieldsFunc(typed, func(r rune) bool { return r == ',' || r == ';' }) {
		if g = strings.TrimSpace(g); g != "" && !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	return w.add(ctx, i, groups)
}

// add makes a contact of somebody. Where that cannot be, it says why and asks again.
func (w *walk) add(ctx context.Context, i int, groups []string) (next int, err error) {
	p := w.people[i]
	c := contact.Contact{Name: cmp.Or(p.Name, p.Address), Groups: groups, Medium: contact.Email, Status: contact.Active, Added: w.s.now()}
	if c.Addresses, err = w.s.addresses(addressesOf(p)); err != nil {
		return i, err
	}
	words := "contact add " + quote(c.Name) + " " + quoteAll(addressesOf(p))
	for _, g := range groups {
		words += " --group " + quote(g)
	}
	return w.do(i, words, "added "+strings.Join(append([]string{c.Name}, groups...), ", "), func() error {
		_, err := w.s.store.AddContact(context.WithoutCancel(ctx), c) // the key was pressed
		return err
	})
}

// never has somebody not proposed any more.
func (w *walk) never(ctx context.Context, i int) (next int, err error) {
	addresses, err := w.s.addresses(addressesOf(w.people[i]))
	if err != nil {
		return i, err
	}
	words := "contact discover"
	for _, addr := range addresses {
		words += " --never " + quote(addr.Addr)
	}
	return w.do(i, words, "not proposed any more", func() error {
		return w.s.store.NeverPropose(context.WithoutCancel(ctx), keysOf(addresses), w.s.now())
	})
}

// do carries out a command about somebody, which undo takes back.
func (w *walk) do(i int, words, done string, f func() error) (next int, err error) {
	w.s.store.Command(words, w.s.now())
	if err := f(); err != nil {
		fmt.Fprintf(w.out, "that cannot be: %v\n", err)
		return i, nil
	}
	w.did[i] = words
	fmt.Fprintln(w.out, done)
	return i + 1, nil
}

// back goes to the person before, of whom nothing has been said then. If something
// else was ordered since, by mail or in another window, it stays.
func (w *walk) back(ctx context.Context, i int) (next int, err error) {
	if i == 0 {
		fmt.Fprintln(w.out, "this is the first one")
		return 0, nil
	}
	i--
	if w.did[i] == "" {
		return i, nil
	}
	last, _, err := w.s.store.LastCommand(ctx)
	if err != nil {
		return i, err
	}
	if last != w.did[i] {
		fmt.Fprintln(w.out, "something else was ordered since, so that it stays; see: regards undo")
		return i + 1, nil
	}
	if _, err := w.s.store.Undo(ctx, w.s.now()); err != nil {
		fmt.Fprintf(w.out, "that cannot be: %v\n", err)
		return i + 1, nil
	}
	w.did[i] = ""
	fmt.Fprintln(w.out, "taken back")
	return i, nil
}

// details tells what is known of somebody.
func (w *walk) details(p plan.Stranger) {
	fmt.Fprintf(w.out, "%s from them and %s from you, the last one %s", plural(p.In, "mail"), plural(p.Out, "mail"), ago(p.Last, w.s.now()))
	if p.Subject != "" {
		fmt.Fprintf(w.out, ": %q", p.Subject)
	}
	fmt.Fprintln(w.out)
	for _, addr := range p.Others {
		fmt.Fprintf(w.out, "also %s\n", addr)
	}
}

// sum says at the end what came of it.
func (w *walk) sum() {
	added, never := 0, 0
	for _, words := range w.did {
		switch {
		case strings.HasPrefix(words, "contact add "):
			added++
		case words != "":
			never++
		}
	}
	fmt.Fprintf(w.out, "\n%s added, %d never to be proposed again\n", plural(added, "contact"), never)
	if added+never > 0 {
		fmt.Fprintln(w.out, `"regards undo" takes the last of these back, and again the one before it`)
	}
}

// clip shortens a line to some columns.
func clip(s string, columns int) string {
	taken := 0
	for at, r := range s {
		if taken += runeWidth(r); taken > columns {
			cut := []rune(s[:at])
			return string(cut[:max(len(cut)-1, 0)]) + "~"
		}
	}
	return s
}

// runeWidth gives the columns that a character takes up.
func runeWidth(r rune) int {
	switch kind := width.LookupRune(r).Kind(); {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case kind == width.EastAsianWide, kind == width.EastAsianFullwidth:
		return 2
	}
	return 1
}
