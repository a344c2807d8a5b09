package carddav

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// What is asked for. The prefixes are those of the RFCs.
const (
	head = xml.Header
	dav  = ` xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"`

	findPrincipal = head + `<D:propfind` + dav + `><D:prop><D:current-user-principal/><C:addressbook-home-set/>` +
		`<D:resourcetype/><D:displayname/></D:prop></D:propfind>`
	findCards = head + `<D:propfind` + dav + `><D:prop><D:resourcetype/><D:getetag/></D:prop></D:propfind>`
)

// syncCollection asks what has changed since a token (RFC 6578, section 3.2).
func syncCollection(token string) string {
	return head + `<D:sync-collection` + dav + `><D:sync-token>` + escape(token) + `</D:sync-token>` +
		`<D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`
}

// multiget asks for cards by their paths (RFC 6352, section 8.7), which are without
// the host: iCloud refuses others.
func multiget(paths []string) string {
	var b strings.Builder
	b.WriteString(head + `<C:addressbook-multiget` + dav + `><D:prop><D:getetag/><C:address-data/></D:prop>`)
	for _, path := range paths {
		b.WriteString("<D:href>" + escape(path) + "</D:href>")
	}
	b.WriteString(`</C:addressbook-multiget>`)
	return b.String()
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}

// multistatus is an answer about several resources (RFC 4918, section 14.16), as far
// as it matters here.
type multistatus struct {
	XMLName   xml.Name   `xml:"DAV: multistatus"`
	Responses []response `xml:"DAV: response"`
	Token     string     `xml:"DAV: sync-token"`
}

type response struct {
	Href   string     `xml:"DAV: href"`
	Status string     `xml:"DAV: status"`
	Props  []propstat `xml:"DAV: propstat"`
}

type propstat struct {
	Status string `xml:"DAV: status"`
	Prop   prop   `xml:"DAV: prop"`
}

type prop struct {
	Principal link   `xml:"DAV: current-user-principal"`
	Home      link   `xml:"urn:ietf:params:xml:ns:carddav addressbook-home-set"`
	Name      string `xml:"DAV: displayname"`
	Type      struct {
		Book *struct{} `xml:"urn:ietf:params:xml:ns:carddav addressbook"`
	} `xml:"DAV: resourcetype"`
	Data string `xml:"urn:ietf:params:xml:ns:carddav address-data"`
}

type link struct {
	Hrefs []string `xml:"DAV: href"`
}

// found gives the properties that a resource has.
func (r response) found() prop {
	for _, p := range r.Props {
		if code := statusCode(p.Status); code == 0 || code/100 == 2 {
			return p.Prop
		}
	}
	return prop{}
}

// code is the status of the resource as a whole; 0: each property has its own.
func (r response) code() int { return statusCode(r.Status) }

// statusCode reads a status line (RFC 9112, section 4) without being strict.
func statusCode(line string) int {
	fields := strings.Fields(line)
	if len(fields) < 2 {
		return 0
	}
	code, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0
	}
	return code
}
