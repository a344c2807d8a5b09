package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/term"

	"regards/internal/config"
	"regards/internal/daemon"
	"regards/internal/sdnotify"
)

// configurationTrouble is what a configuration that cannot be taken in is called
// among the troubles.
const configurationTrouble = "configuration"

// serve runs the service until ctx ends. SIGHUP, which Windows does not send, has
// it read its configuration anew: a good one is gone on with in the same process,
// the lock held; with a bad one nothing changes but what log and status say.
func (a *app) serve(ctx context.Context, s *session, d *daemon.Daemon) error {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	onTerminal := a.onTerminal()
	stopping := context.AfterFunc(ctx, func() { s.pulse.say("STOPPING=1", "STATUS=ending") })
	defer stopping()
	if err := s.tellConfiguration(ctx, nil); err != nil {
		return err
	}
	s.log.Info("regards is running", "version", version, "database", s.store.Path(), "accounts", len(s.cfg.Accounts))
	for {
		s.pulse.started(len(s.cfg.Accounts))
		running, stop := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- d.Run(running) }()
		var next *daemon.Daemon
		var cfg config.Config
		for next == nil {
			select {
			case err := <-ended:
				stop()
				// With the service the old configuration ends, too.
				return errors.Join(err, s.tellConfiguration(context.WithoutCancel(ctx), nil))
			case <-hangup:
			}
			if onTerminal && !a.onTerminal() { // its window was closed
				stop()
				continue
			}
			s.pulse.say(sdnotify.Reloading()...)
			var err error
			if next, cfg, err = a.reload(s); err != nil {
				s.log.Error("the new configuration is not taken in, and the old one holds", "error", err)
				s.pulse.started(len(s.cfg.Accounts))
			}
			if err := s.tellConfiguration(ctx, err); err != nil {
				s.log.Warn("a trouble cannot be stored", "error", err)
			}
		}
		stop()
		if err := <-ended; err != nil {
			return err
		}
		d, s.cfg = next, cfg // only now, since the one before has used it
		s.log.Info("the configuration was read anew", "accounts", len(s.cfg.Accounts))
	}
}

// reload makes a service of the configuration as it is now. Until it is known to
// be good nothing has changed.
func (a *app) reload(s *session) (*daemon.Daemon, config.Config, error) {
	cfg, err := config.Load(config.Path(a.configPath))
	if err != nil {
		return nil, cfg, err
	}
	if cfg.Database() != s.cfg.Database() {
		return nil, cfg, errors.New("store.path has changed, which takes a restart; restart the service, or write the old one again")
	}
	if _, err := a.clock(cfg); err != nil { // a pretended time is for servers of this machine
		return nil, cfg, err
	}
	d, err := a.daemonOf(s, cfg)
	return d, cfg, err
}

// tellConfiguration notes for status that the old configuration holds, and why, or
// with nil that it is the one in the file.
func (s *session) tellConfiguration(ctx context.Context, err error) error {
	text, verbatim := "", ""
	if err != nil {
		text, verbatim = oldOneHolds(err), err.Error()
	}
	return s.store.SetTrouble(ctx, configurationTrouble, text, verbatim, s.now())
}

// oldOneHolds says on one line why a configuration is not taken in.
func oldOneHolds(err error) string {
	return "the configuration has changed, and the one before holds: " + strings.ReplaceAll(err.Error(), "\n", "; ") +
		"; mend it, then have it read anew: systemctl reload regards, or kill -HUP"
}

// onTerminal reports whether somebody sits at a terminal.
func (a *app) onTerminal() bool {
	f, ok := a.in.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
