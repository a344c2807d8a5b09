package imapwatch

import (
	"io"
	"strings"
	"testing"
)

// literal is a literal of the library.
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
		header := s.literal(literal{strings.NewReader(text), int64(len(text))}, headerLimit)
		if want := text[:min(len(text), headerLimit)]; string(header) != want {
			t.Errorf("%d bytes of %d", len(header), len(want))
		}
	}
}
