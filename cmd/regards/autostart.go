package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"regards/internal/autostart"
	"regards/internal/config"
	"regards/store"
)

func (a *app) serviceCommand() *cobra.Command {
	return group("service", "have the machine run regards by itself", "", a.serviceInstallCommand(), a.serviceRemoveCommand(), a.serviceStatusCommand())
}

func (a *app) serviceInstallCommand() *cobra.Command {
	var linger bool
	c := &cobra.Command{
		Use:   "install",
		Short: "have the machine run regards whenever you are logged in",
		Long: `Has systemd, launchd or the Task Scheduler of Windows start this very program, with
this configuration, now and at each login of yours, and start it again after a
failure. No administrator is needed. With -n it shows what it would write and run.
After a change of where the program or the configuration lies, give it again.`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return a.installService(c.Context(), linger) },
	}
	c.Flags().BoolVar(&linger, "linger", false, "on Linux: run from when the machine starts, and while you are not logged in (for servers)")
	return c
}

func (a *app) serviceRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "remove",
		Short: "end the service, and have the machine no longer run it",
		Long: `Ends the service and takes away what "regards service install" made. Mail, database
and configuration stay as they are; "regards uninstall" is for those.`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return a.removeService(c.Context()) },
	}
}

func (a *app) serviceStatusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "tell whether the service is installed and running",
		Args:  args(cobra.NoArgs),
		RunE:  func(c *cobra.Command, _ []string) error { return a.serviceStatus(c.Context()) },
	}
}

func (a *app) installService(ctx context.Context, linger bool) error {
	path, cfg, err := a.ownConfig()
	if err != nil {
		return err
	}
	words, err := serviceWords(path, cfg)
	if err != nil {
		return err
	}
	m, err := autostart.Here()
	if err != nil {
		return err
	}
	steps, err := m.Install(ctx, words, linger)
	if err != nil {
		return fmt.Errorf("install the service: %w", err)
	}
	if inTemp(words) {
		fmt.Fprintln(a.err, "what this service starts lies in a folder for temporary files, which the machine may empty:\n  "+strings.Join(words, " "))
	}
	if a.dryRun {
		a.showSteps(steps)
		return nil
	}
	if err := mayInstall(ctx, m, words, cfg); err != nil {
		return err
	}
	if err := m.Do(ctx, steps); err != nil {
		return fmt.Errorf("install the service: %w", err)
	}
	fmt.Fprintf(a.out, "installed: %s\nregards runs now, and whenever you are logged in\n", m.Installed(ctx))
	if m.NeedsLinger() && !linger {
		fmt.Fprintln(a.out, "it ends when you log out; for a server: regards service install --linger")
	}
	return nil
}

// mayInstall reports what stands in the way: a manager out of reach, or a service that
// was started by hand and holds the database.
func mayInstall(ctx context.Context, m autostart.Manager, words []string, cfg config.Config) error {
	if err := m.Reach(ctx, words); err != nil {
		return err
	}
	if store.Locked(cfg.Database()) && !m.Running(ctx) {
		return fmt.Errorf("%w %s, and the machine did not start it; end it first", store.ErrHeld, cfg.Database())
	}
	return nil
}

// ownConfig gives the configuration that a service is to have, and its absolute path.
func (a *app) ownConfig() (path string, cfg config.Config, err error) {
	if path, err = filepath.Abs(config.Path(a.configPath)); err != nil {
		return "", cfg, err
	}
	cfg, err = config.Load(path)
	return path, cfg, err
}

// serviceWords is the command that a service manager is to run. It knows nothing of the
// variables that are set here: where they decide what is found, it is told.
func serviceWords(path string, cfg config.Config) ([]string, error) {
	if who := os.Getenv("SUDO_USER"); who != "" && os.Geteuid() == 0 {
		return nil, fmt.Errorf("this is about a service of one person: give it as %s, without sudo; docs/service.md tells of a service of the whole machine", who)
	}
	program, err := lastingProgram()
	if err != nil {
		return nil, err
	}
	words := []string{program, "--config", path, "run"}
	if path == filepath.Join(config.Home(), ".config", "regards", "config.toml") {
		words = []string{program, "run"}
	}
	usual, folder := filepath.Join(config.Home(), ".local", "share", "regards"), config.DataDir()
	switch {
	case cfg.Store.Path != "" || folder == usual:
		return words, nil
	case runtime.GOOS == "windows" || os.Getenv("STATE_DIRECTORY") != "":
		return nil, fmt.Errorf("the database lies in %s because a variable of this session says so, of which a service does not know; write its place into %s: [store] path = %q",
			folder, path, cfg.Database())
	}
	return append([]string{"/usr/bin/env", "XDG_DATA_HOME=" + filepath.Dir(folder)}, words...), nil
}

