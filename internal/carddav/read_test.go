//go:build unix

package carddav_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"regards/internal/carddav"
	"regards/internal/mailsim"
)

// server is a CardDAV server of the tests.
type server interface {
	URL() string
	User() string
	Password() string
	Put(name, card string) error
	Remove(name string) error
}

func card(uid, name, address string) string {
	return fmt.Sprintf("BEGIN:VCARD\nVERSION:3.0\nUID:%s\nFN:%s\nN:%s;;;;\nEMAIL;TYPE=INTERNET:%s\nEND:VCARD\n", uid, name, name, address)
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// as gives the login to a server.
func as(s server) carddav.Server {
	return carddav.Server{URL: s.URL(), User: s.User(), Secret: func(context.Context) (string, error) { return s.Password(), nil }}
}

func embedded(t *testing.T) *mailsim.AddressBook {
	b, err := mailsim.NewAddressBook(nil)
	check(t, err)
	t.Cleanup(func() { b.Close() })
	return b
}

// soon ends a request that would hang.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// names gives the names on the cards, those that cannot be read as "?".
func names(books []carddav.Book) (all []string) {
	for _, b := range books {
		for _, c := range b.Cards {
			if c.Entry.Problem != nil {
				all = append(all, "?")
				continue
			}
			all = append(all, c.Entry.Name)
		}
	}
	slices.Sort(all)
	return all
}

func tokens(books []carddav.Book) map[string]string {
	all := map[string]string{}
	for _, b := range books {
		all[b.URL] = b.Token
	}
	return all
}

func expect(t *testing.T, what string, books []carddav.Book, err error, want ...string) {
	t.Helper()
	if err != nil || !slices.Equal(names(books), want) {
		t.Errorf("%s: got %q, %v, want %q", what, names(books), err, want)
	}
}

// All cards come first, then those that have changed; what has gone is counted.
func TestRead(t *testing.T) {
	t.Run("go-webdav", func(t *testing.T) { testRead(t, embedded(t)) })
	t.Run("radicale", func(t *testing.T) {
		r, err := mailsim.NewRadicale()
		if errors.Is(err, mailsim.ErrNotInstalled) && os.Getenv("REGARDS_TEST_REAL") != "1" {
			t.Skip("not run on a real server: ", err)
		}
		check(t, err)
		t.Cleanup(func() { r.Close() })
		testRead(t, r)
	})
}

func testRead(t *testing.T, s server) {
	ctx := soon(t)
	for i := range 45 { // more than one batch
		check(t, s.Put(fmt.Sprintf("%d.vcf", i), card(fmt.Sprint("u", i), "Maria", fmt.Sprintf("m%d@x.example", i))))
	}
	first, err := carddav.Read(ctx, as(s), nil)
	check(t, err)
	if len(first) != 1 || len(first[0].Cards) != 45 || first[0].Token == "" {
		t.Fatalf("got %d books", len(first))
	}
	c := first[0].Cards[slices.IndexFunc(first[0].Cards, func(c carddav.Card) bool { return c.UID == "u7" })]
	if e := c.Entry; e.Problem != nil || e.Name != "Maria" || e.Addresses[0].Key != "m7@x.example" {
		t.Errorf("got %+v", c)
	}
	known := tokens(first)
	nothing, err := carddav.Read(ctx, as(s), known)
	expect(t, "nothing has changed", nothing, err)
	check(t, s.Put("new.vcf", card("n", "Tom", "tom@x.example")))
	check(t, s.Put("3.vcf", card("u3", "Marie", "m3@x.example")))
	check(t, s.Remove("4.vcf"))
	some, err := carddav.Read(ctx, as(s), known)
	expect(t, "some have changed", some, err, "Marie", "Tom")
	if some[0].Gone != 1 {
		t.Errorf("%d are gone", some[0].Gone)
	}
	known[first[0].URL] = "http://nobody.example/ever"
	all, err := carddav.Read(ctx, as(s), known)
	if check(t, err); len(all[0].Cards) != 45 {
		t.Errorf("an unknown token: %d cards", len(all[0].Cards))
	}
	one := as(s)
	one.URL = first[0].URL
	only, err := carddav.Read(ctx, one, tokens(some))
	expect(t, "one address book by its own address", only, err)
	one.URL = strings.Replace(first[0].URL, "default/", "", 1)
	above, err := carddav.Read(ctx, one, tokens(some))
	expect(t, "the place in which it lies", above, err)
	wrong := as(s)
	wrong.Secret = func(context.Context) (string, error) { return "hunter2", nil }
	if _, err := carddav.Read(ctx, wrong, nil); !errors.Is(err, carddav.ErrLogin) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a wrong password: %v", err)
	}
}

// What cannot be read hides none of the others.
func TestBadCards(t *testing.T) {
	b := embedded(t)
	check(t, b.Put("0.vcf", card("u0", "Maria", "maria@x.example")))
	check(t, b.Put("1.vcf", "PK\x03\x04 this is no card"))
	check(t, b.Put("2.vcf", "BEGIN:VCARD\nVERSION:3.0\nFN:Cut off"))
	check(t, b.Put("3.vcf", ""))
	check(t, b.Put("4.vcf", card("", "Tom \x0b", "tom@x.example"))) // no character of XML
	check(t, b.Put("5.vcf", "BEGIN:VCARD\nVERSION:2.1\nN:Lopez;Eva\nEMAIL:eva@x.example\nEND:VCARD"))
	books, err := carddav.Read(soon(t), as(b), nil)
	if got := names(books); err != nil || !slices.Contains(got, "Maria") || !slices.Contains(got, "Eva Lopez") || len(got) != 6 {
		t.Errorf("got %q, %v", got, err)
	}
}

