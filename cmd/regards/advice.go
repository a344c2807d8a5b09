package main

import (
	"fmt"
	"strings"

	"regards/internal/provider"
)

// adviceOf gives the steps by which the provider at a host lets programs log in, after
// it has refused one; "" for one who is not known.
func adviceOf(host string, _ error) string {
	name, ways, known := provider.WaysInto(host, "")
	if !known {
		return ""
	}
	way := ways[0]
	lines := []string{fmt.Sprintf("%s wants %s here:", name, map[provider.Method]string{
		provider.Password: "the password of the mailbox", provider.AppPassword: "an app password", provider.OAuth2: "OAuth 2.0 (oauth2 in the configuration)"}[way.Method])}
	for i, step := range way.Steps {
		lines = append(lines, fmt.Sprintf("%d. %s", i+1, step))
	}
	return strings.Join(append(lines, "then run regards init once more"), "\n")
}
