package main

import (
	"fmt"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"regards/internal/mailsim"
)

// A backup made at any stop, and put back at any later one, doubles nothing; of
// what it does not know the program asks the owner.
func TestOnceRestored(t *testing.T) {
	for until := range stops {
		t.Run(stops[until].name, func(t *testing.T) {
			t.Parallel()
			p := journey{delivery: "draft"}.office(t, plainProgram(t), mailsim.Embedded)
			for i := range until + 1 {
				p.putBack()
				p.through(0, i)
				backup := filepath.Join(p.home, fmt.Sprint(i, ".db"))
				p.succeeds(stops[i].at, "backup", backup)
				p.through(i+1, until)
				at := stops[until].at
				p.succeeds(at, "restore", backup)
				before := p.look(at).Lying
				runOnce(p, at+time.Minute)
				if s := p.look(at); !reflect.DeepEqual(s.Lying, before) {
					t.Errorf("%s: it is held, and %v became %v", stops[i].name, before, s.Lying)
				}
				p.succeeds(at+time.Minute, "resume")
				p.through(until+1, len(stops)-1)
				// What it finds in the outbox rests anew; and when a letter went that it
				// finds in Sent, the look after that tells.
				p.ahead = 24 * time.Hour
				runOnce(p, outboxed+time.Hour)
				p.stands(stops[i].name, stops[i].forgotten()...)
			}
		})
	}
}

// The program is killed while it sends, and a backup is put back that was made
// before the letter was approved, or drafted: the letter is not sent again.
func TestOnceRestoredMidway(t *testing.T) {
	for from := range stops[:4] {
		t.Run(stops[from].name, func(t *testing.T) {
			t.Parallel()
			p := journey{delivery: "draft"}.office(t, plainProgram(t), mailsim.Embedded)
			for i, step := range []string{"smtp> DATA", "smtp> .", "smtp< 221", " APPEND ", "APPENDUID", "UID MOVE"} {
				p.putBack()
				p.through(0, from)
				backup := filepath.Join(p.home, fmt.Sprint(i, ".db"))
				p.succeeds(stops[from].at, "backup", backup)
				p.through(from+1, 3)
				g := &gate{way: killed, at: 1, only: []string{step}}
				p.run(g, outboxed, "run", "--once")
				p.succeeds(outboxed, "restore", backup)
				p.succeeds(outboxed, "resume")
				runOnce(p, outboxed+time.Minute)
				s := p.pass(2*outboxed, g)
				if again := p.pass(48*time.Hour, g); s.State != "sent" && s.State != "uncertain" || !reflect.DeepEqual(again, s) {
					t.Errorf("killed at %q: then a further pass made %+v of %+v", g.fired, again, s)
				}
			}
		})
	}
}
