package daemon_test

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"regards/contact"
	"regards/internal/daemon"
	"regards/internal/imapconn"
	"regards/internal/mailsim"
	"regards/mailer"
	"regards/plan"
	"regards/store"
	"regards/templates"
)

// The owner of the simulation, and the mailboxes of that account.
const (
	owner  = "ana@example.org"
	inbox  = "INBOX"
	drafts = "Drafts"
	sent   = "Sent"
	trash  = "Trash"
	outbox = "Regards Outbox"
	later  = "Later" // where the owner moves drafts to have them out of sight
)

// The caps, as the owner of the simulation has set them.
const (
	openHellos     = 3
	dailyCap       = 5
	perContactDays = 7
)

// world is the service, its server, everybody around it, and what all of them
// have done so far: the model that the service is compared with. It runs in one
// goroutine, and what happens in it depends on the seed alone.
type world struct {
	tb   testing.TB
	ctx  context.Context
	seed uint64
	zone *time.Location
	now  time.Time
	end  time.Time

	server *mailsim.Server
	path   string
	store  *store.Store
	daemon *daemon.Daemon

	journal bytes.Buffer // of the newest pass

	events []event        // sorted
	number int            // of events
	made   map[string]int // Message-IDs, by who

	people  []*person
	byID    map[string]*person
	archive string // where the owner files mail; it is renamed once

	boxes   map[string]map[uint32]*item // the ledger: every message that lies anywhere
	letters map[string]*letter          // those seen so far, by key
	ids     map[string]*letter          // by every Message-ID that a letter ever had
	duties  []*duty
	mailed  int // messages of the SMTP server that have been looked at

	asleep, offline bool
	backAt          time.Time // when the account is reached again
	held            time.Time // nothing is to be drafted or sent before
	lastPass        time.Time // that went well
	rows            map[string]contact.Letter
	before          map[string]contact.Letter // rows, as of the pass before
	proposals       int                       // made so far
	passes          int
	counts          map[string]int
}

// event is something that happens at a time.
type event struct {
	at     time.Time
	number int
	mail   bool // it needs the server, and waits while that is away
	do     func()
}

// newWorld makes the world as it is when the service starts for the first time.
func newWorld(tb testing.TB, seed uint64, days int) *world {
	zone, err := time.LoadLocation("Europe/Madrid")
	must(tb, err)
	// The servers' clock is the real one: all that happens here lies in the past,
	// so that the Date of a message is never after its arrival.
	start := time.Date(2023, 9, 4, 6, 0, 0, 0, zone)
	w := &world{tb: tb, ctx: tb.Context(), seed: seed, zone: zone, now: start, end: start.AddDate(0, 0, days),
		path: filepath.Join(tb.TempDir(), "regards.db"), archive: "Archive",
		byID: map[string]*person{}, boxes: map[string]map[uint32]*item{},
		letters: map[string]*letter{}, ids: map[string]*letter{}, counts: map[string]int{}, made: map[string]int{}}
	w.server, err = mailsim.Embedded()
	must(tb, err)
	tb.Cleanup(func() { must(tb, w.server.Close()) })
	must(tb, w.server.Create(later))
	w.start()
	tb.Cleanup(func() { w.store.Close() })
	w.populate()
	return w
}

// must ends the test on an error of the simulation itself.
func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// start opens the store, as a process that begins does, and makes the service.
func (w *world) start() {
	if w.store != nil {
		must(w.tb, w.store.Close())
	}
	var err error
	w.store, err = store.Open(w.ctx, w.path)
	must(w.tb, err)
	secret := func(context.Context) (string, error) { return w.server.Password(), nil }
	settings := daemon.Settings{
		Owner:     templates.Owner{Name: "Ana Díaz", Signature: "Ana", Phone: "+34 600 000 000", PersonalAddress: "ana@home.example"},
		Addresses: []string{owner}, Languages: []string{"en"}, Recipients: 8, Hurry: 1000, Templates: []fs.FS{templates.Builtin()},
		Policy: w.policy(), Pretended: true, NextPlan: func(t time.Time) time.Time { return t.Add(10 * time.Minute) },
		Accounts: []daemon.Account{{Name: "home", Address: owner, Letters: true, Outbox: outbox,
			Server: imapconn.Server{Host: w.server.Host(), Port: w.server.IMAPPort(), TLS: imapconn.None, User: w.server.User(), Secret: secret},
			SMTP:   &mailer.SMTPServer{Host: w.server.Host(), Port: w.server.SMTPPort(), TLS: "none", User: w.server.User(), Secret: secret}}},
	}
	w.daemon = daemon.New(settings, w.store, func() time.Time { return w.now }, slog.New(slog.NewTextHandler(&w.journal, nil)), nil)
}

