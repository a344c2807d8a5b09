package mailsim

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/emersion/go-vcard"
	"github.com/emersion/go-webdav"
	"github.com/emersion/go-webdav/carddav"
)

// AddressBook is a CardDAV server inside this process, with one address book of the
// usual user: go-webdav's, which also knows what has changed (RFC 6578), keeps what
// it was given byte by byte, and fails as it is told.
type AddressBook struct {
	listener *listener
	server   *http.Server
	serving  sync.WaitGroup
	scheme   string
	closing  chan struct{}

	mu       sync.Mutex // guards what follows
	cards    map[string]string
	changes  []bookChange // the n-th made the version n+1
	oldest   int          // the oldest version from which it can tell what has changed
	fault    string
	to       string // where the fault redirect leads
	requests []string
}

type bookChange struct {
	name string
	gone bool
}

// bookPath is where the address book lies, bookHome what it lies in.
const (
	bookPrincipal = "/" + userName + "/"
	bookHome      = bookPrincipal + "contacts/"
	bookPath      = bookHome + "default/"
	bookToken     = "http://mailsim.example/sync/"
)

// NewAddressBook starts an address book; without a certificate in plain text.
func NewAddressBook(certificate *tls.Certificate) (*AddressBook, error) {
	b := &AddressBook{scheme: "http", cards: map[string]string{}, closing: make(chan struct{})}
	b.server = &http.Server{Handler: b, ErrorLog: log.New(io.Discard, "", 0)}
	var err error
	if b.listener, err = newListener(nil); err != nil {
		return nil, fmt.Errorf("mailsim: start the address book: %w", err)
	}
	var l net.Listener = b.listener
	if certificate != nil {
		b.scheme = "https"
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{*certificate}})
	}
	b.serving.Go(func() { _ = b.server.Serve(l) }) // it returns when its listener closes
	return b, nil
}

// URL returns the address of the server, on localhost.
func (b *AddressBook) URL() string {
	return b.scheme + "://localhost:" + strconv.Itoa(b.listener.port)
}

// User returns the login name.
func (b *AddressBook) User() string { return userName }

// Password returns the user's password.
func (b *AddressBook) Password() string { return password }

// Close ends the server and its connections.
func (b *AddressBook) Close() error {
	close(b.closing)
	err := b.listener.Close()
	b.serving.Wait()
	return err
}

// Put stores a card under a name, whatever it says.
func (b *AddressBook) Put(name, card string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cards[name] = strings.ReplaceAll(strings.ReplaceAll(card, "\r\n", "\n"), "\n", "\r\n")
	b.changes = append(b.changes, bookChange{name: name})
	return nil
}

// Remove removes the card of a name.
func (b *AddressBook) Remove(name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.cards, name)
	b.changes = append(b.changes, bookChange{name, true})
	return nil
}

// ExpireTokens has the server forget what has changed up to now.
func (b *AddressBook) ExpireTokens() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.oldest = len(b.changes) + 1
}

// bookFaults are the ways to fail.
var bookFaults = []string{"", "away", "broken", "garbage", "huge", "no-sync", "redirect", "refuse", "slow"}

// Fail has every request fail in one way until Fail is called again: away (503), broken
// (the connection is cut), garbage (a page of HTML), huge (it never stops sending),
// redirect (to the address that is given), refuse (401), slow (no answer); no-sync
// fails only where it is asked what has changed. "" ends it.
func (b *AddressBook) Fail(way, to string) error {
	if !slices.Contains(bookFaults, way) {
		return fmt.Errorf("mailsim: an address book does not fail as %q", way)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fault, b.to = way, to
	return nil
}

// Requests returns the method and the path of each request so far, with the user who
// had sent a password, as in "PROPFIND / ana@example.org".
func (b *AddressBook) Requests() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.requests)
}

// ServeHTTP implements http.Handler.
func (b *AddressBook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	user, pass, _ := r.BasicAuth()
	b.mu.Lock()
	b.requests = append(b.requests, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+user))
	fault, to := b.fault, b.to
	b.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	sync := strings.Contains(string(body), "sync-collection")
	switch {
	case fault == "refuse", user != userName || pass != password:
		w.Header().Set("WWW-Authenticate", `Basic realm="mailsim"`)
		http.Error(w, "who are you?", http.StatusUnauthorized)
	case fault != "" && (fault != "no-sync" || sync):
		b.failAs(w, r, fault, to)
	case sync:
		b.sync(w, body)
	case r.Method == http.MethodGet && b.has(path.Base(r.URL.Path)):
		card, _ := b.card(path.Base(r.URL.Path))
		w.Header().Set("Content-Type", vcard.MIMEType)
		_, _ = io.WriteString(w, card)
	default:
		handler := carddav.Handler{Backend: bookBackend{b}}
		handler.ServeHTTP(w, r)
	}
}

