package main

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"regards/internal/mailsim"
	"regards/store"
)

// stop is a point on the path of a letter between two runs of the program.
type stop struct {
	name string
	at   time.Duration
	do   func(p *postOffice, at time.Duration) // what brings the letter there
}

// forgotten gives the states in which a letter may end whose database was put
// back to the stop: where it knew of no letter yet, what went meanwhile makes one
// needless.
func (s stop) forgotten() []string {
	if s.name == "logged" {
		return []string{"sent", "superseded"}
	}
	return []string{"sent"}
}

var stops = []stop{
	{"logged", 0, func(*postOffice, time.Duration) {}},
	{"drafted", 0, runOnce},
	{"moved", 0, func(p *postOffice, _ time.Duration) { p.ownerMoves() }},
	{"approved", 10 * time.Minute, runOnce},
	{"sent", outboxed, runOnce},
	{"settled", outboxed + 20*time.Minute, runOnce},
}

func runOnce(p *postOffice, at time.Duration) { p.succeeds(at, "run", "--once") }

// ownerMoves moves a draft into the outbox, as the owner does, if there is one.
func (p *postOffice) ownerMoves() {
	p.t.Helper()
	contents, err := p.server.Contents("Drafts")
	check(p.t, err)
	for _, m := range contents["Drafts"] {
		_, err = p.server.Move("Drafts", m.UID, "Regards Outbox")
		check(p.t, err)
	}
}

// eachStop lets something happen at each stop of the path, on each server, and
// goes on with what is left of it; the letter is sent then, and a further pass
// changes nothing. Real servers tell no more of this than the embedded one does in
// most cases: they are asked with REGARDS_TEST_REAL=1 only.
func eachStop(t *testing.T, happens func(p *postOffice, i int)) {
	eachStopTo(t, func(stop) []string { return []string{"sent"} }, happens)
}

// eachStopTo is eachStop for letters that end in some of other states.
func eachStopTo(t *testing.T, states func(stop) []string, happens func(p *postOffice, i int)) {
	program := plainProgram(t)
	for server, open := range onceServers {
		t.Run(server, func(t *testing.T) {
			if server != "embedded" && os.Getenv("REGARDS_TEST_REAL") != "1" {
				t.Skip("half a minute of real servers: set REGARDS_TEST_REAL=1")
			}
			t.Parallel()
			p := journey{delivery: "draft"}.office(t, program, open)
			for i := range stops {
				p.putBack()
				p.through(0, i)
				happens(p, i)
				p.through(i+1, len(stops)-1)
				p.stands(stops[i].name, states(stops[i])...)
			}
		})
	}
}

// through brings the letter to one stop after the other.
func (p *postOffice) through(from, to int) {
	for _, s := range stops[from:max(from, to+1)] {
		s.do(p, s.at)
	}
}

// stands holds that a letter stands in one of some states in the end, that there
// is one message of it, and that this is so still after more passes.
func (p *postOffice) stands(what string, states ...string) {
	p.t.Helper()
	at := outboxed + time.Hour + p.ahead
	s := p.pass(at, &gate{})
	if !slices.Contains(states, s.State) {
		p.t.Errorf("%s: not %q: %s", what, states, s.list)
	}
	if again := p.pass(at+20*time.Minute, &gate{}); !reflect.DeepEqual(again, s) {
		p.t.Errorf("%s: a further pass made %+v of %+v", what, again, s)
	}
}

// A second service on the same database tries again later: it has not even
// connected.
func TestOnceSecondService(t *testing.T) {
	eachStop(t, func(p *postOffice, i int) {
		unlock, err := store.Lock(context.Background(), p.path())
		check(p.t, err)
		before, connections := p.look(stops[i].at), p.imap.Counts().Connections+p.smtp.Counts().Connections
		words := [][]string{{"run"}, {"run", "--once"}, {"sync"}}[i%3]
		if o := p.run(nil, outboxed, words...); o.code != exitTryLater {
			p.t.Errorf("%q: code %d: %s", words, o.code, o.err)
		}
		if after := p.look(stops[i].at); !reflect.DeepEqual(after, before) ||
			p.imap.Counts().Connections+p.smtp.Counts().Connections != connections {
			p.t.Errorf("the second service made %+v of %+v", after, before)
		}
		check(p.t, unlock())
	})
}

