package imapwatch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"

	"regards/internal/mailsim"
)

// people writes a mailbox in which every tenth message is one of those given,
// as lines of a header; it gives their UIDs.
func people(t testing.TB, s *mailsim.Server, mailbox string, headers ...string) (uids []uint32) {
	t.Helper()
	n := 0
	for i, h := range headers {
		must(t, s.AppendAll(mailbox, letters(n+1, n+9)))
		n += 10
		raw := fmt.Sprintf("%s\r\nSubject: one of them\r\nMessage-ID: <p%d@example.net>\r\n\r\nHello,\r\n", h, i)
		_, err := s.Append(mailbox, mailsim.Message{Raw: []byte(raw)})
		must(t, err)
		uids = append(uids, uint32(n))
	}
	return uids
}

// asked makes a recorder that has read everything and asks for addresses in a mailbox.
func asked(t testing.TB, s *mailsim.Server, mailbox string, addresses ...string) *recorder {
	t.Helper()
	r := &recorder{}
	must(t, sync1(t, account(s, s.IMAPPort()), r))
	r.forget()
	r.ask(mailbox, addresses...)
	return r
}

// ask asks for addresses in all that was read of a mailbox.
func (r *recorder) ask(mailbox string, addresses ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.cursors[mailbox]
	r.lookups = map[string]Lookup{mailbox: {c.UIDValidity, c.Low, c.High, addresses}}
}

// Lookup gives what remains to be looked for in a mailbox.
func (r *recorder) Lookup(mailbox string) Lookup {
	lookups, _ := r.Lookups(context.Background())
	return lookups[mailbox]
}

// Found gives the batches that answer what was asked for.
func (r *recorder) Found(mailbox string) []Batch {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(r.batches), func(b Batch) bool { return b.Lookup == nil || b.Mailbox != mailbox })
}

// wantFound fails unless these messages and no others were looked up, each once,
// the newer ranges first, and nothing is left to be looked for.
func wantFound(t testing.TB, r *recorder, mailbox string, want ...uint32) {
	t.Helper()
	var got []uint32
	top := ^uint32(0)
	for _, b := range r.Found(mailbox) {
		uids := slices.Collect(maps.Keys(b.Unreadable))
		for _, m := range b.Messages {
			uids = append(uids, m.UID)
		}
		for _, uid := range uids {
			if uid > top || uid <= b.Lookup.High {
				t.Errorf("UID %d in a range from %d to %d", uid, b.Lookup.High+1, top)
			}
		}
		got, top = append(got, uids...), b.Lookup.High
		if b.Synced || b.Cursor != (Cursor{}) || b.Reset || b.Sent != (mailbox == "Sent") {
			t.Errorf("%+v", b)
		}
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("%s: found %v, want %v", mailbox, got, want)
	}
	if l := r.Lookup(mailbox); !l.Done() {
		t.Errorf("left is %+v", l)
	}
}

// upTo gives 1 to n.
func upTo(n int) []uint32 { return members(imap.UIDSet{{Start: 1, Stop: imap.UID(n)}}) }

// inEachField are messages that concern maria@uni.example.
var inEachField = []string{
	"From: Maria <maria@uni.example>\r\nTo: ana@example.org",
	"From: ana@example.org\r\nTo: b@example.net, Maria <MARIA@Uni.Example>",
	"From: ana@example.org\r\nTo: b@example.net\r\nCc: c@example.net, maria+friends@uni.example",
	"From: =?utf-8?q?Mar=C3=ADa?=\r\n <maria+x@uni.example>\r\nTo: ana@example.org",
}

