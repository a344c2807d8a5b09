package config

import (
	"fmt"
	"os"
	"path"
	"strings"

	"regards/contact"
)

// check notes every value that has the right type and is wrong all the same.
func (r *report) check(c *Config, root place) {
	r.owner(c.Owner, root.child("owner"))
	r.printable(root.child("store").child("path"), c.Store.Path)
	r.printable(root.child("store").child("backups"), c.Store.Backups)
	r.accounts(c, root.child("account"))
	r.letters(c.Letters, root.child("letters"))
	r.cadences(c.Cadences, root.child("cadence"))
	for name, p := range c.Practice {
		r.practice(p, c.sends(), root.child("practice").child(name))
	}
	if c.Schedule.Plan.IsZero() {
		r.add(root.child("schedule").child("plan"), "is empty, and nothing would ever be planned", `write a cron line such as "*/10 * * * *"`)
	}
	r.digest(c, root.child("digest"))
	r.number(root.child("goals").child("people"), c.Goals.People)
	r.number(root.child("goals").child("events"), c.Goals.Events)
	r.number(root.child("touch").child("recipients"), c.Touch.Recipients)
	r.cardDAV(c.CardDAV, root.child("carddav"))
}

func (r *report) owner(o Owner, at place) {
	r.need(at.child("name"), o.Name, "Ana Díaz")
	r.printable(at.child("name"), o.Name)
	r.need(at.child("address"), o.Address, "ana@example.org")
	r.address(at.child("address"), o.Address)
	for i, alias := range o.Aliases {
		if alias == "" {
			r.add(at.child("aliases").item(i), "is empty", "write an address, or remove it")
		}
		r.address(at.child("aliases").item(i), alias)
	}
	r.timeZone(at.child("time_zone"), o.TimeZone)
	r.language(at.child("language"), o.Language)
	// A signature may have several lines.
	r.printable(at.child("signature"), strings.ReplaceAll(o.Signature, "\n", ""))
	r.printable(at.child("phone"), o.Phone)
	r.address(at.child("personal_address"), o.PersonalAddress)
}

func (r *report) accounts(c *Config, at place) {
	if len(c.Accounts) == 0 {
		r.add(at, "there is no account", "write [[account]] with a name and [account.imap]")
	}
	for i, a := range c.Accounts {
		r.account(a, at.item(i))
		for _, earlier := range c.Accounts[:i] {
			if a.Name != "" && strings.EqualFold(a.Name, earlier.Name) {
				r.add(at.item(i).child("name"), quote(a.Name)+" is the name of another account, too", "write a name of its own")
				break
			}
		}
	}
}

func (r *report) account(a Account, at place) {
	r.need(at.child("name"), a.Name, "personal")
	r.printable(at.child("name"), a.Name)
	r.address(at.child("address"), a.Address)
	r.printable(at.child("drafts"), a.Drafts)
	r.printable(at.child("sent"), a.Sent)
	r.outbox(a, at.child("outbox"))
	for i, pattern := range a.Ignore {
		r.pattern(at.child("ignore").item(i), pattern)
	}
	r.printable(at.child("authserv_id"), a.AuthservID)
	if strings.ContainsAny(a.AuthservID, " ;") {
		r.add(at.child("authserv_id"), "is more than a name", `write one name, such as "mx.example.org"`)
	}
	imap := at.child("imap")
	if !imap.written() {
		r.add(imap, "is missing", "write [account.imap] with host and password_file or password_command")
	} else {
		r.server(a.IMAP, imap)
		if !hasSecret(imap) {
			r.add(place{key: imap.key, line: imap.line, mute: imap.refused()}, "has no password",
				"write one of "+strings.Join(secretSources, ", "))
		}
	}
	if a.SMTP != nil {
		r.server(*a.SMTP, at.child("smtp"))
	}
	r.oauth2(a, at.child("oauth2"))
}

// outbox guards the first law: what lies in the outbox is sent, so it cannot be
// a mailbox that fills by itself.
func (r *report) outbox(a Account, at place) {
	const example = "Regards Outbox"
	r.need(at, a.Outbox, example)
	r.printable(at, a.Outbox)
	for _, other := range []string{"INBOX", "Drafts", "Sent", "Trash", "Junk", "Spam", "Archive", a.Drafts, a.Sent} {
		if a.Outbox != "" && strings.EqualFold(bareName(a.Outbox), bareName(other)) {
			r.add(at, quote(a.Outbox)+" holds other mail, and all of it would be taken for approved",
				fmt.Sprintf("write a mailbox of its own, such as %q", example))
			return
		}
	}
}

