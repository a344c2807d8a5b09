//go:build race

package daemon

// The race detector sees the same on every day, and makes each many times as long.
const (
	calendarDays   = 40
	calendarSteps  = 3
	calendarChecks = "25"
)
