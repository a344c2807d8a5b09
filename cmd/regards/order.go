package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"regards/contact"
	"regards/plan"
	"regards/store"
)

// obeyIn carries out orders that the owner gave by mail: each is the command that
// they would have typed, and noted with the first thing that it changes.
func (a *app) obeyIn(s *session) func(context.Context, store.Order, plan.Order) (string, error) {
	return func(ctx context.Context, once store.Order, order plan.Order) (what string, err error) {
		words, err := s.commandFor(ctx, order)
		if err != nil {
			return "", err
		}
		if words == nil { // there is nothing to be done but to know it
			return "", s.store.Obey(ctx, once)
		}
		if order.Verb == plan.VerbUndo {
			if what, err = s.undoes(ctx, order.At, once.At); err != nil {
				return "", err
			}
		}
		// A store of its own: what the service writes meanwhile is not the owner's.
		st, err := store.Open(ctx, s.store.Path())
		if err != nil {
			return "", err
		}
		defer st.Close()
		st.Carry(once)
		b := &app{in: strings.NewReader(""), out: io.Discard, err: io.Discard, session: &session{cfg: s.cfg, store: st, now: s.now, log: s.log}}
		root := b.command()
		root.SetArgs(words)
		root.SetOut(io.Discard)
		root.SetErr(io.Discard)
		if err := root.ExecuteContext(ctx); err != nil {
			return "", err
		}
		if err := st.Obey(ctx, once); err != nil && !errors.Is(err, store.ErrObeyed) { // it changed nothing
			return "", err
		}
		return what, nil
	}
}

// sameClock is by how much the clock of a telephone may differ from ours.
const sameClock = 2 * time.Minute

// undoes gives the words of what an undo takes back that was mailed at a time, and is
// carried out from another on: what the owner cannot have meant is left alone.
func (s *session) undoes(ctx context.Context, mailed, begun time.Time) (string, error) {
	restored, err := s.store.Restored(ctx)
	if err != nil {
		return "", err
	}
	if mailed.Before(restored) {
		return "", errors.New("a backup was restored since you wrote that, so nothing was taken back")
	}
	words, at, err := s.store.LastCommand(ctx)
	if err == nil && at.After(mailed.Add(sameClock)) && at.Before(begun.Truncate(time.Second)) {
		return "", fmt.Errorf("something else was done since you wrote that (regards %s), so nothing was taken back", words)
	}
	return words, err
}

// cannot says that an order does not fit its line.
func cannot(order plan.Order, instead string) error {
	return fmt.Errorf("%s does nothing there; %s", order.Verb, instead)
}

// commandFor gives the command that an order stands for; nil when nothing has to be
// changed for it.
func (s *session) commandFor(ctx context.Context, o plan.Order) ([]string, error) {
	h := o.Handle
	switch o.Verb {
	case plan.VerbUndo:
		return []string{"undo"}, nil
	case plan.VerbResume:
		return []string{"resume"}, nil
	case plan.VerbPause:
		if o.Text == "" {
			return []string{"pause"}, nil
		}
		return s.withTime(o, "pause", "--until=")
	case plan.VerbLog:
		return s.logCommand(ctx, o)
	case plan.VerbAdd:
		if !plan.IsFinding(h.Says) {
			return s.addCommand(ctx, o)
		}
	}
	switch {
	case plan.IsFinding(h.Says):
		return foundCommand(o)
	case h.Says == "answer":
		return answerOwed(o)
	case h.Says == "write":
		return writeTo(o)
	case h.Says == "promise":
		return s.promised(o)
	case h.Says == "stranger":
		return newcomer(o)
	case h.Says == "took-place", h.Says == "ahead":
		return s.ahead(ctx, o)
	case h.Says == "bounced" && o.Verb == plan.VerbAnswer:
		return []string{"contact", "edit", h.ContactID, "--address=" + o.Text, "--status", string(contact.Active)}, nil
	case h.Says == "bounced" && o.Verb == plan.VerbNever:
		return []string{"contact", "edit", h.ContactID, "--status", string(contact.DoNotContact)}, nil
	case h.Says == "bounced":
		return nil, cannot(o, "write the line's number and another address, or never")
	case h.Says == "asks.milestones":
		return milestoneCommand(o)
	case strings.HasPrefix(h.Says, "reflect."):
		return s.reflection(ctx, o)
	case h.Key != "" && h.Says != "answered":
		return s.letterCommand(ctx, o)
	}
	return nil, cannot(o, "nothing can be ordered for that line")
}

