package mailer

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"regards/contact"
	"regards/internal/imapconn"
	"regards/internal/mailsim"
)

const written = "From: =?utf-8?q?Ana_D=C3=ADaz?= <ana@example.org>\r\n" +
	"To: \"Lopez, Maria\" <maria@uni.example>, tom@x.example\r\nCc: Eva <eva@x.example>\r\nBcc: <secret@x.example>\r\n" +
	"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n from me\r\nDate: Sat, 21 Nov 2026 09:30:00 +0100\r\n" +
	"Message-ID:\r\n <letter@example.org>\r\nIn-Reply-To: <2@x.example>\r\nReferences: <1@x.example>\r\n <2@x.example>\r\n\r\nHello.\r\n"

func TestReadDraft(t *testing.T) {
	want := Draft{
		MessageID: "letter@example.org", InReplyTo: "2@x.example", References: []string{"1@x.example", "2@x.example"},
		From: "ana@example.org", To: []string{"maria@uni.example", "tom@x.example", "eva@x.example", "secret@x.example"},
		Subject: "Grüße from me", Date: time.Date(2026, 11, 21, 9, 30, 0, 0, time.FixedZone("", 3600)),
	}
	got := readDraft([]byte(written))
	if !got.Date.Equal(want.Date) {
		t.Errorf("the date is %v", got.Date)
	}
	if got.Date = want.Date; !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v, want\n%+v", got, want)
	}
	for raw, want := range map[string]Draft{
		"":                                 {},
		"no header":                        {},
		"Subject: x":                       {Subject: "x"},
		"To: a b <c@x":                     {To: []string{"c@x"}},
		"To: undisclosed-recipients:;\r\n": {},
		"Bad line\r\nSubject: =?x-klingon?q?a?=\r\n":       {Subject: "=?x-klingon?q?a?="},
		"message-id: <a@x>\nDate: yesterday\nSUBJECT: y\n": {MessageID: "a@x", Subject: "y"},
		"To: =?koi8-r?q?=CD?= <m@x.example>\r\n":           {To: []string{"m@x.example"}},
	} {
		if got := readDraft([]byte(raw)); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v", raw, got)
		}
	}
}

func TestSurvey(t *testing.T) {
	forEachKind(t, func(t *testing.T, w world) {
		ctx := within(t)
		place := w.lie(t, w.drafts, written, `\Draft`, `\Seen`)
		deleted := w.lie(t, w.drafts, string(message("deleted@example.org")), `\Draft`)
		unread := w.lie(t, w.drafts, "Subject: no Message-ID\r\n\r\nHello\r\n", `\Draft`)
		w.mark(t, w.drafts, deleted)
		box, drafts, changed, err := w.Survey(ctx, place.Mailbox, Box{})
		must(t, err)
		var places []contact.Place
		for _, d := range drafts {
			places = append(places, d.Place)
		}
		if want := []contact.Place{place, unread}; !changed || !slices.Equal(places, want) {
			t.Fatalf("changed: %t, at %+v, want %+v", changed, places, want)
		}
		if d := drafts[0]; d.MessageID != "letter@example.org" || d.Subject != "Grüße from me" || d.From != "ana@example.org" || len(d.To) != 4 {
			t.Errorf("got %+v", d)
		}
		if box.Name != place.Mailbox || box.UIDValidity != place.UIDValidity || box.Messages == 0 || box.UIDNext != unread.UID+1 {
			t.Errorf("the box is %+v", box)
		}
		for _, m := range w.content(t, w.drafts) {
			if m.UID == unread.UID && slices.Contains(m.Flags, `\Seen`) {
				t.Error("law 2: a message was marked as seen")
			}
		}
		same, drafts, changed, err := w.Survey(ctx, place.Mailbox, box)
		if err != nil || changed || drafts != nil || same != box {
			t.Errorf("again: %+v %+v %t %v", same, drafts, changed, err)
		}
		// A mark alone is a change: the owner has deleted it.
		w.mark(t, w.drafts, place)
		box, drafts, changed, err = w.Survey(ctx, place.Mailbox, box)
		if err != nil || !changed || len(drafts) != 1 {
			t.Errorf("marked as deleted: %+v %t %v", drafts, changed, err)
		}
		w.clear(t, w.drafts, unread)
		if _, _, changed, err := w.Survey(ctx, place.Mailbox, box); err != nil || !changed {
			t.Errorf("removed: %t %v", changed, err)
		}
		if _, _, _, err := w.Survey(ctx, "Nowhere", Box{}); !errors.Is(err, ErrNoMailbox) {
			t.Errorf("a mailbox that is not there: %v", err)
		}
		if _, err := w.LookIn(ctx, place.Mailbox, time.Now()); err != nil {
			t.Errorf("the connection is lost: %v", err)
		}
	})
}

