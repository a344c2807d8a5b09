package main

import (
	"fmt"
	"log/slog"
	"sync"
	"time"

	"regards/internal/sdnotify"
)

// pulse tells systemd how the service is. Its beats come from the goroutine of
// decisions by way of the clock's: when either hangs they stop, and with them what
// the watchdog waits for.
type pulse struct {
	to       *sdnotify.Notifier
	log      *slog.Logger
	mu       sync.Mutex
	starting bool // READY is due at the next beat
	accounts int
	status   string    // as it was told last
	fed      time.Time // when the watchdog heard last
}

// started says that a service has begun, of which the next beat comes.
func (p *pulse) started(accounts int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starting, p.accounts = true, accounts
}

// beat is for daemon.Settings.Alive.
func (p *pulse) beat(offline int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var say []string
	if p.starting {
		say, p.starting = append(say, "READY=1"), false
	}
	status := "watching " + plural(p.accounts, "account")
	if offline > 0 {
		status += fmt.Sprintf(", %d offline", offline)
	}
	if status != p.status {
		say, p.status = append(say, "STATUS="+status), status
	}
	// Sooner than needed, since a beat may be late.
	if limit := p.to.Watchdog(); limit > 0 && time.Since(p.fed) >= limit/4 {
		say, p.fed = append(say, "WATCHDOG=1"), time.Now()
	}
	p.send(say...)
}

// say sends what is no beat.
func (p *pulse) say(assignments ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.send(assignments...)
}

func (p *pulse) send(assignments ...string) {
	if len(assignments) == 0 {
		return
	}
	if err := p.to.Send(assignments...); err != nil {
		p.log.Debug("systemd was not told", "error", err)
	}
}