// said gives when the owner gave an order: "tomorrow" is the day after that.
func (s *session) said(o plan.Order) time.Time {
	if o.At.IsZero() {
		return s.now()
	}
	return o.At
}

// toTime begins a time, as in "moved to tuesday".
var toTime = regexp.MustCompile(`^(?i:to|on|auf|zum|am|al?|el|à|au|le)\s+`)

// withTime ends a command with the time that an order names, one to come.
func (s *session) withTime(o plan.Order, words ...string) ([]string, error) {
	at, err := parseTime(toTime.ReplaceAllString(o.Text, ""), s.said(o), s.cfg.Owner.Location(), nextDay)
	if err != nil {
		return nil, err
	}
	if !at.After(s.now()) {
		return nil, fmt.Errorf("%s is past; write a time to come, such as tuesday 15:00", o.Text)
	}
	words[len(words)-1] += at.Format(time.RFC3339)
	return words, nil
}

// foundStatus is what a contact becomes when the owner says that it is so.
var foundStatus = map[contact.FindingKind]contact.Status{
	contact.LeftWork: contact.ByHand, contact.Died: contact.Deceased, contact.NoMoreMail: contact.DoNotContact,
}

// foundCommand is for what mail told of a contact.
func foundCommand(o plan.Order) ([]string, error) {
	h := o.Handle
	kind := contact.FindingKind(strings.TrimPrefix(h.Says, "found."))
	edit := []string{"contact", "edit", h.ContactID}
	settle := append(edit, "--settle", string(kind))
	_, grave := foundStatus[kind]
	switch o.Verb {
	case plan.VerbNo:
		return settle, nil
	case plan.VerbNever:
		if grave { // to write to them, as elsewhere
			return append(edit, "--status", string(contact.DoNotContact)), nil
		}
		return settle, nil
	case plan.VerbDone:
		if !grave {
			return settle, nil
		}
	case plan.VerbYes:
		if grave {
			return append(edit, "--status", string(foundStatus[kind])), nil
		}
		return addFound(o, settle)
	case plan.VerbAdd:
		return addFound(o, settle)
	case plan.VerbAnswer:
		if kind == contact.LeftWork {
			return append(settle, "--address="+o.Text), nil
		}
	}
	if grave {
		return nil, cannot(o, "write yes or no")
	}
	return nil, cannot(o, "write add or no")
}

// addFound keeps the address that a line names.
func addFound(o plan.Order, settle []string) ([]string, error) {
	if o.Handle.Address == "" || o.Handle.Says == "found.bounce" || o.Handle.Says == "found.soft-bounce" {
		return nil, cannot(o, "write done")
	}
	return append(settle, "--address="+o.Handle.Address), nil
}

// answerOwed is for somebody who waits for an answer.
func answerOwed(o plan.Order) ([]string, error) {
	if o.Verb == plan.VerbDone || o.Verb == plan.VerbNever {
		words := []string{"done", o.Handle.ContactID}
		if at := o.Handle.At; at != 0 { // what came later was not in the digest
			words = append(words, "--until="+time.Unix(at, 0).UTC().Format(time.RFC3339))
		}
		return words, nil
	}
	return nil, cannot(o, "answer them in your mail program, or write done if no answer is needed")
}

// writeTo is for somebody to whom it would be a good week to write.
func writeTo(o plan.Order) ([]string, error) {
	switch o.Verb {
	case plan.VerbDraft:
		return []string{"hello", o.Handle.ContactID}, nil
	case plan.VerbSnooze:
		return []string{"contact", "pause", o.Handle.ContactID, "--until=+" + lengthOf(o.Text)}, nil
	case plan.VerbNever:
		return []string{"contact", "edit", o.Handle.ContactID, "--status", string(contact.DoNotContact)}, nil
	}
	return nil, cannot(o, "write draft, snooze 3w or never")
}

