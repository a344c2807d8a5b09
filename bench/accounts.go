package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"time"

	"regards/internal/mailsim"
)

// several is how many accounts are watched at once, to be compared with one.
const several = 20

// What lies in INBOX and in Sent of each of them; a few messages more lie in Projects.
const (
	accountMessages = 300
	accountSent     = 100
	accountProjects = 20
)

// accountsRounds holds what the rounds gave, one entry each: MiB resident with one
// account and with several, and KiB for each beyond the first.
type accountsRounds struct{ one, many, each []float64 }

// measureAccounts takes the memory of the service with one account and with several
// on the same Dovecot, in turns, and then delivers replies to both.
func (w *world) measureAccounts(ctx context.Context, rep *report) (err error) {
	homes, err := w.homes(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, homes[0].server.Close()) }()
	front, err := homes[0].front()
	if err != nil {
		return err
	}
	defer front.Close()
	var plain, secure accountsRounds
	for n := range w.opt.rounds {
		err := homes[0].weigh(ctx, fmt.Sprintf("accounts%d", n), homes, nil, &plain)
		if err == nil {
			err = homes[0].weigh(ctx, fmt.Sprintf("secure%d", n), homes, front, &secure)
		}
		if err != nil {
			return err
		}
	}
	plain.describe("without TLS", rep)
	secure.describe("with TLS", rep)
	return homes[0].race(ctx, homes, rep)
}

func (r accountsRounds) describe(how string, rep *report) {
	rep.add(row{
		what:     fmt.Sprintf("resident memory of `run` for each account beyond the first, %d on one server, %s", several, how),
		measured: spread(r.each, "%.0f") + " KiB",
		against:  fmt.Sprintf("one account: %s MiB, all: %s MiB", spread(r.one, "%.1f"), spread(r.many, "%.1f")),
		ratio:    "–", must: "512 KiB", aim: "–",
	})
}

// front gives the server a port with TLS, by an authority that serveAccounts has
// regards trust.
func (w *world) front() (*mailsim.TLSFront, error) {
	ca, err := mailsim.NewCA()
	if err != nil {
		return nil, err
	}
	certificate, err := ca.Issue(w.server.Host(), time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour))
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(w.path("ca.pem"), ca.PEM(), 0o600); err != nil {
		return nil, err
	}
	return mailsim.NewTLSFront(w.server.IMAPAddr(), certificate)
}

// homes gives the mailboxes of several users on a Dovecot of its own, filled alike,
// and first that of one more, who has a service alone.
func (w *world) homes(ctx context.Context) (homes []*world, err error) {
	users := make([]string, several)
	for i := range users {
		users[i] = fmt.Sprintf("account%d@example.org", i+1)
	}
	server, err := mailsim.DovecotWith(mailsim.DovecotOptions{Users: users})
	if err != nil {
		return nil, err
	}
	for i := range several + 1 {
		s := server
		if i > 0 {
			if s, err = server.As(users[i-1]); err != nil {
				return nil, errors.Join(err, server.Close())
			}
		}
		h := &world{opt: w.opt, log: w.log, dir: w.dir, binary: w.binary, server: s, contacts: w.contacts}
		h.corpus = newCorpus(options{messages: accountMessages, sent: accountSent, seed: w.opt.seed + uint64(i)}, s.User())
		if err := h.furnish(ctx); err != nil {
			return nil, errors.Join(err, server.Close())
		}
		homes = append(homes, h)
	}
	w.say("filled %d accounts", len(homes))
	return homes, nil
}

func (w *world) furnish(ctx context.Context) error {
	return errors.Join(w.append(ctx, "INBOX", w.corpus.mailbox(false)), w.append(ctx, "Sent", w.corpus.mailbox(true)),
		w.server.Create("Projects"), w.append(ctx, "Projects", w.corpus.small(1, accountProjects)))
}

// weigh makes one round: how much is resident with one account, and with several.
func (w *world) weigh(ctx context.Context, name string, homes []*world, front *mailsim.TLSFront, r *accountsRounds) error {
	var resident [2]float64 // KiB
	for i, watched := range [][]*world{homes[:1], homes[1:]} {
		s, err := w.serveAccounts(ctx, fmt.Sprintf("%s-%d", name, i), watched, front)
		if err != nil {
			return err
		}
		err = w.rest(ctx, w.opt.settle)
		if err == nil {
			var kib int64
			kib, err = memory(s.cmd.Process.Pid, "VmRSS")
			resident[i] = float64(kib)
		}
		if err := errors.Join(err, s.end()); err != nil {
			return err
		}
	}
	each := (resident[1] - resident[0]) / (several - 1)
	r.one, r.many, r.each = append(r.one, resident[0]/1024), append(r.many, resident[1]/1024), append(r.each, each)
	w.say("%s: %.1f MiB resident with one, %.1f MiB with %d: %.0f KiB each", name, resident[0]/1024, resident[1]/1024, several, each)
	return nil
}

