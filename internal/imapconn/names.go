package imapconn

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// nameLimit bounds the name of a mailbox, in bytes; file systems allow 255.
const nameLimit = 1000

// invalidName says what is wrong with the name of a mailbox as it came, in the
// modified UTF-7 of RFC 3501 section 5.1.3; "" if nothing is. Plain UTF-8 is let
// pass, as the library does.
func invalidName(name []byte) string {
	switch {
	case len(name) == 0:
		return "it is empty"
	case len(name) > nameLimit:
		return fmt.Sprintf("it is %d bytes long", len(name))
	case !utf8.Valid(name):
		return "it has bytes that are no characters"
	case strings.ContainsFunc(string(name), unicode.IsControl):
		return "it has control characters"
	}
	shifted := false // the last thing was a part in base64
	for text := string(name); text != ""; {
		plain, rest, found := strings.Cut(text, "&")
		if !found {
			break
		}
		encoded, after, closed := strings.Cut(rest, "-")
		switch {
		case !closed:
			return "an & in it is not followed by -"
		case encoded == "":
			shifted = false
		case shifted && plain == "":
			return "two parts in base64 follow each other"
		case !validUTF16(encoded):
			return fmt.Sprintf("&%s- in it stands for nothing", printable([]byte(encoded)))
		default:
			shifted = true
		}
		text = after
	}
	return ""
}

// modifiedBase64 is base64 with a comma in place of the slash.
var modifiedBase64 = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,").WithPadding(base64.NoPadding)

// validUTF16 is true for what encodes characters beyond ASCII, and no control
// characters.
func validUTF16(encoded string) bool {
	raw, err := modifiedBase64.DecodeString(encoded)
	if err != nil || len(raw) == 0 || len(raw)%2 != 0 {
		return false
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
	}
	for i := 0; i < len(units); i++ {
		r := rune(units[i])
		if utf16.IsSurrogate(r) {
			if i++; i == len(units) {
				return false
			}
			r = utf16.DecodeRune(r, rune(units[i]))
		}
		if r == utf8.RuneError || r < utf8.RuneSelf || unicode.IsControl(r) {
			return false
		}
	}
	return true
}

// printable makes something that can be shown of the bytes of a stranger.
func printable(raw []byte) string {
	const longest = 200
	short := raw[:min(len(raw), longest)]
	text := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return utf8.RuneError
		}
		return r
	}, string(short))
	if len(short) < len(raw) {
		text += "…"
	}
	return text
}
