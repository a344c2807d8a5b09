package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"regards/internal/carddav"
	"regards/internal/config"
	"regards/internal/imapconn"
	"regards/store"
)

// app is one run of the program: its streams and the global flags.
type app struct {
	in       io.Reader
	out, err io.Writer

	configPath string
	json       bool
	nowText    string
	dryRun     bool
	logLevel   string
	logFormat  string

	session *session // in which it works; nil: it opens its own
}

// The exit codes, as the contract gives them.
const (
	exitFailed   = 1
	exitUsage    = 2
	exitTryLater = 75
	exitLogin    = 77
	exitConfig   = 78
)

// output remembers the first error of writing results: a full disk behind a
// pipe must not look like success.
type output struct {
	io.Writer
	err error
}

func (o *output) Write(b []byte) (int, error) {
	n, err := o.Writer.Write(b)
	if err != nil {
		err = fmt.Errorf("write the results: %w", err)
	}
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// usageError is a mistake in the command line.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// exit prints an error and gives the exit code that tells its kind.
func (a *app) exit(err error) int {
	if out, ok := a.out.(*output); ok && err == nil {
		err = out.err
	}
	if err == nil {
		return 0
	}
	fmt.Fprintf(a.err, "regards: %v\n", err)
	var usage usageError
	var configuration *config.Error
	switch {
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &configuration):
		return exitConfig
	case errors.Is(err, imapconn.ErrLogin), errors.Is(err, carddav.ErrLogin):
		return exitLogin
	case errors.Is(err, imapconn.ErrAway), errors.Is(err, carddav.ErrAway), errors.Is(err, errLongAway), errors.Is(err, store.ErrHeld):
		return exitTryLater
	}
	return exitFailed
}

// command builds the tree of commands.
func (a *app) command() *cobra.Command {
	root := group("regards", "keep your professional network warm",
		`regards watches your mail, knows when you were last in touch with each of your
contacts, and lays the letters that good manners ask for into your Drafts. You
read, edit and send them.`,
		a.demoCommand(), a.initCommand(), a.loginCommand(), a.runCommand(), a.syncCommand(), a.statusCommand(), a.checkCommand(), a.contactCommand(),
		a.touchCommand(), a.logCommand(), a.occasionCommand(), a.milestoneCommand(), a.doneCommand(), a.helloCommand(), a.letterCommand(), a.templateCommand(), a.classifyCommand(),
		a.explainCommand(), a.planCommand(), a.digestCommand(), a.pauseCommand(), a.resumeCommand(), a.undoCommand(), a.forgetCommand(), a.backupCommand(),
		a.restoreCommand(), a.serviceCommand(), a.uninstallCommand(), a.manCommand(), a.versionCommand())
	flags := root.PersistentFlags()
	flags.StringVar(&a.configPath, "config", "", "the configuration file (default: $REGARDS_CONFIG, then config.toml in the configuration folder)")
	flags.BoolVar(&a.json, "json", false, "print for programs")
	flags.StringVar(&a.nowText, "now", "", "pretend that it is this time; for rehearsals on servers of this machine")
	flags.BoolVarP(&a.dryRun, "dry-run", "n", false, "change nothing")
	flags.StringVar(&a.logLevel, "log-level", "info", "debug, info, warn or error")
	flags.StringVar(&a.logFormat, "log-format", "text", "text or json")
	root.SilenceErrors, root.SilenceUsage = true, true
	root.Version = version // and so there is --version, which many try first
	root.SetVersionTemplate(versionLine())
	completions(root)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usagef("%w; see: %s --help", err, c.CommandPath())
	})
	return root
}

// completions adds the command that writes completions for shells, which holds others
// as any group does.
func completions(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	c, _, _ := root.Find([]string{"completion"}) // it was made just now
	c.Short, c.Long = "write completions for a shell", ""
	c.Args, c.RunE = root.Args, root.RunE
	for _, shell := range c.Commands() {
		shell.Short = "write completions for " + shell.Name()
		shell.Long = "Writes completions for " + shell.Name() + " to the standard output; docs/packages.md says where they belong."
		shell.Args = args(cobra.NoArgs)
	}
}