// A mailbox that has not changed costs no FETCH, and one round trip or two.
func TestSurveyIsCheap(t *testing.T) {
	s, err := mailsim.Embedded()
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	p, err := mailsim.NewProxy(s.IMAPAddr())
	must(t, err)
	t.Cleanup(func() { must(t, p.Close()) })
	lay(t, s, "Drafts", "letter@example.org")
	d := opened(t, at(s, p.Port()), "")
	box, _, _, err := d.Survey(within(t), "Drafts", Box{})
	must(t, err)
	before := len(p.ClientLines())
	_, _, _, err = d.Survey(within(t), "Drafts", box)
	must(t, err)
	said := p.ClientLines()[before:]
	if len(said) > 2 || strings.Contains(strings.Join(said, "\n"), "FETCH") || !strings.Contains(said[0], "EXAMINE") {
		t.Errorf("it said %q", said)
	}
}

func TestSurveyBounded(t *testing.T) {
	s, err := mailsim.Embedded()
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	must(t, s.AppendAll("Drafts", func(yield func(mailsim.Message) bool) {
		for i := range maxSurvey + 10 {
			if !yield(mailsim.Message{Raw: message(fmt.Sprintf("%d@x", i))}) {
				return
			}
		}
	}))
	lay(t, s, "Drafts", "last@x")
	_, drafts, _, err := opened(t, at(s, s.IMAPPort()), "").Survey(within(t), "Drafts", Box{})
	if err != nil || len(drafts) != maxSurvey || drafts[0].MessageID != "11@x" || drafts[maxSurvey-1].MessageID != "last@x" {
		t.Errorf("%d drafts, %v", len(drafts), err)
	}
}

// What the server keeps back is there all the same: it must not count as gone.
func TestSurveyHeldBack(t *testing.T) {
	d := opened(t, scripted(t, map[string][]string{
		"LIST":       {`* LIST (\Drafts) "/" Drafts`},
		"STATUS":     {"* STATUS Drafts (MESSAGES 2 UIDNEXT 7 UIDVALIDITY 7)"},
		"EXAMINE":    {"* 2 EXISTS", "* OK [UIDVALIDITY 7] valid", "* OK [UIDNEXT 7] next", "* OK [HIGHESTMODSEQ 12] mod"},
		"UID SEARCH": {"* SEARCH 6 5"},
		"UID FETCH":  {`* 1 FETCH (UID 5 FLAGS (\Seen))`, "* 2 FETCH (UID 6 BODY[HEADER.FIELDS (Subject)] {14}", "Subject: x", "", ")"},
	}), "")
	box, drafts, _, err := d.Survey(within(t), "Drafts", Box{})
	want := []Draft{{Place: contact.Place{Mailbox: "Drafts", UIDValidity: 7, UID: 5}},
		{Place: contact.Place{Mailbox: "Drafts", UIDValidity: 7, UID: 6}, Subject: "x"}}
	if err != nil || !reflect.DeepEqual(drafts, want) || box.ModSeq != 12 {
		t.Errorf("%+v %+v %v", box, drafts, err)
	}
}

