// Command bench measures what regards costs its owner, on a real Dovecot with
// a large mailbox, and prints the figures as a table in Markdown:
//
//	go run ./bench
//	go run ./bench -messages 5000 -sent 1000 -replies 20    # a quick look
//	go run ./bench -only second,reply
//
// It needs Debian's dovecot-imapd and python3. Everything lies in a temporary
// folder that is removed at the end; the servers end with it. A full run takes
// six minutes, most of it for the replies, which come one by one.
//
// It promises no verdict: the table sets what was measured beside what the
// project wants, and the reader decides. Every figure that is a time stands
// beside a time of the same run on the same machine, taken in turns with it, so
// that a slow or a busy machine slows both. README.md says what each figure
// means and how far to trust it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	messages, sent, contacts, replies, rounds int
	settle                                    time.Duration
	seed                                      uint64
	only                                      []string
}

// figures are the names that -only takes, in the order of the table.
var figures = []string{"first", "python", "peak", "second", "reply", "idle", "letters", "accounts"}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

// run does everything that args ask for. The table goes to out, progress to log.
func run(ctx context.Context, args []string, out, log io.Writer) (err error) {
	opt, err := parse(args, log)
	if err != nil {
		return err
	}
	started := time.Now()
	w, err := setUp(ctx, opt, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	rep := report{opt: opt, facts: facts(ctx)}
	if err := w.measure(ctx, &rep); err != nil {
		return err
	}
	rep.took = time.Since(started)
	return rep.print(out)
}

// measure takes the figures that were asked for, those of one set-up together.
func (w *world) measure(ctx context.Context, rep *report) error {
	if w.opt.wants("first", "python", "peak") {
		if err := w.measureScans(ctx, rep); err != nil {
			return err
		}
	}
	if w.opt.wants("second") {
		if err := w.measureSecond(ctx, rep); err != nil {
			return err
		}
	}
	if w.opt.wants("reply", "idle") {
		if err := w.measureService(ctx, rep); err != nil {
			return err
		}
	}
	if w.opt.wants("letters") {
		if err := w.measureLetters(ctx, rep); err != nil {
			return err
		}
	}
	if w.opt.wants("accounts") {
		return w.measureAccounts(ctx, rep)
	}
	return nil
}

// parse reads the flags.
func parse(args []string, log io.Writer) (options, error) {
	var opt options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(log)
	flags.IntVar(&opt.messages, "messages", 100_000, "messages in INBOX")
	flags.IntVar(&opt.sent, "sent", 25_000, "messages in Sent")
	flags.IntVar(&opt.contacts, "contacts", 300, "contacts among the correspondents")
	flags.IntVar(&opt.replies, "replies", 200, "replies delivered while regards runs")
	flags.IntVar(&opt.rounds, "rounds", 3, "first scans, each in turn with what it is compared with")
	flags.DurationVar(&opt.settle, "settle", 10*time.Second, "how long the service idles before its memory is read")
	flags.Uint64Var(&opt.seed, "seed", 1, "seed of the mail: equal seeds give equal mail")
	only := flags.String("only", strings.Join(figures, ","), "which figures to take, separated by commas")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	opt.only = strings.Split(*only, ",")
	for _, name := range opt.only {
		if !slices.Contains(figures, name) {
			return options{}, fmt.Errorf("-only: there is no figure %q; there are %s", name, strings.Join(figures, ", "))
		}
	}
	switch {
	case flags.NArg() > 0:
		return options{}, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case opt.messages < 1 || opt.sent < 1 || opt.replies < 1 || opt.rounds < 1:
		return options{}, errors.New("-messages, -sent, -replies and -rounds must be positive")
	case opt.contacts < 1 || opt.contacts > correspondents:
		return options{}, fmt.Errorf("-contacts must be between 1 and %d", correspondents)
	}
	return opt, nil
}

// wants reports whether any of the named figures is to be taken.
func (o options) wants(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(o.only, name) })
}
