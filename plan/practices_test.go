package plan

import (
	"slices"
	"strings"
	"testing"
	"time"

	"regards/contact"
)

func TestMilestones(t *testing.T) {
	const due = `queued milestone/o1/maria: you asked on 20 November 2026 to tell Maria Lopez your news of "Reef work"` + "\n"
	news := func(o *contact.Occasion) { o.News = "I have moved to Lisbon." }
	ahead := func(o *contact.Occasion) { news(o); o.At = at("2026-12-01 08:00") }
	runOccasions(t, contact.Milestone, map[string]occasionCase{
		"now":           {"2026-11-20 12:00", news, nil, due},
		"ahead":         {"2026-12-01 07:59", ahead, nil, ""},
		"its time came": {"2026-12-01 08:00", ahead, nil, due},
		"without title": {"2026-11-20 12:00", func(o *contact.Occasion) { news(o); o.Title = "" }, nil,
			"queued milestone/o1/maria: you asked on 20 November 2026 to tell Maria Lopez your news\n"},
		"30 days on":      {"2026-12-20 12:00", news, nil, due},
		"over 30 days on": {"2026-12-20 12:01", news, nil, ""},
		"over, it waits":  {"2026-12-20 12:01", news, made("milestone/o1/maria", contact.Needs), "ended milestone/o1/maria: the news was to be told on 20 November 2026, too long ago\n"},
		"over, it lies":   {"2026-12-20 12:01", news, made("milestone/o1/maria", contact.Drafted), ""},
		"made":            {"2026-11-21 12:00", news, made("milestone/o1/maria", contact.Drafted), ""},
		"waits":           {"2026-11-21 12:00", news, made("milestone/o1/maria", contact.Needs), due},
		"wrote":           {"2026-11-21 12:00", news, wroteAt("2026-11-20 13:00"), due},
		"linkedin":        {"2026-11-20 12:00", news, maria(func(c *contact.Contact) { c.Medium = contact.LinkedIn }), "needs milestone/o1/maria: Maria Lopez prefers linkedin: copy the text (regards letter show milestone/o1/maria), then: regards done milestone/o1/maria\n"},
	})
	o := met(func(o *contact.Occasion) {
		o.Kind, o.News, o.Title, o.At = contact.Milestone, "I moved.", "Lisbon", at("2026-12-01 08:00")
	})
	got := Due(at("2026-12-09 08:00"), everyPractice(t), records(o))
	if len(got) != 1 || !got[0].NewThread || !got[0].Due.Equal(o.At) || got[0].Wording != "milestone" || got[0].ParticipantID != "p1" || got[0].OccasionID != "o1" ||
		got[0].Facts.News != "I moved." || got[0].Facts.Title != "Lisbon" || !got[0].Facts.Late {
		t.Errorf("got %+v", got)
	}
}

