//go:build race

package main

// With the race detector each program that the tests of faults start takes ten
// times as long, and a finer sweep would tell nothing more about races.
const stride = 12

const racing = true

var swept = []string{"add", "once", "restore"}
