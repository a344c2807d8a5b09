//go:build unix

package classify

import (
	"syscall"
	"time"
)

// processorTime is how long processors have worked for this process: a machine that
// pauses, or works for others, adds nothing to it.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
