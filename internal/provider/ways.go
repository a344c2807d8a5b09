package provider

import "fmt"

func password(steps ...string) Way    { return Way{Method: Password, Steps: steps} }
func appPassword(steps ...string) Way { return Way{Method: AppPassword, Steps: steps} }

// imaps and smtps are servers with implicit TLS on the usual ports, submission
// is one with STARTTLS; the user is the whole address.
func imaps(host string) Server {
	return Server{Host: host, Port: 993, TLS: Implicit, User: wholeAddress}
}
func smtps(host string) Server {
	return Server{Host: host, Port: 465, TLS: Implicit, User: wholeAddress}
}
func submission(host string) Server {
	return Server{Host: host, Port: 587, TLS: StartTLS, User: wholeAddress}
}

// local has the user be the part before the @.
func local(s Server) Server {
	s.User = localPart
	return s
}

// somePassword is the way into a server of which nothing else is known.
func somePassword(domain string) Way {
	return password(fmt.Sprintf("Take the password of your mailbox at %s. If it is refused, look in the settings of your webmail for "+
		"“app password” and for “IMAP”, which may have to be switched on, or ask whoever runs that mail.", domain))
}

// someOAuth2 knows Google and Microsoft by the issuer of their tokens.
func someOAuth2(issuer, domain string) Way {
	switch issuer {
	case "accounts.google.com":
		return google()
	case "login.microsoftonline.com":
		return microsoft("common")
	}
	return Way{Method: OAuth2, OAuth2: "custom", Steps: []string{
		fmt.Sprintf("Ask whoever runs the mail of %s for a client id for a mail program, and for the addresses of their OAuth 2.0 server.", domain),
		"Give regards the client id and those addresses. Their page opens in your browser: log in there, and allow the mail.",
	}}
}

func google() Way {
	return Way{Method: OAuth2, OAuth2: "google", Steps: []string{
		"Make a client id of your own, once, at https://console.cloud.google.com/auth/clients: docs/providers.md shows each click.",
		"Give regards the client id, and the secret that is shown beside it.",
		"A page of Google's opens in your browser: choose the account, pass the warning that the app is " +
			"not verified (it is your own), and allow mail. While the app is “in testing”, that holds for 7 days.",
	}}
}

// whoMakesIt says who can register an app with Microsoft.
func whoMakesIt(tenant string) string {
	if tenant == "consumers" {
		return "A private account can do that only once it has a directory, which a sign-up for Azure gives it (without cost, but it asks for a phone number and a card)."
	}
	return "Your organisation may forbid that, or have a client id for mail programs: ask its IT."
}

// microsoft is the way for a tenant: common for organisations, consumers for
// private accounts.
func microsoft(tenant string) Way {
	return Way{Method: OAuth2, OAuth2: "microsoft", Tenant: tenant, Steps: []string{
		"Make a client id of your own, once, at https://entra.microsoft.com: docs/providers.md shows each click. " + whoMakesIt(tenant),
		fmt.Sprintf("Give regards the client id, and %q as the tenant. There is no secret.", tenant),
		"A page of Microsoft's opens in your browser, or regards shows a code for the browser of another device: log in there, and allow the mail.",
	}}
}
