package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/internal/daemon"
	"regards/plan"
	"regards/store"
)

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "show how things stand: accounts, mailboxes, letters, what is next",
		Long: `Shows how things stand, and ends with 75 when an account has been out of reach for
a day, for those who watch over the service.`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.openAnyway(c.Context())
			if err != nil {
				return err
			}
			return a.within(s, func(s *session) error {
				st, err := s.status(c.Context())
				if err != nil {
					return err
				}
				if a.json {
					err = a.printJSON(st)
				} else {
					a.printStatus(s, st)
					err = a.greet(c.Context(), s)
				}
				return errors.Join(err, st.away())
			})
		},
	}
}

// statusJSON is the state of everything as the contract shows it.
type statusJSON struct {
	Accounts []accountJSON         `json:"accounts"`
	Letters  map[contact.State]int `json:"letters"`
	Next     []nextJSON            `json:"next"`
	Running  bool                  `json:"running"`
	Version  string                `json:"version"`
	Database string                `json:"database"`
	// LastDigest is the newest that was made, and LastBackup when the last daily
	// one was; null: none.
	LastDigest *noticeJSON `json:"last_digest"`
	LastBackup *string     `json:"last_backup"`
	// LastBook is when the address book of [carddav] was last read by itself.
	LastBook *string       `json:"last_address_book"`
	Hold     *holdJSON     `json:"hold"` // why nothing is drafted or sent; null when it is
	Troubles []troubleJSON `json:"troubles"`
	last     map[string]store.AccountState
	hold     store.Hold
	backup   time.Time
	book     time.Time
}

type noticeJSON struct {
	Key    string        `json:"key"`
	Made   *string       `json:"made"`
	State  contact.State `json:"state"`
	Reason string        `json:"reason,omitempty"`
}

type holdJSON struct {
	Reason string  `json:"reason"`
	Since  *string `json:"since"`
	Until  *string `json:"until"`
}

// troubleJSON is something that only the owner can mend.
type troubleJSON struct {
	About string  `json:"about"`
	Text  string  `json:"text"`
	Since *string `json:"since"`
}

type accountJSON struct {
	Name       string  `json:"name"`
	LastSync   *string `json:"last_sync"`
	Connected  bool    `json:"connected"`
	RoundTrips int64   `json:"round_trips"`
	BytesIn    int64   `json:"bytes_in"`
	Problem    string  `json:"problem,omitempty"`
	// OfflineSince is when it was first out of reach; null: it is not.
	OfflineSince *string       `json:"offline_since"`
	Away         bool          `json:"away"` // out of reach for a day
	Mailboxes    []mailboxJSON `json:"mailboxes"`
}

type mailboxJSON struct {
	Name     string         `json:"name"`
	Messages uint32         `json:"messages"`
	New      int            `json:"new"` // always 0: what is known has been read
	Touches  int            `json:"touches"`
	LeftOut  map[string]int `json:"left_out"`
	LastSync *string        `json:"last_sync"`
	Scanned  bool           `json:"scanned"` // the first scan is through
	Problem  string         `json:"problem,omitempty"`
	// Unreadable holds why messages could not be read, the newest first.
	Unreadable []unreadableJSON `json:"unreadable,omitempty"`
}

type unreadableJSON struct {
	UID    uint32 `json:"uid"`
	Reason string `json:"reason"`
}

type nextJSON struct {
	Key string  `json:"key"`
	Due *string `json:"due"`
	Why string  `json:"why,omitempty"` // when it goes, or why not; of one that is approved
	to  string
	due time.Time
}

// status gathers the state of everything.
func (s *session) status(ctx context.Context) (statusJSON, error) {
	st := statusJSON{Accounts: []accountJSON{}, Letters: map[contact.State]int{}, Next: []nextJSON{},
		Troubles: []troubleJSON{}, Running: store.Locked(s.cfg.Database()), Version: version, Database: s.store.Path()}
	boxes, err := s.store.Mailboxes(ctx)
	if err != nil {
		return st, err
	}
	if st.last, err = s.store.AccountStates(ctx); err != nil {
		return st, err
	}
	unreadable, err := s.unreadable(ctx)
	if err != nil {
		return st, err
	}
	for _, a := range s.cfg.Accounts {
		known := st.last[a.Name]
		j := accountJSON{Name: a.Name, LastSync: jsonTime(known.LastSync), Connected: known.Connected && st.Running,
			RoundTrips: known.RoundTrips, BytesIn: known.BytesIn, Problem: known.Problem,
			OfflineSince: jsonTime(known.OfflineSince), Away: s.away(known, st.Running), Mailboxes: []mailboxJSON{}}
		for _, m := range boxes {
			if m.Account == a.Name {
				j.Mailboxes = append(j.Mailboxes, mailboxJSON{m.Name, m.Messages, 0, m.Touches, m.LeftOut,
					jsonTime(m.LastSync), m.Cursor.Low <= 1, m.Problem, unreadable[[2]string{a.Name, m.Name}]})
			}
		}
		st.Accounts = append(st.Accounts, j)
	}
	if err := s.addLast(ctx, &st); err != nil {
		return st, err
	}
	if st.hold, err = s.store.Held(ctx); err != nil {
		return st, err
	}
	if !st.hold.Over(s.now()) {
		st.Hold = &holdJSON{st.hold.Reason, jsonTime(st.hold.Since), jsonTime(st.hold.Until)}
	}
	troubles, err := s.store.Troubles(ctx)
	if err != nil {
		return st, err
	}
	for _, t := range troubles {
		st.Troubles = append(st.Troubles, troubleJSON{t.About, t.Text, jsonTime(t.Since)})
	}
	told := func(t troubleJSON) bool { return t.About == configurationTrouble }
	if s.wrong != nil && !slices.ContainsFunc(st.Troubles, told) {
		st.Troubles = append(st.Troubles, troubleJSON{About: configurationTrouble, Text: oldOneHolds(s.wrong)})
	}
	r, err := s.store.Records(ctx)
	if err != nil {
		return st, err
	}
	for _, l := range r.Letters {
		st.Letters[l.State]++
	}
	p, err := s.scheduled(ctx)
	st.Next = s.next(r, p)
	return st, err
}

