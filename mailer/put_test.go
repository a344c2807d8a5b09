package mailer

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"regards/contact"
	"regards/internal/imapconn"
	"regards/internal/mailsim"
)

// batch makes n letters; every tenth is too large to be sent without asking.
func batch(n int) []Outgoing {
	letters := make([]Outgoing, n)
	for i := range letters {
		id := fmt.Sprintf("letter-%d@example.org", i)
		letters[i] = Outgoing{message(id), id}
		if i%10 == 5 {
			letters[i].Raw = append(letters[i].Raw, strings.Repeat("Hello again.\r\n", 500)...)
		}
	}
	return letters
}

func idsOf(letters []Outgoing) (ids []string) {
	for _, l := range letters {
		ids = append(ids, l.MessageID)
	}
	return ids
}

func TestPutAll(t *testing.T) {
	forEachKind(t, func(t *testing.T, w world) {
		ctx := within(t)
		w.lie(t, w.drafts, string(message("other@example.org")))
		letters := batch(120)
		attempt, err := w.look(ctx)
		must(t, err)
		places, errs := w.PutAll(ctx, attempt.Mailbox, letters, attempt)
		must(t, errors.Join(errs...))
		byUID := map[uint32]mailsim.Message{}
		for _, m := range w.content(t, w.drafts) {
			byUID[m.UID] = m
		}
		if len(byUID) != len(letters)+1 {
			t.Errorf("%d messages in Drafts", len(byUID))
		}
		for i, place := range places {
			m := byUID[place.UID]
			if idOf(m.Raw) != letters[i].MessageID || place.Mailbox != attempt.Mailbox || place.UIDValidity != attempt.UIDValidity {
				t.Errorf("letter %d is at %+v, where %q lies", i, place, idOf(m.Raw))
			}
			if !slices.Contains(m.Flags, `\Seen`) || !slices.Contains(m.Flags, `\Draft`) {
				t.Errorf("letter %d has the flags %q", i, m.Flags)
			}
		}
	})
}

// Wherever the connection breaks, those that have a place lie there, and after
// settling, and putting again what may be put again, each letter is there once.
func TestPutAllInterrupted(t *testing.T) {
	forEachKind(t, func(t *testing.T, w world) {
		letters := batch(12)
		for _, cut := range []struct {
			client bool
			line   string
			nth    int
		}{{false, " OK", 1}, {false, " OK", 7}, {true, "Message-ID", 3}, {true, " APPEND", 9}, {true, "Hello again", 4}} {
			t.Run(fmt.Sprintf("%v", cut), func(t *testing.T) {
				for _, m := range w.content(t, w.drafts) {
					must(t, w.Server.SetFlags(w.drafts, m.UID))
					must(t, w.Server.Remove(w.drafts, m.UID))
				}
				interrupted(t, w, letters, cut.client, cut.line, cut.nth)
			})
		}
	})
}

func interrupted(t *testing.T, w world, letters []Outgoing, client bool, line string, nth int) {
	ctx := within(t)
	p, err := mailsim.NewProxy(w.IMAPAddr())
	must(t, err)
	defer func() { must(t, p.Close()) }()
	d := opened(t, at(w.Server, p.Port()), "")
	attempt, err := d.look(ctx)
	must(t, err)
	must(t, d.leave(ctx))
	hook := func(l []byte) mailsim.Action {
		if strings.Contains(string(l), line) && !strings.HasPrefix(string(l), "* ") {
			if nth--; nth == 0 {
				return mailsim.Cut
			}
		}
		return mailsim.Pass
	}
	if client {
		p.OnClient(hook)
	} else {
		p.OnServer(hook)
	}
	places, errs := d.PutAll(ctx, attempt.Mailbox, letters, attempt)
	unknown := 0
	for i, err := range errs {
		if _, refused := imapconn.Refused(err); refused {
			t.Errorf("letter %d: a lost connection is no refusal: %v", i, err)
		}
		if (err == nil) != (places[i].UID != 0) {
			t.Errorf("letter %d: %+v, %v", i, places[i], err)
		}
		if errors.Is(err, ErrUnknown) {
			unknown++
		}
	}
	if unknown == 0 {
		t.Errorf("nothing is unknown: %v", errors.Join(errs...))
	}
	// What the server read before the cut may be under way until it has hung up as well.
	for deadline := time.Now().Add(patience); p.Counts().Open > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a connection stays open")
		}
	}
	eventuallyOnce(t, w, letters, attempt, places)
}

// eventuallyOnce settles and puts again, and looks that each letter is there once.
func eventuallyOnce(t *testing.T, w world, letters []Outgoing, attempt contact.Attempt, places []contact.Place) {
	t.Helper()
	ctx := within(t)
	d := opened(t, at(w.Server, w.IMAPPort()), "")
	all, err := d.SettleAll(ctx, idsOf(letters), attempt, nil)
	must(t, err)
	var again []Outgoing
	for i, l := range letters {
		f := all[l.MessageID]
		if places[i].UID != 0 && f.Place != places[i] {
			t.Errorf("letter %d was laid at %+v, and is at %+v", i, places[i], f)
		}
		switch f.State {
		case contact.Queued:
			again = append(again, l)
		case contact.Drafted:
		default:
			t.Errorf("letter %d is %q", i, f.State)
		}
	}
	attempt, err = d.look(ctx)
	must(t, err)
	_, errs := d.PutAll(ctx, attempt.Mailbox, again, attempt)
	must(t, errors.Join(errs...))
	count := map[string]int{}
	for _, m := range w.content(t, w.drafts) {
		count[idOf(m.Raw)]++
	}
	for _, l := range letters {
		if count[l.MessageID] != 1 {
			t.Errorf("%s is there %d times", l.MessageID, count[l.MessageID])
		}
	}
}

