package provider

// hosters are known by the exchangers of their customers' domains.
func hosters() []entry {
	entries := []entry{
		{
			name: "OVHcloud", mx: words("mail.ovh.net"),
			imap: imaps("ssl0.ovh.net"), smtp: smtps("ssl0.ovh.net"),
			ways:  []Way{password(ownPassword + " It can be set in OVHcloud's control panel, at https://www.ovh.com/manager.")},
			notes: []string{"That holds for MX Plan and Zimbra. With Exchange or Email Pro the server has another name, such as ex4.mail.ovh.net: look in the control panel."},
		},
		{
			name: "Strato", mx: words("rzone.de"),
			imap: imaps("imap.strato.de"), smtp: smtps("smtp.strato.de"),
			ways: []Way{password(ownPassword + " It is that of the mailbox, not that of the customer's login.")},
		},
		{
			name: "Gandi Mail", domains: words("gandi.net"), mx: words("mail.gandi.net"),
			imap: imaps("mail.gandi.net"), smtp: smtps("mail.gandi.net"),
			ways: []Way{password(ownPassword+" It is that of the mailbox, not that of the customer's login.",
				"If it is refused, look at https://webmail.gandi.net/settings/login under Email access: IMAP and SMTP can be shut there.")},
		},
		{
			name: "Migadu", domains: words("migadu.com"), mx: words("migadu.com"),
			imap: imaps("imap.migadu.com"), smtp: smtps("smtp.migadu.com"),
			ways: []Way{password(ownPassword)}, notes: []string{serversOnly},
		},
		{
			name: "one.com", mx: words("one.com"),
			imap: imaps("imap.one.com"), smtp: smtps("send.one.com"),
			ways: []Way{password(ownPassword)}, notes: []string{serversOnly},
		},
		{
			name: "Rackspace Email", mx: words("emailsrvr.com"),
			imap: imaps("secure.emailsrvr.com"), smtp: smtps("secure.emailsrvr.com"),
			ways: []Way{password(ownPassword)}, notes: []string{serversOnly},
		},
		{
			name: "GoDaddy", mx: words("secureserver.net"),
			imap: imaps("imap.secureserver.net"), smtp: smtps("smtpout.secureserver.net"),
			ways:  []Way{password(ownPassword)},
			notes: []string{"That holds for GoDaddy's Workspace Email. " + serversOnly},
		},
		{
			name: "domainFACTORY", mx: words("ispgateway.de"),
			imap: imaps("sslin.df.eu"), smtp: smtps("sslout.df.eu"),
			ways: []Way{password(ownPassword)}, notes: []string{serversOnly},
		},
		{
			name: "Hetzner", mx: words("your-server.de"),
			imap: imaps("mail.your-server.de"), smtp: smtps("mail.your-server.de"),
			ways: []Way{password(ownPassword)}, notes: []string{serversOnly},
		},
	}
	for _, place := range []string{"de", "com", "fr", "es", "it", "co.uk"} {
		entries = append(entries, ionos(place))
	}
	return entries
}

// ionos has a name for each country, and old ones for Germany and America.
func ionos(place string) entry {
	older := map[string]string{"de": " kundenserver.de schlund.de", "com": " perfora.net 1and1.com", "co.uk": " 1and1.co.uk"}
	return entry{
		name: "IONOS (" + place + ")", mx: words("ionos." + place + older[place]),
		imap: imaps("imap.ionos." + place), smtp: smtps("smtp.ionos." + place),
		ways: []Way{
			password(ownPassword + " It is that of the mailbox, not that of the customer's login. With two-step verification of the webmail it is refused: take the other way."),
			appPassword("Log in to the webmail at https://mail.ionos."+place+", click on your initials, then Login & Security, and make an app password for regards.",
				giveRegards("the password that is shown")),
		},
	}
}

// closed are providers into which only their own programs have a way.
var closed = []entry{
	{
		name:    "Tuta",
		domains: words("tuta.com tuta.io tutanota.com tutanota.de tutamail.com keemail.me"),
		mx:      words("tutanota.de tuta.com"),
		noIMAP:  "Tuta has neither IMAP nor SMTP, since only its own programs can decrypt the mail; take another mailbox for regards",
	},
	{
		name:    "HEY",
		domains: words("hey.com"),
		mx:      words("app.hey.com"),
		noIMAP:  "HEY has no IMAP: only its own programs read the mail; take another mailbox for regards",
	},
}
