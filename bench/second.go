package main

import (
	"context"
	"fmt"
	"strings"

	"regards/internal/mailsim"
)

// status is what `regards status --json` says of the accounts.
type status struct {
	Accounts []struct {
		LastSync   *string `json:"last_sync"`
		RoundTrips int     `json:"round_trips"`
		BytesIn    int64   `json:"bytes_in"`
		Mailboxes  []struct {
			Name     string  `json:"name"`
			LastSync *string `json:"last_sync"`
		} `json:"mailboxes"`
	} `json:"accounts"`
}

// measureSecond syncs a profile that has nothing new to read, through a proxy
// that counts for itself.
func (w *world) measureSecond(ctx context.Context, rep *report) error {
	p, err := w.newProfile(ctx, "second", w.server.IMAPPort())
	if err == nil {
		_, err = p.regards(ctx, "sync")
	}
	if err != nil {
		return err
	}
	proxy, err := mailsim.NewProxy(w.server.IMAPAddr())
	if err != nil {
		return err
	}
	defer proxy.Close()
	if err := w.configure(p, proxy.Port()); err != nil {
		return err
	}
	return w.countSecond(ctx, p, proxy, rep)
}

// countSecond syncs through the proxy and compares the counts.
func (w *world) countSecond(ctx context.Context, p *profile, proxy *mailsim.Proxy, rep *report) error {
	use, err := p.regards(ctx, "sync")
	if err != nil {
		return err
	}
	var st status
	if err := p.ask(ctx, &st, "status"); err != nil {
		return err
	}
	counts, commands := proxy.Counts(), commandNames(proxy.ClientLines())
	trips, in := st.Accounts[0].RoundTrips, st.Accounts[0].BytesIn
	w.say("second sync: %d round trips, %d bytes in; the proxy saw %s and %d bytes",
		trips, in, strings.Join(commands, " "), counts.ServerBytes)
	rep.note("second: %d connection, %s; %.0f ms from start to end", counts.Connections,
		strings.Join(commands, " "), use.wall.Seconds()*1000)
	rep.add(row{
		what:     fmt.Sprintf("second `sync`, nothing new, %d mailboxes", mailboxes),
		measured: fmt.Sprintf("%d round trips, %.1f KiB", trips, float64(in)/1024),
		against: fmt.Sprintf("a proxy counts %d commands, %.1f KiB",
			len(commands), float64(counts.ServerBytes)/1024),
		ratio: "–", must: "6 round trips, 32 KiB", aim: "4",
	})
	return nil
}

// commandNames gives the names of the commands that a client sent. Each costs a
// round trip at most: a client may send several before it waits.
func commandNames(lines []string) []string {
	var names []string
	for _, line := range lines {
		if words := strings.Fields(line); len(words) > 1 {
			names = append(names, words[1])
		}
	}
	return names
}
