package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regards/contact"
)

// everyPractice is a policy with all practices that come of occasions.
func everyPractice(t testing.TB) Policy {
	p := policy(t)
	p.Practices[JobLead] = Practice{Enabled: true, Within: length(t, "7d")}
	for _, name := range []string{Milestone, Reference, Farewell, Promise} {
		p.Practices[name] = Practice{Enabled: true}
	}
	return p
}

// occasionCase is an occasion, what else is known, and what is to come of it.
type occasionCase struct {
	now     string
	change  func(*contact.Occasion)
	records func(Records)
	want    string // lines of what is due, then of what is needless
}

// runOccasions holds the cases of one kind of occasion, with Maria at noon UTC
// of 20 November 2026.
func runOccasions(t *testing.T, kind contact.Kind, cases map[string]occasionCase) {
	t.Helper()
	for name, x := range cases {
		t.Run(name, func(t *testing.T) {
			o := met(func(o *contact.Occasion) { o.Kind, o.Title, o.Logged = kind, "Reef work", o.At })
			if x.change != nil {
				x.change(&o)
			}
			r := records(o)
			if x.records != nil {
				x.records(r)
			}
			p := everyPractice(t)
			got := lines(Due(at(x.now), p, r))
			for _, e := range Needless(at(x.now), p, r) {
				got += fmt.Sprintf("ended %s: %s\n", e.Key, e.Reason)
			}
			if got != x.want {
				t.Errorf("got\n%swant\n%s", got, x.want)
			}
		})
	}
}

// step adds a step to an occasion.
func step(w contact.StepWord, when string) func(*contact.Occasion) {
	return func(o *contact.Occasion) { o.Steps = append(o.Steps, contact.Step{Word: w, At: at(when)}) }
}

func steps(all ...func(*contact.Occasion)) func(*contact.Occasion) {
	return func(o *contact.Occasion) {
		for _, s := range all {
			s(o)
		}
	}
}

// made puts a letter of an occasion into the records.
func made(key string, state contact.State) func(Records) {
	return func(r Records) {
		words := strings.Split(key, "/")
		r.Letters[key] = contact.Letter{Key: key, Practice: words[0], OccasionID: words[1], ContactID: "maria", ParticipantID: "p1", State: state}
	}
}

func wroteAt(when string) func(Records) {
	return func(r Records) { r.Pasts["maria"] = contact.Past{LastOwn: at(when)} }
}

func maria(change func(*contact.Contact)) func(Records) {
	return func(r Records) {
		c := r.Contacts["maria"]
		change(&c)
		r.Contacts["maria"] = c
	}
}

// Nobody who is not to be written to gets a letter of any practice, and none
// comes of an occasion that nobody had a part in.
func TestOccasionsOfTheUnwritable(t *testing.T) {
	occasions := map[contact.Kind]func(*contact.Occasion){
		contact.Milestone:    func(o *contact.Occasion) { o.News = "I moved" },
		contact.JobLead:      step(contact.Applied, "2026-11-20 13:00"),
		contact.Reference:    step(contact.Granted, "2026-11-20 13:00"),
		contact.Farewell:     nil,
		contact.Note:         func(o *contact.Occasion) { o.Next, o.NextDue = "send the paper", at("2026-11-20 13:00") },
		contact.HelpReceived: nil,
	}
	now := at("2026-11-20 15:00")
	for kind, change := range occasions {
		for _, status := range contact.Statuses() {
			o := met(func(o *contact.Occasion) { o.Kind = kind })
			if change != nil {
				change(&o)
			}
			r := records(o)
			maria(func(c *contact.Contact) { c.Status = status })(r)
			if got := Due(now, everyPractice(t), r); len(got) != 1 != (status != contact.Active) {
				t.Errorf("%s, %s: %s", kind, status, lines(got))
			}
		}
		o := met(func(o *contact.Occasion) { o.Kind, o.Participants = kind, nil })
		gone := records(met(func(o *contact.Occasion) { o.Kind = kind }))
		delete(gone.Contacts, "maria")
		if got := append(Due(now, everyPractice(t), records(o)), Due(now, everyPractice(t), gone)...); len(got) > 0 {
			t.Errorf("%s with nobody: %s", kind, lines(got))
		}
	}
}

