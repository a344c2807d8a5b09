package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
)

// file is one file of an archive or a package.
type file struct {
	path string // with slashes
	mode fs.FileMode
	data []byte
}

// tarball packs files into a folder of an archive, in their order, all of them root's
// and of one time.
func tarball(folder string, files []file, at time.Time) ([]byte, error) {
	var b bytes.Buffer
	z := compressor(&b)
	w := tar.NewWriter(z)
	for _, f := range files {
		head := &tar.Header{Typeflag: tar.TypeReg, Name: folder + "/" + f.path, Mode: int64(f.mode), Size: int64(len(f.data)), ModTime: at, Format: tar.FormatUSTAR}
		if err := w.WriteHeader(head); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// zipped is tarball for Windows.
func zipped(folder string, files []file, at time.Time) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		head := &zip.FileHeader{Name: folder + "/" + f.path, Method: zip.Deflate, Modified: at}
		head.SetMode(f.mode)
		to, err := w.CreateHeader(head)
		if err != nil {
			return nil, err
		}
		if _, err := to.Write(f.data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// compressor writes gzip without a name and a time.
func compressor(to *bytes.Buffer) *gzip.Writer {
	z, _ := gzip.NewWriterLevel(to, gzip.BestCompression) // the level is a known one
	return z
}

// gzipped compresses a manual page or a changelog.
func gzipped(text []byte) []byte {
	var b bytes.Buffer
	z := compressor(&b)
	_, _ = z.Write(text) // a Buffer takes all
	_ = z.Close()
	return b.Bytes()
}

// sums are the checksums of the results, as sha256sum reads them.
type sums struct{ lines []string }

func (s *sums) add(name string, b []byte) {
	s.lines = append(s.lines, fmt.Sprintf("%x  %s\n", sha256.Sum256(b), name))
}

func (s *sums) write(path string) error {
	slices.SortFunc(s.lines, func(a, b string) int { return strings.Compare(a[sha256.Size*2:], b[sha256.Size*2:]) })
	return os.WriteFile(path, []byte(strings.Join(s.lines, "")), 0o644)
}
