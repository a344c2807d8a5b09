//go:build !race

package daemon

// calendarDays is how long a calendar is gone through: a year; calendarSteps is how
// much may happen in a story of it.
const (
	calendarDays  = 365
	calendarSteps = 12
)
