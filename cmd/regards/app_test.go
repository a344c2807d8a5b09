package main

import (
	"bytes"
	"errors"
	"testing"
)

// What looks like an address is cut out of a log line, wherever it stands.
func TestLogWithoutAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"550 <maria@uni.example>: no such user":  "550 <(address)>: no such user",
		"login for ana@example.org at 127.0.0.1": "login for (address) at 127.0.0.1",
		`to:"maria lopez"@uni.example, b@c`:      `to:(address), (address)`,
		`"ana.d"@uni.example (ana+x@y.example)`:  `(address) ((address))`,
		"ana@bücher.example; josé@x.example":     "(address); (address)",
		"no address @ all":                       "no address @ all",
	} {
		for _, format := range []string{"text", "json"} {
			var log bytes.Buffer
			a := &app{err: &log, logLevel: "info", logFormat: format}
			logger, err := a.logger()
			check(t, err)
			logger.Warn(text, "error", errors.New(text), "text", text, "count", 1)
			other := &bytes.Buffer{}
			plain := &app{err: other, logLevel: "info", logFormat: format}
			logger, err = plain.logger()
			check(t, err)
			logger.Warn(want, "error", errors.New(want), "text", want, "count", 1)
			cut := func(b []byte) []byte { return b[bytes.Index(b, []byte("WARN")):] }
			if got := cut(log.Bytes()); !bytes.Equal(got, cut(other.Bytes())) {
				t.Errorf("%s: %s", format, got)
			}
		}
	}
}
