package plan

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"regards/contact"
)

// Every story is played line by line; see world.play for what the lines mean.
// Unless a story says otherwise the letter has a thread, to Maria.
var stories = map[string]string{
	"untouched": `
		pass
		= a drafted in Drafts`,
	"sent unchanged": `
		send a a
		pass
		= a sent`,
	"sent under another Message-ID": `
		send a b
		pass
		= a sent, as b`,
	"sent, its draft left behind": `
		append a a
		send a a
		pass
		= a sent`,
	"edited over several autosaves, then sent": `
		save a b
		pass
		= a edited in Drafts, as b
		save b c
		save c d
		pass
		= a edited in Drafts, as d
		send d e
		pass
		= a sent, as e`,
	"edited, then sent under its first Message-ID": `
		save a b
		pass
		send b a
		pass
		= a sent, as b`,
	"edited, then back under its first Message-ID": `
		save a b
		pass
		save b a
		pass
		= a edited in Drafts
		move a Regards Outbox
		pass
		= a approved in Regards Outbox
		= strangers`,
	"edited under its own Message-ID": `
		save a a
		pass
		= a edited in Drafts
		send a a
		pass
		= a sent`,
	"edited while nobody looked, then sent": `
		save a b
		save b c
		send c d
		wait 20h
		pass
		= a sent, as d`,
	"sent with a changed subject": `
		save a b Something else
		pass
		= a edited in Drafts, as b
		send b c
		pass
		= a sent, as c`,
	"sent with a changed subject at once": `
		send a b Something else
		pass
		= a sent, as b`,
	"sent with more recipients": `
		save a b
		address b tom,maria
		pass
		= a edited in Drafts, as b
		send b c
		pass
		= a sent, as c`,
	"without a thread, the subject changed twice": `
		lay m maria - News
		save m n Great news
		pass
		= m edited in Drafts, as n
		save n o Great news, Maria
		pass
		= m edited in Drafts, as o
		send o p
		pass
		= m sent, as p`,
	"the owner's program answers with Re:": `
		lay m maria - News
		send m n Re: news
		pass
		= m sent, as n`,
	"written to again in its thread before anybody looked": `
		lay m maria - News
		send m n
		wait 1h
		write-sent o maria n Re: News
		pass
		= m sent, as n`,
	"scheduled in the mail program, sent next day": `
		erase a
		pass
		= a drafted in Drafts, missing
		wait 16m
		pass
		= a dismissed
		wait 18h
		write-sent z maria t1 Re: Coffee
		pass
		= a sent, as z`,
	"scheduled, sent next day under its own Message-ID": `
		erase a
		pass
		wait 1h
		pass
		= a dismissed
		wait 18h
		write-sent a maria - Whatever
		pass
		= a sent`,
	"deleted": `
		move a Trash
		pass
		= a dismissed
		empty
		wait 1h
		pass
		= a dismissed`,
	"deleted without Trash": `
		erase a
		pass
		= a drafted, missing
		wait 14m
		pass
		= a drafted, missing
		wait 1m
		pass
		= a dismissed`,
	"deleted, then undone": `
		move a Trash
		pass
		undo a
		pass
		= a edited in Drafts`,
	"deleted, then undone, unseen": `
		move a Trash
		undo a
		pass
		= a edited in Drafts`,
	"deleted after it was edited, then undone": `
		save a b
		pass
		move b Trash
		pass
		= a dismissed, as b
		undo b
		pass
		= a edited in Drafts, as b
		send b b
		pass
		= a sent, as b`,
	"moved, then sent": `
		move a Later
		pass
		= a moved in Later
		wait 50h
		pass
		= a moved in Later
		send a b
		pass
		= a sent, as b`,
	"moved, then back": `
		move a Later
		pass
		move a Drafts
		pass
		= a edited in Drafts`,
	"moved, then deleted, then undone": `
		move a Later
		pass
		move a Trash
		pass
		= a dismissed
		undo a
		pass
		= a moved in Later`,
	"moved, then gone": `
		move a Later
		pass
		erase a
		pass
		= a moved, missing
		wait 15m
		pass
		= a dismissed`,
	"moved, then edited in Drafts": `
		move a Later
		pass
		save a b
		pass
		= a edited in Drafts, as b`,
	"edited and left": `
		save a b
		pass
		wait 2000h
		pass
		= a edited in Drafts, as b`,
	"the owner types while regards looks": `
		erase a
		pass
		= a drafted, missing
		wait 1m
		write b maria t1 Re: Coffee
		pass
		= a edited in Drafts, as b`,
	"old versions go to Trash while regards looks": `
		move a Trash
		pass
		= a dismissed
		wait 1m
		write b maria t1 Re: Coffee
		pass
		= a edited in Drafts, as b
		send b c
		pass
		= a sent, as c`,
	"old versions go to Trash": `
		append a b
		move a Trash
		pass
		= a edited in Drafts, as b
		append b c
		move b Trash
		pass
		= a edited in Drafts, as c`,
	"Drafts has a new UIDVALIDITY": `
		renew Drafts
		pass
		= a drafted in Drafts`,
	"Drafts has a new UIDVALIDITY, the draft a new date": `
		wait 1h
		save a a
		renew Drafts
		pass
		= a edited in Drafts`,
	"Drafts has a new UIDVALIDITY and the draft a new Message-ID": `
		save a b
		renew Drafts
		pass
		= a edited in Drafts, as b`,
	"Drafts has a new UIDVALIDITY and no draft": `
		erase a
		renew Drafts
		pass
		= a drafted, missing
		wait 1h
		pass
		= a uncertain, missing
		wait 100h
		pass
		= a uncertain, missing
		write a maria t1 Re: Coffee
		pass
		= a edited in Drafts`,
	"Drafts has a new UIDVALIDITY and the draft was sent": `
		renew Drafts
		send a b
		pass
		= a sent, as b`,
	"Drafts has a new UIDVALIDITY and the draft is in Trash": `
		renew Drafts
		move a Trash
		pass
		= a dismissed`,
	"Drafts is renamed": `
		rename Entwürfe
		pass
		= a drafted in Entwürfe`,
	"Drafts is missing, then renamed": `
		hide
		wait 20h
		pass
		= a drafted in Drafts
		wait 20h
		pass
		= a drafted in Drafts
		rename Entwürfe
		show
		pass
		= a drafted in Entwürfe`,
	"Drafts is missing, the draft in Trash": `
		move a Trash
		hide
		wait 20h
		pass
		= a drafted in Drafts
		show
		pass
		= a dismissed`,
	"Drafts is missing, the draft sent": `
		send a b
		hide
		pass
		= a sent, as b`,
	"Drafts is missing, the draft in the outbox": `
		move a Regards Outbox
		hide
		pass
		= a approved in Regards Outbox`,
	"the account is offline": `
		offline
		erase a
		wait 50h
		pass
		= a drafted, missing
		wait 50h
		pass
		= a drafted, missing
		online
		pass
		= a dismissed`,
	"the account is offline, the draft sent meanwhile": `
		offline
		send a b
		pass
		wait 1h
		pass
		= a drafted, missing
		online
		pass
		= a sent, as b`,
	"not synced since it was missed": `
		erase a
		pass
		offline
		wait 50h
		pass
		= a drafted, missing
		online
		pass
		= a dismissed`,
	"copied twice": `
		copy a
		copy a
		pass
		= a edited in Drafts
		erase a
		pass
		= a edited in Drafts
		erase a
		erase a
		pass
		wait 1h
		pass
		= a dismissed`,
	"copied, one edited": `
		append a a
		save a b
		pass
		= a edited in Drafts
		send b c
		pass
		= a edited in Drafts`,
	"into the outbox": `
		move a Regards Outbox
		pass
		= a approved in Regards Outbox
		wait 50h
		pass
		= a approved in Regards Outbox`,
	"into the outbox and back": `
		move a Regards Outbox
		pass
		move a Drafts
		pass
		= a edited in Drafts
		move a Regards Outbox
		pass
		= a approved in Regards Outbox`,
	"into the outbox by copy": `
		append a a
		move a Regards Outbox
		pass
		= a approved in Regards Outbox`,
	"edited, then into the outbox": `
		save a b
		move b Regards Outbox
		pass
		= a approved in Regards Outbox, as b
		= strangers`,
	"into the outbox, then deleted": `
		move a Regards Outbox
		pass
		move a Trash
		pass
		= a dismissed`,
	"into the outbox, then erased": `
		move a Regards Outbox
		pass
		erase a
		pass
		= a approved, missing
		wait 15m
		pass
		= a dismissed`,
	"into the outbox, then to another mailbox": `
		move a Regards Outbox
		pass
		move a Later
		pass
		= a moved in Later`,
	"into the outbox, then edited in Drafts": `
		move a Regards Outbox
		pass
		save a b
		pass
		= a edited in Drafts, as b`,
	"into the outbox, then sent by hand": `
		move a Regards Outbox
		pass
		send a b
		pass
		= a sent, as b`,
	"the outbox made anew": `
		move a Regards Outbox
		pass
		renew Regards Outbox
		pass
		= a approved in Regards Outbox`,
	"a stranger in the outbox": `
		write x maria - Lunch?
		move x Regards Outbox
		pass
		= a drafted in Drafts
		= strangers x`,
	"a stranger in the outbox, the letter deleted": `
		write x maria - Lunch?
		move x Regards Outbox
		erase a
		pass
		wait 1h
		pass
		= a dismissed
		= strangers x`,
	"a deleted letter back in the outbox": `
		move a Trash
		pass
		move a Regards Outbox
		pass
		= a approved in Regards Outbox
		= strangers`,
	"a superseded letter in the outbox": `
		set a superseded
		move a Regards Outbox
		look
		= strangers a`,
	"approved by command": `
		set a approved
		pass
		= a approved in Drafts
		save a a
		pass
		= a approved in Drafts
		move a Trash
		pass
		= a dismissed`,
	"approved by command, then edited under another Message-ID": `
		set a approved
		save a b
		pass
		= a edited in Drafts, as b`,
	"approved by command, Drafts made anew": `
		set a approved
		renew Drafts
		pass
		= a approved in Drafts`,
	"approved by command, then another draft to the same person": `
		set a approved
		erase a
		write x maria - Lunch?
		pass
		= a edited in Drafts, as x`,
	"being sent: no mailbox has a say": `
		move a Regards Outbox
		pass
		set a sending
		move a Later
		pass
		wait 1h
		pass
		= a approved in Regards Outbox
		send a a
		pass
		= a sent`,
	"uncertain whether it was sent": `
		move a Regards Outbox
		pass
		set a sending
		set a uncertain
		look
		= a uncertain
		= strangers
		send a a
		pass
		= a sent`,
	"uncertain whether it was laid: there": `
		set a uncertain
		pass
		= a edited in Drafts`,
	"uncertain whether it was laid: edited": `
		set a uncertain
		save a b
		pass
		= a edited in Drafts, as b`,
	"uncertain whether it was laid: sent": `
		set a uncertain
		send a b
		pass
		= a sent, as b`,
	"uncertain whether it was laid: in Trash": `
		set a uncertain
		move a Trash
		pass
		= a dismissed`,
	"uncertain whether it was laid: moved": `
		set a uncertain
		move a Later
		pass
		= a moved in Later`,
	"uncertain whether it was laid: nowhere": `
		set a uncertain
		erase a
		pass
		wait 100h
		pass
		= a uncertain`,
	"dismissed by command: it may lie where it will": `
		set a dismissed
		pass
		= a dismissed
		send a a
		pass
		= a sent`,
	"to be taken back, untouched": `
		set a take-back
		pass
		= a drafted in Drafts, back`,
	"to be taken back, but edited": `
		set a take-back
		save a b
		pass
		= a edited in Drafts, as b`,
	"to be taken back, in Trash already": `
		set a take-back
		move a Trash
		pass
		= a superseded`,
	"thank-you and milestone, both edited": `
		lay m maria - News
		save m n
		save a b
		pass
		= a edited in Drafts, as b
		= m edited in Drafts, as n`,
	"thank-you and milestone, one draft left": `
		lay m maria - News
		save a b
		erase m
		pass
		= a edited in Drafts, as b
		= m drafted, missing
		wait 15m
		pass
		= m dismissed
		= a edited in Drafts, as b`,
	"thank-you and milestone, the other draft left": `
		lay m maria - News
		save m n
		erase a
		pass
		= m edited in Drafts, as n
		wait 15m
		pass
		= a dismissed
		= m edited in Drafts, as n`,
	"thank-you and milestone, one sent": `
		lay m maria - News
		send m n
		erase a
		pass
		= m sent, as n
		= a drafted, missing
		wait 15m
		pass
		= a dismissed`,
	"thank-you and milestone, subjects changed": `
		lay m maria - News of my job
		erase a
		save m n My new job
		pass
		= m edited in Drafts, as n
		wait 15m
		pass
		= a dismissed`,
	"two letters, one mail": `
		lay m maria - Re: Coffee
		erase a
		erase m
		write-sent z maria t1 Re: Coffee
		pass
		= a sent, as z
		= m drafted, missing
		wait 15m
		pass
		= m dismissed`,
	"a mail to two people sends one letter": `
		lay m maria - News
		lay n tom - News
		address m tom,maria
		send m m
		erase n
		pass
		wait 15m
		pass
		= m sent
		= n dismissed`,
	"another draft to the same person, older": `
		write x maria - Lunch?
		lay m maria - News
		erase m
		pass
		wait 15m
		pass
		= m dismissed`,
	"another draft to somebody else": `
		write x tom t1 Re: Coffee
		erase a
		pass
		wait 15m
		pass
		= a dismissed`,
	"another mail before it was written": `
		write-sent x maria t1 Re: Coffee
		wait 1m
		lay m maria t1 Re: Coffee
		erase m
		pass
		wait 15m
		pass
		= m dismissed`,
	"another mail while the draft lies there": `
		write-sent x maria t1 Re: Coffee
		pass
		= a drafted in Drafts`,
	"never synced, the draft in Trash": `
		offline
		move a Trash
		pass
		= a drafted, missing`,
	"Drafts is missing, the letter gone from the outbox": `
		move a Regards Outbox
		pass
		hide
		erase a
		pass
		= a approved, missing
		wait 1h
		pass
		= a approved, missing
		show
		pass
		= a dismissed`,
	"Drafts is missing, the draft elsewhere": `
		hide
		move a Later
		pass
		= a drafted in Drafts
		show
		pass
		= a moved in Later`,
	"another mail to somebody else": `
		write-sent x tom t1 Re: Coffee
		erase a
		pass
		wait 15m
		pass
		= a dismissed`,
	"a mail from them is no mail to them": `
		receive x maria t1 Re: Coffee
		erase a
		pass
		wait 15m
		pass
		= a dismissed`,
	"their copy of it is no proof": `
		receive a maria t1 Re: Coffee
		pass
		= a drafted in Drafts`,
	"another mail in that thread, weeks later": `
		move a Trash
		pass
		wait 400h
		write-sent x maria t1 Re: Coffee
		pass
		= a dismissed`,
	"another draft in that thread, days later": `
		move a Trash
		pass
		wait 25h
		write x maria t1 Re: Coffee
		pass
		= a dismissed`,
	"an older draft in that thread, Drafts made anew": `
		write x maria t9 Lunch?
		wait 3h
		lay m maria t9 News
		erase m
		renew Drafts
		pass
		= m drafted, missing`,
	"another draft to the same person, Drafts made anew": `
		write x maria - Lunch?
		erase a
		renew Drafts
		pass
		= a drafted, missing`,
	"a stranger in the outbox, the letter there deleted": `
		move a Regards Outbox
		pass
		write x maria - Lunch?
		move x Regards Outbox
		erase a
		pass
		= a approved, missing
		= strangers x`,
	"a letter that was sent is still in the outbox": `
		move a Regards Outbox
		pass
		set a sent
		look
		= strangers`,
	"one open, one deleted, in one thread": `
		wait 1m
		lay m maria t1 Re: Coffee
		move m Trash
		pass
		= m dismissed
		save a b
		pass
		= a edited in Drafts, as b
		= m dismissed`,
	"another version of the other letter": `
		lay m maria - News
		append m n
		erase a
		pass
		= a drafted, missing
		= m drafted in Drafts`,
	"a letter and a mail without a subject": `
		lay m maria -
		erase m
		write-sent z maria -
		pass
		= m drafted, missing`,
	"moved, and another draft in that thread": `
		move a Later
		pass
		write x maria t1 Re: Coffee
		pass
		= a moved in Later`,
	"two versions under its Message-ID": `
		append a a
		append a a
		pass
		= a drafted in Drafts, at 1
		erase a
		pass
		= a edited in Drafts, at 3`,
	"the server gives it another Message-ID": `
		relabel a z
		pass
		= a drafted in Drafts, as z
		set a approved
		relabel z y
		pass
		= a approved in Drafts, as y`,
	"the server keeps its header back": `
		relabel a -
		pass
		= a drafted in Drafts`,
	"the server keeps the header of an edited draft back": `
		save a b
		pass
		relabel b -
		pass
		= a edited in Drafts, as b`,
	"an approval that was taken back": `
		move a Regards Outbox
		pass
		= a approved in Regards Outbox
		set a disapproved
		pass
		= a drafted in Regards Outbox
		move a Drafts
		pass
		= a edited in Drafts
		move a Regards Outbox
		pass
		= a approved in Regards Outbox`,
	"moved, then approved by command": `
		move a Later
		pass
		= a moved in Later
		set a approved
		pass
		= a approved in Later
		move a Drafts
		pass
		= a edited in Drafts`,
	"moved, older versions in Trash": `
		append a b
		move a Trash
		pass
		move b Later
		pass
		= a moved in Later, as b`,
	"the clock was ahead": `
		wait 100h
		erase a
		pass
		wait -90h
		pass
		wait 14m
		pass
		= a drafted, missing
		wait 1m
		pass
		= a dismissed`,
}

