package plan

import "time"

// Facts are what a letter may say beyond names, each given by the practice that
// knows it. A template that asks for one that is missing makes no letter.
type Facts struct {
	Useful string    // what was most useful, or what the support meant, in the owner's words
	Title  string    // what the occasion was about: the event, the position
	News   string    // what the owner has to tell
	Next   string    // what the owner promised to do
	About  string    // the name of the person that the letter is about
	When   time.Time // of the occasion, in the owner's time zone
	Late   bool      // the letter comes so late that it has to say so
}
