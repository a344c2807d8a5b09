package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"regards/internal/mailsim"
)

// warm makes the scan that is discarded. Dovecot then has these header fields of
// all messages in its cache, as it has on a server that was in use before. The
// scan passes through a proxy, which notes the commands.
func (w *world) warm(ctx context.Context) error {
	proxy, err := mailsim.NewProxy(w.server.IMAPAddr())
	if err != nil {
		return err
	}
	defer proxy.Close()
	p, err := w.newProfile(ctx, "warm", proxy.Port())
	if err != nil {
		return err
	}
	use, err := p.regards(ctx, "sync")
	if err != nil {
		return err
	}
	w.say("the discarded scan took %.1f s", use.wall.Seconds())
	if w.scan, err = observe(proxy.ClientLines()); err != nil {
		return err
	}
	took, received, err := w.scanBare(ctx)
	if err != nil {
		return err
	}
	w.say("a discarded bare scan took %.1f s for %.1f MB from %d mailboxes", took.Seconds(), float64(received)/1e6, len(w.scan))
	return nil
}

// observe finds in the commands of a first scan which mailboxes were opened, and
// what was fetched from each. So the bare scan asks for the very same, in the
// same words, whatever regards may come to fetch.
func observe(lines []string) ([]opened, error) {
	var all []opened
	fetched := 0
	for _, line := range lines {
		_, command, _ := strings.Cut(line, " ")
		if mailbox, ok := strings.CutPrefix(command, "EXAMINE "); ok {
			all = append(all, opened{mailbox: mailbox})
		}
		arguments, ok := strings.CutPrefix(command, "UID FETCH ")
		if !ok {
			continue
		}
		if len(all) == 0 {
			return nil, errors.New("regards fetched before it opened a mailbox")
		}
		if current := &all[len(all)-1]; current.items == "" {
			_, current.items, _ = strings.Cut(arguments, " ")
			fetched++
		}
	}
	if fetched == 0 || fetched < len(all) {
		return nil, fmt.Errorf("regards opened %d mailboxes and fetched from %d", len(all), fetched)
	}
	return all, nil
}
