package classify

import "strings"

// daemonNames are local parts by which nothing but a mail system writes.
var daemonNames = []string{"mailer-daemon", "mailerdaemon", "mailer_daemon", "mail-daemon", "maildaemon", "post_master"}

// systemPieces stand in the local parts of programs that carry or filter mail: MDaemon,
// MAILsweeper, Symantec's and Trend Micro's gateways.
var systemPieces = []string{
	"mdaemon", "mailsweeper", "mailmarshal", "antivirus", "smtp", "imss", "interscan", "surfcontrol", "barracuda", "spamfilter",
	"mailgateway", "mail-gateway", "mail_service", "mailservice", "maildelivery", "mail-delivery", "mail_delivery", "undeliver", "nondeliver", "non-deliver",
	"mailsystem", "mail-system", "mailman-bounces", "poostmaster", "mailscanner",
}

// systemNames are display names of programs that carry mail.
var systemNames = []string{
	"mail delivery", "delivery subsystem", "mailsystem", "mail system", "mailer daemon", "mailer-daemon",
	"microsoft exchange", "content-filter at", "mail deliver system", "mail administrator",
}

// robotNames are local parts of machines, though not of mail systems alone.
var robotNames = []string{
	"noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "do_not_reply", "admin", "administrator",
	"system", "root", "ndr", "bounce", "bounces", "mailer", "system administrator", "mailadmin", "notification",
	"notifications",
}

// noteSender looks at who the message says it is from.
func noteSender(m *signs, list []Address, bare string) {
	if bare != "" {
		noteLocal(m, asciiLower(bare))
	}
	for _, a := range list {
		local, _, _ := strings.Cut(asciiLower(a.Addr), "@")
		noteLocal(m, strings.Trim(local, `"`))
		name := asciiLower(a.Name)
		for _, n := range systemNames {
			// A name that says more is a person's: Damon "Mailer Daemon" Hart.
			m.fromSystem = m.fromSystem || strings.HasPrefix(name, n)
		}
	}
}

func noteLocal(m *signs, local string) {
	for _, n := range daemonNames {
		m.fromDaemon = m.fromDaemon || local == n
	}
	// Careless programs add a host behind a backslash.
	m.fromPost = m.fromPost || local == "postmaster" || strings.HasPrefix(local, `postmaster\`)
	for _, n := range systemPieces {
		m.fromSystem = m.fromSystem || strings.Contains(local, n)
	}
	for _, n := range robotNames {
		m.fromRobot = m.fromRobot || local == n
	}
	m.fromRobot = m.fromRobot || strings.HasSuffix(local, "-admin") || strings.HasSuffix(local, "-bounces") || strings.HasSuffix(local, "-owner")
}
