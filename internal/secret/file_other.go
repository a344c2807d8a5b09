//go:build !unix

package secret

import "io/fs"

// Shared is false: on this system the folder of a user says who may read in it,
// and the mode of a file says nothing.
func Shared(fs.FileInfo) bool { return false }

// syncFolder does nothing: on this system a folder cannot be written out by itself.
func syncFolder(string) error { return nil }
