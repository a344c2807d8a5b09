package daemon

import (
	"maps"
	"slices"

	"regards/imapwatch"
)

// AccountReport is what one pass found in an account.
type AccountReport struct {
	Name      string          `json:"name"`
	Mailboxes []MailboxReport `json:"mailboxes"`
}

// MailboxReport is what one pass found in a mailbox.
type MailboxReport struct {
	Name     string         `json:"name"`
	Messages uint32         `json:"messages"` // in the mailbox
	New      int            `json:"new"`      // read in this pass
	Touches  int            `json:"touches"`  // not known before
	LeftOut  map[string]int `json:"left_out"` // of those read, by reason
}

// tally counts during one pass; the goroutine of decisions owns it.
type tally struct {
	boxes map[[2]string]*MailboxReport // by account and mailbox
}

func newTally() *tally { return &tally{map[[2]string]*MailboxReport{}} }

func (t *tally) box(account, mailbox string) *MailboxReport {
	key := [2]string{account, mailbox}
	if t.boxes[key] == nil {
		t.boxes[key] = &MailboxReport{Name: mailbox, LeftOut: map[string]int{}}
	}
	return t.boxes[key]
}

func (t *tally) add(account string, b imapwatch.Batch, leftOut map[string]int) {
	box := t.box(account, b.Mailbox)
	box.Messages = b.Exists
	box.New += len(b.Messages) + len(b.Unreadable)
	for reason, n := range leftOut {
		box.LeftOut[reason] += n
	}
}

func (t *tally) touch(account, mailbox string) { t.box(account, mailbox).Touches++ }

// accounts gives the counts in the order of the configuration, mailboxes by name.
func (t *tally) accounts(accounts []Account) []AccountReport {
	reports := make([]AccountReport, 0, len(accounts))
	for _, a := range accounts {
		r := AccountReport{Name: a.Name, Mailboxes: []MailboxReport{}}
		for _, key := range slices.SortedFunc(maps.Keys(t.boxes), func(x, y [2]string) int { return slices.Compare(x[:], y[:]) }) {
			if key[0] == a.Name {
				r.Mailboxes = append(r.Mailboxes, *t.boxes[key])
			}
		}
		reports = append(reports, r)
	}
	return reports
}
