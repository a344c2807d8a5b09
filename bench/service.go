package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// measureService lets `regards run` make its first scan, reads its memory, and
// then delivers replies to it.
func (w *world) measureService(ctx context.Context, rep *report) (err error) {
	p, err := w.newProfile(ctx, "service", w.server.IMAPPort())
	if err != nil {
		return err
	}
	var problems bytes.Buffer
	cmd := p.command(ctx, "run")
	cmd.Stderr = &problems
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() {
		if ended := end(cmd); ended != nil {
			err = errors.Join(err, fmt.Errorf("regards run: %w: %s", ended, problems.Bytes()))
		}
	}()
	if err := w.awaitScan(ctx, p, 1); err != nil {
		return err
	}
	if w.opt.wants("idle") {
		if err := w.measureIdle(ctx, cmd, rep); err != nil {
			return err
		}
	}
	if !w.opt.wants("reply") {
		return nil
	}
	if err := w.measureReplies(ctx, p, rep); err != nil {
		return err
	}
	after, err := memory(cmd.Process.Pid, "VmRSS")
	rep.note("idle: after %d replies %.1f MiB are resident", w.opt.replies, float64(after)/1024)
	return err
}

// measureIdle reads what is resident of a service with nothing to do.
func (w *world) measureIdle(ctx context.Context, cmd *exec.Cmd, rep *report) error {
	if err := w.rest(ctx, w.opt.settle); err != nil {
		return err
	}
	resident, err := memory(cmd.Process.Pid, "VmRSS")
	if err != nil {
		return err
	}
	peak, err := memory(cmd.Process.Pid, "VmHWM")
	if err != nil {
		return err
	}
	file, err := memory(cmd.Process.Pid, "RssFile")
	if err != nil {
		return err
	}
	w.say("run, idle: %.1f MiB resident, %.1f MiB at the peak of its first scan", float64(resident)/1024, float64(peak)/1024)
	rep.add(row{
		what: "resident memory of `run`, idle, after the scan", measured: fmt.Sprintf("%.1f MiB", float64(resident)/1024),
		against: "–", ratio: "–", must: "32 MiB", aim: "20 MiB",
	})
	rep.note("idle: read %v after the first scan of `run` itself, whose peak was %.1f MiB; %.1f MiB are pages of the program's file",
		w.opt.settle, float64(peak)/1024, float64(file)/1024)
	return nil
}

// awaitScan waits until the service has read every mailbox of its accounts to its
// end: those that it waits on, and by an account's own time the others.
func (w *world) awaitScan(ctx context.Context, p *profile, accounts int) error {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		var st status
		if err := p.ask(ctx, &st, "status"); err != nil {
			return err
		}
		if len(st.Accounts) == accounts && st.read() {
			return nil
		}
		if err := w.rest(ctx, time.Second); err != nil {
			return err
		}
	}
	return fmt.Errorf("regards run has not finished its first scan after %v", patience)
}

// read reports whether all mail of all accounts has been.
func (st status) read() bool {
	for _, a := range st.Accounts {
		read := map[string]bool{}
		for _, m := range a.Mailboxes {
			read[m.Name] = m.LastSync != nil
		}
		if a.LastSync == nil || !read["INBOX"] || !read["Sent"] {
			return false
		}
	}
	return true
}

// rest waits, but not beyond the end of ctx.
func (w *world) rest(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