// group makes a command that only holds others: without one of them it is an
// error, not a help text with a happy exit.
func group(name, short, long string, children ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: name, Short: short, Long: long, SuggestionsMinimumDistance: 2, // letters that are wrong
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				meant := ""
				if near := c.SuggestionsFor(args[0]); len(near) > 0 {
					meant = fmt.Sprintf("did you mean %s? ", strings.Join(near, " or "))
				}
				return usagef("unknown command %q for %s; %ssee: %s --help", args[0], c.CommandPath(), meant, c.CommandPath())
			}
			return usagef("%s needs a command; see: %s --help", c.CommandPath(), c.CommandPath())
		},
		Args: cobra.ArbitraryArgs,
	}
	c.AddCommand(children...)
	return c
}

// args makes a mistake in the number of arguments a mistake of usage.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, a []string) error {
		if err := check(c, a); err != nil {
			return usagef("%w; usage: %s", err, c.UseLine())
		}
		return nil
	}
}

// session is what most commands work with: the configuration, the store and
// the time.
type session struct {
	cfg     config.Config
	store   *store.Store
	now     func() time.Time
	log     *slog.Logger
	discard func() // removes the copy on which a dry run works
	wrong   error  // of the file; the configuration is then none, see openAnyway
	pulse   *pulse // of the service; nil for other commands
}

// open loads the configuration and opens the store.
func (a *app) open(ctx context.Context) (*session, error) {
	cfg, err := config.Load(config.Path(a.configPath))
	if err != nil {
		return nil, err
	}
	return a.openWith(ctx, cfg)
}

// openAnyway is open where a running service holds to the configuration that it
// has, while the file is wrong by now: of that service it can be told what the
// database knows.
func (a *app) openAnyway(ctx context.Context) (*session, error) {
	s, err := a.open(ctx)
	var wrong *config.Error
	if !errors.As(err, &wrong) {
		return s, err
	}
	cfg := config.Default()
	if cfg.Store.Path = config.DatabaseOf(config.Path(a.configPath)); !store.Locked(cfg.Store.Path) {
		return nil, err
	}
	if s, err = a.openWith(ctx, cfg); err != nil {
		return nil, err
	}
	s.wrong = wrong
	states, err := s.store.AccountStates(ctx)
	if err != nil {
		s.close()
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(states)) {
		s.cfg.Accounts = append(s.cfg.Accounts, config.Account{Name: name})
	}
	return s, nil
}

// openWith opens the store of a configuration.
func (a *app) openWith(ctx context.Context, cfg config.Config) (s *session, err error) {
	s = &session{cfg: cfg}
	if s.now, err = a.clock(cfg); err != nil {
		return nil, err
	}
	if s.log, err = a.logger(); err != nil {
		return nil, err
	}
	if s.store, s.discard, err = a.openStore(ctx, cfg.Database()); err != nil {
		return nil, err
	}
	return s, nil
}

// openStore opens the store or, in a dry run, a copy of it; discard removes
// the copy.
func (a *app) openStore(ctx context.Context, path string) (st *store.Store, discard func(), err error) {
	discard = func() {}
	if a.dryRun {
		if path, discard, err = rehearsal(ctx, path); err != nil {
			return nil, nil, err
		}
	}
	if st, err = store.Open(ctx, path); err != nil {
		discard()
		return nil, nil, err
	}
	return st, discard, nil
}

// rehearsal makes the copy of a database on which a dry run works.
func rehearsal(ctx context.Context, path string) (copied string, discard func(), err error) {
	folder, discard, err := rehearsalFolder()
	if err != nil {
		return "", nil, err
	}
	copied = filepath.Join(folder, "regards.db")
	if err := store.Copy(ctx, path, copied); err != nil {
		discard()
		return "", nil, wantRoom(folder, err)
	}
	return copied, discard, nil
}

// rehearsalFolder makes the folder in which a dry run works.
func rehearsalFolder() (folder string, discard func(), err error) {
	folder, err = os.MkdirTemp("", "regards-dry-run-")
	if err != nil {
		return "", nil, wantRoom(folder, err)
	}
	return folder, func() { os.RemoveAll(folder) }, nil
}

// wantRoom adds to an error that is about the folder of a dry run where another
// one can be had.
func wantRoom(folder string, err error) error {
	if !strings.Contains(err.Error(), folder) {
		return err
	}
	return fmt.Errorf("%w; this is the copy on which a dry run works: set TMPDIR to a folder with room", err)
}

