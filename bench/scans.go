package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// rounds holds what the rounds of first scans gave, one entry each.
type rounds struct {
	bare, sync, cpu, python []float64 // seconds
	overBare, overPython    []float64 // ratios within a round
	peak                    []float64 // MiB
	differing, known        int       // contacts whose last touch differs, and who have one
	received                int64     // bytes of one bare scan
}

// measureScans makes first scans, each in turn with what it is compared with.
func (w *world) measureScans(ctx context.Context, rep *report) error {
	var r rounds
	for n := range w.opt.rounds {
		if err := w.round(ctx, n, &r); err != nil {
			return err
		}
	}
	r.describe(w, rep)
	return nil
}

// round makes one scan of each kind.
func (w *world) round(ctx context.Context, n int, r *rounds) error {
	took, received, err := w.scanBare(ctx)
	if err != nil {
		return err
	}
	p, err := w.newProfile(ctx, fmt.Sprintf("round%d", n), w.server.IMAPPort())
	if err != nil {
		return err
	}
	use, err := p.regards(ctx, "sync")
	if err != nil {
		return err
	}
	r.received = received
	r.bare, r.sync = append(r.bare, took.Seconds()), append(r.sync, use.wall.Seconds())
	r.cpu, r.peak = append(r.cpu, use.cpu.Seconds()), append(r.peak, float64(use.peak)/1024)
	r.overBare = append(r.overBare, use.wall.Seconds()/took.Seconds())
	w.say("round %d: bare %.2f s, regards %.2f s (%.2f s of CPU, %.1f MiB)",
		n+1, took.Seconds(), use.wall.Seconds(), use.cpu.Seconds(), float64(use.peak)/1024)
	if !w.opt.wants("python") {
		return nil
	}
	return w.roundPython(ctx, p, use.wall, r)
}

// roundPython runs the script and compares what it finds with a profile that has
// just been scanned.
func (w *world) roundPython(ctx context.Context, p *profile, sync time.Duration, r *rounds) error {
	use, last, err := w.python(ctx)
	if err != nil {
		return err
	}
	r.python = append(r.python, use.wall.Seconds())
	r.overPython = append(r.overPython, sync.Seconds()/use.wall.Seconds())
	if r.differing, r.known, err = w.compare(ctx, p, last); err != nil {
		return err
	}
	w.say("  Python %.2f s (%.2f s of CPU, %.1f MiB), %d of %d contacts differ",
		use.wall.Seconds(), use.cpu.Seconds(), float64(use.peak)/1024, r.differing, len(w.contacts))
	return nil
}

// lastTouch is a contact's newest touch as baseline.py prints it.
type lastTouch struct {
	At        int64  `json:"at"` // Unix time
	Direction string `json:"direction"`
}

// python runs the script over the mailboxes that regards reads.
func (w *world) python(ctx context.Context) (usage, map[string]lastTouch, error) {
	args := []string{w.path("baseline.py"), w.server.Host(), strconv.Itoa(w.server.IMAPPort()), w.server.User(),
		w.path("contacts.csv"), w.scan[0].items}
	for _, o := range w.scan {
		args = append(args, strings.Trim(o.mailbox, `"`))
	}
	cmd := exec.CommandContext(ctx, "python3", args...)
	cmd.Stdin = strings.NewReader(w.server.Password() + "\n")
	use, err := measure(cmd)
	if err != nil {
		return usage{}, nil, err
	}
	var last map[string]lastTouch
	return use, last, json.Unmarshal(use.out, &last)
}

// compare counts the contacts for whom script and regards name another last
// touch, and those who have one at all.
func (w *world) compare(ctx context.Context, p *profile, last map[string]lastTouch) (differing, known int, err error) {
	var contacts []struct {
		Addresses []string `json:"addresses"`
		LastTouch *struct {
			At        time.Time `json:"at"`
			Direction string    `json:"direction"`
		} `json:"last_touch"`
	}
	if err := p.ask(ctx, &contacts, "contact", "list"); err != nil {
		return 0, 0, err
	}
	if len(contacts) != len(w.contacts) {
		return 0, 0, fmt.Errorf("regards knows %d contacts of %d", len(contacts), len(w.contacts))
	}
	for _, c := range contacts {
		var ours lastTouch
		if c.LastTouch != nil {
			known++
			ours = lastTouch{c.LastTouch.At.Unix(), c.LastTouch.Direction}
		}
		if ours != last[c.Addresses[0]] {
			differing++
		}
	}
	return differing, known, nil
}
