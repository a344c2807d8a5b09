package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// problem is a change to the base file and the errors that must come of it,
// without the file's name.
type problem struct {
	name     string
	old, new string // old "" appends
	want     string
}

func checkProblems(t *testing.T, all []problem) {
	t.Helper()
	for _, x := range all {
		t.Run(x.name, func(t *testing.T) {
			text := base + x.new
			if x.old != "" {
				if strings.Count(base, x.old) != 1 {
					t.Fatalf("%q is not in the base file once", x.old)
				}
				text = strings.Replace(base, x.old, x.new, 1)
			}
			path := write(t, text)
			_, err := Load(path)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an *Error", err)
			}
			if got := strings.ReplaceAll(err.Error(), path+": ", ""); got != x.want {
				t.Errorf("got\n%s\nwant\n%s", got, x.want)
			}
		})
	}
}

const (
	secretLine = `password_command = ["pass", "show", "mail"]`
	oneOfThem  = "write one of password_file, password_command, keyring, credential, oauth2"
	noFile     = "names no file that is there; write the path of a file (a relative one starts at the folder of this file), with the password in it and mode 0600"
	addrFix    = `write an address alone, such as "ana@example.org"`
	numberFix  = "write a number from 1 to 36500, or 0 for no limit"
	daysFix    = `write days such as ["mon", "tue", "wed", "thu", "fri"]`
	printFix   = "has a control character in it; write printable text on one line"
)

func TestProblemsOfKeys(t *testing.T) {
	checkProblems(t, []problem{
		{"misspelt", `address = "ana`, `adress = "ana`,
			"line 3: owner.adress: unknown key (did you mean address?); write address"},
		{"swapped letters", "", "[touch]\nrecipeints = 3",
			"line 11: touch.recipeints: unknown key (did you mean recipients?); write recipients"},
		{"misspelt table", "[[account]]", "[[acount]]",
			"line 5: acount: unknown key (did you mean account?); write [[account]]\n" +
				"line 7: account: is a table; write it as [[account]], with two brackets"},
		{"misspelt practice", "", "[practice.thankyou]\nwithin = \"1d\"",
			"line 10: practice.thankyou: unknown key (did you mean thank-you?); write thank-you"},
		{"unlike any", "", "[touch]\ncolour = 3",
			"line 11: touch.colour: unknown key; write one of recipients"},
		{"of another table", "", `outbox = "Regards Outbox"`,
			"line 10: account.imap.outbox: unknown key in this place; write it under [[account]]"},
		{"of no table", "[owner]", "host = \"x\"\n[owner]",
			"line 1: host: unknown key in this place; write it under [account.imap] or [account.smtp]"},
		{"quoted", "", "[\"a b\"]",
			`line 10: "a b": unknown key; write one of account, cadence, carddav, digest, goals, letters, owner, practice, schedule, store, touch`},
		{"letter case", `name = "Ana`, `Name = "Ana`,
			"line 2: owner.Name: is written in the wrong letter case; write name"},
		{"letter case of a table", "[owner]", "[Owner]",
			"line 1: Owner: is written in the wrong letter case; write owner"},
		{"line in a list of tables", "", "[[cadence]]\ngroup = \"a\"\nevery = \"3d\"\n[[cadence]]\ngroup = \"b\"\nevry = \"3d\"",
			"line 15: cadence.evry: unknown key (did you mean every?); write every"},
		{"several", `address = "ana@example.org"`, "address = \"ana\"\nlanguage = \"xx\"\n[touch]\nrecipients = -1\nx = 1",
			"line 3: owner.address: \"ana\" is no address; " + addrFix + "\n" +
				"line 4: owner.language: \"xx\" is no language code; write two letters of ISO 639, such as \"en\"\n" +
				"line 6: touch.recipients: -1 is negative; " + numberFix + "\n" +
				"line 7: touch.x: unknown key; write one of recipients"},
	})
}

