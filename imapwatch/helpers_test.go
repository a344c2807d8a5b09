package imapwatch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/classify"
	"regards/internal/imapconn"
	"regards/internal/mailsim"
)

// patience keeps a failing test from hanging; no test passes by waiting for it.
const patience = 2 * time.Minute

// forEachServer runs a test on a new server of either kind.
func forEachServer(t *testing.T, test func(t *testing.T, s *mailsim.Server)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, embedded(t))
	})
	t.Run("dovecot", func(t *testing.T) {
		t.Parallel()
		test(t, dovecot(t))
	})
}

func embedded(t testing.TB, without ...imap.Cap) *mailsim.Server {
	t.Helper()
	return opened(t)(mailsim.EmbeddedWith(mailsim.Options{Without: without}))
}

// dovecot starts Dovecot, or skips the test where there is none, unless
// REGARDS_TEST_REAL=1 says that there has to be one.
func dovecot(t testing.TB) *mailsim.Server {
	t.Helper()
	s, err := mailsim.Dovecot()
	if errors.Is(err, mailsim.ErrNotInstalled) && os.Getenv("REGARDS_TEST_REAL") != "1" {
		t.Skipf("not run on a real server: %v", err)
	}
	return opened(t)(s, err)
}

func opened(t testing.TB) func(*mailsim.Server, error) *mailsim.Server {
	return func(s *mailsim.Server, err error) *mailsim.Server {
		t.Helper()
		must(t, err)
		t.Cleanup(func() { must(t, s.Close()) })
		return s
	}
}

func newProxy(t testing.TB, s *mailsim.Server) *mailsim.Proxy {
	t.Helper()
	p, err := mailsim.NewProxy(s.IMAPAddr())
	must(t, err)
	t.Cleanup(func() { must(t, p.Close()) })
	return p
}

// account is the account of a server's user, reached through port.
func account(s *mailsim.Server, port int) Account {
	word := s.Password()
	return Account{
		Name:   "home",
		Outbox: "Regards Outbox",
		Server: imapconn.Server{Host: s.Host(), Port: port, TLS: imapconn.None, User: s.User(),
			Secret: func(context.Context) (string, error) { return word, nil }},
	}
}

// quick is the pace of tests: connections are made anew at once, and what a
// test does not want to see waited for never comes.
var quick = pace{
	command: patience, idleAnswer: patience, renewIdle: time.Hour, poll: time.Hour, round: time.Hour,
	firstDelay: time.Millisecond, maxDelay: 4 * time.Millisecond, maxRenew: 4 * time.Millisecond, longSession: time.Hour, loginPause: time.Hour,
}

// watcher makes a watcher that goes on where the recorder stands.
func watcher(a Account, r *recorder) *Watcher {
	w := New(a, r.Cursors(), r)
	w.pace = quick
	return w
}

// sync makes one pass with a new watcher.
func sync1(t testing.TB, a Account, r *recorder) error {
	t.Helper()
	return watcher(a, r).Sync(within(t))
}

// run runs a watcher until the test calls the function returned, or ends.
func run(t testing.TB, w *Watcher) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(patience):
			t.Error("Run does not end")
		}
	})
	t.Cleanup(stop)
	return stop
}

// recorder is a Sink that remembers all it was given.
type recorder struct {
	mu      sync.Mutex
	batches []Batch // committed
	cursors map[string]Cursor
	lookups map[string]Lookup // what remains to be looked for
	watched [][]string
	states  []State
	told    map[string]bool    // mailboxes of which it was told that they were read, or cannot be
	early   atomic.Bool        // all was said to be read before it was
	bodies  func(Message) bool // of which the body is asked for; nil: of none
	full    func(Batch) bool   // refuses a batch; nil refuses none
	slow    time.Duration      // how long Commit takes
	within  atomic.Int32       // calls of Commit under way
	crowded atomic.Bool        // there was more than one
}

var errFull = errors.New("the disk is full")