// policy is what the owner configured. Follow-ups go by the outbox and closed
// loops at once: what regards proposes, and sends without the owner's hand.
func (w *world) policy() plan.Policy {
	day := contact.Duration{Rest: 24 * time.Hour}
	p := plan.Policy{Practices: map[string]plan.Practice{}, Location: w.zone, WorkDomains: []string{"example.org"},
		PerContactDays: perContactDays, DailyCap: dailyCap, OpenHellos: openHellos, Dormant: contact.Duration{Months: 24},
		Window: plan.Window{Start: 9 * time.Hour, End: 18 * time.Hour}, Hold: contact.Duration{Rest: 4 * time.Hour},
		SendDays: []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}}
	for _, name := range []string{plan.ThankYou, plan.FollowUp, plan.KeepInTouch, plan.Milestone, plan.CloseTheLoop,
		plan.JobLead, plan.Reference, plan.Farewell, plan.Promise} {
		p.Practices[name] = plan.Practice{Enabled: true, Delivery: contact.ByDraft}
	}
	p.Practices[plan.ThankYou] = plan.Practice{Enabled: true, Delivery: contact.ByDraft, Within: day, Overdue: contact.Duration{Rest: 48 * time.Hour}}
	p.Practices[plan.FollowUp] = plan.Practice{Enabled: true, Delivery: contact.ByOutbox, Within: contact.Duration{Days: 2}}
	p.Practices[plan.CloseTheLoop] = plan.Practice{Enabled: true, Delivery: contact.BySend}
	p.Practices[plan.JobLead] = plan.Practice{Enabled: true, Delivery: contact.ByDraft, Within: contact.Duration{Days: 7}}
	for _, g := range cadences {
		p.Cadences = append(p.Cadences, plan.Cadence{Group: g.group, Every: contact.Duration{Days: g.every}, Latest: contact.Duration{Days: g.latest}})
	}
	return p
}

// rng gives chance for one purpose: what is decided for one person does not
// depend on what happens to any other.
func (w *world) rng(purpose ...any) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprintln(h, purpose...)
	return rand.New(rand.NewPCG(w.seed, h.Sum64()))
}

// at has something happen for which the server is needed.
func (w *world) at(t time.Time, do func()) { w.insert(event{at: t, mail: true, do: do}) }

// command has the owner do something at the keyboard, or the time do it.
func (w *world) command(t time.Time, do func()) { w.insert(event{at: t, do: do}) }

func (w *world) insert(e event) {
	w.number++
	e.number = w.number
	i, _ := slices.BinarySearchFunc(w.events, e, func(a, b event) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return a.number - b.number
	})
	w.events = slices.Insert(w.events, i, e)
}

// run lets time pass.
func (w *world) run() {
	for day := w.now; day.Before(w.end); day = day.AddDate(0, 0, 1) {
		w.command(day, func() { w.plan(w.now) })
	}
	for len(w.events) > 0 && !w.tb.Failed() {
		e := w.events[0]
		w.events = w.events[1:]
		if !e.at.Before(w.end) {
			break
		}
		if e.at.After(w.now) {
			w.now = e.at
		}
		if e.mail && w.offline {
			w.at(w.backAt.Add(time.Second), e.do)
			continue
		}
		e.do()
	}
}

// in gives a time so many hours ahead, never at night.
func (w *world) in(hours float64) time.Time {
	t := w.now.Add(time.Duration(hours * float64(time.Hour))).Truncate(time.Second).In(w.zone)
	if t.Hour() < 7 {
		t = t.Add(7 * time.Hour)
	}
	return t
}

// clock gives a time of the day that began at or before t.
func (w *world) clock(t time.Time, hour, minute int) time.Time {
	y, m, d := t.In(w.zone).Date()
	return time.Date(y, m, d, hour, minute, 0, 0, w.zone)
}
