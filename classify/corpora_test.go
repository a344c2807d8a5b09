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
}

// corpora names the folder of real messages, or skips.
func corpora(t *testing.T) string {
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

func labels(t *testing.T, dir string) []label {
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

// TestCorpora judges real mail. The floors are what was measured; messages that
// neither header nor structure tells from people's mail are left to wording.
func TestCorpora(t *testing.T) {
	dir := corpora(t)
	var machines, missed, missedByHeader, sameClass, reports, exact int
	for _, l := range labels(t, dir) {
		raw, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(l.File)))
		if err != nil {
			t.Fatal(err)
		}
		r := Message(raw, Policy{})
		checkReport(t, r)
		if l.Touch != nil && *l.Touch && !r.Touch {
			t.Errorf("%s: a person is taken for %s: %q", l.File, r.Class, r.Reasons)
		}
		if l.Touch != nil && !*l.Touch {
			machines++
			if r.Touch {
				missed++
				t.Logf("missed: %s", l.File)
			}
			if h, err := Parse(raw); err == nil && h.Verdict(Policy{}).Touch {
				missedByHeader++
			}
			if strings.ReplaceAll(strings.TrimSuffix(*l.Class, "_report"), "_", "-") == string(r.Class) {
				sameClass++
			}
		}
		if l.Class == nil {
			continue
		}
		standard := standardReport(raw)
		if standard {
			reports++
			if r.Class != Bounce || r.Touch || len(r.Recipients) == 0 {
				t.Errorf("%s: a report of RFC 3464 is taken for %s of %v", l.File, r.Class, r.Recipients)
			}
		}
		// Where others name recipients, it is none or exactly theirs.
		if l.Recipients != nil && (standard || len(r.Recipients) > 0) {
			exact++
			if got := addressesOf(r.Recipients); !slices.Equal(got, sorted(l.Recipients)) {
				t.Errorf("%s: recipients %q, want %q", l.File, got, l.Recipients)
			}
		}
	}
	t.Logf("%d messages of machines, %d missed (%d by header alone), %d of the labelled class", machines, missed, missedByHeader, sameClass)
	t.Logf("%d reports of RFC 3464, recipients compared in %d", reports, exact)
	if missed > 12 || missedByHeader > 12 || sameClass < 407 || reports < 174 || exact < 18 {
		t.Error("worse than it was")
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
		all = append(all, rcpt.Address, rcpt.Final, rcpt.Status)
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
