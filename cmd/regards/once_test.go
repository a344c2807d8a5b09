package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"regards/internal/mailsim"
)

// journey is a stretch of the path of a letter, made by one run of the program.
type journey struct {
	delivery string
	prepare  func(p *postOffice)
	at       time.Duration // when it is made
	later    time.Duration // when the letter can have arrived at last
	end      string        // how it stands then
}

// outboxed is when the hold of a letter is over that was approved at first.
const outboxed = 5 * time.Hour

// journeys are the whole path, in stretches, and by the shorter ways.
var journeys = map[string]journey{
	"drafted":  {delivery: "draft", end: "drafted"},
	"ordered":  {delivery: "draft", prepare: orderSending, at: 10 * time.Minute, later: outboxed, end: "sent"},
	"approved": {delivery: "draft", prepare: moveToOutbox, at: 10 * time.Minute, later: outboxed, end: "sent"},
	"sent":     {delivery: "draft", prepare: restInOutbox, at: outboxed, later: outboxed, end: "sent"},
	"outboxed": {delivery: "outbox", later: outboxed, end: "sent"},
	"straight": {delivery: "send", end: "sent"},
}

func orderSending(p *postOffice) {
	p.succeeds(0, "run", "--once")
	p.succeeds(time.Minute, "letter", "approve", p.look(0).Key)
}

func moveToOutbox(p *postOffice) {
	p.succeeds(0, "run", "--once")
	contents, err := p.server.Contents("Drafts")
	check(p.t, err)
	_, err = p.server.Move("Drafts", contents["Drafts"][0].UID, "Regards Outbox")
	check(p.t, err)
}

func restInOutbox(p *postOffice) {
	moveToOutbox(p)
	p.succeeds(10*time.Minute, "run", "--once")
}

// onceServers are where the letter travels.
var onceServers = map[string]func() (*mailsim.Server, error){"embedded": mailsim.Embedded, "dovecot": mailsim.Dovecot}

// fewestPoints is how many interruptions there are at least, all taken together.
const fewestPoints = 1000

// Law 3: a letter is never doubled, lost or left unexplained, at whichever step of
// I/O on its path the program is killed, or a line is cut off or lost. With
// REGARDS_TEST_REAL=1 all of these are tried, or every third where the race
// detector takes its time beside; else every few, since each takes a tenth of a second
// of real programs and real servers.
func TestOnce(t *testing.T) {
	stretch := 16
	switch {
	case os.Getenv("REGARDS_TEST_REAL") == "1" && racing:
		stretch = 3
	case os.Getenv("REGARDS_TEST_REAL") == "1":
		stretch = 1
	}
	program := plainProgram(t)
	var points, sweeps atomic.Int64
	started := time.Now()
	t.Run("points", func(t *testing.T) {
		for server, open := range onceServers {
			for name, j := range journeys {
				for _, way := range ways {
					t.Run(server+"/"+name+"/"+string(way), func(t *testing.T) {
						t.Parallel()
						p := j.office(t, program, open)
						from, every := steps(server, name, way)
						points.Add(int64(p.sweep(j, way, from, every*stretch)))
						sweeps.Add(1)
					})
				}
			}
		}
	})
	t.Logf("%d interruptions in %v", points.Load(), time.Since(started).Round(time.Second))
	all := int64(len(onceServers) * len(journeys) * len(ways)) // -run may have chosen some
	if stretch == 1 && sweeps.Load() == all && points.Load() < fewestPoints {
		t.Errorf("only %d interruptions: want %d", points.Load(), fewestPoints)
	}
}

// steps says at which steps a journey is interrupted in a way. On the whole path
// in one run the program is killed at each step, and each line is cut off or mute
// on one of the servers; in the stretches, which take the same steps in other
// company, the program is killed at each on one server, and the rest at every few.
func steps(server, name string, way way) (from, every int) {
	from = 1
	if way == mute {
		from += 2
	}
	dovecot := server == "dovecot"
	if dovecot && way != killed && way != lost {
		from++
	}
	switch {
	case way == lost, way == killed && (name == "straight" || !dovecot):
		return 1, 1
	case way == killed:
		return 1, 2
	case name == "straight":
		return from, 4
	}
	return from, 16
}

// plainProgram gives the program without the race detector, which makes it ten
// times as slow and would find the same at each of a thousand points.
func plainProgram(t *testing.T) string {
	t.Helper()
	path, err := builtPlain()
	check(t, err)
	return path
}

