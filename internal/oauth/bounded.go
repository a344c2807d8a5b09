package oauth

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// mostAnswer is how long an answer may be. Microsoft's have up to 8 KiB.
const mostAnswer = 64 << 10

var errTooLong = errors.New("the answer is too long")

// patience is how long one request to a provider may take.
const patience = 30 * time.Second

// bounded waits no longer for an answer than is good, and reads it to its end,
// which the library does not always, but no further than is good.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	answer, err := b.RoundTripper.RoundTrip(r.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, mostAnswer+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > mostAnswer:
		return nil, errTooLong
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}
