package classify

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// label is a line of labels.jsonl in the corpora.
type label struct {
	File       string
	Touch      *bool
	Class      *string
	Recipients []string // nil: not labelled
	// One for each failed recipient; nil: not labelled.
	Hard           []bool
	Status, Reason []string
}

// corpora names the folder of real messages, or skips.
func corpora(t testing.TB) string {
	dir := os.Getenv("REGARDS_TEST_CORPORA")
	if dir == "" {
		t.Skip("it needs a folder of messages; name it in REGARDS_TEST_CORPORA, as .ci/run does where there is one")
	}
	if !filepath.IsAbs(dir) {
		// .ci/run names it as seen from the module's folder.
		if _, err := os.Stat(dir); err != nil {
			dir = filepath.Join("..", dir)
		}
	}
	return dir
}

func labels(t testing.TB, dir string) []label {
	data, err := os.ReadFile(filepath.Join(dir, "labels.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var list []label
	for d := json.NewDecoder(bytes.NewReader(data)); ; {
		var l label
		if err := d.Decode(&l); err == io.EOF {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, l)
	}
}

// tally counts what TestCorpora measures.
type tally struct {
	machines, touches, touchesByHeader, sameClass int
	bounces, bouncesKnown                         int
	named, namedExactly                           int // bounces whose recipients are labelled
	rated, ratedRight                             int // recipients labelled hard or soft
	reports                                       int
}

func percent(part, whole int) float64 { return 100 * float64(part) / float64(max(whole, 1)) }

// TestCorpora judges real mail and holds what was reached.
func TestCorpora(t *testing.T) {
	dir := corpora(t)
	var n tally
	for _, l := range labels(t, dir) {
		raw, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(l.File)))
		if err != nil {
			t.Fatal(err)
		}
		r := Message(raw, Policy{})
		checkReport(t, r)
		n.judge(t, l, raw, r)
		if l.Class != nil && *l.Class == "bounce" {
			n.bounce(t, l, raw, r)
		}
	}
	t.Logf("%-34s %8s %8s %8s", "", "reached", "of", "percent")
	for _, line := range []struct {
		what           string
		reached, whole int
		floor          float64
	}{
		{"machines that are no touch", n.machines - n.touches, n.machines, 99.7},
		{"  by header alone", n.machines - n.touchesByHeader, n.machines, 98.1},
		{"machines of the labelled class", n.sameClass, n.machines, 99},
		{"bounces recognised", n.bouncesKnown, n.bounces, 99},
		{"failed recipients exact", n.namedExactly, n.named, 97},
		{"hard or soft right", n.ratedRight, n.rated, 91.3},
	} {
		share := percent(line.reached, line.whole)
		t.Logf("%-34s %8d %8d %8.1f", line.what, line.reached, line.whole, share)
		if share < line.floor {
			t.Errorf("%s: worse than %.1f %%", line.what, line.floor)
		}
	}
	if n.reports < 174 {
		t.Errorf("%d reports of RFC 3464", n.reports)
	}
}

// judge counts whether the message of a machine is taken for a person's.
func (n *tally) judge(t *testing.T, l label, raw []byte, r Report) {
	if l.Touch != nil && *l.Touch && !r.Touch {
		t.Errorf("%s: a person is taken for %s: %q", l.File, r.Class, r.Reasons)
	}
	if l.Touch == nil || *l.Touch {
		return
	}
	n.machines++
	if r.Touch {
		n.touches++
		t.Logf("a touch: %s", l.File)
	}
	if h, err := Parse(raw); err == nil && h.Verdict(Policy{}).Touch {
		n.touchesByHeader++
	}
	if strings.ReplaceAll(strings.TrimSuffix(*l.Class, "_report"), "_", "-") == string(r.Class) {
		n.sameClass++
	}
}

// bounce counts what is read of a labelled bounce.
func (n *tally) bounce(t *testing.T, l label, raw []byte, r Report) {
	n.bounces++
	if r.Class == Bounce {
		n.bouncesKnown++
	} else {
		t.Logf("no bounce: %s is %s", l.File, r.Class)
	}
	if standardReport(raw) {
		n.reports++
		if r.Class != Bounce || r.Touch || len(r.Recipients) == 0 {
			t.Errorf("%s: a report of RFC 3464 is taken for %s of %v", l.File, r.Class, r.Recipients)
		}
	}
	if l.Recipients != nil {
		n.named++
		if got := addressesOf(r.Recipients); slices.Equal(got, sorted(l.Recipients)) {
			n.namedExactly++
		} else {
			t.Logf("recipients: %s: %q, want %q", l.File, got, l.Recipients)
		}
	}
	n.rate(t, l, r)
}

