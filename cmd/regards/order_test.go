package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"regards/contact"
	"regards/internal/config"
	"regards/plan"
	"regards/store"
)

// Each order is the command that the owner would have typed, or an error that says
// what can be ordered for its line.
func TestCommandFor(t *testing.T) {
	ctx := t.Context()
	st, err := store.Open(ctx, filepath.Join(t.TempDir(), "regards.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) // a Monday
	s := &session{store: st, now: func() time.Time { return now }, cfg: config.Config{Owner: config.Owner{TimeZone: "UTC"}}}
	maria, err := st.AddContact(ctx, contact.Contact{Name: "Maria Lopez", Medium: contact.Card, Status: contact.Active, Added: now, Groups: []string{"alumni"}})
	if err != nil {
		t.Fatal(err)
	}
	o, err := st.AddOccasion(ctx, contact.Occasion{Kind: contact.Reference, At: now, Logged: now, Title: "the post",
		Participants: []contact.Participant{{ContactID: maria.ID}}}, nil, now)
	if err != nil {
		t.Fatal(err)
	}
	named := strings.NewReplacer("MARIA", maria.ID, "OCC", o.ID)
	for _, x := range []struct{ says, reply, want string }{
		{"answer", "done", "done MARIA"},
		{"answer", "never", "done MARIA"},
		{"answer", "draft", "! answer them in your mail program"},
		{"answer", "snooze 3w", "! answer them in your mail program"},
		{"answer", "add mentor", "contact edit MARIA --group=alumni --group=mentor"},
		{"answer", "add", "! name a group"},
		{"draft", "send", "letter approve KEY"},
		{"draft", "snooze 3 weeks", "letter snooze -- KEY 3w"},
		{"draft", "snooze --help", "letter snooze -- KEY --help"},
		{"draft", "never", "letter dismiss KEY"},
		{"draft", "done", "letter dismiss KEY"},
		{"draft", "yes", "! write send, snooze 3w or never"},
		{"goes", "never", "letter dismiss KEY"},
		{"goes.tomorrow", "snooze 2 Tage", "letter snooze -- KEY 2d"},
		{"write", "draft", "hello MARIA"},
		{"write", "snooze 1mo", "contact pause MARIA --until=+1mo"},
		{"write", "never", "contact edit MARIA --status do-not-contact"},
		{"write", "done", "! write draft, snooze 3w or never"},
		{"promise", "done", "done OCC"},
		{"promise", "snooze 1w", "occasion edit OCC --next-due=+1w"},
		{"promise", "moved tuesday", "occasion edit OCC --next-due=2026-11-24T12:00:00Z"},
		{"took-place", "yes", "occasion edit OCC --took-place"},
		{"took-place", "yes: that a = b", "occasion edit OCC --useful=MARIA=that a = b --took-place"},
		{"took-place", "no", "occasion remove OCC"},
		{"took-place", "moved 12 Jan 15:00", "occasion edit OCC --at=2027-01-12T15:00:00Z"},
		{"took-place", "moved to tuesday", "occasion edit OCC --at=2026-11-24T12:00:00Z"},
		{"took-place", "moved -3d", "! -3d is past"},
		{"took-place", "moved soon", "! \"soon\" is not a time"},
		{"ahead", "moved viernes", "occasion edit OCC --at=2026-11-27T12:00:00Z"},
		{"asks.useful", "the tip", "occasion edit OCC --useful=MARIA=the tip"},
		{"asks.support", "your trust", "occasion edit OCC --useful=MARIA=your trust"},
		{"asks.useful", "never", "letter dismiss KEY"},
		{"asks.useful", "done", "! your answer in your own words"},
		{"asks.useful", "send", "! your answer in your own words"},
		{"asks.useful", "no", "! your answer in your own words"},
		{"asks.greeting", "Dear Maria", "contact edit MARIA --greeting=Dear Maria"},
		{"asks.address", "maria@x.example", "contact edit MARIA --address=maria@x.example"},
		{"asks.news", "I took the post", "occasion edit OCC --news=I took the post"},
		{"asks.outcome", "applied", "occasion edit OCC --outcome applied"},
		{"asks.outcome", "yes", "occasion edit OCC --outcome applied"},
		{"asks.outcome", "no", "occasion edit OCC --outcome no"},
		{"asks.outcome", "perhaps later", "! write yes or no"},
		{"asks.granted", "yes", "occasion edit OCC --outcome granted"},
		{"asks.granted", "no", "letter dismiss KEY"},
		{"asks.permission", "yes", "log reference MARIA --title=the post"},
		{"asks.permission", "no", "letter dismiss KEY"},
		{"asks.permission", "perhaps", ""},
		{"asks.copy", "done", "done KEY"},
		{"asks.phone", "my number", "! in [owner]"},
		{"bounced", "maria@y.example", "contact edit MARIA --address=maria@y.example --status active"},
		{"bounced", "never", "contact edit MARIA --status do-not-contact"},
		{"bounced", "done", "! another address"},
		{"found.moved", "add", "contact edit MARIA --settle moved --address=maria@new.example"},
		{"found.moved", "no", "contact edit MARIA --settle moved"},
		{"found.elsewhere", "yes", "contact edit MARIA --settle elsewhere --address=maria@new.example"},
		{"found.elsewhere", "send", "! write add or no"},
		{"found.left", "yes", "contact edit MARIA --status by-hand"},
		{"found.left", "m@new.example", "contact edit MARIA --settle left --address=m@new.example"},
		{"found.left", "no", "contact edit MARIA --settle left"},
		{"found.died", "yes", "contact edit MARIA --status deceased"},
		{"found.died", "no", "contact edit MARIA --settle died"},
		{"found.died", "done", "! write yes or no"},
		{"found.stop", "yes", "contact edit MARIA --status do-not-contact"},
		{"found.stop", "never", "contact edit MARIA --status do-not-contact"},
		{"found.left", "never", "contact edit MARIA --status do-not-contact"},
		{"found.moved", "never", "contact edit MARIA --settle moved"},
		{"found.bounce", "done", "contact edit MARIA --settle bounce"},
		{"found.soft-bounce", "add", "! write done"},
		{"stranger", "add mentor", "contact add --group=mentor -- eve@x.example eve@x.example"},
		{"stranger", "add", "contact add -- eve@x.example eve@x.example"},
		{"stranger", "never", "contact discover --never=eve@x.example"},
		{"stranger", "no", "contact discover --never=eve@x.example"},
		{"stranger", "snooze 3w", "! write add, add mentor or never"},
		{"answered", "done", "! nothing can be ordered"},
		{"asks.milestones", "to mentor, helped: I am starting at Reef Lab", "milestone --yes --to=mentor --to=helped -- I am starting at Reef Lab"},
		{"asks.milestones", "I am starting at Reef Lab", "! to whom, a colon and your news"},
		{"asks.milestones", "no", ""},
		{"reflect.learned", "ask about the budget", "log note MARIA --title=ask about the budget"},
		{"reflect.next", "no", ""},
		{"reflect.next", "send", "! in your own words"},
		{"trouble", "done", "! nothing can be ordered"},
	} {
		h := plan.Handle{Number: 1, Says: x.says}
		switch {
		case x.says == "stranger":
			h.Address = "eve@x.example"
		case x.says != "trouble":
			h.ContactID, h.Key, h.OccasionID, h.Address = maria.ID, "KEY", o.ID, "maria@new.example"
		}
		orders := plan.ReadReply("1 "+x.reply, []plan.Handle{h}, func(plan.Handle, string) bool { return false })
		if len(orders) != 1 {
			t.Fatalf("%s: %q: %+v", x.says, x.reply, orders)
		}
		if orders[0].Verb == "" {
			if x.want != "" {
				t.Errorf("%s: %q is not understood", x.says, x.reply)
			}
			continue
		}
		words, err := s.commandFor(ctx, orders[0])
		got := strings.Join(words, " ")
		if why, fails := strings.CutPrefix(x.want, "! "); fails {
			if err == nil || !strings.Contains(err.Error(), why) {
				t.Errorf("%s: %q: %s, %v; want %q", x.says, x.reply, got, err, why)
			}
		} else if err != nil || got != named.Replace(x.want) {
			t.Errorf("%s: %q: %s, %v; want %s", x.says, x.reply, got, err, named.Replace(x.want))
		}
	}
}

func TestLogCommand(t *testing.T) {
	ctx := t.Context()
	st, err := store.Open(ctx, filepath.Join(t.TempDir(), "regards.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) // a Monday
	s := &session{store: st, now: func() time.Time { return now }, cfg: config.Config{Owner: config.Owner{TimeZone: "UTC"}}}
	if _, err := st.AddContact(ctx, contact.Contact{Name: "Jose Ortega y Gasset", Medium: contact.Card, Status: contact.Active, Added: now}); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		text, useful string
		at           time.Time
		want         string
	}{
		{"met Maria Lopez", "the tip", now.Add(-time.Hour), "log|met|--at=2026-11-23T07:00:00Z|--useful=the tip|--|Maria Lopez"},
		{"Met Maria Lopez, Tom and Ann Oak", "", time.Time{}, "log|met|--at=2026-11-23T08:00:00Z|--|Maria Lopez|Tom|Ann Oak"},
		{"met Jose Ortega y Gasset", "", time.Time{}, "log|met|--at=2026-11-23T08:00:00Z|--|Jose Ortega y Gasset"},
		{`met "Lopez, Maria", Tom`, "", time.Time{}, "log|met|--at=2026-11-23T08:00:00Z|--|Lopez, Maria|Tom"},
		{"call \"Maria Lopez\" --at tuesday 15:00 --title the PhD update", "", now.Add(-time.Hour), "log|call|--at=2026-11-17T15:00:00Z|--title=the PhD update|--|Maria Lopez"},
		{"call Maria --at yesterday", "", now.AddDate(0, 0, -1), "log|call|--at=2026-11-21T12:00:00Z|--|Maria"},
		{"met Eve Doe <eve@doe.example>", "a=b", time.Time{}, "log|met|--at=2026-11-23T08:00:00Z|--useful=Eve Doe=a=b|--|Eve Doe <eve@doe.example>"},
		{"met Maria", "a=b", time.Time{}, "log|met|--at=2026-11-23T08:00:00Z|--useful=Maria=a=b|--|Maria"},
		{"met Maria --help", "", time.Time{}, "! --help"},
		{"met Maria --dry-run true", "", time.Time{}, "! --dry-run"},
		{"met Maria --config /tmp/x", "", time.Time{}, "! --config"},
	} {
		words, err := s.logCommand(ctx, plan.Order{Verb: plan.VerbLog, Text: x.text, Useful: x.useful, At: x.at})
		if why, fails := strings.CutPrefix(x.want, "! "); fails && (err == nil || !strings.HasPrefix(err.Error(), why+":")) || !fails && strings.Join(words, "|") != x.want {
			t.Errorf("%q: %q, %v", x.text, words, err)
		}
	}
}

func TestWordsForTimes(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) // a Monday
	for _, x := range []struct {
		text   string
		choice dayChoice
		want   string // "" for an error
	}{
		{"12 Jan", nextDay, "2027-01-12 12:00"},
		{"12 Jan", latestDay, "2026-01-12 12:00"},
		{"Jan 12", nextDay, "2027-01-12 12:00"},
		{"12. Januar", nextDay, "2027-01-12 12:00"},
		{"12 de enero de 2028", nextDay, "2028-01-12 12:00"},
		{"24 décembre", nextDay, "2026-12-24 12:00"},
		{"3 juin", nextDay, "2027-06-03 12:00"},
		{"3 juil. 2027", nextDay, "2027-07-03 12:00"},
		{"November 23", nextDay, "2026-11-23 12:00"},
		{"31 feb", nextDay, ""},
		{"0 jan", nextDay, ""},
		{"12 Foo", nextDay, ""},
		{"mañana", nextDay, "2026-11-24 12:00"},
		{"Dienstag 9:30", nextDay, "2026-11-24 09:30"},
		{"tuesday 15:00", latestDay, "2026-11-17 15:00"},
		{"+3d 07:15", nextDay, "2026-11-26 07:15"},
		{"15:00", nextDay, ""},
	} {
		got, err := parseTime(x.text, now, time.UTC, x.choice)
		if (err != nil) != (x.want == "") || err == nil && got.Format("2006-01-02 15:04") != x.want {
			t.Errorf("%q: %v, %v", x.text, got, err)
		}
	}
	for text, want := range map[string]string{"3w": "3w", "3 weeks": "3w", "2 Wochen": "2w", "1 mes": "1mo", "10 días": "10d", "an hour": "an hour", "1y": "1y", "2 min": "2min"} {
		if got := lengthOf(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
