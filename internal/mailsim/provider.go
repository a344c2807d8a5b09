package mailsim

import "github.com/emersion/go-imap/v2"

// Provider says whose habits an embedded server has.
type Provider int

const (
	// Standard behaves as the RFCs say.
	Standard Provider = iota
	// Gmail keeps one message with labels where others keep copies: see labels.
	// It announces X-GM-EXT-1, tells special uses in every LIST, finds only
	// whole words, and files what is submitted by SMTP in [Gmail]/Sent Mail.
	Gmail
	// Exchange rewrites what is appended (see rewrite), lacks the newer
	// extensions, tells special uses in every LIST without announcing them,
	// has a mailbox Outbox, and files what is submitted by SMTP in Sent Items.
	Exchange
)

// mailboxUse is a mailbox with its special use (RFC 6154), which may be none.
type mailboxUse struct{ name, use string }

// standard lists the mailboxes that exist from the start besides INBOX. The
// special use belongs to the name, as in Dovecot's configuration: it is there
// again when the mailbox is re-created.
var standard = []mailboxUse{
	{"Drafts", `\Drafts`},
	{"Sent", `\Sent`},
	{"Trash", `\Trash`},
	{"Junk", `\Junk`},
	{"Archive", `\Archive`},
}

// The mailboxes of Gmail that are more than labels.
const (
	gmailRoot    = "[Gmail]" // holds the others and no mail
	gmailAll     = "[Gmail]/All Mail"
	gmailDrafts  = "[Gmail]/Drafts"
	gmailSent    = "[Gmail]/Sent Mail"
	gmailSpam    = "[Gmail]/Spam"
	gmailStarred = "[Gmail]/Starred"
	gmailTrash   = "[Gmail]/Trash"
)

// exchangeSent is where Exchange files what it sends.
const exchangeSent = "Sent Items"

// habits is what distinguishes a provider besides code.
type habits struct {
	mailboxes []mailboxUse
	root      string     // a name that can't be opened
	sent      string     // where mail submitted by SMTP is filed; "": nowhere
	announces []imap.Cap // beside those of go-imap's server
	lacks     []imap.Cap
	talkative bool   // LIST tells special uses and children unasked
	fixed     bool   // the mailboxes above can't be deleted or renamed
	inbox     string // how LIST spells INBOX, if differently
}

var providers = map[Provider]habits{
	Standard: {mailboxes: standard},
	Gmail: {
		mailboxes: []mailboxUse{
			{gmailAll, `\All`}, {gmailDrafts, `\Drafts`}, {"[Gmail]/Important", `\Important`}, {gmailSent, `\Sent`},
			{gmailSpam, `\Junk`}, {gmailStarred, `\Flagged`}, {gmailTrash, `\Trash`},
		},
		root:      gmailRoot,
		sent:      gmailSent,
		announces: []imap.Cap{"X-GM-EXT-1", imap.CapChildren},
		lacks:     []imap.Cap{imap.CapSearchRes, imap.CapStatusSize},
		talkative: true,
		fixed:     true,
	},
	Exchange: {
		mailboxes: []mailboxUse{
			{"Archive", ""}, {"Deleted Items", `\Trash`}, {"Drafts", `\Drafts`}, {"Junk Email", `\Junk`},
			{"Outbox", ""}, {exchangeSent, `\Sent`},
		},
		sent:      exchangeSent,
		announces: []imap.Cap{imap.CapChildren},
		lacks: []imap.Cap{
			imap.CapEnable, imap.CapESearch, imap.CapListExtended, imap.CapListStatus, imap.CapSearchRes,
			imap.CapSpecialUse, imap.CapStatusSize, imap.CapUTF8Accept,
		},
		talkative: true,
		fixed:     true,
		inbox:     "Inbox",
	},
}
