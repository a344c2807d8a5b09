package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/plan"
)

func (a *app) contactListCommand() *cobra.Command {
	var inGroup string
	c := &cobra.Command{
		Use:   "list",
		Short: "list the contacts with their last touch",
		Args:  args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(s *session) error {
				all, err := s.contacts(c.Context())
				if err != nil {
					return err
				}
				listed := make([]contact.Contact, 0, len(all))
				for _, p := range all {
					if inGroup == "" || hasGroup(p, inGroup) {
						listed = append(listed, p)
					}
				}
				return a.printContacts(c, s, listed, false)
			})
		},
	}
	c.Flags().StringVar(&inGroup, "group", "", "only this group")
	return c
}

func hasGroup(c contact.Contact, name string) bool {
	for _, g := range c.Groups {
		if strings.EqualFold(g, name) {
			return true
		}
	}
	return false
}

// contactJSON is a contact as the contract shows it.
type contactJSON struct {
	ID        string           `json:"id"`
	Name      string           `json:"name"`
	Addresses []string         `json:"addresses"`
	Groups    []string         `json:"groups"`
	Medium    contact.Medium   `json:"medium"`
	Status    contact.Status   `json:"status"`
	Every     string           `json:"every,omitempty"`
	Greeting  string           `json:"greeting,omitempty"`
	Language  string           `json:"language,omitempty"`
	Register  contact.Register `json:"register,omitempty"`
	TimeZone  string           `json:"time_zone,omitempty"`
	Birthday  string           `json:"birthday,omitempty"`
	Away      *string          `json:"away_until,omitempty"`
	Deputy    string           `json:"deputy,omitempty"`  // to whom to write meanwhile
	Bounced   []string         `json:"bounced,omitempty"` // addresses that are not written to: mail to them comes back
	Findings  []findingJSON    `json:"findings,omitempty"`
	LastTouch *lastTouchJSON   `json:"last_touch"`
	NextDue   *string          `json:"next_due"`
	Added     *string          `json:"added"`
	By        string           `json:"introduced_by,omitempty"`
	last      contact.Touch    // for people
	every     contact.Duration // likewise
}

// findingJSON is what mail told of a contact that the owner has not seen to.
type findingJSON struct {
	Kind      contact.FindingKind `json:"kind"`
	At        *string             `json:"at"`
	Address   string              `json:"address,omitempty"`
	Words     string              `json:"words,omitempty"`
	MessageID string              `json:"message_id"`
}

type lastTouchJSON struct {
	At        *string           `json:"at"`
	Direction contact.Direction `json:"direction"`
	Medium    contact.Medium    `json:"medium"`
	Subject   string            `json:"subject"`
}

// contactJSON shows c, who is next due at due.
func (s *session) contactJSON(c contact.Contact, last contact.Touch, due time.Time) contactJSON {
	p := policy(s.cfg)
	j := contactJSON{
		ID: c.ID, Name: c.Name, Addresses: []string{}, Groups: append([]string{}, c.Groups...), Medium: c.Medium,
		Status: plan.Status(s.now(), c), Greeting: c.Greeting, NextDue: jsonTime(due),
		Added: jsonTime(c.Added), By: c.IntroducedBy, last: last, every: plan.Every(c, p.Cadences),
		Language: c.Language, Register: c.Register, TimeZone: c.TimeZone, Birthday: c.Birthday.String(),
	}
	if c.Away.Until.After(s.now()) {
		j.Away, j.Deputy = jsonTime(c.Away.Until), c.Away.Deputy
	}
	for _, addr := range c.Addresses {
		if j.Addresses = append(j.Addresses, addr.Addr); !addr.Bounced.IsZero() {
			j.Bounced = append(j.Bounced, addr.Addr)
		}
	}
	for _, f := range c.Findings {
		j.Findings = append(j.Findings, findingJSON{f.Kind, jsonTime(f.At), f.Address, f.Words, brackets(f.Key)})
	}
	if !j.every.IsZero() {
		j.Every = j.every.String()
	}
	if last.ID != "" {
		j.LastTouch = &lastTouchJSON{jsonTime(last.At), last.Direction, last.Medium, last.Subject}
	}
	return j
}