// race delivers replies in turns to the account that is watched alone, and to each
// of those that are watched together.
func (w *world) race(ctx context.Context, homes []*world, rep *report) error {
	var services [2]*running
	for i, watched := range [][]*world{homes[:1], homes[1:]} {
		s, err := w.serveAccounts(ctx, fmt.Sprintf("race%d", i), watched, nil)
		if err != nil {
			return err
		}
		defer s.end()
		services[i] = s
	}
	rng := rand.New(rand.NewPCG(w.opt.seed, 8))
	var took [2][]float64 // milliseconds
	for i := range 2 * w.opt.replies {
		home := homes[0]
		if i%2 == 1 {
			home = homes[1+i/2%several]
		}
		if err := w.rest(ctx, time.Duration(200+rng.IntN(600))*time.Millisecond); err != nil {
			return err
		}
		counted, err := home.counted(ctx, i, services[i%2].commits)
		if err != nil {
			return fmt.Errorf("%s: %w", home.server.User(), err)
		}
		took[i%2] = append(took[i%2], milliseconds(counted))
	}
	one, many := took[0], took[1]
	w.say("replies: with one account %s ms, with %d %s ms", spread(one, "%.0f"), several, spread(many, "%.0f"))
	rep.add(row{
		what:     fmt.Sprintf("reply delivered -> touch committed, any of %d accounts, median and worst", several),
		measured: fmt.Sprintf("%.0f / %.0f ms", median(many), highest(many)),
		against:  fmt.Sprintf("one account alone: %.0f / %.0f ms", median(one), highest(one)),
		ratio:    fmt.Sprintf("%.2fx / %.2fx", median(many)/median(one), highest(many)/highest(one)), must: "as fast", aim: "–",
	})
	return errors.Join(services[0].end(), services[1].end())
}

// counted delivers a reply and gives how long it took to become a touch.
func (w *world) counted(ctx context.Context, i int, c *commits) (time.Duration, error) {
	key, err := w.deliver(i)
	if err != nil {
		return 0, err
	}
	delivered := time.Now()
	touch, err := c.await(ctx, key)
	return touch.Sub(delivered), err
}

// running is a service of regards with its database.
type running struct {
	cmd      *exec.Cmd
	problems bytes.Buffer
	commits  *commits
	ended    bool
}

// serveAccounts starts a service with a new database, and waits until it has read
// all mail of the accounts, through the front if there is one.
func (w *world) serveAccounts(ctx context.Context, name string, accounts []*world, front *mailsim.TLSFront) (s *running, err error) {
	p, err := w.newProfile(ctx, name, w.server.IMAPPort())
	if err != nil {
		return nil, err
	}
	if err := w.addAccounts(p, accounts, front); err != nil {
		return nil, err
	}
	s = &running{cmd: p.command(ctx, "run")}
	s.cmd.Env = append(os.Environ(), "SSL_CERT_FILE="+w.path("ca.pem"))
	s.cmd.Stderr = &s.problems
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.end())
		}
	}()
	if err := w.awaitScan(ctx, p, len(accounts)); err != nil {
		return nil, err
	}
	s.commits, err = openCommits(ctx, p.database)
	return s, err
}

// addAccounts configures accounts in the place of the one that a profile has.
func (w *world) addAccounts(p *profile, accounts []*world, front *mailsim.TLSFront) error {
	text, err := os.ReadFile(p.config)
	if err != nil {
		return err
	}
	head, account, _ := strings.Cut(string(text), "[[account]]")
	if front != nil {
		account = strings.NewReplacer(`tls = "none"`, `tls = "implicit"`,
			fmt.Sprintf("port = %d", w.server.IMAPPort()), fmt.Sprintf("port = %d", front.Port())).Replace(account)
	}
	var b strings.Builder
	io.WriteString(&b, head)
	for i, a := range accounts {
		named := strings.Replace(account, `name = "personal"`, fmt.Sprintf(`name = "account%d"`, i+1), 1)
		fmt.Fprintf(&b, "[[account]]%s  user = %q\n\n", named, a.server.User())
	}
	return os.WriteFile(p.config, []byte(b.String()), 0o600)
}

// end ends the service, once.
func (s *running) end() error {
	if s.ended {
		return nil
	}
	s.ended = true
	var err error
	if s.commits != nil {
		err = s.commits.close()
	}
	if ended := end(s.cmd); ended != nil {
		err = errors.Join(err, fmt.Errorf("regards run: %w: %s", ended, s.problems.Bytes()))
	}
	return err
}
