package oauth

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// mostAnswer is how long an answer may be. Microsoft's have up to 8 KiB.
const mostAnswer = 64 << 10

var errTooLong = errors.New("the answer is too long")

// bounded reads answers to their end, which the library does not always, and no
// further than is good.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.RoundTripper.RoundTrip(r)
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