func TestLookup(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		address string
		headers []string
	}{
		"as it is":     {"maria@uni.example", inEachField},
		"in capitals":  {"Maria@UNI.example", inEachField},
		"with a plus":  {"maria+new@uni.example", inEachField},
		"with a dot":   {" maria@uni.example. ", inEachField},
		"Gmail":        {"Ana.Lopez+x@gmail.com", gmailSpellings},
		"Google Mail":  {"analopez@GoogleMail.com", gmailSpellings},
		"ASCII domain": {"bea@xn--bcher-kva.example", []string{"From: bea@xn--bcher-kva.example", "From: b@example.net\r\nCc: Bea@XN--BCHER-KVA.example"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			forEachServer(t, func(t *testing.T, s *mailsim.Server) {
				uids := people(t, s, "Sent", c.headers...)
				r := asked(t, s, "Sent", c.address)
				before, p := r.Cursors(), newProxy(t, s)
				must(t, sync1(t, account(s, p.Port()), r))
				wantFound(t, r, "Sent", uids...)
				if n := countLines(p.ClientLines(), " UID SEARCH "); n != 1 || r.Read() != 0 || !maps.Equal(before, r.Cursors()) {
					t.Errorf("%d searches, read %d, cursors %v, before %v", n, r.Read(), r.Cursors(), before)
				}
				lines := len(p.ClientLines())
				must(t, sync1(t, account(s, p.Port()), r))
				if n := len(p.ClientLines()) - lines; n != 3 {
					t.Errorf("looked again, in %d commands", n)
				}
			})
		})
	}
}

var gmailSpellings = []string{
	"From: analopez@gmail.com", "From: a.n.a.lopez@gmail.com", "From: b@example.net\r\nTo: Ana <AnaLopez+jobs@googlemail.com>",
	"From: b@example.net\r\nCc: ana.lopez@Gmail.com",
}

// Servers with less, and servers that refuse: the same is found, or everything
// is handed over.
func TestLookupOnPoorServers(t *testing.T) {
	t.Parallel()
	const nothing = "STATUS Nowhere (MESSAGES)"
	refuse := func(what, instead string) func(string) string {
		return func(line string) string {
			if tag, _, _ := strings.Cut(line, " "); strings.Contains(line, what) {
				return tag + " " + instead + "\r\n"
			}
			return line
		}
	}
	for name, c := range map[string]struct {
		without []imap.Cap
		client  func(string) string
		all     bool
	}{
		"no ESEARCH":              {[]imap.Cap{imap.CapESearch}, nil, false},
		"SEARCH FROM is BAD":      {nil, refuse("FROM", "HUH"), true},
		"SEARCH FROM is refused":  {nil, refuse("FROM", nothing), true},
		"every SEARCH is BAD":     {nil, refuse("SEARCH", "HUH"), true},
		"every SEARCH is refused": {nil, refuse("SEARCH", nothing), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test := func(t *testing.T, s *mailsim.Server) {
				p := newRewriter(t, s, nil, c.client)
				uids := people(t, s, "INBOX", inEachField...)
				a, r := account(s, p.Port()), &recorder{}
				must(t, sync1(t, a, r))
				wantAllBut(t, r, "INBOX", 40)
				r.ask("INBOX", "maria@uni.example")
				must(t, sync1(t, a, r))
				if c.all {
					uids = upTo(40)
				}
				wantFound(t, r, "INBOX", uids...)
				if p.Dials() != 2 {
					t.Errorf("%d connections", p.Dials())
				}
			}
			if c.without != nil {
				test(t, embedded(t, c.without...))
				return
			}
			forEachServer(t, test)
		})
	}
}

// Where no SEARCH is sure to find everybody, all messages are read once more,
// in ranges that grow.
func TestLookupReadsAll(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range maxSearched + 1 {
		many = append(many, fmt.Sprintf("p%d@example.net", i))
	}
	for name, addresses := range map[string][]string{
		"many addresses":      many,
		"letters":             {"müller@example.org"},
		"a domain in letters": {"maria@bücher.example", "b@example.net"},
		"quotes":              {`"maria lopez"@example.org`},
		"no address":          {"maria"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			forEachServer(t, func(t *testing.T, s *mailsim.Server) {
				fill(t, s, "INBOX", 1, 2600)
				r := asked(t, s, "INBOX", addresses...)
				p := newProxy(t, s)
				must(t, sync1(t, account(s, p.Port()), r))
				wantFound(t, r, "INBOX", upTo(2600)...)
				var sizes []int
				for _, b := range r.Found("INBOX") {
					sizes = append(sizes, len(b.Messages))
				}
				if !slices.Equal(sizes, []int{200, 800, 1600}) || countLines(p.ClientLines(), " FROM ") != 0 {
					t.Errorf("ranges of %v", sizes)
				}
			})
		})
	}
}

// A long list takes several commands, whose answers are united.
func TestLookupOfLongAddresses(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		var addresses, headers []string
		for i := range maxSearched {
			addr := fmt.Sprintf("%s.%d@%s.example", strings.Repeat("maria", 12), i, strings.Repeat("uni", 20))
			addresses, headers = append(addresses, addr), append(headers, "From: "+addr, "To: "+addr)
		}
		headers = append(headers, "From: "+addresses[0]+"\r\nCc: "+addresses[maxSearched-1]) // found by two
		uids := people(t, s, "INBOX", headers...)
		r := asked(t, s, "INBOX", addresses...)
		p := newProxy(t, s)
		must(t, sync1(t, account(s, p.Port()), r))
		wantFound(t, r, "INBOX", uids...)
		n := 0
		for _, line := range p.ClientLines() {
			if strings.Contains(line, " FROM ") {
				if n++; len(line) > maxQuery {
					t.Errorf("a line of %d bytes", len(line))
				}
			}
		}
		if n < 2 {
			t.Errorf("%d searches", n)
		}
	})
}

func TestLookupFindsNothing(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 3)
		r := asked(t, s, "INBOX", "nobody@example.com")
		must(t, sync1(t, account(s, s.IMAPPort()), r))
		if found := r.Found("INBOX"); len(found) != 1 || len(found[0].Messages) != 0 || !found[0].Lookup.Done() {
			t.Errorf("%+v", found)
		}
	})
}

// Only the range that was asked for is looked through.
func TestLookupOfARange(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 100)
		for _, addr := range []string{"maria@example.net", "märia@example.net"} {
			r := asked(t, s, "INBOX", addr)
			l := r.lookups["INBOX"]
			l.Low, l.High = 31, 70
			r.lookups["INBOX"] = l
			must(t, sync1(t, account(s, s.IMAPPort()), r))
			wantFound(t, r, "INBOX", upTo(70)[30:]...)
		}
	})
}

// Wherever the store fails or the connection is cut, the next pass goes on from there.
func TestLookupInterrupted(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 1300)
		p := newProxy(t, s)
		a := account(s, p.Port())
		for _, addr := range []string{"maria@example.net", "märia@example.net"} {
			for k := range 3 {
				r, n := asked(t, s, "INBOX", addr), 0
				r.full = func(b Batch) bool {
					if b.Lookup != nil {
						n++
					}
					return n > k
				}
				if err := sync1(t, a, r); !errors.Is(err, errFull) {
					t.Errorf("after %d: %v", k, err)
				}
				r.full = nil
				must(t, sync1(t, a, r))
				wantFound(t, r, "INBOX", upTo(1300)...)
			}
			for _, cut := range []int{5, 700, 3000, 9000} {
				r, lines := asked(t, s, "INBOX", addr), 0
				p.OnServer(func([]byte) mailsim.Action {
					if lines++; lines > cut {
						return mailsim.Cut
					}
					return mailsim.Pass
				})
				if err := sync1(t, a, r); err == nil {
					t.Errorf("cut after %d lines: no error", cut)
				}
				p.OnServer(nil)
				must(t, sync1(t, a, r))
				wantFound(t, r, "INBOX", upTo(1300)...)
			}
		}
	})
}

// A connection that is lost on the way is replaced.
func TestLookupOverTwoConnections(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 1300)
		r := asked(t, s, "INBOX", "maria@example.net")
		p, lines := newProxy(t, s), 0
		p.OnServer(func([]byte) mailsim.Action {
			if lines++; lines == 3000 {
				return mailsim.Cut
			}
			return mailsim.Pass
		})
		mustCut(t, sync1(t, account(s, p.Port()), r))
		wantFound(t, r, "INBOX", upTo(1300)...)
		if n := p.Counts().Connections; n != 2 {
			t.Errorf("%d connections", n)
		}
	})
}

// Under another UIDVALIDITY the question means nothing.
func TestLookupOfAnotherMailbox(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 30)
		fill(t, s, "Sent", 1, 30)
		r := asked(t, s, "INBOX", "maria@example.net")
		r.lookups["Gone"] = Lookup{1, 1, 30, []string{"maria@example.net"}}
		r.lookups["Sent"] = Lookup{r.cursors["Sent"].UIDValidity, 1, 30, nil}
		r.lookups["Archive"] = Lookup{r.cursors["Archive"].UIDValidity, 1, 0, []string{"maria@example.net"}} // it is done
		must(t, s.Recreate("INBOX", slices.Collect(letters(31, 60))))
		want := r.Lookup("INBOX")
		must(t, sync1(t, account(s, s.IMAPPort()), r))
		if len(r.Found("INBOX"))+len(r.Found("Gone"))+len(r.Found("Archive")) != 0 || r.Lookup("INBOX").High != want.High {
			t.Errorf("found %+v, left %+v", r.Found("INBOX"), r.Lookup("INBOX"))
		}
		wantAll(t, s, r, "INBOX")
	})
}

// A message that spoils the answer is stepped over there, too.
func TestLookupPoison(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 700)
		for _, addr := range []string{"maria@example.net", "märia@example.net"} {
			r := asked(t, s, "INBOX", addr)
			p := newRewriter(t, s, spoil(noFetch, 3, 321, 322, 700), nil)
			must(t, sync1(t, account(s, p.Port()), r))
			wantFound(t, r, "INBOX", upTo(700)...)
			unreadable := map[uint32]string{}
			for _, b := range r.Found("INBOX") {
				maps.Copy(unreadable, b.Unreadable)
			}
			if uids := slices.Sorted(maps.Keys(unreadable)); !slices.Equal(uids, []uint32{3, 321, 322, 700}) {
				t.Errorf("unreadable are %v", uids)
			}
		}
	})
}

// Look wakes a watcher that would look at nothing for an hour. What it is asked
// for may lie where it waits; mail that comes meanwhile is read, too, and once.
func TestLookWakesRun(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		for _, mailbox := range []string{"INBOX", "Sent", "Archive"} {
			fill(t, s, mailbox, 1, 30)
		}
		r, p := &recorder{}, newProxy(t, s)
		w := watcher(account(s, p.Port()), r)
		run(t, w)
		idles(t, p, 2)
		for i, mailbox := range []string{"INBOX", "Sent", "Archive"} {
			eventually(t, "the scan", func() bool { return r.Cursors()[mailbox].High == 30 && r.Cursors()[mailbox].Done() })
			r.ask(mailbox, "maria@example.net")
			fill(t, s, "INBOX", 31+i, 31+i)
			w.Look()
			w.Look()
			eventually(t, "what was asked for", func() bool { return r.Lookup(mailbox).Done() })
			wantFound(t, r, mailbox, upTo(30)...)
			eventually(t, "the mail", has(r, "INBOX", uint32(31+i)))
		}
		for _, mailbox := range []string{"INBOX", "Sent", "Archive"} {
			wantAll(t, s, r, mailbox)
			if c := w.cursor(mailbox); c != r.Cursors()[mailbox] {
				t.Errorf("%s: the cursor has become %+v", mailbox, c)
			}
		}
		if n := p.Counts().Connections; n != 3 {
			t.Errorf("%d connections", n)
		}
	})
}

// Who looks never waits for somebody to listen.
func TestLookNeverBlocks(t *testing.T) {
	t.Parallel()
	w := New(Account{}, nil, &recorder{})
	for range 3 {
		w.Look()
	}
}

// Run looks without being told, at the start and in each round.
func TestRunLooksInRounds(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	people(t, s, "INBOX", inEachField...)
	r := asked(t, s, "INBOX", "maria@uni.example")
	w := watcher(account(s, s.IMAPPort()), r)
	stop := run(t, w)
	eventually(t, "the first look", func() bool { return r.Lookup("INBOX").Done() })
	stop()
	w = watcher(account(s, s.IMAPPort()), r)
	w.pace.round = 1
	r.forget()
	run(t, w)
	eventually(t, "a round", func() bool { return r.Last().Synced })
	r.ask("INBOX", "maria@uni.example")
	eventually(t, "the look of a round", func() bool { return r.Lookup("INBOX").Done() })
	wantFound(t, r, "INBOX", 10, 20, 30, 40)
}