// printContacts prints contacts with their last touch; one alone as one object.
func (a *app) printContacts(c *cobra.Command, s *session, listed []contact.Contact, alone bool) error {
	r, err := s.store.Records(c.Context())
	if err != nil {
		return err
	}
	due := plan.NextDue(policy(s.cfg), r)
	all := make([]contactJSON, 0, len(listed))
	for _, p := range listed {
		all = append(all, s.contactJSON(p, r.Pasts[p.ID].Last, due[p.ID]))
	}
	if a.json && alone {
		return a.printJSON(all[0])
	}
	if a.json {
		return a.printJSON(all)
	}
	t := a.table("ID", "NAME", "LAST TOUCH", "BY", "SUBJECT", "GROUPS")
	for _, j := range all {
		t.row(j.ID, j.Name, ago(j.last.At, s.now()), lastBy(j.last), shorten(j.last.Subject, 40), strings.Join(j.Groups, ", "))
	}
	t.flush()
	if len(all) == 0 {
		fmt.Fprintln(a.out, `nobody yet; add someone: regards contact add "Maria Lopez" maria@example.org --group mentor`)
	}
	return nil
}

// lastBy says who was the last to be in touch, and how.
func lastBy(t contact.Touch) string {
	switch {
	case t.ID == "":
		return ""
	case t.Medium != contact.Email:
		return string(t.Medium)
	case t.Direction == contact.In:
		return "them"
	}
	return "you"
}

// shorten cuts a text for a table.
func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func (a *app) contactShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show CONTACT",
		Short: "show all that is known of a contact",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.with(c.Context(), func(s *session) error {
				all, err := s.contacts(c.Context())
				if err != nil {
					return err
				}
				p, err := all.find(words[0])
				if err != nil {
					return err
				}
				if a.json {
					return a.printContacts(c, s, []contact.Contact{p}, true)
				}
				touches, err := s.store.Touches(c.Context(), p.ID)
				if err != nil {
					return err
				}
				r, err := s.store.Records(c.Context())
				if err != nil {
					return err
				}
				a.printContact(s, p, all, touches, plan.NextDue(policy(s.cfg), r)[p.ID])
				return nil
			})
		},
	}
}

// printContact shows one contact with the ten newest touches.
func (a *app) printContact(s *session, p contact.Contact, all people, touches []contact.Touch, due time.Time) {
	var last contact.Touch
	if len(touches) > 0 {
		last = touches[0]
	}
	j := s.contactJSON(p, last, due)
	line := func(what, text string) {
		if text != "" {
			fmt.Fprintf(a.out, "%-14s %s\n", what, text)
		}
	}
	line("name", p.Name)
	line("id", p.ID)
	line("addresses", strings.Join(j.Addresses, ", "))
	line("not written to", strings.Join(j.Bounced, ", "))
	for _, f := range p.Findings {
		line("mail tells", plan.Said(p, f)+": "+string(f.Kind))
	}
	line("groups", strings.Join(p.Groups, ", "))
	line("medium", string(p.Medium))
	status := string(j.Status)
	if j.Status == contact.Paused {
		status += " " + untilWords(p.PausedUntil, s)
	}
	line("status", status)
	line("greeting", s.salutation(p, plan.KeepInTouch))
	line("language", p.Language)
	line("register", string(p.Register))
	line("time zone", p.TimeZone)
	line("birthday", j.Birthday)
	if j.Away != nil {
		away := untilWords(p.Away.Until, s)
		if j.Deputy != "" {
			away += "; write to " + j.Deputy + " meanwhile"
		}
		line("away", away)
	}
	line("every", j.Every)
	if !due.IsZero() {
		line("next due", due.Format("2 January 2006"))
	}
	if p.IntroducedBy != "" {
		line("introduced by", all.name(p.IntroducedBy))
	}
	line("last touch", ago(last.At, s.now()))
	for _, t := range touches[:min(len(touches), 10)] {
		fmt.Fprintf(a.out, "  %s  %-4s %-9s %s\n", localTime(t.At, s), t.Direction, t.Medium, shorten(t.Subject, 60))
	}
}

func localTime(t time.Time, s *session) string {
	return t.In(s.cfg.Owner.Location()).Format("2006-01-02 15:04")
}
