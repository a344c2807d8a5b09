package imapconn

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// list dials and lists the mailboxes: enough to meet any server's tricks.
func list(ctx context.Context, s Server) ([]Mailbox, error) {
	c, err := Dial(ctx, s)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return c.Mailboxes(ctx)
}

var (
	asTLS  = func(s *Server) { s.TLS = Implicit }
	asPlay = func(s *Server) {}
	asStar = func(s *Server) { s.TLS = StartTLS }
)

// mutes are servers that fall silent somewhere on the way.
var mutes = []struct {
	name  string
	as    func(*Server)
	steps []step
}{
	{"greeting", asPlay, nil},
	{"half a greeting", asPlay, []step{raw("* OK hel")}},
	{"greeting before STARTTLS", asStar, nil},
	{"STARTTLS", asStar, []step{greet, expect("STARTTLS")}},
	{"handshake after STARTTLS", asStar, []step{greet, expect("STARTTLS"), reply("OK")}},
	{"handshake", asTLS, nil},
	{"capabilities", asPlay, []step{send("* OK hi"), expect("CAPABILITY")}},
	{"login", asPlay, []step{greet, expect("AUTHENTICATE")}},
	{"capabilities after login", asPlay, []step{greet, expect("AUTHENTICATE"), reply("OK"), expect("CAPABILITY")}},
	{"list", asPlay, []step{greet, enter("IMAP4rev1"), expect("LIST")}},
	{"half a list", asPlay, []step{greet, enter("IMAP4rev1"), expect("LIST"), send(`* LIST () "/" INBOX`), raw("* LI")}},
	{"status", asPlay, []step{greet, enter("IMAP4rev1"), expect("LIST"), send(`* LIST () "/" INBOX`), reply("OK"), expect("STATUS")}},
}

// The library clears its deadline after each response and would wait for ever.
func TestPitfall10MuteServer(t *testing.T) {
	for _, m := range mutes {
		t.Run(m.name, func(t *testing.T) {
			// On a slow machine the time may be up before it comes to that.
			for limit := 100 * time.Millisecond; ; limit *= 4 {
				set(t, &dialTimeout, limit)
				set(t, &listTimeout, limit)
				s := scripted(t, m.steps...)
				s.hasty = limit < patience
				server := s.server()
				m.as(&server)
				_, err := list(within(t), server)
				if wantErr(t, err, ErrAway); s.Ended() || limit > patience {
					return
				}
			}
		})
	}
	wantNoReaders(t)
}

func TestCancelWhileWaiting(t *testing.T) {
	set(t, &grace, 50*time.Millisecond)
	for _, m := range mutes {
		t.Run(m.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(within(t))
			waiting := func(*player) error {
				time.AfterFunc(10*time.Millisecond, cancel) // by then the client waits; if not, all the better
				return nil
			}
			server := scripted(t, append(m.steps[:len(m.steps):len(m.steps)], waiting)...).server()
			m.as(&server)
			_, err := list(ctx, server)
			if wantErr(t, err, context.Canceled); within(t).Err() != nil {
				t.Error("it took too long")
			}
		})
	}
	wantNoReaders(t)
}

// Who is told to end while a command is under way hears its answer still, begins
// no other one, and says goodbye.
func TestCancelFinishesTheCommand(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(within(t))
	told := func(*player) error { cancel(); return nil }
	s := scripted(t, greet, enter("IMAP4rev1"), expect("NOOP"), told, reply("OK"), expect("LOGOUT"), reply("OK"))
	c, err := Dial(ctx, s.server())
	must(t, err)
	noop := func(client *imapclient.Client) error { return client.Noop().Wait() }
	must(t, c.Do(ctx, "wait", patience, noop))
	wantErr(t, c.Do(ctx, "wait", patience, noop), context.Canceled)
	c.Logout(ctx)
	if heard := s.Heard(); strings.Count(heard, "NOOP") != 1 || !strings.Contains(heard, "LOGOUT") {
		t.Errorf("the server heard %q", heard)
	}
}

