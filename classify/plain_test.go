package classify

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPlainText(t *testing.T) {
	for name, x := range map[string]struct{ raw, want string }{
		"bare":             {"From: a@x.org\r\n\r\nHi Maria,\r\n\r\nthanks.\r\n", "Hi Maria,\n\nthanks.\n"},
		"no content type":  {"Subject: x\n\nHi", "Hi"},
		"quoted-printable": {"Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: quoted-printable\n\nHola Mar=C3=ADa,=\n x", "Hola María, x"},
		"base64":           {"Content-Type: TEXT/PLAIN; charset=\"utf-8\"\nContent-Transfer-Encoding: BASE64\n\nSG9sYSBN\nYXLDrWE=\n", "Hola María"},
		"base64 cut":       {"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nSG9sYSBN\nYX", "Hola M"},
		"latin1":           {"Content-Type: text/plain; charset=iso-8859-1\n\nHola Mar\xeda", "Hola María"},
		"koi8-r":           {"Content-Type: text/plain; charset=koi8-r\n\n\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"},
		"unknown charset":  {"Content-Type: text/plain; charset=klingon\n\nHola Mar\xeda", "Hola María"},
		"mislabelled":      {"Content-Type: text/plain; charset=utf-8\n\nHola Mar\xeda", "Hola María"},
		"html only":        {"Content-Type: text/html\n\n<p>Hi</p>", ""},
		"alternative":      {"Content-Type: multipart/alternative; boundary=b\n\nx\n--b\nContent-Type: text/plain\n\nHi Maria,\n--b\nContent-Type: text/html\n\n<p>x\n--b--\n", "Hi Maria,"},
		"nested": {"Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\nx\n" +
			"--b\nContent-Type: text/plain\n\nHi\n--b--\n--a\nContent-Type: text/plain\n\nfooter\n--a--\n", "Hi"},
		"attachment first": {"Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/plain\nContent-Disposition: attachment; filename=x\n\nno\n--a\n\nHi\n--a--\n", "Hi"},
		"attachment only":  {"Content-Type: text/plain\nContent-Disposition: attachment\n\nx", "x"},
		"forwarded":        {"Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: message/rfc822\n\nSubject: x\n\nHi Tom,\n--a--\n", ""},
		"empty first":      {"Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/plain\n\n\n--a\nContent-Type: text/plain\n\nfooter\n--a--\n", ""},
		"no header":        {"\n\nHi", ""},
		"nothing":          {"", ""},
	} {
		if got := PlainText([]byte(x.raw)); got != x.want {
			t.Errorf("%s: got %q, want %q", name, got, x.want)
		}
	}
	long := "Subject: x\n\nHi Maria,\n" + strings.Repeat("x", 1<<20)
	if got := PlainText([]byte(long)); len(got) > maxPlain || !strings.HasPrefix(got, "Hi Maria,\nx") {
		t.Errorf("%d bytes", len(got))
	}
}

func FuzzPlainText(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, text := range []string{PlainText(raw), ReplyText(raw)} {
			if !utf8.ValidString(text) || len(text) > 4*maxDecoded {
				t.Errorf("%q", text)
			}
		}
	})
}