// promised is for what the owner said that they would do.
func (s *session) promised(o plan.Order) ([]string, error) {
	switch o.Verb {
	case plan.VerbDone, plan.VerbNever:
		return []string{"done", o.Handle.OccasionID}, nil
	case plan.VerbSnooze:
		return []string{"occasion", "edit", o.Handle.OccasionID, "--next-due=+" + lengthOf(o.Text)}, nil
	case plan.VerbMoved:
		return s.withTime(o, "occasion", "edit", o.Handle.OccasionID, "--next-due=")
	}
	return nil, cannot(o, "write done, or snooze 3w")
}

// ahead is for an occasion that was logged before its time.
func (s *session) ahead(ctx context.Context, o plan.Order) ([]string, error) {
	edit := []string{"occasion", "edit", o.Handle.OccasionID}
	switch o.Verb {
	case plan.VerbYes, plan.VerbDone:
		useful, err := s.usefulOf(ctx, o)
		return slices.Concat(edit, useful, []string{"--took-place"}), err
	case plan.VerbNo, plan.VerbNever:
		return []string{"occasion", "remove", o.Handle.OccasionID}, nil
	case plan.VerbMoved:
		return s.withTime(o, append(edit, "--at=")...)
	}
	return nil, cannot(o, "write yes, no, or moved and to when")
}

// usefulOf gives the flag that says what helped most at an occasion that took place.
func (s *session) usefulOf(ctx context.Context, o plan.Order) ([]string, error) {
	if o.Text == "" {
		return nil, nil
	}
	_, who, err := s.occasion(ctx, o.Handle.OccasionID)
	if err == nil && len(who) == 1 { // an equals sign in it is one
		return []string{"--useful=" + who[0].ID + "=" + o.Text}, nil
	}
	return []string{"--useful=" + o.Text}, err
}

// letterCommand is for a letter: a draft, or one that asks for something.
func (s *session) letterCommand(ctx context.Context, o plan.Order) ([]string, error) {
	h := o.Handle
	switch o.Verb {
	case plan.VerbSnooze:
		return []string{"letter", "snooze", "--", h.Key, lengthOf(o.Text)}, nil
	case plan.VerbNever:
		return []string{"letter", "dismiss", h.Key}, nil
	case plan.VerbDone:
		if h.Says == "asks.copy" {
			return []string{"done", h.Key}, nil
		}
		if !plan.IsAsked(h.Says) {
			return []string{"letter", "dismiss", h.Key}, nil
		}
	case plan.VerbSend:
		if !strings.HasPrefix(h.Says, "asks") {
			return []string{"letter", "approve", h.Key}, nil
		}
	}
	switch h.Says {
	case "asks.useful", "asks.support":
		if o.Verb == plan.VerbAnswer {
			return []string{"occasion", "edit", h.OccasionID, "--useful=" + h.ContactID + "=" + o.Text}, nil
		}
	case "asks.news":
		if o.Verb == plan.VerbAnswer {
			return []string{"occasion", "edit", h.OccasionID, "--news=" + o.Text}, nil
		}
	case "asks.greeting":
		if o.Verb == plan.VerbAnswer {
			return []string{"contact", "edit", h.ContactID, "--greeting=" + o.Text}, nil
		}
	case "asks.address":
		if o.Verb == plan.VerbAnswer {
			return []string{"contact", "edit", h.ContactID, "--address=" + o.Text}, nil
		}
	case "asks.outcome", "asks.granted":
		return outcomeCommand(o)
	case "asks.permission":
		return s.askAgain(ctx, o)
	}
	switch h.Says {
	case "asks.useful", "asks.support", "asks.news", "asks.greeting", "asks.address":
		return nil, cannot(o, "write the line's number and your answer in your own words, snooze 3w, or never")
	}
	if plan.IsAsked(h.Says) {
		return nil, cannot(o, "what it asks for stands in your configuration, in [owner]: write it there")
	}
	return nil, cannot(o, "write send, snooze 3w or never")
}