func TestStories(t *testing.T) {
	for name, story := range stories {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.lay("a", "maria", "t1", "Re: Coffee")
			for line := range strings.Lines(strings.TrimSpace(story)) {
				if wrong := w.play(strings.TrimSpace(line)); wrong != "" {
					t.Fatalf("%s\n%s", strings.TrimSpace(line), wrong)
				}
			}
		})
	}
}

// What the owner threw away is looked for during a day; what may yet be settled
// is looked for as long as it takes, under either Message-ID.
func TestMissing(t *testing.T) {
	w := newWorld()
	w.lay("a", "maria", "t1", "Re: Coffee")
	w.lay("b", "tom", "", "News")
	for _, line := range []string{"save b b2", "pass", "move a Trash", "pass", "erase b2"} {
		if wrong := w.play(line); wrong != "" {
			t.Fatal(wrong)
		}
	}
	for wait, want := range map[time.Duration]string{0: "[a b2 b]", 24 * time.Hour: "[a b2 b]", 24*time.Hour + 1: "[b2 b]"} {
		later := *w
		later.now, later.letters = w.now.Add(wait), maps.Clone(w.letters)
		if got := fmt.Sprint(later.look().Missing); got != want {
			t.Errorf("after %s: got %s, want %s", wait, got, want)
		}
	}
}

