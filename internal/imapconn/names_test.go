package imapconn

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestInvalidName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"INBOX": "", "a b": "", "R&-D": "", "&-&-": "", "Entw&APw-rfe": "", "&APw-&-&APw-": "", "&2D3eAA-": "", "Entwürfe": "", `a"\%*`: "", "~peter/mail/&U,BTFw-/&ZeVnLIqe-": "",
		"": "empty", "a\x00": "control", "a\r\n": "control", "a\u0085": "control", "\xff": "no characters", strings.Repeat("x", nameLimit+1): "1001 bytes",
		"&": "not followed", "a&b": "not followed", "&APw": "not followed", "&APw-&APw-": "follow each other",
		"&AGE-": "&AGE- in it stands for nothing", // a letter that needs no encoding
		"&AAA-": "stands for nothing", "&A-": "stands for nothing", "&APw=-": "stands for nothing", "&APw/-": "stands for nothing", "&!!!-": "stands for nothing",
		"&APwA-":   "stands for nothing", // half a character
		"&2D0-":    "stands for nothing", // half a surrogate pair
		"&2D3YPQ-": "stands for nothing", "&3gA-": "stands for nothing", "&AIU-": "stands for nothing",
	} {
		if got := invalidName([]byte(name)); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
		if invalidName([]byte(name)) == "" {
			wantReadable(t, "* LIST () NIL "+string((&output{}).quoted([]byte(name)).text)+"\r\n")
		}
	}
}

// TestNamesAreValid: whatever a mailbox may be called, its name passes.
func TestNamesAreValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// U+FFFD stands in a name for what could not be read.
		known := func(r rune) bool { return r != utf8.RuneError }
		name := rapid.StringOf(rapid.RuneFrom(nil, unicode.L, unicode.P, unicode.So).Filter(known)).Draw(t, "name")
		if encoded := modifiedUTF7(name); encoded != "" && len(encoded) <= nameLimit {
			if why := invalidName([]byte(encoded)); why != "" {
				t.Fatalf("%q as %q: %s", name, encoded, why)
			}
		}
	})
}

// modifiedUTF7 encodes a name (RFC 3501 section 5.1.3).
func modifiedUTF7(name string) string {
	var b strings.Builder
	for name != "" {
		plain := strings.IndexFunc(name, func(r rune) bool { return r >= utf8.RuneSelf })
		if plain < 0 {
			plain = len(name)
		}
		b.WriteString(strings.ReplaceAll(name[:plain], "&", "&-"))
		if name = name[plain:]; name == "" {
			break
		}
		end := strings.IndexFunc(name, func(r rune) bool { return r < utf8.RuneSelf })
		if end < 0 {
			end = len(name)
		}
		var raw []byte
		for _, unit := range utf16.Encode([]rune(name[:end])) {
			raw = append(raw, byte(unit>>8), byte(unit))
		}
		b.WriteString("&" + modifiedBase64.EncodeToString(raw) + "-")
		name = name[end:]
	}
	return b.String()
}

func TestPrintable(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Entwürfe": "Entwürfe", "a\x00b\xff": "a\uFFFDb\uFFFD", "\u202e": "\uFFFD", "": "", strings.Repeat("x", 300): strings.Repeat("x", 200) + "…",
	} {
		if got := printable([]byte(in)); got != want || !utf8.ValidString(got) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