// away reports whether an account that was read once has been out of reach for a
// day. While the service runs, its own clock tells, which may be a pretended one.
func (s *session) away(known store.AccountState, running bool) bool {
	asOf := s.now()
	if running {
		asOf = known.OfflineSeen
	}
	return !known.OfflineSince.IsZero() && !known.LastSync.IsZero() && asOf.Sub(known.LastSync) >= daemon.AwayAfter
}

// errLongAway means that an account has been out of reach for a day.
var errLongAway = errors.New("out of reach for a day")

// away is the error about the accounts that have been.
func (st statusJSON) away() error {
	var errs []error
	for _, acc := range st.Accounts {
		if acc.Away {
			errs = append(errs, fmt.Errorf("account %s: %w; it was last read at %s", acc.Name, errLongAway, *acc.LastSync))
		}
	}
	return errors.Join(errs...)
}

// addLast adds what the service last did by itself.
func (s *session) addLast(ctx context.Context, st *statusJSON) error {
	notices, err := s.store.Notices(ctx)
	if err != nil {
		return err
	}
	for _, n := range notices { // the oldest first; one may be of a clock that was ahead
		if strings.HasPrefix(n.Key, "digest/") && !n.Made.After(s.now().Add(time.Minute)) {
			st.LastDigest = &noticeJSON{n.Key, jsonTime(n.Made), n.State, n.Reason}
		}
	}
	if st.backup, _, err = s.store.Fired(ctx, daemon.BackupLine); err != nil {
		return err
	}
	st.book, _, err = s.store.Fired(ctx, daemon.BookLine(s.cfg.CardDAV.URL))
	st.LastBackup, st.LastBook = jsonTime(st.backup), jsonTime(st.book)
	return err
}

// next gives the letters that are open, then those that come, where it is known
// what the owner configured.
func (s *session) next(r plan.Records, p plan.Policy) []nextJSON {
	var open []contact.Letter
	for _, l := range r.Letters {
		if !l.State.Ended() {
			open = append(open, l)
		}
	}
	slices.SortFunc(open, func(a, b contact.Letter) int { return cmp.Or(a.Due.Compare(b.Due), strings.Compare(a.Key, b.Key)) })
	var resting map[string]string
	if s.wrong == nil {
		agenda := plan.Schedule(s.now(), p, r)
		for _, l := range append(agenda.Due, agenda.Ahead...) {
			if _, made := r.Letters[l.Key]; !made && !l.State.Ended() {
				open = append(open, l.Letter)
			}
		}
		resting = s.restingOf(r)
	}
	next := make([]nextJSON, 0, len(open))
	for _, l := range open {
		next = append(next, nextJSON{l.Key, jsonTime(l.Due), resting[l.Key], cmp.Or(r.Contacts[l.ContactID].Name, removed), l.Due})
	}
	return next
}

// maxUnreadable is how many unreadable messages of a mailbox are shown.
const maxUnreadable = 20

// unreadable gives the messages that could not be read, by account and mailbox.
func (s *session) unreadable(ctx context.Context) (map[[2]string][]unreadableJSON, error) {
	all, err := s.store.Unreadables(ctx)
	byMailbox := map[[2]string][]unreadableJSON{}
	for _, u := range all {
		at := [2]string{u.Account, u.Mailbox}
		if len(byMailbox[at]) < maxUnreadable {
			byMailbox[at] = append(byMailbox[at], unreadableJSON{u.UID, u.Reason})
		}
	}
	return byMailbox, err
}

