//go:build !linux

package sdnotify

func monotonic() int64 { return 0 } // there is no systemd either