// After an answer that was broken off nothing more is said.
func TestNoGoodbyeAfterAnError(t *testing.T) {
	set(t, &grace, 50*time.Millisecond)
	ctx, cancel := context.WithCancel(within(t))
	told := func(*player) error { cancel(); return nil }
	s := scripted(t, greet, enter("IMAP4rev1"), expect("NOOP"), told)
	c, err := Dial(ctx, s.server())
	must(t, err)
	err = c.Do(ctx, "wait", patience, func(client *imapclient.Client) error { return client.Noop().Wait() })
	wantErr(t, err, context.Canceled)
	c.Logout(ctx)
	if strings.Contains(s.Heard(), "LOGOUT") {
		t.Error("it said goodbye")
	}
}

// A context that ends between commands, or before one, is told as such.
func TestCancelledBefore(t *testing.T) {
	t.Parallel()
	s := scripted(t, greet, enter("IMAP4rev1"))
	ctx, cancel := context.WithCancel(within(t))
	c, err := Dial(ctx, s.server())
	must(t, err)
	cancel()
	_, err = c.Mailboxes(ctx)
	wantErr(t, err, context.Canceled)
	_, err = Dial(ctx, s.server())
	if err == nil {
		t.Error("dialled with a context that had ended")
	}
}

func TestGarbledAnswers(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"unknown tag":                        "T99 OK done",
		"no tag":                             " OK done",
		"not IMAP":                           "HTTP/1.1 400 Bad Request",
		"continuation that nobody asked for": "+ go on",
		"tagged answer of an unknown kind":   "T3 MAYBE done",
		"a FETCH of nobody knows what":       "* 1 FETCH (FLAGS (",
		"a search that cannot be read":       "* ESEARCH (TAG \"T3\") ALL 1:*",
		"a literal without end":              "* X {99999999999999}",
		"a line of a literal that was none":  "* LIST () NIL {-1}\r\nINBOX",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scripted(t, greet, enter("IMAP4rev1"), expect("LIST"), send(line), reply("OK"))
			_, err := list(within(t), s.server())
			wantErr(t, err, ErrGarbled)
		})
	}
}

// heapLimit is what a server may cost us in memory.
const heapLimit = 64 << 20

