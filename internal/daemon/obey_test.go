package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"regards/classify"
	"regards/contact"
	"regards/internal/mailsim"
	"regards/plan"
	"regards/store"
)

// ordering makes a scene whose digest has come, and gives that. Its orders are
// carried out by noting them, and done says which.
func ordering(t *testing.T) (s *scene, digest store.Notice, done *[]string) {
	s = digests(t, false)
	s.put(contact.ByDraft, "a")
	done = &[]string{}
	s.settings.Obey = func(ctx context.Context, once store.Order, o plan.Order) (string, error) {
		if o.Verb == plan.VerbSend {
			return "", errors.New("there is no server to send by")
		}
		if err := s.store.Obey(ctx, once); err != nil {
			return "", err
		}
		*done = append(*done, fmt.Sprintf("%s %s %s", o.Handle.Key, o.Verb, o.Text))
		return "", nil
	}
	if err := errors.Join(s.morning(time.Minute), s.morning(20*time.Hour)); err != nil || len(s.came()) != 1 {
		t.Fatal(err, len(s.came()))
	}
	return s, s.notice(), done
}

// reply has the owner answer a notice.
func (s *scene) reply(id, text string, to store.Notice) {
	s.t.Helper()
	raw := fmt.Sprintf("From: ana@example.org\r\nTo: ana@example.org\r\nSubject: Re: regards\r\nDate: %s\r\nMessage-ID: <%s>\r\nIn-Reply-To: <%s>\r\n\r\n%s\r\n",
		s.clock.Format(time.RFC1123Z), id, to.MessageID, text)
	if _, err := s.server.Append("Sent", mailsim.Message{Time: s.clock, Raw: []byte(raw)}); err != nil {
		s.t.Fatal(err)
	}
	if err := s.syncAll(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// answers gives those that came.
func (s *scene) answers() (all []string) {
	s.t.Helper()
	for _, m := range s.came() {
		if strings.Contains(string(m.Raw), "X-Regards: answer") {
			all = append(all, string(m.Raw))
		}
	}
	return all
}

func TestObey(t *testing.T) {
	s, digest, done := ordering(t)
	s.reply("r1@x", "1 snooze 3w\r\n2 done\r\n", digest)
	for range 2 {
		if err := s.obeyAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.morning(time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"a snooze 3w"}; !slices.Equal(*done, want) {
		t.Errorf("done %q", *done)
	}
	if all := s.answers(); len(all) != 1 || !strings.Contains(all[0], "In-Reply-To: <r1@x>") || !strings.Contains(all[0], "Subject: regards: 1 done, 1 not done") {
		t.Errorf("answers %q", all)
	}
}

// Whatever was interrupted between what an order does and its answer is gone on
// with, and nothing is done twice; what failed is said.
func TestObeyInterrupted(t *testing.T) {
	s, digest, done := ordering(t)
	s.reply("r1@x", "1 snooze 3w\r\n1 never\r\n", digest)
	obey := s.settings.Obey
	ctx, kill := context.WithCancel(t.Context())
	s.settings.Obey = func(ctx context.Context, once store.Order, o plan.Order) (string, error) {
		defer kill()
		return obey(ctx, once, o)
	}
	if err := s.obeyAll(ctx); !errors.Is(err, context.Canceled) || len(*done) != 1 || len(s.answers()) != 0 {
		t.Fatalf("%v, done %q, answers %q", err, *done, s.answers())
	}
	s.settings.Obey = obey
	if err := errors.Join(s.obeyAll(t.Context()), s.morning(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if want := []string{"a snooze 3w"}; !slices.Equal(*done, want) {
		t.Errorf("done %q", *done)
	}
	if all := s.answers(); len(all) != 1 || !strings.Contains(all[0], "Subject: regards: 1 done, 1 not done") {
		t.Errorf("answers %q", all)
	}
	s.reply("r2@x", "1 send\r\n", digest)
	if err := errors.Join(s.obeyAll(t.Context()), s.morning(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if all := s.answers(); len(all) != 2 || !strings.Contains(all[1], "it was ordered before") {
		t.Errorf("a line that was used: %q", all)
	}
}

// A message that is gone before it is read is told of and not waited for; one that
// cannot be read now is.
func TestObeyUnread(t *testing.T) {
	s, digest, done := ordering(t)
	s.reply("r1@x", "1 never\r\n", digest)
	messages, err := s.server.Messages("Sent")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.server.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := s.obeyAll(t.Context()); err == nil {
		t.Error("nothing is said of a server that is away")
	}
	if err := s.server.Start(); err != nil {
		t.Fatal(err)
	}
	if err := s.server.Remove("Sent", messages[len(messages)-1].UID); err != nil {
		t.Fatal(err)
	}
	for _, later := range []time.Duration{20 * time.Minute, 41 * time.Minute} {
		s.clock = s.clock.Add(later)
		if err := s.obeyAll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	refused, err := s.store.RefusedInstructions(t.Context(), s.clock.Add(-24*time.Hour))
	if err != nil || len(refused) != 1 || refused[0].Refused != store.RefusedGone || len(*done) > 0 {
		t.Errorf("%+v, %q, %v", refused, *done, err)
	}
}

// In a pause orders are carried out and answered, or nobody could end it by mail;
// after a backup was restored they wait.
func TestObeyOnHold(t *testing.T) {
	for reason, want := range map[string]int{"paused": 1, store.HeldRestored: 0} {
		s, digest, done := ordering(t)
		if err := s.store.SetHold(t.Context(), store.Hold{Reason: reason, Since: s.clock}); err != nil {
			t.Fatal(err)
		}
		s.reply("r1@x", "1 never\r\n", digest)
		if err := errors.Join(s.obeyAll(t.Context()), s.morning(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if len(*done) != want || len(s.answers()) != want {
			t.Errorf("%s: %q, %d answers", reason, *done, len(s.answers()))
		}
	}
}

// A line of ours that comes back unmarked is no order.
func TestObeyQuoted(t *testing.T) {
	s, digest, done := ordering(t)
	_, text, _ := strings.Cut(classify.PlainText(s.came()[0].Raw), "\n")
	text, _, _ = strings.Cut(text, "\n")
	s.reply("r1@x", "Thank you!\r\n"+text+"\r\n", digest)
	if err := errors.Join(s.obeyAll(t.Context()), s.morning(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if len(*done) > 0 || !strings.Contains(strings.Join(s.answers(), ""), "how to reply") {
		t.Errorf("%q: %q, %q", text, *done, s.answers())
	}
}