// outcomes of which the owner may speak in a word.
var outcomeWords = map[string]contact.StepWord{
	"applied": contact.Applied, "interview": contact.Interviewed, "offer": contact.Offered, "granted": contact.Granted, "used": contact.Used,
}

// outcomeCommand is for the question what came of something.
func outcomeCommand(o plan.Order) ([]string, error) {
	var word contact.StepWord
	lead := o.Handle.Says == "asks.outcome"
	switch {
	case o.Verb == plan.VerbYes && lead:
		word = contact.Applied
	case o.Verb == plan.VerbYes:
		word = contact.Granted
	case o.Verb == plan.VerbNo && lead:
		word = contact.TurnedDown
	case o.Verb == plan.VerbNo:
		return []string{"letter", "dismiss", o.Handle.Key}, nil
	case o.Verb == plan.VerbAnswer:
		word = outcomeWords[strings.ToLower(strings.TrimRight(o.Text, ".!"))]
	}
	if word == "" {
		return nil, cannot(o, "write yes or no")
	}
	return []string{"occasion", "edit", o.Handle.OccasionID, "--outcome", string(word)}, nil
}

// askAgain is for a referee whose permission is old.
func (s *session) askAgain(ctx context.Context, o plan.Order) ([]string, error) {
	switch o.Verb {
	case plan.VerbYes, plan.VerbDone:
	case plan.VerbNo:
		return []string{"letter", "dismiss", o.Handle.Key}, nil
	default:
		return nil, cannot(o, "write yes or no")
	}
	words := []string{"log", string(contact.Reference), o.Handle.ContactID}
	before, _, err := s.occasion(ctx, o.Handle.OccasionID)
	if err == nil && before.Title != "" {
		words = append(words, "--title="+before.Title)
	}
	return words, err
}

// reflection keeps an answer as a note about those who took part.
func (s *session) reflection(ctx context.Context, o plan.Order) ([]string, error) {
	switch o.Verb {
	case plan.VerbNo, plan.VerbNever, plan.VerbDone:
		return nil, nil
	case plan.VerbAnswer:
	default:
		return nil, cannot(o, "write the line's number and your answer in your own words")
	}
	_, who, err := s.occasion(ctx, o.Handle.OccasionID)
	return slices.Concat([]string{"log", string(contact.Note)}, who.ids(), []string{"--title=" + o.Text}), err
}

// toWhom begins the answer to it.
var toWhom = regexp.MustCompile(`^(?i:to|an|a|à|para)\s+`)

// milestoneCommand is for the question whether there are news to tell.
func milestoneCommand(o plan.Order) ([]string, error) {
	const how = `to tell it, write the line's number, to whom, a colon and your news, such as: to mentor, helped: I am starting at Reef Lab`
	switch o.Verb {
	case plan.VerbNo, plan.VerbNever, plan.VerbDone:
		return nil, nil
	case plan.VerbAnswer:
	default:
		return nil, cannot(o, how)
	}
	groups, news, found := strings.Cut(toWhom.ReplaceAllString(o.Text, ""), ":")
	if news = strings.TrimSpace(news); !found || news == "" {
		return nil, errors.New(how)
	}
	words := []string{"milestone", "--yes"}
	for group := range strings.SplitSeq(groups, ",") {
		words = append(words, "--to="+strings.TrimSpace(group))
	}
	return append(words, "--", news), nil
}

