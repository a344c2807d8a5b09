// Package carddav reads the owner's address book on a server (CardDAV, RFC 6352),
// and decides what of it becomes contacts.
//
// Read finds the address books from one address (RFC 6764, section 6) and gives
// their cards: what has changed since the last time where the server can tell (RFC
// 6578), else all of them. It only reads. Each card is an entry of its own: one that
// cannot be read hides none of the others.
//
// The password goes to the server that the owner named, over TLS that was verified
// (or to this machine), and nowhere else: a redirect or a link to another server is
// an error that names it. Answers are bounded in bytes and number, and the whole in
// time by the context.
//
// The client of go-webdav v0.6.0 is not used for that, though its server plays the
// other side in the tests. It drops the host of links (iCloud's lead to another one),
// gives up a whole answer for one card, ETag or status that it cannot parse, reads
// without bounds, and lets net/http turn a redirected PROPFIND into a GET.
//
// Decide is pure: cards and contacts in, what to add out. Nothing is stored here.
package carddav

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"regards/internal/addressbook"
)

// Errors of Read, beside those that quote an answer.
var (
	ErrLogin = errors.New("login refused")
	ErrAway  = errors.New("cannot be reached")
	// ErrElsewhere means that the server sends us to another one, which gets no password.
	ErrElsewhere = errors.New("the address book lies elsewhere")
)

// Server is where address books lie, and how to log in there.
type Server struct {
	URL    string // of the server, of the owner's place there, or of one address book
	User   string
	Secret func(context.Context) (string, error)
	Roots  *x509.CertPool // whom to trust; nil: whom the system trusts
	// SRV looks a service up (RFC 6764, section 3), to say where else an address book
	// may be; nil: nobody is asked.
	SRV func(ctx context.Context, domain string) (target string, err error)
}

// Book is what was read of one address book.
type Book struct {
	URL   string
	Name  string // as its owner calls it; may be ""
	Cards []Card // those that are new or have changed, or all
	Gone  int    // how many are there no more
	Token string // up to where it was read; "": the server cannot tell what has changed
}

// Card is one card of an address book.
type Card struct {
	UID   string // what knows it again: its UID, or else its path
	Entry addressbook.Entry
}

// Read reads all address books. Tokens are those of the last time, by the books'
// URLs; of a book without one, or whose token has expired, all cards are read. The
// errors are wrapped ErrLogin, ErrAway or ErrElsewhere, or say what came instead of
// an address book; they hold no password.
func Read(ctx context.Context, server Server, tokens map[string]string) ([]Book, error) {
	s, err := newSession(ctx, server)
	if err != nil {
		return nil, err
	}
	defer s.client.CloseIdleConnections()
	places, err := s.find(ctx)
	if err != nil {
		return nil, err
	}
	var books []Book
	for _, p := range places {
		book, err := s.read(ctx, p, tokens[p.key()])
		if err != nil {
			return nil, fmt.Errorf("the address book %s: %w", p, err)
		}
		books = append(books, book)
	}
	return books, nil
}

// Find logs in and gives the names of the address books that Read would read, without
// reading them. The errors are those of Read.
func Find(ctx context.Context, server Server) (names []string, err error) {
	s, err := newSession(ctx, server)
	if err != nil {
		return nil, err
	}
	defer s.client.CloseIdleConnections()
	places, err := s.find(ctx)
	for _, p := range places {
		names = append(names, p.String())
	}
	return names, err
}

// place is where an address book lies.
type place struct {
	url  *url.URL
	name string
}

// key is the address in one of the spellings that escapes allow.
func (p place) key() string {
	u := *p.url
	u.RawPath = ""
	return u.String()
}

func (p place) String() string {
	if p.name != "" {
		return printable(p.name)
	}
	return p.url.String()
}

// cardOf makes a card of what lies at a path.
func cardOf(path, text string) Card {
	if c := strings.TrimLeft(text, "\ufeff \t\r\n"); len(c) < 6 || !strings.EqualFold(c[:6], "BEGIN:") {
		return unreadable(path, errors.New("it is no vCard"))
	}
	entries, err := addressbook.Read(strings.NewReader(text))
	if err == nil && len(entries) == 0 {
		err = errors.New("it is empty")
	}
	if err != nil {
		return unreadable(path, err)
	}
	uid := addressbook.UID(text)
	if uid == "" {
		uid = path
	}
	return Card{UID: uid, Entry: entries[0]} // there is but one, RFC 6352, section 5.1
}

// unreadable is a card of which nothing is known but where it lies.
func unreadable(path string, err error) Card {
	return Card{UID: path, Entry: addressbook.Entry{Problem: fmt.Errorf("the card at %s cannot be read: %w", printable(path), err)}}
}

// Cards gives the cards of all address books, and how many have gone from them.
func Cards(books []Book) (all []Card, gone int) {
	for _, b := range books {
		all = append(all, b.Cards...)
		gone += b.Gone
	}
	return all, gone
}
