package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/plan"
)

func (a *app) contactCommand() *cobra.Command {
	return group("contact", "the people you keep in touch with", "",
		a.contactAddCommand(), a.contactListCommand(), a.contactShowCommand(), a.contactEditCommand(),
		a.contactRemoveCommand(), a.contactMergeCommand(), a.contactPauseCommand(), a.withCardDAV(a.contactImportCommand()),
		a.contactExportCommand(), a.contactDiscoverCommand())
}

// addresses reads the addresses of a contact; the owner's own are refused.
func (s *session) addresses(texts []string) ([]contact.Address, error) {
	book := plan.NewBook(s.cfg.Addresses(), nil, 0)
	var all []contact.Address
	for _, text := range texts {
		addr, _, err := plan.NewAddress(text)
		if err != nil {
			return nil, usageError{err}
		}
		if book.IsOwner(addr.Addr) {
			return nil, usagef("%s is your own address: mail from it is from you", addr.Addr)
		}
		if !containsKey(all, addr.Key) {
			all = append(all, addr)
		}
	}
	return all, nil
}

func (a *app) contactAddCommand() *cobra.Command {
	var f contactFlags
	c := &cobra.Command{
		Use:   "add NAME [ADDRESS…]",
		Short: "add a contact",
		Args:  args(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.change(c, words, func(s *session) error {
				all, err := s.contacts(c.Context())
				if err != nil {
					return err
				}
				p := contact.Contact{Name: strings.TrimSpace(words[0]), Medium: contact.Email, Status: contact.Active, Added: s.now()}
				if p.Addresses, err = s.addresses(words[1:]); err != nil {
					return err
				}
				if err := f.apply(c, s, &p, all); err != nil {
					return err
				}
				if p, err = s.store.AddContact(c.Context(), p); err != nil {
					return err
				}
				if a.json {
					return a.printContacts(c, s, []contact.Contact{p}, true)
				}
				fmt.Fprintf(a.out, "added %s (%s)\n", p.Name, p.ID)
				return nil
			})
		},
	}
	f.register(c)
	return c
}

func (a *app) contactEditCommand() *cobra.Command {
	var f contactFlags
	var name string
	var add, drop, settled []string
	c := &cobra.Command{
		Use:   "edit CONTACT",
		Short: "change a contact",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.change(c, words, func(s *session) error {
				all, err := s.contacts(c.Context())
				if err != nil {
					return err
				}
				p, err := all.find(words[0])
				if err != nil {
					return err
				}
				p, err = s.store.UpdateContact(c.Context(), p.ID, func(p contact.Contact) (contact.Contact, error) {
					if c.Flags().Changed("name") {
						p.Name = strings.TrimSpace(name)
					}
					added, err := s.changeAddresses(&p, add, drop)
					if err != nil {
						return p, err
					}
					if err := f.apply(c, s, &p, all); err != nil {
						return p, err
					}
					return p, seenTo(&p, contact.Status(f.status), settled, added)
				})
				if err != nil {
					return err
				}
				if a.json {
					return a.printContacts(c, s, []contact.Contact{p}, true)
				}
				fmt.Fprintf(a.out, "changed %s (%s)\n", p.Name, p.ID)
				return nil
			})
		},
	}
	f.register(c)
	c.Flags().StringVar(&name, "name", "", "the new name")
	c.Flags().StringArrayVar(&add, "address", nil, "one more address; may be given again")
	c.Flags().StringArrayVar(&drop, "remove-address", nil, "an address that is theirs no longer")
	c.Flags().StringArrayVar(&settled, "settle", nil, "what mail told of them that you have seen to: "+contact.List(contact.FindingKinds()))
	c.Flags().StringVar(&f.status, "status", "", "whether letters may go to them: "+contact.List(contact.Statuses()))
	return c
}

// seenTo notes what the owner has seen to of what mail told of p: what is grave, when
// they say what p is. Who is active can be reached. When they give a new address to
// somebody who has moved, the others are not written to any more.
func seenTo(p *contact.Contact, status contact.Status, settled []string, added []contact.Address) error {
	for _, kind := range settled {
		if !slices.Contains(contact.FindingKinds(), contact.FindingKind(kind)) {
			return usagef("--settle %q: write one of %s", kind, contact.List(contact.FindingKinds()))
		}
	}
	var moved time.Time
	p.Findings = slices.DeleteFunc(slices.Clone(p.Findings), func(f contact.Finding) bool {
		seen := slices.Contains(settled, string(f.Kind))
		if seen && (f.Kind == contact.NewAddress || f.Kind == contact.LeftWork) && f.At.After(moved) {
			moved = f.At
		}
		return seen || status != "" && f.Kind.Grave()
	})
	unreachable := p.Unreachable()
	for i, a := range p.Addresses {
		switch fresh := containsKey(added, a.Key); {
		case fresh, status == contact.Active && unreachable:
			p.Addresses[i].Bounced = time.Time{}
		case len(added) > 0 && !moved.IsZero() && a.Bounced.IsZero():
			p.Addresses[i].Bounced = moved
		}
	}
	return nil
}

// changeAddresses adds and drops addresses of a contact, and gives those that were named
// to be added, also if they are there.
func (s *session) changeAddresses(p *contact.Contact, add, drop []string) (added []contact.Address, err error) {
	if added, err = s.addresses(add); err != nil {
		return nil, err
	}
	kept := make([]contact.Address, 0, len(p.Addresses)+len(added))
	for _, addr := range p.Addresses {
		dropped := false
		for i, d := range drop {
			if plan.AddressKey(d) == addr.Key {
				dropped = true
				drop = append(drop[:i:i], drop[i+1:]...)
				break
			}
		}
		if !dropped {
			kept = append(kept, addr)
		}
	}
	if len(drop) > 0 {
		return nil, usagef("%s is no address of %s", drop[0], p.Name)
	}
	for _, addr := range added {
		if !containsKey(kept, addr.Key) {
			kept = append(kept, addr)
		}
	}
	p.Addresses = kept
	return added, nil
}

func containsKey(all []contact.Address, key string) bool {
	for _, a := range all {
		if a.Key == key {
			return true
		}
	}
	return false
}

func (a *app) contactRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "remove CONTACT",
		Short: "remove a contact; untouched drafts to them are taken back",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.change(c, words, func(s *session) error {
				p, err := s.contact(c.Context(), words[0])
				if err != nil {
					return err
				}
				if err := s.store.RemoveContact(c.Context(), p.ID, s.now()); err != nil {
					return err
				}
				fmt.Fprintf(a.out, "removed %s (%s)\n", p.Name, p.ID)
				return nil
			})
		},
	}
}