func TestDisabled(t *testing.T) {
	o := met(func(o *contact.Occasion) {
		o.Kind, o.Next, o.NextDue = contact.JobLead, "x", o.At
		step(contact.Applied, "2026-11-20 13:00")(o)
	})
	for name, want := range map[string]string{JobLead: "promise", Promise: "job-lead"} {
		p := everyPractice(t)
		p.Practices[name] = Practice{}
		got := Due(at("2026-11-20 15:00"), p, records(o))
		if len(got) != 1 || got[0].Practice != want {
			t.Errorf("without %s: %s", name, lines(got))
		}
	}
}

// A letter that was made before a merge is found again by its participant and
// the word of its key, each of several by its own.
func TestSeveralLettersAfterMerge(t *testing.T) {
	o := met(steps(func(o *contact.Occasion) { o.Kind = contact.JobLead }, step(contact.Applied, "2026-11-20 13:00")))
	r := records(o)
	old := func(word string, state contact.State) contact.Letter {
		return contact.Letter{Practice: JobLead, ContactID: "maria", OccasionID: "o1", ParticipantID: "p1", State: state, Key: "job-lead/o1/old/" + word}
	}
	now, p := at("2026-11-20 15:00"), everyPractice(t)
	for _, l := range []contact.Letter{old("asked", contact.Superseded), old("applied", contact.Sent)} {
		r.Letters[l.Key] = l
	}
	if got := Due(now, p, r); len(got) != 0 {
		t.Errorf("made again: %s", lines(got))
	}
	step(contact.Interviewed, "2026-11-20 14:00")(&o)
	r.Occasions = []contact.Occasion{o}
	if got := lines(Due(now, p, r)); !strings.HasPrefix(got, "queued job-lead/o1/maria/interview: ") {
		t.Errorf("the next step: %s", got)
	}
	r.Letters["job-lead/o1/old/interview"] = old("interview", contact.Needs)
	r.Letters["job-lead/o1/older/interview"] = old("interview", contact.Sent)
	for range 20 { // whatever the order of the map
		if got := Due(now, p, r); len(got) != 0 {
			t.Fatalf("of two, the one that was sent holds: %s", lines(got))
		}
	}
	delete(r.Letters, "job-lead/o1/older/interview")
	maria(func(c *contact.Contact) { c.Medium = contact.LinkedIn })(r)
	if got := Due(now, p, r); len(got) != 1 || got[0].Key != "job-lead/o1/old/interview" || !strings.Contains(got[0].Reason, "letter show job-lead/o1/old/interview") {
		t.Errorf("the key it has: %s", lines(got))
	}
}