func TestProblemsOfTypes(t *testing.T) {
	checkProblems(t, []problem{
		{"text", `name = "Ana Díaz"`, `name = 5`, `line 2: owner.name: is a number; write text in quotes: "…"`},
		{"text from a date", `name = "Ana Díaz"`, `name = 2026-11-22`, `line 2: owner.name: is a date or a time; write text in quotes: "…"`},
		{"number", "", "[touch]\nrecipients = \"8\"", "line 11: touch.recipients: is text; write a whole number, without quotes"},
		{"fraction", "", "[touch]\nrecipients = 8.5", "line 11: touch.recipients: is a number with a fraction; write a whole number, without quotes"},
		{"truth", "", "[practice.farewell]\nenabled = \"no\"", "line 11: practice.farewell.enabled: is text; write true or false, without quotes"},
		{"list", "", "[letters]\nsend_days = \"mon\"", `line 11: letters.send_days: is text; write a list: ["…"]`},
		{"element", `name = "Ana Díaz"`, "name = \"Ana\"\naliases = [\n  \"a@b.example\",\n  7,\n]", `line 5: owner.aliases: is a number; write text in quotes: "…"`},
		{"command as text", secretLine, `password_command = "pass show mail"`, `line 9: account.imap.password_command: is text; write a list: ["…"]`},
		{"length", "", "[letters]\nhold = true", `line 11: letters.hold: is true or false; write text in quotes: "…"`},
		{"table", "[owner]", "owner = \"Ana\"\n[x]", "line 1: owner: is text; write it as [owner]\n" +
			"line 2: x: unknown key; write one of account, cadence, carddav, digest, goals, letters, owner, practice, schedule, store, touch"},
		{"practices", "[owner]", "practice = 1\n[owner]", "line 1: practice: is a number; write it as [practice.NAME]"},
		{"practice", "", "[practice]\nfarewell = false", "line 11: practice.farewell: is true or false; write it as [practice.farewell]"},
		{"one bracket", "", "[cadence]\ngroup = \"a\"", "line 10: cadence: is a table; write it as [[cadence]], with two brackets"},
		{"two brackets", "", "[[touch]]\nrecipients = 1", "line 10: touch: is a list; write it as [touch]"},
		{"twice", "[owner]", "touch.recipients = 3\ntouch = 4\n[owner]", "line 1: touch: is written twice; write it once"},
		{"smtp", "[account.imap]", "smtp = \"smtp.example.org\"\n[account.imap]", "line 7: account.smtp: is text; write it as [account.smtp]"},
	})
}

func TestProblemsOfOwner(t *testing.T) {
	checkProblems(t, []problem{
		{"no name", "name = \"Ana Díaz\"\n", "", `line 1: owner.name: is missing; write name = "Ana Díaz"`},
		{"empty name", `"Ana Díaz"`, `""`, `line 2: owner.name: is empty; write name = "Ana Díaz"`},
		{"control character", `"Ana Díaz"`, `"Ana\u0007"`, "line 2: owner.name: " + printFix},
		{"no address", "address = \"ana@example.org\"\n", "", `line 1: owner.address: is missing; write address = "ana@example.org"`},
		{"display name", `"ana@example.org"`, `"Ana <ana@example.org>"`,
			`line 3: owner.address: "Ana <ana@example.org>" has more than an address in it; write "ana@example.org"`},
		{"alias", "\n\n", "\naliases = [\"ana@\"]\n\n", `line 4: owner.aliases: "ana@" is no address; ` + addrFix},
		{"empty alias", "\n\n", "\naliases = [\"\"]\n\n", `line 4: owner.aliases: is empty; write an address, or remove it`},
		{"zone", "\n\n", "\ntime_zone = \"Madrid\"\n\n", `line 4: owner.time_zone: "Madrid" is no known time zone; write one such as "Europe/Madrid"`},
		{"local zone", "\n\n", "\ntime_zone = \"Local\"\n\n", `line 4: owner.time_zone: "Local" is no known time zone; write one such as "Europe/Madrid"`},
		{"language", "\n\n", "\nlanguage = \"eng\"\n\n", `line 4: owner.language: "eng" is no language code; write two letters of ISO 639, such as "en"`},
		{"phone", "\n\n", "\nphone = \"1\\n2\"\n\n", "line 4: owner.phone: " + printFix},
	})
	if c := load(t, strings.Replace(base, "\n\n", "\nsignature = \"Ana\\nUniversity\"\n\n", 1)); c.Owner.Signature != "Ana\nUniversity" {
		t.Errorf("a signature of two lines is read as %q", c.Owner.Signature)
	}
}

