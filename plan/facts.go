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

// Sample gives facts such as the letters of a practice have, made up, to try a
// wording on; every fact for an unknown practice.
func Sample(practice string, now time.Time) Facts {
	all := Facts{
		Useful: "your advice", Title: "the spring meeting", News: "I have begun a new job.", Next: "send you the paper",
		About: "Tom Baker", When: now,
	}
	switch practice {
	case ThankYou:
		return Facts{Useful: all.Useful, Title: all.Title, When: now}
	case FollowUp, JobLead:
		return Facts{Title: all.Title, When: now}
	case KeepInTouch:
		return Facts{}
	case Milestone, Reference:
		return Facts{News: all.News, Title: all.Title, When: now}
	case CloseTheLoop:
		return Facts{About: all.About, When: now}
	case Farewell:
		return Facts{Useful: all.Useful, Title: all.Title, When: now}
	case Promise:
		return Facts{Next: all.Next, Title: all.Title, When: now}
	}
	return all
}
