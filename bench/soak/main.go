// Command soak lets the service live through a month in minutes, on a real
// Dovecot, and prints what it costs day by day:
//
//	go run ./bench/soak
//	go run ./bench/soak -days 5 -day 3s    # a quick look
//	go run ./bench/soak -year 365          # a year by a clock of its own
//
// Each day mail comes and goes in three mailboxes, messages are moved, contacts
// are added and merged, connections are dropped, cut in the midst of an answer
// and left hanging, the server is stopped, killed and started, and each week a
// mailbox is made anew. The service runs in this process with its waiting times
// divided, so that it reconnects and looks as often in a day of seconds as in a
// true one.
//
// With -year the days are those of a clock that goes on as soon as all is done that
// a day brings: mail, a cut of all connections, somebody who was met and is thanked by
// a letter that is laid, approved and sent, on Mondays a digest. It fails when one of
// them does not come, or when goroutines or descriptors are left behind.
//
// It promises two things at its end, or fails: the store holds exactly the
// touches that a fresh scan finds, and nothing that it held is left open. The
// table shows whether heap, goroutines and descriptors stayed flat; that is for
// the reader to judge. It needs Debian's dovecot-imapd.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "soak: %v\n", err)
		os.Exit(1)
	}
}

// run soaks as args say, and prints the table to out.
func run(ctx context.Context, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	days := flags.Int("days", 30, "how many days")
	day := flags.Duration("day", 10*time.Second, "how long a day takes")
	seed := flags.Uint64("seed", 1, "seed of what happens")
	year := flags.Int("year", 0, "how many days of a year to live through instead, by a clock of its own")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *days < 1 || *year < 0 || *day < time.Second || flags.NArg() > 0 {
		return errors.New("write a positive number of -days or of days of a -year, and a -day of a second or more")
	}
	w, err := newWorld(ctx, *day, *seed)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	if *year > 0 {
		return w.liveYear(ctx, *year, out)
	}
	w.serve(ctx, w.store)
	fmt.Fprintln(out, "| day | messages | touches | connections made | heap, MiB | goroutines | descriptors |")
	fmt.Fprintln(out, "|---|---|---|---|---|---|---|")
	for n := 1; n <= *days; n++ {
		if err := w.live(ctx, n); err != nil {
			return fmt.Errorf("day %d: %w", n, err)
		}
		if err := w.row(ctx, out, n); err != nil {
			return err
		}
	}
	return w.finish(ctx, out)
}
