package imapconn

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// readConn is a connection from which r is read.
type readConn struct {
	net.Conn
	r io.Reader
}

func (c readConn) Read(b []byte) (int, error) { return c.r.Read(b) }

func TestAnswersShortened(t *testing.T) {
	const names = `BODY[HEADER.FIELDS ("FROM" "TO" X-Other)]`
	for in, want := range map[string]string{
		"* 1 FETCH (UID 7 " + names + " {5}\r\nA: b\n)\r\n": "* 1 FETCH (UID 7 BODY[HEADER] {5}\r\nA: b\n)\r\n",
		"* 1 FETCH (" + names + " NIL UID 7)\r\n":           "* 1 FETCH (BODY[HEADER] NIL UID 7)\r\n",
		"* 1 FETCH (BODY[HEADER.FIELDS (A)\r\n":             "* 1 FETCH (BODY[HEADER.FIELDS (A)\r\n",
		"T1 OK " + names + "\r\n":                           "T1 OK " + names + "\r\n",
		"* LIST () \"/\" {8}\r\n" + names[:8] + "\r\n":      "* LIST () \"/\" {8}\r\n" + names[:8] + "\r\n",
		"+ go\r\n": "+ go\r\n",
		"cut off":  "cut off",
		// What stands in a literal is a stranger's.
		"* 1 FETCH (BODY[] {60}\r\n* 2 FETCH (" + names + " {9}\r\n" + "x)\r\n": "* 1 FETCH (BODY[] {60}\r\n* 2 FETCH (" + names + " {9}\r\n" + "x)\r\n",
	} {
		for how, r := range map[string]io.Reader{
			"whole": strings.NewReader(in), "byte by byte": iotest.OneByteReader(strings.NewReader(in)),
		} {
			got, err := io.ReadAll(&answers{Conn: readConn{r: r}})
			if err != nil || string(got) != want {
				t.Errorf("%s: %q\n gave %q, %v\n want %q", how, in, got, err, want)
			}
		}
	}
}

// TestAnswersChangeNothingElse: whatever comes, cut up in whatever way, passes
// as it is, unless it is such a line.
func TestAnswersChangeNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"* 1 FETCH (", "BODY[HEADER", " {3}\r\n", "{12}\r\n", "{99999999999999}\r\n",
			"\r\n", "\n", "a", ")]", "{", "}", strings.Repeat("x", longLine+1), "BODY[HEADER.FIELDS ("})
		in := strings.Join(rapid.SliceOf(piece).Draw(t, "pieces"), "")
		got, err := io.ReadAll(&answers{Conn: readConn{r: iotest.HalfReader(strings.NewReader(in))}})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(in, ".FIELDS (") && !bytes.Equal(got, []byte(in)) {
			t.Fatalf("%q became %q", in, got)
		}
		if len(got) > len(in) {
			t.Fatalf("%q grew to %q", in, got)
		}
	})
}

// The size of a literal is found where a long line is cut up, too: missed, what
// stands in the literal would be taken for lines.
func TestAnswersLongLineBeforeLiteral(t *testing.T) {
	const inner = "* 2 FETCH (BODY[HEADER.FIELDS (A)] x)\r\n"
	for length := longLine - 40; length < longLine+40; length++ {
		in := "* 1 FETCH (FLAGS (" + strings.Repeat("x", length) + ") BODY[] {39}\r\n" + inner + ")\r\n"
		got, err := io.ReadAll(&answers{Conn: readConn{r: iotest.OneByteReader(strings.NewReader(in))}})
		if err != nil || string(got) != in {
			t.Fatalf("%d: %q, %v", length, got[max(0, len(got)-70):], err)
		}
	}
}

func TestLiteralSize(t *testing.T) {
	for line, want := range map[string]int{
		"a {5}\r\n": 5, "{0}\r\n": 0, "a {12345}\n": 12345, "~{7}\r\n": 7, "{}\r\n": 0, "{5\r\n": 0, "5}\r\n": 0,
		"{x5}\r\n": 0, "": 0, "{5+}\r\n": 0, "{99999999999999999999}\r\n": 0,
	} {
		if got := literalSize([]byte(line)); got != want {
			t.Errorf("%q: got %d, want %d", line, got, want)
		}
	}
}