// A server that sends without end gets nowhere: the library's strings have no
// bound (pitfall 10: a 200 MB literal cost 562 MB).
func TestPitfall10Floods(t *testing.T) {
	const header = "BODY[HEADER.FIELDS (SUBJECT)]"
	for name, steps := range map[string][]step{
		"greeting":                  {raw("* OK "), forever("x")},
		"capabilities":              {raw("* OK [CAPABILITY"), forever(" X")},
		"line":                      {greet, enter("IMAP4rev1"), expect("LIST"), raw("* OK "), forever("x")},
		"lines":                     {greet, enter("IMAP4rev1"), expect("LIST"), forever("* OK " + strings.Repeat("x", 70) + "\r\n")},
		"mailboxes":                 {greet, enter("IMAP4rev1"), expect("LIST"), forever("* LIST () NIL a\r\n")},
		"literal":                   {greet, enter("IMAP4rev1"), expect("LIST"), raw("* LIST () NIL {1000000000}\r\n"), forever("x")},
		"literal with lines":        {greet, enter("IMAP4rev1"), expect("LIST"), raw("* LIST () NIL {1000000000}\r\n"), forever("x\r\n")},
		"quoted string with lines":  {greet, enter("IMAP4rev1"), expect("LIST"), raw(`* LIST () NIL "`), forever("x\r\n")},
		"atoms":                     {greet, enter("IMAP4rev1"), expect("LIST"), raw("* X"), forever(" x")},
		"unknown responses":         {greet, enter("IMAP4rev1"), expect("LIST"), forever("* VANISHED 1:5\r\n")},
		"empty lines":               {greet, enter("IMAP4rev1"), expect("LIST"), forever("\r\n")},
		"nested lists":              {greet, enter("IMAP4rev1"), expect("LIST"), raw("* LIST ("), forever("(")},
		"nested lists that end":     {greet, enter("IMAP4rev1"), expect("LIST"), forever("* LIST (" + strings.Repeat("(", 1<<20) + "\r\n")},
		"names that are none":       {greet, enter("IMAP4rev1"), expect("LIST"), forever("* LIST () NIL &\r\n")},
		"literals in literals":      {greet, enter("IMAP4rev1"), expect("LIST"), raw("* X"), forever(" {4}\r\n{9}\r")},
		"braces":                    {greet, enter("IMAP4rev1"), expect("LIST"), forever("* LIST (" + strings.Repeat("{1", 1<<20) + "\r\n")},
		"attributes":                {greet, enter("IMAP4rev1"), expect("LIST"), forever("* LIST (" + strings.Repeat("\\a ", 1<<20-10) + ") NIL a\r\n")},
		"capabilities in lines":     {greet, enter("IMAP4rev1"), expect("LIST"), capabilities},
		"status items":              {greet, enter("IMAP4rev1"), expect("LIST"), raw("* STATUS a (X"), forever(" 1 X")},
		"literal larger than int64": {greet, enter("IMAP4rev1"), expect("LIST"), raw("* 1 FETCH (UID 1 " + header + " {9223372036854775807}\r\n"), forever("x\r\n")},
	} {
		t.Run(name, func(t *testing.T) {
			server := scripted(t, steps...).server()
			peak := heapPeak(func() {
				_, err := list(within(t), server)
				wantErr(t, err, ErrGarbled)
			})
			if t.Logf("%.1f MiB of heap", float64(peak)/(1<<20)); peak > heapLimit {
				t.Errorf("it cost %d MiB of heap", peak>>20)
			}
		})
	}
	wantNoReaders(t)
}

// The same for what is fetched on purpose, with the largest budget.
func TestPitfall10FloodedFetch(t *testing.T) {
	const header = "BODY[HEADER.FIELDS (SUBJECT)]"
	for name, steps := range map[string][]step{
		"literal":              {raw("* 1 FETCH (UID 1 " + header + " {1000000000}\r\n"), forever("x\r\n")},
		"string":               {raw("* 1 FETCH (UID 1 " + header + ` "`), forever("x\r\n")},
		"flags":                {raw("* 1 FETCH (UID 1 FLAGS (a"), forever(" a")},
		"flags in messages":    {forever("* 1 FETCH (UID 1 FLAGS (" + strings.Repeat("a ", 1<<20) + "a))\r\n")},
		"flags of the mailbox": {forever("* FLAGS (" + strings.Repeat("a ", 1<<20) + "a)\r\n")},
		"permanent flags":      {forever("* OK [PERMANENTFLAGS (" + strings.Repeat("a ", 1<<20) + "a)]\r\n")},
		"items":                {raw("* 1 FETCH (UID 1"), forever(" BODY[1] {0}\r\n")},
		"parts of one message": {raw("* 1 FETCH (UID 1"), forever(" BODY[1] {3}\r\nabc")},
		"large literals":       {forever("* 1 FETCH (BODY[] {3000000}\r\n" + strings.Repeat("x", 3_000_000) + " UID 1)\r\n")},
		"quoted headers":       {forever("* 1 FETCH (BODY[] \"" + strings.Repeat("\\\"", 1<<20) + "\" UID 1)\r\n")},
		"messages":             {forever("* 1 FETCH (UID 1 FLAGS (" + strings.Repeat("x", 200) + "))\r\n")},
		"search":               {raw("* SEARCH"), forever(" 1 3")},
		"searches":             {searches},
		"sets":                 {forever("* ESEARCH (TAG \"T2\") UID ALL 1" + strings.Repeat(",3,1", 1<<19) + "\r\n")},
		"set":                  {raw("* ESEARCH UID ALL 1"), forever(",3,5")},
	} {
		t.Run(name, func(t *testing.T) {
			s := scripted(t, append([]step{greet, enter("IMAP4rev1"), expect("UID FETCH")}, steps...)...)
			c := dial(t, s.server())
			peak := heapPeak(func() {
				err := c.Do(within(t), "fetch", Timeout, func(client *imapclient.Client) error {
					return client.Fetch(imap.UIDSet{{Start: 1}}, &imap.FetchOptions{UID: true}).Close()
				})
				wantErr(t, err, ErrGarbled)
			})
			if t.Logf("%.1f MiB of heap", float64(peak)/(1<<20)); peak > heapLimit {
				t.Errorf("it cost %d MiB of heap", peak>>20)
			}
		})
	}
	wantNoReaders(t)
}

