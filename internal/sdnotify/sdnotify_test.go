package sdnotify

import (
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"testing"
	"time"
)

// listen plays systemd at a socket.
func listen(t *testing.T, name string) *net.UnixConn {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func heard(t *testing.T, conn *net.UnixConn) string {
	t.Helper()
	b := make([]byte, 4096)
	n, err := conn.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:n])
}

func TestSend(t *testing.T) {
	sockets := []string{filepath.Join(t.TempDir(), "notify")}
	if runtime.GOOS == "linux" {
		sockets = append(sockets, "@regards-test-"+strconv.Itoa(os.Getpid()))
	}
	for _, name := range sockets {
		conn := listen(t, name)
		n := New(name, "", "")
		if err := n.Send("READY=1", "STATUS=watching 1 account"); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := heard(t, conn); got != "READY=1\nSTATUS=watching 1 account" {
			t.Errorf("%s: %q", name, got)
		}
		if err := n.Send(Reloading()...); err != nil {
			t.Fatal(err)
		}
		want := `^RELOADING=1$`
		if runtime.GOOS == "linux" {
			want = `^RELOADING=1\nMONOTONIC_USEC=[1-9][0-9]+$`
		}
		if got := heard(t, conn); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestNobodyListens(t *testing.T) {
	for _, name := range []string{"", "vsock:2:1234", "relative"} {
		if n := New(name, "1000000", ""); n != nil || n.Send("READY=1") != nil || n.Watchdog() != 0 {
			t.Errorf("%q: %+v", name, n)
		}
	}
	if err := New(filepath.Join(t.TempDir(), "gone"), "", "").Send("READY=1"); err == nil {
		t.Error("no error for a socket that is gone")
	}
}

func TestWatchdog(t *testing.T) {
	own := strconv.Itoa(os.Getpid())
	for _, x := range []struct {
		usec, pid string
		want      time.Duration
	}{
		{"", "", 0}, {"2000000", "", 2 * time.Second}, {"2000000", own, 2 * time.Second},
		{"2000000", own + "1", 0}, {"0", own, 0}, {"-5", own, 0}, {"much", own, 0},
	} {
		if got := New("/run/notify", x.usec, x.pid).Watchdog(); got != x.want {
			t.Errorf("%+v: %v", x, got)
		}
	}
}

// What systemd says to us is not for the programs that we start.
func TestFromEnv(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "/run/notify")
	t.Setenv("WATCHDOG_USEC", "1000000")
	t.Setenv("WATCHDOG_PID", strconv.Itoa(os.Getpid()))
	if n := FromEnv(); n == nil || n.Watchdog() != time.Second {
		t.Errorf("%+v", n)
	}
	for _, name := range []string{"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"} {
		if _, set := os.LookupEnv(name); set {
			t.Errorf("%s is still there", name)
		}
	}
	if FromEnv() != nil {
		t.Error("there is no systemd any more")
	}
}
