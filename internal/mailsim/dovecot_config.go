//go:build unix

package mailsim

import (
	"fmt"
	"strconv"
	"strings"
)

// configuration returns dovecot.conf. All of Dovecot runs as one user who has
// no rights, so nothing can change user or root directory. mdbox is the format
// that takes and gives 100,000 messages fastest; fsync serves only against a
// power cut, which nothing here imitates. A wrong password is refused without
// the delays that keep guessers away.
func configuration(dir string, port int, who identity, connections int) string {
	return strings.ReplaceAll(fill(dovecotConf, dir, port, who), "@connections@", strconv.Itoa(connections))
}

func specialUses() string {
	var b strings.Builder
	for _, mailbox := range standard {
		fmt.Fprintf(&b, "  mailbox %s {\n    special_use = %s\n  }\n", mailbox.name, mailbox.use)
	}
	return b.String()
}

const dovecotConf = `
base_dir = @dir@/run
state_dir = @dir@/state
log_path = @dir@/server.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0

default_internal_user = @user@
default_internal_group = @group@
default_login_user = @user@
first_valid_uid = @uid@

mail_home = @dir@/home/%u
mail_location = mdbox:@dir@/mail/%u
mail_fsync = never
mail_max_userip_connections = @connections@

passdb {
  driver = passwd-file
  args = @dir@/users
}
userdb {
  driver = static
  args = uid=@user@ gid=@group@ home=@dir@/home/%u
}

namespace inbox {
  inbox = yes
  separator = /
@mailboxes@}

service imap-login {
  chroot =
  inet_listener imap {
    port = @port@
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`

// dovecotTokens has Dovecot take access tokens beside passwords.
const dovecotTokens = `
auth_mechanisms = plain @mechanisms@
passdb {
  driver = oauth2
  mechanisms = @mechanisms@
  args = @dir@/tokens
}
`

// dovecotIntrospection says where it asks about them (RFC 7662), anew each time.
const dovecotIntrospection = `
introspection_mode = post
introspection_url = %s
active_attribute = active
active_value = true
username_attribute = username
`
