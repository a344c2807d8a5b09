package mailer

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"regards/contact"
	"regards/internal/imapconn"
	"regards/internal/mailsim"
)

// fill lays many messages of strangers into a mailbox.
func fill(t *testing.T, s *mailsim.Server, mailbox string, n int) {
	t.Helper()
	must(t, s.AppendAll(mailbox, func(yield func(mailsim.Message) bool) {
		for i := range n {
			if !yield(mailsim.Message{Raw: message(fmt.Sprintf("stranger-%d@%s", i, "x.example"))}) {
				return
			}
		}
	}))
}

// Letters are found by their whole Message-IDs, whether all of a mailbox is read
// or the server asked.
func TestFindAll(t *testing.T) {
	forEachKind(t, func(t *testing.T, w world) {
		ctx := within(t)
		must(t, w.EnsureOutbox(ctx, "Regards Outbox"))
		outbox, _ := w.Outbox()
		want := map[string]Found{
			"a@example.org": {contact.Drafted, w.lie(t, w.drafts, string(message("a@example.org")))},
			"b@example.org": {contact.Approved, w.lie(t, "Regards Outbox", string(message("b@example.org")))},
			"c@example.org": {contact.Sent, w.lie(t, w.sent, string(message("c@example.org")))},
			"d@example.org": {contact.Dismissed, w.lie(t, w.trash, string(message("d@example.org")))},
		}
		if want["b@example.org"].Place.Mailbox != outbox {
			t.Errorf("the outbox is called %q", outbox)
		}
		w.lie(t, w.drafts, string(message("xe@example.org"))) // part of it is "e@example.org"
		w.lie(t, w.sent, string(message("e@example.org.uk")))
		w.lie(t, w.trash, string(message("a@example.org"))) // an old copy
		few := []string{"a@example.org", "b@example.org", "c@example.org", "d@example.org", "e@example.org"}
		many := append(idsOf(batch(200)), few...)
		check := func(how string, ids []string) {
			t.Helper()
			got, err := w.FindAll(ctx, ids)
			if err != nil || !maps.Equal(got, want) {
				t.Errorf("%s: got %+v, %v, want %+v", how, got, err, want)
			}
		}
		check("all read", many)
		for _, mailbox := range []string{w.drafts, w.sent} {
			fill(t, w.Server, mailbox, 20*len(few)+1)
		}
		check("asked", few)
		if got, err := w.FindAll(ctx, nil); err != nil || len(got) != 0 {
			t.Errorf("nothing: %+v, %v", got, err)
		}
	})
}

// What was read of a mailbox is there for every question about it.
func TestFindOneAfterAnother(t *testing.T) {
	forEachKind(t, func(t *testing.T, w world) {
		ids := []string{"a@example.org", "b@example.org", "c@example.org"}
		for _, id := range ids {
			w.lie(t, w.drafts, string(message(id)))
		}
		for _, id := range append(ids, ids...) {
			if _, found, err := w.FindIn(within(t), w.drafts, id); err != nil || !found {
				t.Errorf("%s is not found: %v", id, err)
			}
		}
	})
}

// A thousand letters are looked for in few round trips, also in a large mailbox.
func TestFindAllTakesFewRoundTrips(t *testing.T) {
	s, err := mailsim.Embedded()
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	fill(t, s, "Sent", 1100)
	lay(t, s, "Sent", "letter-37@example.org")
	for _, n := range []int{1000, 50} { // all are read, the server is asked
		server := at(s, s.IMAPPort())
		server.Counters = new(imapconn.Counters)
		d := opened(t, server, "")
		before := server.Counters.RoundTrips.Load()
		all, err := d.FindAll(within(t), idsOf(batch(n)))
		if err != nil || len(all) != 1 || all["letter-37@example.org"].State != contact.Sent {
			t.Errorf("%d: found %+v, %v", n, all, err)
		}
		if trips := server.Counters.RoundTrips.Load() - before; trips > 14 {
			t.Errorf("%d: %d round trips", n, trips)
		}
	}
}

// A message whose header never comes keeps no other from being found.
func TestFindBesideHeldBack(t *testing.T) {
	d := opened(t, scripted(t, map[string][]string{
		"LIST":              {`* LIST (\Drafts) "/" Drafts`},
		"EXAMINE":           {"* 2 EXISTS", "* OK [UIDVALIDITY 7] valid", "* OK [UIDNEXT 7] next"},
		"UID SEARCH ALL":    {"* SEARCH 5 6"},
		"UID SEARCH HEADER": {"* SEARCH 6"},
		"UID FETCH 5":       {`* 1 FETCH (UID 5 FLAGS (\Seen))`},
		"UID FETCH 6":       {"* 2 FETCH (UID 6 BODY[HEADER.FIELDS (Message-ID)] {36}", "Message-ID: <letter@example.org>", "", ")"},
	}), "")
	state, place, err := d.find(within(t), "letter@example.org")
	if err != nil || state != contact.Drafted || place.UID != 6 {
		t.Errorf("%s at %+v, %v", state, place, err)
	}
}

