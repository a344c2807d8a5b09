package mailsim

import (
	"maps"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
)

// list returns the mailboxes that a LIST command asks for, by name.
func (st *store) list(ref string, patterns []string, options *imap.ListOptions) []imap.ListData {
	st.mu.Lock()
	defer st.mu.Unlock()
	var found []imap.ListData
	for _, name := range st.names() {
		matches := func(pattern string) bool { return imapserver.MatchList(name, delimiter, ref, pattern) }
		use, subscribed := st.specialUse[name], st.mailboxes[name]
		if !slices.ContainsFunc(patterns, matches) ||
			options.SelectSubscribed && !subscribed || options.SelectSpecialUse && use == "" {
			continue
		}
		attrs := attributes(use, subscribed, options)
		if st.habits.talkative {
			attrs = append(st.children(name), attributes(use, subscribed, &imap.ListOptions{
				ReturnSpecialUse: true, ReturnSubscribed: options.SelectSubscribed || options.ReturnSubscribed,
			})...)
		}
		found = append(found, imap.ListData{Mailbox: name, Delim: delimiter, Attrs: attrs})
	}
	return found
}

// names returns all names, sorted, also that of a root which is no mailbox.
func (st *store) names() []string {
	names := slices.Collect(maps.Keys(st.mailboxes))
	if st.habits.root != "" {
		names = append(names, st.habits.root)
	}
	slices.Sort(names)
	return names
}

// children returns what LIST tells of the levels below a name (RFC 3348).
func (st *store) children(name string) []imap.MailboxAttr {
	if name == st.habits.root {
		return []imap.MailboxAttr{imap.MailboxAttrHasChildren, imap.MailboxAttrNoSelect}
	}
	for other := range st.mailboxes {
		if strings.HasPrefix(other, name+string(delimiter)) {
			return []imap.MailboxAttr{imap.MailboxAttrHasChildren}
		}
	}
	return []imap.MailboxAttr{imap.MailboxAttrHasNoChildren}
}

// attributes returns what was asked for, and nothing else: a special use told
// unasked would defeat Options.Without.
func attributes(use imap.MailboxAttr, subscribed bool, options *imap.ListOptions) []imap.MailboxAttr {
	var attrs []imap.MailboxAttr
	if subscribed && (options.SelectSubscribed || options.ReturnSubscribed) {
		attrs = append(attrs, imap.MailboxAttrSubscribed)
	}
	if use != "" && (options.SelectSpecialUse || options.ReturnSpecialUse) {
		attrs = append(attrs, use)
	}
	return attrs
}
