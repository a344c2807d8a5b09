package provider

import (
	"net"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// mx are records of one preference after another.
func mx(hosts ...string) []*net.MX {
	var records []*net.MX
	for i, host := range hosts {
		records = append(records, &net.MX{Host: host, Pref: uint16(10 * i)})
	}
	return records
}

func TestByMX(t *testing.T) {
	for _, c := range []struct {
		want  string
		hosts []string
	}{
		{"Google Workspace", []string{"aspmx.l.google.com.", "alt1.aspmx.l.google.com."}},
		{"Google Workspace", []string{"SMTP.Google.com."}},
		{"Microsoft 365", []string{"uni-example.mail.protection.outlook.com."}},
		{"Microsoft 365", []string{"example-org.a-v1.mx.microsoft."}},
		{"Outlook.com", []string{"hotmail-tt.olc.protection.outlook.com."}},
		{"iCloud", []string{"mx01.mail.icloud.com."}},
		{"Fastmail", []string{"in1-smtp.messagingengine.com."}},
		{"Yahoo Mail", []string{"mta5.am0.yahoodns.net."}},
		{"AOL Mail", []string{"mx-aol.mail.gm0.yahoodns.net."}},
		{"mailbox.org", []string{"mxext1.mailbox.org."}},
		{"OVHcloud", []string{"mx1.mail.ovh.net."}},
		{"Infomaniak", []string{"mta-gw.infomaniak.ch."}},
		{"IONOS (de)", []string{"mx00.kundenserver.de."}},
		{"IONOS (fr)", []string{"mx00.ionos.fr."}},
		{"Zoho Mail (own domain, zoho.eu)", []string{"mx.zoho.eu."}},
		{"Proton Mail", []string{"mail.protonmail.ch."}},
		{"Tuta", []string{"mail.tutanota.de."}},
		{"", []string{"mail.example.org.", "mx2.mail.ovh.net."}}, // the second is a spare
		{"", []string{"notgoogle.com."}},
		{"", []string{"google.com.example.org."}},
		{"", nil},
		{"", []string{"."}},
	} {
		var got string
		if e, _ := byMX(mx(c.hosts...)); e != nil {
			got = e.name
		}
		if got != c.want {
			t.Errorf("%v: %q, want %q", c.hosts, got, c.want)
		}
	}
}

// The order in which DNS gives the records does not matter.
func TestByMXOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hosts := []string{"aspmx.l.google.com.", "mx1.mail.ovh.net.", "mail.example.org.", "x.olc.protection.outlook.com.", "mta5.am0.yahoodns.net.", "mx-aol.mail.gm0.yahoodns.net."}
		records := rapid.SliceOf(rapid.Custom(func(t *rapid.T) *net.MX {
			return &net.MX{Host: rapid.SampledFrom(hosts).Draw(t, "host"), Pref: rapid.Uint16Range(0, 2).Draw(t, "pref")}
		})).Draw(t, "records")
		want, _ := byMX(records)
		if got, _ := byMX(rapid.Permutation(records).Draw(t, "shuffled")); got != want {
			t.Fatalf("%v and %v", got, want)
		}
		if want != nil && len(preferred(records)) == 0 {
			t.Fatal("found without a record")
		}
	})
}

func TestFilterBehind(t *testing.T) {
	if got := filterBehind(mx("mx0a-00.pphosted.com.")); got != "Proofpoint" {
		t.Error(got)
	}
	if got := filterBehind(mx("mail.example.org.", "mx0a-00.pphosted.com.")); got != "" {
		t.Error(got)
	}
}

// Whoever changes what was found does not change the table.
func TestFoundIsACopy(t *testing.T) {
	a, _ := parseAddress("ana@gmail.com")
	e := byDomain("gmail.com")
	before := e.found(Table, a)
	changed := e.found(Table, a)
	changed.Ways[0].Steps[0], changed.Notes[0] = "x", "x"
	if after := e.found(Table, a); after.Ways[0].Steps[0] != before.Ways[0].Steps[0] || !slices.Equal(after.Notes, before.Notes) {
		t.Error("the table has changed")
	}
}

func TestWaysInto(t *testing.T) {
	for _, x := range []struct {
		host, login, name string
		first             Method
	}{
		{"imap.gmail.com", "ana@gmail.com", "Gmail", AppPassword},
		{"smtp.gmail.com", "ana@gmail.com", "Gmail", AppPassword},
		{"imap.gmail.com", "ana@own.example", "Google Workspace", AppPassword},
		{"outlook.office365.com", "ana@hotmail.com", "Outlook.com", OAuth2},
		{"outlook.office365.com", "ana@uni.example", "Microsoft 365", OAuth2},
		{"imap.own.example", "ana@gmail.com", "", ""},
		{"", "", "", ""},
	} {
		name, ways, ok := WaysInto(x.host, x.login)
		if name != x.name || ok != (x.name != "") || ok && ways[0].Method != x.first {
			t.Errorf("%s as %s: got %q, %v", x.host, x.login, name, ways)
		}
	}
}