// lastingProgram is the path of this program, by the name that it has on the path if it
// has one: a link stays where it is when what it leads to is replaced. What go run makes
// is gone when it ends.
func lastingProgram() (string, error) {
	program, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("where this program lies: %w", err)
	}
	ofGoRun := func(folder string) bool { return strings.HasPrefix(folder, "go-build") }
	if slices.ContainsFunc(strings.Split(filepath.ToSlash(program), "/"), ofGoRun) {
		return "", fmt.Errorf("this program lies in %s, where it will not stay; build one that does (go build -o DIR ./cmd/regards), and give the command by that one", filepath.Dir(program))
	}
	lies, _ := filepath.EvalSymlinks(program)
	if named, err := exec.LookPath("regards"); err == nil && filepath.IsAbs(named) {
		if leads, err := filepath.EvalSymlinks(named); err == nil && leads == lies {
			return named, nil
		}
	}
	return program, nil
}

// inTemp reports whether some word is a path into the folder for temporary files, which
// many machines empty when they start.
func inTemp(words []string) bool {
	temp := filepath.Clean(os.TempDir())
	real, err := filepath.EvalSymlinks(temp)
	return slices.ContainsFunc(words, func(w string) bool {
		return strings.HasPrefix(w, temp+string(filepath.Separator)) || err == nil && strings.HasPrefix(w, real+string(filepath.Separator))
	})
}

// showSteps says what would be done, with the text of what would be written.
func (a *app) showSteps(steps []autostart.Step) {
	for _, s := range steps {
		fmt.Fprintf(a.out, "would %s\n", s)
		if text := s.Shown(); text != "" {
			fmt.Fprintf(a.out, "    %s\n", strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    "))
		}
	}
	fmt.Fprintln(a.err, "dry run: nothing was changed")
}

func (a *app) removeService(ctx context.Context) error {
	m, err := autostart.Here()
	if err != nil {
		return err
	}
	installed := m.Installed(ctx)
	steps, err := m.Remove(ctx)
	if err != nil {
		return fmt.Errorf("remove the service: %w", err)
	}
	switch {
	case a.dryRun:
		a.showSteps(steps)
		return nil
	case len(steps) == 0:
		fmt.Fprintln(a.out, "no service is installed")
		return nil
	}
	if err := m.Do(ctx, steps); err != nil {
		return fmt.Errorf("remove the service: %w", err)
	}
	fmt.Fprintf(a.out, "regards has ended, and is no longer started by %s\n", installed)
	if _, cfg, err := a.ownConfig(); err == nil && store.Locked(cfg.Database()) {
		fmt.Fprintln(a.err, "but another one runs, which was started in another way; end it there")
	}
	return nil
}

func (a *app) serviceStatus(ctx context.Context) error {
	_, cfg, err := a.ownConfig()
	if err != nil {
		return err
	}
	m, err := autostart.Here()
	if err != nil {
		return err
	}
	installed, running := m.Installed(ctx), store.Locked(cfg.Database())
	if a.json {
		return a.printJSON(map[string]any{"installed": installed != "", "running": running, "file": installed})
	}
	fmt.Fprintln(a.out, serviceState(installed, running))
	return nil
}

// serviceState says how regards is run, with what can be done about it; installed is ""
// where the machine does not run it.
func serviceState(installed string, running bool) string {
	switch {
	case installed != "" && running:
		return "running; the machine starts it by " + installed
	case running:
		return "running; to have the machine start it: regards service install"
	case installed != "":
		return "not running, though it is installed by " + installed + "; to start it: regards service install"
	}
	return "not running; start it with: regards run, or have the machine do so: regards service install"
}
