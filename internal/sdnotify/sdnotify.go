// Package sdnotify tells systemd how the service is, by the protocol of
// sd_notify(3): a datagram of lines to a socket that the environment names. It
// is a page of our own since that is all of go-systemd that would be used.
//
// Without systemd there is no socket, a Notifier is nil, and nothing is sent.
// The package stores nothing and retries nothing: a message that cannot be sent
// is an error, and the service goes on.
package sdnotify

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// Notifier is the way to the service manager; nil when there is none.
type Notifier struct {
	socket   string
	watchdog time.Duration
}

// FromEnv reads what systemd has set for this process, and removes it, so that
// the programs that this one starts do not speak in its name.
func FromEnv() *Notifier {
	defer func() {
		for _, name := range []string{"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"} {
			os.Unsetenv(name)
		}
	}()
	return New(os.Getenv("NOTIFY_SOCKET"), os.Getenv("WATCHDOG_USEC"), os.Getenv("WATCHDOG_PID"))
}

// New makes a Notifier of the values of NOTIFY_SOCKET, WATCHDOG_USEC and
// WATCHDOG_PID. A socket that begins with @ is an abstract one.
func New(socket, watchdogUsec, watchdogPID string) *Notifier {
	if !strings.HasPrefix(socket, "/") && !strings.HasPrefix(socket, "@") {
		return nil // none, or of a kind that is for virtual machines
	}
	n := &Notifier{socket: socket}
	usec, err := strconv.ParseInt(watchdogUsec, 10, 64)
	if err == nil && usec > 0 && (watchdogPID == "" || watchdogPID == strconv.Itoa(os.Getpid())) {
		n.watchdog = time.Duration(usec) * time.Microsecond
	}
	return n
}

// Watchdog is within which time systemd wants to hear WATCHDOG=1 again; 0: it does
// not.
func (n *Notifier) Watchdog() time.Duration {
	if n == nil {
		return 0
	}
	return n.watchdog
}

// patience is how long a message may take: systemd may be busy.
const patience = time.Second

// Send sends assignments such as "READY=1" in one message.
func (n *Notifier) Send(assignments ...string) error {
	if n == nil {
		return nil
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: n.socket, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("tell systemd: %w", err)
	}
	defer conn.Close()
	_ = conn.SetWriteDeadline(time.Now().Add(patience)) // it fails as the write will
	if _, err := conn.Write([]byte(strings.Join(assignments, "\n"))); err != nil {
		return fmt.Errorf("tell systemd: %w", err)
	}
	return nil
}

// Reloading is what to send as a reload begins: with the moment of
// CLOCK_MONOTONIC, where there is one, which Type=notify-reload wants.
func Reloading() []string {
	if usec := monotonic(); usec > 0 {
		return []string{"RELOADING=1", fmt.Sprintf("MONOTONIC_USEC=%d", usec)}
	}
	return []string{"RELOADING=1"}
}
