//go:build unix

package carddav_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"regards/internal/carddav"
)

// scripted is a server that has an answer for each "METHOD PATH", and keeps what it
// was asked. In the answers, HERE is its own address.
func scripted(t *testing.T, answers map[string]string) (carddav.Server, *[]string) {
	t.Helper()
	var asked []string
	var here string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		asked = append(asked, r.Method+" "+r.URL.EscapedPath()+" "+string(body))
		text, ok := answers[r.Method+" "+r.URL.EscapedPath()]
		for words, answer := range answers { // one that is more exact
			if _, of, found := strings.Cut(words, "?"); found && strings.HasPrefix(words, r.Method+" "+r.URL.EscapedPath()+"?") && strings.Contains(string(body), of) {
				text, ok = answer, true
			}
		}
		if !ok {
			http.NotFound(w, r)
			return
		}
		if to, found := strings.CutPrefix(text, "to "); found {
			http.Redirect(w, r, to, http.StatusMovedPermanently)
			return
		}
		if raw, found := strings.CutPrefix(text, "raw "); found {
			_, _ = io.WriteString(w, raw)
			return
		}
		w.WriteHeader(http.StatusMultiStatus)
		fmt.Fprintf(w, `<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">%s</multistatus>`, strings.ReplaceAll(text, "HERE", here))
	}))
	t.Cleanup(s.Close)
	here = s.URL
	return carddav.Server{URL: s.URL, User: "ana", Secret: func(context.Context) (string, error) { return "x", nil }}, &asked
}

func response(href, prop string) string {
	return "<response><href>" + href + "</href><propstat><prop><C:unknown/></prop><status>HTTP/1.1 404</status></propstat><propstat><prop>" + prop +
		"</prop><status>HTTP/2 200</status></propstat></response>"
}

const (
	isBook = "<resourcetype><collection/><C:addressbook/></resourcetype>"
	home   = "<C:addressbook-home-set><href>%s</href></C:addressbook-home-set>"
)

// usual are the answers of a server whose links have its own address in them, as
// iCloud's do.
func usual() map[string]string {
	return map[string]string{
		"PROPFIND /.well-known/carddav": "to /dav/",
		"PROPFIND /dav/":                response("/dav/", "<current-user-principal><href>HERE/dav/p%40x/</href></current-user-principal>"),
		"PROPFIND /dav/p%40x/":          response("/dav/p%40x/", fmt.Sprintf(home, "HERE/dav/home/")),
		"PROPFIND /dav/home/": response("/dav/home/", "<resourcetype><collection/></resourcetype>") + response("HERE/dav/home/a/", isBook) +
			response("/dav/home/z-server-generated--system/", isBook) + response("/dav/home/z-app-generated--contactsinteraction--recent/", isBook),
		"REPORT /dav/home/a/?multiget": response("/dav/home/a/1%2f.vcf", "<C:address-data>"+card("1", "Maria", "maria@x.example")+"</C:address-data>"),
		"REPORT /dav/home/a/?sync-token></": response("/dav/home/a/1%2f.vcf", `<getetag>W/"1"</getetag>`) +
			"<response><href>/dav/home/a/</href><status>HTTP/1.1 507 Insufficient Storage</status></response><sync-token>one</sync-token>",
		"REPORT /dav/home/a/?sync-token>one": response("/dav/home/a/sub/", "<getetag/>") + response("/dav/home/a/", "<getetag/>") +
			"<response><href>/dav/home/a/9.vcf</href><status>HTTP/1.1 404 Not Found</status></response><sync-token>two &amp; more</sync-token>",
	}
}

// Servers write links with and without their address, tell what has changed in several
// answers, and have address books that are nobody's own.
func TestOddServer(t *testing.T) {
	s, asked := scripted(t, usual())
	books, err := carddav.Read(soon(t), s, nil)
	expect(t, "an odd server", books, err, "Maria")
	if len(books) != 1 || books[0].Token != "two & more" || books[0].Gone != 1 {
		t.Errorf("got %+v", books)
	}
	if last := (*asked)[len(*asked)-1]; !strings.Contains(last, "<D:href>/dav/home/a/1%2f.vcf</D:href>") || strings.Contains(last, "sub") {
		t.Errorf("it was asked for %s", last)
	}
	names, err := carddav.Find(soon(t), s)
	if err != nil || !slices.Equal(names, []string{s.URL + "/dav/home/a/"}) {
		t.Errorf("found %q, %v", names, err)
	}
}

// Law 9: no link in an answer brings the password to another server.
func TestLinksElsewhere(t *testing.T) {
	const elsewhere = "https://p42-contacts.example:443/1/"
	for at, answer := range map[string]string{
		"PROPFIND /.well-known/carddav":     "to " + elsewhere,
		"PROPFIND /dav/":                    response("/dav/", "<current-user-principal><href>"+elsewhere+"</href></current-user-principal>"),
		"PROPFIND /dav/p%40x/":              response("/dav/p%40x/", fmt.Sprintf(home, elsewhere)),
		"PROPFIND /dav/home/":               response(elsewhere, isBook),
		"REPORT /dav/home/a/?sync-token></": response(elsewhere+"1.vcf", "<getetag/>"),
		"REPORT /dav/home/a/?multiget":      response("//p42-contacts.example:443/1.vcf", "<C:address-data>x</C:address-data>"),
	} {
		answers := usual()
		answers[at] = answer
		s, _ := scripted(t, answers)
		_, err := carddav.Read(soon(t), s, nil)
		if !errors.Is(err, carddav.ErrElsewhere) || !strings.Contains(err.Error(), "p42-contacts.example:443") {
			t.Errorf("%s: got %v", at, err)
		}
	}
}

// Cards that make an answer unreadable as a whole are fetched one by one.
func TestOneByOne(t *testing.T) {
	answers := usual()
	answers["REPORT /dav/home/a/?sync-token></"] = response("/dav/home/a/1.vcf", "<getetag/>") + response("/dav/home/a/2.vcf", "<getetag/>") +
		response("/dav/home/a/3.vcf", "<getetag/>") + "<sync-token>one</sync-token>"
	answers["REPORT /dav/home/a/?multiget"] = response("/dav/home/a/1.vcf", "<C:address-data>\x0b</C:address-data>") // no character of XML
	answers["GET /dav/home/a/1.vcf"] = "raw " + card("1", "Maria", "maria@x.example")
	answers["GET /dav/home/a/3.vcf"] = "raw " + card("3", "Tom", "tom@x.example")
	s, _ := scripted(t, answers)
	books, err := carddav.Read(soon(t), s, nil)
	expect(t, "one by one", books, err, "?", "Maria", "Tom")
}