// refusing is a server that takes every APPEND but those of a list, counted from
// 1; at cut it closes the connection instead of answering.
func refusing(t *testing.T, caps string, refused []int, cut int) imapconn.Server {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		fmt.Fprintf(conn, "* OK [CAPABILITY IMAP4rev1 UIDPLUS %s] ready\r\n", caps)
		n := 0
		for in := bufio.NewReader(conn); ; {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			tag, command, _ := strings.Cut(strings.TrimSpace(line), " ")
			switch {
			case strings.HasPrefix(command, "APPEND"):
				var size int
				sync := !strings.HasSuffix(command, "+}")
				fmt.Sscanf(command[strings.LastIndex(command, "{"):], "{%d", &size)
				n++
				no := slices.Contains(refused, n)
				if sync && !no {
					fmt.Fprint(conn, "+ go on\r\n")
				}
				if !sync || !no {
					io.CopyN(io.Discard, in, int64(size)+2)
				}
				if n == cut { // the answers before that are not to be lost with the connection
					conn.(*net.TCPConn).CloseWrite()
					io.Copy(io.Discard, in)
					return
				}
				if no {
					fmt.Fprintf(conn, "%s NO [OVERQUOTA] the mailbox is full\r\n", tag)
				} else {
					fmt.Fprintf(conn, "%s OK [APPENDUID 7 %d] done\r\n", tag, 100+n)
				}
			case strings.HasPrefix(command, "LIST"):
				fmt.Fprintf(conn, "* LIST (\\Drafts) \"/\" Drafts\r\n%s OK done\r\n", tag)
			case strings.HasPrefix(command, "CAPABILITY"):
				fmt.Fprintf(conn, "* CAPABILITY IMAP4rev1 UIDPLUS %s\r\n%s OK done\r\n", caps, tag)
			default:
				fmt.Fprintf(conn, "%s OK done\r\n", tag)
			}
		}
	}()
	return imapconn.Server{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: imapconn.None, User: "ana",
		Secret: func(context.Context) (string, error) { return "secret", nil }}
}

// A refused letter has the server's words, and what came before or after it is
// not taken for refused.
func TestPutAllRefused(t *testing.T) {
	fate := func(place contact.Place, err error) string {
		_, refused := imapconn.Refused(err)
		switch {
		case err == nil:
			return fmt.Sprint(place.UID)
		case refused && strings.Contains(err.Error(), "the mailbox is full"):
			return "refused"
		case errors.Is(err, ErrUnknown):
			return "unknown"
		}
		return "not sent"
	}
	small, mixed := batch(5), batch(8) // the sixth is a large one
	for name, x := range map[string]struct {
		server  imapconn.Server
		letters []Outgoing
		want    string
	}{
		"in between":               {refusing(t, "LITERAL+", []int{2, 4}, 0), small, "101 refused 103 refused 105"},
		"one after the other":      {refusing(t, "", []int{3}, 0), small, "101 102 refused not sent not sent"},
		"a large one":              {refusing(t, "LITERAL-", []int{2, 6}, 0), mixed, "101 refused 103 104 105 refused not sent not sent"},
		"lost":                     {refusing(t, "LITERAL+", []int{1}, 3), small, "refused 102 unknown unknown unknown"},
		"lost, one after another":  {refusing(t, "", nil, 3), small, "101 102 unknown not sent not sent"},
		"refused, then lost large": {refusing(t, "LITERAL+", []int{1}, 6), mixed, "refused 102 103 104 105 unknown unknown unknown"},
	} {
		d := opened(t, x.server, "")
		places, errs := d.PutAll(within(t), "Drafts", x.letters, contact.Attempt{Mailbox: "Drafts"})
		var got []string
		for i := range places {
			got = append(got, fate(places[i], errs[i]))
		}
		// How much was on its way when the connection broke is up to the network.
		norm := func(s string) string { return strings.ReplaceAll(s, "not sent", "unknown") }
		s, want := strings.Join(got, " "), x.want
		if strings.HasPrefix(name, "lost") || strings.HasPrefix(name, "refused") {
			s, want = norm(s), norm(want)
		}
		if s != want {
			t.Errorf("%s: got %s, want %s\n%v", name, s, want, errors.Join(errs...))
		}
	}
}

// What is beyond the letter that cost the connection was certainly not sent.
func TestPutAllStopsAtALostBatch(t *testing.T) {
	letters := batch(3 * putAtOnce)
	d := opened(t, refusing(t, "LITERAL+", nil, 2), "")
	_, errs := d.PutAll(within(t), "Drafts", letters, contact.Attempt{Mailbox: "Drafts"})
	for i, err := range errs {
		if i == 0 && err != nil || i == 1 && !errors.Is(err, ErrUnknown) || i >= putAtOnce && (err == nil || errors.Is(err, ErrUnknown)) {
			t.Errorf("letter %d: %v", i, err)
		}
	}
}
