package plan

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"
)

// answerable are the lines of a notice.
var answerable = []Handle{
	{Number: 1, Says: "asks.useful", Key: "thank-you/o1/maria"}, {Number: 2, Says: "answer", ContactID: "maria"},
	{Number: 3, Says: "draft", Key: "keep-in-touch/tom/1"}, {Number: 4, Says: "write", ContactID: "ann"},
	{Number: 5, Says: "took-place", OccasionID: "o2"}, {Number: 6, Says: "asks.outcome", OccasionID: "o3"},
}

// unquoted takes no line for one of ours.
func unquoted(Handle, string) bool { return false }

// inShort gives orders as one text each: number, verb and words.
func inShort(orders []Order) (all []string) {
	for _, o := range orders {
		n := ""
		if o.Number > 0 {
			n = string(rune('0' + o.Number))
		}
		all = append(all, strings.TrimSpace(n+" "+string(o.Verb)+": "+o.Text))
	}
	return all
}

func TestReadReply(t *testing.T) {
	for text, want := range map[string][]string{
		"1 the tip about the PhD route\n2 done\n3 snooze 3w\n4 draft\n3 send\n4 add mentor\n4 never": {
			"1 answer: the tip about the PhD route", "2 done:", "3 snooze: 3w", "4 draft:", "3 send:", "4 add: mentor", "4 never:"},
		"undo":                              {"undo:"},
		"More.\n":                           {"more:"},
		"help!":                             {"help:"},
		"pause until 12 Jan":                {"pause: 12 Jan"},
		"pause":                             {"pause:"},
		"resume":                            {"resume:"},
		"#2 - Done\r\n(3) SEND\r\n4: draft": {"2 done:", "3 send:", "4 draft:"},
		"2. erledigt\n3 später 2w\n4 jamais\n5 sí": {"2 done:", "3 snooze: 2w", "4 never:", "5 yes:"},
		"5 yes, but Tom was ill":                   {"5 : yes, but Tom was ill"},
		"5 yes: the tip about Kiel":                {"5 yes: the tip about Kiel"},
		"5 no idea":                                {"5 : no idea"},
		"5 yes the tip":                            {"5 : yes the tip"},
		"5 no":                                     {"5 no:"},
		"5 moved tuesday 15:00":                    {"5 moved: tuesday 15:00"},
		"6 applied":                                {"6 answer: applied"},
		"6 yes":                                    {"6 yes:"},
		"1 done":                                   {"1 done:"},
		"1 snooze 3w":                              {"1 snooze: 3w"},
		"1 later versions of the paper":            {"1 answer: later versions of the paper"},
		"1 send me the paper":                      {"1 answer: send me the paper"},
		"1 no":                                     {"1 no:"}, // which answers nothing
		"1 :-)":                                    {"1 : :-)"},
		"2 whatever you think":                     {"2 : whatever you think"},
		"9 done":                                   {"9 : done"},
		"2 help":                                   {"2 : help"},
		"Hi,\n\n2 done\n\nBest,\nAna":              {"2 done:"},
		"Thank you for this!":                      {": Thank you for this!"},
		"Undo what you did":                        {": Undo what you did"},
		"":                                         nil,
		"1\n2\n":                                   nil,
		"2 done\n> 3 send\n>> 4 never":             {"2 done:"},
		"> What helped most?\n1 the tip\n":         {"1 answer: the tip"},
		"2 done\n-- \n3 send":                      {"2 done:"},
		"2 done\n--\n3 send":                       {"2 done:"},
		"2 done\n\nOn Mon, 23 Nov 2026 at 08:00, Ana <ana@example.org> wrote:\n\n3 send\n":                     {"2 done:"},
		"2 done\n\nEl lun, 23 nov 2026 a las 8:00, Ana Díaz (<ana@example.org>)\nescribió:\n> 3 send\n4 draft": {"2 done:", "4 draft:"},
		"2 done\n\nAm 23.11.2026 um 08:00 schrieb Ana <ana@example.org>:\n> 3 send\n":                          {"2 done:"},
		"2 done\n\n23 nov 2026 08:00, Ana <ana@example.org>:\n> 3 send\n":                                      {"2 done:"},
		"2 done\n-----Original Message-----\nFrom: Ana\n3 send":                                                {"2 done:"},
		"2 done\n\n________________________________\nVon: Ana <a@b>\nGesendet: Montag\n3 send":                 {"2 done:"},
		"2 done\n\nFrom: Ana <ana@example.org>\nSent: Monday\nTo: Ana\nSubject: regards\n\n3 send":             {"2 done:"},
		"2 done\n\n*De :* Ana <ana@example.org>\n*Envoyé :* lundi\n\n3 send":                                   {"2 done:"},
		"---------- Forwarded message ---------\nFrom: Ana\n3 send":                                            nil,
		"1 the tip about the PhD route in Kiel, which nobody had told me of \nbefore, and the name\n2 done":    {"1 answer: the tip about the PhD route in Kiel, which nobody had told me of before, and the name", "2 done:"},
		"1 the tip about the PhD route in Kiel, which nobody had told me of\nbefore\n\nAna":                    {"1 answer: the tip about the PhD route in Kiel, which nobody had told me of before"},
		// What a program has broken goes on; what may be half an answer is none.
		"1 The advice that after such a long time in one place one should also\npause": {"1 : 1 The advice that after such a long time in one place one should also"},
		"1 What she said of those decisions which one can never again quite\nundo":     {"1 : 1 What she said of those decisions which one can never again quite"},
		"1 Her advice was to apply to a few small groups in the north, such as\n2 or 3 in Kiel": {
			"1 : 1 Her advice was to apply to a few small groups in the north, such as"},
		"1 The tip about the PhD route in Kiel, which nobody had told me of.\nSent from my iPhone": {"1 answer: The tip about the PhD route in Kiel, which nobody had told me of."},
		"1 The tip about the PhD route in Kiel, which nobody had told me of before.\nBest,\nAna":   {"1 answer: The tip about the PhD route in Kiel, which nobody had told me of before."},
		"1 The tip about the PhD route in Kiel, which nobody ever\nhad told me of":                 {"1 answer: The tip about the PhD route in Kiel, which nobody ever had told me of"},
		"1 The tip about the PhD route in Kiel, which nobody but\nMaria had told me of":            {"1 : 1 The tip about the PhD route in Kiel, which nobody but"},
		"1 the tip about the PhD route\n2 done\n":                                                  {"1 answer: the tip about the PhD route", "2 done:"},
		"1 the tip\n6 applied":    {"1 answer: the tip", "6 answer: applied"},
		"2 done \nThanks!":        {"2 done:"},
		"1 the tip \nThanks!":     {"1 answer: the tip"},
		"1 \nSent from my iPhone": nil,
		"1 the tip\nabout Kiel":   {"1 : 1 the tip"},
		"2 done\n\nAna Díaz\nReef Lab\n1 Main Street, Springfield": {"2 done:", "1 : 1 Main Street, Springfield"},
		"1 snooze until friday":             {"1 : snooze until friday"},
		"1 snooze for 3 weeks":              {"1 : snooze for 3 weeks"},
		"1 never mind":                      {"1 : never mind"},
		"1 no thanks":                       {"1 : no thanks"},
		"1 no idea":                         {"1 : no idea"},
		"1 done already":                    {"1 : done already"},
		"1 and 2 done":                      {"1 : and 2 done"},
		"1 & 3 done":                        {"1 : & 3 done"},
		"1 2 done":                          {"1 : 2 done"},
		"1 skip":                            {"1 never:"},
		"1 no one had ever told me of it":   {"1 answer: no one had ever told me of it"},
		"1 what she wrote:\nnever give up":  {"1 : 1 what she wrote:"},
		"\u200e2 done":                      {"2 done:"},
		"2\u202fdone":                       {"2 done:"},
		"1 " + strings.Repeat("word ", 200): {"1 : " + strings.TrimSpace(strings.Repeat("word ", 100))},
		"2 done\n\n> On Monday\nvon meinem iPhone gesendet\n3 send":      {"2 done:"},
		"2 done\nOn Mon, Ana <ana@example.org> wrote:   Waiting\n3 send": {"2 done:"},
		"1 the tip\nThanks, Ana": {"1 answer: the tip"},
		"1\u00a0the tip":         {"1 answer: the tip"},
	} {
		if got := inShort(ReadReply(text, answerable, unquoted)); !slices.Equal(got, want) {
			t.Errorf("%q:\ngot  %q\nwant %q", text, got, want)
		}
	}
}