// searches sends odd numbers, and then even ones: sorted into what the library
// has, each would cost a move of all that follow.
func searches(p *player) error {
	for first := range uint32(8) {
		var b strings.Builder
		b.WriteString("* SEARCH")
		for n := 8_000_000 - first; n > 4_000_000; n -= 8 {
			fmt.Fprintf(&b, " %d", n)
		}
		if err := raw(b.String() + "\r\n")(p); err != nil {
			return err
		}
	}
	return reply("OK")(p)
}

// capabilities sends lines of them, no two the same.
func capabilities(p *player) error {
	for line := 0; ; line++ {
		var b strings.Builder
		b.WriteString("* CAPABILITY")
		for n := range 200_000 {
			fmt.Fprintf(&b, " X%d-%d", line, n)
		}
		if err := raw(b.String() + "\r\n")(p); err != nil {
			return err
		}
	}
}

// heapPeak gives how much the heap grew at most while f ran.
func heapPeak(f func()) uint64 {
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	done := make(chan struct{})
	peak := make(chan uint64)
	go func() {
		high := before.HeapAlloc
		for {
			runtime.ReadMemStats(&now)
			high = max(high, now.HeapAlloc)
			select {
			case <-done:
				peak <- high - before.HeapAlloc
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	f()
	close(done)
	return <-peak
}

// What an honest server sends at most is within the bounds: a long header, and
// a search over a large mailbox.
func TestHonestAnswersFit(t *testing.T) {
	t.Parallel()
	uids := make([]string, 300_000)
	for i := range uids {
		uids[i] = fmt.Sprint(2_000_000 + 2*i)
	}
	s := scripted(t, greet, enter("IMAP4rev1"),
		expect("UID SEARCH"), send("* SEARCH "+strings.Join(uids, " ")), reply("OK"),
		expect("UID FETCH"), send("* 1 FETCH (UID 1 BODY[] {3000000}", strings.Repeat("x", 3_000_000)+")"), reply("OK"))
	c := dial(t, s.server())
	must(t, c.Do(within(t), "search", Timeout, func(client *imapclient.Client) error {
		data, err := client.UIDSearch(&imap.SearchCriteria{}, nil).Wait()
		if n := len(data.AllUIDs()); err == nil && n != len(uids) {
			t.Errorf("%d UIDs", n)
		}
		return err
	}))
	must(t, c.Do(within(t), "fetch", Timeout, func(client *imapclient.Client) error {
		return client.Fetch(imap.UIDSetNum(1), &imap.FetchOptions{UID: true}).Close()
	}))
}

// The budget is that of a command, not of the connection.
func TestBudgetIsPerCommand(t *testing.T) {
	t.Parallel()
	const size = commandBudget/2 - 1<<20
	steps := []step{greet, enter("IMAP4rev1")}
	for range 4 {
		steps = append(steps, expect("NOOP"), func(p *player) error {
			return raw(strings.Repeat("* OK "+strings.Repeat("x", 1017)+"\r\n", size>>10))(p)
		}, reply("OK"))
	}
	c := dial(t, scripted(t, steps...).server())
	for range 4 {
		must(t, c.Do(within(t), "noop", Timeout, func(client *imapclient.Client) error { return client.Noop().Wait() }))
	}
}

func TestGoodbyeAtGreeting(t *testing.T) {
	t.Parallel()
	for _, kind := range []TLS{None, StartTLS} {
		s := scripted(t, send("* BYE [UNAVAILABLE] come back later"), end)
		server := s.server()
		server.TLS = kind
		_, err := Dial(within(t), server)
		wantErr(t, err, ErrAway)
		if !strings.Contains(err.Error(), "come back later") {
			t.Errorf("%s: %v: without the server's words", kind, err)
		}
	}
}

// With PREAUTH anybody on the way could have let us in to somebody else's mail.
func TestPreauthIsRefused(t *testing.T) {
	t.Parallel()
	for _, kind := range []TLS{None, StartTLS} {
		s := scripted(t, send("* PREAUTH [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] come in"))
		server := s.server()
		server.TLS = kind
		_, err := Dial(within(t), server)
		wantErr(t, err, ErrTLS)
		wantNoCredentials(t, s)
	}
}

func TestLoginThatIsNotPossibleNow(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]error{
		"NO [AUTHENTICATIONFAILED] no":     ErrLogin,
		"NO no":                            ErrLogin,
		"BAD what":                         ErrLogin,
		"NO [UNAVAILABLE] database down":   ErrAway,
		"NO [LIMIT] too many connections":  ErrAway,
		"NO [INUSE] somebody else is here": ErrAway,
		"NO [SERVERBUG] oh":                ErrAway,

		"NO [ALERT] Too many simultaneous connections. (Failure)": ErrAway, // Gmail
		"NO Maximum number of connections from user+IP exceeded":  ErrAway, // Dovecot
		"NO [ALERT] Please try again later":                       ErrAway,
		"NO Temporary authentication failure":                     ErrAway,
		"NO [AUTHENTICATIONFAILED] Temporarily blocked":           ErrLogin,
		"NO [EXPIRED] your password is a year old":                ErrLogin,
		"NO [PRIVACYREQUIRED] not in plain text":                  ErrLogin,
		"NO [CONTACTADMIN] your account is closed":                ErrLogin,
		"NO [AUTHORIZATIONFAILED] not this mail":                  ErrLogin,
		"NO [expired] in lower case":                              ErrLogin,
	} {
		s := scripted(t, greet, expect("AUTHENTICATE"), reply(answer))
		_, err := Dial(within(t), s.server())
		wantErr(t, err, want)
		if _, ok := Refused(err); ok {
			t.Errorf("%s passes for the refusal of a command", answer)
		}
		_, words, coded := strings.Cut(answer, "] ")
		if !coded {
			_, words, _ = strings.Cut(answer, " ")
		}
		if !strings.Contains(err.Error(), words) {
			t.Errorf("%v: not the words of %s", err, answer)
		}
	}
}

// The library tells of the answer to the login before it forgets what the
// server could do until then, which is less.
func TestCapabilitiesAreThoseAfterLogin(t *testing.T) {
	t.Parallel()
	const after = "IMAP4rev1 LIST-EXTENDED LIST-STATUS SPECIAL-USE"
	tell := func(p *player) error { // once or twice
		for {
			if err := expect("^CAPABILITY$|^LIST .*SPECIAL-USE")(p); err != nil {
				return err
			}
			if strings.HasPrefix(p.line, "LIST") {
				return nil
			}
			if err := send("* CAPABILITY "+after, p.tag+" OK")(p); err != nil {
				return err
			}
		}
	}
	untold := scripted(t, greet, expect("AUTHENTICATE"), reply("OK"), tell, reply("OK"))
	told := scripted(t, greet, enter(after), expect("^LIST .*SPECIAL-USE"), reply("OK"))
	for range 1000 {
		for _, s := range []*script{untold, told} {
			_, err := list(within(t), s.server())
			must(t, err)
		}
	}
}

func TestClosedByTheServer(t *testing.T) {
	t.Parallel()
	for name, steps := range map[string][]step{
		"before the greeting": {end},
		"before the login":    {greet, end},
		"in the login":        {greet, expect("AUTHENTICATE"), end},
		"after the login":     {greet, enter("IMAP4rev1"), end},
		"goodbye":             {greet, enter("IMAP4rev1"), expect("LIST"), send("* BYE shutting down"), end},
		"in the list":         {greet, enter("IMAP4rev1"), expect("LIST"), send(`* LIST () "/" INBOX`), end},
		"in a line":           {greet, enter("IMAP4rev1"), expect("LIST"), raw("* LIS"), end},
		"in a literal":        {greet, enter("IMAP4rev1"), expect("LIST"), raw("* LIST () \"/\" {10}\r\nINB"), end},
		"in a quoted string":  {greet, enter("IMAP4rev1"), expect("LIST"), raw(`* LIST () "/" "INB`), end},
		"before the status":   {greet, enter("IMAP4rev1"), expect("LIST"), send(`* LIST () "/" INBOX`), reply("OK"), end},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := list(within(t), scripted(t, steps...).server())
			wantErr(t, err, ErrAway)
		})
	}
}

