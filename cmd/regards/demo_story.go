package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/mail"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"regards/classify"
	"regards/internal/mailsim"
	"regards/mailer"
)

// story shows what regards does, by its own commands: a scene a function.
func (d *demo) story(ctx context.Context) error {
	for _, scene := range []func(context.Context) error{
		d.meetsPeople, d.serviceRuns, d.editsAndSends, d.deletesOne, d.tellsNews, d.approves, d.answersDigest, d.looksAhead,
	} {
		if err := scene(ctx); err != nil {
			return err
		}
	}
	return nil
}

// each runs commands one after the other, and shows them.
func (d *demo) each(ctx context.Context, commands ...[]string) error {
	for _, words := range commands {
		if err := d.regards(ctx, words...); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) meetsPeople(ctx context.Context) error {
	count, err := d.seed()
	if err != nil {
		return err
	}
	d.say("Ana has %d messages. She tells regards whom she wants to stay in touch with:", count)
	for _, p := range demoPeople {
		if err := d.regards(ctx, "contact", "add", p.name, p.addr, "--group", p.group); err != nil {
			return err
		}
	}
	d.say("regards reads the headers of her mail, and knows when they were last in touch:")
	return d.each(ctx, []string{"sync"}, []string{"contact", "list"})
}

// serviceRuns has the service running while mail arrives.
func (d *demo) serviceRuns(ctx context.Context) error {
	service, stop := context.WithCancel(ctx)
	defer stop()
	g, service := errgroup.WithContext(service)
	g.Go(func() error { return d.quietly(service, "run") })
	g.Go(func() error { defer stop(); return d.mailArrives(service) })
	return g.Wait()
}

func (d *demo) mailArrives(ctx context.Context) error {
	if err := d.until(ctx, "the service to connect", d.connected); err != nil {
		return err
	}
	d.say("Now regards runs. Maria's answer arrives, and is counted as it does:")
	if err := d.receive(demoReply(d.now)); err != nil {
		return err
	}
	if err := d.until(ctx, "the reply", d.hasTouch("maria@uni.example", "Re: Thank you")); err != nil {
		return err
	}
	if err := d.regards(ctx, "touch", "list", "--contact", "Maria Lopez"); err != nil {
		return err
	}
	d.say("Tom's mail program answers that he is away. That is no touch:")
	if err := d.receive(demoAutoReply(d.now)); err != nil {
		return err
	}
	if err := d.until(ctx, "the auto-reply", d.leftOut("auto-reply")); err != nil {
		return err
	}
	if err := d.regards(ctx, "explain", "Tom Berger"); err != nil {
		return err
	}
	d.say("Ana has talked with Maria. She says what was most useful, and what she promised:")
	if err := d.regards(ctx, "log", "informational", "Maria Lopez", "--useful", "the tip about the PhD route",
		"--next", "send her my study plan", "--next-due", "+10d"); err != nil {
		return err
	}
	return d.until(ctx, "the drafts", d.drafted)
}

func (d *demo) editsAndSends(ctx context.Context) error {
	draft, err := d.draft("maria@uni.example")
	if err != nil {
		return err
	}
	d.say("The thank-you lies in her Drafts, in the thread with Maria:")
	letter, err := asShown(draft.Raw)
	if err != nil {
		return err
	}
	fmt.Fprintln(d.out, letter)
	d.say(`Ana adds a line in her mail program, which saves a new draft and deletes the old
one, and sends it the next minute. regards sees what became of its letter, and
makes no second one:`)
	edited := bytes.Replace(draft.Raw, []byte("\r\nMessage-ID: <"), []byte("\r\nMessage-ID: <mine-"), 1)
	edited = append(edited, "\r\nP.S. The reef was splendid.\r\n"...)
	uid, err := d.server.Append("Drafts", mailsim.Message{Time: d.now, Flags: []string{`\Draft`, `\Seen`}, Raw: edited})
	if err != nil {
		return err
	}
	if err := d.server.Remove("Drafts", draft.UID); err != nil {
		return err
	}
	if err := d.regards(ctx, "run", "--once"); err != nil {
		return err
	}
	if _, err := d.server.Move("Drafts", uid, "Sent"); err != nil {
		return err
	}
	return d.each(ctx, []string{"run", "--once"}, []string{"letter", "list", "--all"})
}

// asShown gives a message as a mail program shows it, with what puts it into its thread.
func asShown(raw []byte) (string, error) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, field := range []string{"From", "To", "Subject", "In-Reply-To"} {
		value, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get(field))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s: %s\n", field, value)
	}
	return b.String() + "\n" + classify.PlainText(raw), nil
}