func TestProblemsOfAccounts(t *testing.T) {
	_, owner, _ := strings.Cut(base, "[[account]]")
	accounts := "[[account]]" + owner
	const boxFix = `write a mailbox of its own, such as "Regards Outbox"`
	const boxText = " holds other mail, and all of it would be taken for approved; "
	checkProblems(t, []problem{
		{"none", accounts, "", "account: there is no account; write [[account]] with a name and [account.imap]"},
		{"no name", "name = \"personal\"\n", "", `line 5: account.name: is missing; write name = "personal"`},
		{"same name", "", accounts, `line 11: account.name: "personal" is the name of another account, too; write a name of its own`},
		{"no imap", accounts, "[[account]]\nname = \"x\"", "line 5: account.imap: is missing; write [account.imap] with host and password_file or password_command"},
		{"address", `name = "personal"`, "name = \"personal\"\naddress = \"x\"", `line 7: account.address: "x" is no address; ` + addrFix},
		{"inbox", `name = "personal"`, "name = \"personal\"\noutbox = \"Inbox\"", `line 7: account.outbox: "Inbox"` + boxText + boxFix},
		{"drafts", `name = "personal"`, "name = \"personal\"\ndrafts = \"Entwürfe\"\noutbox = \"Entwürfe\"", `line 8: account.outbox: "Entwürfe"` + boxText + boxFix},
		{"prefix", `name = "personal"`, "name = \"personal\"\ndrafts = \"Later\"\noutbox = \"INBOX.Later\"", `line 8: account.outbox: "INBOX.Later"` + boxText + boxFix},
		{"archive", `name = "personal"`, "name = \"personal\"\noutbox = \"Inbox/archive\"", `line 7: account.outbox: "Inbox/archive"` + boxText + boxFix},
		{"no outbox", `name = "personal"`, "name = \"personal\"\noutbox = \"\"", `line 7: account.outbox: is empty; write outbox = "Regards Outbox"`},
		{"mailbox", `name = "personal"`, "name = \"personal\"\nsent = \"a\\tb\"", "line 7: account.sent: " + printFix},
		{"ignore", `name = "personal"`, "name = \"personal\"\nignore = [\"Lists/*\", \"[a-\"]", `line 7: account.ignore: "[a-" is no pattern; write a mailbox or a pattern such as "Lists/*"`},
		{"authserv_id", `name = "personal"`, "name = \"personal\"\nauthserv_id = \"mx.example.org; spf=pass\"", `line 7: account.authserv_id: is more than a name; write one name, such as "mx.example.org"`},
	})
}

func TestProblemsOfServers(t *testing.T) {
	const host = `host = "imap.example.org"`
	const hostFix = `write the name of the server alone, such as "mail.example.org"`
	checkProblems(t, []problem{
		{"no host", host + "\n", "", `line 7: account.imap.host: is missing; write host = "mail.example.org"`},
		{"port in host", host, `host = "imap.example.org:993"`, "line 8: account.imap.host: has a port in it; write the name alone, and the number as port = …"},
		{"url", host, `host = "imaps://ana:hunter2@imap.example.org"`, "line 8: account.imap.host: is no name of a server; " + hostFix},
		{"port", host, host + "\nport = 70000", "line 9: account.imap.port: 70000 is no port; write a number from 1 to 65535"},
		{"port 0", host, host + "\nport = 0", "line 9: account.imap.port: 0 is no port; write a number from 1 to 65535"},
		{"tls", host, host + "\ntls = \"ssl\"", `line 9: account.imap.tls: "ssl" is not known here; write "implicit", "starttls" or "none"`},
		{"plain text", host, host + "\ntls = \"none\"", `line 9: account.imap.tls: would send the password in plain text to another machine; write "implicit" or "starttls"`},
		{"user", host, host + "\nuser = \"a\\u0000b\"", "line 9: account.imap.user: " + printFix},
		{"no secret", secretLine + "\n", "", "line 7: account.imap: has no password; " + oneOfThem},
		{"two secrets", secretLine, secretLine + "\ncredential = \"mail\"", "line 10: account.imap.credential: is a second source beside password_command; write one of the two only"},
		{"inline password", secretLine, `Password = "hunter2"`, "line 9: account.imap.Password: inline password: this file holds no secrets; " + secretFix},
		{"inline number", secretLine, secretLine + "\ntoken = 12345", "line 10: account.imap.token: inline password: this file holds no secrets; " + secretFix},
		{"password as a file", secretLine, `password_file = "hunter2"`, "line 9: account.imap.password_file: " + noFile},
		{"no file", secretLine, `password_file = ""`, "line 9: account.imap.password_file: " + noFile},
		{"unreachable file", secretLine, `password_file = "/dev/null/hunter2"`, "line 9: account.imap.password_file: names a file that cannot be reached (not a directory); write the path of a file that you can read"},
		{"folder", secretLine, `password_file = "/etc"`, "line 9: account.imap.password_file: /etc is no regular file; write the path of a file that holds the password"},
		{"no command", secretLine, `password_command = []`, `line 9: account.imap.password_command: is no command; write a list of words, such as ["pass", "show", "mail"]`},
		{"credential", secretLine, `credential = "../hunter2"`, "line 9: account.imap.credential: is no name of a credential; write the name that LoadCredential= has in the unit"},
		{"oauth2", secretLine, `oauth2 = "hunter2"`, `line 9: account.imap.oauth2: is no provider that regards knows; write "google", "microsoft" or "custom"`},
		{"misspelt secret", secretLine, `pasword_file = "hunter2"`, "line 9: account.imap.pasword_file: unknown key (did you mean password_file?); write password_file"},
		{"smtp", "", "[account.smtp]\ntls = \"starttls\"", `line 10: account.smtp.host: is missing; write host = "mail.example.org"`},
	})
	for _, host := range []string{"localhost", "LOCALHOST", "127.1.2.3", "::1"} {
		load(t, strings.Replace(base, "imap.example.org\"", host+"\"\ntls = \"none\"", 1))
	}
}

func TestProblemsOfLetters(t *testing.T) {
	checkProblems(t, []problem{
		{"delivery", "", "[letters]\ndelivery = \"send\"", `line 11: letters.delivery: "send" cannot hold for all letters; write "draft" here, and delivery = "send" under [practice.NAME]`},
		{"unknown delivery", "", "[letters]\ndelivery = \"mail\"", `line 11: letters.delivery: "mail" is not known here; write "draft"`},
		{"negative", "", "[letters]\ndaily_cap = -1", "line 11: letters.daily_cap: -1 is negative; " + numberFix},
		{"large", "", "[letters]\nper_contact_days = 99999", "line 11: letters.per_contact_days: 99999 is too large; " + numberFix},
		{"no unit", "", "[letters]\ndormant = 90", `line 11: letters.dormant: 90 has no unit; write a length with a unit in quotes, such as "90d"`},
		{"no unit in quotes", "", "[letters]\ndormant = \"90\"", `line 11: letters.dormant: "90" has no unit; write a unit (m, h, d, w, mo, y), such as "90d"`},
		{"negative length", "", "[letters]\nhold = -4", `line 11: letters.hold: "-4" is negative; write a length such as "3d", or 0 for no limit`},
		{"window", "", "[letters]\nsend_window = \"9-18\"", `line 11: letters.send_window: "9-18" is no span of the day; write a span such as "09:00-18:00"`},
		{"window too long", "", "[letters]\nsend_window = \"09:00-24:30\"", `line 11: letters.send_window: "09:00-24:30" is no span of the day; write a span such as "09:00-18:00"`},
		{"window backwards", "", "[letters]\nsend_window = \"18:00-09:00\"", `line 11: letters.send_window: "18:00-09:00" does not end after it starts; write a span such as "09:00-18:00"`},
		{"day", "", "[letters]\nsend_days = [\"mon\", \"Tue\"]", `line 11: letters.send_days: "Tue" is no day; ` + daysFix},
		{"no days", "", "[letters]\nsend_days = []", "line 11: letters.send_days: is empty, and nothing would ever be sent; " + daysFix},
		{"templates", "", "[letters]\ntemplates = \"/no/such\"", `line 11: letters.templates: "/no/such" is no folder that can be read; write one that is there, or "" for the built-in wording`},
	})
	if w := load(t, base+"[letters]\nsend_window = \"00:00-24:00\"").Letters.SendWindow; w.String() != "00:00-24:00" {
		t.Errorf("the whole day is read as %s", w)
	}
}

