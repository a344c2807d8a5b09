package mailsim

import "syscall"

// setDeathSignal ends a server when this process dies without closing it, as a
// test binary does on a panic or a timeout.
func setDeathSignal(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGTERM }
