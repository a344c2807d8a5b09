package imapconn

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"github.com/emersion/go-imap/v2/imapclient"
)

// readConn is a connection from which r is read.
type readConn struct {
	net.Conn
	r io.Reader
}

func (c readConn) Read(b []byte) (int, error)  { return c.r.Read(b) }
func (c readConn) Write(b []byte) (int, error) { return len(b), nil }
func (c readConn) Close() error                { return nil }

func (readConn) SetReadDeadline(time.Time) error  { return nil }
func (readConn) SetWriteDeadline(time.Time) error { return nil }

// filtered gives what the library would get to read of in.
func filtered(in io.Reader) (out string, a *answers, err error) {
	a = &answers{Conn: readConn{r: in}, fail: func(error) {}}
	b, err := io.ReadAll(a)
	return string(b), a, err
}

// stranger is a header that looks like responses.
const stranger = "* 2 FETCH (UID 9 " + fetchNames + " {9}\r\n\x00T1 OK {3}\n+ (\"\r\n"

// fetchNames is how a section comes that was asked for with names of fields.
const fetchNames = `BODY[HEADER.FIELDS ("FROM" "TO" X-Other)]`

// filterCases are responses, and what is left of them for the library. Those
// that end in "!" give the connection up.
var filterCases = map[string][]struct{ in, want string }{
	"the names of fields are taken out": {
		{"* 1 FETCH (UID 7 " + fetchNames + " {5}\r\nA: b\n)\r\n", "* 1 FETCH (UID 7 BODY[HEADER] {5}\r\nA: b\n)\r\n"},
		{"* 1 FETCH (UID 7 BODY[HEADER.FIELDS.NOT (\"A]\" {2}\r\n]x)] {1}\r\ny)\r\n", "* 1 FETCH (UID 7 BODY[HEADER] {1}\r\ny)\r\n"},
		{"* 1 FETCH (UID 7 BODY[2.HEADER.FIELDS (A)]<0> {1}\r\ny)\r\n", "* 1 FETCH (UID 7 BODY[2.HEADER]<0> {1}\r\ny)\r\n"},
		{"* 1 FETCH (UID 7 body[1.2]<9> {1}\r\ny BODY[TEXT] {0}\r\n)\r\n", "* 1 FETCH (UID 7 BODY[1.2]<9> {1}\r\ny BODY[TEXT] {0}\r\n)\r\n"},
		// What stands in a literal is a stranger's.
		{"* 1 FETCH (UID 7 BODY[] {" + strconv.Itoa(len(stranger)) + "}\r\n" + stranger + ")\r\n", "* 1 FETCH (UID 7 BODY[] {" + strconv.Itoa(len(stranger)) + "}\r\n" + stranger + ")\r\n"},
	},
	"pitfall 1: unknown responses are dropped": {
		{"* VANISHED (EARLIER) 1:5\r\n", ""}, {"* XLIST (\\Sent) \"/\" {4}\r\nT1 O\r\n", ""}, {"* 5 FOO\r\n", ""}, {"* 5 FOO {3}\r\n\r\nx (\r\n", ""},
		{"* 99999999999 EXISTS\r\n", ""}, {"* -1 EXISTS\r\n", ""}, {"* 0 EXPUNGE\r\n", ""}, {"* 0 FETCH (UID 1)\r\n", ""}, {"* \r\n", ""}, {"*\r\n", ""},
		{"\r\n", ""}, {"\n", ""}, {"* 3 RECENT\r\n", ""}, {"* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n", ""}, {"* ID (\"name\" \"x\")\r\n", ""},
		{"* 3 exists\r\n", "* 3 EXISTS\r\n"}, {"* 4294967295 EXISTS more\r\n", "* 4294967295 EXISTS\r\n"}, {"*  3  EXPUNGE\n", "* 3 EXPUNGE\r\n"},
	},
	"pitfalls 1 to 3: unknown and poisonous items are taken out": {
		{"* 1 FETCH (EMAILID (M1) UID 7 X-GM-LABELS (\"\\\\Sent\" \"a (\" {2}\r\n)) (x (y))) MODSEQ (12) RFC822.SIZE 5)\r\n", "* 1 FETCH (UID 7)\r\n"},
		{"* 1 FETCH (UID 7 ENVELOPE (NIL {3}\r\n\"\"\" ((\"a\" NIL)) ) BODY (\"text\" (\"a\" \"b\")) BODYSTRUCTURE ((()())))\r\n", "* 1 FETCH (UID 7)\r\n"},
		{"* 1 FETCH (UID 7 BODYSTRUCTURE " + strings.Repeat("(", 5000) + strings.Repeat(")", 5000) + " INTERNALDATE \"22-Nov-2026 04:42:00 +0000\")\r\n",
			"* 1 FETCH (UID 7 INTERNALDATE \"22-Nov-2026 04:42:00 +0000\")\r\n"},
		{"* 1 FETCH (UID 7 BINARY[1] ~{2}\r\nab RFC822.HEADER {1}\r\nx BODY[] ~{2}\r\n\x00b)\r\n", "* 1 FETCH (UID 7 BODY[] {2}\r\n\x00b)\r\n"},
		{"* 1 FETCH (UID 7 INTERNALDATE \"32-Foo-2026 25:00:00 +0000\" FLAGS ())\r\n", "* 1 FETCH (UID 7 FLAGS ())\r\n"},
		{"* 1 FETCH (UID 7 INTERNALDATE NIL INTERNALDATE \"01-Jan-0001 00:00:00 +0000\" INTERNALDATE \" 1-Jan-2026 00:00:00 +0000\")\r\n",
			"* 1 FETCH (UID 7 INTERNALDATE \" 1-Jan-2026 00:00:00 +0000\")\r\n"},
		{"* 1 FETCH (UID 7 INTERNALDATE {26}\r\n22-Nov-2026 04:42:00 +0000)\r\n", "* 1 FETCH (UID 7 INTERNALDATE \"22-Nov-2026 04:42:00 +0000\")\r\n"},
		{"* 1 FETCH (UID 7 FLAGS (\\Seen $Junk \\dRAFT {3}\r\nabc))\r\n", "* 1 FETCH (UID 7 FLAGS (\\Draft))\r\n"},
		{"* 1 FETCH (UID 7 FLAGS NIL BODY[1..2] NIL BODY[1.] NIL BODY[FOO] NIL BODY[9999999999] NIL BODY[]<x> NIL)\r\n", "* 1 FETCH (UID 7 FLAGS ())\r\n"},
	},
	"items in another order and form": {
		{"* 1 FETCH (" + fetchNames + " NIL UID 7)\r\n", "* 1 FETCH (UID 7 BODY[HEADER] NIL)\r\n"},
		{"* 1 fetch (body[] {5+}\r\nUID 9 flags (\\Draft) uid 7)\r\n", "* 1 FETCH (UID 7 FLAGS (\\Draft) BODY[] {5}\r\nUID 9)\r\n"},
		{"* 1 FETCH (UID 7 BODY[HEADER] \"A: \\\"b\\\" \\\\ (\")\r\n", "* 1 FETCH (UID 7 BODY[HEADER] {10}\r\nA: \"b\" \\ ()\r\n"},
		{"* 1 FETCH (UID 7 BODY[HEADER] nil)\r\n", "* 1 FETCH (UID 7 BODY[HEADER] NIL)\r\n"},
		{"* 1 FETCH(UID 7 FLAGS(\\Draft)BODY[]{1}\r\nx)\r\n", "* 1 FETCH (UID 7 FLAGS (\\Draft) BODY[] {1}\r\nx)\r\n"},
		{"* 1 FETCH (UID 7 UID 8 FLAGS () FLAGS (\\Draft) BODY[] {1}\r\na body[] {1}\r\nb)\r\n", "* 1 FETCH (UID 7 FLAGS () BODY[] {1}\r\na)\r\n"},
		{"* 1 FETCH (FLAGS (\\Seen))\r\n", ""},
	},
	// That something is missing has to be seen: otherwise the message counts as gone.
	"a FETCH that breaks the grammar": {
		{"* 1 FETCH (UID 7 BODYSTRUCTURE ((((\r\n", "* 1 FETCH (UID 7)\r\n"},
		{"* 1 FETCH (UID 7 FLAGS (\\Draft) ENVELOPE \"x\r\n", "* 1 FETCH (UID 7)\r\n"},
		{"* 1 FETCH (UID 7 BODY[HEADER.FIELDS (A)\r\n", "* 1 FETCH (UID 7)\r\n"},
		{"* 1 FETCH (UID 7 BODY[] {1}\r\nx\r\n", "* 1 FETCH (UID 7)\r\n"},
		{"* 1 FETCH (UID 7 BODY[] {-1}\r\n", "* 1 FETCH (UID 7)\r\n"},
		{"* 1 FETCH (UID 7 BODY[] {1}\r\r\nx)\r\n", "* 1 FETCH (UID 7)\r\n!"}, // a literal is announced as it ought to be
		{"* 1 FETCH (BODY[] {1}\r\nx)\r\n", "!"}, {"* 1 FETCH (FLAGS () BODY[HEADER] NIL)\r\n", "!"}, {"* 1 FETCH (BODY[FOO] {1}\r\nx)\r\n", "!"},
		{"* 1 FETCH (FLAGS (\r\n", "!"}, {"* 1 FETCH (UID 4294967295)\r\n", "!"}, {"* 1 FETCH (UID 0)\r\n", "!"}, {"* 1 FETCH UID 7\r\n", "!"},
	},
	"codes": {
		{"* OK [UIDVALIDITY 0] x\r\n", "* OK x\r\n"}, {"* OK [UIDVALIDITY 7] x\r\n", "* OK [UIDVALIDITY 7] x\r\n"}, {"* ok [uidnext 4294967295]\r\n", "* OK [UIDNEXT 4294967295]\r\n"},
		{"* OK [UIDNEXT x] x\r\n", "* OK x\r\n"}, {"* OK [UIDNEXT]\r\n", "* OK\r\n"}, {"* OK [HIGHESTMODSEQ x] y\r\n", "* OK y\r\n"}, {"* OK [HIGHESTMODSEQ 5] y\r\n", "* OK [HIGHESTMODSEQ 5] y\r\n"},
		{"* OK [PERMANENTFLAGS (] x\r\n", "* OK x\r\n"}, {"* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n", "* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n"},
		{"* OK [PERMANENTFLAGS (a\x80)] x\r\n", "* OK x\r\n"}, {"* OK [PERMANENTFLAGS ()] x\r\n", "* OK [PERMANENTFLAGS ()] x\r\n"},
		{"T1 OK [APPENDUID junk] x\r\n", "T1 OK x\r\n"}, {"T1 OK [APPENDUID 1 2:3] x\r\n", "T1 OK x\r\n"}, {"T1 OK [APPENDUID 38505 3955] x\r\n", "T1 OK [APPENDUID 38505 3955] x\r\n"},
		{"T1 OK [COPYUID 1 2:3 4:*] x\r\n", "T1 OK x\r\n"}, {"T1 OK [COPYUID 1 2:4294967295 4] x\r\n", "T1 OK x\r\n"}, {"T1 OK [COPYUID 1 2,5:6 4:6] x\r\n", "T1 OK [COPYUID 1 2,5:6 4:6] x\r\n"},
		{"T1 NO [FOO bar (baz)] x\r\n", "T1 NO [FOO] x\r\n"}, {"T1 NO [FOO\r\n", "T1 NO FOO\r\n"}, {"T1 NO [[\r\n", "T1 NO\r\n"}, {"T1 NO [] x\r\n", "T1 NO x\r\n"},
		{"* OK [CAPABILITY A (B) C=D *] x\r\n", "* OK [CAPABILITY A C=D] x\r\n"}, {"* OK [CAPABILITY]\r\n", "* OK [CAPABILITY]\r\n"},
		{"* CAPABILITY imap4rev1  X \"Y\" \x80\r\n", "* CAPABILITY imap4rev1 X\r\n"}, {"* ENABLED UTF8=ACCEPT\r\n", "* ENABLED UTF8=ACCEPT\r\n"},
		{"* FLAGS (\\Seen a)\r\n", "* FLAGS (\\Seen a)\r\n"}, {"* FLAGS (\\\r\n", ""}, {"* FLAGS (a (b))\r\n", ""},
	},
	"text": {
		{"* OK a\x00b\rc\x07d\xffe\xc3\xa9\r\n", "* OK a b c d?e\u00e9\r\n"}, {"* OK\r\n", "* OK\r\n"}, {"* OK \r\n", "* OK\r\n"}, {"* NO  x\r\n", "* NO x\r\n"}, {"* NO [UIDNEXT x][y] z \r\n", "* NO y] z\r\n"},
		{"* OK " + strings.Repeat("x", 5000) + "\r\n", "* OK " + strings.Repeat("x", 997) + "…\r\n"},
		{"* OK use {5}\r\n* 1 EXISTS\r\n", "* OK use {5}\r\n* 1 EXISTS\r\n"}, // no literal
		{"+\r\n", "+ \r\n"}, {"+ go\x00 {5}\r\n", "+ go  {5}\r\n"}, {"+idling\r\n", "+ idling\r\n"}, {"t1 ok done\n", "t1 OK done\r\n"},
	},
	"pitfall 14: searches": {
		{"* SEARCH 5 3 0 5 -1 4294967296 4294967295 x 1 (MODSEQ 9)\r\nT1 OK x\r\n", "* SEARCH 1 3 5\r\nT1 OK x\r\n"},
		{"* SEARCH 2 9\r\n* 3 EXISTS\r\n* search 1 {1}\r\n7 8\r\nT1 OK x\r\nT2 OK x\r\n", "* 3 EXISTS\r\n* SEARCH 1 2 7 8 9\r\nT1 OK x\r\nT2 OK x\r\n"},
		{"* SEARCH\r\nT1 OK x\r\n", "T1 OK x\r\n"},
		{"* ESEARCH (TAG \"T5\") UID ALL 9:7,1,2,0,12:4294967295,00020\r\n", "!"},
		{"* ESEARCH (TAG \"T5\") UID ALL 9:7,1,2,0,8,4294967290:99999999999\r\n", "* ESEARCH (TAG \"T5\") UID ALL 1:2,7:9,4294967290:4294967294\r\n"},
		{"* esearch (tag T5) uid all 0:3,4294967295 count 3 min 1 max 3 X (y) MODSEQ 5\r\n", "* ESEARCH (TAG \"T5\") UID ALL 1:3 COUNT 3 MIN 1 MAX 3\r\n"},
		{"* ESEARCH (TAG \"T5\") UID\r\n* ESEARCH\r\n* ESEARCH (FOO \"T5\") ALL x\r\n", "* ESEARCH (TAG \"T5\") UID\r\n* ESEARCH (TAG \"\")\r\n"},
		{"* ESEARCH UID ALL 1:3\r\n", "* ESEARCH (TAG \"\") UID ALL 1:3\r\n"}, {"* ESEARCH COUNT 3\r\n", "* ESEARCH (TAG \"\") COUNT 3\r\n"},
		// Nothing found would be an answer, too.
		{"* ESEARCH (TAG \"T5\") UID ALL 1:*\r\n", "!"}, {"* ESEARCH UID ALL $\r\n", "!"}, {"* ESEARCH UID ALL\r\n", "!"}, {"* ESEARCH UID ALL 1,,2\r\n", "!"}, {"* ESEARCH UID COUNT x\r\n", "!"},
	},
	"mailboxes": {
		{"* LIST (\\HasNoChildren \\sent \\Sent) \"/\" Sent\r\n", "* LIST (\\SENT) \"/\" \"Sent\"\r\n"},
		{"* LIST () NIL {4}\r\na\"\\b (\"CHILDINFO\" (\"SUBSCRIBED\") OLDNAME (\"&x\"))\r\n", "* LIST () NIL \"a\\\"\\\\b\"\r\n"},
		{"* LIST (\\Marked {2}\r\nxx) \"//\" \"Entw&APw-rfe\"\r\n", "* LIST () NIL \"Entw&APw-rfe\"\r\n"}, {"* LIST () \"\\\\\" a]b\r\n", "* LIST () \"\\\\\" \"a]b\"\r\n"},
		{"* LIST () \"/\" foo bar\r\n", ""}, {"* LIST () \"/\" foo (X) (Y)\r\n", ""}, {"* LIST () \"/\" foo (X\r\n", ""}, {"* LIST () \"/\" \"foo\"bar\r\n", ""},
		{"* LIST () \"/\" foo  (X)  \r\n", "* LIST () \"/\" \"foo\"\r\n"}, {"* LIST () \"/\" foo \r\n", "* LIST () \"/\" \"foo\"\r\n"},
		{"* LIST () \"/\" \"&bad\"\r\n", ""}, {"* LIST () \"/\"\r\n", ""}, {"* LIST\r\n", ""},
		{"* STATUS \"a b\" (MESSAGES 3 UNSEEN 1 X (y) UIDNEXT 0 UIDVALIDITY 7)\r\n", "* STATUS \"a b\" (MESSAGES 3 UIDVALIDITY 7)\r\n"},
		{"* STATUS INBOX MESSAGES 3\r\n", "* STATUS \"INBOX\" ()\r\n"}, {"* STATUS INBOX (MESSAGES x UIDNEXT -1 UIDVALIDITY)\r\n", "* STATUS \"INBOX\" ()\r\n"}, {"* STATUS \"&bad\" (MESSAGES 1)\r\n", ""},
	},
	"what cannot be followed": {
		{"T1 MAYBE x\r\n", "!"}, {" OK x\r\n", "!"}, {"HTTP/1.1 400 Bad Request\r\n", "!"}, {"T1\r\n", "!"}, {strings.Repeat("T", 40) + " OK x\r\n", "!"},
		{"* 1 EXISTS\r\n)\r\n", "* 1 EXISTS\r\n!"}, {"* LIST () NIL {99999999999999}\r\n", "!"}, {"* X {99999999999999999999999}\r\n", "!"},
		{"* PREAUTH in\r\n", "!"}, {"* OK x\r\n* PREAUTH in\r\n", "* OK x\r\n"}, {"T1 BYE x\r\n", "!"},
	},
	"what breaks off": {{"cut off", ""}, {"* 1 EXISTS\r\n* 2 FETCH (UID 1 BODY[] {9}\r\nabc\r\n", "* 1 EXISTS\r\n"}},
}