func TestProblemsOfTheRest(t *testing.T) {
	checkProblems(t, []problem{
		{"no group", "", "[[cadence]]\nevery = \"60d\"", `line 10: cadence.group: is missing; write group = "mentor"`},
		{"group twice", "", "[[cadence]]\ngroup = \"a\"\nevery = \"60d\"\n[[cadence]]\ngroup = \"a\"\nevery = \"6d\"", `line 14: cadence.group: "a" has a cadence already; write one [[cadence]] for a group`},
		{"no every", "", "[[cadence]]\ngroup = \"a\"", `line 10: cadence.every: is missing; write every = "60d"`},
		{"every 0", "", "[[cadence]]\ngroup = \"a\"\nevery = 0", `line 12: cadence.every: a cadence needs a length; write one such as "60d"`},
		{"latest", "", "[[cadence]]\ngroup = \"a\"\nevery = \"60d\"\nlatest = \"1mo\"", `line 13: cadence.latest: "1mo" is shorter than every = "60d"; write a longer latest`},
		{"latest without every", "", "[[cadence]]\ngroup = \"a\"\nevery = 60\nlatest = \"1mo\"", `line 12: cadence.every: 60 has no unit; write a length with a unit in quotes, such as "60d"`},
		{"within", "", "[practice.thank-you]\nwithin = \"3d\"", `line 11: practice.thank-you.within: "3d" is longer than overdue = "48h"; write a longer overdue`},
		{"practice delivery", "", "[practice.thank-you]\ndelivery = \"mail\"", `line 11: practice.thank-you.delivery: "mail" is not known here; write "draft", "outbox" or "send"`},
		{"practice without SMTP", "", "[practice.thank-you]\ndelivery = \"send\"", `line 11: practice.thank-you.delivery: "send" needs an account with SMTP; write [account.smtp], or delivery = "draft"`},
		{"template", "", "[practice.thank-you]\ntemplate = \"../x\"", "line 11: practice.thank-you.template: is a path; write the name of a template alone"},
		{"cron", "", "[schedule]\ndigest = \"8:00 MON\"", `line 11: schedule.digest: "8:00 MON" is no cron line (expected exactly 5 fields, found 2: [8:00 MON]); write five fields, such as "0 8 * * MON"`},
		{"cron of a practice", "", "[practice.keep-in-touch]\nschedule = \"0 25 * * *\"\n[practice.farewell]\nschedule = \"TZ=0\"", `line 11: practice.keep-in-touch.schedule: "0 25 * * *" is no cron line (end of range (25) above maximum (23): 25); ` + cronFix + "\n" +
			`line 13: practice.farewell.schedule: "TZ=0" names a time zone, but the owner's holds; ` + cronFix},
		{"no plan", "", "[schedule]\nplan = \"\"", `line 11: schedule.plan: is empty, and nothing would ever be planned; write a cron line such as "*/10 * * * *"`},
		{"via", "", "[digest]\nvia = \"fax\"", `line 11: digest.via: "fax" is not known here; write "smtp" or "imap"`},
		{"via without SMTP", "", "[digest]\nvia = \"smtp\"", `line 11: digest.via: no account has SMTP; write [account.smtp], or via = "imap"`},
		{"to", "", "[digest]\nto = \"Ana\"", `line 11: digest.to: "Ana" is no address; ` + addrFix},
		{"store", "", "[store]\npath = \"a\\u0000b\"", "line 11: store.path: " + printFix},
	})
}

