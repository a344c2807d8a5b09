// Package provider finds the mail servers of an address, and says how whoever
// runs them lets a program log in.
//
// It asks, in this order: a table of the large providers, by the address's
// domain; the same table by the domain's mail exchangers (MX); the domain's
// SRV records (RFC 6186, RFC 8314); its autoconfig file, in Mozilla's format;
// and at last it tries the usual names. The first answer holds.
//
// It promises to send no credential anywhere, to take only TLS servers, and to
// name a guess only after a handshake with a verified certificate and a
// greeting. The domain is asked after in DNS; the whole address goes to hosts
// of its own domain alone, by HTTPS, and no third party is asked: Thunderbird's
// database of providers would learn who sets up regards.
//
// Nothing is stored. A search ends within 20 seconds. When it finds nothing,
// the error says why, and what to write by hand.
package provider

import "errors"

// TLS says how a connection is protected.
type TLS string

// The two ways that are taken; there is none without TLS.
const (
	Implicit TLS = "implicit" // RFC 8314
	StartTLS TLS = "starttls"
)

// Server is where a program logs in. In the table Host and User may hold the
// placeholders of fill; in what Find returns they do not.
type Server struct {
	Host string // a name, or 127.0.0.1 for the Bridge of Proton
	Port int
	TLS  TLS
	User string
}

// Method is what a program logs in with.
type Method string

// The methods. An app password is made for one program, and works without a
// second factor.
const (
	Password    Method = "password"
	AppPassword Method = "app password"
	OAuth2      Method = "oauth2"
)

// Way is one way to log in, with what the owner has to do for it.
type Way struct {
	Method Method
	OAuth2 string   // of the key oauth2: google, microsoft or custom; "" for the other methods
	Tenant string   // of Microsoft
	Steps  []string // in their order, a sentence or two each
}

// Source says how servers were found.
type Source string

// The sources, from the surest to the least sure.
const (
	Table      Source = "table"
	MX         Source = "mx"
	SRV        Source = "srv"
	Autoconfig Source = "autoconfig"
	Guess      Source = "guess"
)

// Found is what is known of the provider of an address.
type Found struct {
	Source   Source
	Provider string // as people call it; the domain, if nothing better is known
	IMAP     Server
	SMTP     Server   // Host is "" if there is none
	Ways     []Way    // at least one, the best first
	Notes    []string // what else the owner should know, a sentence or two each

	// Confirm are the hosts that DNS alone named, that lie outside the
	// address's domain and that the table does not know. Whoever forged that
	// answer would get the password: ask the owner before anything is sent
	// there (RFC 6186, section 6).
	Confirm []string
}

// The errors of Find. Each says what to do.
var (
	ErrAddress  = errors.New("this is no mail address")
	ErrNoIMAP   = errors.New("no program can read this mail by IMAP")
	ErrNotFound = errors.New("no mail server was found")
	ErrOffline  = errors.New("the network does not answer")
)

// byHand is what to do where a search cannot help.
const byHand = "ask whoever runs that mail for its IMAP and SMTP servers and write them by hand: " +
	"[imap] and [smtp] with host, port, tls and user in the file of answers, or [account.imap] and [account.smtp] in config.toml"