// A draft that is missed may be so since it was last seen to lie there: nobody
// waits again for what has been nowhere for a day already.
func TestMissingSinceLastSeen(t *testing.T) {
	for ago, want := range map[time.Duration]contact.State{0: contact.Drafted, 14 * time.Minute: contact.Drafted,
		15 * time.Minute: contact.Dismissed, 24 * time.Hour: contact.Dismissed, -time.Hour: contact.Drafted} {
		w := newWorld()
		w.lay("a", "maria", "t1", "Re: Coffee")
		w.now = w.now.Add(48 * time.Hour)
		w.play("erase a")
		w.sync()
		survey := w.survey()
		survey.Seen = w.now.Add(-ago)
		look := Look(w.now, survey, []contact.Letter{w.letters["a"]}, worldContacts)
		settled := look.Settle(w.now, Evidence{Synced: w.synced})
		if len(settled) != 1 || settled[0].State != want {
			t.Errorf("seen %s ago: got %+v, want %s", ago, settled, want)
		}
	}
}

// A letter that its practice laid into the outbox is the owner's once they have
// been at it: saved anew there, even under its Message-ID, moved away, or back.
func TestTheOwnersHand(t *testing.T) {
	for what, x := range map[string]struct {
		acts []string
		want string
	}{
		"nobody":            {[]string{"pass"}, "approved outbox back"},
		"edited there":      {[]string{"move a " + outboxName}, "approved draft"},
		"moved to Drafts":   {[]string{"move a Drafts"}, "edited draft"},
		"moved, and back":   {[]string{"move a Drafts", "pass", "move a " + outboxName}, "approved draft"},
		"moved elsewhere":   {[]string{"move a Later"}, "moved draft"},
		"all UIDs are anew": {[]string{"renew " + outboxName}, "approved outbox back"},
	} {
		w := newWorld()
		w.lay("a", "maria", "t1", "Re: Coffee")
		w.move("a", outboxName)
		l := w.letters["a"]
		l.State, l.Delivery, l.Approved, l.TakeBack = contact.Approved, contact.ByOutbox, w.now, true
		l.Place = w.boxes[outboxName].messages[0].Place
		w.letters["a"] = l
		for _, act := range append(x.acts, "pass") {
			if wrong := w.play(act); wrong != "" {
				t.Fatalf("%s: %s", what, wrong)
			}
		}
		l = w.letters["a"]
		got := fmt.Sprint(l.State, " ", l.Delivery)
		if l.TakeBack {
			got += " back"
		}
		if got != x.want {
			t.Errorf("%s: got %s, want %s", what, got, x.want)
		}
	}
}