func TestAnswers(t *testing.T) {
	for name, cases := range filterCases {
		t.Run(name, func(t *testing.T) {
			for _, c := range cases {
				for how, r := range map[string]io.Reader{
					"whole": strings.NewReader(c.in), "byte by byte": iotest.OneByteReader(strings.NewReader(c.in)),
				} {
					want, fails := strings.CutSuffix(c.want, "!")
					got, _, err := filtered(r)
					if got != want || (err != nil) != fails {
						t.Errorf("%s: %q\n gave %q, %v\n want %q", how, c.in[:min(len(c.in), 200)], got, err, want)
					}
				}
			}
		})
	}
}

// wellFormed draws a response by the grammar, with what is to be left of it.
func wellFormed(t *rapid.T) (in, want string) {
	text := rapid.SampledFrom([]string{"", "a", "From: x\r\n\r\n", "* 1 FETCH (UID 9)\r\n", "T1 OK {3}\r\n", "(\"", strings.Repeat("x", 5000)}).Draw(t, "text")
	uid := rapid.Uint32Range(1, lastUID).Draw(t, "uid")
	draft := rapid.Bool().Draw(t, "draft")
	flags := map[bool]string{true: `\Draft`}[draft]
	items := []string{
		fmt.Sprintf("UID %d", uid), "FLAGS (" + strings.TrimSpace(`\Seen `+flags) + ")", `INTERNALDATE "22-Nov-2026 04:42:00 +0000"`,
		fmt.Sprintf("BODY[HEADER.FIELDS (A \"B\")] {%d}\r\n%s", len(text), text), fmt.Sprintf("X-NEW (\"(\" ({%d}\r\n%s) NIL)", len(text), text), "MODSEQ (5)",
	}
	both := rapid.SampledFrom([][2]string{
		{"* 7 FETCH (" + strings.Join(rapid.Permutation(items).Draw(t, "items"), " ") + ")\r\n",
			fmt.Sprintf("* 7 FETCH (UID %d FLAGS (%s) INTERNALDATE \"22-Nov-2026 04:42:00 +0000\" BODY[HEADER] {%d}\r\n%s)\r\n", uid, flags, len(text), text)},
		{fmt.Sprintf("* %d EXISTS\r\n", uid), fmt.Sprintf("* %d EXISTS\r\n", uid)},
		{fmt.Sprintf("* NEW {%d}\r\n%s (x)\r\n", len(text), text), ""},
		{fmt.Sprintf("* SEARCH %d 5\r\nT1 OK {5}\r\n", max(uid, 6)), fmt.Sprintf("* SEARCH 5 %d\r\nT1 OK {5}\r\n", max(uid, 6))},
		{"* LIST (\\Trash) \".\" INBOX.Trash\r\n", "* LIST (\\TRASH) \".\" \"INBOX.Trash\"\r\n"},
		{"* OK [UIDNEXT 9] text {9}\r\n", "* OK [UIDNEXT 9] text {9}\r\n"},
	}).Draw(t, "response")
	return both[0], both[1]
}

// TestAnswersKeepTheMeaning: of well-formed responses, cut up in whatever way,
// exactly what we use passes.
func TestAnswersKeepTheMeaning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var in, want strings.Builder
		for range rapid.IntRange(0, 6).Draw(t, "responses") {
			one, left := wellFormed(t)
			in.WriteString(one)
			want.WriteString(left)
		}
		sizes := rapid.SliceOfN(rapid.IntRange(1, 9000), 1, 20).Draw(t, "sizes")
		got, _, err := filtered(&inPieces{strings.NewReader(in.String()), sizes, 0})
		if err != nil || got != want.String() {
			t.Fatalf("%q\n gave %q, %v\n want %q", in.String(), got, err, want.String())
		}
	})
}

// inPieces gives pieces of the sizes given, over and over.
type inPieces struct {
	r     io.Reader
	sizes []int
	next  int
}

func (p *inPieces) Read(b []byte) (int, error) {
	size := p.sizes[p.next%len(p.sizes)]
	p.next++
	return p.r.Read(b[:min(size, len(b))])
}

// FuzzAnswers feeds whatever a server may send. However the network cuts it up,
// the same comes out; what comes out is not much longer, passes the filter as it
// is, and can be read by the library, unless it answers a question that nobody asked.
func FuzzAnswers(f *testing.F) {
	for _, cases := range filterCases {
		for _, c := range cases {
			f.Add([]byte(c.in))
		}
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		out, a, err := filtered(bytes.NewReader(in))
		again, _, againErr := filtered(iotest.OneByteReader(bytes.NewReader(in)))
		if out != again || fmt.Sprint(err) != fmt.Sprint(againErr) {
			t.Fatalf("in one piece %q, %v\n in pieces %q, %v", out, err, again, againErr)
		}
		if len(out) > 2*len(in)+64 || len(a.buffer) > smallBuffer+2*len(in)+commandBudget {
			t.Fatalf("%d bytes became %d, the buffer %d", len(in), len(out), len(a.buffer))
		}
		if err != nil && !errors.Is(err, ErrGarbled) && !errors.Is(err, ErrTLS) {
			t.Fatal(err)
		}
		if twice, _, err := filtered(strings.NewReader(out)); twice != out || err != nil {
			t.Fatalf("%q\n became %q\n and then %q, %v", in, out, twice, err)
		}
		wantReadable(t, out)
	})
}

// wantReadable fails when the library cannot read what it is given.
func wantReadable(t *testing.T, text string) {
	t.Helper()
	client := imapclient.New(readConn{r: strings.NewReader(text)}, nil)
	<-client.Closed()
	err := client.Close()
	if err == nil || errors.Is(err, net.ErrClosed) {
		return
	}
	for _, unasked := range []string{"unknown tag", "unmatched continuation"} {
		if strings.Contains(err.Error(), unasked) {
			return
		}
	}
	t.Fatalf("%q: %v", text, err)
}

func TestLiteralSize(t *testing.T) {
	for line, want := range map[string]int64{
		"a {5}\r\n": 5, "{0}\r\n": 0, "a {12345}\n": 12345, "~{7}\r\n": 7, "{}\r\n": -1, "{5\r\n": -1, "5}\r\n": -1, "{-1}\r\n": -1,
		"{x5}\r\n": -1, "": -1, "{5+}\r\n": 5, "{+}\r\n": -1, "{0000000000000000000000005}\r\n": 5, "{99999999999999999999}\r\n": commandBudget + 1,
	} {
		got, announced := literalSize([]byte(line))
		if !announced {
			got = -1
		}
		if got != want {
			t.Errorf("%q: got %d, want %d", line, got, want)
		}
	}
}

