package imapwatch

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// literal is a literal that says it is longer than it is.
type literal struct {
	io.Reader
	size int64
}

func (l literal) Size() int64 { return l.size }

func TestLiteral(t *testing.T) {
	t.Parallel()
	var s scanner
	long := strings.Repeat("x", headerLimit-1)
	for _, text := range []string{"", "a", long, "", "b", long + "yz", "c"} {
		header, err := s.literal(literal{strings.NewReader(text), int64(len(text))})
		must(t, err)
		if want := text[:min(len(text), headerLimit)]; string(header) != want {
			t.Errorf("%d bytes of %d", len(header), len(want))
		}
	}
	if _, err := s.literal(literal{strings.NewReader("abc"), 1 << 62}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut short: %v", err)
	}
}
