package store

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// A service that begins sweeps beside commands that make and remove files of their own:
// that one is gone which it was about to remove is no reason not to begin.
func TestSweepBesideCommands(t *testing.T) {
	path := filepath.Join(t.TempDir(), "regards.db")
	stop := make(chan struct{})
	var making sync.WaitGroup
	making.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			var names []string
			for range 20 {
				names = append(names, path+newFile+NewID())
				if err := os.WriteFile(names[len(names)-1], nil, 0o600); err != nil {
					t.Error(err)
				}
			}
			for _, name := range names {
				if err := os.Remove(name); err != nil && !os.IsNotExist(err) {
					t.Error(err)
				}
			}
		}
	})
	for range 2000 {
		check(t, sweep(path, leftovers))
	}
	close(stop)
	making.Wait()
}

// A command whose new database is swept away while it is made makes another one.
func TestSweptWhileMade(t *testing.T) {
	for early := false; !early; { // seldom it is whole before anybody sees it
		path := filepath.Join(t.TempDir(), "regards.db")
		swept := make(chan bool)
		go func() {
			for {
				made, _ := filepath.Glob(path + newFile + "*")
				if _, err := os.Stat(path); err == nil || len(made) > 0 {
					swept <- err != nil && sweep(path, leftovers) == nil
					return
				}
			}
		}()
		s, err := Open(ctx, path)
		early = <-swept
		check(t, err)
		check(t, s.Close())
		if left, _ := filepath.Glob(path + newFile + "*"); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	}
}
