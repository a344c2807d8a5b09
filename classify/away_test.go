package classify

import (
	"bytes"
	"strings"
	"testing"
)

// TestAway judges automatic replies and what looks like them, with either kind of line
// end; what is a person's, by header alone as well.
func TestAway(t *testing.T) {
	files := archive(t, "testdata/away.txtar")
	count := 0
	for name, data := range files {
		want, ok := files[name+".want"]
		if !ok {
			continue
		}
		count++
		t.Run(name, func(t *testing.T) {
			for _, raw := range [][]byte{data, bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))} {
				r := Message(raw, trusted)
				checkReport(t, r)
				if got := summary(r); got != string(want) {
					t.Fatalf("got %q, want %q: %q", got, want, r.Reasons)
				}
				h, err := Parse(fetched(raw))
				if err != nil {
					t.Fatal(err)
				}
				v := h.Verdict(trusted)
				if r.Class == Human && v.Class != Human {
					t.Errorf("by header alone taken for %s: %q", v.Class, v.Reasons)
				}
				if r.Class == AutoReply && !h.Doubtful() {
					t.Errorf("the header, a %s, says that the body holds nothing", v.Class)
				}
			}
		})
	}
	if count < 100 {
		t.Errorf("only %d messages", count)
	}
}

// summary writes a report as the samples do.
func summary(r Report) string {
	var b strings.Builder
	b.WriteString("class: " + string(r.Class) + "\n")
	if !r.Returns.IsZero() {
		b.WriteString("returns: " + r.Returns.Format("2006-01-02") + "\n")
	}
	if r.Deputy.Name != "" {
		b.WriteString("deputy: " + r.Deputy.Name + " <" + r.Deputy.Addr + ">\n")
	} else if r.Deputy.Addr != "" {
		b.WriteString("deputy: " + r.Deputy.Addr + "\n")
	}
	return b.String()
}
