// Package importtest holds the arrows between the packages: which may import
// which. A new arrow is a decision, made here.
package importtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// listed is what `go list` says of a package.
type listed struct {
	ImportPath   string
	Standard     bool
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func packages(t *testing.T) map[string]listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Standard,Imports,TestImports,XTestImports", "regards/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := map[string]listed{}
	d := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all[p.ImportPath] = p
	}
}

func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && first != "regards"
}

// allowed names, for each package, what it may import of this module and of
// others. The standard library is free but for what the tests below rule out.
var allowed = map[string][]string{
	"regards/contact":   {},
	"regards/plan":      {"regards/contact", "golang.org/x/net/idna", "golang.org/x/text/unicode/norm"},
	"regards/classify":  {"github.com/emersion/go-message", "github.com/emersion/go-msgauth", "golang.org/x/text", "golang.org/x/net"},
	"regards/templates": {"regards/contact", "regards/plan"},
	"regards/store":     {"regards/contact", "regards/plan", "modernc.org/sqlite", "github.com/gofrs/flock", "golang.org/x/text/unicode/norm"},
	"regards/imapwatch": {"regards/classify", "regards/internal/imapconn", "github.com/emersion/go-imap/v2", "golang.org/x/sync"},
	"regards/mailer": {"regards/contact", "regards/internal/imapconn", "github.com/emersion/go-imap/v2",
		"github.com/wneessen/go-mail", "golang.org/x/net/idna"},
	"regards/internal/imapconn":    {"github.com/emersion/go-imap/v2", "github.com/emersion/go-sasl"},
	"regards/internal/addressbook": {"regards/contact", "regards/plan", "github.com/emersion/go-vcard", "golang.org/x/text"},
	"regards/internal/provider":    {"golang.org/x/net/idna"},
	"regards/internal/sdnotify":    {"golang.org/x/sys/unix"},
	"regards/internal/config":      {"regards/contact", "regards/internal/secret", "github.com/BurntSushi/toml", "github.com/robfig/cron/v3"},
	"regards/internal/secret":      {"github.com/zalando/go-keyring", "github.com/gofrs/flock"},
	"regards/internal/oauth":       {"golang.org/x/oauth2"},
	"regards/internal/autostart":   {"regards/dist", "regards/internal/config"},
	"regards/dist":                 {},
	"regards/internal/mailsim": {"github.com/emersion/go-imap/v2", "github.com/emersion/go-smtp", "github.com/emersion/go-sasl",
		"github.com/emersion/go-webdav", "github.com/emersion/go-vcard"},
	"regards/internal/carddav": {"regards/contact", "regards/plan", "regards/internal/addressbook"},
}

func TestArrows(t *testing.T) {
	all := packages(t)
	for path, may := range allowed {
		p, ok := all[path]
		if !ok {
			t.Errorf("package %s is gone; take it off the list", path)
		}
		for _, imported := range p.Imports {
			within := func(m string) bool { return imported == m || strings.HasPrefix(imported, m+"/") }
			if !isStandard(imported) && !slices.ContainsFunc(may, within) {
				t.Errorf("%s must not import %s", path, imported)
			}
		}
	}
}

func TestEveryPackageHasArrows(t *testing.T) {
	free := []string{"regards/dist/build", "regards/internal/daemon", "regards/cmd/regards", "regards/bench", "regards/bench/soak", "regards/internal/importtest"}
	for path := range packages(t) {
		if _, ok := allowed[path]; !ok && !slices.Contains(free, path) {
			t.Errorf("say in this file what %s may import", path)
		}
	}
}

// pure packages do no I/O and read no clock and no randomness.
func TestPurePackages(t *testing.T) {
	banned := []string{"os", "os/exec", "net", "net/http", "io/ioutil", "math/rand", "math/rand/v2", "crypto/rand",
		"syscall", "log", "log/slog", "path/filepath"}
	all := packages(t)
	for _, path := range []string{"regards/contact", "regards/plan", "regards/classify", "regards/templates", "regards/internal/addressbook", "regards/dist"} {
		for _, imported := range all[path].Imports {
			if slices.Contains(banned, imported) {
				t.Errorf("%s must not import %s: it decides and does no I/O", path, imported)
			}
		}
	}
}

// only says who alone may import something.
func TestOnly(t *testing.T) {
	for imported, only := range map[string][]string{
		"database/sql":             {"regards/store"},
		"modernc.org/sqlite":       {"regards/store"},
		"regards/internal/daemon":  {"regards/cmd/regards", "regards/bench/soak"},
		"regards/cmd/regards":      {},
		"regards/internal/mailsim": {"regards/cmd/regards", "regards/bench", "regards/bench/soak"},
		"testing":                  {},
	} {
		for path, p := range packages(t) {
			for _, i := range p.Imports {
				if (i == imported || strings.HasPrefix(i, imported+"/")) && !slices.Contains(only, path) && path != "regards/bench" {
					t.Errorf("%s must not import %s", path, i)
				}
			}
		}
	}
	for path, p := range packages(t) {
		if path != "regards/internal/oauth" && slices.ContainsFunc(p.Imports, func(i string) bool { return strings.HasPrefix(i, "golang.org/x/oauth2") }) {
			t.Errorf("%s must not import golang.org/x/oauth2: its errors hold what servers answer", path)
		}
	}
	mail := []string{"github.com/emersion/go-imap", "github.com/emersion/go-smtp", "github.com/wneessen/go-mail", "net/smtp"}
	may := []string{"regards/internal/imapconn", "regards/imapwatch", "regards/mailer", "regards/internal/mailsim", "regards/bench"}
	for path, p := range packages(t) {
		for _, i := range p.Imports {
			if slices.ContainsFunc(mail, func(m string) bool { return strings.HasPrefix(i, m) }) && !slices.Contains(may, path) {
				t.Errorf("%s must not import %s", path, i)
			}
		}
	}
}

// TestNoClock: only the commands and the service read a clock; the packages
// that talk to servers need one for deadlines alone.
func TestNoClock(t *testing.T) {
	out, err := exec.Command("grep", "-rnE", `time\.(Now|Since|Until)\(`, "../../contact", "../../plan", "../../classify",
		"../../templates", "../../store", "../../mailer", "../../internal/addressbook", "--include=*.go").CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if !strings.Contains(line, "_test.go:") {
			t.Errorf("reads the clock: %s", strings.TrimSpace(line))
		}
	}
	if err != nil && len(out) > 0 && !strings.Contains(string(out), "_test.go") {
		t.Errorf("grep: %v: %s", err, out)
	}
}