// builtPlain builds it for the first who asks, with the flags of a release, whose
// compiled libraries it so shares; see workbench for when it goes.
var builtPlain = sync.OnceValues(func() (string, error) {
	if !racing {
		return exec.LookPath("regards")
	}
	dir, err := os.MkdirTemp("", "regards-plain-")
	if err != nil {
		return "", err
	}
	plainFolder = dir
	path := filepath.Join(dir, "regards")
	build := exec.Command("go", "test", "-c", "-trimpath", "-o", path, "regards/cmd/regards")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the program: %w: %s", err, out)
	}
	return path, nil
})

// plainFolder is where the plain program lies, if anybody asked for it.
var plainFolder string

// workbench runs all tests, and then removes what they built and shared.
type workbench struct{ *testing.M }

func (w workbench) Run() int {
	code := w.M.Run()
	if plainFolder != "" {
		os.RemoveAll(plainFolder)
	}
	return code
}

// office sets up a machine on which a journey is about to begin.
func (j journey) office(t *testing.T, program string, open func() (*mailsim.Server, error)) *postOffice {
	server, err := open()
	if errors.Is(err, mailsim.ErrNotInstalled) && os.Getenv("REGARDS_TEST_REAL") != "1" {
		t.Skip("not run on a real server: ", err)
	}
	check(t, err)
	t.Cleanup(func() { server.Close() })
	p := newPostOffice(t, program, server, j.delivery)
	if j.prepare != nil {
		j.prepare(p)
	}
	p.keep()
	return p
}

// answers are the lines that a server answers an act with, and of which the loss
// leaves it open whether it was done.
var answers = []string{"APPENDUID", "COPYUID", "smtp< 250 ", "smtp< 221", "smtp> QUIT", "LOGOUT", "BYE"}

// sweep interrupts the journey in one way at every so many of its steps from one
// on, and gives how often.
func (p *postOffice) sweep(j journey, way way, from, every int) (points int) {
	for n := from; ; n += every {
		p.putBack()
		g := &gate{way: way, at: n}
		if way == lost {
			g.only = answers
		}
		o := p.run(g, j.at, "run", "--once")
		if g.fired == "" {
			if o.code != 0 {
				p.t.Errorf("undisturbed: code %d: %s", o.code, o.err)
			}
			return points
		}
		if way != killed && o.code != 0 && o.code != exitTryLater {
			p.t.Errorf("%s at %q: code %d: %s", way, g.fired, o.code, o.err)
		}
		p.arrives(j, g)
		points++
		if p.t.Failed() {
			p.t.Fatalf("%s at step %d, %q; it had said: %s", way, n, g.fired, o.err)
		}
	}
}

// passes are how many a letter may need to arrive after an interruption.
const passes = 4

// arrives holds that a letter comes to its end at last, and that a further pass
// changes nothing then.
func (p *postOffice) arrives(j journey, g *gate) {
	p.t.Helper()
	at := j.at + 2*time.Minute
	for range passes {
		s := p.pass(at, g)
		at = max(at, j.later) + 20*time.Minute
		if s.State != j.end && s.State != "uncertain" {
			continue
		}
		if again := p.pass(at, g); !reflect.DeepEqual(again, s) {
			p.t.Errorf("a further pass made %+v of %+v", again, s)
		}
		return
	}
	p.t.Errorf("it never arrives: %s", p.look(at).list)
}

// pass makes a pass that nothing disturbs, and gives how the letter stands: there
// is one message of it, and what is said of it is true.
func (p *postOffice) pass(at time.Duration, g *gate) standing {
	p.t.Helper()
	p.succeeds(at, "run", "--once")
	s := p.look(at)
	waiting, filed := len(s.Lying["Drafts"])+len(s.Lying["Regards Outbox"]), len(s.Lying["Sent"])
	delivered := 0
	if s.State == "sent" || s.State == "superseded" { // see stop.forgotten
		delivered = 1
	}
	switch {
	case s.Key == "" || s.Reason == "":
		p.t.Errorf("the letter is lost or unexplained: %s", s.list)
	case s.State == "uncertain" && g.lostSending():
		if waiting != 1 || filed != 0 || s.Delivered > 1 {
			p.t.Errorf("%d wait, %d are filed, %d delivered: %s", waiting, filed, s.Delivered, s.list)
		}
	case s.State == "uncertain" || waiting != 1-delivered || filed != delivered || s.Delivered != delivered:
		p.t.Errorf("%d wait, %d are filed, %d delivered: %s", waiting, filed, s.Delivered, s.list)
	}
	return s
}