// However many messages are asked for, no line is too long for a server.
func TestHeadersOfFarMessages(t *testing.T) {
	s, err := mailsim.Embedded()
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	fill(t, s, "Drafts", 4200)
	p := proxied(t, s.IMAPAddr())
	d := opened(t, at(s, p.Port()), "")
	_, err = d.open(within(t), "Drafts", true)
	must(t, err)
	var far []uint32
	for uid := uint32(1); uid < 4200; uid += 6 {
		far = append(far, uid)
	}
	ids, err := d.messageIDs(within(t), far)
	if err != nil || len(ids) != len(far) || ids[7] != "stranger-6@x.example" {
		t.Errorf("%d of %d, %q, %v", len(ids), len(far), ids[7], err)
	}
	for _, line := range p.ClientLines() {
		if len(line) > 8000 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
	if _, err := d.FindAll(within(t), idsOf(batch(60))); err != nil {
		t.Error(err)
	}
	for _, line := range p.ClientLines() {
		if len(line) > 8000 {
			t.Errorf("a search of %d bytes", len(line))
		}
	}
}

func TestFindAnywhere(t *testing.T) {
	forEachKind(t, func(t *testing.T, w world) {
		ctx := within(t)
		must(t, w.Create("Later"))
		w.lie(t, w.sent, string(message("sent@example.org")))
		place := w.lie(t, "Later", string(message("moved@example.org")))
		d := opened(t, at(w.Server, w.IMAPPort()), "")
		if got, found, err := d.FindAnywhere(ctx, "moved@example.org"); err != nil || !found || got != place {
			t.Errorf("got %+v, %t, %v, want %+v", got, found, err, place)
		}
		if got, found, err := d.FindAnywhere(ctx, "sent@example.org"); err != nil || found {
			t.Errorf("in Sent: %+v, %t, %v", got, found, err)
		}
		if got, found, err := d.FindIn(ctx, "Later", "moved@example.org"); err != nil || !found || got != place {
			t.Errorf("in there: %+v, %t, %v", got, found, err)
		}
	})
}

// What was tried together is settled together.
func TestSettleAll(t *testing.T) {
	forEachKind(t, func(t *testing.T, w world) {
		ctx := within(t)
		letters := batch(6)
		attempt, err := w.look(ctx)
		must(t, err)
		states := func(known func(string) bool) string {
			t.Helper()
			all, err := w.SettleAll(ctx, idsOf(letters), attempt, known)
			must(t, err)
			var s string
			for _, l := range letters {
				s += string(all[l.MessageID].State[0])
			}
			return s
		}
		if got := states(nil); got != "qqqqqq" {
			t.Errorf("before: %s", got)
		}
		for _, l := range letters[:3] {
			w.lie(t, w.drafts, string(l.Raw))
		}
		if got := states(nil); got != "dddqqq" {
			t.Errorf("three have arrived: %s", got)
		}
		w.lie(t, w.drafts, string(message("ours@example.org")))
		if got := states(func(id string) bool { return id == "ours@example.org" }); got != "dddqqq" {
			t.Errorf("another of ours came: %s", got)
		}
		if got := states(nil); got != "ddduuu" {
			t.Errorf("a stranger came: %s", got)
		}
		w.lie(t, w.sent, string(letters[3].Raw))
		if got := states(nil); got != "dddsuu" {
			t.Errorf("one is sent: %s", got)
		}
		attempt.UIDValidity++
		if got := states(nil); got != "dddsuu" {
			t.Errorf("Drafts was made anew: %s", got)
		}
	})
}

// What was laid into the outbox is settled there.
func TestSettleOutbox(t *testing.T) {
	forEachKind(t, func(t *testing.T, w world) {
		ctx := within(t)
		must(t, w.EnsureOutbox(ctx, "Regards Outbox"))
		attempt, err := w.LookIn(ctx, "Regards Outbox", time.Now())
		must(t, err)
		if state, _, err := w.settle(ctx, "letter@example.org", attempt, nil); err != nil || state != contact.Queued {
			t.Errorf("before: %s, %v", state, err)
		}
		places, errs := w.PutAll(ctx, "Regards Outbox", []Outgoing{{message("letter@example.org"), "letter@example.org"}}, attempt)
		must(t, errs[0])
		state, place, err := w.settle(ctx, "letter@example.org", attempt, nil)
		if err != nil || state != contact.Approved || place != places[0] || place.Mailbox != attempt.Mailbox {
			t.Errorf("laid at %+v: %s at %+v, %v", places[0], state, place, err)
		}
	})
}
