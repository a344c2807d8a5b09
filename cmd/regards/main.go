// Regards keeps its owner's professional network warm: it watches the owner's
// mail, knows when they were last in touch with each contact, and lays the
// letters that good manners ask for into their own Drafts.
//
// This package is wiring: one file per command, which reads flags, calls the
// packages that do the work, and prints. What a command decides is decided
// elsewhere.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(run(os.Args[1:]))
}

// run carries out one command line and gives its exit code.
func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A reader who has gone away is an error of writing, which has an exit code
	// and words; a service whose log nobody reads any more goes on.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	a := &app{in: os.Stdin, out: &output{Writer: os.Stdout}, err: os.Stderr}
	root := a.command()
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	return a.exit(root.ExecuteContext(ctx))
}
