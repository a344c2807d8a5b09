package classify

import (
	"strings"
	"testing"
	"time"
)

// FuzzReturns: a day that is read of a text is a day, at 00:00 UTC, within what can be
// meant; and neither it nor a deputy comes without words.
func FuzzReturns(f *testing.F) {
	for name, data := range archive(f, "testdata/away.txtar") {
		if !strings.HasSuffix(name, ".want") {
			_, body, _ := strings.Cut(string(data), "\n\n")
			f.Add("Away until 3 May", body, int64(1794823500))
		}
	}
	f.Add("", "back 30.2. until 31/12/9999 8月14日まで 99999999-99-99 \xff\xfe @@a@b.c<mailto:", int64(0))
	f.Fuzz(func(t *testing.T, subject, text string, unix int64) {
		sent := time.Unix(unix%(1<<33), 0).UTC()
		lines := ownLines(text, awayLines)
		day := returns(subject, lines, sent)
		if !day.IsZero() {
			if day != day.Truncate(24*time.Hour) || day.Before(sent.AddDate(0, 0, -8)) || day.After(sent.AddDate(0, maxAhead, 1)) {
				t.Errorf("%v, sent on %v", day, sent)
			}
		}
		d := deputy(&somebody, lines, "")
		checkReport(t, Report{Header: Header{To: append([]Address{}, nonZero(d)...)}, Verdict: Verdict{Class: AutoReply, Reasons: []string{"x"}}})
		if d.Addr == "" && d.Name != "" {
			t.Errorf("a name alone: %+v", d)
		}
	})
}

func nonZero(a Address) []Address {
	if a == (Address{}) {
		return nil
	}
	return []Address{a}
}

// FuzzTidings: what is said is fit to show, short, and of a known kind.
func FuzzTidings(f *testing.F) {
	for _, s := range []string{"I have a new address: a@b.example.", "Prof. Berg passed away. He no longer works here.", "Please stop writing to me.", "\xff. Ab sofort erreichen Sie mich unter @@x@.y"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, text string, automatic bool) {
		list := tidings(&somebody, text, automatic)
		if len(list) > maxTidings {
			t.Errorf("%d tidings", len(list))
		}
		for _, found := range list {
			switch found.Kind {
			case Moved, Left, Died, Stop:
			default:
				t.Errorf("kind %q", found.Kind)
			}
			if found.Address != "" && found.Kind != Moved {
				t.Errorf("%+v", found)
			}
			if len(found.Words) > maxSaid || unfit(found.Words) != "" || unfit(found.Address) != "" {
				t.Errorf("%+v", found)
			}
		}
	})
}

// monstrousReplies are automatic replies that a part repeated fills.
func monstrousReplies() map[string][]byte {
	replies := map[string][]byte{}
	for name, part := range map[string]string{
		"points": ". ", "marks": "!?", "ats": "a@b.c ", "numbers": "1.2.", "days": "3 May until ", "words": "back until ", "quotes": "\"«„", "angles": "<mailto:", "lines": "x\n", "quoted": "> x\n",
		"dashes": "-----\n", "labels": "From:\n", "ideographs": "8月", "accents": "e\u0301", "phrases": "no longer works at ", "names": "Maria Lopez ",
	} {
		text := strings.Repeat(part, 1<<20/len(part))
		for what, class := range map[string]string{"automatic": "Auto-Submitted: auto-replied\n", "by a person": ""} {
			replies[name+", "+what] = []byte(class + "From: Maria <maria@example.org>\nDate: Mon, 16 Nov 2026 10:05:00 +0000\nSubject: Automatic reply: x\nContent-Type: text/plain; charset=utf-8\n\n" + text)
		}
	}
	return replies
}

// Whoever writes the text does not choose what is made of it; nor how long that takes,
// which BenchmarkMonsters measures.
func TestAwayOfMonsters(t *testing.T) {
	for _, raw := range monstrousReplies() {
		checkReport(t, Message(raw, trusted))
	}
}
