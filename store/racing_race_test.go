//go:build race

package store

// fewer is how many times a property is tried: the race detector makes the
// database twenty times as slow.
const fewer = 10
