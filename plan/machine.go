package plan

import (
	"slices"
	"strings"
	"unicode"
)

// Most machines are told by their mail (package classify), which then counts for
// nobody. What is told here by the address alone is what people write from all the same:
// desks, lists, and the addresses that a site makes up for one conversation.

// isMachine reports whether an address is no single person's.
func isMachine(addr string) bool {
	local, domain, _ := strings.Cut(AddressKey(addr), "@")
	return isRole(addr) || isMadeUp(local) || isRelay(domain)
}

// isRole reports whether an address is that of a role, such as info or sales-team.
func isRole(addr string) bool {
	local, _, _ := strings.Cut(strings.ToLower(addr), "@")
	local, _, _ = strings.Cut(local, "+")
	isBetween := func(r rune) bool { return strings.ContainsRune(".-_=", r) || unicode.IsDigit(r) }
	words := strings.FieldsFunc(local, isBetween)
	joined := strings.Join(words, "")
	if slices.ContainsFunc(robots, func(r string) bool { return strings.HasPrefix(joined, r) || strings.HasSuffix(joined, r) }) {
		return true
	}
	return slices.Contains(noPerson, local) || isRoleWords(words)
}

// isRoleWords reports whether there are words, and each is that of a role.
func isRoleWords(words []string) bool {
	other := func(word string) bool { return !slices.Contains(noPerson, word) && !slices.Contains(deskWords, word) }
	return len(words) > 0 && !slices.ContainsFunc(words, other)
}

// robots begin or end local parts, without what stands between words, of what nobody
// reads.
var robots = []string{"noreply", "donotreply", "noresponder", "mailerdaemon", "bounces", "unsubscribe", "listserv", "majordomo", "notification", "notifications"}

// deskWords make an address that of a desk, and stand in no name.
var deskWords = strings.Fields(`abuse all anfrage apply bewerbung bounce bounces buchhaltung case contacto dispatch feedback
	helpdesk hostmaster inbox info invoice invoices kontakt list lists mailbox mailman members orders owner payments
	privacy reply replies request requests reservations rrhh security sekretariat servicedesk shop soporte subscribe
	ticket tickets`)

// isDesk reports whether a display name is that of a desk, or says that mail goes
// "via" somebody else, as lists and sites rewrite it: then the address is not theirs.
func isDesk(name string) bool {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !isNameRune(r) })
	return isRoleWords(words) || strings.Contains(name, " via ")
}

// isMadeUp reports whether a local part was made by a program: letters and digits
// change in it time and again, as in 7a9f3b2c81de.
func isMadeUp(local string) bool {
	const length, changes = 12, 5
	n := 0
	var before rune
	for _, r := range local {
		if before != 0 && (unicode.IsDigit(r) && unicode.IsLetter(before) || unicode.IsLetter(r) && unicode.IsDigit(before)) {
			n++
		}
		before = r
	}
	return len(local) >= length && n >= changes
}

// isRelay reports whether a domain passes mail on for others: lists, help desks and
// the marketplaces that hide the addresses of those who write.
func isRelay(domain string) bool {
	first, _, _ := strings.Cut(domain, ".")
	within := func(relay string) bool { return isWithin(domain, relay) }
	return slices.Contains(relayLabels, first) || slices.ContainsFunc(relays, within)
}

// relayLabels begin the names of hosts that pass mail on.
var relayLabels = strings.Fields("bounce bounces list lists listserv mailman notifications notify reply replies tickets")

// relays are such services.
var relays = strings.Fields(`airbnb.com amazonses.com basecamp.com craigslist.org docusign.net facebookmail.com freshdesk.com
	freelists.org googlegroups.com groups.io helpscout.net intercom-mail.com linkedin.com members.ebay.com
	members.ebay.de marketplace.amazon.com marketplace.amazon.de guest.booking.com mail.asana.com
	noreply.github.com reply.github.com yahoogroups.com zendesk.com`)

// isWithin reports whether a domain is another one or below it.
func isWithin(domain, parent string) bool {
	above, ok := strings.CutSuffix(domain, parent)
	return ok && (above == "" || strings.HasSuffix(above, "."))
}