func TestJobLeads(t *testing.T) {
	const question = `needs job-lead/o1/maria/asked: did you apply for the job "Reef work" that Maria Lopez told you of? regards occasion edit o1 --outcome applied (or no)` + "\n"
	const told = `: Maria Lopez told you of the job "Reef work"; on 21 November 2026: `
	applied, interview := step(contact.Applied, "2026-11-21 12:00"), step(contact.Interviewed, "2026-11-21 13:00")
	no := step(contact.TurnedDown, "2026-11-21 14:00")
	runOccasions(t, contact.JobLead, map[string]occasionCase{
		"a week less":         {"2026-11-27 11:59", nil, nil, ""},
		"a week":              {"2026-11-27 12:00", nil, nil, question},
		"a month":             {"2026-12-20 12:00", nil, nil, question},
		"long ago":            {"2026-12-20 12:01", nil, nil, ""},
		"without title":       {"2026-11-27 12:00", func(o *contact.Occasion) { o.Title = "" }, nil, "needs job-lead/o1/maria/asked: did you apply for the job that Maria Lopez told you of? regards occasion edit o1 --outcome applied (or no)\n"},
		"before the step":     {"2026-11-21 11:59", applied, nil, ""},
		"applied":             {"2026-11-21 12:00", applied, nil, "queued job-lead/o1/maria/applied" + told + "applied\n"},
		"30 days ago":         {"2026-12-21 12:00", applied, nil, "queued job-lead/o1/maria/applied" + told + "applied\n"},
		"over 30 days ago":    {"2026-12-21 12:01", applied, nil, ""},
		"the newest step":     {"2026-11-22 12:00", steps(applied, interview), nil, "queued job-lead/o1/maria/interview" + told + "interview\n"},
		"told out of order":   {"2026-11-22 12:00", steps(interview, applied), nil, "queued job-lead/o1/maria/interview" + told + "interview\n"},
		"at one time":         {"2026-11-22 12:00", steps(step(contact.Interviewed, "2026-11-21 14:00"), no), nil, "queued job-lead/o1/maria/no" + told + "no\n"},
		"no, after applying":  {"2026-11-22 12:00", steps(applied, no), nil, "queued job-lead/o1/maria/no" + told + "no\n"},
		"no application":      {"2026-11-22 12:00", no, nil, ""},
		"the question ends":   {"2026-11-29 12:00", no, made("job-lead/o1/maria/asked", contact.Needs), "ended job-lead/o1/maria/asked: you have said so: no\n"},
		"an older step ends":  {"2026-11-22 12:00", steps(applied, interview), made("job-lead/o1/maria/applied", contact.Drafted), "queued job-lead/o1/maria/interview" + told + "interview\nended job-lead/o1/maria/applied: it has come further: interview\n"},
		"what was sent stays": {"2026-11-22 12:00", steps(applied, interview), made("job-lead/o1/maria/applied", contact.Sent), "queued job-lead/o1/maria/interview" + told + "interview\n"},
		"a step taken back":   {"2026-11-22 12:00", nil, made("job-lead/o1/maria/applied", contact.Drafted), "ended job-lead/o1/maria/applied: it has not come to that\n"},
		"no, taken back":      {"2026-11-22 12:00", no, made("job-lead/o1/maria/no", contact.Drafted), "ended job-lead/o1/maria/no: it has not come to that\n"},
		"one of two is asked": {"2026-11-27 12:00", both, nil, question},
		"one of two was asked": {"2026-11-27 12:00", func(o *contact.Occasion) {
			both(o)
			o.Participants[0], o.Participants[1] = o.Participants[1], o.Participants[0]
		}, made("job-lead/o1/maria/asked", contact.Needs), question},
		"one was asked, and is paused": {"2026-11-27 12:00", both, func(r Records) {
			made("job-lead/o1/maria/asked", contact.Needs)(r)
			maria(func(c *contact.Contact) { c.Status = contact.Paused })(r)
		}, ""},
		"both are told":        {"2026-11-21 12:00", steps(both, applied), nil, "queued job-lead/o1/maria/applied" + told + "applied\nqueued job-lead/o1/tom/applied: Tom Lee told you of the job \"Reef work\"; on 21 November 2026: applied\n"},
		"a step of references": {"2026-11-21 12:00", step(contact.Granted, "2026-11-21 12:00"), nil, ""},
	})
	o := met(steps(func(o *contact.Occasion) { o.Kind, o.Title = contact.JobLead, "Reef work" }, applied))
	got := Due(at("2026-11-21 12:00"), everyPractice(t), records(o))
	if len(got) != 1 || got[0].Wording != "job-lead.applied" || !got[0].Due.Equal(at("2026-11-22 12:00")) || got[0].Facts.Title != "Reef work" {
		t.Errorf("got %+v", got)
	}
}

// both has Tom take part, too.
func both(o *contact.Occasion) {
	o.Participants = append(o.Participants, contact.Participant{ID: "p2", ContactID: "tom"})
}

