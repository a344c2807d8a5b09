package main

import (
	"fmt"
	"strings"

	"regards/internal/config"
	"regards/internal/provider"
)

// adviceOf gives the steps by which the provider of a server lets programs log in, after
// it has refused a password; "" for one who is not known, or
// is not out there.
func adviceOf(s config.Server) string {
	name, ways, known := provider.WaysInto(s.Host, s.User)
	if !known || s.Loopback() || s.Grant.Provider != "" {
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
