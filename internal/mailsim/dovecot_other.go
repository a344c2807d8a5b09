//go:build !unix

package mailsim

// Dovecot returns ErrNotInstalled: Dovecot runs on Unix only.
func Dovecot() (*Server, error) { return nil, ErrNotInstalled }