func (b *AddressBook) failAs(w http.ResponseWriter, r *http.Request, fault, to string) {
	switch fault {
	case "away":
		http.Error(w, "later", http.StatusServiceUnavailable)
	case "no-sync":
		http.Error(w, "what is that?", http.StatusNotImplemented)
	case "broken":
		panic(http.ErrAbortHandler)
	case "garbage":
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!DOCTYPE html><title>Welcome</title><p>This is a hotel.")
	case "redirect":
		http.Redirect(w, r, to, http.StatusMovedPermanently)
	case "huge":
		w.WriteHeader(http.StatusMultiStatus)
		for err := error(nil); err == nil; {
			_, err = io.WriteString(w, strings.Repeat("<a>", 1<<16))
		}
	case "slow":
		select {
		case <-r.Context().Done():
		case <-b.closing:
		}
	}
}

// sync answers what has changed since a token.
func (b *AddressBook) sync(w http.ResponseWriter, body []byte) {
	var asked struct {
		Token string `xml:"DAV: sync-token"`
	}
	if err := xml.Unmarshal(body, &asked); err != nil {
		http.Error(w, "no XML", http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	since, err := strconv.Atoi(cmp.Or(strings.TrimPrefix(asked.Token, bookToken), "0"))
	if err != nil || asked.Token != "" && since < b.oldest || since > len(b.changes) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `<D:error xmlns:D="DAV:"><D:valid-sync-token/></D:error>`)
		return
	}
	last := map[string]bool{}
	for _, c := range b.changes[since:] {
		last[c.name] = c.gone
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(http.StatusMultiStatus)
	fmt.Fprint(w, `<D:multistatus xmlns:D="DAV:">`)
	for _, name := range slices.Sorted(maps.Keys(last)) {
		switch gone := last[name]; {
		case !gone:
			fmt.Fprintf(w, `<D:response><D:href>%s%s</D:href><D:propstat><D:prop><D:getetag>W/"x"</D:getetag></D:prop>`+
				`<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>`, bookPath, name)
		case asked.Token != "":
			fmt.Fprintf(w, `<D:response><D:href>%s%s</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>`, bookPath, name)
		}
	}
	fmt.Fprintf(w, `<D:sync-token>%s%d</D:sync-token></D:multistatus>`, bookToken, len(b.changes))
}

func (b *AddressBook) card(name string) (string, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	card, ok := b.cards[name]
	return card, ok
}

func (b *AddressBook) has(name string) bool {
	_, ok := b.card(name)
	return ok
}

// bookBackend is the address book as go-webdav's server wants it.
type bookBackend struct{ *AddressBook }

var errOnlyRead = webdav.NewHTTPError(http.StatusForbidden, errors.New("this address book is only read"))

// CurrentUserPrincipal implements carddav.Backend, as what follows.
func (b bookBackend) CurrentUserPrincipal(context.Context) (string, error) { return bookPrincipal, nil }

// AddressBookHomeSetPath gives where the address book lies.
func (b bookBackend) AddressBookHomeSetPath(context.Context) (string, error) { return bookHome, nil }

// ListAddressBooks gives the only one.
func (b bookBackend) ListAddressBooks(context.Context) ([]carddav.AddressBook, error) {
	return []carddav.AddressBook{{Path: bookPath, Name: "Contacts"}}, nil
}

// GetAddressBook gives the only one.
func (b bookBackend) GetAddressBook(_ context.Context, at string) (*carddav.AddressBook, error) {
	if at != bookPath {
		return nil, webdav.NewHTTPError(http.StatusNotFound, nil)
	}
	return &carddav.AddressBook{Path: bookPath, Name: "Contacts"}, nil
}

// GetAddressObject gives a card.
func (b bookBackend) GetAddressObject(_ context.Context, at string, _ *carddav.AddressDataRequest) (*carddav.AddressObject, error) {
	text, ok := b.card(path.Base(at))
	if !ok || path.Dir(at)+"/" != bookPath {
		return nil, webdav.NewHTTPError(http.StatusNotFound, errors.New("there is no such card"))
	}
	card, err := vcard.NewDecoder(strings.NewReader(text)).Decode()
	if err != nil {
		return nil, err
	}
	return &carddav.AddressObject{Path: at, ETag: strconv.Itoa(len(text)), Card: card}, nil
}

// ListAddressObjects gives the paths of all cards.
func (b bookBackend) ListAddressObjects(context.Context, string, *carddav.AddressDataRequest) (all []carddav.AddressObject, err error) {
	b.mu.Lock()
	names := slices.Sorted(maps.Keys(b.cards))
	b.mu.Unlock()
	for _, name := range names {
		all = append(all, carddav.AddressObject{Path: bookPath + name, ETag: "x", Card: vcard.Card{}})
	}
	return all, nil
}

// QueryAddressObjects is not offered.
func (b bookBackend) QueryAddressObjects(context.Context, string, *carddav.AddressBookQuery) ([]carddav.AddressObject, error) {
	return nil, errOnlyRead
}

// CreateAddressBook is not offered.
func (b bookBackend) CreateAddressBook(context.Context, *carddav.AddressBook) error {
	return errOnlyRead
}

// DeleteAddressBook is not offered.
func (b bookBackend) DeleteAddressBook(context.Context, string) error { return errOnlyRead }

// PutAddressObject is not offered.
func (b bookBackend) PutAddressObject(context.Context, string, vcard.Card, *carddav.PutAddressObjectOptions) (*carddav.AddressObject, error) {
	return nil, errOnlyRead
}

// DeleteAddressObject is not offered.
func (b bookBackend) DeleteAddressObject(context.Context, string) error { return errOnlyRead }