func TestRead(t *testing.T) {
	forEachKind(t, func(t *testing.T, w world) {
		ctx := within(t)
		long := written + strings.Repeat("It is a long letter, with a line for each day.\r\n", 50000) // more than is read at a time
		for name, raw := range map[string]string{"short": written, "long": long} {
			place := w.lie(t, w.drafts, raw, `\Draft`)
			got, err := w.Drafts.Read(ctx, place, 25<<20)
			must(t, err)
			if lies := w.content(t, w.drafts); len(lies) != 1 || !bytes.Equal(got, lies[0].Raw) || w.kind != "exchange" && string(got) != raw {
				t.Errorf("%s: %d bytes for %d", name, len(got), len(raw))
			}
			if _, err := w.Drafts.Read(ctx, place, len(got)-1); err == nil || errors.Is(err, ErrGone) {
				t.Errorf("%s: beyond the limit: %v", name, err)
			}
			for _, m := range w.content(t, w.drafts) {
				if slices.Contains(m.Flags, `\Seen`) {
					t.Errorf("%s: law 2: it was marked as seen", name)
				}
			}
			if begin := w.begins(t, place.Mailbox, 50); string(begin) != string(got[:50]) {
				t.Errorf("%s: the beginning is %q", name, begin)
			}
			w.mark(t, w.drafts, place)
			other := place
			other.UIDValidity++
			for _, p := range []contact.Place{place, other, {Mailbox: place.Mailbox, UIDValidity: place.UIDValidity, UID: place.UID + 1}} {
				if _, err := w.Drafts.Read(ctx, p, 25<<20); !errors.Is(err, ErrGone) {
					t.Errorf("%s: at %+v: %v", name, p, err)
				}
			}
			w.clear(t, w.drafts, place)
			if begin := w.begins(t, place.Mailbox, 50); begin != nil {
				t.Errorf("%s: the beginning of what is gone is %q", name, begin)
			}
		}
	})
}

// begins gives how the letter in a mailbox begins; nil when there is none.
func (w world) begins(t *testing.T, mailbox string, limit int) (begin []byte) {
	t.Helper()
	must(t, w.ReadTexts(within(t), mailbox, []string{"other@example.org", "letter@example.org"}, limit, func(id string, text []byte) {
		if id != "letter@example.org" || begin != nil {
			t.Errorf("%s came, after %q", id, begin)
		}
		begin = text
	}))
	return begin
}

// Many messages are read with few commands, each once, whatever else lies there.
func TestReadTexts(t *testing.T) {
	forEachKind(t, func(t *testing.T, w world) {
		want := map[string]string{}
		var ids []string
		for n := range 300 {
			id := fmt.Sprintf("mail%d@example.org", n)
			raw := strings.ReplaceAll(written, "letter@example.org", id)
			w.lie(t, w.drafts, raw, `\Seen`)
			if n%3 > 0 {
				ids, want[id] = append(ids, id), raw[:100]
			}
		}
		got := map[string]string{}
		must(t, w.ReadTexts(within(t), w.IMAPName(w.drafts), append(ids, "none@example.org"), 100, func(id string, text []byte) {
			got[id] += string(text)
		}))
		if w.kind != "exchange" && !maps.Equal(got, want) || len(got) != len(want) {
			t.Errorf("%d of %d texts, such as %q", len(got), len(want), got[ids[0]])
		}
	})
}

func TestNamesOfMailboxes(t *testing.T) {
	forEachKind(t, func(t *testing.T, w world) {
		for role, want := range map[imapconn.Role]string{imapconn.Drafts: w.drafts, imapconn.Sent: w.sent, imapconn.Trash: w.trash} {
			if got, ok := w.Name(role); !ok || got != w.IMAPName(want) {
				t.Errorf("%s: %q, %t", role, got, ok)
			}
		}
		must(t, w.Server.Create("Mine"))
		d, err := OpenNamed(within(t), at(w.Server, w.IMAPPort()), Names{Drafts: w.IMAPName("Mine"), Sent: w.IMAPName("Mine"), Outbox: "None"})
		must(t, err)
		defer d.Close(within(t))
		drafts, _ := d.Name(imapconn.Drafts)
		sent, _ := d.Name(imapconn.Sent)
		if _, ok := d.Outbox(); ok || drafts != w.IMAPName("Mine") || sent != drafts {
			t.Errorf("named: %q, %q, outbox: %t", drafts, sent, ok)
		}
	})
}
