//go:build !unix

package classify

import "time"

var begun = time.Now()

// processorTime is the time that has passed, where no other is to be had simply.
func processorTime() time.Duration { return time.Since(begun) }
