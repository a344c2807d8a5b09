//go:build unix

package mailsim

import (
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
)

// courierCapabilities is what Debian's configuration says; imapd adds to it.
const courierCapabilities = "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE"

// courierEnvironment is Debian's configuration, but that IDLE looks for news
// every second and not every minute. Mail in Trash is not removed by age.
func courierEnvironment(tag, dir string) []string {
	return []string{
		"PATH=/usr/bin:/bin", "HOME=" + dir, "MAILDIR=Maildir", watcherVariable(dir),
		"AUTHENTICATED=" + userName, "AUTHADDR=" + userName, "AUTHFULLNAME=Ana", "IMAPLOGINTAG=" + tag,
		"TCPREMOTEIP=" + loopback, "TCPREMOTEPORT=0", "IMAP_STARTTLS=NO",
		"IMAP_CAPABILITY=" + courierCapabilities, "IMAP_KEYWORDS=1", "IMAP_USELOCKS=1", "IMAP_ENHANCEDIDLE=0",
		"IMAP_IDLE_TIMEOUT=1", "IMAP_MOVE_EXPUNGE_TO_TRASH=0", "IMAP_EMPTYTRASH=", "IMAP_MAILBOX_SANITY_CHECK=1",
		"IMAP_UMASK=022",
	}
}

// loginCommand matches LOGIN with atoms or quoted strings.
var loginCommand = regexp.MustCompile(`(?i)^LOGIN ("(?:[^"\\]|\\.)*"|[^ "]+) ("(?:[^"\\]|\\.)*"|[^ "]+)$`)

// courierLogin speaks for Courier until the client has logged in. It returns the
// tag of that LOGIN, which imapd answers, or false if the client went away.
func courierLogin(conn net.Conn) (tag string, ok bool) {
	fmt.Fprintf(conn, "* OK [CAPABILITY %s ENABLE UTF8=ACCEPT] Courier-IMAP ready.\r\n", courierCapabilities)
	for {
		line, err := readLine(conn)
		if err != nil {
			return "", false
		}
		tag, command, _ := strings.Cut(line, " ")
		switch word, _, _ := strings.Cut(strings.ToUpper(command), " "); word {
		case "LOGIN":
			if rightLogin(command) {
				return tag, true
			}
			fmt.Fprintf(conn, "%s NO Login failed.\r\n", tag)
		case "CAPABILITY":
			fmt.Fprintf(conn, "* CAPABILITY %s ENABLE UTF8=ACCEPT\r\n%s OK CAPABILITY completed\r\n", courierCapabilities, tag)
		case "NOOP":
			fmt.Fprintf(conn, "%s OK NOOP completed\r\n", tag)
		case "LOGOUT":
			fmt.Fprintf(conn, "* BYE Courier-IMAP server shutting down\r\n%s OK LOGOUT completed\r\n", tag)
			return "", false
		default:
			fmt.Fprintf(conn, "%s NO Error in IMAP command received by server.\r\n", tag)
		}
	}
}

func rightLogin(command string) bool {
	words := loginCommand.FindStringSubmatch(command)
	return words != nil && unquote(words[1]) == userName && unquote(words[2]) == password
}

func unquote(word string) string {
	if !strings.HasPrefix(word, `"`) {
		return word
	}
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(word[1 : len(word)-1])
}

// longestLine is what a command before the login may have in bytes.
const longestLine = 8 << 10

// readLine reads byte by byte: what comes after the line belongs to imapd.
func readLine(r io.Reader) (string, error) {
	var line []byte
	for b := make([]byte, 1); len(line) < longestLine; {
		if _, err := io.ReadFull(r, b); err != nil {
			return "", err
		}
		if b[0] == '\n' {
			return strings.TrimSuffix(string(line), "\r"), nil
		}
		line = append(line, b[0])
	}
	return "", fmt.Errorf("a line of over %d bytes", longestLine)
}