func TestReferences(t *testing.T) {
	const ask = `queued reference/o1/maria/ask: Maria Lopez is to be asked for a reference for "Reef work"` + "\n"
	const thanks = "queued reference/o1/maria/granted: Maria Lopez said on 21 November 2026 that you may give their name\n"
	const used = "queued reference/o1/maria/used: you gave Maria Lopez as a reference on 22 November 2026\n"
	granted, gave := step(contact.Granted, "2026-11-21 12:00"), step(contact.Used, "2026-11-22 12:00")
	offer := step(contact.Offered, "2026-11-23 12:00")
	news := func(o *contact.Occasion) { o.News = "They took me." }
	runOccasions(t, contact.Reference, map[string]occasionCase{
		"asked":                  {"2026-11-20 12:00", nil, nil, ask},
		"not yet":                {"2026-11-20 11:59", nil, nil, ""},
		"long ago":               {"2026-12-20 12:01", nil, nil, ""},
		"wrote before":           {"2026-11-20 13:00", nil, wroteAt("2026-11-20 12:00"), ask},
		"wrote since":            {"2026-11-20 13:00", nil, wroteAt("2026-11-20 12:01"), "superseded reference/o1/maria/ask: you wrote to Maria Lopez after that, on 20 November 2026\n"},
		"wrote, with a draft":    {"2026-11-20 13:00", nil, func(r Records) { wroteAt("2026-11-20 12:01")(r); made("reference/o1/maria/ask", contact.Drafted)(r) }, "ended reference/o1/maria/ask: you wrote to them after that, on 20 November 2026\n"},
		"granted":                {"2026-11-21 12:00", granted, made("reference/o1/maria/ask", contact.Drafted), thanks + "ended reference/o1/maria/ask: it has come further: granted\n"},
		"granted, asked by mail": {"2026-11-21 12:00", granted, made("reference/o1/maria/ask", contact.Sent), thanks},
		"granted, wrote since":   {"2026-11-21 13:00", granted, wroteAt("2026-11-21 12:30"), thanks},
		"used":                   {"2026-11-22 12:00", steps(granted, gave), made("reference/o1/maria/granted", contact.Drafted), used + "ended reference/o1/maria/granted: it has come further: used\n"},
		"used, never asked": {"2026-11-22 12:00", gave, nil, "needs reference/o1/maria/used: Maria Lopez has not said yes, as far as is known; " +
			"if they have: regards occasion edit o1 --outcome granted --at DAY, with the day on which they did\n"},
		"a year ago": {"2026-11-22 12:00", steps(step(contact.Granted, "2025-11-22 12:00"), gave), nil, used},
		"over a year ago": {"2026-11-22 12:00", steps(step(contact.Granted, "2025-11-22 11:59"), gave), nil,
			"needs reference/o1/maria/used: the permission of Maria Lopez is of 22 November 2025, over a year before you gave their name: ask again: regards log reference maria --title \"…\"\n"},
		"ended, without words": {"2026-11-23 12:00", steps(granted, gave, offer), nil,
			"needs reference/o1/maria/ended: how did it end, in words for Maria Lopez? regards occasion edit o1 --news \"…\"\n"},
		"ended":          {"2026-11-23 12:00", steps(granted, gave, offer, news), nil, "queued reference/o1/maria/ended: what Maria Lopez was a reference for has ended: offer\n"},
		"turned down":    {"2026-11-23 12:00", steps(granted, gave, step(contact.TurnedDown, "2026-11-23 12:00"), news), nil, "queued reference/o1/maria/ended: what Maria Lopez was a reference for has ended: no\n"},
		"never used":     {"2026-11-23 12:00", steps(granted, offer, news), nil, "queued reference/o1/maria/ended: what Maria Lopez was a reference for has ended: offer\n"},
		"never agreed":   {"2026-11-23 12:00", steps(offer, news), nil, ""},
		"ended but once": {"2026-11-24 12:00", steps(granted, step(contact.TurnedDown, "2026-11-24 12:00"), offer, news), made("reference/o1/maria/ended", contact.Sent), ""},
		"a step undone":  {"2026-11-21 12:00", nil, made("reference/o1/maria/used", contact.Queued), ask + "ended reference/o1/maria/used: it has not come to that\n"},
	})
}

// A new permission revives a reference.
func TestReferenceAskedAgain(t *testing.T) {
	reference := func(id string, all ...func(*contact.Occasion)) contact.Occasion {
		return met(steps(append(all, func(o *contact.Occasion) { o.ID, o.Kind = id, contact.Reference })...))
	}
	old := reference("o1", step(contact.Granted, "2024-11-01 12:00"), step(contact.Used, "2026-11-20 12:00"))
	again := reference("o2", step(contact.Granted, "2026-11-21 12:00"))
	r := records(old, again)
	made("reference/o1/maria/used", contact.Needs)(r)
	got := Due(at("2026-11-21 12:00"), everyPractice(t), r)
	if len(got) != 2 || got[0].Key != "reference/o1/maria/used" || got[0].State != contact.Queued {
		t.Errorf("got %s", lines(got))
	}
}

