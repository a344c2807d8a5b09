package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"regards/contact"
	"regards/internal/mailsim"
	"regards/store"
)

// noticeJourney is what one run of the program has to tell the owner.
type noticeJourney struct {
	via     string
	orders  bool // the owner has ordered something; else a digest is due
	at      time.Duration
	notices int // that come of it
}

var noticeJourneys = map[string]noticeJourney{
	"digest laid":   {via: "imap", at: 7 * 24 * time.Hour, notices: 1},
	"digest mailed": {via: "smtp", at: 7 * 24 * time.Hour, notices: 1},
	"order, laid":   {via: "imap", orders: true, at: time.Hour, notices: 1},
	"order, mailed": {via: "smtp", orders: true, at: time.Hour, notices: 1},
}

// ownOrder is a mail to oneself: carried out twice, it would log two occasions.
const ownOrder = "From: ana@example.org\r\nTo: ana@example.org\r\nSubject: regards: met Tom Lee <tom@corp.example>\r\n" +
	"Date: Mon, 24 Nov 2025 09:30:00 +0000\r\nMessage-ID: <own@program.example>\r\n\r\nthe book\r\n"

// Laws 3 and 4: a digest comes once, and an order is carried out and answered once,
// at whichever step of I/O the program is killed, or a line is cut off or lost.
func TestNoticeOnce(t *testing.T) {
	stretch := 24 // 1 takes all of them, in two minutes and a half
	if os.Getenv("REGARDS_TEST_REAL") == "1" {
		stretch = 12
	}
	program := plainProgram(t)
	var points atomic.Int64
	t.Run("points", func(t *testing.T) {
		for server, open := range onceServers {
			for name, j := range noticeJourneys {
				for _, way := range ways {
					t.Run(server+"/"+name+"/"+string(way), func(t *testing.T) {
						t.Parallel()
						every := 6 * stretch
						if way == lost || way == killed && server == "embedded" {
							every = stretch
						}
						points.Add(int64(j.sweep(t, program, open, way, every)))
					})
				}
			}
		}
	})
	t.Logf("%d interruptions", points.Load())
}

// sweep interrupts the journey in one way at every so many of its steps, and gives
// how often.
func (j noticeJourney) sweep(t *testing.T, program string, open func() (*mailsim.Server, error), way way, every int) (points int) {
	p := journey{delivery: "draft"}.office(t, program, open)
	config, err := os.ReadFile(filepath.Join(p.home, "config.toml"))
	check(t, err)
	p.write("config.toml", strings.Replace(string(config), quiet, "digest = \"0 8 * * MON\"\nevening = \"\"\n\n[digest]\nvia = \""+j.via+"\"\n", 1))
	p.succeeds(0, "run", "--once") // which begins to count
	p.keep()
	for n := 1; ; n += every {
		p.putBack()
		check(t, p.server.Empty("INBOX"))
		if j.orders {
			_, err := p.server.Append("Sent", mailsim.Message{Time: onceNow.Add(30 * time.Minute), Raw: []byte(ownOrder)})
			check(t, err)
		}
		g := &gate{way: way, at: n}
		if way == lost {
			g.only = answers
		}
		o := p.run(g, j.at, "run", "--once")
		if g.fired == "" {
			if o.code != 0 {
				t.Errorf("undisturbed: code %d: %s", o.code, o.err)
			}
			return points
		}
		j.comes(p, g)
		points++
		if t.Failed() {
			t.Fatalf("%s at step %d, %q; it had said: %s", way, n, g.fired, o.err)
		}
	}
}

// comes holds that what is to be told comes at last, once, and that the order was
// carried out once.
func (j noticeJourney) comes(p *postOffice, g *gate) {
	p.t.Helper()
	states := map[contact.State]int{}
	for pass := range passes {
		p.succeeds(j.at+time.Duration(pass+1)*2*time.Hour, "run", "--once")
		if states = p.noticeStates(); states[contact.Queued] == 0 && len(states) > 0 {
			break
		}
	}
	p.succeeds(j.at+10*time.Hour, "run", "--once")
	came := len(p.server.Sent()) - p.delivered
	inbox, err := p.server.Messages("INBOX")
	check(p.t, err)
	came += len(inbox)
	switch sure := states[contact.Sent] == j.notices; {
	case states[contact.Sent]+states[contact.Uncertain] != j.notices || len(states) != 1:
		p.t.Errorf("they stand as %v", states)
	case sure && came != j.notices, !sure && (came > j.notices || !g.lostSending()):
		p.t.Errorf("%d came, %v", came, states)
	}
	var occasions []struct{ Kind string }
	check(p.t, json.Unmarshal([]byte(p.succeeds(j.at+11*time.Hour, "occasion", "list", "--json")), &occasions))
	if want := map[bool]int{false: 1, true: 2}[j.orders]; len(occasions) != want {
		p.t.Errorf("%d occasions, want %d", len(occasions), want)
	}
}

// noticeStates counts the notices by how they stand.
func (p *postOffice) noticeStates() map[contact.State]int {
	p.t.Helper()
	st, err := store.Open(p.t.Context(), p.path())
	check(p.t, err)
	all, err := st.Notices(p.t.Context())
	check(p.t, err)
	check(p.t, st.Close())
	states := map[contact.State]int{}
	for _, n := range all {
		states[n.State]++
	}
	return states
}
