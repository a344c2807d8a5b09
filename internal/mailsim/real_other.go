//go:build !unix

package mailsim

// Dovecot returns ErrNotInstalled: Dovecot runs on Unix only.
func Dovecot() (*Server, error) { return nil, notInstalled("Dovecot 2.3", "dovecot-imapd") }

// DovecotWith returns ErrNotInstalled: Dovecot runs on Unix only.
func DovecotWith(DovecotOptions) (*Server, error) { return Dovecot() }

// Cyrus returns ErrNotInstalled: Cyrus runs on Unix only.
func Cyrus() (*Server, error) { return nil, notInstalled("Cyrus IMAP", "cyrus-imapd") }

// Courier returns ErrNotInstalled: Courier runs on Unix only.
func Courier() (*Server, error) { return nil, notInstalled("Courier IMAP", "courier-imap") }
