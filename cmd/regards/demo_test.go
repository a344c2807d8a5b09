package main

import (
	"testing"
	"time"
)

// Whenever the demo is run, its story begins on a Tuesday that is over.
func TestDemoStart(t *testing.T) {
	for hours := range 24 * 14 {
		now := time.Date(2026, 12, 25, hours, 30, 0, 0, time.FixedZone("", 13*3600))
		start := demoStart(now)
		ago := now.Sub(start)
		if start.Weekday() != time.Tuesday || start.Hour() != 10 || ago < 6*24*time.Hour || ago > 15*24*time.Hour {
			t.Errorf("at %v: %v", now, start)
		}
	}
}
