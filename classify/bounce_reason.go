package classify

// reason is why a delivery failed, as the words of mail systems tell it.
type reason struct {
	detail  string // subject and detail of the status code (RFC 3463 sections 3.2 to 3.8)
	hard    bool   // the address itself is gone
	phrases []string
}

// reasons stand in the order of their weight: what passes, or is about the message or
// its sender, before what is said of the address in the same breath. The phrases are
// lower-case and tried as parts of a text.
var reasons = []reason{
	{"4.7", false, []string{ // expired
		"in the queue too long", "delivery time expired", "retry timeout exceeded", "retry time not reached",
		"message expired", "cannot send message for",
		"could not send message for", "undelivered after", "will keep trying", "has not yet been delivered",
		"not been delivered yet", "still being retried",
		"delivery attempts will continue", "will be retried", "delayed", "too old", "has been postponed", "warning-timeout", "expired",
	}},
	{"1.0", true, []string{"recipient address rejected: access denied"}}, // Exchange Online's word for an unknown recipient
	{"2.2", false, []string{ // mailbox full
		"mailbox full", "mailbox is full", "mailbox too full", "full mailbox", "mailbox has exceeded", "over quota",
		"overquota", "over-quota", "over disk quota", "overdisk",
		"quota exceed", "exceeded quota", "exceeds quota", "exceeded storage", "exceeded his quota", "exceeded the quota",
		"exceed mailbox quota",
		"storage limit", "storage quota", "disk quota", "mail quota", "account is full", "out of storage", "out of space",
		"not enough storage", "no space left",
		"insufficient disk", "insufficient system storage", "insufficient storage", "exceeds allowed size",
		"mailbox exceeds", "mailbox size limit", "exceed the quota", "is currently full",
		"too many messages in the mailbox", "maximum allowed in mailbox", "mailfolder is full", "maildir over",
		"recipient storage full",
		"postfach voll", "postfach ist voll", "postfach des empfängers ist voll", "quota überschritten", "pleine",
		"buzón lleno", "buzon lleno", "caixa postal cheia", "caixa cheia", "casella piena", "mailbox vol",
		"メールボックスが一杯", "容量", "переполнен",
	}},
	{"3.4", false, []string{ // message too big
		"message too big", "message too large", "message is too large", "too large", "message size exceeds",
		"exceeds size", "exceeds maximum", "size limit", "size exceeds", "exceeded maximum inbound message size",
		"message exceeded", "message length exceeds", "exceeds the maximum", "nachricht zu groß",
	}},
	{"4.6", false, []string{"routing loop", "too many hops", "hop count", "mail loop", "loops back to myself", "message looping", "loop detected", "looping"}},
	{"1.8", false, []string{ // the sender's address
		"sender rejected", "sender address rejected", "sender address", "sender domain", "unroutable sender",
		"sender verify", "sender unknown", "unknown sender", "sender denied", "mail from address", "return path",
		"domain of sender", "from address",
		"sender is", "not a member", "not member", "from you",
	}},
	{"7.1", false, []string{ // spam, reputation, policy
		"spam", "blacklist", "black list", "blocklist", "block list", "blocked", "block listed", "denylist", "dnsbl",
		" rbl", "dnsrbl", "reputation", "unsolicited", "bulk mail", "bulk email", "junk", "abuse", " spf", "dkim", "dmarc",
		"policy", "message content", "content filter", "content rejected", "content restrict", "virus", "malware",
		"banned", "not authorized", "not permitted", "permission", "berechtigt", "permiso", "autoris", "permissão",
		"access denied", "relay", "refused to accept your", "authentication", "authenticat", "listed at", "is listed",
		"are listed", "listed by", "ptr record", " ptr", "reverse dns", "reverse lookup", "rdns",
		"greylist", "graylist", "rate limit", "too many connections", "too many recipients", "too many errors",
		"suspicious", "phish", "restricted", "prohibited", "security", "administrative prohibition", "administratively",
		"starttls", " tls", "filtered", "too fast", "bad header", "not rfc", "rfc 5322", "rfc5322", "rfc 2822", "rfc2822",
	}},
	{"1.6", true, []string{"has moved", "no longer at", "address changed", "new address", "mailbox moved", "user moved", "moved to", "neue adresse"}},
	{"1.10", true, []string{ // a domain without mail
		"does not accept mail", "doesn't accept mail", "not accept any mail", "null mx", "nullmx", "does not receive mail",
		"doesn't receive email", "not accepting network messages", "host does not accept", "domain does not accept",
		"no mail accepted", "mx record is invalid", "cname lookup failed", "mail receiving disabled", "no smtp service",
	}},
	{"2.1", false, []string{ // disabled for now
		"disabled", "suspended", "suspend", "inactive", "deactivated", "discontinued", "frozen", "account closed",
		"account has been blocked", "not active", "expired account", "locked", "bloque", "temporarily unavailable",
		"invalid/inactive", "not been activated", "unavailable for", "bloccat",
	}},
	{"1.2", true, []string{ // no such host
		"host unknown", "unknown host", "no such host", "host not found", "domain not found", "domain…not exist",
		"domain is not", "no such domain", "unknown domain", "nxdomain", "non-existent host", "nonexistent host",
		"non-existent domain", "nonexistent domain", "unrouteable mail domain", "unroutable mail domain",
		"unrouteable domain",
		"couldn't find any host", "bad destination host", "bad destination system", "domain name not found",
		"host or domain name not found", "domain invalid", "invalid domain", "unresolvable", "does not resolve",
		"name server: host not found", "dns domain", "no mx", "illegal host", "recipient's domain", "no valid hosts",
	}},
	{"1.1", true, []string{ // no such user
		"user unknown", "unknown user", "user not found", "no such user", "no such mailbox", "no such recipient",
		"no such person", "no such address", "no such account", "unknown recipient", "recipient unknown",
		"unknown address", "address unknown", "addressee unknown", "unknown addressee", "unknown or illegal alias",
		"unknown account", "unknown local", "unknown mailbox", "unknown to", "unknown email", "unknown e-mail",
		"does not exist", "doesn't exist", "not exist", "do not exist", "doesn't have a", "does not have a",
		"not have an account", "no mailbox", "no account", "no user", "not a valid", "isn't a valid", "not valid",
		"invalid recipient", "invalid address", "invalid mailbox", "invalid user", "invalid final delivery",
		"invalid email", "invalid local",
		"mailbox unavailable", "mailbox not found", "recipient not found", "recipientnotfound", "address not found",
		"not found", "wasn't found", "couldn't be found", "could not be found", "cannot find", "not recognized", "not our customer",
		"not known", "not listed", "unrouteable address", "unroutable address", "undeliverable address", "unknown in",
		"bad address", "bad destination mailbox", "bad mailbox", "not a known user", "not local", "not on this system",
		"no longer valid", "no longer works", "no longer available", "no longer on", "no longer exists", "not here",
		"badrcpt", "user_unknown", "unrecognized", "no valid recipients", "wrong or no longer", "no matches", "not match",
		"no match", "has left", "dead address", "terminated", "recipient rejected", "recipient not", "address is wrong",
		"unknown (",
		"unbekannt", "existiert nicht", "gibt es nicht", "inconnu", "n'existe pas", "desconocid", "no existe",
		"não existe", "nao existe", "desconhecid", "sconosciut", "non esiste", "inesistente", "onbekend", "bestaat niet",
		"не существует", "неизвест", "не найден", "nieznan", "nie istnieje", "存在しません", "見つかりません", "不存在", "ありません",
	}},
	{"4.3", false, []string{"name server", "nameserver", "dns error", "lookup failure", "name service error", "temporary lookup", "dns lookup"}},
	{"4.1", false, []string{ // no answer
		"timed out", "timeout", "time out", "connection refused", "connection reset", "connection failed",
		"could not connect", "couldn't connect", "unable to connect", "wasn't able to establish", "no route",
		"unreachable", "not reachable", "lost connection", "no answer", "not responding", "unavailable or busy",
		"connection dropped", "network error", "deferred", "connect to", "closed connection", "connection closed",
	}},
	{"5.0", false, []string{"syntax error", "protocol error", "command rejected"}},
	{"1.0", true, []string{"address rejected. "}}, // for want of any other reason
	{unclear, false, []string{"system error", "local error", "internal error", "service unavailable", "service currently unavailable", "configuration", "resources", "mailer error", "command failed", "local configuration error", "child process", "transmission failure"}},
}