// What is due is not needless, a letter that was dealt with never comes again,
// and every answer is the same twice.
func TestDueAndEndsAgree(t *testing.T) {
	start := at("2026-11-20 12:00")
	words := []contact.StepWord{contact.Applied, contact.Interviewed, contact.Offered, contact.TurnedDown, contact.Granted, contact.Used, contact.Done}
	kinds := []contact.Kind{contact.JobLead, contact.Reference, contact.Farewell, contact.Milestone, contact.Note, contact.Interview}
	rapid.Check(t, func(t *rapid.T) {
		hours := func(name string, most int) time.Time {
			return start.Add(time.Duration(rapid.IntRange(-most, most).Draw(t, name)) * time.Hour)
		}
		r := drawRecords(t)
		r.Occasions, r.Letters = nil, map[string]contact.Letter{}
		for n := range rapid.IntRange(1, 3).Draw(t, "occasions") {
			o := contact.Occasion{ID: fmt.Sprint("o", n), Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), At: hours("at", 900), Logged: start.Add(-900 * time.Hour),
				TookPlace: rapid.Bool().Draw(t, "took place"), Next: rapid.SampledFrom([]string{"", "x"}).Draw(t, "next"), NextDue: hours("due", 900)}
			for _, w := range rapid.SliceOfNDistinct(rapid.SampledFrom(words), 0, 3, rapid.ID).Draw(t, "steps") {
				o.Steps = append(o.Steps, contact.Step{Word: w, At: hours("step", 900)})
			}
			for i, id := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"maria", "tom", "eve"}), 1, 3, rapid.ID).Draw(t, "with") {
				o.Participants = append(o.Participants, contact.Participant{ID: fmt.Sprint(o.ID, i), ContactID: id, Useful: rapid.SampledFrom([]string{"", "x"}).Draw(t, "useful")})
			}
			r.Occasions = append(r.Occasions, o)
		}
		now, p := start, Policy{Location: time.UTC, Practices: map[string]Practice{}}
		for _, practice := range practices {
			p.Practices[practice.name] = Practice{Enabled: true}
		}
		first := Due(now, p, r)
		for _, l := range first {
			if l.From.After(now) || Writable(now, r.Contacts[l.ContactID]) != "" || l.Reason == "" {
				t.Fatalf("got %+v", l)
			}
			if l.Copy != "" && l.State != contact.Needs || (l.Copy != "" || l.State == contact.Queued) && (l.Wording == "" || l.Due.IsZero()) {
				t.Fatalf("got %+v", l)
			}
			if l.State != contact.Superseded {
				r.Letters[l.Key] = l.Letter
			}
		}
		if got := Needless(now, p, r); len(got) > 0 {
			t.Fatalf("made and needless at once: %+v", got)
		}
		revived := map[string]contact.Letter{}
		for key, l := range r.Letters { // as if its cause had been taken back for a while
			l.State = contact.Superseded
			revived[key] = l
		}
		r.Letters, revived = revived, r.Letters
		for _, l := range Due(now, p, r) {
			if l.State == contact.Superseded {
				continue
			}
			if l.Practice == ThankYou || !l.Revived.Equal(now) {
				t.Fatalf("came back: %+v", l)
			}
			r.Letters[l.Key] = l.Letter
		}
		if got := Needless(now, p, r); len(got) > 0 {
			t.Fatalf("brought back and needless at once: %+v", got)
		}
		r.Letters = revived
		for key, l := range r.Letters {
			l.State = contact.Dismissed
			r.Letters[key] = l
		}
		for _, l := range Due(now, p, r) {
			if l.State != contact.Superseded {
				t.Fatalf("dismissed, and made again: %s", l.Key)
			}
		}
	})
}

func TestEndsOnlyUntouched(t *testing.T) {
	o := met(steps(func(o *contact.Occasion) { o.Next, o.NextDue = "x", o.At }, step(contact.Done, "2026-11-20 13:00")))
	for state, want := range map[contact.State]int{contact.Needs: 1, contact.Queued: 1, contact.Drafted: 1, contact.Edited: 0, contact.Moved: 0,
		contact.Approved: 0, contact.Sent: 0, contact.Dismissed: 0, contact.Superseded: 0, contact.Failed: 0, contact.Uncertain: 0} {
		r := records(o)
		made("promise/o1/maria", state)(r)
		if got := Needless(at("2026-11-20 15:00"), everyPractice(t), r); len(got) != want {
			t.Errorf("%s: got %+v", state, got)
		}
		for name, change := range map[string]func(*contact.Letter){
			"taken back":       func(l *contact.Letter) { l.TakeBack = true },
			"restored":         func(l *contact.Letter) { l.Restored = at("2026-11-20 14:00") },
			"of another":       func(l *contact.Letter) { l.Practice = ThankYou },
			"its cause is out": func(l *contact.Letter) { l.OccasionID = "o2" },
		} {
			l := r.Letters["promise/o1/maria"]
			change(&l)
			r := Records{Contacts: r.Contacts, Occasions: r.Occasions, Letters: map[string]contact.Letter{l.Key: l}}
			if got := Needless(at("2026-11-20 15:00"), everyPractice(t), r); len(got) != 0 {
				t.Errorf("%s, %s: got %+v", state, name, got)
			}
		}
	}
}

