package provider

// worldwide are the providers that people have everywhere.
var worldwide = []entry{
	{
		name:    "Gmail",
		domains: words("gmail.com googlemail.com"),
		imap:    imaps("imap.gmail.com"), smtp: smtps("smtp.gmail.com"),
		ways: []Way{googleAppPassword(), google()},
		notes: []string{
			"IMAP is always on, since January 2025.",
			"An app password comes first: the login of an app of your own ends every 7 days while the app is “in testing”.",
		},
	},
	{
		name: "Google Workspace",
		mx:   words("google.com googlemail.com"),
		imap: imaps("imap.gmail.com"), smtp: smtps("smtp.gmail.com"),
		ways: []Way{googleAppPassword(), google()},
		notes: []string{
			"Your administrator can forbid IMAP, app passwords, and apps that are not verified. If the page for app passwords is not there for you, use OAuth 2.0 or ask them.",
		},
	},
	{
		name:    "Outlook.com",
		domains: words(outlookDomains),
		mx:      words("olc.protection.outlook.com"),
		imap:    imaps("outlook.office365.com"), smtp: submission("smtp-mail.outlook.com"),
		ways: []Way{outlook()},
		notes: []string{
			"Passwords and app passwords have not worked since 16 September 2024: OAuth 2.0 is the only way.",
		},
	},
	{
		name:    "Microsoft 365",
		domains: words("office365.com"),
		mx:      words("mail.protection.outlook.com mx.microsoft"),
		imap:    imaps("outlook.office365.com"), smtp: submission("smtp.office365.com"),
		ways: []Way{microsoft("common")},
		notes: []string{
			"OAuth 2.0 is the only way. Your organisation may want to approve the app first, and can switch IMAP off: ask its IT for “IMAP with OAuth”.",
			"Sending by SMTP is off in most organisations (“authenticated SMTP”, per mailbox). Without it leave [account.smtp] out: drafts work all the same.",
		},
	},
	{
		name:    "iCloud",
		domains: words("icloud.com me.com mac.com"),
		mx:      words("mail.icloud.com"),
		imap:    local(imaps("imap.mail.me.com")), smtp: submission("smtp.mail.me.com"),
		ways: []Way{appPassword(
			"Open https://account.apple.com and log in; two-factor authentication must be on.",
			"Under Sign-In and Security choose App-Specific Passwords, then the plus sign, and name it regards.",
			giveRegards("the password that is shown, with its hyphens,"),
		)},
		notes: []string{
			"The user is that of your address at icloud.com, also for an alias or a domain of your own. If IMAP refuses the part before the @, try the whole address.",
		},
	},
	{
		name:    "Yahoo Mail",
		domains: words(yahooDomains),
		mx:      words("yahoodns.net"),
		imap:    imaps("imap.mail.yahoo.com"), smtp: smtps("smtp.mail.yahoo.com"),
		ways: []Way{appPassword(
			"Open https://login.yahoo.com/account/security in a browser in which you have been logged in for some days.",
			"Under External connections choose Create app password, and name it regards.",
			giveRegards("the password that is shown"),
		)},
	},
	{
		name:    "AOL Mail",
		domains: words("aol.com aim.com netscape.net compuserve.com cs.com wmconnect.com verizon.net aol.de aol.it aol.fr aol.es aol.se aol.co.uk aol.co.nz aol.com.au aol.com.ar aol.com.br aol.com.mx"),
		mx:      words("mx-aol.mail.gm0.yahoodns.net"),
		imap:    imaps("imap.aol.com"), smtp: smtps("smtp.aol.com"),
		ways: []Way{appPassword(
			"Open https://login.aol.com/account/security and log in.",
			"Choose Create app password (or Generate app password), and name it regards.",
			giveRegards("the password that is shown"),
		)},
	},
	{
		name:    "Fastmail",
		domains: words(fastmailDomains),
		mx:      words("messagingengine.com"),
		imap:    imaps("imap.fastmail.com"), smtp: smtps("smtp.fastmail.com"),
		ways: []Way{appPassword(
			"Open https://app.fastmail.com, then Settings, Privacy & Security, Integrations.",
			"Choose New app password, name it regards, and let it have Mail (IMAP, SMTP).",
			giveRegards("the password that is shown"),
		)},
		notes: []string{"The Basic plan has no IMAP."},
	},
	{
		name:    "Proton Mail",
		domains: words("proton.me protonmail.com protonmail.ch pm.me"),
		mx:      words("protonmail.ch"),
		imap:    Server{Host: "127.0.0.1", Port: 1143, TLS: StartTLS, User: wholeAddress},
		smtp:    Server{Host: "127.0.0.1", Port: 1025, TLS: StartTLS, User: wholeAddress},
		ways: []Way{password(
			"Install Proton Mail Bridge on the machine where regards runs, from https://proton.me/mail/bridge (a paid plan is needed), log in there, and let it start with the machine.",
			"In the Bridge, open the account's mailbox details and take the password that stands there: it is not that of your account. Compare the ports: they can differ.",
			"The Bridge signs its certificate itself. Export it (Settings, Advanced settings, Export TLS certificates; or cert export on its command line) and have this machine trust it: "+
				"on Debian copy cert.pem to /usr/local/share/ca-certificates/proton-bridge.crt, delete the exported key.pem, and run update-ca-certificates.",
			"If you would rather not, write tls = \"none\" for both servers: regards allows that to 127.0.0.1 alone, since nothing leaves the machine. "+
				"Any program on it could then pose as the Bridge while that is not running.",
		)},
		notes: []string{"There is no IMAP but through the Bridge, which must be running."},
	},
	{
		name:    "GMX (gmx.com)",
		domains: words("gmx.com gmx.us gmx.co.uk gmx.es gmx.fr gmx.ca gmx.ie gmx.pt gmx.se gmx.it gmx.li gmx.tm gmx.cn gmx.co.in gmx.com.br gmx.com.my gmx.hk gmx.ph gmx.ru gmx.sg gmx.tw gmx.com.tr"),
		imap:    imaps("imap.gmx.com"), smtp: smtps("mail.gmx.com"),
		ways: unitedInternet("https://www.gmx.com", "GMX"),
	},
	{
		name:    "mail.com",
		domains: words("mail.com email.com post.com usa.com consultant.com dr.com engineer.com europe.com london.com myself.com iname.com writeme.com"),
		mx:      words("mx00.mail.com mx01.mail.com"),
		imap:    imaps("imap.mail.com"), smtp: smtps("smtp.mail.com"),
		ways:  unitedInternet("https://www.mail.com", "mail.com"),
		notes: []string{"IMAP may belong to the paid plan. " + serversOnly},
	},
}