func (s *session) close() {
	s.store.Close() // every write has been committed by now
	s.discard()
}

// with opens a session, runs f and closes it.
func (a *app) with(ctx context.Context, f func(*session) error) error {
	if a.session != nil {
		return f(a.session)
	}
	s, err := a.open(ctx)
	if err != nil {
		return err
	}
	return a.within(s, f)
}

// within runs f on a session and closes it.
func (a *app) within(s *session, f func(*session) error) error {
	defer s.close()
	if err := f(s); err != nil || !a.dryRun {
		return err
	}
	fmt.Fprintln(a.err, "dry run: nothing was changed")
	return nil
}

// change is with for a command that changes something: undo takes it back.
func (a *app) change(c *cobra.Command, words []string, f func(*session) error) error {
	return a.with(c.Context(), func(s *session) error {
		s.store.Command(commandLine(c, words), s.now())
		return f(s)
	})
}

// commandLine gives a command as it would be typed, without the program's name.
func commandLine(c *cobra.Command, words []string) string {
	_, path, _ := strings.Cut(c.CommandPath(), " ")
	line := []string{path}
	for _, w := range words {
		line = append(line, quote(w))
	}
	global := c.InheritedFlags()
	c.Flags().Visit(func(f *pflag.Flag) {
		if global.Lookup(f.Name) != nil {
			return
		}
		if values, ok := f.Value.(pflag.SliceValue); ok {
			for _, v := range values.GetSlice() {
				line = append(line, "--"+f.Name, quote(v))
			}
			return
		}
		if f.Value.Type() == "bool" {
			line = append(line, "--"+f.Name)
			return
		}
		line = append(line, "--"+f.Name, quote(f.Value.String()))
	})
	return strings.Join(line, " ")
}

// clock gives the time: the true one, or the pretended one running on from there.
func (a *app) clock(cfg config.Config) (func() time.Time, error) {
	if a.nowText == "" {
		return time.Now, nil
	}
	started := time.Now()
	pretended, err := parseTime(a.nowText, started, cfg.Owner.Location(), latestDay)
	if err != nil {
		return nil, usagef("--now: %w", err)
	}
	if !a.dryRun && !allLoopback(cfg) {
		return nil, usagef("--now is for rehearsals on servers of this machine: a letter with a false date would reach real people; add -n")
	}
	return func() time.Time { return pretended.Add(time.Since(started)) }, nil
}

func allLoopback(cfg config.Config) bool {
	if cfg.CardDAV.URL != "" && !cfg.CardDAV.Loopback() {
		return false
	}
	for _, account := range cfg.Accounts {
		if !account.IMAP.Loopback() || account.SMTP != nil && !account.SMTP.Loopback() {
			return false
		}
	}
	return true
}

func (a *app) logger() (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(a.logLevel)); err != nil {
		return nil, usagef("--log-level %q: write debug, info, warn or error", a.logLevel)
	}
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: withoutAddresses}
	switch a.logFormat {
	case "text":
		return slog.New(slog.NewTextHandler(a.err, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(a.err, options)), nil
	}
	return nil, usagef("--log-format %q: write text or json", a.logFormat)
}

// anAddress is what looks like a mail address, also a quoted one, or a Message-ID.
var anAddress = regexp.MustCompile(`(?:"[^"]+"|[^\s"'<>(),;:=\[\]]+)@[^\s"'<>(),;:=]+`)

// withoutAddresses keeps addresses out of the log, which others may read. Ours
// name none, but errors hold the words of servers, and those do.
func withoutAddresses(_ []string, a slog.Attr) slog.Attr {
	err, isError := a.Value.Any().(error)
	switch {
	case isError:
		a.Value = slog.StringValue(err.Error())
	case a.Value.Kind() != slog.KindString:
		return a
	}
	a.Value = slog.StringValue(anAddress.ReplaceAllString(a.Value.String(), "(address)"))
	return a
}

// printJSON prints v for programs.
func (a *app) printJSON(v any) error {
	e := json.NewEncoder(a.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// jsonTime writes a time as the contract wants it: RFC 3339 in UTC, null for none.
func jsonTime(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.UTC().Format(time.RFC3339)
	return &s
}
