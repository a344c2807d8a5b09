package oauth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// attempt is one login in a browser. Nothing is taken for its answer that does
// not know its state (RFC 6749 section 10.12), and only the first that does.
type attempt struct {
	state    string
	verifier string // RFC 7636
	taken    atomic.Bool
	answer   chan url.Values // the one that was taken; it has room for it
}

// What can be wrong with an answer, for whoever sent it.
var (
	errOther = errors.New("this is no answer to the login that is under way; open the page that regards shows")
	errAgain = errors.New("this login was answered before")
	errEmpty = errors.New("this answer holds neither a code nor an error; log in on the page that regards shows, and come back here by it")
	errPaste = errors.New("this is not the address where the browser ended; copy the whole of it, which begins with http:// and holds code= and state=")
)

// take takes an answer of the provider (RFC 6749 sections 4.1.2 and 4.1.2.1).
func (a *attempt) take(answer url.Values) error {
	switch {
	case subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(a.state)) != 1:
		return errOther
	case answer.Get("code") == "" && answer.Get("error") == "":
		return errEmpty
	case !a.taken.CompareAndSwap(false, true):
		return errAgain
	}
	a.answer <- answer
	return nil
}

// paste takes the address at which the owner's browser ended.
func (a *attempt) paste(line string) error {
	u, err := url.Parse(line)
	if err != nil || !u.Query().Has("state") {
		return errPaste
	}
	return a.take(u.Query())
}

// serve takes the answer from a browser, on l, until stop is called.
func (a *attempt) serve(l net.Listener) (stop func()) {
	s := &http.Server{Handler: a, ReadHeaderTimeout: patience, WriteTimeout: patience, MaxHeaderBytes: mostAnswer,
		ErrorLog: log.New(io.Discard, "", 0)}
	s.SetKeepAlivesEnabled(false)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.Serve(l) // it ends by stop
	}()
	return func() {
		// The page that says "you can close this window" may be on its way.
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if s.Shutdown(ctx) != nil {
			_ = s.Close()
		}
		<-ended
	}
}

// ServeHTTP implements http.Handler. The browser asks for more than it was sent
// to, such as an icon; others may ask for anything.
func (a *attempt) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path != "/":
		page(w, http.StatusNotFound, "There is nothing here.")
		return
	case r.Method != http.MethodGet:
		page(w, http.StatusMethodNotAllowed, "This page is for a browser.")
		return
	}
	answer := r.URL.Query()
	switch err := a.take(answer); {
	case err != nil:
		page(w, http.StatusBadRequest, "Not taken: "+err.Error()+".")
	case answer.Get("code") == "":
		page(w, http.StatusOK, "The login was refused; regards says why. You can close this window.")
	default:
		page(w, http.StatusOK, "Thank you: regards goes on. You can close this window.")
	}
}

// page answers with a plain page. Its address holds a code: no other page is told
// of it, and no copy is kept.
func page(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<!doctype html>\n<title>regards</title>\n<p>%s</p>\n", text) // nothing in it is a stranger's
}
