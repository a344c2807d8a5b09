package main

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite"

	"regards/internal/mailsim"
)

// tellCommits, in a program that a test started, has each commit wait for the
// test, which hears of it by one pipe and answers by another.
const tellCommits = "REGARDS_TEST_COMMITS"

func init() {
	if os.Getenv(tellCommits) == "" {
		return
	}
	tell, answer := os.NewFile(3, "tell"), os.NewFile(4, "answer")
	sqlite.RegisterConnectionHook(func(conn sqlite.ExecQuerierContext, _ string) error {
		conn.(sqlite.HookRegisterer).RegisterCommitHook(func() int32 {
			var b [1]byte
			tell.Write(b[:])
			answer.Read(b[:])
			return 0
		})
		return nil
	})
}

// way is how a run of the program is interrupted.
type way string

// The ways. A program that is cut off or hears nothing lives on, and may connect
// anew.
const (
	killed way = "killed" // SIGKILL before the step
	cut    way = "cut"    // the connection closes before the line
	mute   way = "mute"   // the line and all after it are lost; then the connections break
	lost   way = "lost"   // the line alone is lost; then the connections break
)

var ways = []way{killed, cut, mute, lost}

// moment is how long nothing passes before a mute connection breaks: long enough
// for the other side to have read what had passed.
const moment = 8 * time.Millisecond

// gate stands at each step of I/O of one run of the program: a line to or from
// the IMAP or the SMTP server or, where the program is to be killed, a commit. It
// lets one pass at a time and interrupts the run at one of them. To be killed
// after a step is to be killed before the next one; and between two lines of an
// answer nothing happens that a death could undo, so that only its first counts.
type gate struct {
	mu     sync.Mutex
	way    way
	at     int      // the step to interrupt, from 1; 0: none
	only   []string // only steps that contain one of these count; nil: all do
	count  int
	passed []string // what passed, until the interruption
	fired  string   // the step that was interrupted
	down   bool     // nothing passes now
	kill   func()
	drop   func() // breaks every connection
}

// step judges what is about to happen.
func (g *gate) step(what string) mailsim.Action {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.down {
		return map[way]mailsim.Action{killed: mailsim.Cut, mute: mailsim.Stall}[g.way]
	}
	if g.fired != "" || !g.reached(what) {
		return mailsim.Pass
	}
	g.fired = what
	switch g.way {
	case killed:
		g.down = true
		g.kill()
		return mailsim.Cut
	case cut:
		return mailsim.Cut
	}
	g.down = g.way == mute
	time.AfterFunc(moment, func() {
		g.mu.Lock()
		g.down = false
		g.mu.Unlock()
		g.drop()
	})
	if g.way == lost {
		return mailsim.Drop
	}
	return mailsim.Stall
}

// reached counts a step and reports whether it is the one to interrupt.
func (g *gate) reached(what string) bool {
	if counts := g.counts(what); counts {
		if g.count++; g.count == g.at {
			return true
		}
	}
	g.passed = append(g.passed, what)
	return false
}

func (g *gate) counts(what string) bool {
	if g.only == nil {
		previous := ""
		if n := len(g.passed); n > 0 {
			previous = g.passed[n-1]
		}
		return g.way != killed || !isAnswer(what) || !isAnswer(previous)
	}
	for _, part := range g.only {
		if strings.Contains(what, part) {
			return true
		}
	}
	return false
}

// isAnswer reports whether a step is a line from a server.
func isAnswer(what string) bool {
	return strings.HasPrefix(what, "imap< ") || strings.HasPrefix(what, "smtp< ")
}

// hook makes a gate of a proxy for what goes one way.
func (g *gate) hook(direction string) mailsim.Hook {
	return func(line []byte) mailsim.Action { return g.step(direction + string(bytes.TrimRight(line, "\r\n"))) }
}

// commits lets the commits of a program pass that tells of them.
func (g *gate) commits(tell, answer *os.File) {
	var b [1]byte
	for {
		if n, _ := tell.Read(b[:]); n == 0 || g.step("commit") != mailsim.Pass {
			return
		}
		answer.Write(b[:])
	}
}

// lostSending reports whether it cannot be known if the letter was sent: the
// program was killed with the intention stored and not the outcome, or had begun
// the message and got no answer. A commit that passed is stored when the program
// has gone on: the goodbye to the SMTP server goes beside it.
func (g *gate) lostSending() bool {
	addressed, intended, begun, answered, storing, stored := false, false, false, false, false, false
	for _, what := range g.passed {
		switch {
		case storing && !strings.HasPrefix(what, "smtp"):
			stored = true
		case what == "commit" && answered:
			storing = true
		case what == "commit" && addressed:
			intended = true
		case strings.HasPrefix(what, "smtp> RCPT"):
			addressed = true
		case strings.HasPrefix(what, "smtp< 354"):
			begun = true
		case begun && strings.HasPrefix(what, "smtp< 250"):
			answered = true
		}
	}
	if g.way == killed {
		reached := storing && g.fired != "" && !strings.HasPrefix(g.fired, "smtp")
		return intended && !stored && !reached
	}
	return begun && !answered
}
