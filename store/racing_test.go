//go:build !race

package store

// fewer is how many times a property is tried.
const fewer = 100