func TestThankYouMedium(t *testing.T) {
	for _, x := range []struct {
		kind      contact.Kind
		medium    contact.Medium
		addressed bool
		want      string
	}{
		{contact.Met, contact.Email, true, "queued"},
		{contact.Met, contact.LinkedIn, true, "needs by linkedin"},
		{contact.Met, contact.LinkedIn, false, "needs by linkedin"},
		{contact.Met, contact.Call, true, "needs by call"},
		{contact.Informational, contact.Text, true, "needs by text"},
		{contact.HelpReceived, contact.Card, true, "needs by card"},
		{contact.Interview, contact.Email, true, "queued"},
		{contact.Interview, contact.Card, true, "needs by card"},
		{contact.Interview, contact.Card, false, "needs by card"},
		{contact.Interview, contact.LinkedIn, true, "queued"},
		{contact.Interview, contact.Text, true, "queued"},
		{contact.Interview, contact.Call, true, "queued"},
		{contact.Interview, contact.LinkedIn, false, "needs by card"},
		{contact.Interview, contact.Email, false, "needs"},
	} {
		o := met(func(o *contact.Occasion) { o.Kind = x.kind })
		r := records(o)
		maria(func(c *contact.Contact) {
			if c.Medium = x.medium; !x.addressed {
				c.Addresses = nil
			}
		})(r)
		got := Due(o.Logged, policy(t), r)
		if len(got) != 1 {
			t.Fatalf("%+v: %s", x, lines(got))
		}
		how := string(got[0].State)
		if got[0].Copy != "" {
			how += " by " + string(got[0].Copy)
		}
		if how != x.want {
			t.Errorf("%+v: got %s: %s", x, how, got[0].Reason)
		}
	}
	o := met(func(o *contact.Occasion) { o.Kind = contact.Interview })
	r := records(o)
	maria(func(c *contact.Contact) { c.Medium, c.Addresses = contact.LinkedIn, nil })(r)
	if got := Due(o.Logged, policy(t), r)[0].Reason; !strings.HasPrefix(got, "this goes to Maria Lopez by card: copy the text") {
		t.Error(got)
	}
	o.Participants[0].Useful = ""
	if got := Due(o.Logged, policy(t), r)[0]; got.Copy != "" || !strings.HasPrefix(got.Reason, "what was most useful?") {
		t.Errorf("what it lacks comes first: %+v", got)
	}
}

// A letter that was taken back comes back with its cause, but not while a message
// of it may lie anywhere, or has left.
func TestRevived(t *testing.T) {
	o := met(steps(func(o *contact.Occasion) { o.Kind = contact.JobLead }, step(contact.Applied, "2026-11-20 13:00")))
	for name, x := range map[string]struct {
		change func(*contact.Letter)
		want   int
	}{
		"taken back":        {func(*contact.Letter) {}, 1},
		"lies still":        {func(l *contact.Letter) { l.Place = contact.Place{Mailbox: "Drafts", UIDValidity: 1, UID: 2} }, 0},
		"being taken back":  {func(l *contact.Letter) { l.TakeBack = true }, 0},
		"may lie somewhere": {func(l *contact.Letter) { l.Attempt.At = at("2026-11-20 13:00") }, 0},
		"was sent":          {func(l *contact.Letter) { l.State = contact.Sent }, 0},
		"may have left":     {func(l *contact.Letter) { l.Sending = at("2026-11-20 13:00") }, 0},
		"thrown away":       {func(l *contact.Letter) { l.State = contact.Dismissed }, 0},
		"edited once":       {func(l *contact.Letter) { l.DraftID = "saved@x" }, 0},
		"brought back once": {func(l *contact.Letter) { l.Restored = at("2026-11-20 13:00") }, 0},
	} {
		r := records(o)
		made("job-lead/o1/maria/applied", contact.Superseded)(r)
		l := r.Letters["job-lead/o1/maria/applied"]
		x.change(&l)
		r.Letters[l.Key] = l
		if got := Due(at("2026-11-20 15:00"), everyPractice(t), r); len(got) != x.want || x.want > 0 && !got[0].Revived.Equal(at("2026-11-20 15:00")) {
			t.Errorf("%s: %s", name, lines(got))
		}
		l.Key, l.State = "job-lead/o1/older/applied", contact.Sent // from before a merge
		r.Letters[l.Key] = l
		for range 10 {
			if got := Due(at("2026-11-20 15:00"), everyPractice(t), r); len(got) != 0 {
				t.Fatalf("%s, and another was sent: %s", name, lines(got))
			}
		}
	}
}