// What helped most is read from a mail to oneself without what surrounds it.
func TestFirstParagraph(t *testing.T) {
	for text, want := range map[string]string{
		"the book\r\n\r\nAna\r\n":                           "the book",
		"the book\nabout Kiel":                              "the book about Kiel",
		"\n\nthe book\n-- \nAna":                            "the book",
		"Sent from my iPhone":                               "",
		"Von meinem iPhone gesendet":                        "",
		"Get Outlook for iOS<https://aka.ms/o>":             "",
		"the tip\nBest,\nAna":                               "the tip",
		"the tip\nAna Díaz\nReef Lab":                       "the tip",
		"Ana Díaz\nReef Lab":                                "",
		"---------- Forwarded message ---------\nFrom: Ana": "",
		"> quoted": "",
		"":         "",
	} {
		if got := FirstParagraph(text, "Ana Díaz", "Ana"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// A line of ours is no order, however it comes back.
func TestReadReplyQuoted(t *testing.T) {
	ours := "Maria López: “Re: portfolio”, since Tuesday 24 November"
	quoted := func(h Handle, words string) bool {
		return h.Number == 1 && Quotes(words, Openings(ours), func(s string) string { return s })
	}
	for _, back := range []string{"  1  " + ours, "1 " + ours[:30], "1. maria lópez: Re: portfolio", "2 done\n\n  1  Maria López: “Re:\nportfolio”, since"} {
		for _, o := range ReadReply(back, answerable, quoted) {
			if o.Number == 1 {
				t.Errorf("%q: %+v", back, o)
			}
		}
	}
	for _, likewise := range []string{"1 Maria told me of Kiel", "1 Maria López Re portfolio was what helped"} {
		if got := inShort(ReadReply(likewise, answerable, quoted)); len(got) != 1 {
			t.Errorf("an answer that begins likewise: %q: %q", likewise, got)
		}
	}
}

// Every line that is marked as quoted can be left away, and what is read is short
// and on one line.
func TestReadReplyOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.OneOf(rapid.StringMatching(`[0-9]{1,2} (done|send|the tip|snooze 3w|[a-z ]{0,9})`), rapid.StringMatching(`>+ ?[0-9] [a-z]{0,5}`),
			rapid.SampledFrom([]string{"", "undo", "-- ", "On Monday, Ana <a@b> wrote:", "Hi", "From: Ana <a@b>", "Sent: today"}), rapid.String())
		lines := rapid.SliceOf(line).Draw(t, "lines")
		all := ReadReply(strings.Join(lines, "\n"), answerable, unquoted)
		for _, o := range all {
			if len([]rune(o.Text)) > maxOrderText || strings.ContainsFunc(o.Text, func(r rune) bool { return r == '\n' || r == '\r' }) {
				t.Fatalf("%+v", o)
			}
			if o.Verb == VerbAnswer && (!IsAsked(o.Handle.Says) || !strings.ContainsFunc(o.Text, unicode.IsLetter)) {
				t.Fatalf("an answer to nothing: %+v", o)
			}
		}
		if len(all) > maxOrders {
			t.Fatal(len(all))
		}
	})
}

func FuzzReadReply(f *testing.F) {
	for _, text := range []string{"1 the tip\n2 done", "> 1 x\n-- \n2 done", "pause until 12 Jan", "On x wrote:\n1 y"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, o := range ReadReply(text, answerable, unquoted) {
			if o.Number == 0 && o.Handle.Number != 0 || o.Handle.Number != 0 && o.Handle.Number != o.Number {
				t.Errorf("%q: %+v", text, o)
			}
		}
	})
}

func TestExpired(t *testing.T) {
	made := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	for after, want := range map[time.Duration]bool{0: false, -time.Hour: false, 30 * dayLong: false, 30*dayLong + time.Second: true} {
		if Expired(made.Add(after), made) != want {
			t.Errorf("after %v", after)
		}
	}
}