// Whether a response may hold literals is decided at its first line and never
// again: a server that announces many would keep us busy without end.
func TestLiteralsAreDecidedOnce(t *testing.T) {
	a := &answers{buffer: []byte("* X {0}\r\n{0}\r\n{0}\r\nend\r\n"), fail: func(error) {}}
	a.end = len("* X {0}\r\n")
	if response, whole := a.next(); whole {
		t.Fatalf("%q is whole", response)
	}
	copy(a.buffer, "* OK") // who looked again would see no literals
	a.end = len(a.buffer)
	if response, whole := a.next(); !whole || len(response) != len(a.buffer) {
		t.Errorf("the response is %q, %t", response, whole)
	}
}

// Both who look for literals find the same.
func TestLiteralsAreTheSameForAll(t *testing.T) {
	for _, end := range []string{"\r\n", "\n", "\r\r\n", " \r\n"} {
		for _, text := range []string{"{1}", "{1+}", "{01}", "{}", "{+}", "{1++}", "{1}}", "{-1}"} {
			_, announced := literalSize([]byte(text + end))
			s := scan{b: []byte(text + end + "x")}
			if _, ok := s.literal(); ok != announced {
				t.Errorf("%q: %t and %t", text+end, announced, ok)
			}
		}
	}
}

// What was handed over does not keep the buffer it stood in.
func TestMessagesKeepNoBuffer(t *testing.T) {
	_, a, err := filtered(bytes.NewReader(scanAnswers(2)))
	must(t, err)
	if m := a.msg; cap(m.bodies) == 0 || m.bodies[:1][0].content != nil || m.bodies[:1][0].section != nil || m.date != nil {
		t.Errorf("kept: %+v, %+v", m, m.bodies[:cap(m.bodies)])
	}
}