func (a *app) printStatus(s *session, st statusJSON) {
	for _, acc := range st.Accounts {
		known := st.last[acc.Name]
		state := "not connected"
		if acc.Connected {
			state = "connected"
		}
		fmt.Fprintf(a.out, "%s: %s, last sync %s, %d round trips, %d KiB read\n",
			acc.Name, state, s.synced(known.LastSync), acc.RoundTrips, acc.BytesIn>>10)
		if !known.OfflineSince.IsZero() {
			fmt.Fprintf(a.out, "  out of reach since %s\n", localTime(known.OfflineSince, s))
		}
		if acc.Problem != "" {
			fmt.Fprintf(a.out, "  %s\n", acc.Problem)
		}
	}
	if !st.Running {
		fmt.Fprintln(a.out, "the service is not running; to start it: regards run")
	}
	if st.Hold != nil {
		end := ""
		if st.Hold.Until != nil {
			end = " until " + localTime(st.hold.Until, s)
		}
		fmt.Fprintf(a.out, "nothing is drafted or sent%s: %s; to go on: regards resume\n", end, st.Hold.Reason)
	}
	for _, trouble := range st.Troubles {
		fmt.Fprintln(a.out, trouble.Text)
	}
	if d := st.LastDigest; d != nil {
		fmt.Fprintf(a.out, "last digest: %s, %s\n", d.Key, d.State)
	}
	if !st.backup.IsZero() {
		fmt.Fprintf(a.out, "last daily backup: %s\n", localTime(st.backup, s))
	}
	if !st.book.IsZero() {
		fmt.Fprintf(a.out, "last reading of the address book: %s\n", localTime(st.book, s))
	}
	t := a.table("ACCOUNT", "MAILBOX", "MESSAGES", "TOUCHES", "LEFT OUT")
	for _, acc := range st.Accounts {
		for _, m := range acc.Mailboxes {
			left := leftOut(m.LeftOut)
			if !m.Scanned {
				left += " (first scan under way)"
			}
			t.row(acc.Name, m.Name, m.Messages, m.Touches, left)
		}
	}
	t.flush()
	for _, acc := range st.Accounts {
		for _, m := range acc.Mailboxes {
			if m.Problem != "" {
				fmt.Fprintf(a.out, "%s/%s cannot be read now: %s\n", acc.Name, m.Name, m.Problem)
			}
			for _, u := range m.Unreadable {
				fmt.Fprintf(a.out, "%s/%s: message %d was stepped over: %s\n", acc.Name, m.Name, u.UID, u.Reason)
			}
		}
	}
	for _, state := range slices.Sorted(maps.Keys(st.Letters)) {
		fmt.Fprintf(a.out, "letters %s: %d\n", state, st.Letters[state])
	}
	for _, n := range st.Next {
		if n.Why != "" {
			n.Why = ": " + n.Why
		}
		fmt.Fprintf(a.out, "next: %s to %s, due %s%s\n", n.Key, n.to, localTime(n.due, s), n.Why)
	}
}

// synced says when an account was read last. That it is still to come is seen
// after a clock was set back.
func (s *session) synced(at time.Time) string {
	if at.After(s.now().Add(time.Minute)) {
		return localTime(at, s) + " by a clock that was ahead of this one"
	}
	return ago(at, s.now())
}

// fewContacts is up to how many contacts status proposes more.
const fewContacts = 10

// greet proposes people to an owner who has few contacts yet.
func (a *app) greet(ctx context.Context, s *session) error {
	found, people, err := s.acquaintances(ctx)
	if err != nil {
		return err
	}
	all, err := s.contacts(ctx)
	if err != nil || len(found) == 0 || len(all) > fewContacts {
		return err
	}
	found = found[:min(len(found), 10)]
	verb := "are"
	if len(found) == 1 {
		verb = "is"
	}
	fmt.Fprintf(a.out, "\nYou write with %s; here %s %s you might add:\n", crowd(people), verb, spelled(len(found)))
	for _, f := range found {
		name := cmp.Or(f.Name, f.Address)
		dashes := ""
		if strings.HasPrefix(name, "-") || strings.HasPrefix(f.Address, "-") {
			dashes = "-- " // what follows is no flag
		}
		fmt.Fprintf(a.out, "  regards contact add %s%s %s\n", dashes, quote(name), quoteAll(addressesOf(f)))
	}
	fmt.Fprintln(a.out, "All of them, one key each: regards contact discover")
	return nil
}

// spelled writes a small number as a word.
func spelled(n int) string {
	return []string{"none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}[n]
}

// quote makes a word safe to paste into a shell: names are what strangers wrote.
func quote(s string) string {
	safe := func(r rune) bool {
		return r == '@' || r == '.' || r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	if s != "" && !slices.ContainsFunc([]rune(s), func(r rune) bool { return !safe(r) }) {
		return s
	}
	out := "'"
	for _, r := range s {
		if r == '\'' {
			out += `'\''`
		} else {
			out += string(r)
		}
	}
	return out + "'"
}

// quoteAll quotes each of some words.
func quoteAll(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return strings.Join(quoted, " ")
}

func crowd(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}
