package addressbook

import "testing"

func TestUID(t *testing.T) {
	for text, want := range map[string]string{
		"BEGIN:VCARD\nUID:urn:uuid:4711\nFN:Maria\nEND:VCARD":                          "urn:uuid:4711",
		"begin:vcard\r\nitem1.uid;TYPE=x: a\\,b \r\nEND:VCARD":                         "a,b",
		"BEGIN:VCARD\nUID:one\n  more\nEND:VCARD":                                      "one more",
		"BEGIN:VCARD\nAGENT:\nBEGIN:VCARD\nUID:inner\nEND:VCARD\nUID:outer\nEND:VCARD": "outer",
		"BEGIN:VCARD\nFN:Maria\nEND:VCARD\nBEGIN:VCARD\nUID:of the next\nEND:VCARD":    "",
		"BEGIN:VCARD\nUID:cut off":                                                     "cut off",
		"UID:outside":                                                                  "",
		"":                                                                             "",
	} {
		if got := UID(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
