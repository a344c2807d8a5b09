package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"regards/contact"
)

// contactFlags are the fields of a contact that flags can set.
type contactFlags struct {
	groups       []string
	every        string
	introducedBy string
	medium       string
	greeting     string
	status       string

	language, manner, timeZone, awayUntil, birthday string
}

func (f *contactFlags) register(c *cobra.Command) {
	flags := c.Flags()
	flags.StringArrayVar(&f.groups, "group", nil, "a group, such as mentor; may be given again")
	flags.StringVar(&f.every, "every", "", "how often to be in touch, such as 60d; 0 leaves it to the groups")
	flags.StringVar(&f.introducedBy, "introduced-by", "", "the contact who introduced you; empty: nobody")
	flags.StringVar(&f.medium, "medium", "", "how they like to be in touch: "+contact.List(contact.Media()))
	flags.StringVar(&f.greeting, "greeting", "", `how a letter to them begins, such as "Dear Prof. Lopez"`)
	flags.StringVar(&f.language, "language", "", "of letters to them, two letters such as es; empty: yours")
	flags.StringVar(&f.manner, "register", "", "how a language with two ways of address speaks to them: "+contact.List(contact.Registers()))
	flags.StringVar(&f.timeZone, "time-zone", "", "where they live, such as America/Bogota; empty: where you do")
	flags.StringVar(&f.awayUntil, "away-until", "", "until when they are away, such as 2027-01-10 or +3w; empty: they are back")
	flags.StringVar(&f.birthday, "birthday", "", "such as 1980-03-14, or 03-14 without the year; empty: not known")
}

// apply enters the flags that were given.
func (f *contactFlags) apply(c *cobra.Command, s *session, p *contact.Contact, all people) error {
	given := c.Flags().Changed
	if given("group") {
		p.Groups = f.groups
	}
	if given("every") {
		var err error
		if p.Every, err = contact.ParseDuration(f.every); err != nil {
			return usagef("--every: %w", err)
		}
	}
	if given("introduced-by") && f.introducedBy == "" {
		p.IntroducedBy = ""
	} else if given("introduced-by") {
		by, err := all.find(f.introducedBy)
		if err != nil {
			return fmt.Errorf("--introduced-by: %w", err)
		}
		p.IntroducedBy = by.ID
	}
	if given("medium") {
		p.Medium = contact.Medium(f.medium)
	}
	if given("greeting") {
		p.Greeting = f.greeting
	}
	if f.status != "" {
		p.Status, p.PausedUntil = contact.Status(f.status), time.Time{}
	}
	if err := f.applyManner(c, s, p); err != nil {
		return err
	}
	if given("birthday") {
		var err error
		if p.Birthday, err = contact.ParseBirthday(f.birthday); err != nil {
			return usagef("--birthday: %w", err)
		}
		if p.Birthday.Year > s.now().Year() {
			return usagef("--birthday %s: that is to come", f.birthday)
		}
	}
	if err := p.Validate(); err != nil {
		return usageError{err}
	}
	return nil
}

// applyManner enters those that say how and when they are written to.
func (f *contactFlags) applyManner(c *cobra.Command, s *session, p *contact.Contact) error {
	given := c.Flags().Changed
	if given("language") {
		p.Language = f.language
	}
	if given("register") {
		p.Register = contact.Register(f.manner)
	}
	if given("time-zone") {
		p.TimeZone = f.timeZone
	}
	if !given("away-until") {
		return nil
	}
	if p.Away = (contact.Absence{Since: s.now()}); f.awayUntil == "" {
		return nil // what mail said before does not bring it back
	}
	end, err := parseTime(f.awayUntil, s.now(), s.cfg.Owner.Location(), nextDay)
	if err != nil {
		return usagef("--away-until: %w", err)
	}
	if !end.After(s.now()) {
		return usagef("--away-until %s: that is past", f.awayUntil)
	}
	p.Away = contact.Absence{Since: s.now(), Until: end}
	return nil
}
