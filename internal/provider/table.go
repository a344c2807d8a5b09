package provider

import (
	"slices"
	"strings"
)

// table has the providers that are known, as of November 2026. The servers are
// facts from Thunderbird's list of providers (March 2026) and from the
// providers' own pages; how each lets programs in is from their pages, too, and
// where those could not be read, the entry's notes say so. docs/providers.md is
// written from it.
var table = slices.Concat(worldwide, german, french, european, elsewhere(), hosters(), closed)

// words splits a list of domains.
func words(list string) []string { return strings.Fields(list) }

// serversOnly is the note of an entry whose way to log in could not be checked.
const serversOnly = "Only the servers were checked, not how this provider lets programs log in."

// ownPassword is a step that many share.
const ownPassword = "Take the password of your mailbox."

func giveRegards(what string) string {
	return "Give " + what + " to regards instead of your own password."
}
