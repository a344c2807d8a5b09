package provider

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table into docs/providers.md anew")

const (
	doc   = "../../docs/providers.md"
	begin = "<!-- from the table: go test ./internal/provider -run TestDoc -update -->\n"
	end   = "<!-- end of the table -->\n"
)

// TestDoc holds docs/providers.md against the table.
func TestDoc(t *testing.T) {
	text, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the table", doc)
	}
	want := head + begin + "\n" + render() + end + tail
	if string(text) == want {
		return
	}
	if !*update {
		t.Errorf("%s is not what the table says; run the test with -update", doc)
	} else if err := os.WriteFile(doc, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// render writes the providers with something to do for the login one by one,
// and the others as one table.
func render() string {
	var b, others strings.Builder
	for _, e := range table {
		if plain(e) {
			fmt.Fprintf(&others, "| %s | %s | %s | %s |\n", e.name, names(e), where(e.imap), where(e.smtp))
		} else {
			section(&b, e)
		}
	}
	b.WriteString("### Others\n\nThe password of the mailbox is tried. ")
	b.WriteString("Of most of these only the servers were checked, not how they let programs log in: an app password may be needed, or IMAP switched on in the webmail.\n\n")
	b.WriteString("| provider | domains | IMAP | SMTP |\n|---|---|---|---|\n" + others.String() + "\n")
	return b.String()
}

// plain entries have one way, with one step, and nothing else to say.
func plain(e entry) bool {
	said := len(e.notes) > 0 && e.notes[0] != serversOnly
	return !said && len(e.ways) == 1 && e.ways[0].Method == Password && len(e.ways[0].Steps) == 1
}

func section(b *strings.Builder, e entry) {
	fmt.Fprintf(b, "### %s\n\n%s", e.name, names(e))
	if e.noIMAP != "" {
		fmt.Fprintf(b, ": does not work. %s.\n\n", e.noIMAP)
		return
	}
	fmt.Fprintf(b, "; IMAP %s, SMTP %s.\n", where(e.imap), where(e.smtp))
	for _, note := range e.notes {
		b.WriteString(note + "\n")
	}
	for _, w := range e.ways {
		fmt.Fprintf(b, "\nBy %s:\n\n", method(w))
		for i, step := range w.Steps {
			fmt.Fprintf(b, "%d. %s\n", i+1, step)
		}
	}
	b.WriteString("\n")
}

func method(w Way) string {
	if w.Method == OAuth2 {
		return fmt.Sprintf("OAuth 2.0 (`oauth2 = %q`)", w.OAuth2)
	}
	return string(w.Method)
}

// names are the first domains, and by which exchangers an own domain is known.
func names(e entry) string {
	const enough = 6
	var parts []string
	for _, d := range e.domains[:min(len(e.domains), enough)] {
		parts = append(parts, "`"+d+"`")
	}
	text := strings.Join(parts, ", ")
	if more := len(e.domains) - enough; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	if len(e.mx) > 0 {
		if text != "" {
			text += "; "
		}
		text += "own domains with MX at `" + strings.Join(e.mx, "`, `") + "`"
	}
	return text
}

func where(s Server) string {
	text := fmt.Sprintf("`%s:%d` (%s)", strings.ReplaceAll(s.Host, domainPart, "DOMAIN"), s.Port, s.TLS)
	if s.User == localPart {
		text += ", user: the part before the @"
	}
	return text
}

// The document names what must not be forgotten about OAuth.
func TestDocNamesTheKeys(t *testing.T) {
	text, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"[account.oauth2]", "client_id", "client_secret_file", "tenant", "authorize_url", "token_url", "device_url", "scopes",
		"IMAP.AccessAsUser.All", "SMTP.Send", "offline_access", "Allow public client flows", "http://localhost", "7 days", "--device"} {
		if !strings.Contains(string(text), word) {
			t.Errorf("%s does not name %s", doc, word)
		}
	}
}
