package provider

// french are providers of France.
var french = []entry{
	simple("Orange (France)", "orange.fr wanadoo.fr", imaps("imap.orange.fr"), smtps("smtp.orange.fr")),
	simple("Free (France)", "free.fr", local(imaps("imap.free.fr")), local(smtps("smtp.free.fr"))),
	simple("SFR", "sfr.fr neuf.fr club-internet.fr", imaps("imap.sfr.fr"), smtps("smtp.sfr.fr")),
	simple("La Poste", "laposte.net", local(imaps("imap.laposte.net")), local(smtps("smtp.laposte.net"))),
	simple("Mailo", "mailo.com", imaps("imap.mailo.com"), smtps("smtp.mailo.com")),
}

// simple is an entry of which only the servers are known for sure.
func simple(name, domains string, imap, smtp Server) entry {
	return entry{
		name: name, domains: words(domains), imap: imap, smtp: smtp,
		ways:  []Way{password(ownPassword + " If it is refused, look in the settings of your webmail for IMAP and for an app password.")},
		notes: []string{serversOnly},
	}
}

// european are providers of the rest of Europe.
var european = []entry{
	simple("Libero", "libero.it iol.it blu.it inwind.it giallo.it", imaps("imapmail.libero.it"), smtps("smtp.libero.it")),
	simple("Virgilio", "virgilio.it", imaps("in.virgilio.it"), smtps("out.virgilio.it")),
	simple("Proximus", "skynet.be proximus.be belgacom.net kidcity.be", imaps("imap.proximus.be"), submission("relay.proximus.be")),
	simple("KPN", "kpnmail.nl kpnplanet.nl planet.nl hetnet.nl xs4all.nl telfort.nl", imaps("imap.kpnmail.nl"), smtps("smtp.kpnmail.nl")),
	simple("Ziggo", "ziggo.nl ziggomail.com casema.nl upcmail.nl chello.nl home.nl quicknet.nl", imaps("imap.ziggo.nl"), submission("smtp.ziggo.nl")),
	simple("BT Mail", "btinternet.com btopenworld.com talk21.com", imaps("mail.btinternet.com"), smtps("mail.btinternet.com")),
	simple("Virgin Media Mail", "virginmedia.com", imaps("imap.virginmedia.com"), smtps("smtp.virginmedia.com")),
	simple("Onet Poczta", "onet.pl onet.eu op.pl vp.pl poczta.onet.pl autograf.pl buziaczek.pl", imaps("imap.poczta.onet.pl"), smtps("smtp.poczta.onet.pl")),
	simple("WP Poczta", "wp.pl", local(imaps("imap.wp.pl")), local(smtps("smtp.wp.pl"))),
	{
		name:    "o2 Poczta",
		domains: words("o2.pl go2.pl tlen.pl prokonto.pl"),
		imap:    local(imaps("poczta.o2.pl")), smtp: local(smtps("poczta.o2.pl")),
		ways: []Way{password("Allow access for mail programs, as https://pomoc.o2.pl/aktywacja-dostepu-dla-programow-pocztowych shows.", ownPassword)},
	},
	{
		name:    "Seznam Email",
		domains: words("seznam.cz email.cz post.cz spoluzaci.cz"),
		imap:    imaps("imap.seznam.cz"), smtp: smtps("smtp.seznam.cz"),
		ways: []Way{
			password(ownPassword + " With two-factor authentication it is refused: take the other way."),
			appPassword(
				"In the settings of your Seznam account, under Account Security, Two-Factor Authentication, set an Application Password: https://o-seznam.cz/napoveda/ucet/en/dvoufazove-overeni/postovni-programy/ shows it.",
				giveRegards("it")),
		},
	},
	{
		name:    "Yandex Mail",
		domains: words("yandex.com yandex.ru yandex.net yandex.by yandex.kz yandex.ua ya.ru narod.ru"),
		mx:      words("mx.yandex.net mx.yandex.ru"),
		imap:    imaps("imap.yandex.com"), smtp: smtps("smtp.yandex.com"),
		ways: []Way{appPassword(
			"Open https://mail.yandex.com, then All settings, Email clients, and allow access from imap.yandex.com by IMAP, with app passwords; save.",
			"Open https://id.yandex.com, then Security, App passwords; make one for mail, and name it regards.",
			giveRegards("the password that is shown"))},
	},
	{
		name:    "Mail.ru",
		domains: words("mail.ru inbox.ru list.ru bk.ru internet.ru"),
		imap:    imaps("imap.mail.ru"), smtp: smtps("smtp.mail.ru"),
		ways: []Way{appPassword(
			"Open https://account.mail.ru, then security, passwords for external applications; make one for mail, with IMAP and SMTP, and name it regards.",
			giveRegards("the password that is shown"))},
	},
	{
		name:    "Rambler",
		domains: words("rambler.ru"),
		imap:    imaps("imap.rambler.ru"), smtp: smtps("smtp.rambler.ru"),
		ways: []Way{password("Open https://mail.rambler.ru, and in the settings switch on access by mail programs.", ownPassword)},
	},
	{
		name:    "Inbox.lv",
		domains: words("inbox.lv inbox.eu inbox.lt inbox.la"),
		imap:    imaps("mail." + domainPart), smtp: smtps("mail." + domainPart),
		ways: []Way{appPassword("Switch on access by IMAP and SMTP, as https://help.inbox.lv/?keyword=email_clients_access shows: the page also gives a password for mail programs.", giveRegards("it"))},
	},
}
