package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"regards/classify"
)

func (a *app) classifyCommand() *cobra.Command {
	var authserv string
	c := &cobra.Command{
		Use:   "classify FILE…",
		Short: "say of message files whether a person wrote them",
		Long: `Reads messages, one a file ("-" is the standard input), and says of each what it
is: human, auto-reply, bounce, list … and why. With --json one object a line.
It needs no configuration.`,
		Args: args(cobra.MinimumNArgs(1)),
		RunE: func(_ *cobra.Command, files []string) error {
			debug.SetMemoryLimit(memoryToUse)
			var errs []error
			for _, file := range files {
				errs = append(errs, a.classifyFile(file, classify.Policy{AuthservID: authserv}))
			}
			return errors.Join(errs...)
		},
	}
	c.Flags().StringVar(&authserv, "authserv-id", "", "whose Authentication-Results to believe")
	return c
}

// verdictJSON is a verdict as the contract shows it.
type verdictJSON struct {
	File       string           `json:"file"`
	Class      classify.Class   `json:"class"`
	Touch      bool             `json:"touch"`
	Reasons    []string         `json:"reasons"`
	From       string           `json:"from"`
	Recipients []map[string]any `json:"recipients"`
	Returns    *string          `json:"returns"`
	Thread     []string         `json:"thread"`
}

// jsonDate gives a day; nil for none.
func jsonDate(day time.Time) *string {
	if day.IsZero() {
		return nil
	}
	text := day.Format(time.DateOnly)
	return &text
}

// Of a message no more is read than this: a verdict needs less. What went before it is
// given back in time for what comes.
const (
	largestMessage = 64 << 20
	memoryToUse    = 128 << 20
)

// readMessage reads a file, or the standard input for "-".
func (a *app) readMessage(file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(io.LimitReader(a.in, largestMessage))
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b bytes.Buffer
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		b.Grow(int(min(info.Size(), largestMessage)) + bytes.MinRead)
	}
	_, err = b.ReadFrom(io.LimitReader(f, largestMessage))
	return b.Bytes(), err
}

func (a *app) classifyFile(file string, p classify.Policy) error {
	raw, err := a.readMessage(file)
	if err != nil {
		return err
	}
	report := classify.Message(raw, p)
	if !a.json {
		fmt.Fprintf(a.out, "%s: %s\n", file, report.Class)
		for _, reason := range report.Reasons {
			fmt.Fprintf(a.out, "  %s\n", reason)
		}
		for _, r := range report.Recipients {
			fmt.Fprintf(a.out, "  failed: %s %s\n", r.Address, r.Status)
		}
		if !report.Returns.IsZero() {
			fmt.Fprintf(a.out, "  away until %s\n", report.Returns.Format(time.DateOnly))
		}
		if report.Deputy.Addr != "" {
			fmt.Fprintf(a.out, "  write to %s meanwhile\n", report.Deputy.Addr)
		}
		for _, t := range report.Tidings {
			fmt.Fprintf(a.out, "  it tells: %s: %s\n", t.Kind, t.Words)
		}
		return nil
	}
	v := verdictJSON{File: file, Class: report.Class, Touch: report.Touch, Reasons: report.Reasons,
		Recipients: []map[string]any{}, Returns: jsonDate(report.Returns), Thread: []string{}}
	if len(report.From) > 0 {
		v.From = report.From[0].Addr
	}
	for _, r := range report.Recipients {
		v.Recipients = append(v.Recipients, map[string]any{"address": r.Address, "status": r.Status, "hard": r.Hard})
	}
	for _, id := range report.Thread {
		v.Thread = append(v.Thread, "<"+id+">")
	}
	e := json.NewEncoder(a.out) // one object a line, whatever the terminal
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
