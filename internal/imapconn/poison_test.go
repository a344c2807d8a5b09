package imapconn

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// fetched is a message as the library hands it over.
type fetched struct {
	uid    imap.UID
	draft  bool
	date   string
	header string
}

// fetchAll asks for the headers of all messages.
func fetchAll(t *testing.T, c *Conn) (all []fetched, err error) {
	t.Helper()
	options := &imap.FetchOptions{UID: true, Flags: true, InternalDate: true,
		BodySection: []*imap.FetchItemBodySection{{Specifier: imap.PartSpecifierHeader, HeaderFields: []string{"Subject"}, Peek: true}}}
	err = c.Do(within(t), "fetch", Timeout, func(client *imapclient.Client) error {
		cmd := client.Fetch(imap.UIDSet{{Start: 1}}, options)
		for data := cmd.Next(); data != nil; data = cmd.Next() {
			all = append(all, collect(t, data))
		}
		return cmd.Close()
	})
	return all, err
}

func collect(t *testing.T, data *imapclient.FetchMessageData) (m fetched) {
	t.Helper()
	m.header = "none"
	for item := data.Next(); item != nil; item = data.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			m.uid = item.UID
		case imapclient.FetchItemDataFlags:
			m.draft = slices.Contains(item.Flags, imap.FlagDraft)
		case imapclient.FetchItemDataInternalDate:
			m.date = item.Time.UTC().Format(time.DateOnly)
		case imapclient.FetchItemDataBodySection:
			if item.Literal != nil {
				b, err := io.ReadAll(item.Literal)
				must(t, err)
				m.header = string(b)
			}
		default:
			t.Errorf("a %T came through", item)
		}
	}
	return m
}

