package imapwatch

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"regards/internal/imapconn"
)

// doubt is what is known of the messages that spoil the reading of the mailbox
// at hand. It outlives the connections that they cost.
type doubt struct {
	// size is how many messages to ask for at once, where something is that cannot
	// be read and has not been singled out; 0 for nothing.
	size    int
	culprit uint32 // the message at which the connection broke when nothing else was asked for
	spoiled int    // messages in a row that could not be read, and none that could

	bodies   int  // how often the connection was lost over bodies
	bodiless bool // too often
}

// maxSpoiled is how many messages in a row are stepped over in one visit. Where
// nothing at all can be read it is not the messages.
const maxSpoiled = 5

// How many ranges have to be read until a connection is believed in again.
const fewRanges = 3

// errSuspect means that a message among those asked for cannot be read. Which
// it is, the next tries find out.
var errSuspect = errors.New("a message cannot be read")

// blame says what is to follow from a FETCH that failed. An answer that cannot
// be parsed costs the connection, and so does a server that breaks it; some
// refuse to answer for the sake of one message. In each case the range is halved
// until the one message is left. A connection may break for other reasons, too:
// for that it has to break twice.
func (s *scanner) blame(part span, batch *Batch, err error) (spoiled, fatal error) {
	refused := refusedOnly(err)
	switch {
	case refused && passing(err):
		return nil, fmt.Errorf("%w: %w", errMailbox, err)
	case passing(err), !refused && !lost(err):
		return nil, err
	}
	s.suspect(part.count)
	err = fmt.Errorf("%w: %w", errSuspect, err)
	if part.count != 1 {
		return nil, err
	}
	if errors.Is(err, imapconn.ErrAway) && s.doubt.culprit != part.min {
		s.doubt.culprit = part.min
		return nil, err
	}
	if len(batch.Messages) == 0 || !refused { // a refusal may come after the message
		batch.Messages, batch.Unreadable = nil, map[uint32]string{part.min: err.Error()}
	}
	s.doubt.spoiled++
	return err, nil
}

// refusedOnly reports whether an error is a refusal that leaves the connection
// as good as it was.
func refusedOnly(err error) bool {
	_, refused := imapconn.Refused(err)
	return refused && !lost(err)
}

// passing reports whether the words of a server mean that it does not serve
// anything now, of whatever messages (RFC 5530; Gmail's limits have no code).
func passing(err error) bool {
	text := strings.ToLower(err.Error())
	return slices.ContainsFunc(passingWords, func(words string) bool { return strings.Contains(text, words) })
}

var passingWords = []string{"[limit]", "[overquota]", "[inuse]", "bandwidth", "try again", "throttl"}

// suspect notes that n messages, asked for at once, could not be read; 0 stands
// for an unknown number.
func (s *scanner) suspect(n int) {
	if n == 0 {
		n = maxRange
	}
	s.doubt.size = max(n/2, 1)
}

// fetched notes that a range could be read.
func (s *scanner) fetched(batch *Batch) {
	if len(batch.Messages) > 0 {
		s.doubt.spoiled = 0
	}
	if s.good++; s.good == fewRanges {
		s.delay = s.w.pace.firstDelay
	}
}

// rangeSize says how many messages to ask for next. A mailbox in doubt regains
// trust with every range asked for.
func (s *scanner) rangeSize(b *box) int {
	if s.doubt.size == 0 {
		return b.size
	}
	n := s.doubt.size
	if s.doubt.size *= 2; s.doubt.size > maxRange {
		s.doubt.size = 0
	}
	return min(n, b.size)
}