// A server that does not tell what has changed, or not any more, is read as a whole.
func TestWithoutTokens(t *testing.T) {
	b := embedded(t)
	check(t, b.Put("0.vcf", card("u0", "Maria", "maria@x.example")))
	check(t, b.Fail("no-sync", ""))
	books, err := carddav.Read(soon(t), as(b), nil)
	expect(t, "no tokens", books, err, "Maria")
	if books[0].Token != "" {
		t.Errorf("token %q", books[0].Token)
	}
	check(t, b.Fail("", ""))
	first, err := carddav.Read(soon(t), as(b), nil)
	check(t, err)
	check(t, b.Put("1.vcf", card("u1", "Tom", "tom@x.example")))
	b.ExpireTokens()
	books, err = carddav.Read(soon(t), as(b), tokens(first))
	expect(t, "an expired token", books, err, "Maria", "Tom")
}

// Law 9: the password goes to the server that was named, and nowhere else.
func TestPasswordStaysThere(t *testing.T) {
	b, thief := embedded(t), embedded(t)
	check(t, b.Fail("redirect", thief.URL()+"/x"))
	_, err := carddav.Read(soon(t), as(b), nil)
	host := strings.TrimPrefix(thief.URL(), "http://")
	if !errors.Is(err, carddav.ErrElsewhere) || !strings.Contains(err.Error(), host) {
		t.Errorf("got %v", err)
	}
	if heard := thief.Requests(); len(heard) > 0 {
		t.Errorf("the other server heard %q", heard)
	}
	check(t, b.Fail("redirect", b.URL()+"/again"))
	if _, err := carddav.Read(soon(t), as(b), nil); err == nil || !strings.Contains(err.Error(), "redirects") {
		t.Errorf("in a circle: %v", err)
	}
	plain := as(b)
	plain.URL = "http://dav.example.org"
	if _, err := carddav.Read(soon(t), plain, nil); err == nil || !strings.Contains(err.Error(), "https") {
		t.Errorf("plain text: %v", err)
	}
}

// A certificate is verified before anything is said.
func TestTLS(t *testing.T) {
	ca, err := mailsim.NewCA()
	check(t, err)
	certificate, err := ca.Issue("localhost", time.Now().AddDate(0, -1, 0), time.Now().AddDate(0, 1, 0))
	check(t, err)
	b, err := mailsim.NewAddressBook(&certificate)
	check(t, err)
	t.Cleanup(func() { b.Close() })
	check(t, b.Put("0.vcf", card("u0", "Maria", "maria@x.example")))
	trusting := as(b)
	trusting.Roots = ca.Pool()
	books, err := carddav.Read(soon(t), trusting, nil)
	expect(t, "a good certificate", books, err, "Maria")
	heard := len(b.Requests())
	if _, err := carddav.Read(soon(t), as(b), nil); err == nil || errors.Is(err, carddav.ErrAway) || !strings.Contains(err.Error(), "no trustworthy TLS") {
		t.Errorf("an unknown certificate: %v", err)
	}
	if len(b.Requests()) != heard {
		t.Error("it heard a request")
	}
}

// Whatever a server does instead ends, and says what it was.
func TestFailures(t *testing.T) {
	for way, want := range map[string]struct {
		kind error
		says string
	}{
		"refuse":  {carddav.ErrLogin, "app password"},
		"away":    {carddav.ErrAway, "503"},
		"broken":  {carddav.ErrAway, "localhost"},
		"garbage": {nil, "not what a CardDAV server says"},
		"huge":    {nil, "larger than 32 MiB"},
		"slow":    {carddav.ErrAway, "took too long"},
	} {
		t.Run(way, func(t *testing.T) {
			b := embedded(t)
			check(t, b.Fail(way, ""))
			ctx := soon(t)
			if way == "slow" {
				short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
				defer cancel()
				ctx = short
			}
			_, err := carddav.Read(ctx, as(b), nil)
			if err == nil || want.kind != nil && !errors.Is(err, want.kind) || !strings.Contains(err.Error(), want.says) || strings.Contains(err.Error(), b.Password()) {
				t.Errorf("got %v", err)
			}
		})
	}
	b, err := mailsim.NewAddressBook(nil)
	check(t, err)
	gone := as(b)
	check(t, b.Close())
	if _, err := carddav.Read(soon(t), gone, nil); !errors.Is(err, carddav.ErrAway) {
		t.Errorf("nobody listens: %v", err)
	}
	gone.Secret = func(context.Context) (string, error) { return "", errors.New("the command failed") }
	if _, err := carddav.Read(soon(t), gone, nil); err == nil || !strings.Contains(err.Error(), "the command failed") {
		t.Errorf("no password: %v", err)
	}
}

// What the DNS says is passed on, and not followed.
func TestSRV(t *testing.T) {
	s := carddav.Server{URL: "https://127.0.0.1.invalid", Secret: func(context.Context) (string, error) { return "x", nil },
		SRV: func(_ context.Context, domain string) (string, error) { return "dav.provider.example.", nil }}
	if _, err := carddav.Read(soon(t), s, nil); err == nil || !strings.Contains(err.Error(), `write url = "https://dav.provider.example"`) {
		t.Errorf("got %v", err)
	}
}