// rate compares hard and soft. The labels name no addresses, so they are compared
// in their order, and a recipient that was not found is wrong.
func (n *tally) rate(t *testing.T, l label, r Report) {
	for i, hard := range l.Hard {
		n.rated++
		switch {
		case i >= len(r.Recipients):
			t.Logf("rating: %s: recipient %d not found, hard %v, %s %s", l.File, i, hard, l.Status[i], l.Reason[i])
		case r.Recipients[i].Hard != hard:
			t.Logf("rating: %s: %+v, want hard %v, %s %s", l.File, r.Recipients[i], hard, l.Status[i], l.Reason[i])
		default:
			n.ratedRight++
		}
	}
}

func addressesOf(list []Recipient) []string {
	var out []string
	for _, r := range list {
		out = append(out, r.Address)
	}
	return sorted(out)
}

func sorted(list []string) []string {
	out := []string{}
	for _, a := range list {
		out = append(out, strings.ToLower(a))
	}
	slices.Sort(out)
	return out
}

// reportPart finds a message/delivery-status part; the rest of such a part is
// up to the next boundary.
var reportPart = regexp.MustCompile(`(?is)\ncontent-type:\s*message/delivery-status\b.*?\n--`)

// standardReport finds out, without this package, whether a message is a
// report of RFC 3464 that names a recipient and an action.
func standardReport(raw []byte) bool {
	raw = bytes.ToLower(bytes.ReplaceAll(raw, []byte("\r"), nil))
	header, body, _ := bytes.Cut(raw, []byte("\n\n"))
	part := reportPart.Find(body)
	return bytes.Contains(header, []byte("multipart/report")) &&
		bytes.Contains(part, []byte("\nfinal-recipient:")) && bytes.Contains(part, []byte("\naction:"))
}

// TestMimeCorpus: malformed mail gives clean strings, and costs no readable field.
func TestMimeCorpus(t *testing.T) {
	dir := corpora(t)
	err := filepath.WalkDir(filepath.Join(dir, "mime"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".eml" {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		r := Message(raw, trusted)
		checkReport(t, r)
		m, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			return nil
		}
		if from, err := m.Header.AddressList("From"); err == nil && len(r.From) != len(from) {
			t.Errorf("%s: From %q, want %q", path, r.From, from)
		}
		if to, err := m.Header.AddressList("To"); err == nil && len(r.To) < len(to) {
			t.Errorf("%s: To %q, want %q", path, r.To, to)
		}
		if date, err := m.Header.Date(); err == nil && !r.Date.Equal(date) {
			t.Errorf("%s: Date %v, want %v", path, r.Date, date)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// checkReport holds what is promised of every string that comes out.
func checkReport(t testing.TB, r Report) {
	t.Helper()
	var all []string
	for _, list := range [][]Address{r.From, r.ReplyTo, r.To, r.Cc, {r.Sender}} {
		if len(list) > maxAddresses {
			t.Errorf("%d addresses", len(list))
		}
		for _, a := range list {
			all = append(all, a.Name, a.Addr)
			if at := strings.LastIndexByte(a.Addr, '@'); a != r.Sender && (at < 1 || at == len(a.Addr)-1 || len(a.Addr) > 4*maxAddr) {
				t.Errorf("%q is no address", a.Addr)
			}
		}
	}
	for _, rcpt := range r.Recipients {
		all = append(all, rcpt.Address, rcpt.Final, rcpt.Status, rcpt.Words)
	}
	all = slices.Concat(all, r.InReplyTo, r.References, r.Thread, r.Reasons, []string{r.Subject, r.MessageID, r.Key(), string(r.Class)})
	for _, s := range all {
		if problem := unfit(s); problem != "" {
			t.Errorf("%q: %s", s, problem)
		}
	}
	if len(r.Reasons) == 0 || r.Touch && (r.Class != Human || r.Forged || len(r.From) == 0) {
		t.Errorf("verdict %+v", r.Verdict)
	}
}

// BenchmarkCorpora measures whole messages.
func BenchmarkCorpora(b *testing.B) {
	dir := corpora(b)
	var all [][]byte
	for _, l := range labels(b, dir) {
		raw, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(l.File)))
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, raw)
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, raw := range all {
			Message(raw, trusted)
		}
	}
	b.ReportMetric(float64(b.N*len(all))/b.Elapsed().Seconds(), "messages/s")
}
