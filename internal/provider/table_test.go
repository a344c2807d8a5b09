package provider

import (
	"slices"
	"strings"
	"testing"
)

// TestTable holds what is true of each entry.
func TestTable(t *testing.T) {
	a := address{local: "ana", domain: "example.org"}
	domains, names := map[string]string{}, map[string]string{}
	for _, e := range table {
		t.Run(e.name, func(t *testing.T) {
			if len(e.domains)+len(e.mx) == 0 {
				t.Error("nothing leads here")
			}
			unique(t, domains, e.domains, e.name)
			unique(t, names, e.mx, e.name)
			if e.noIMAP != "" {
				if e.imap.Host+e.smtp.Host != "" || len(e.ways) > 0 {
					t.Error("has servers or ways, though no program can log in")
				}
				return
			}
			found := e.found(Table, a)
			checkServer(t, found.IMAP, 993, 143, 1143)
			checkServer(t, found.SMTP, 465, 587, 1025)
			checkWays(t, found.Ways)
			checkTexts(t, found.Notes)
		})
	}
}

func unique(t *testing.T, seen map[string]string, hosts []string, name string) {
	for _, host := range hosts {
		if ascii, ok := hostname(host); !ok || ascii != host {
			t.Errorf("%s is no name of a host as DNS has it", host)
		}
		if other := seen[host]; other != "" {
			t.Errorf("%s belongs to %s, too", host, other)
		}
		seen[host] = name
	}
}

// checkServer wants the usual port for each kind of TLS: the first for implicit
// TLS, or one of the others.
func checkServer(t *testing.T, s Server, implicit int, startTLS ...int) {
	if _, ok := hostname(s.Host); !ok && s.Host != "127.0.0.1" || strings.Contains(s.Host+s.User, "%") || s.User == "" {
		t.Errorf("server %+v", s)
	}
	if fits := s.TLS == Implicit && s.Port == implicit || s.TLS == StartTLS && slices.Contains(startTLS, s.Port); !fits {
		t.Errorf("port %d with %s", s.Port, s.TLS)
	}
}

func checkWays(t *testing.T, ways []Way) {
	if len(ways) == 0 {
		t.Error("no way to log in")
	}
	for _, w := range ways {
		if (w.Method == OAuth2) != slices.Contains([]string{"google", "microsoft", "custom"}, w.OAuth2) {
			t.Errorf("%s with oauth2 = %q", w.Method, w.OAuth2)
		}
		if text := strings.Join(w.Steps, " "); w.Method != Password && !strings.Contains(text, "https://") || strings.Contains(text, "http://") {
			t.Errorf("%s does not say where to click: %s", w.Method, text)
		}
		checkTexts(t, w.Steps)
	}
}

// checkTexts wants sentences: they are shown as they are.
func checkTexts(t *testing.T, texts []string) {
	for _, text := range texts {
		if text == "" || !strings.HasSuffix(text, ".") || printable(text, 1000) != text || text[:1] != strings.ToUpper(text[:1]) {
			t.Errorf("%q is no sentence", text)
		}
	}
}

// TestMethods holds the decisions about the providers that most people have.
func TestMethods(t *testing.T) {
	for domain, want := range map[string][]Method{
		"gmail.com":      {AppPassword, OAuth2},
		"outlook.com":    {OAuth2},
		"hotmail.co.uk":  {OAuth2},
		"icloud.com":     {AppPassword},
		"yahoo.fr":       {AppPassword},
		"fastmail.com":   {AppPassword},
		"gmx.de":         {Password, AppPassword},
		"posteo.net":     {Password},
		"proton.me":      {Password},
		"protonmail.com": {Password},
	} {
		e := byDomain(domain)
		if e == nil {
			t.Errorf("%s is not known", domain)
			continue
		}
		var got []Method
		for _, w := range e.ways {
			got = append(got, w.Method)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", domain, got, want)
		}
	}
	if e := byDomain("web.de"); e.found(Table, address{"ana", "web.de"}).IMAP.User != "ana" {
		t.Error("WEB.DE wants the part before the @")
	}
}
