//go:build race

package daemon_test

// The race detector makes a day five times as long, and no day differs from
// others in what it sees: it watches the first months, with a change of the
// clocks in them.
const ordinaryDays = 60