// What lies in the outbox since it was approved, or since its practice laid it
// there, is approved no more once the owner took that back, though it lies there
// still: only what is put there is.
func TestNoLongerApproved(t *testing.T) {
	for what, x := range map[string]struct {
		order func(w *world, l contact.Letter) contact.Letter
		acts  []string
		want  contact.State
	}{
		"undone":                 {nil, nil, contact.Drafted},
		"undone, all UIDs anew":  {nil, []string{"renew " + outboxName}, contact.Drafted},
		"undone, edited there":   {nil, []string{"move a " + outboxName}, contact.Edited},
		"undone, moved to Later": {nil, []string{"move a Later", "pass", "move a " + outboxName}, contact.Approved},
		"undone, moved out, in":  {nil, []string{"move a Drafts", "pass", "move a " + outboxName}, contact.Approved},
		"dismissed, restored": {func(w *world, l contact.Letter) contact.Letter {
			l.State, l.Delivery, l.Approved = contact.Approved, contact.ByOutbox, w.now
			l, _ = Dismiss(w.now, l)
			l, _ = Restore(w.now, l)
			return l
		}, nil, contact.Drafted},
		"the owner's, dismissed, restored": {func(w *world, l contact.Letter) contact.Letter {
			l.State, l.Approved = contact.Approved, w.now
			l, _ = Dismiss(w.now, l)
			l, _ = Restore(w.now, l)
			return l
		}, nil, contact.Edited},
	} {
		w := newWorld()
		w.lay("a", "maria", "t1", "Re: Coffee")
		w.move("a", outboxName)
		l := w.letters["a"]
		l.Place = w.boxes[outboxName].messages[0].Place
		if x.order != nil {
			l = x.order(w, l)
		}
		w.letters["a"] = l
		for _, act := range append(x.acts, "pass", "pass") {
			if wrong := w.play(act); wrong != "" {
				t.Fatalf("%s: %s", what, wrong)
			}
		}
		if l = w.letters["a"]; l.State != x.want || (l.Approved.IsZero()) != (x.want != contact.Approved) {
			t.Errorf("%s: got %s, approved %s; want %s", what, l.State, l.Approved, x.want)
		}
	}
}
