package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"

	"regards/internal/imapconn"
)

// trouble is why a server cannot be reached, in the owner's words.
type trouble struct {
	text, fix string
	offline   bool // not this server, but the network is to blame
}

func (t trouble) Error() string   { return t.text }
func (t trouble) Unwrap() error   { return imapconn.ErrAway }
func (t trouble) mending() string { return t.fix }

const (
	goOnline = "is this computer online? The sign-in page of a guest network, or a VPN, may stand in between"
	spelling = "is it spelled as the provider tells it? write host = \"…\" in that account"
)

// usualPorts says where servers of a protocol listen (RFC 8314, RFC 6409).
var usualPorts = map[string]string{
	"imap": "the usual ones are 993 with tls = \"implicit\" and 143 with tls = \"starttls\"",
	"smtp": "the usual ones are 465 with tls = \"implicit\" and 587 with tls = \"starttls\"",
}

// lookupTrouble says why the name of a server was not found. Only a name server that
// answers can tell that there is no such name.
func lookupTrouble(host string, err error) trouble {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return trouble{fmt.Sprintf("there is no server of the name %s", host), spelling, false}
	}
	return trouble{fmt.Sprintf("the name %s cannot be looked up: no name server answers", host), goOnline, true}
}

// dialTrouble says why a server, whose name was found, was not reached on a port.
func dialTrouble(protocol, host string, port int, err error) trouble {
	is := func(all []error) bool {
		return slices.ContainsFunc(all, func(e error) bool { return errors.Is(err, e) })
	}
	var timeout net.Error
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return lookupTrouble(host, err)
	case is(errsRefused):
		return trouble{fmt.Sprintf("nothing listens on port %d of %s", port, host), "is the port right? " + usualPorts[protocol], false}
	case is(errsNoWay):
		return trouble{fmt.Sprintf("no way leads to %s", host), goOnline, true}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return trouble{fmt.Sprintf("%s does not answer on port %d", host, port),
			"guest and campus networks (eduroam) block some ports: try another one, or the VPN of your university or employer; is the port right? " + usualPorts[protocol], false}
	}
	return trouble{fmt.Sprintf("%s cannot be reached on port %d: %v", host, port, err), "check host and port", false}
}
