package plan

import (
	"fmt"
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
	last := contact.Touch{At: at("2026-09-01 22:30")} // 00:30 on the second in Madrid
	sent := func(when string) contact.Letter {
		return contact.Letter{Practice: KeepInTouch, ContactID: "maria", State: contact.Sent, Sent: at(when)}
	}
	ended := func(when string) contact.Letter {
		return contact.Letter{Practice: KeepInTouch, ContactID: "maria", State: contact.Dismissed, Created: at(when), Ended: at(when)}
	}
	for name, x := range map[string]struct {
		change  func(*contact.Contact)
		last    contact.Touch
		letters []contact.Letter
		want    string // in Madrid; "" is never
	}{
		"by group":         {nil, last, nil, "2026-11-01 00:30"}, // the clocks have changed since
		"own":              {func(c *contact.Contact) { c.Every = length(t, "1mo") }, last, nil, "2026-10-02 00:30"},
		"own, by hours":    {func(c *contact.Contact) { c.Every = length(t, "1440h") }, last, nil, "2026-10-31 23:30"},
		"no touch":         {nil, contact.Touch{}, nil, "2026-03-02 09:00"},
		"paused":           {func(c *contact.Contact) { c.Status = contact.Paused }, last, nil, "2026-11-01 00:30"},
		"no cadence":       {func(c *contact.Contact) { c.Groups = nil }, last, nil, ""},
		"by hand":          {func(c *contact.Contact) { c.Status = contact.ByHand }, last, nil, ""},
		"do not contact":   {func(c *contact.Contact) { c.Status = contact.DoNotContact }, last, nil, ""},
		"deceased":         {func(c *contact.Contact) { c.Status = contact.Deceased }, last, nil, ""},
		"bounced":          {func(c *contact.Contact) { c.Status = contact.Bounced }, last, nil, ""},
		"bounced, own":     {func(c *contact.Contact) { c.Status, c.Every = contact.Bounced, length(t, "1w") }, last, nil, ""},
		"no touch, no add": {func(c *contact.Contact) { c.Added = time.Time{} }, last, nil, "2026-11-01 00:30"},
		"sent since":       {nil, last, []contact.Letter{sent("2026-09-10 08:00")}, "2026-11-09 10:00"},
		"sent before":      {nil, last, []contact.Letter{sent("2026-08-10 08:00")}, "2026-11-01 00:30"},
		"put aside":        {nil, last, []contact.Letter{ended("2026-11-03 08:00")}, "2027-01-02 09:00"},
		"put aside before": {nil, last, []contact.Letter{ended("2026-08-03 08:00")}, "2026-11-01 00:30"},
		"two unanswered":   {nil, last, []contact.Letter{sent("2026-06-01 08:00"), sent("2026-08-01 08:00")}, "2026-12-31 00:30"},
	} {
		c := contact.Contact{ID: "maria", Groups: []string{"mentor"}, Status: contact.Active, Added: at("2026-01-01 08:00")}
		if x.change != nil {
			x.change(&c)
		}
		p := Policy{Location: madrid(t), Cadences: []Cadence{{Group: "mentor", Every: length(t, "60d")}}}
		r := Records{Contacts: map[string]contact.Contact{"maria": c}, Letters: map[string]contact.Letter{},
			Pasts: map[string]contact.Past{"maria": {Last: x.last}}}
		for i, l := range x.letters {
			l.Key = fmt.Sprint(i)
			r.Letters[l.Key] = l
		}
		got := ""
		if due, ok := NextDue(p, r)["maria"]; ok {
			got = due.Format("2006-01-02 15:04")
		}
		if got != x.want {
			t.Errorf("%s: got %q, want %q", name, got, x.want)
		}
	}
}
