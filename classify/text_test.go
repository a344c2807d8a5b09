package classify

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestDecodeText(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                                 "plain",
		"=?UTF-8?Q?Caf=C3=A9?=":                 "Café",
		"=?utf-8?B?Q2Fmw6k=?= =?utf-8?Q?_now?=": "Café now",
		"=?ISO-8859-15?Q?=A4?=":                 "€",
		"=?ISO-2022-JP?B?GyRCJUYlOSVIGyhC?=":    "テスト",
		"=?gb2312?B?suLK1A==?=":                 "测试",
		"=?koi8-r?Q?=D0=D2=C9=D7=C5=D4?=":       "привет",
		"=?x-unknown?Q?Caf=E9?=":                "=?x-unknown?Q?Caf=E9?=",
		"=?utf-8?Q?broken":                      "=?utf-8?Q?broken",
		"raw caf\xc3\xa9":                       "raw café",
		"raw caf\xe9 \x80":                      "raw café €",
		"=?utf-8?Q?a=0D=0ABcc:_x?=":             "a  Bcc: x",
		"=?utf-8?Q?=E2=80=AEgpj.exe?=":          "gpj.exe",
		"=?utf-8?Q?=00=1B[31m=7F=C2=9B?=":       "[31m",
		"=?utf-8?Q?=FF?=":                       "\uFFFD",
		"line\u2028break\u0085here":             "line break here",
		"\u2066isolate\u2069":                   "isolate",
	} {
		if got := decodeText([]byte(in)); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got := decodeText([]byte(strings.Repeat("é", maxText))); len(got) > maxText || !utf8.ValidString(got) {
		t.Errorf("%d bytes", len(got))
	}
}

// TestClean: whatever comes in, what comes out may be shown.
func TestClean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOf(rapid.Byte()).Draw(t, "in")
		for _, s := range []string{clean(in), decodeText(in), decodeText([]byte("=?utf-8?q?" + string(in) + "?="))} {
			if problem := unfit(s); problem != "" {
				t.Fatalf("%q: %s", s, problem)
			}
		}
	})
}

// unfit says why a string must not come out of this package.
func unfit(s string) string {
	if !utf8.ValidString(s) {
		return "not UTF-8"
	}
	for _, r := range s {
		if r < ' ' || r >= 0x7f && r <= 0x9f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return "has a control character"
		}
	}
	return ""
}
