package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"regards/internal/mailsim"
)

// proxied has the machine reach its server through a proxy.
func (m *machine) proxied() *mailsim.Proxy {
	m.t.Helper()
	proxy, err := mailsim.NewProxy(m.server.IMAPAddr())
	check(m.t, err)
	m.t.Cleanup(func() { proxy.Close() })
	m.write("config.toml", fmt.Sprintf("[store]\npath = %q\n\n", m.path())+fmt.Sprintf(storyConfig, proxy.Port()))
	return proxy
}

// started is a service in a process of its own.
type started struct {
	*exec.Cmd
	log   journal
	ended chan error
}

// journal is what a process writes, which can be read while it runs.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// untilSaid waits until the log has some words.
func (s *started) untilSaid(t *testing.T, words string) {
	t.Helper()
	for deadline := time.Now().Add(untilPatience); !strings.Contains(s.log.String(), words); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never said %q, but\n%s", words, s.log.String())
		}
	}
}

func (m *machine) start() *started {
	m.t.Helper()
	s := &started{Cmd: m.command("exec", "run"), ended: make(chan error, 1)}
	s.Stderr = &s.log
	check(m.t, s.Start())
	go func() { s.ended <- s.Wait() }()
	m.t.Cleanup(func() { s.Process.Kill() })
	return s
}

// untilEnded waits for the end, and gives how long that took. A stretch in which the
// machine did not let even the test run counts for a moment: nor could the service.
func (s *started) untilEnded() (took time.Duration, err error) {
	const look = 10 * time.Millisecond
	for last := time.Now(); ; {
		select {
		case err := <-s.ended:
			return took, err
		case <-time.After(look):
			now := time.Now()
			took, last = took+min(now.Sub(last), 5*look), now
		}
	}
}

// silenced has everything that the server says from some command of the client on be
// lost, on all connections, and tells when that has begun.
func silenced(proxy *mailsim.Proxy, command string) (begun chan struct{}) {
	begun = make(chan struct{})
	lost := false
	proxy.OnClient(func(line []byte) mailsim.Action {
		if !lost && bytes.Contains(line, []byte(command)) {
			lost = true
			close(begun)
		}
		return mailsim.Pass
	})
	proxy.OnServer(func([]byte) mailsim.Action {
		if lost {
			return mailsim.Stall
		}
		return mailsim.Pass
	})
	return begun
}

// moments are commands of a session in the midst of which something happens.
var moments = []string{" AUTHENTICATE ", " LIST ", " EXAMINE ", " FETCH ", " IDLE", " APPEND "}

func (m *machine) lettersDue() {
	m.t.Helper()
	m.must("log", "met", "Maria <maria@uni.example>", "Tom Berger <tom@labor.example>", "--useful", "the walk", "--at", "2026-11-19")
}

// The contract: SIGTERM ends the service with 0 within five seconds, also when the
// server has just fallen silent.
func TestEndsWithinFiveSeconds(t *testing.T) {
	for _, command := range moments {
		t.Run(strings.TrimSpace(command), func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			m.lettersDue()
			begun := silenced(m.proxied(), command)
			s := m.start()
			select {
			case <-begun:
			case <-time.After(untilPatience):
				t.Fatalf("it did not come to that\n%s", s.log.String())
			}
			check(t, s.Process.Signal(syscall.SIGTERM))
			if took, err := s.untilEnded(); err != nil || took > 5*time.Second {
				t.Errorf("it took %v: %v\n%s", took, err, s.log.String())
			}
		})
	}
}

// A configuration that is read anew in the midst of things loses no letter and
// doubles none.
func TestReloadInBetween(t *testing.T) {
	for _, command := range moments {
		t.Run(strings.TrimSpace(command), func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			m.lettersDue()
			proxy := m.proxied()
			begun := silenced(proxy, command)
			s := m.start()
			select {
			case <-begun:
			case <-time.After(untilPatience):
				t.Fatalf("it did not come to that\n%s", s.log.String())
			}
			check(t, s.Process.Signal(syscall.SIGHUP))
			proxy.OnClient(nil) // connections that were made before stay mute
			proxy.OnServer(nil)
			for deadline := time.Now().Add(untilPatience); !strings.Contains(m.must("status"), "letters drafted: 2"); time.Sleep(20 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("the drafts were not laid\n%s\n%s", m.must("letter", "list"), s.log.String())
				}
			}
			s.untilSaid(t, "the configuration was read anew")
			check(t, s.Process.Signal(syscall.SIGTERM))
			if err := <-s.ended; err != nil {
				t.Errorf("%v\n%s", err, s.log.String())
			}
			if drafts, err := m.server.Messages("Drafts"); err != nil || len(drafts) != 2 {
				t.Errorf("%d drafts, %v", len(drafts), err)
			}
		})
	}
}
