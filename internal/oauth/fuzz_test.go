package oauth

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Whatever a token endpoint answers, the outcome is a token that can be used or
// an error of one class, which holds nothing that the endpoint was told.
func FuzzTokenAnswer(f *testing.F) {
	const refresh = "1//the-refresh-token"
	for _, seed := range []string{
		`{"access_token":"a","token_type":"Bearer","expires_in":3599,"refresh_token":"r"}`,
		`{"error":"invalid_grant","error_description":"AADSTS700082: ` + refresh + `"}`,
		`error=invalid_grant&error_description=` + refresh,
		"<html>" + refresh, `{"access_token":"\u0001"}`, `{"expires_in":1e99}`, "",
	} {
		f.Add(200, "application/json", seed)
		f.Add(400, "text/plain", seed)
	}
	f.Fuzz(func(t *testing.T, status int, kind, body string) {
		c := played(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(100 + max(100, status%500))
			_, _ = w.Write([]byte(body))
		})
		c.Provider = Microsoft
		keep := &memory{refresh: refresh}
		got, err := NewSource(c, keep, time.Now).Token(t.Context())
		classes := 0
		for _, class := range []error{ErrGrant, ErrAway, ErrRegistration} {
			if errors.Is(err, class) {
				classes++
			}
		}
		if (err == nil) != (classes == 0) || classes > 1 || (err == nil) != (got != "") {
			t.Errorf("%q: %v", got, err)
		}
		if err != nil && (strings.Contains(err.Error(), refresh) || strings.ContainsAny(err.Error(), "\n\x1b") || len(err.Error()) > 1000) {
			t.Errorf("the error: %v", err)
		}
		if strings.ContainsAny(got+keep.refresh, "\r\n\x00") {
			t.Errorf("tokens %q and %q", got, keep.refresh)
		}
	})
}
