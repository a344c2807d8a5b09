package daemon_test

import (
	"flag"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"testing"
	"time"
)

var (
	yearsSeed  = flag.Uint64("years.seed", 1, "the seed of TestYears")
	yearsSeeds = flag.Int("years.seeds", 1, "how many seeds TestYears tries, from years.seed on")
	yearsDays  = flag.Int("years.days", ordinaryDays, "how many days TestYears takes")
)

// Two years of a service and its owner, with 200 contacts: every law that can be
// seen from outside holds at every pass. What fails is told with the story of the
// contact in question, and comes again with the same seed:
//
//	go test ./internal/daemon -run TestYears -years.seed 7 -v
//
// With an even seed the service is started anew every day. With -short, it is two
// months.
func TestYears(t *testing.T) {
	if testing.Short() {
		*yearsDays = min(*yearsDays, 60)
	}
	for i := range *yearsSeeds {
		seed := *yearsSeed + uint64(i)
		t.Run(fmt.Sprint(seed), func(t *testing.T) { live(t, seed, *yearsDays) })
	}
}

// live runs a simulation, and says what happened in it.
func live(t testing.TB, seed uint64, days int) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // most of what is read at a pass is garbage after it
	began := time.Now()
	w := newWorld(t, seed, days)
	w.run()
	w.pass()
	w.audit()
	for _, what := range slices.Sorted(maps.Keys(w.counts)) {
		t.Logf("%s: %d", what, w.counts[what])
	}
	t.Logf("%d days, %d passes, %d letters, %.0f days a second", days, w.passes, len(w.letters), float64(days)/time.Since(began).Seconds())
}