func (r *recorder) Commit(ctx context.Context, batches []Batch) error {
	if r.within.Add(1) > 1 {
		r.crowded.Store(true)
	}
	defer r.within.Add(-1)
	time.Sleep(r.slow)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, b := range batches {
		if r.full != nil && r.full(b) {
			return errFull
		}
		if r.told == nil {
			r.told = map[string]bool{}
		}
		r.told[b.Mailbox] = r.told[b.Mailbox] || b.Synced || b.Refused != ""
		b.Messages = slices.Clone(b.Messages)
		b.Unreadable = maps.Clone(b.Unreadable)
		r.batches = append(r.batches, b)
		if r.cursors == nil {
			r.cursors = map[string]Cursor{}
		}
		switch {
		case b.Lookup != nil:
			r.lookups[b.Mailbox] = *b.Lookup
		case b.Refused == "":
			r.cursors[b.Mailbox] = b.Cursor
		}
	}
	return nil
}

func (r *recorder) Bodies(_ context.Context, b Batch) (uids []uint32, err error) {
	for _, m := range b.Messages {
		if r.bodies != nil && r.bodies(m) {
			uids = append(uids, m.UID)
		}
	}
	return uids, nil
}

func (r *recorder) Lookups(context.Context) (map[string]Lookup, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.lookups), nil
}

func (r *recorder) Watched(_ context.Context, mailboxes []string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watched = append(r.watched, slices.Clone(mailboxes))
	maps.DeleteFunc(r.cursors, func(name string, _ Cursor) bool { return !slices.Contains(mailboxes, name) })
	r.batches = slices.DeleteFunc(r.batches, func(b Batch) bool { return !slices.Contains(mailboxes, b.Mailbox) })
	return nil
}

func (r *recorder) Report(_ context.Context, s State) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.states = append(r.states, s)
	if s.Synced && slices.ContainsFunc(r.watched[len(r.watched)-1], func(name string) bool { return !r.told[name] }) {
		r.early.Store(true)
	}
	return nil
}

// Cursors gives what was committed last.
func (r *recorder) Cursors() map[string]Cursor {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.cursors)
}

func (r *recorder) States() []State {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.states)
}

// Last is the newest state.
func (r *recorder) Last() State {
	states := r.States()
	if len(states) == 0 {
		return State{}
	}
	return states[len(states)-1]
}

// Batches gives the batches of the watch of a mailbox, or of all for "".
func (r *recorder) Batches(mailbox string) []Batch {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(r.batches), func(b Batch) bool { return b.Lookup != nil || mailbox != "" && b.Mailbox != mailbox })
}

// UIDs lists the messages of a mailbox in the order of their batches, since the
// last reset.
func (r *recorder) UIDs(mailbox string) (uids []uint32) {
	for _, b := range r.Batches(mailbox) {
		if b.Reset {
			uids = nil
		}
		for _, m := range b.Messages {
			uids = append(uids, m.UID)
		}
		uids = slices.AppendSeq(uids, maps.Keys(b.Unreadable))
	}
	return uids
}

// Read counts the messages that were handed over.
func (r *recorder) Read() (n int) {
	for _, b := range r.Batches("") {
		n += len(b.Messages) + len(b.Unreadable)
	}
	return n
}

// forget begins a new record, from the same cursors on.
func (r *recorder) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.batches, r.states, r.watched = nil, nil, nil
}

// wantAll fails unless every message of a mailbox has been handed over exactly
// once, as it is, and the mailbox is known to be read to its end.
func wantAll(t testing.TB, s *mailsim.Server, r *recorder, mailbox string) {
	t.Helper()
	messages, err := s.Messages(mailbox)
	must(t, err)
	got := map[uint32]Message{}
	for _, b := range r.Batches(mailbox) {
		if b.Reset {
			clear(got)
		}
		for _, m := range b.Messages {
			if _, twice := got[m.UID]; twice {
				t.Errorf("%s: UID %d was read twice", mailbox, m.UID)
			}
			got[m.UID] = m
		}
	}
	for _, want := range messages {
		m, ok := got[want.UID]
		switch delete(got, want.UID); {
		case !ok:
			t.Errorf("%s: UID %d was not read", mailbox, want.UID)
		case m.Draft != slices.Contains(want.Flags, `\Draft`), !m.Received.Equal(want.Time), !sameHeader(m.Header, want.Raw):
			t.Errorf("%s: UID %d was read as %t %v %q", mailbox, want.UID, m.Draft, m.Received, m.Header.Subject)
		}
	}
	for uid := range got {
		t.Errorf("%s: there is no UID %d", mailbox, uid)
	}
	if c := r.Cursors()[mailbox]; !c.Done() {
		t.Errorf("%s: the cursor is %+v", mailbox, c)
	}
	if all := r.Batches(mailbox); len(all) == 0 || !all[len(all)-1].Synced {
		t.Errorf("%s is not known to be read", mailbox)
	}
}