// addCommand keeps somebody as a contact, or puts a contact into a group.
func (s *session) addCommand(ctx context.Context, o plan.Order) ([]string, error) {
	h := o.Handle
	if h.ContactID != "" {
		c, err := s.contact(ctx, h.ContactID)
		if err != nil || o.Text == "" {
			return nil, errors.Join(err, errors.New("they are among your contacts; name a group, such as add mentor"))
		}
		words := []string{"contact", "edit", c.ID}
		for _, group := range append(c.Groups, o.Text) {
			words = append(words, "--group="+group)
		}
		return words, nil
	}
	if h.Address == "" {
		return nil, cannot(o, "it is for people")
	}
	found, _, err := s.acquaintances(ctx)
	if err != nil {
		return nil, err
	}
	who := plan.Stranger{Address: h.Address}
	for _, f := range found {
		if slices.ContainsFunc(addressesOf(f), func(addr string) bool { return plan.AddressKey(addr) == plan.AddressKey(h.Address) }) {
			who = f
		}
	}
	words := []string{"contact", "add"}
	if o.Text != "" {
		words = append(words, "--group="+o.Text)
	}
	return append(append(words, "--", cmp.Or(who.Name, h.Address)), addressesOf(who)...), nil
}

// newcomer is for somebody who may become a contact.
func newcomer(o plan.Order) ([]string, error) {
	if o.Verb == plan.VerbNo || o.Verb == plan.VerbNever {
		return []string{"contact", "discover", "--never=" + o.Handle.Address}, nil
	}
	return nil, cannot(o, "write add, add mentor or never")
}

// logFlagNames are the flags that a mail to oneself may have.
var logFlagNames = []string{"at", "title", "next", "next-due", "useful", "group"}

// logCommand gives the command of a mail to oneself. Names stand as they are, with
// commas between them, and flags behind them.
func (s *session) logCommand(ctx context.Context, o plan.Order) ([]string, error) {
	kind, rest, _ := strings.Cut(o.Text, " ")
	names, flags, _ := strings.Cut(" "+rest, " --")
	words := []string{"log", strings.ToLower(kind)}
	who, err := s.named(ctx, strings.TrimSpace(names))
	if err != nil {
		return nil, err
	}
	dated := false
	for flag := range strings.SplitSeq(" "+flags, " --") {
		if flag = strings.TrimSpace(flag); flag == "" {
			continue
		}
		name, value, _ := strings.Cut(strings.Replace(flag, "=", " ", 1), " ")
		if value = strings.Trim(strings.TrimSpace(value), `"“”`); value == "" || !slices.Contains(logFlagNames, name) {
			return nil, fmt.Errorf("--%s: only --at, --title, --next, --next-due, --useful and --group may stand there, each with its value", name)
		}
		if name == "at" || name == "next-due" {
			choice := dayChoice(name == "next-due")
			at, err := parseTime(value, s.said(o), s.cfg.Owner.Location(), choice)
			if err != nil {
				return nil, err
			}
			value = at.Format(time.RFC3339)
		}
		dated = dated || name == "at"
		words = append(words, "--"+name+"="+value)
	}
	if !dated {
		words = append(words, "--at="+s.said(o).Format(time.RFC3339))
	}
	if o.Useful != "" {
		useful := o.Useful
		if strings.Contains(useful, "=") && len(who) == 1 {
			p, _ := parsePerson(who[0])
			useful = cmp.Or(p.Name, who[0]) + "=" + useful
		}
		words = append(words, "--useful="+useful)
	}
	return slices.Concat(words, []string{"--"}, who), nil
}

// listed are the names in a list: in quotes, or up to a comma or an "and".
var listed = regexp.MustCompile(`"([^"]+)"|“([^”]+)”|[^,"“]+`)

// several parts names where no comma does.
var several = regexp.MustCompile(`\s+(?:&|and|y|und|et)\s+`)

// named gives the names in a list. What is one contact's name is one name.
func (s *session) named(ctx context.Context, list string) (names []string, err error) {
	all, err := s.contacts(ctx)
	if err != nil {
		return nil, err
	}
	known := func(name string) bool { _, err := all.find(name); return err == nil }
	if known(list) {
		return []string{list}, nil
	}
	for _, m := range listed.FindAllStringSubmatch(list, -1) {
		if whole := cmp.Or(m[1], m[2]); whole != "" {
			names = append(names, whole)
			continue
		}
		for _, name := range several.Split(m[0], -1) {
			if name = strings.TrimSpace(name); name != "" {
				names = append(names, name)
			}
		}
	}
	return names, nil
}
