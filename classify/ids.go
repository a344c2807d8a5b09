package classify

import (
	"bytes"
	"slices"
	"strings"
)

const (
	maxID  = 998 // bytes: the longest line that RFC 5322 section 2.1.1 allows
	maxIDs = 50  // ids kept of one References field
)

// messageID reads a msg-id (RFC 5322 section 3.6.4). Broken ones without
// angle brackets are taken as they are. Too long a one counts as missing.
func messageID(v []byte) string {
	if ids := messageIDs(v); len(ids) > 0 {
		return ids[0]
	}
	return bareID(v)
}

// messageIDs reads the last maxIDs msg-ids in their order: in a long thread
// the newest say most. In-Reply-To may hold words between them (RFC 5322
// section 4.5.4); only a lone word with an @ is taken for an id without brackets.
func messageIDs(v []byte) []string {
	var ids []string
	if n := bytes.Count(v, []byte("<")); n > 0 {
		ids = make([]string, 0, min(n, maxIDs))
	}
	for rest := v; len(ids) < maxIDs; {
		end := bytes.LastIndexByte(rest, '>')
		if end < 0 {
			break
		}
		start := bytes.LastIndexByte(rest[:end], '<')
		if start < 0 {
			break
		}
		if id := bareID(rest[start+1 : end]); id != "" {
			ids = append(ids, id)
		}
		rest = rest[:start]
	}
	slices.Reverse(ids)
	if len(ids) == 0 && bytes.IndexByte(v, '@') >= 0 && !bytes.ContainsAny(v, " \t<>") {
		if id := bareID(v); id != "" {
			ids = []string{id}
		}
	}
	return ids
}

// bareID cleans what stood between angle brackets; folding may have left white
// space in it, which is no part of an id.
func bareID(v []byte) string {
	id := clean(v)
	if strings.ContainsAny(id, " <>") {
		id = strings.NewReplacer(" ", "", "<", "", ">", "").Replace(id)
	}
	if len(id) > maxID {
		return ""
	}
	return id
}