// wantRefused fails unless the last word on a mailbox is that it cannot be read,
// with this reason.
func wantRefused(t testing.TB, r *recorder, mailbox, reason string) {
	t.Helper()
	batches := r.Batches(mailbox)
	if len(batches) == 0 {
		t.Errorf("nothing is said of %s", mailbox)
		return
	}
	b := batches[len(batches)-1]
	if !strings.Contains(b.Refused, reason) || b.Synced || len(b.Messages)+len(b.Unreadable) > 0 || b.Cursor != (Cursor{}) {
		t.Errorf("%s: %+v, want %q", mailbox, b, reason)
	}
}

// sameHeader compares what letter writes into a header with what was read.
func sameHeader(h classify.Header, raw []byte) bool {
	want, err := classify.Parse(raw)
	return err == nil && len(h.From) == 1 && h.From[0] == want.From[0] && h.Subject == want.Subject && h.MessageID == want.MessageID
}

func letter(n int) mailsim.Message {
	m := mailsim.Message{
		Time: time.Date(2026, 11, 2, 9, 30, n, 0, time.UTC),
		Raw: fmt.Appendf(nil, "From: Maria <maria@example.net>\r\nTo: ana@example.org\r\nSubject: letter %d\r\n"+
			"Message-ID: <%d@example.net>\r\n\r\nDear Ana,\r\n", n, n),
	}
	switch n % 5 {
	case 1:
		m.Flags = []string{`\Draft`}
	case 2:
		m.Flags = []string{`\Seen`}
	}
	return m
}

func letters(from, to int) iter.Seq[mailsim.Message] {
	return func(yield func(mailsim.Message) bool) {
		for n := from; n <= to && yield(letter(n)); n++ {
		}
	}
}

// fill puts letters from..to into a mailbox.
func fill(t testing.TB, s *mailsim.Server, mailbox string, from, to int) {
	t.Helper()
	must(t, s.AppendAll(mailbox, letters(from, to)))
}

// remove deletes many messages for good, in one session.
func remove(t testing.TB, s *mailsim.Server, mailbox string, uids imap.UIDSet) {
	t.Helper()
	c, err := imapclient.DialInsecure(s.IMAPAddr(), nil)
	must(t, err)
	defer c.Close()
	must(t, c.Login(s.User(), s.Password()).Wait())
	_, err = c.Select(mailbox, nil).Wait()
	must(t, err)
	must(t, c.Store(uids, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close())
	must(t, c.Expunge().Close())
}

// snapshot gives all messages of all mailboxes with their flags.
func snapshot(t testing.TB, s *mailsim.Server) map[string][]mailsim.Message {
	t.Helper()
	names, err := s.Mailboxes()
	must(t, err)
	all := map[string][]mailsim.Message{}
	for _, name := range names {
		all[name], err = s.Messages(name)
		must(t, err)
	}
	return all
}

// within gives a context that ends a test which hangs.
func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// eventually waits for something that other goroutines do.
func eventually(t testing.TB, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("still waiting for %s", what)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// failing is a Sink with one method that fails.
type failing struct{ commit, watched, report, lookups, bodies bool }

func fails(yes bool) error {
	if yes {
		return errFull
	}
	return nil
}

func (f failing) Lookups(context.Context) (map[string]Lookup, error) { return nil, fails(f.lookups) }
func (f failing) Bodies(context.Context, Batch) ([]uint32, error)    { return nil, fails(f.bodies) }
func (f failing) Commit(context.Context, []Batch) error              { return fails(f.commit) }
func (f failing) Watched(context.Context, []string) error            { return fails(f.watched) }
func (f failing) Report(context.Context, State) error                { return fails(f.report) }

// mustCut holds that a pass says that it lost a connection.
func mustCut(t testing.TB, err error) {
	t.Helper()
	if !errors.Is(err, imapconn.ErrAway) {
		t.Fatalf("no word of a lost connection: %v", err)
	}
}
