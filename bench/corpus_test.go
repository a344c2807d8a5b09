package main

import (
	"bytes"
	"net/mail"
	"slices"
	"testing"

	"regards/classify"
	"regards/internal/mailsim"
)

var small = options{messages: 4000, sent: 1000, seed: 1, contacts: 300}

// The mail is what the figures are about: its mix must be the one they name, as
// regards itself sees it.
func TestCorpusMix(t *testing.T) {
	c := newCorpus(small, "ana@example.org")
	classes := map[classify.Class]int{}
	threads, arc := 0, 0
	for m := range c.mailbox(false) {
		h, err := classify.Parse(m.Raw)
		if err != nil {
			t.Fatalf("%v in %s", err, m.Raw)
		}
		classes[h.Verdict(classify.Policy{}).Class]++
		if h.MessageID == "" || len(h.From) != 1 || len(h.To) == 0 || h.Date.IsZero() || h.Subject == "" {
			t.Fatalf("lacks something: %s", m.Raw)
		}
		if len(h.InReplyTo) == 1 && len(h.References) > 0 {
			threads++
		}
		if hops := bytes.Count(m.Raw, []byte("\r\nReceived: ")); hops < 3 || hops > 5 {
			t.Fatalf("%d Received in %s", hops, m.Raw)
		}
		arc += bytes.Count(m.Raw, []byte("\r\nARC-Seal: "))
	}
	human := classes[classify.Human]
	auto := classes[classify.AutoReply]
	if human < 3000 || human > 3250 || auto < 50 || auto > 120 || small.messages-human-auto < 700 {
		t.Errorf("classes: %v", classes)
	}
	if threads < small.messages/4 || arc < small.messages/5 {
		t.Errorf("%d answers, %d with ARC", threads, arc)
	}
}

func TestCorpusSize(t *testing.T) {
	c := newCorpus(small, "ana@example.org")
	for sent, want := range map[bool]int{false: small.messages, true: small.sent} {
		var last mailsim.Message
		n := 0
		for m := range c.mailbox(sent) {
			if _, err := mail.ReadMessage(bytes.NewReader(m.Raw)); err != nil || bytes.Contains(m.Raw, []byte("%!")) {
				t.Fatalf("%v in %s", err, m.Raw)
			}
			last = m
			n++
		}
		if n != want || last.Time.After(epoch.AddDate(0, 0, 1)) {
			t.Errorf("sent %v: %d messages, the last at %v", sent, n, last.Time)
		}
	}
}

func TestCorpusIsDeterministic(t *testing.T) {
	same := func(m, o mailsim.Message) int { return bytes.Compare(m.Raw, o.Raw) }
	first := slices.Collect(newCorpus(small, "ana@example.org").mailbox(true))
	if again := slices.Collect(newCorpus(small, "ana@example.org").mailbox(true)); slices.CompareFunc(first, again, same) != 0 {
		t.Error("equal corpora differ")
	}
	other := small
	other.seed = 2
	if slices.CompareFunc(first, slices.Collect(newCorpus(other, "ana@example.org").mailbox(true)), same) == 0 {
		t.Error("the seed changes nothing")
	}
}

func TestContactRanks(t *testing.T) {
	for _, n := range []int{1, 300, correspondents} {
		ranks := contactRanks(n)
		if len(slices.Compact(slices.Clone(ranks))) != n || !slices.IsSorted(ranks) || ranks[n-1] >= correspondents {
			t.Errorf("%d contacts: %v", n, ranks)
		}
	}
}

func TestAddressesDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range people() {
		if _, err := mail.ParseAddress(p.String()); err != nil || seen[p.addr] {
			t.Errorf("%s: %v, seen %v", p, err, seen[p.addr])
		}
		seen[p.addr] = true
	}
}
