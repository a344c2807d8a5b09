package provider

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// clientConfig is what is read of the format
// https://www.ietf.org/archive/id/draft-ietf-mailmaint-autoconfig-00.html,
// which Thunderbird calls config-v1.1.xml.
type clientConfig struct {
	XMLName   xml.Name `xml:"clientConfig"`
	Providers []struct {
		Name     string         `xml:"displayName"`
		Incoming []configServer `xml:"incomingServer"`
		Outgoing []configServer `xml:"outgoingServer"`
	} `xml:"emailProvider"`
	Issuer string `xml:"oAuth2>issuer"`
}

type configServer struct {
	Type   string   `xml:"type,attr"`
	Host   string   `xml:"hostname"`
	Port   string   `xml:"port"`
	Socket string   `xml:"socketType"`
	User   string   `xml:"username"`
	Auth   []string `xml:"authentication"`
}

// The limits of a file of strangers.
const (
	maxConfig  = 256 << 10 // bytes
	maxName    = 80        // bytes of the provider's name
	maxText    = 300       // bytes of other people's words in an error
	maxServers = 50
)

// errUnusable is a true autoconfig file without anything for regards.
var errUnusable = errors.New("its autoconfig file names no IMAP server with TLS and a way to log in that regards knows")

// parseAutoconfig reads a provider's autoconfig file. What is found has an IMAP
// server; SMTP is empty where the file names none that could be used.
func parseAutoconfig(data []byte, a address) (Found, error) {
	var config clientConfig
	if err := xml.NewDecoder(bytes.NewReader(data)).Decode(&config); err != nil {
		return Found{}, fmt.Errorf("the autoconfig file cannot be read: %q", printable(err.Error(), maxText))
	}
	for _, p := range config.Providers {
		imap, ways := choose(p.Incoming, "imap", config.Issuer, a)
		if imap.Host == "" {
			continue
		}
		smtp, _ := choose(p.Outgoing, "smtp", config.Issuer, a)
		found := Found{Source: Autoconfig, Provider: printable(p.Name, maxName), IMAP: imap, SMTP: smtp, Ways: ways}
		if found.Provider == "" || strings.Contains(found.Provider, "%") {
			found.Provider = a.domain
		}
		return found, nil
	}
	return Found{}, errUnusable
}

// choose takes the first server with implicit TLS, else the first with
// STARTTLS; one without TLS, or into which regards has no way, never.
func choose(servers []configServer, kind, issuer string, a address) (Server, []Way) {
	for _, socket := range []string{"SSL", "STARTTLS"} {
		for _, s := range servers[:min(len(servers), maxServers)] {
			ways := waysOf(s.Auth, issuer, a)
			if s.Type == kind && strings.TrimSpace(s.Socket) == socket && len(ways) > 0 {
				if server, ok := s.server(a); ok {
					return server, ways
				}
			}
		}
	}
	return Server{}, nil
}

func (s configServer) server(a address) (Server, bool) {
	host, ok := hostname(fill(s.Host, a))
	port, err := strconv.ParseUint(strings.TrimSpace(s.Port), 10, 16)
	if !ok || err != nil || port == 0 {
		return Server{}, false
	}
	how := Implicit
	if strings.TrimSpace(s.Socket) == "STARTTLS" {
		how = StartTLS
	}
	user := fill(strings.TrimSpace(s.User), a)
	if user == "" || len(user) > maxAddress || strings.ContainsFunc(user, func(r rune) bool { return !unicode.IsPrint(r) }) {
		user = a.String()
	}
	return Server{Host: host, Port: int(port), TLS: how, User: user}, true
}

// waysOf keeps the file's order. Of the hints for OAuth only the issuer is
// used, to know Google and Microsoft: addresses at which the owner types a
// password are not taken from a stranger's file.
func waysOf(methods []string, issuer string, a address) []Way {
	var ways []Way
	add := func(w Way) {
		if !slices.ContainsFunc(ways, func(other Way) bool { return other.Method == w.Method }) {
			ways = append(ways, w)
		}
	}
	for _, method := range methods {
		switch strings.TrimSpace(method) {
		case "password-cleartext", "plain": // within TLS; plain is the older name
			add(somePassword(a.domain))
		case "OAuth2":
			add(someOAuth2(strings.TrimSpace(issuer), a.domain))
		}
	}
	return ways
}

// printable makes a stranger's text fit to be shown on one line, of some bytes
// at most.
func printable(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(text, "?"))
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
