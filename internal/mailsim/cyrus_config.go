//go:build unix

package mailsim

import (
	"encoding/binary"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// fill puts what belongs to one server into a configuration.
func fill(text, dir string, port int, who identity) string {
	return strings.NewReplacer(
		"@dir@", dir, "@port@", strconv.Itoa(port), "@user@", who.user, "@group@", who.group,
		"@uid@", strconv.Itoa(who.uid), "@mailboxes@", specialUses(), "@programs@", cyrusPrograms,
	).Replace(text)
}

// imapdConf is imapd.conf. Names have no prefix and "/" between levels. By
// default Cyrus lets nobody delete a mailbox with a special use and keeps what
// was deleted; specialuse_protect can't be empty, so it names a use that no
// mailbox has. Nothing imitates a power cut, so the databases need no fsync.
const imapdConf = `
configdirectory: @dir@/conf
defaultpartition: default
partition-default: @dir@/mail
cyrus_user: @user@
altnamespace: yes
unixhierarchysep: yes
virtdomains: userid
defaultdomain: internal
autocreate_quota: 0
delete_mode: immediate
expunge_mode: immediate
specialuse_protect: \Important
skiplist_unsafe: yes
idlesocket: @dir@/idle
lmtpsocket: @dir@/lmtp
notifysocket: @dir@/notify
allowplaintext: yes
failedloginpause: 0
sasl_mech_list: PLAIN
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: @dir@/saslauthd
`

const cyrusConf = `
START {
  recover cmd="@programs@ctl_cyrusdb -C @dir@/imapd.conf -r"
  idled cmd="@programs@idled -C @dir@/imapd.conf"
}
SERVICES {
  imap cmd="@programs@imapd -C @dir@/imapd.conf" listen="127.0.0.1:@port@" proto="tcp4" prefork=0 maxchild=100
}
EVENTS {
}
`

// answerPasswords plays saslauthd, which Cyrus asks whether a password is right.
// Real ones look into the system's users.
func answerPasswords(path string, who identity) (net.Listener, error) {
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := who.own(path); err != nil {
		listener.Close()
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		listener.Close()
		return nil, err
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answerPassword(conn)
		}
	}()
	return listener, nil
}

// answerPassword answers one question: login, password, service and realm, each
// with its length before it.
func answerPassword(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(startTimeout))
	var question [4]string
	for i := range question {
		var size uint16
		if binary.Read(conn, binary.BigEndian, &size) != nil {
			return
		}
		text := make([]byte, size)
		if _, err := io.ReadFull(conn, text); err != nil {
			return
		}
		question[i] = string(text)
	}
	answer := "NO"
	if question[0]+"@"+question[3] == userName && question[1] == password {
		answer = "OK"
	}
	_ = binary.Write(conn, binary.BigEndian, uint16(len(answer)))
	_, _ = io.WriteString(conn, answer)
}
