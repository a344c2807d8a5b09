//go:build !race

package daemon

// calendarDays is how long a calendar is gone through: a year; calendarSteps is how
// much may happen in a story of it, and calendarChecks how many stories there are.
const (
	calendarDays   = 365
	calendarSteps  = 12
	calendarChecks = "100"
)
