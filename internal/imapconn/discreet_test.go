package imapconn

import (
	"encoding/base64"
	"strings"
	"testing"
)

// A server that repeats what it was told gets no secret into an error, and by that into
// logs and digests.
func TestServerRepeatsTheSecret(t *testing.T) {
	t.Parallel()
	const password = `hun"ter\2`
	repeat := func(p *player) error { return reply("NO cannot do " + p.line)(p) }
	forms := []string{password, `hun\"ter\\2`, "hun", oldToken}
	for caps, oauth := range map[string]bool{"SASL-IR AUTH=PLAIN": false, "IDLE": false, "SASL-IR AUTH=XOAUTH2": true, "SASL-IR AUTH=OAUTHBEARER": true} {
		s := scripted(t, bearerGreet(caps), expect("^(LOGIN|AUTHENTICATE)"), repeat)
		server := s.server()
		server.Secret = secret(password)
		if oauth {
			server.OAuth, server.Secret = true, secret(oldToken)
		}
		_, err := Dial(within(t), server)
		wantErr(t, err, ErrLogin)
		said := err.Error()
		if !strings.Contains(said, "cannot do") || !strings.Contains(said, "…") {
			t.Errorf("%s: %s", caps, said)
		}
		for _, word := range strings.FieldsFunc(said, func(r rune) bool { return strings.ContainsRune(` ";`, r) }) {
			if raw, err := base64.StdEncoding.DecodeString(word); err == nil && len(raw) > 0 {
				said += string(raw)
			}
		}
		for _, form := range forms {
			if strings.Contains(said, form) {
				t.Errorf("%s: %s", caps, said)
			}
		}
	}
}
