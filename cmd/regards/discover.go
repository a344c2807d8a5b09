package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"regards/contact"
	"regards/plan"
)

func (a *app) contactDiscoverCommand() *cobra.Command {
	var never []string
	c := &cobra.Command{
		Use:   "discover",
		Short: "go through the people you write with who are no contacts yet",
		Long: `Shows with whom mail went both ways and who is no contact, best first: the more mails
went each way and the later the last one was, the better (half a year without mail
halves what went before). Machines, desks and lists are left out. The group is a
guess: alumni and university by the address, colleague at the domain of an address
of yours, family by your family name at a provider of private mail.

On a terminal it shows ten at a time and asks about each of them. One key answers:

  a  add them, with the group that was guessed
  g  add them with other groups, which you type; none: just Enter
  n  type another name for them; then it asks again
  s  skip them for now (the space bar, too)
  x  never propose them again
  d  more about them: addresses, the last subject
  b  back to the one before, and take back what was said of them
  q  quit (Ctrl-C and Ctrl-D, too)

Each answer holds at once, whatever happens later, and is a command of its own for
"regards undo". Without a terminal it prints a table and asks nothing.`,
		Example: `regards contact discover
regards contact discover --never tickets@shop.example`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, words []string) error {
			if len(never) > 0 {
				return a.change(c, words, func(s *session) error { return a.neverPropose(c.Context(), s, never) })
			}
			return a.with(c.Context(), func(s *session) error {
				found, _, err := s.acquaintances(c.Context())
				if err != nil {
					return err
				}
				out, ok := a.terminal()
				if a.json || !ok || len(found) == 0 {
					return a.printStrangers(s, found)
				}
				return a.goThrough(c.Context(), s, found, out)
			})
		},
	}
	c.Flags().StringArrayVar(&never, "never", nil, "never propose who writes from this address; may be given again")
	return c
}

// acquaintances gives whom the owner might want among the contacts, and how many
// people they exchange mail with in all, contacts included. Every proposal comes
// from here, or from the same function for the digest.
func (s *session) acquaintances(ctx context.Context) (found []plan.Stranger, people int, err error) {
	strangers, people, err := s.store.Correspondents(ctx)
	found = plan.Acquaintances(plan.Self{Name: s.cfg.Owner.Name, Addresses: s.cfg.Addresses(), Private: s.cfg.Owner.PersonalAddress}, strangers)
	return found, people - len(strangers) + len(found), err
}

// addressesOf gives all addresses of a stranger, the one to write to first.
func addressesOf(f plan.Stranger) []string { return append([]string{f.Address}, f.Others...) }

// terminal gives the terminal that results go to, when the owner sits at it.
func (a *app) terminal() (*os.File, bool) {
	out, ok := a.out.(*output)
	if !ok || !a.onTerminal() {
		return nil, false
	}
	f, ok := out.Writer.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// strangerJSON is a stranger as the contract has them, with all addresses.
type strangerJSON struct {
	Address   string   `json:"address"`
	Addresses []string `json:"addresses"`
	Name      string   `json:"name"`
	Group     string   `json:"group"`
	In        int      `json:"in"`
	Out       int      `json:"out"`
	Last      *string  `json:"last"`
}

func (a *app) printStrangers(s *session, found []plan.Stranger) error {
	if a.json {
		all := make([]strangerJSON, 0, len(found))
		for _, f := range found {
			all = append(all, strangerJSON{f.Address, addressesOf(f), f.Name, f.Group, f.In, f.Out, jsonTime(f.Last)})
		}
		return a.printJSON(all)
	}
	t := a.table("NAME", "ADDRESS", "FROM THEM", "FROM YOU", "LAST", "PERHAPS")
	for _, f := range found {
		t.row(f.Name, strings.Join(addressesOf(f), ", "), f.In, f.Out, ago(f.Last, s.now()), f.Group)
	}
	t.flush()
	if len(found) == 0 {
		fmt.Fprintln(a.err, "nobody: mail that was read shows no one you write with who is no contact; to read what is new: regards sync")
	}
	return nil
}

// neverPropose notes whom the owner does not want to be asked about again.
func (a *app) neverPropose(ctx context.Context, s *session, texts []string) error {
	addresses, err := s.addresses(texts)
	if err != nil {
		return err
	}
	all, err := s.contacts(ctx)
	if err != nil {
		return err
	}
	for _, addr := range addresses {
		if p, err := all.find(addr.Addr); err == nil {
			return usagef("%s is %s, a contact; to write to them no more: regards contact edit %s --status %s", addr.Addr, p.Name, p.ID, contact.DoNotContact)
		}
	}
	if err := s.store.NeverPropose(ctx, keysOf(addresses), s.now()); err != nil {
		return err
	}
	for _, addr := range addresses {
		fmt.Fprintf(a.out, "%s is not proposed any more\n", addr.Addr)
	}
	return nil
}

func keysOf(addresses []contact.Address) (keys []string) {
	for _, a := range addresses {
		keys = append(keys, a.Key)
	}
	return keys
}
