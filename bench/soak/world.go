package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"regards/internal/daemon"
	"regards/internal/imapconn"
	"regards/internal/mailsim"
	"regards/plan"
	"regards/store"
	"regards/templates"
)

// owner is whose mail it is.
const owner = "ana@example.org"

// hurry is how many times as often as usual the service looks and connects anew.
const hurry = 1000

// world is the service with its server, and what happens to both.
type world struct {
	day    time.Duration
	rand   *rand.Rand
	dir    string
	server *mailsim.Server
	proxy  *mailsim.Proxy
	store  *store.Store
	stop   func() error // ends the service
	number int          // of messages made
	people int          // who write
	known  []string     // ids of contacts
	now    func() time.Time
	change func(*daemon.Settings) // what is different about the service; nil: nothing
}

// newWorld starts the server and the service.
func newWorld(ctx context.Context, day time.Duration, seed uint64) (w *world, err error) {
	w = &world{day: day, rand: rand.New(rand.NewPCG(seed, 0)), people: 40, stop: func() error { return nil }, now: time.Now}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.dir, err = os.MkdirTemp("", "regards-soak"); err != nil {
		return w, err
	}
	if w.server, err = mailsim.Dovecot(); err != nil {
		return w, err
	}
	if err := w.server.AddSMTP(); err != nil {
		return w, err
	}
	if w.proxy, err = mailsim.NewProxy(w.server.IMAPAddr()); err != nil {
		return w, err
	}
	if w.store, err = store.Open(ctx, filepath.Join(w.dir, "regards.db")); err != nil {
		return w, err
	}
	if err := w.deliver(200); err != nil {
		return w, err
	}
	for range 5 {
		if err := w.befriend(ctx); err != nil {
			return w, err
		}
	}
	return w, nil
}

// service makes a service on a store. Only the one that soaks goes through the
// proxy, where it is disturbed.
func (w *world) service(st *store.Store, port int) *daemon.Daemon {
	settings := daemon.Settings{
		Owner: templates.Owner{Name: "Ana", Signature: "Ana"}, Addresses: []string{owner}, Languages: []string{"en"}, Recipients: 8,
		Templates: []fs.FS{templates.Builtin()}, Policy: plan.Policy{Location: time.UTC}, Hurry: hurry,
		NextPlan: func(t time.Time) time.Time { return t.Add(10 * time.Minute) },
		Accounts: []daemon.Account{{Name: "home", Address: owner, Letters: true, Outbox: "Regards Outbox",
			Server: imapconn.Server{Host: w.server.Host(), Port: port, TLS: imapconn.None, User: w.server.User(),
				Secret: func(context.Context) (string, error) { return w.server.Password(), nil }}}},
	}
	if w.change != nil {
		w.change(&settings)
	}
	return daemon.New(settings, st, w.now, slog.New(slog.DiscardHandler), nil)
}

// serve runs the service until w.stop.
func (w *world) serve(ctx context.Context, st *store.Store) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- w.service(st, w.proxy.Port()).Run(ctx) }()
	w.stop = func() error {
		cancel()
		w.stop = func() error { return nil }
		return <-ended
	}
}

// row prints what the service costs at the end of a day.
func (w *world) row(ctx context.Context, out io.Writer, day int) error {
	touches, err := w.store.Touches(ctx, "")
	if err != nil {
		return err
	}
	c, err := costs()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "| %d | %d | %d | %d | %.1f | %d | %d |\n", day, w.number, len(touches), w.proxy.Counts().Connections,
		c.heap, c.goroutines, c.descriptors)
	return err
}

// cost is what this process takes at a time.
type cost struct {
	heap, resident          float64 // MiB
	goroutines, descriptors int
}

func costs() (c cost, err error) {
	debug.FreeOSMemory() // which collects garbage first
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return c, err
	}
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return c, err
	}
	var size, resident float64 // pages
	if _, err := fmt.Sscan(string(statm), &size, &resident); err != nil {
		return c, err
	}
	return cost{heap: float64(m.HeapAlloc) / (1 << 20), resident: resident * float64(os.Getpagesize()) / (1 << 20),
		goroutines: runtime.NumGoroutine(), descriptors: len(open)}, nil
}

// finish waits until the service has read everything, ends it, and compares its
// store with that of a fresh scan.
func (w *world) finish(ctx context.Context, out io.Writer) error {
	if err := w.server.Start(); err != nil {
		return err
	}
	w.proxy.OnServer(nil)
	fresh, err := w.rescan(ctx)
	if err != nil {
		return err
	}
	var missing, extra []string
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(time.Second) {
		got, err := w.touches(ctx, w.store)
		if err != nil {
			return err
		}
		if missing, extra = differ(fresh, got), differ(got, fresh); len(missing)+len(extra) == 0 {
			fmt.Fprintf(out, "\nThe store holds the %d touches that a fresh scan finds, and no others.\n", len(got))
			return w.stop()
		}
	}
	return fmt.Errorf("the store lacks %q and has %q beyond a fresh scan", missing, extra)
}

// close ends everything and removes all files.
func (w *world) close() error {
	errs := []error{w.stop()}
	if w.store != nil {
		errs = append(errs, w.store.Close())
	}
	if w.proxy != nil {
		errs = append(errs, w.proxy.Close())
	}
	if w.server != nil {
		errs = append(errs, w.server.Close())
	}
	return errors.Join(append(errs, os.RemoveAll(w.dir))...)
}
