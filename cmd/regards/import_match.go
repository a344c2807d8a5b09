package main

import (
	"cmp"
	"slices"
	"strings"

	"regards/contact"
	"regards/internal/addressbook"
	"regards/plan"
)

// roster finds people by address and by name: by their places in a list.
type roster struct {
	byAddress map[string]int
	byName    map[string][]int
}

func newRoster() roster { return roster{map[string]int{}, map[string][]int{}} }

func (r roster) add(p contact.Contact, place int) {
	for _, a := range p.Addresses {
		r.byAddress[a.Key] = place
	}
	if key := plan.NameKey(p.Name); key != "" {
		r.byName[key] = append(r.byName[key], place)
	}
}

// owners gives the places of those who have one of some addresses.
func (r roster) owners(addresses []contact.Address) (places []int) {
	for _, a := range addresses {
		if place, ok := r.byAddress[a.Key]; ok && !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	return places
}

// match tells whether the person of an entry is known: by an address, else by the
// name where nobody else has it. What does not follow from the file is noted, with
// what to do, and never guessed.
func (i *imported) match(e addressbook.Entry, p contact.Contact) bool {
	owners := i.roster.owners(p.Addresses)
	if len(owners) > 1 {
		i.note(e.Line, "the addresses of %s are those of %s; if they are one person: regards contact merge", quote(e.Name), i.names(owners))
	}
	if len(owners) > 0 {
		i.isOn(e.Page, owners[0])
		return true
	}
	namesakes := i.roster.byName[plan.NameKey(p.Name)]
	switch {
	case len(namesakes) == 0:
		return false
	case slices.ContainsFunc(namesakes, func(place int) bool { return e.Page != "" && i.pages[place] == e.Page }):
		i.KnownName++
		return true // the same line again
	case !slices.ContainsFunc(namesakes, func(place int) bool { return !i.another(e, place) }):
		i.note(e.Line, "%s has another LinkedIn page than whoever of that name came before, and was added as well; to tell them apart: regards contact edit %s --name",
			quote(e.Name), reference(p))
		return false
	case len(p.Addresses) == 0:
		i.KnownName++
		i.matchNameless(e, namesakes)
		return true
	case !strings.Contains(plan.NameKey(p.Name), " "): // many are called Maria
		return false
	case len(namesakes) > 1:
		i.note(e.Line, "%s <%s> was added, though several have that name (%s); if it is one of them: regards contact merge",
			quote(e.Name), p.Addresses[0].Addr, i.names(namesakes))
		return false
	}
	return i.matchName(e, p, namesakes[0])
}

// another tells that an entry is not of the person at a place: their pages differ.
func (i *imported) another(e addressbook.Entry, place int) bool {
	known := i.pages[place]
	return known != "" && e.Page != "" && known != e.Page
}

// isOn remembers the page of the person at a place, if it is the first.
func (i *imported) isOn(page string, place int) { i.pages[place] = cmp.Or(i.pages[place], page) }

// matchNameless says what there is to say of somebody without an address, who is
// known by name.
func (i *imported) matchNameless(e addressbook.Entry, namesakes []int) {
	place := namesakes[0]
	if len(namesakes) > 1 {
		i.note(e.Line, "without an address, %s may be any of %s; nothing was done", quote(e.Name), i.names(namesakes))
		return
	}
	if first, here := i.entry(place); here && len(first.Addresses) == 0 {
		i.note(e.Line, "without an address, %s is taken for the one of line %d; if they are two people, tell their names apart",
			quote(e.Name), first.Line)
	}
	i.isOn(e.Page, place)
}

// matchName decides about somebody with new addresses, whose name one other has.
func (i *imported) matchName(e addressbook.Entry, p contact.Contact, place int) bool {
	known := &i.all[place]
	if first, here := i.entry(place); here && len(known.Addresses) > 0 {
		i.note(e.Line, "%s <%s> and the one of line %d were both added; if they are one person: regards contact merge %s %s",
			quote(e.Name), p.Addresses[0].Addr, first.Line, reference(*known), reference(p))
		return false
	}
	i.KnownName++
	i.isOn(e.Page, place)
	if len(known.Addresses) == 0 {
		i.complete(p, place)
		return true
	}
	i.note(e.Line, "%s is a contact already, as %s: %s was not taken. If it is theirs: regards contact edit %s --address %s. If it is somebody else's: regards contact add",
		quote(e.Name), reference(*known), p.Addresses[0].Addr, reference(*known), p.Addresses[0].Addr)
	return true
}

// complete gives the contact at a place, who has none, the addresses of p. How one
// is in touch with them stays: only the owner knows whether mail is welcome.
func (i *imported) complete(p contact.Contact, place int) {
	known := &i.all[place]
	known.Addresses = slices.Clone(p.Addresses)
	for _, a := range p.Addresses {
		i.roster.byAddress[a.Key] = place
	}
	if place < i.before {
		i.Completed++
		i.given[known.ID] = known.Addresses
	}
}

// reference names a contact so that a command finds nobody else.
func reference(p contact.Contact) string {
	if len(p.Addresses) > 0 {
		return p.Addresses[0].Addr
	}
	return p.ID
}

// names names a few people of several.
func (i *imported) names(places []int) string {
	const most = 3
	var all []string
	for _, place := range places {
		all = append(all, quote(i.all[place].Name)+" ("+reference(i.all[place])+")")
	}
	slices.Sort(all)
	if len(all) > most {
		all = append(all[:most], "others")
	}
	return strings.Join(all, " and ")
}
