package provider

// german are providers of Germany, Austria and Switzerland.
var german = []entry{
	{
		name:    "GMX",
		domains: words("gmx.net gmx.de gmx.at gmx.ch gmx.eu gmx.biz gmx.org gmx.info mein.gmx mail.gmx email.gmx"),
		imap:    imaps("imap.gmx.net"), smtp: smtps("mail.gmx.net"),
		ways:  unitedInternet("https://www.gmx.net", "GMX"),
		notes: []string{"With pictures: https://hilfe.gmx.net/pop-imap/einschalten.html and https://hilfe.gmx.net/sicherheit/2fa/anwendungsspezifisches-passwort.html."},
	},
	{
		name:    "WEB.DE",
		domains: words("web.de email.de"),
		imap:    local(imaps("imap.web.de")), smtp: local(smtps("smtp.web.de")),
		ways:  unitedInternet("https://web.de", "WEB.DE"),
		notes: []string{"With pictures: https://hilfe.web.de/pop-imap/einschalten.html."},
	},
	{
		name:    "Posteo",
		domains: words(posteoDomains),
		imap:    imaps("posteo.de"), smtp: smtps("posteo.de"),
		ways: []Way{password(ownPassword,
			"If it is refused, look at https://posteo.de under Settings, My account, Password and security: “additional email account protection” shuts every mail program out.")},
	},
	{
		name:    "mailbox.org",
		domains: words("mailbox.org"),
		mx:      words("mailbox.org"),
		imap:    imaps("imap.mailbox.org"), smtp: smtps("smtp.mailbox.org"),
		ways: []Way{
			appPassword(
				"Log in at https://mailbox.org, then All settings, Security, Mail app passwords.",
				"Name it regards, allow IMAP and SMTP, and choose Generate password.",
				giveRegards("the password that is shown")),
			password(ownPassword + " With two-factor authentication it is refused."),
		},
		notes: []string{"The user is the main address of the mailbox, not an alias."},
	},
	{
		name:    "T-Online (Telekom Mail)",
		domains: words("t-online.de magenta.de"),
		imap:    imaps("secureimap.t-online.de"), smtp: smtps("securesmtp.t-online.de"),
		ways: []Way{appPassword(
			"Open https://www.telekom.de/hilfe/apps-dienste/e-mail/programme/passwort-verwalten and set up a password for mail programs (E-Mail-Passwort).",
			giveRegards("it"))},
	},
	{
		name:    "freenet Mail",
		domains: words("freenet.de"),
		imap:    imaps("mx.freenet.de"), smtp: smtps("mx.freenet.de"),
		ways: []Way{password(
			"Log in at https://www.freenet.de, and in the mailbox settings, under POP3/IMAP/SMTP, switch on “POP3, IMAP und SMTP aktivieren”; save.",
			ownPassword)},
	},
	{
		name:    "Vodafone Mail",
		domains: words("vodafonemail.de vodafone.de arcor.de kabelmail.de"),
		imap:    imaps("imap.vodafonemail.de"), smtp: smtps("smtp.vodafonemail.de"),
		ways:  []Way{password(ownPassword)},
		notes: []string{serversOnly},
	},
	{
		name:    "mail.de",
		domains: words("mail.de"),
		imap:    imaps("imap.mail.de"), smtp: smtps("smtp.mail.de"),
		ways:  []Way{password(ownPassword)},
		notes: []string{serversOnly},
	},
	{
		name:    "A1 (Austria)",
		domains: words("a1.net aon.at"),
		imap:    imaps("securemail.a1.net"), smtp: submission("securemail.a1.net"),
		ways:  []Way{password(ownPassword)},
		notes: []string{serversOnly},
	},
	{
		name:    "Bluewin (Swisscom)",
		domains: words("bluewin.ch bluemail.ch"),
		imap:    imaps("imaps.bluewin.ch"), smtp: smtps("smtpauths.bluewin.ch"),
		ways:  []Way{password(ownPassword)},
		notes: []string{serversOnly},
	},
	simple("1&1", "online.de onlinehome.de sofort-start.de sofortstart.de sofort-surf.de sofortsurf.de go4more.de",
		imaps("imap.1und1.de"), smtps("smtp.1und1.de")),
	infomaniak(),
}

func infomaniak() entry {
	return entry{
		name:    "Infomaniak",
		domains: words("ik.me ikmail.com etik.com"),
		mx:      words("infomaniak.ch infomaniak.com"),
		imap:    imaps("mail.infomaniak.com"), smtp: smtps("mail.infomaniak.com"),
		ways: []Way{appPassword(
			"Open https://manager.infomaniak.com, then Mail Service, your domain, and the address.",
			"On the tab Devices choose Add a device, and name it regards. Who does not administer the mail asks whoever does.",
			giveRegards("the password that is shown"))},
		notes: []string{"The password of your Infomaniak account does not open the mailbox."},
	}
}

const posteoDomains = `posteo.de posteo.net posteo.af posteo.at posteo.be posteo.ca posteo.ch posteo.cl posteo.co posteo.co.uk
	posteo.com posteo.com.br posteo.cr posteo.cz posteo.dk posteo.ee posteo.es posteo.eu posteo.fi posteo.gl posteo.gr
	posteo.hn posteo.hr posteo.hu posteo.ie posteo.in posteo.is posteo.it posteo.jp posteo.la posteo.li posteo.lt
	posteo.lu posteo.me posteo.mx posteo.my posteo.nl posteo.no posteo.nz posteo.org posteo.pe posteo.pl posteo.pm
	posteo.pt posteo.ro posteo.ru posteo.se posteo.sg posteo.si posteo.tn posteo.uk posteo.us`