// bareName is a mailbox without the prefix under which some servers put every one.
func bareName(mailbox string) string {
	const prefix = len("INBOX.")
	if len(mailbox) > prefix && strings.EqualFold(mailbox[:prefix-1], "INBOX") && strings.ContainsRune("./", rune(mailbox[prefix-1])) {
		return mailbox[prefix:]
	}
	return mailbox
}

func (r *report) pattern(at place, pattern string) {
	r.printable(at, pattern)
	if _, err := path.Match(pattern, ""); err != nil || pattern == "" {
		r.add(at, quote(pattern)+" is no pattern", `write a mailbox or a pattern such as "Lists/*"`)
	}
}

func (r *report) letters(l Letters, at place) {
	delivery := at.child("delivery")
	if l.Delivery == "outbox" || l.Delivery == "send" {
		r.add(delivery, quote(l.Delivery)+" cannot hold for all letters",
			fmt.Sprintf("write \"draft\" here, and delivery = %q under [practice.NAME]", l.Delivery))
	} else {
		r.word(delivery, l.Delivery, "draft")
	}
	r.number(at.child("per_contact_days"), l.PerContactDays)
	r.number(at.child("daily_cap"), l.DailyCap)
	r.number(at.child("open_hellos"), l.OpenHellos)
	if len(l.SendDays) == 0 {
		r.add(at.child("send_days"), "is empty, and nothing would ever be sent", `write days such as ["mon", "tue", "wed", "thu", "fri"]`)
	}
	r.printable(at.child("templates"), l.Templates)
	if l.Templates != "" {
		if info, err := os.Stat(l.Templates); err != nil || !info.IsDir() {
			r.add(at.child("templates"), quote(l.Templates)+" is no folder that can be read", `write one that is there, or "" for the built-in wording`)
		}
	}
}

func (r *report) cadences(all []Cadence, at place) {
	seen := make(map[string]bool)
	for i, c := range all {
		at := at.item(i)
		group, every, latest := at.child("group"), at.child("every"), at.child("latest")
		r.need(group, c.Group, "mentor")
		r.printable(group, c.Group)
		if seen[c.Group] && c.Group != "" {
			r.add(group, quote(c.Group)+" has a cadence already", "write one [[cadence]] for a group")
		}
		seen[c.Group] = true
		if !every.written() {
			r.need(every, "", "60d")
		} else if c.Every.IsZero() {
			r.add(every, "a cadence needs a length", `write one such as "60d"`)
		}
		r.order(every, c.Every, latest, c.Latest)
	}
}

func (r *report) practice(p Practice, sends bool, at place) {
	delivery := at.child("delivery")
	r.word(delivery, p.Delivery, "draft", "outbox", "send")
	if p.Delivery != "draft" && !sends {
		r.add(delivery, quote(p.Delivery)+" needs an account with SMTP", `write [account.smtp], or delivery = "draft"`)
	}
	template := at.child("template")
	r.printable(template, p.Template)
	if strings.ContainsAny(p.Template, `/\`) {
		r.add(template, "is a path", "write the name of a template alone")
	}
	r.order(at.child("within"), p.Within, at.child("overdue"), p.Overdue)
}

// order refuses a limit that comes before what it limits. If the limit is the
// default, the owner wrote the other, and there the problem is.
func (r *report) order(first place, short contact.Duration, last place, long contact.Duration) {
	if long.IsZero() || long.Compare(short) >= 0 {
		return
	}
	if first.refused() {
		return // its value is not known
	}
	at, text := last, fmt.Sprintf("%q is shorter than %s", long.String(), nameAndValue(first, short))
	if !last.written() {
		at, text = first, fmt.Sprintf("%q is longer than %s", short.String(), nameAndValue(last, long))
	}
	r.add(at, text, "write a longer "+lastPart(last.key))
}

func nameAndValue(at place, d contact.Duration) string {
	return fmt.Sprintf("%s = %q", lastPart(at.key), d.String())
}

func (r *report) digest(c *Config, at place) {
	via := at.child("via")
	if c.Digest.Via != "" {
		r.word(via, c.Digest.Via, "smtp", "imap")
	}
	if c.Digest.Via == "smtp" && !c.sends() {
		r.add(via, "no account has SMTP", `write [account.smtp], or via = "imap"`)
	}
	r.address(at.child("to"), c.Digest.To)
}

// sends reports whether an account can send.
func (c *Config) sends() bool {
	for _, a := range c.Accounts {
		if a.SMTP != nil {
			return true
		}
	}
	return false
}
