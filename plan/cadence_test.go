package plan

import (
	"slices"
	"strings"
	"testing"
	"time"

	"regards/contact"
)

func TestEvery(t *testing.T) {
	cadences := []Cadence{
		{Group: "none"}, {Group: "alumni", Every: length(t, "6mo")}, {Group: "mentor", Every: length(t, "60d")},
		{Group: "colleague", Every: length(t, "3mo")}, {Group: "none"},
	}
	for _, x := range []struct{ own, groups, want string }{
		{"0", "", "0"},
		{"0", "friend", "0"},
		{"0", "mentor", "60d"},
		{"0", "alumni mentor colleague", "60d"},
		{"0", "colleague alumni", "3mo"},
		{"0", "none", "0"},
		{"0", "none alumni", "6mo"},
		{"1y", "mentor", "1y"},
		{"1w", "", "1w"},
	} {
		c := contact.Contact{Every: length(t, x.own), Groups: strings.Fields(x.groups)}
		for range 2 { // the order in the configuration does not matter
			if got := Every(c, cadences); got != length(t, x.want) {
				t.Errorf("own %s, groups %s: got %s, want %s", x.own, x.groups, got, x.want)
			}
			slices.Reverse(cadences)
		}
	}
}

func TestNextDue(t *testing.T) {
	loc := madrid(t)
	cadences := []Cadence{{Group: "mentor", Every: length(t, "60d")}}
	last := contact.Touch{At: at("2026-09-01 22:30")} // 00:30 on the second in Madrid
	for name, x := range map[string]struct {
		change func(*contact.Contact)
		last   contact.Touch
		want   string // in Madrid; "" is never
	}{
		"by group":         {nil, last, "2026-11-01 00:30"}, // the clocks have changed since
		"own":              {func(c *contact.Contact) { c.Every = length(t, "1mo") }, last, "2026-10-02 00:30"},
		"own, by hours":    {func(c *contact.Contact) { c.Every = length(t, "1440h") }, last, "2026-10-31 23:30"},
		"no touch":         {nil, contact.Touch{}, "2026-03-02 09:00"},
		"paused":           {func(c *contact.Contact) { c.Status = contact.Paused }, last, "2026-11-01 00:30"},
		"no cadence":       {func(c *contact.Contact) { c.Groups = nil }, last, ""},
		"by hand":          {func(c *contact.Contact) { c.Status = contact.ByHand }, last, ""},
		"do not contact":   {func(c *contact.Contact) { c.Status = contact.DoNotContact }, last, ""},
		"deceased":         {func(c *contact.Contact) { c.Status = contact.Deceased }, last, ""},
		"bounced":          {func(c *contact.Contact) { c.Status = contact.Bounced }, last, ""},
		"bounced, own":     {func(c *contact.Contact) { c.Status, c.Every = contact.Bounced, length(t, "1w") }, last, ""},
		"no touch, no add": {func(c *contact.Contact) { c.Added = time.Time{} }, last, "2026-11-01 00:30"},
	} {
		c := contact.Contact{Groups: []string{"mentor"}, Status: contact.Active, Added: at("2026-01-01 08:00")}
		if x.change != nil {
			x.change(&c)
		}
		got := ""
		if due := NextDue(c, x.last, cadences, loc); !due.IsZero() {
			got = due.Format("2006-01-02 15:04")
		}
		if got != x.want {
			t.Errorf("%s: got %q, want %q", name, got, x.want)
		}
	}
}
