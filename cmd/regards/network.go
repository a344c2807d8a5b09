package main

import (
	"context"
	"net"
	"net/http"

	"regards/internal/provider"
)

// network is how the program reaches servers, name servers and pages.
type network struct {
	lookup   func(ctx context.Context, host string) ([]string, error)
	dial     func(ctx context.Context, network, address string) (net.Conn, error) // nil: the machine's own way
	resolver provider.Resolver
}

// online is that of every command. Tests put another in its place, in which large
// providers are on this machine.
var online = network{net.DefaultResolver.LookupHost, nil, net.DefaultResolver}

// connect dials.
func (n network) connect(ctx context.Context, network, address string) (net.Conn, error) {
	if n.dial == nil {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	return n.dial(ctx, network, address)
}

// http gives a client for pages.
func (n network) http() *http.Client {
	if n.dial == nil {
		return http.DefaultClient
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext, transport.Proxy = n.dial, nil
	return &http.Client{Transport: transport}
}