// Pitfalls 1, 2 and 3: an unknown item, a malformed date, a nested BODYSTRUCTURE
// would each end the connection, or even the process. None costs more than itself.
func TestPitfall123PoisonInFetch(t *testing.T) {
	t.Parallel()
	const date, header = `INTERNALDATE "22-Nov-2026 04:42:00 +0000"`, "BODY[HEADER.FIELDS (Subject)]"
	deep := strings.Repeat("(", 1_000_000) + strings.Repeat(")", 1_000_000)
	s := scripted(t, greet, enter("IMAP4rev1"), expect("UID FETCH"), send(
		"* VANISHED (EARLIER) 1:5", "* 5 FOO (BAR {3}", "T1 )",
		"* 1 FETCH (UID 1 FLAGS (\\Draft $Label1) "+date+" "+header+" {1}", "a)",
		"* 2 FETCH (UID 2 EMAILID (M1) X-GM-LABELS (\"\\\\Inbox\" {2}", "()) "+date+" "+header+" {1}", "b)",
		"* 3 FETCH (UID 3 INTERNALDATE \"32-Foo-2026\" "+header+" {1}", "c)",
		"* 4 FETCH (UID 4 BODYSTRUCTURE "+deep+" "+header+" {1}", "d)",
		"* 5 FETCH (UID 5 ENVELOPE (NIL \"x\" ((NIL)) "+header+" {1}", "e)", // one parenthesis is missing
		"* 6 FETCH ("+header+" {1}", "f "+date+" FLAGS (\\Seen) UID 6)", // the library wants the UID first
		"* 7 FETCH (UID 7 "+header+" \"g\")", "* 8 FETCH (UID 8 "+header+" NIL)",
		"* 9 FETCH (UID 9 UID 1 "+header+" {1}", "i "+header+" {1}", "j)",
	), reply("OK"))
	got, err := fetchAll(t, dial(t, s.server()))
	must(t, err)
	want := []fetched{
		{1, true, "2026-11-22", "a"}, {2, false, "2026-11-22", "b"}, {3, false, "", "c"}, {4, false, "", "d"}, {5, false, "", "none"},
		{6, false, "2026-11-22", "f"}, {7, false, "", "g"}, {8, false, "", "none"}, {9, false, "", "i"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// Pitfall 2: one bad name would end each connection at its LIST.
func TestPitfall2BadNames(t *testing.T) {
	t.Parallel()
	lines := []string{
		`* LIST () "/" INBOX`, `* LIST (\Drafts) "/" "Entw&APw-rfe"`, `* LIST () "/" "&bad"`, `* LIST () "/" "a` + "\x07" + `b"`, "* LIST () \"/\" {3}", "\xff\xfe!",
		`* LIST () "/" "&AAo-"`, `* LIST (\Noselect) "/" "&worse"`, `* LIST () "/" ` + strings.Repeat("x", nameLimit+1), "* LIST (\\Sent", `* LIST () "/" ""`, `* LIST () "/" "&bad"`,
		`* LIST (\HasChildren \SENT) NIL Sent (CHILDINFO ("SUBSCRIBED") OLDNAME ("&"))`,
	}
	s := scripted(t, greet, enter("IMAP4rev1"), expect("LIST"), send(lines...), reply("OK"),
		expect("STATUS INBOX"), send("* STATUS INBOX (MESSAGES 3 UIDNEXT 5 UIDVALIDITY 7)"), reply("OK"),
		expect("STATUS"), reply("OK"), expect("STATUS"), reply("OK"),
		expect("LIST"), send(lines[2]), reply("OK"))
	c := dial(t, s.server())
	boxes, err := c.Mailboxes(within(t))
	must(t, err)
	want := []Mailbox{
		{Name: "INBOX", Role: Inbox, UIDValidity: 7, UIDNext: 5, Messages: 3}, {Name: "Entwürfe", Role: Drafts}, {Name: "Sent", Role: Sent},
		{Name: "&bad", Problem: "not followed by -"}, {Name: "a\uFFFDb", Problem: "control characters"}, {Name: "\uFFFD\uFFFD!", Problem: "no characters"},
		{Name: "&AAo-", Problem: "stands for nothing"}, {Name: strings.Repeat("x", 200) + "…", Problem: "bytes long"},
		{Name: `(\Sent`, Problem: "cannot be read"}, {Name: "", Problem: "empty"},
	}
	for i, m := range boxes {
		if i >= len(want) || !strings.Contains(m.Problem, want[i].Problem) || (m.Problem == "") != (want[i].Problem == "") {
			t.Errorf("%d: %+v", i, m)
			continue
		}
		if m.Problem = want[i].Problem; m != want[i] {
			t.Errorf("%d: %+v, want %+v", i, m, want[i])
		}
	}
	if len(boxes) != len(want) {
		t.Errorf("%d mailboxes", len(boxes))
	}
	if boxes, err = c.Mailboxes(within(t)); err != nil || len(boxes) != 1 || boxes[0].Name != "&bad" {
		t.Errorf("then %+v, %v", boxes, err)
	}
}

// A status that is refused or garbled tells nothing of the mailbox: only opening
// it would, so there is no problem yet.
func TestStatusRefusedOrGarbled(t *testing.T) {
	t.Parallel()
	s := scripted(t, greet, enter("IMAP4rev1 LIST-EXTENDED LIST-STATUS"), expect("LIST"),
		send(`* LIST () "/" A`, "* STATUS A (MESSAGES 99999999999 UIDNEXT x UIDVALIDITY 7)", `* LIST () "/" B`, "* STATUS B MESSAGES", `* LIST () "/" C`, "* STATUS",
			`* LIST () "/" D`, "* STATUS D (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 3)"), reply("OK"),
		expect("STATUS .*C"), reply("NO [NOPERM] not for you"))
	boxes, err := dial(t, s.server()).Mailboxes(within(t))
	must(t, err)
	want := []Mailbox{{Name: "A", UIDValidity: 7}, {Name: "B"}, {Name: "C"}, {Name: "D", UIDValidity: 3, UIDNext: 2, Messages: 1}}
	if !slices.Equal(boxes, want) {
		t.Errorf("%+v", boxes)
	}
}

// More mailboxes than an account can have would keep us busy for long.
func TestTooManyMailboxes(t *testing.T) {
	t.Parallel()
	var lines []string
	for n := range mailboxesLimit + 1 {
		lines = append(lines, fmt.Sprintf("* LIST () NIL m%d", n))
	}
	_, err := list(within(t), scripted(t, greet, enter("IMAP4rev1"), expect("LIST"), send(lines...), reply("OK")).server())
	wantErr(t, err, ErrGarbled)
}

// Pitfall 7: what a server tells of a message by itself passes for the answer to
// a FETCH that asks for it. Whoever asks must look at what came, and ask again;
// news without a UID do not even get that far.
func TestPitfall7UnaskedFetch(t *testing.T) {
	t.Parallel()
	s := scripted(t, greet, enter("IMAP4rev1"),
		expect("UID FETCH"), send("* 1 FETCH (FLAGS (\\Seen))", "* 1 FETCH (UID 1 FLAGS (\\Draft))", "* 1 FETCH (UID 1 BODY[] {1}", "a)"), reply("OK"),
		expect("UID FETCH"), send("* 1 FETCH (UID 1 BODY[] {1}", "a)"), reply("OK"))
	c := dial(t, s.server())
	for _, want := range []fetched{{uid: 1, draft: true, header: "none"}, {uid: 1, header: "a"}} {
		got, err := fetchAll(t, c)
		if err != nil || !slices.Equal(got, []fetched{want}) {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	}
}

// Pitfall 8: the library would give up a body that is left unread for five
// minutes. Its deadlines do not reach the network; ours are those of commands.
func TestPitfall8LibraryDeadlinesAreIgnored(t *testing.T) {
	t.Parallel()
	ours, theirs := net.Pipe()
	defer ours.Close()
	g := &guard{Conn: ours, counters: new(Counters)}
	must(t, g.begin(time.Now().Add(patience), smallBudget))
	past := time.Unix(1, 0)
	must(t, errorsOf(g.SetDeadline(past), g.SetReadDeadline(past), g.SetWriteDeadline(past)))
	go func() { _, _ = theirs.Write([]byte("x")) }()
	if n, err := g.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

// Pitfall 9: what the library says of its state can be stale after a SELECT
// that failed, so nobody asks it.
func TestPitfall9StateIsNotReliedOn(t *testing.T) {
	for _, pattern := range []string{"*.go", "../../imapwatch/*.go", "../../mailer/*.go"} {
		files, err := filepath.Glob(pattern)
		must(t, err)
		for _, name := range files {
			text, err := os.ReadFile(name)
			must(t, err)
			if !strings.HasSuffix(name, "_test.go") && (strings.Contains(string(text), ".State()") || strings.Contains(string(text), ".Mailbox()")) {
				t.Errorf("%s relies on the library's state", name)
			}
		}
	}
}

// Pitfall 9: the library forgets the words of a BYE.
func TestPitfall9GoodbyeKeepsItsWords(t *testing.T) {
	const bye = "* BYE [UNAVAILABLE] Autologout; \x07idle for too long"
	for name, steps := range map[string][]step{
		"in a command":           {greet, enter("IMAP4rev1"), expect("LIST"), send(bye), end},
		"before the command":     {greet, enter("IMAP4rev1"), send(bye), end},
		"at the login":           {greet, expect("AUTHENTICATE"), send(bye), end},
		"without closing":        {greet, enter("IMAP4rev1"), expect("LIST"), send(bye)},
		"as the greeting":        {send(bye), end},
		"as the greeting, alone": {send(bye)},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "without closing" { // nothing but the time limit ends that
				set(t, &listTimeout, 2*time.Second)
			}
			_, err := list(within(t), scripted(t, steps...).server())
			wantErr(t, err, ErrAway)
			if want := "the server said goodbye: [UNAVAILABLE] Autologout;  idle for too long"; !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %s", err, want)
			}
		})
	}
}

// A greeting that refuses is no refusal of a command.
func TestGreetingThatRefuses(t *testing.T) {
	t.Parallel()
	for _, greeting := range []string{"* NO too busy", "* BAD too busy"} {
		_, err := Dial(within(t), scripted(t, send(greeting)).server())
		wantErr(t, err, ErrAway)
		if _, refused := Refused(err); refused || !strings.Contains(err.Error(), "too busy") {
			t.Errorf("%s: %v", greeting, err)
		}
	}
}

// search asks for all messages.
func search(t *testing.T, c *Conn) (uids []imap.UID, err error) {
	t.Helper()
	err = c.Do(within(t), "search", Timeout, func(client *imapclient.Client) error {
		data, err := client.UIDSearch(&imap.SearchCriteria{}, nil).Wait()
		if err == nil {
			uids = data.AllUIDs()
		}
		return err
	})
	return uids, err
}

// Pitfall 14: counting up to 2^32-1 never ends. Nor is a set counted out that no
// mailbox can hold.
func TestPitfall14LastUID(t *testing.T) {
	t.Parallel()
	s := scripted(t, greet, enter("IMAP4rev1"),
		expect("SEARCH"), send(`* ESEARCH (TAG "T2") UID ALL 4294967293:4294967295`), reply("OK"),
		expect("SEARCH"), send(`* SEARCH 4294967295 4294967294 4294967293`), reply("OK"),
		expect("SEARCH"), send(`* ESEARCH UID ALL 1:4294967295`), reply("OK"))
	c := dial(t, s.server())
	for range 2 {
		if got, err := search(t, c); err != nil || !slices.Equal(got, []imap.UID{4294967293, 4294967294}) {
			t.Errorf("%v, %v", got, err)
		}
	}
	_, err := search(t, c)
	wantErr(t, err, ErrGarbled)
}

// The library inserts what a search finds number by number: in a bad order it
// would never be done. It gets them in order.
func TestSearchInAnyOrder(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	const n = 400_000
	for i := range n {
		fmt.Fprintf(&b, " %d", 2*(n-i)) // from the top
		if i%2 == 0 {
			fmt.Fprintf(&b, " %d", 2*(i/2)+2) // and from the bottom, twice
		}
	}
	half := strings.Index(b.String()[b.Len()/2:], " ") + b.Len()/2
	s := scripted(t, greet, enter("IMAP4rev1"), expect("SEARCH"), send("* SEARCH"+b.String()[:half], "* SEARCH"+b.String()[half:]), reply("OK"))
	got, err := search(t, dial(t, s.server()))
	if err != nil || len(got) != n || !slices.IsSorted(got) || got[0] != 2 || got[n-1] != 2*n {
		t.Errorf("%d UIDs, %v", len(got), err)
	}
}

// More hits than a mailbox has messages are no answer, not even an empty one,
// however many lines they come in.
func TestSearchWithTooManyHits(t *testing.T) {
	t.Parallel()
	for _, hits := range []int{foundLimit + 1, 2 * foundLimit} {
		s := scripted(t, greet, enter("IMAP4rev1"), expect("SEARCH"), func(p *player) error {
			b := []byte("* SEARCH")
			for n := range hits {
				if b = fmt.Appendf(b, " %d", n+1); n%100_000 == 0 {
					b = append(b, "\r\n* SEARCH"...)
				}
			}
			return raw(string(b) + "\r\n")(p)
		}, reply("OK"))
		got, err := search(t, dial(t, s.server()))
		if wantErr(t, err, ErrGarbled); len(got) > 0 {
			t.Errorf("%d UIDs", len(got))
		}
	}
}