// A permission is asked for once a year, and thanked for as it was used.
func TestPermission(t *testing.T) {
	reference := func(id string, all ...func(*contact.Occasion)) contact.Occasion {
		return met(steps(append(all, func(o *contact.Occasion) { o.ID, o.Kind, o.News = id, contact.Reference, "They took me." })...))
	}
	for when, want := range map[string]string{
		"2025-11-20 12:01": "superseded reference/o2/maria/ask: Maria Lopez said on 20 November 2025 that you may give their name\n",
		"2025-11-20 12:00": "queued reference/o2/maria/ask: Maria Lopez is to be asked for a reference\n",
	} {
		r := records(reference("o1", step(contact.Granted, when)), reference("o2"))
		if got := lines(Due(at("2026-11-20 15:00"), everyPractice(t), r)); got != want {
			t.Errorf("granted %s: %s", when, got)
		}
	}
	granted, gave, offer := step(contact.Granted, "2026-11-20 12:00"), step(contact.Used, "2026-11-20 13:00"), step(contact.Offered, "2026-11-20 14:00")
	for want, o := range map[string]contact.Occasion{
		"reference.ended": reference("o1", granted, gave, offer), "reference.ended-unused": reference("o1", granted, offer),
	} {
		if got := Due(at("2026-11-20 15:00"), everyPractice(t), records(o)); len(got) != 1 || got[0].Wording != want {
			t.Errorf("want %s: %+v", want, got)
		}
	}
}

func TestFarewells(t *testing.T) {
	const question = `needs farewell/o1/maria/asked: you leave on 27 November 2026: what did the support of Maria Lopez mean to you? regards occasion edit o1 --useful "Maria Lopez=…"` + "\n"
	const draft = "queued farewell/o1/maria: you leave on 27 November 2026\n"
	leaves := func(o *contact.Occasion) { o.At, o.Logged = at("2026-11-27 11:00"), at("2026-10-01 12:00") } // a Friday
	mute := func(o *contact.Occasion) { leaves(o); o.Participants[0].Useful = "" }
	runOccasions(t, contact.Farewell, map[string]occasionCase{
		"before three weeks":       {"2026-11-05 22:59", mute, nil, ""},
		"three weeks":              {"2026-11-05 23:00", mute, nil, question}, // midnight in Madrid
		"known":                    {"2026-11-19 22:59", leaves, nil, ""},
		"five work days":           {"2026-11-19 23:00", leaves, nil, draft},
		"five work days, mute":     {"2026-11-20 23:00", mute, nil, question},
		"said since":               {"2026-11-10 12:00", leaves, made("farewell/o1/maria/asked", contact.Needs), "ended farewell/o1/maria/asked: you have said what it meant\n"},
		"two weeks after":          {"2026-12-11 22:59", leaves, nil, draft},
		"over two weeks after":     {"2026-12-11 23:00", leaves, nil, ""},
		"over, mute":               {"2026-12-11 23:00", mute, made("farewell/o1/maria/asked", contact.Needs), "ended farewell/o1/maria/asked: you left on 27 November 2026\n"},
		"over, with a draft":       {"2026-12-11 23:00", leaves, made("farewell/o1/maria", contact.Drafted), ""},
		"nobody is asked if it is": {"2026-11-27 12:00", func(o *contact.Occasion) { leaves(o); o.TookPlace = true }, nil, draft},
	})
	late := func(now string) bool {
		o := met(steps(func(o *contact.Occasion) { o.Kind = contact.Farewell }, leaves))
		got := Due(at(now), everyPractice(t), records(o))
		return len(got) == 1 && got[0].Facts.Late
	}
	if late("2026-11-27 22:59") || !late("2026-11-27 23:00") {
		t.Error("it is late once the last day is over")
	}
}

func TestOnlyAtWork(t *testing.T) {
	p := everyPractice(t)
	p.WorkDomains = []string{"work.example"}
	o := met(func(o *contact.Occasion) { o.Kind, o.Logged = contact.Farewell, at("2026-10-01 12:00") })
	for _, x := range []struct {
		addresses []string
		want      string
	}{
		{[]string{"maria@work.example"}, "you leave on 20 November 2026; only an address at work.example is known of Maria Lopez: ask for a private one before you leave"},
		{[]string{"maria@work.example", "maria@home.example"}, "you leave on 20 November 2026"},
		{[]string{"maria@home.example"}, "you leave on 20 November 2026"},
	} {
		r := records(o)
		r.Contacts["maria"] = person("maria", "Maria Lopez", x.addresses...)
		got := Due(at("2026-11-20 12:00"), p, r)
		i := slices.IndexFunc(got, func(l Planned) bool { return l.Key == "farewell/o1/maria" })
		if i < 0 || got[i].Reason != x.want {
			t.Errorf("%v: %s", x.addresses, lines(got))
		}
		const ask = "needs farewell/o1/maria/asked: you leave on 20 November 2026; only an address at work.example is known of Maria Lopez: ask for a private one before you leave: regards contact edit maria --address ADDRESS\n"
		early := lines(Due(at("2026-10-30 12:00"), p, r)) // three weeks before
		if len(x.addresses) == 1 && strings.HasSuffix(x.addresses[0], "@work.example") {
			if early != ask || len(Needless(at("2026-10-30 12:00"), p, r)) > 0 {
				t.Errorf("%v, three weeks before: %s", x.addresses, early)
			}
		} else if made("farewell/o1/maria/asked", contact.Needs)(r); early != "" || len(Needless(at("2026-10-30 12:00"), p, r)) != 1 {
			t.Errorf("%v, three weeks before: %s", x.addresses, early)
		}
	}
}

