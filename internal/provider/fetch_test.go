package provider

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// web plays a web server with TLS under a name, and keeps what it was asked.
type web struct {
	mu    sync.Mutex
	asked []string // URL, Referer and Cookie of each request
}

func (n *internet) web(host, certificateFor string, answer http.HandlerFunc) *web {
	w := &web{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.asked = append(w.asked, r.URL.String()+" "+r.Header.Get("Referer")+" "+r.Header.Get("Cookie"))
		w.mu.Unlock()
		answer(rw, r)
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{n.certificate(certificateFor)}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	n.t.Cleanup(server.Close)
	n.hosts[host+":443"] = server.Listener.Addr().String()
	return w
}

func (w *web) all() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.asked, "\n")
}

var someMX = zone{mx: map[string][]*net.MX{"example.org": mx("mail.example.org.")}}

func serve(t *testing.T, name string) http.HandlerFunc {
	data := sample(t, name)
	return func(w http.ResponseWriter, _ *http.Request) { w.Write(data) }
}

func lead(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}

func TestFindByAutoconfig(t *testing.T) {
	n := newInternet(t)
	asked := n.web("autoconfig.example.org", "autoconfig.example.org", serve(t, "plain.xml"))
	found, err := n.finder(someMX).Find(t.Context(), "ana@example.org")
	if err != nil || found.Source != Autoconfig || found.IMAP.Host != "imap.example.org" || found.IMAP.User != "ana" {
		t.Fatalf("%+v, %v", found, err)
	}
	if want := "/mail/config-v1.1.xml?emailaddress=ana%40example.org"; !strings.HasPrefix(asked.all(), want) {
		t.Errorf("asked %q, want %q", asked.all(), want)
	}
}

func TestFindByWellKnown(t *testing.T) {
	n := newInternet(t)
	n.web("autoconfig.example.org", "autoconfig.example.org", http.NotFound)
	n.web("example.org", "example.org", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/.well-known/autoconfig/mail/config-v1.1.xml" {
			http.NotFound(w, r)
			return
		}
		serve(t, "plain.xml")(w, r)
	})
	found, err := n.finder(someMX).Find(t.Context(), "ana@example.org")
	if err != nil || found.Source != Autoconfig {
		t.Errorf("%+v, %v", found, err)
	}
}

// A file of a large provider is answered with what is known of it.
func TestAutoconfigOfTheTable(t *testing.T) {
	n := newInternet(t)
	n.web("autoconfig.example.org", "autoconfig.example.org", func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(strings.ReplaceAll(string(sample(t, "plain.xml")), "imap.%EMAILDOMAIN%", "imap.fastmail.com")))
	})
	found, err := n.finder(someMX).Find(t.Context(), "ana@example.org")
	if err != nil || found.Provider != "Fastmail" || found.Ways[0].Method != AppPassword {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestAutoconfigRefused(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"redirect to http": lead("http://autoconfig.example.org/mail/config-v1.1.xml"),
		"redirect in a circle": func(w http.ResponseWriter, r *http.Request) {
			lead(r.URL.String())(w, r)
		},
		"redirect with the address in the path": lead("https://other.example/ana@example.org/config.xml"),
		"a large file": func(w http.ResponseWriter, _ *http.Request) {
			w.Write(sample(t, "plain.xml"))
			w.Write(bytes.Repeat([]byte("\n"), 2<<20))
		},
		"a web page":   func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>parked</html>")) },
		"unusable":     serve(t, "unusable.xml"),
		"server error": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
	} {
		t.Run(name, func(t *testing.T) {
			n := newInternet(t)
			asked := n.web("autoconfig.example.org", "autoconfig.example.org", answer)
			other := n.web("other.example", "other.example", serve(t, "plain.xml"))
			plain := httptest.NewServer(serve(t, "plain.xml"))
			defer plain.Close()
			n.hosts["autoconfig.example.org:80"] = plain.Listener.Addr().String()
			found, err := n.finder(someMX).Find(t.Context(), "ana@example.org")
			if told := errors.Is(err, ErrNotFound) && strings.Contains(err.Error(), errUnusable.Error()); !errors.Is(err, ErrNotFound) || told != (name == "unusable") {
				t.Errorf("%+v, %v", found, err)
			}
			if other.all() != "" {
				t.Errorf("the other domain was asked %q", other.all())
			}
			if times := strings.Count(asked.all(), "/mail/"); times > maxRedirects+1 {
				t.Errorf("asked %d times", times)
			}
		})
	}
}

func TestAutoconfigCertificate(t *testing.T) {
	n := newInternet(t)
	asked := n.web("autoconfig.example.org", "autoconfig.example.net", serve(t, "plain.xml"))
	if found, err := n.finder(someMX).Find(t.Context(), "ana@example.org"); !errors.Is(err, ErrNotFound) {
		t.Errorf("%+v, %v", found, err)
	}
	if asked.all() != "" {
		t.Errorf("was asked %q", asked.all())
	}
}

// A domain may send on to its provider, who does not learn the address.
func TestAutoconfigKeepsTheAddress(t *testing.T) {
	n := newInternet(t)
	n.web("autoconfig.example.org", "autoconfig.example.org", func(w http.ResponseWriter, r *http.Request) {
		lead("https://autoconfig.hoster.example"+r.URL.String())(w, r)
	})
	hoster := n.web("autoconfig.hoster.example", "autoconfig.hoster.example", serve(t, "plain.xml"))
	found, err := n.finder(someMX).Find(t.Context(), "ana@example.org")
	if err != nil || found.Source != Autoconfig {
		t.Fatalf("%+v, %v", found, err)
	}
	if got := hoster.all(); got == "" || strings.Contains(got, "ana") {
		t.Errorf("the provider was asked %q", got)
	}
}

// Whoever stops the search while a server is silent gets an answer.
func TestAutoconfigStopped(t *testing.T) {
	n := newInternet(t)
	ctx, cancel := contextOf(t)
	n.web("autoconfig.example.org", "autoconfig.example.org", func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	if found, err := n.finder(someMX).Find(ctx, "ana@example.org"); !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v", found, err)
	}
}

// A stranger's file does not lead into the owner's own network.
func TestAutoconfigLeadsInside(t *testing.T) {
	for to, allowed := range map[string]bool{"https://hoster.example/": true, "https://autoconfig.example.org/": true, "https://10.0.0.1/": false,
		"https://[::1]:8443/": false, "https://router/": false, "https://localhost/": false, "https://0x7f.1/": false} {
		request, err := http.NewRequest(http.MethodGet, to, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := redirect(request, 1, address{"ana", "example.org"}); (err == nil) != allowed {
			t.Errorf("%s: %v", to, err)
		}
	}
}
