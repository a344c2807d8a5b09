package daemon

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// As long as decisions are made somebody hears of it every second; while one
// hangs, nobody does, however long that takes.
func TestAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDaemon(t)
		var beats atomic.Int32
		d.settings.Alive = func(int) { beats.Add(1) }
		d.settings.NextPlan = func(now time.Time) time.Time { return now.Add(time.Hour) }
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- d.Run(ctx) }()
		time.Sleep(10 * time.Second)
		if n := beats.Load(); n < 9 {
			t.Errorf("%d beats in 10 seconds", n)
		}
		err := d.decide(ctx, func(context.Context) error {
			before := beats.Load()
			time.Sleep(time.Hour) // it hangs
			if n := beats.Load(); n != before {
				t.Errorf("%d beats while a decision hangs", n-before)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		before := beats.Load()
		time.Sleep(10 * time.Second)
		if beats.Load() == before {
			t.Error("no beat after it has ended")
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