func (d *demo) deletesOne(ctx context.Context) error {
	d.say(`Aisha has not heard from Ana for two months, so a short hello lies there, too. Ana
has no time for it and deletes it. That is an answer as good as any:`)
	draft, err := d.draft("aisha@rahman.example")
	if err != nil {
		return err
	}
	if _, err := d.server.Move("Drafts", draft.UID, "Trash"); err != nil {
		return err
	}
	return d.each(ctx, []string{"run", "--once"}, []string{"letter", "list", "--all"})
}

func (d *demo) tellsNews(ctx context.Context) error {
	d.say("Ana has a new job, and tells four people, each by a letter of their own. She sees\nfirst who gets one, and what speaks against it:")
	return d.each(ctx, []string{"milestone", "I am starting as a marine biologist at Reef Lab in March.",
		"--to", "Tom Berger", "--to", "Jean-Luc Moreau", "--to", "Wei Chen", "--to", "referee", "--yes"},
		[]string{"run", "--once"}, []string{"letter", "list"})
}

func (d *demo) approves(ctx context.Context) error {
	d.say(`Ana moves the letter to Jean-Luc from Drafts into "Regards Outbox", on her phone.
That is her word: regards may send it. It rests there for a few hours, in case
that she thinks better of it:`)
	draft, err := d.draft("jl.moreau@edu.example")
	if err != nil {
		return err
	}
	if _, err := d.server.Move("Drafts", draft.UID, "Regards Outbox"); err != nil {
		return err
	}
	if err := d.each(ctx, []string{"run", "--once"}, []string{"letter", "list"}); err != nil {
		return err
	}
	d.now = d.now.Add(5 * time.Hour)
	d.say("Five hours later it goes:")
	if err := d.regards(ctx, "run", "--once"); err != nil {
		return err
	}
	for _, m := range d.server.Sent() {
		fmt.Fprintf(d.out, "the SMTP server got a message from %s to %s\n", m.From, strings.Join(m.To, ", "))
	}
	return d.regards(ctx, "letter", "list", "--all")
}

// answersDigest has the owner see to things from her mail program alone.
func (d *demo) answersDigest(ctx context.Context) error {
	d.say("Ana has met Wei Chen, and has not said yet what helped most. The digest, which\ncomes by mail once a week, asks for it; she has it sent now:")
	if err := d.each(ctx, []string{"log", "met", "Wei Chen"}, []string{"run", "--once"}, []string{"digest", "--send"}); err != nil {
		return err
	}
	digest := d.lastSent()
	fmt.Fprintln(d.out, "\n"+classify.PlainText(digest))
	number, _, found := strings.Cut(strings.TrimSpace(lineWith(classify.PlainText(digest), "What helped most")), " ")
	if !found {
		return errors.New("the digest does not ask what helped most")
	}
	answer := number + " your questions about the reef"
	d.say("She replies to it, in her mail program: %s", answer)
	if err := d.replies(mailer.IDOf(digest), answer); err != nil {
		return err
	}
	if err := d.regards(ctx, "run", "--once"); err != nil {
		return err
	}
	d.say("regards answers, and the thank-you lies in her Drafts:")
	fmt.Fprintln(d.out, classify.PlainText(d.lastSent()))
	return d.regards(ctx, "letter", "list")
}

// lastSent gives the last message that came by SMTP.
func (d *demo) lastSent() []byte {
	all := d.server.Sent()
	if len(all) == 0 {
		return nil
	}
	return all[len(all)-1].Data
}

// lineWith gives the first line of a text that contains some words.
func lineWith(text, words string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, words) {
			return line
		}
	}
	return ""
}

func (d *demo) looksAhead(ctx context.Context) error {
	d.say("What would regards do in the next thirty days, if nobody else wrote? It tells,\nand writes nothing:")
	return d.regards(ctx, "plan", "--until", "30d")
}