func TestWorkDaysBefore(t *testing.T) {
	loc := madrid(t)
	for day, want := range map[string]string{
		"2026-11-27": "Fri 2026-11-20 00:00", // a Friday
		"2026-11-28": "Mon 2026-11-23 00:00", // a Saturday
		"2026-11-29": "Mon 2026-11-23 00:00",
		"2026-11-30": "Mon 2026-11-23 00:00", // a Monday
		"2026-12-02": "Wed 2026-11-25 00:00",
		"2026-10-27": "Tue 2026-10-20 00:00", // the clocks change between
		"2027-03-31": "Wed 2027-03-24 00:00",
	} {
		last, err := time.ParseInLocation("2006-01-02 15:04", day+" 18:00", loc)
		if err != nil {
			t.Fatal(err)
		}
		if got := workDaysBefore(last, 5, loc).Format("Mon 2006-01-02 15:04"); got != want {
			t.Errorf("%s: got %s, want %s", day, got, want)
		}
	}
}

func TestPromises(t *testing.T) {
	const due = `queued promise/o1/maria: you promised Maria Lopez: "send the paper", until 24 November 2026; when it is done: regards done o1`
	next := func(o *contact.Occasion) { o.Next, o.NextDue = "send the paper", at("2026-11-24 11:00") }
	runOccasions(t, contact.CallKind, map[string]occasionCase{
		"the day before":   {"2026-11-23 22:59", next, nil, ""},
		"the day":          {"2026-11-23 23:00", next, nil, due + "\n"}, // midnight in Madrid
		"30 days on":       {"2026-12-24 11:00", next, nil, due + "\n"},
		"over 30 days on":  {"2026-12-24 11:01", next, nil, ""},
		"wrote before":     {"2026-11-24 12:00", next, wroteAt("2026-11-20 12:00"), due + "\n"},
		"wrote since":      {"2026-11-24 12:00", next, wroteAt("2026-11-22 12:00"), due + "; you wrote to Maria Lopez after that, on 22 November 2026\n"},
		"no day":           {"2026-11-24 12:00", func(o *contact.Occasion) { o.Next = "send the paper" }, nil, ""},
		"done":             {"2026-11-24 12:00", steps(next, step(contact.Done, "2026-11-22 12:00")), nil, ""},
		"done, a draft":    {"2026-11-24 12:00", steps(next, step(contact.Done, "2026-11-24 12:00")), made("promise/o1/maria", contact.Drafted), "ended promise/o1/maria: you have done what you promised\n"},
		"done, edited":     {"2026-11-24 12:00", steps(next, step(contact.Done, "2026-11-24 12:00")), made("promise/o1/maria", contact.Edited), ""},
		"given up":         {"2026-11-24 12:00", nil, made("promise/o1/maria", contact.Drafted), "ended promise/o1/maria: nothing is promised any more\n"},
		"not taken place":  {"2026-11-24 12:00", steps(next, func(o *contact.Occasion) { o.Logged = o.At.Add(-time.Hour) }), nil, ""},
		"taken place":      {"2026-11-24 12:00", steps(next, func(o *contact.Occasion) { o.Logged, o.TookPlace = o.At.Add(-time.Hour), true }), nil, due + "\n"},
		"to be done first": {"2026-11-24 12:00", steps(next, func(o *contact.Occasion) { o.At = at("2026-11-25 12:00") }), nil, due + "\n"},
	})
	o := met(func(o *contact.Occasion) {
		o.Kind, o.At, o.Logged, o.Next, o.NextDue = contact.Note, at("2026-10-20 12:00"), at("2026-10-20 12:00"), "call", at("2026-10-25 22:30")
	})
	for now, want := range map[string]int{"2026-10-24 21:59": 0, "2026-10-24 22:00": 1} { // summer time ends on that day, which begins in it
		if got := Due(at(now), everyPractice(t), records(o)); len(got) != want {
			t.Errorf("at %s: %s", now, lines(got))
		}
	}
}
