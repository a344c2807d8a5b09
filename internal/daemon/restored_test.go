package daemon

import (
	"testing"
	"time"

	"regards/contact"
	"regards/internal/mailsim"
	"regards/plan"
)

// After a backup was restored only those letters are suspect that the database that
// was lost may have made.
func TestCausedAfter(t *testing.T) {
	k := newScene(t, mailsim.Options{})
	day := 24 * time.Hour
	occasion := func(logged time.Time) string {
		o := contact.Occasion{Kind: contact.Met, At: logged, Logged: logged, Participants: []contact.Participant{{ContactID: k.maria.ID}}}
		o, err := k.store.AddOccasion(t.Context(), o, nil, logged)
		if err != nil {
			t.Fatal(err)
		}
		return o.ID
	}
	for name, x := range map[string]struct {
		l    contact.Letter
		want bool
	}{
		"a hello that was due":   {contact.Letter{Practice: plan.KeepInTouch, Due: noon.Add(-day)}, false},
		"a hello that came due":  {contact.Letter{Practice: plan.KeepInTouch, Due: noon.Add(day)}, true},
		"one put off until then": {contact.Letter{Practice: plan.KeepInTouch, Due: noon.Add(day), Snoozed: noon.Add(day)}, false},
		"of news told before":    {contact.Letter{Practice: plan.CloseTheLoop, Due: noon.Add(day)}, false},
		"of an occasion before":  {contact.Letter{Practice: plan.ThankYou, OccasionID: occasion(noon.Add(-day)), Due: noon.Add(day)}, false},
		"of an occasion since":   {contact.Letter{Practice: plan.ThankYou, OccasionID: occasion(noon.Add(day))}, true},
		"of one that is gone":    {contact.Letter{Practice: plan.ThankYou, OccasionID: "gone"}, true},
	} {
		if got, err := k.visit().causedAfter(t.Context(), x.l, noon); err != nil || got != x.want {
			t.Errorf("%s: %t, %v", name, got, err)
		}
	}
}
