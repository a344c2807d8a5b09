//go:build !race

package daemon_test

// ordinaryDays is how long the simulation runs: two years.
const ordinaryDays = 730