// Services that begin at the same moment send one letter.
func TestOnceAtTheSameMoment(t *testing.T) {
	program := plainProgram(t)
	for server, open := range onceServers {
		t.Run(server, func(t *testing.T) {
			t.Parallel()
			p := journey{delivery: "send"}.office(t, program, open)
			var all sync.WaitGroup
			for range 3 {
				all.Go(func() {
					c := p.command(0, []string{"run", "--once"})
					out, _ := c.CombinedOutput()
					if code := c.ProcessState.ExitCode(); code != 0 && code != exitTryLater {
						t.Errorf("code %d: %s", code, out)
					}
				})
			}
			all.Wait()
			p.stands(server, "sent")
		})
	}
}

// A database that was copied to another machine finds the letters that the first
// one has made, wherever they are by then.
func TestOnceCopied(t *testing.T) {
	eachStopTo(t, stop.forgotten, func(p *postOffice, i int) {
		copied, err := os.ReadFile(p.path())
		check(p.t, err)
		for _, s := range stops[i+1:] {
			s.do(p, s.at)
		}
		check(p.t, os.WriteFile(p.path(), copied, 0o600)) // the other machine
	})
}

// The clock is wrong for a while, at any stop: the letter goes once.
func TestOnceClock(t *testing.T) {
	for name, wrong := range map[string]time.Duration{"a day back": -24 * time.Hour, "ten days on": 240 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachStop(t, func(p *postOffice, i int) {
				runOnce(p, stops[i].at+wrong)
				runOnce(p, stops[i].at+wrong+20*time.Minute)
				// What was approved ahead of its time rests until then: better late than
				// before the owner's time to think is over.
				p.ahead = max(0, wrong)
			})
		})
	}
}

// A letter that rests while the clocks change in Europe/Madrid goes once, when it
// has rested for four hours of sending time.
func TestOnceSummerTime(t *testing.T) {
	program := plainProgram(t)
	for name, friday := range map[string]time.Time{
		"begins": time.Date(2026, 3, 27, 15, 0, 0, 0, time.UTC),  // 16:00 there; 18:00 is 17:00 UTC
		"ends":   time.Date(2026, 10, 23, 14, 0, 0, 0, time.UTC), // 16:00 there; 18:00 is 16:00 UTC
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := journey{delivery: "outbox"}.office(t, program, mailsim.Embedded)
			p.putBack()
			start := friday.Sub(onceNow)
			monday := time.Date(friday.Year(), friday.Month(), friday.Day()+3, 11, 0, 0, 0, madrid(t)).Sub(onceNow)
			for _, step := range []struct {
				at        time.Duration
				delivered int
			}{{start, 0}, {start + 90*time.Minute, 0}, {start + 34*time.Hour, 0}, {start + 35*time.Hour, 0},
				{monday - time.Minute, 0}, {monday + time.Minute, 1}, {monday + time.Hour, 1}} {
				runOnce(p, step.at)
				if s := p.look(step.at); s.Delivered != step.delivered {
					t.Errorf("%d delivered at %v: %s", s.Delivered, onceNow.Add(step.at), s.list)
				}
			}
		})
	}
}

func madrid(t *testing.T) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Madrid")
	check(t, err)
	return loc
}

// A mailbox is made anew, with another UIDVALIDITY and other UIDs, at any stop.
func TestOnceMailboxMadeAnew(t *testing.T) {
	for _, mailbox := range []string{"Drafts", "Regards Outbox", "Sent"} {
		t.Run(strings.ReplaceAll(mailbox, " ", ""), func(t *testing.T) {
			t.Parallel()
			eachStop(t, func(p *postOffice, i int) {
				contents, err := p.server.Contents(mailbox)
				check(p.t, err)
				if _, err := p.server.Status(mailbox); err != nil {
					return // it is not there yet
				}
				stranger := mailsim.Message{Raw: fmt.Appendf(nil, "From: ana@example.org\r\nTo: x@x.example\r\nSubject: %d\r\n\r\nx\r\n", i)}
				check(p.t, p.server.Recreate(mailbox, append([]mailsim.Message{stranger}, contents[mailbox]...)))
				runOnce(p, stops[i].at+time.Minute)
				check(p.t, p.server.Remove(mailbox, 1))
			})
		})
	}
}
