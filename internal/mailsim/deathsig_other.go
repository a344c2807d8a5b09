//go:build unix && !linux

package mailsim

import "syscall"

// setDeathSignal does nothing: only Linux can end a child with its parent.
func setDeathSignal(*syscall.SysProcAttr) {}