func TestProblemsOfSyntax(t *testing.T) {
	const quotes = `the value is no text, number, list or true or false; write text in quotes: "…"`
	checkProblems(t, []problem{
		{"no quotes", secretLine, "password = hunter2", "line 9: account.imap.password: " + quotes},
		{"number and letters", secretLine, "password = 0hunter2", `line 9: account.imap: something follows the value; write one key on a line, and text in quotes: "…"`},
		{"hexadecimal", secretLine, "password = 0xhunter2", `line 9: account.imap.password: the number is not well formed; write digits only, or text in quotes: "…"`},
		{"date", secretLine, "password = 09:00-hunter2", "line 9: account.imap.password: " + quotes},
		{"open quote", secretLine, "password = \"hunter2", "line 9: account.imap.password: a quote is not closed; write the same quote at the end of the text"},
		{"escape", secretLine, `password = "hunter\q2"`, "line 9: account.imap.password: a backslash is followed by the wrong character; write two backslashes, or 'text in single quotes'"},
		{"no equals", secretLine, "password hunter2", "line 9: account.imap: there is no = after the key; write KEY = VALUE"},
		{"no key", secretLine, "= hunter2", "line 9: account.imap: the key is not complete; write KEY = VALUE"},
		{"header", "[account.imap]", "[account.imap", "line 7: the brackets of the table are wrong; write [table] or [[account]] on a line of its own"},
		{"comma", secretLine, `password_command = ["pass" "hunter2"]`, `line 9: account.imap.password_command: commas and brackets do not fit together; write lists as ["a", "b"]`},
		{"twice", "", secretLine, "line 10: account.imap.password_command: is written twice; write it once; several accounts are written as [[account]]"},
		{"control character", "", "# \x07", "line 10: account.imap: has a control character in it; remove it"},
		{"zero byte", "", "# \x00", "line 10: has a zero byte in it; save the file as UTF-8 text"},
		{"not UTF-8", "Ana Díaz", "Ana D\xedaz", "line 2: is not UTF-8; save the file as UTF-8 text"},
		{"long line", "", "# " + strings.Repeat("x", 9000), "line 10: is a line of over 8192 bytes; break it into several"},
		{"brackets", "", "x = " + strings.Repeat("[\n", 5000), "has over 4000 brackets; compare with config.toml.example"},
	})
}

func TestFileProblems(t *testing.T) {
	dir := t.TempDir()
	big := filepath.Join(dir, "big")
	if err := os.WriteFile(big, make([]byte, 1<<20+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none"): ": there is no such file; run regards init, or copy config.toml.example there and fill it in, or name another with --config FILE",
		big + "/x":                 ": cannot be opened (not a directory); make it readable, or name another with --config FILE",
		dir:                        ": is a folder; name the file in it with --config FILE",
		big:                        ": is larger than 1 MiB; name another with --config FILE",
	} {
		_, err := Load(path)
		var e *Error
		if !errors.As(err, &e) || err.Error() != path+want {
			t.Errorf("got\n%v\nwant\n%s", err, path+want)
		}
		if got := errors.Is(err, fs.ErrNotExist); got != strings.HasSuffix(path, "none") {
			t.Errorf("%s: errors.Is(err, fs.ErrNotExist) is %v", path, got)
		}
	}
}

// Law 9: whatever key a password was written into by mistake, no error repeats it.
func TestSecretsStaySecret(t *testing.T) {
	for _, line := range []string{
		`password = "hunter2"`, `password = hunter2`, `password = 'hunter2`, `PASS = ["hunter2"]`, `passwd = { a = "hunter2" }`,
		`password_file = "hunter2"`, `password_file = "/etc/hunter2"`, `password_file = hunter2`, `credential = "a/hunter2"`,
		`credential = ["hunter2"]`, `oauth2 = "hunter2"`, `password_command = "hunter2"`, `password_command = ["", "hunter2"]`,
		`secret = 1979-05-27 # hunter2`, `pw = "hunter2"`, `pw = """hunter2`, `user = "ana\u0007hunter2"`, `host = "ana:hunter2@x"`,
		`password: hunter2`, `password = "hunter2" hunter2`, `"password" = hunter2`, `port = "hunter2"`, `password = [hunter2]`,
	} {
		_, err := Load(write(t, strings.Replace(base, secretLine, line, 1)))
		if err == nil || strings.Contains(err.Error(), "hunter") {
			t.Errorf("%s: got %v", line, err)
		}
	}
}