func googleAppPassword() Way {
	return appPassword(
		"Switch on 2-Step Verification at https://myaccount.google.com/security, if it is not on.",
		"Open https://myaccount.google.com/apppasswords, write regards as the name, and choose Create.",
		giveRegards("the 16 letters that are shown"),
	)
}

// outlook needs IMAP switched on besides the login.
func outlook() Way {
	way := microsoft("consumers")
	way.Steps = append([]string{
		"Open https://outlook.live.com, then Settings, Mail, Forwarding and IMAP; switch on “Let devices and apps use IMAP”, and save.",
	}, way.Steps...)
	return way
}

// unitedInternet are GMX, web.de and mail.com, which ask for the same.
func unitedInternet(page, name string) []Way {
	on := "Log in at " + page + ", and in the settings of E-Mail, under POP3 & IMAP, allow access to " + name + " by POP3 and IMAP; save."
	return []Way{
		password(on, ownPassword+" With two-factor authentication it is refused: take the other way."),
		appPassword("Switch on two-factor authentication, under security in your account's settings: there are app-specific passwords only with it.",
			on,
			"Under security choose app-specific passwords, and make one for regards.",
			giveRegards("the password that is shown")),
	}
}

// The domains, of which some are national.
const (
	outlookDomains = `outlook.com hotmail.com live.com msn.com windowslive.com
		outlook.at outlook.be outlook.cl outlook.cz outlook.de outlook.dk outlook.es outlook.fr outlook.hu outlook.ie
		outlook.in outlook.it outlook.jp outlook.kr outlook.lv outlook.my outlook.ph outlook.pt outlook.sa outlook.sg
		outlook.sk outlook.co.id outlook.co.il outlook.co.th outlook.com.ar outlook.com.au outlook.com.br outlook.com.gr
		outlook.com.tr outlook.com.vn hotmail.be hotmail.ca hotmail.cl hotmail.cz hotmail.de hotmail.dk hotmail.es
		hotmail.fi hotmail.fr hotmail.gr hotmail.hu hotmail.it hotmail.lt hotmail.lv hotmail.my hotmail.nl hotmail.no
		hotmail.ph hotmail.rs hotmail.se hotmail.sg hotmail.sk hotmail.co.id hotmail.co.il hotmail.co.in hotmail.co.jp
		hotmail.co.kr hotmail.co.th hotmail.co.uk hotmail.co.za hotmail.com.ar hotmail.com.au hotmail.com.br
		hotmail.com.hk hotmail.com.tr hotmail.com.tw hotmail.com.vn live.at live.be live.ca live.cl live.cn live.de
		live.dk live.fi live.fr live.hk live.ie live.in live.it live.jp live.nl live.no live.ru live.se live.co.jp
		live.co.kr live.co.uk live.co.za live.com.ar live.com.au live.com.mx live.com.my live.com.ph live.com.pt
		live.com.sg livemail.tw`

	yahooDomains = `yahoo.com ymail.com rocketmail.com myyahoo.com yahoo.ca yahoo.de yahoo.it yahoo.fr yahoo.es yahoo.se
		yahoo.ie yahoo.no yahoo.dk yahoo.gr yahoo.pl yahoo.in yahoo.co.in yahoo.co.uk yahoo.co.nz yahoo.co.id yahoo.co.th
		yahoo.com.au yahoo.com.ar yahoo.com.br yahoo.com.mx yahoo.com.hk yahoo.com.ph yahoo.com.sg yahoo.com.tw
		yahoo.com.vn yahoo.com.tr cox.net`

	fastmailDomains = `fastmail.com fastmail.fm 123mail.org 150mail.com 150ml.com 16mail.com 2-mail.com 4email.net 50mail.com
		airpost.net allmail.net bestmail.us cluemail.com elitemail.org emailcorner.net emailengine.net emailengine.org
		emailgroups.net emailplus.org emailuser.net eml.cc f-m.fm fast-email.com fast-mail.org fastem.com fastemail.us
		fastemailer.com fastest.cc fastimap.com fastmail.cn fastmail.co.uk fastmail.com.au fastmail.de fastmail.es
		fastmail.fr fastmail.im fastmail.in fastmail.jp fastmail.mx fastmail.net fastmail.nl fastmail.org fastmail.se
		fastmail.to fastmail.tw fastmail.uk fastmail.us fastmailbox.net fastmessaging.com fea.st fmail.co.uk fmailbox.com
		fmgirl.com fmguy.com ftml.net h-mail.us hailmail.net imap-mail.com imap.cc imapmail.org inoutbox.com
		internet-e-mail.com internet-mail.org internetemails.net internetmailing.net jetemail.net justemail.net
		letterboxes.org mail-central.com mail-page.com mailandftp.com mailas.com mailbolt.com mailc.net mailcan.com
		mailforce.net mailftp.com mailhaven.com mailingaddress.org mailite.com mailmight.com mailnew.com mailsent.net
		mailservice.ms mailup.net mailworks.org ml1.net mm.st myfastmail.com mymacmail.com nospammail.net ownmail.net
		petml.com postinbox.com postpro.net proinbox.com promessage.com realemail.net reallyfast.biz reallyfast.info
		rushpost.com sent.as sent.at sent.com speedpost.net speedymail.org ssl-mail.com swift-mail.com the-fastest.net
		the-quickest.com theinternetemail.com veryfast.biz veryspeedy.net warpmail.net xsmail.com yepmail.net your-mail.com`
)
