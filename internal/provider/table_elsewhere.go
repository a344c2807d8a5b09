package provider

// elsewhere are providers of America and Asia.
func elsewhere() []entry {
	entries := []entry{
		{
			name:    "Comcast (Xfinity)",
			domains: words("comcast.net"),
			imap:    imaps("imap.comcast.net"), smtp: smtps("smtp.comcast.net"),
			ways:  []Way{password("Allow access by programs of others, as https://www.xfinity.com/support/articles/third-party-email-access shows.", ownPassword)},
			notes: []string{serversOnly},
		},
		simple("AT&T Mail", "att.net ameritech.net bellsouth.net currently.com flash.net nvbell.net pacbell.net prodigy.net sbcglobal.net snet.net swbell.net wans.net",
			imaps("imap.mail.att.net"), smtps("smtp.mail.att.net")),
		simple("UOL", "uol.com.br", local(imaps("imap.uol.com.br")), local(submission("smtps.uol.com.br"))),
		simple("Spark (Xtra Mail)", "xtra.co.nz", imaps("imap.xtra.co.nz"), smtps("send.xtra.co.nz")),
		authCode("QQ Mail", "qq.com", "https://mail.qq.com"),
		authCode("NetEase 163", "163.com", "https://mail.163.com"),
		authCode("NetEase 126", "126.com", "https://mail.126.com"),
		authCode("NetEase Yeah", "yeah.net", "https://mail.yeah.net"),
		{
			name:    "Naver",
			domains: words("naver.com"),
			imap:    imaps("imap.naver.com"), smtp: smtps("smtp.naver.com"),
			ways:  []Way{password("Open https://mail.naver.com, and in the settings, under POP3/IMAP, switch IMAP/SMTP on.", ownPassword+" With two-step verification take an application password.")},
			notes: []string{serversOnly},
		},
	}
	for _, centre := range []string{"zoho.com", "zoho.eu", "zoho.in", "zoho.com.au", "zoho.jp", "zohocloud.ca"} {
		entries = append(entries, zoho(centre)...)
	}
	return entries
}

// authCode is a provider whose app password is called an authorization code.
func authCode(name, domain, page string) entry {
	return entry{
		name: name, domains: words(domain),
		imap: imaps("imap." + domain), smtp: smtps("smtp." + domain),
		ways: []Way{appPassword(
			"Open "+page+", and in the settings, under POP3/IMAP/SMTP, switch IMAP on; it asks for a message from your phone.",
			giveRegards("the authorization code (授权码) that is shown"))},
	}
}

// zohoMail are the domains of a centre's own addresses.
var zohoMail = map[string]string{
	"zoho.com": "zohomail.com", "zoho.eu": "zohomail.eu", "zoho.in": "zohomail.in",
	"zoho.com.au": "zohomail.com.au", "zoho.jp": "zohomail.jp", "zohocloud.ca": "zohomailcloud.ca",
}

// zoho has servers in each of its data centres, and others for domains of
// customers.
func zoho(centre string) []entry {
	ways := []Way{
		password("Open https://mail."+centre+", then Settings, Mail Accounts, your address, and under IMAP switch on IMAP Access; save.",
			ownPassword+" With two-factor authentication it is refused: take the other way."),
		appPassword("Open https://mail."+centre+", then Settings, Mail Accounts, your address, and under IMAP switch on IMAP Access; save.",
			"Open https://accounts."+centre+", then Security, App Passwords, and make one for regards.",
			giveRegards("the password that is shown")),
	}
	notes := []string{"Who logs in to Zoho through Google or another service has no password there, and makes an app password."}
	return []entry{
		{
			name: "Zoho Mail (" + centre + ")", domains: words(centre + " " + zohoMail[centre]),
			imap: imaps("imap." + centre), smtp: smtps("smtp." + centre), ways: ways, notes: notes,
		},
		{
			name: "Zoho Mail (own domain, " + centre + ")", mx: words(centre),
			imap: imaps("imappro." + centre), smtp: smtps("smtppro." + centre), ways: ways,
			notes: append(notes, "The free plan for own domains has no IMAP, and your administrator can switch it off."),
		},
	}
}
