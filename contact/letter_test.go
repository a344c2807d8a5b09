package contact

import "testing"

func TestLetterIs(t *testing.T) {
	l := Letter{MessageID: "a@x", DraftID: "b@x"}
	for id, want := range map[string]bool{"a@x": true, "b@x": true, "c@x": false, "": false} {
		if l.Is(id) != want {
			t.Errorf("%q: %v", id, !want)
		}
	}
	if (Letter{}).Is("") {
		t.Error("a message without a Message-ID is a letter without one")
	}
}
