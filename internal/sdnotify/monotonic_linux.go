package sdnotify

import "golang.org/x/sys/unix"

// monotonic is CLOCK_MONOTONIC in microseconds; 0 where it cannot be had.
func monotonic() int64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		return 0
	}
	return t.Nano() / 1000
}