// An error tells what came, but not all of it.
func TestGivingUpTellsWhatCame(t *testing.T) {
	for in, want := range map[string]string{
		"HTTP/1.1 400 Bad\x00\r\n":                    `a line that is no response: "HTTP/1.1 400 Bad\x00"`,
		"<" + strings.Repeat("x", 100_000) + "\r\n":   `xxx…"`,
		"* LIST () NIL {999999999}\r\n":               "a literal of",
		"* 1 FETCH (FLAGS (\r\n":                      `a FETCH: "* 1 FETCH (FLAGS ("`,
		"* ESEARCH UID ALL 1:*\r\n":                   `an ESEARCH: "* ESEARCH UID ALL 1:*"`,
		"* ESEARCH UID ALL 1:4294967295\r\nT1 OK\r\n": "an ESEARCH",
	} {
		_, _, err := filtered(strings.NewReader(in))
		if !errors.Is(err, ErrGarbled) || !strings.Contains(err.Error(), want) || len(err.Error()) > 300 {
			t.Errorf("%q: %v, want %q", in[:min(len(in), 80)], err, want)
		}
	}
}

// A scan does not cost memory per message.
func TestAnswersAllocateNothing(t *testing.T) {
	few, many := scanAnswers(10), scanAnswers(1000)
	allocs := func(in []byte) float64 {
		return testing.AllocsPerRun(5, func() {
			if _, _, err := filtered(bytes.NewReader(in)); err != nil {
				t.Fatal(err)
			}
		})
	}
	if a, b := allocs(few), allocs(many); b > a+50 {
		t.Errorf("%v allocations for 10 messages, %v for 1000", a, b)
	}
}
