package imapconn

import (
	"encoding/base64"
	"strings"
)

// Without takes out of a server's words what the server was told in confidence: a
// refusal may repeat the whole command, and ends in logs and digests. Each is looked
// for as it is, as LOGIN quotes it (RFC 9051 section 4.3), and in base64 (RFC 4422).
func Without(said string, told ...string) string {
	for _, secret := range told {
		if secret == "" {
			continue
		}
		quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(secret)
		for _, form := range []string{secret, quoted, base64.StdEncoding.EncodeToString([]byte(secret))} {
			said = strings.ReplaceAll(said, form, "…")
		}
	}
	return said
}

// Plain is what PLAIN says of a user and a password (RFC 4616).
func Plain(user, password string) string { return "\x00" + user + "\x00" + password }
