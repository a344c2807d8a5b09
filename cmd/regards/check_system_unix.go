//go:build unix

package main

import "golang.org/x/sys/unix"

// What a dialer says when nobody listens, and when no network leads there.
var (
	errsRefused = []error{unix.ECONNREFUSED}
	errsNoWay   = []error{unix.ENETUNREACH, unix.EHOSTUNREACH, unix.ENETDOWN, unix.EHOSTDOWN}
)

// freeSpace gives how many bytes more may be written below a folder.
func freeSpace(folder string) (uint64, error) {
	var disk unix.Statfs_t
	if err := unix.Statfs(folder, &disk); err != nil {
		return 0, err
	}
	return uint64(disk.Bavail) * uint64(disk.Bsize), nil
}

// alive reports whether there is a process of that number, whoever's it is.
func alive(process int) bool { return unix.Kill(process, 0) != unix.ESRCH }
