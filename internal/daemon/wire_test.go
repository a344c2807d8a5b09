package daemon

import (
	"bytes"
	"io"
	"net"
	"sync"
	"testing"
)

// wire stands before an IMAP server and makes it refuse what a test wants refused:
// it puts other words into the mouth of the client.
type wire struct {
	target   string
	listener net.Listener

	mu      sync.Mutex
	instead map[string]string
	said    bytes.Buffer
	made    int
}

func newWire(t *testing.T, target string) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{target: target, listener: listener, instead: map[string]string{}}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			w.mu.Lock()
			w.made++
			w.mu.Unlock()
			serving.Go(func() { w.serve(client) })
		}
	})
	t.Cleanup(func() { listener.Close(); serving.Wait() })
	return w
}

func (w *wire) port() int { return w.listener.Addr().(*net.TCPAddr).Port }

// serve carries one conversation.
func (w *wire) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", w.target)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		_, _ = io.Copy(client, server)
		client.Close()
	}()
	buf := make([]byte, 1<<16)
	for {
		n, err := client.Read(buf)
		if n > 0 {
			if _, failed := server.Write(w.edit(buf[:n])); failed != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// edit replaces what is to be replaced. A command line comes in one piece.
func (w *wire) edit(said []byte) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said.Write(said)
	for words, other := range w.instead {
		said = bytes.ReplaceAll(said, []byte(words), []byte(other))
	}
	return said
}

// replace has the server hear other words for some; with the same words, it hears
// the client again.
func (w *wire) replace(words, other string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.instead[words] = other
}

// count gives how often the client said something.
func (w *wire) count(words string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return bytes.Count(w.said.Bytes(), []byte(words))
}

// connections gives how many were made.
func (w *wire) connections() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.made
}
