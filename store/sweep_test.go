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
