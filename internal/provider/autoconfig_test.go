package provider

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

var ana = address{local: "ana", domain: "example.org"}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "autoconfig", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestParseAutoconfig(t *testing.T) {
	found, err := parseAutoconfig(sample(t, "plain.xml"), ana)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Server{"imap.example.org", 993, Implicit, "ana"}); found.IMAP != want {
		t.Errorf("IMAP %+v, want %+v", found.IMAP, want)
	}
	if want := (Server{"smtp.example.org", 587, StartTLS, "ana@example.org"}); found.SMTP != want {
		t.Errorf("SMTP %+v, want %+v", found.SMTP, want)
	}
	if found.Source != Autoconfig || found.Provider != "Example Mail" || len(found.Ways) != 1 || found.Ways[0].Method != Password {
		t.Errorf("%+v", found)
	}
}

// The ways keep the file's order. Addresses to log in at are not taken from it,
// nor a server that wants no TLS.
func TestParseAutoconfigOAuth(t *testing.T) {
	found, err := parseAutoconfig(sample(t, "oauth.xml"), ana)
	if err != nil {
		t.Fatal(err)
	}
	if found.Provider != "University of Example" || found.SMTP.Host != "" {
		t.Errorf("%+v", found)
	}
	if len(found.Ways) != 2 || found.Ways[0].OAuth2 != "microsoft" || found.Ways[1].Method != Password {
		t.Fatalf("ways %+v", found.Ways)
	}
	if text := strings.Join(found.Ways[0].Steps, " "); strings.Contains(text, "evil") {
		t.Error(text)
	}
}

func TestSomeOAuth2(t *testing.T) {
	for issuer, want := range map[string]string{"accounts.google.com": "google", "login.microsoftonline.com": "microsoft", "sso.uni.example": "custom", "": "custom"} {
		way := someOAuth2(issuer, "uni.example")
		if way.OAuth2 != want {
			t.Errorf("%s: %s", issuer, way.OAuth2)
		}
		checkTexts(t, way.Steps)
	}
}

func TestParseAutoconfigRefuses(t *testing.T) {
	for name, data := range map[string]string{
		"unusable":  string(sample(t, "unusable.xml")),
		"empty":     "",
		"web page":  "<!DOCTYPE html><html><head><title>Not found</title></head><body></body></html>",
		"cut off":   string(sample(t, "plain.xml")[:900]),
		"no config": "<clientConfig/>",
	} {
		if found, err := parseAutoconfig([]byte(data), ana); err == nil || found.IMAP.Host != "" {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
}

// FuzzAutoconfig: whatever stands in the file, what is taken from it is a
// server in the internet with TLS, and fit to be shown and written down.
func FuzzAutoconfig(f *testing.F) {
	for _, name := range []string{"plain.xml", "oauth.xml", "unusable.xml"} {
		f.Add(sample(f, name))
	}
	f.Add([]byte(`<clientConfig><emailProvider><displayName>%EMAILADDRESS%</displayName><incomingServer type="imap"><hostname>b&#252;ro.example</hostname><port>1</port><socketType>SSL</socketType><username>a&#10;b</username><authentication>plain</authentication></incomingServer></emailProvider></clientConfig>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		found, err := parseAutoconfig(data, ana)
		if err != nil {
			if s := err.Error(); len(s) > 2*maxText || strings.ContainsAny(s, "\r\n") {
				t.Fatalf("error %q", s)
			}
			return
		}
		checkFound(t, found)
	})
}

func checkFound(t *testing.T, found Found) {
	t.Helper()
	servers := []Server{found.IMAP}
	if found.SMTP.Host != "" {
		servers = append(servers, found.SMTP)
	}
	for _, s := range servers {
		if host, ok := hostname(s.Host); !ok || host != s.Host || s.Port < 1 || s.Port > 65535 || s.TLS != Implicit && s.TLS != StartTLS {
			t.Fatalf("server %+v", s)
		}
		if s.User == "" || len(s.User) > maxAddress || strings.ContainsAny(s.User, "\r\n\x00") {
			t.Fatalf("user %q", s.User)
		}
	}
	if name := found.Provider; name == "" || len(name) > maxName+len("…") || !utf8.ValidString(name) || strings.ContainsAny(name, "\r\n") {
		t.Fatalf("name %q", name)
	}
	if len(found.Ways) == 0 || slices.ContainsFunc(found.Ways, func(w Way) bool { return len(w.Steps) == 0 }) {
		t.Fatalf("ways %+v", found.Ways)
	}
}