// The library's DebugWriter would write credentials down.
func TestPitfall15NoDebugWriter(t *testing.T) {
	for _, pattern := range []string{"*.go", "../../imapwatch/*.go", "../../mailer/*.go"} {
		files, err := filepath.Glob(pattern)
		must(t, err)
		for _, name := range files {
			text, err := os.ReadFile(name)
			must(t, err)
			if !strings.HasSuffix(name, "_test.go") && strings.Contains(string(text), "DebugWriter") {
				t.Errorf("%s sets DebugWriter", name)
			}
		}
	}
}

// Client.Close waits until a FETCH has been drained; ours must not.
func TestPitfall6CloseWithUndrainedFetch(t *testing.T) {
	var answers []string
	for i := range 500 {
		answers = append(answers, fmt.Sprintf("* %d FETCH (UID %[1]d BODY[] {5}\r\nhello)", i+1))
	}
	s := scripted(t, greet, enter("IMAP4rev1"), expect("UID FETCH"), send(answers...), reply("OK"))
	c := dial(t, s.server())
	closed := make(chan struct{})
	_ = c.Do(within(t), "fetch", Timeout, func(client *imapclient.Client) error {
		cmd := client.Fetch(imap.UIDSet{{Start: 1}}, &imap.FetchOptions{UID: true})
		if cmd.Next() == nil {
			t.Fatal("nothing was fetched")
		}
		go func() { c.Close(); close(closed) }()
		select {
		case <-closed:
		case <-within(t).Done():
			t.Error("Close hangs")
		}
		return cmd.Close() // lets the library's reader end
	})
	wantNoReaders(t)
}

// A bound that was passed stays passed: the library overlooks an error of Read
// here and there and reads on.
func TestPitfall10GuardStaysShut(t *testing.T) {
	t.Parallel()
	for name, flood := range map[string]string{"budget": "x\n", "line": strings.Repeat("x", 64<<10)} {
		g := &guard{Conn: endlessConn{text: flood}, counters: new(Counters)}
		g.budget.Store(8 << 20)
		b := make([]byte, 64<<10)
		var err error
		for err == nil {
			_, err = g.Read(b)
		}
		g.budget.Store(8 << 20)
		for range 3 {
			if n, again := g.Read(b); n != 0 || again != err || !errors.Is(err, errBudget) || g.cause() != err {
				t.Errorf("%s: %d bytes, %v after %v", name, n, again, err)
			}
		}
	}
}

// endlessConn is a connection from which text comes again and again.
type endlessConn struct {
	net.Conn
	text string
}

func (c endlessConn) Read(b []byte) (int, error) { return copy(b, c.text), nil }
