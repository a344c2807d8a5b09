package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
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

func (a *app) classifyFile(file string, p classify.Policy) error {
	var raw []byte
	var err error
	if file == "-" {
		raw, err = io.ReadAll(a.in)
	} else {
		raw, err = os.ReadFile(file)
	}
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
