package imapwatch

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
)

// finds says whether a search finds a message whose fields all read text, on a
// server that compares as match does.
func finds(c *imap.SearchCriteria, text string, match func(text, value string) bool) bool {
	for _, h := range c.Header {
		if !match(strings.ToLower(text), strings.ToLower(h.Value)) {
			return false
		}
	}
	for _, or := range c.Or {
		if !finds(&or[0], text, match) && !finds(&or[1], text, match) {
			return false
		}
	}
	return true
}

// wholeWords finds a value in a text as Gmail does: its words in a row.
func wholeWords(text, value string) bool {
	words := func(s string) string {
		notWord := func(r rune) bool { return strings.ContainsRune(" @.+-<>,", r) }
		return " " + strings.Join(strings.FieldsFunc(s, notWord), " ") + " "
	}
	return strings.Contains(words(text), words(value))
}

// Whatever counts as the same address is found where any part of a text is
// looked for; and as it is written everywhere.
func TestQueriesFindAllSpellings(t *testing.T) {
	t.Parallel()
	for addr, texts := range map[string][]string{
		"maria@uni.example":           {"maria@uni.example", "Maria <MARIA@UNI.EXAMPLE>", "maria+x@uni.example", "maria+a+b@uni.example", "maria@uni.example."},
		"Maria+x@uni.example":         {"maria@uni.example", "maria+y@uni.example"},
		"+maria@uni.example":          {"+maria@uni.example"},
		"maria.lopez@uni.example.":    {"maria.lopez@uni.example", "maria.lopez+x@UNI.example"},
		"ana.lopez+x@gmail.com":       {"analopez@gmail.com", "a.nalopez+y@googlemail.com"},
		"ana@googlemail.com":          {"a.n.a@gmail.com", "a.na+1@GoogleMail.com"},
		"maria@xn--bcher-kva.example": {"maria@bücher.example", "Maria+x@BÜCHER.example", "maria@xn--bcher-kva.example"},
	} {
		for _, q := range queries(imap.UIDRange{Start: 1, Stop: 9}, []string{addr}) {
			for _, text := range texts {
				if !finds(q, text, strings.Contains) {
					t.Errorf("%s: %q is not found", addr, text)
				}
			}
			if !finds(q, "M. <"+addr+">", wholeWords) {
				t.Errorf("%s is not found by its words", addr)
			}
			if finds(q, "Mario <mario@other.example>", strings.Contains) {
				t.Errorf("%s: a stranger is found", addr)
			}
		}
	}
}

func TestQueriesWhereSearchIsNotSure(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("m", maxAddress) + "@uni.example"
	for _, addr := range []string{"", "maria", "@uni.example", "maria@", "a@b@uni.example", `"maria"@uni.example`, "maria@[192.0.2.1]",
		"müller@uni.example", "maria@bücher.example", "maria lopez@uni.example", "maria\r\n@uni.example", "maria@uni.example\x00", long} {
		if q := queries(imap.UIDRange{Start: 1, Stop: 9}, []string{"b@uni.example", addr}); q != nil {
			t.Errorf("%q is searched for", addr)
		}
	}
}

// The tree is low, the lines are short, and nothing is asked for twice.
func TestQueriesAreBounded(t *testing.T) {
	t.Parallel()
	var addresses, gmail []string
	for i := range maxSearched {
		addresses = append(addresses, fmt.Sprintf("%d@%s.example", i, strings.Repeat("u", 200)))
		gmail = append(gmail, fmt.Sprintf("maria%d@gmail.com", i))
	}
	values := func(all []*imap.SearchCriteria) (values []string) {
		for _, q := range all {
			if d := depth(q); d > 8 {
				t.Errorf("nested %d deep", d)
			}
			for _, h := range leaves(q) {
				values = append(values, h.Key+h.Value)
			}
			if len(q.UID) != 1 || q.UID[0].String() != "3:9" {
				t.Errorf("asked for %v", q.UID)
			}
		}
		return values
	}
	r := imap.UIDRange{Start: 3, Stop: 9}
	if all := queries(r, addresses); len(all) < 5 || len(values(all)) != 9*maxSearched {
		t.Errorf("%d queries with %d values", len(all), len(values(all)))
	}
	if all := values(queries(r, gmail)); len(all) != 3*maxSearched+6 || len(slices.Compact(slices.Sorted(slices.Values(all)))) != len(all) {
		t.Errorf("%d values: %q", len(all), all)
	}
	if queries(r, append(addresses, "b@uni.example")) != nil {
		t.Error("too many are searched for")
	}
}

func depth(c *imap.SearchCriteria) int {
	deepest := 0
	for _, or := range c.Or {
		deepest = max(deepest, depth(&or[0])+1, depth(&or[1])+1)
	}
	return deepest
}

func leaves(c *imap.SearchCriteria) []imap.SearchCriteriaHeaderField {
	all := c.Header
	for _, or := range c.Or {
		all = slices.Concat(all, leaves(&or[0]), leaves(&or[1]))
	}
	return all
}
