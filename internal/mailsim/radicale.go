//go:build unix

package mailsim

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Radicale is a real CardDAV server in a temporary folder, in plain text, with one
// address book of the usual user.
type Radicale struct{ process }

const radicaleConf = `[server]
hosts = 127.0.0.1:%d
[auth]
type = htpasswd
htpasswd_filename = %s
htpasswd_encryption = plain
[storage]
filesystem_folder = %s
[web]
type = none
`

// NewRadicale starts Radicale as the current user; root runs it as "nobody". The error
// is ErrNotInstalled when there is none.
func NewRadicale() (*Radicale, error) {
	program, err := exec.LookPath("radicale")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", notInstalled("Radicale", "radicale"), err)
	}
	r := &Radicale{process{name: "Radicale"}}
	if err := r.begin(program); err != nil {
		return nil, errors.Join(fmt.Errorf("mailsim: start Radicale: %w\n%s", err, r.log()), r.Close())
	}
	return r, nil
}

func (r *Radicale) begin(program string) error {
	if err := r.prepare("data"); err != nil {
		return err
	}
	file := func(name string) string { return filepath.Join(r.dir, name) }
	r.args = []string{program, "--config", file("radicale.conf")}
	err := r.write(map[string]string{
		"radicale.conf": fmt.Sprintf(radicaleConf, r.port, file("users"), file("data")),
		"users":         userName + ":" + password + "\n",
	})
	if err == nil {
		err = r.launch()
	}
	if err == nil {
		err = r.await()
	}
	if err != nil {
		return err
	}
	return r.send("MKCOL", "", "application/xml", `<D:mkcol xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><D:set><D:prop>`+
		`<D:resourcetype><D:collection/><C:addressbook/></D:resourcetype><D:displayname>Contacts</D:displayname></D:prop></D:set></D:mkcol>`)
}

// await waits until the server listens.
func (r *Radicale) await() error {
	for deadline := time.Now().Add(startTimeout); time.Now().Before(deadline); {
		conn, err := net.DialTimeout("tcp", address(r.port), time.Second)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-r.ended:
			return errors.New("it ended while starting")
		case <-time.After(10 * time.Millisecond):
		}
	}
	return fmt.Errorf("it did not listen on port %d within %v", r.port, startTimeout)
}

// URL returns the address of the server.
func (r *Radicale) URL() string { return "http://localhost:" + strconv.Itoa(r.port) }

// User returns the login name.
func (r *Radicale) User() string { return userName }

// Password returns the user's password.
func (r *Radicale) Password() string { return password }

// Put stores a card under a name.
func (r *Radicale) Put(name, card string) error {
	return r.send(http.MethodPut, name, "text/vcard; charset=utf-8", strings.ReplaceAll(strings.ReplaceAll(card, "\r\n", "\n"), "\n", "\r\n"))
}

// Remove removes the card of a name.
func (r *Radicale) Remove(name string) error { return r.send(http.MethodDelete, name, "", "") }

// Close ends the server and removes its folder.
func (r *Radicale) Close() error { return r.close() }

func (r *Radicale) send(method, name, kind, body string) error {
	req, err := http.NewRequest(method, r.URL()+bookPrincipal+"default/"+name, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.SetBasicAuth(userName, password)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1000))
	if err == nil && answer.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %s: %s", method, name, answer.Status, text)
	}
	return err
}
