package config

import "reflect"

// Answers are what the guided set-up wants to know, as a file for machines without a
// person before them has it: TOML, as strict as the configuration. What is left
// out is found, or has the default of the configuration.
type Answers struct {
	Address  string `toml:"address"`
	Name     string `toml:"name"`
	Language string `toml:"language"`
	TimeZone string `toml:"time_zone"`
	Account  string `toml:"account"` // its name; "": that of the address, or personal

	// One of these three says how to log in.
	PasswordFile    string   `toml:"password_file"`
	PasswordCommand []string `toml:"password_command"`
	OAuth2          string   `toml:"oauth2"`

	ClientID         string   `toml:"client_id"` // this and the next ones as in [account.oauth2]
	ClientSecretFile string   `toml:"client_secret_file"`
	Tenant           string   `toml:"tenant"`
	AuthorizeURL     string   `toml:"authorize_url"`
	TokenURL         string   `toml:"token_url"`
	DeviceURL        string   `toml:"device_url"`
	Scopes           []string `toml:"scopes"`
	Device           bool     `toml:"device"` // the provider's page opens on another screen

	TestMail bool `toml:"test_mail"` // lay one into INBOX; true unless the file says otherwise

	IMAP *AnswerServer `toml:"imap"` // nil: it is looked for
	SMTP *AnswerServer `toml:"smtp"` // nil beside an IMAP: nothing is sent
}

// AnswerServer is a server that need not be looked for.
type AnswerServer struct {
	Host string `toml:"host"`
	Port int    `toml:"port"`
	TLS  string `toml:"tls"`
	User string `toml:"user"`
}

// LoadAnswers reads a file of answers. Every error is an *Error.
func LoadAnswers(path string) (Answers, error) {
	data, err := read(path, "write one, or run regards init on a terminal without it", "--answers")
	if err != nil {
		return Answers{}, err
	}
	r := &report{file: path, answering: true}
	a := Answers{TestMail: true}
	tables, ok := r.parse(data)
	if !ok {
		return Answers{}, r.err()
	}
	root := place{node: scan(string(data))}
	r.fill(root, tables, reflect.ValueOf(&a).Elem())
	dir := absolute(path)
	a.PasswordFile, a.ClientSecretFile = expand(a.PasswordFile, dir), expand(a.ClientSecretFile, dir)
	r.answers(a, root)
	if err := r.err(); err != nil {
		return Answers{}, err
	}
	return a, nil
}

// answers checks what the configuration that comes of them could not name as well:
// the rest is judged there.
func (r *report) answers(a Answers, root place) {
	r.need(root.child("address"), a.Address, "ana@example.org")
	r.address(root.child("address"), a.Address)
	r.need(root.child("name"), a.Name, "Ana Díaz")
	r.printable(root.child("name"), a.Name)
	r.printable(root.child("account"), a.Account)
	if root.child("language").written() {
		r.language(root.child("language"), a.Language)
	}
	r.timeZone(root.child("time_zone"), a.TimeZone)
	r.way(a, root)
	if a.SMTP != nil && a.IMAP == nil {
		r.add(root.child("smtp"), "stands without [imap]", "write both, or none to have them found")
	}
	for _, s := range []struct {
		at place
		*AnswerServer
	}{{root.child("imap"), a.IMAP}, {root.child("smtp"), a.SMTP}} {
		if s.AnswerServer != nil {
			r.reachable(Server{Host: s.Host, Port: s.Port, TLS: s.TLS}, s.at)
			r.printable(s.at.child("user"), s.User)
		}
	}
}

// way checks what says how to log in.
func (r *report) way(a Answers, root place) {
	var ways []string
	for _, key := range []string{"password_file", "password_command", "oauth2"} {
		if root.child(key).written() {
			ways = append(ways, key)
		}
	}
	if len(ways) != 1 {
		r.add(root, "the file says in no way, or in several, how to log in", "write one of password_file, password_command, oauth2")
		return
	}
	way := Server{PasswordFile: a.PasswordFile, PasswordCommand: a.PasswordCommand, OAuth2: a.OAuth2}
	r.secret(way, root)
	if a.OAuth2 != "" {
		r.oauth2(Account{IMAP: way, OAuth2: OAuth2{ClientID: a.ClientID, ClientSecretFile: a.ClientSecretFile, Tenant: a.Tenant,
			AuthorizeURL: a.AuthorizeURL, TokenURL: a.TokenURL, DeviceURL: a.DeviceURL, Scopes: a.Scopes}}, root)
	}
}
