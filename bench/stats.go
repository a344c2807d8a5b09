package main

import (
	"fmt"
	"slices"
	"time"
)

// quantile gives the value below which a share q of the values lies.
func quantile(values []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	at := q * float64(len(sorted)-1)
	low := int(at)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])
}

func median(values []float64) float64  { return quantile(values, 0.5) }
func highest(values []float64) float64 { return slices.Max(values) }

// spread writes the median with the lowest and the highest value.
func spread(values []float64, verb string) string {
	return fmt.Sprintf(verb+" ("+verb+"–"+verb+")", median(values), slices.Min(values), slices.Max(values))
}

// sum adds values pairwise.
func sum(a, b []float64) []float64 {
	total := slices.Clone(a)
	for i := range total {
		total[i] += b[i]
	}
	return total
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
