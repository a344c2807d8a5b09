//go:build !race

package main

import (
	"maps"
	"slices"
)

// stride is how many steps of a sweep the tests of faults take at once, and
// swept are the commands that they try.
const stride = 1

const racing = false

var swept = slices.Sorted(maps.Keys(changing))
