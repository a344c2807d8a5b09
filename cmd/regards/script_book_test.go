package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"regards/internal/mailsim"
)

// cmdBook is an address book on a server: book on [tls] starts one and configures it;
// book put NAME FILE, book remove NAME, book fail WAY, book expire, see
// mailsim.AddressBook; book heard some|none holds whether it was asked since the
// last time that this was held, or for some is asked soon.
func cmdBook(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	switch {
	case neg || len(args) == 0:
		ts.Fatalf("usage: book on|put|remove|fail|expire|heard …")
	case args[0] == "on":
		w.openBook(ts, len(args) > 1)
	case args[0] == "put" && len(args) == 3:
		ts.Check(w.book.Put(args[1], ts.ReadFile(args[2])))
	case args[0] == "remove" && len(args) == 2:
		ts.Check(w.book.Remove(args[1]))
	case args[0] == "fail":
		ts.Check(w.book.Fail(strings.Join(args[1:], ""), "https://dav.elsewhere.example/"))
	case args[0] == "expire":
		w.book.ExpireTokens()
	case args[0] == "heard" && len(args) == 2:
		heard := w.book.Requests()
		for deadline := time.Now().Add(untilPatience); args[1] == "some" && len(heard) == w.bookHeard && time.Now().Before(deadline); {
			time.Sleep(10 * time.Millisecond) // a service may be about to ask
			heard = w.book.Requests()
		}
		if some := len(heard) > w.bookHeard; some != (args[1] == "some") {
			ts.Fatalf("it heard %q", heard[w.bookHeard:])
		}
		w.bookHeard = len(heard)
	default:
		ts.Fatalf("unknown: book %q", args)
	}
}

const bookConfig = `
[carddav]
url = %q
password_file = "password"
group = "phone"
`

func (w *world) openBook(ts *testscript.TestScript, withTLS bool) {
	var err error
	if withTLS {
		ca, caErr := mailsim.NewCA()
		ts.Check(caErr)
		certificate, issueErr := ca.Issue("localhost", time.Now().AddDate(0, -1, 0), time.Now().AddDate(0, 1, 0))
		ts.Check(issueErr)
		ts.Check(os.WriteFile(ts.MkAbs("ca.pem"), ca.PEM(), 0o600))
		ts.Setenv("SSL_CERT_DIR", ts.MkAbs("none"))
		ts.Setenv("SSL_CERT_FILE", ts.MkAbs("none.pem"))
		w.book, err = mailsim.NewAddressBook(&certificate)
	} else {
		w.book, err = mailsim.NewAddressBook(nil)
	}
	ts.Check(err)
	ts.Defer(func() { w.book.Close() })
	text := ts.ReadFile("config.toml") + fmt.Sprintf(bookConfig, w.book.URL())
	ts.Check(os.WriteFile(ts.MkAbs("config.toml"), []byte(text), 0o600))
}
