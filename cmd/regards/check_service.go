package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"regards/internal/autostart"
)

// service says whether the service is installed and runs. Neither is an error: regards
// sync and run --once do without.
func (k *checkup) service(ctx context.Context) {
	installed := ""
	if m, err := autostart.Here(); err == nil {
		installed = m.Installed(ctx)
	}
	if installed != "" {
		k.ok("service", "installed by "+installed)
	} else {
		k.note("service", "not installed, so it does not start by itself", "to install it: regards service install")
	}
	if !k.running {
		k.note("service", "not running", "start it with: regards run")
		return
	}
	process, since := holder(k.cfg.Database() + ".lock")
	switch {
	case process == 0:
		k.ok("service", "running")
	case !alive(process):
		k.note("service", fmt.Sprintf("the database is locked, but process %d, which did so, is not there", process),
			"does it run in a container or on another machine? One service alone may have this database")
	default:
		k.ok("service", fmt.Sprintf("running since %s as process %d", since.In(k.cfg.Owner.Location()).Format("2006-01-02 15:04"), process))
	}
}

// holder gives who holds a lock, and since when, as is written there; 0 if nobody
// can tell.
func holder(lock string) (process int, since time.Time) {
	text, err := os.ReadFile(lock)
	if err != nil {
		return 0, time.Time{}
	}
	info, err := os.Stat(lock)
	if err != nil {
		return 0, time.Time{}
	}
	process, err = strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || process < 1 {
		return 0, time.Time{}
	}
	return process, info.ModTime()
}
