package main

import "golang.org/x/sys/windows"

// What a dialer says when nobody listens, and when no network leads there.
var (
	errsRefused = []error{windows.WSAECONNREFUSED}
	errsNoWay   = []error{windows.WSAENETUNREACH, windows.WSAEHOSTUNREACH, windows.WSAENETDOWN, windows.WSAEHOSTDOWN}
)

// freeSpace gives how many bytes more may be written below a folder.
func freeSpace(folder string) (free uint64, err error) {
	name, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return 0, err
	}
	err = windows.GetDiskFreeSpaceEx(name, &free, nil, nil)
	return free, err
}

// alive reports whether there is a process of that number.
func alive(process int) bool {
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(process))
	if err == nil {
		_ = windows.CloseHandle(h)
	}
	return err != windows.ERROR_INVALID_PARAMETER // it may be another user's
}
