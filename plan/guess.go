package plan

import (
	"slices"
	"strings"
)

// The groups that a guess may name: words that an owner would choose, too.
const (
	groupAlumni     = "alumni"
	groupUniversity = "university"
	groupColleague  = "colleague"
	groupFamily     = "family"
)

// guess says what somebody is to the owner, by address and name; "" when neither
// tells. A university goes first: at the owner's own, a student has no colleagues.
func (o Self) guess(s Stranger) string {
	var domains []string
	for _, addr := range append([]string{s.Address}, s.Others...) {
		domains = append(domains, domainOf(addr))
	}
	switch {
	case slices.ContainsFunc(domains, isAlumni):
		return groupAlumni
	case slices.ContainsFunc(domains, isUniversity):
		return groupUniversity
	case slices.ContainsFunc(domains, o.worksAt):
		return groupColleague
	case slices.ContainsFunc(domains, isPublicMail) && sameFamily(o.Name, s.Name):
		return groupFamily
	}
	return ""
}

// worksAt reports whether a domain is that of the owner's employer: of an address of
// theirs that is neither private nor at a provider who gives one to everybody.
func (o Self) worksAt(domain string) bool {
	return slices.ContainsFunc(o.Addresses, func(own string) bool {
		work := domainOf(own)
		return work != "" && isWithin(domain, work) && !isPublicMail(work) && (o.Private == "" || work != domainOf(o.Private))
	})
}

// sameFamily reports whether two people have one family name. The commonest ones of
// some countries say nothing.
func sameFamily(a, b string) bool {
	mine, theirs := familyName(a), familyName(b)
	common := func(w string) bool { return slices.Contains(notGiven, w) }
	return len(mine) > 0 && slices.Equal(mine, theirs) && !slices.ContainsFunc(mine, common)
}

func isAlumni(domain string) bool {
	label := func(l string) bool { return l == "alumni" || l == "alum" }
	return slices.ContainsFunc(strings.Split(domain, "."), label)
}

// isUniversity knows universities by how their domains are made up: .edu, .edu.mx,
// .ac.uk, uni-bonn.de, univ-lyon1.fr, student.x.example; and some that have names of
// their own.
func isUniversity(domain string) bool {
	labels := strings.Split(domain, ".")
	n := len(labels)
	if labels[n-1] == "edu" || n > 2 && (labels[n-2] == "edu" || labels[n-2] == "ac") && len(labels[n-1]) == 2 {
		return true
	}
	named := func(label string) bool {
		begins := func(p string) bool { return strings.HasPrefix(label, p) }
		return slices.Contains(universityLabels, label) || slices.ContainsFunc(universityPrefixes, begins) ||
			labels[n-1] == "de" && slices.ContainsFunc(germanPrefixes, begins)
	}
	return slices.ContainsFunc(labels[:n-1], named) ||
		slices.ContainsFunc(universities, func(u string) bool { return isWithin(domain, u) })
}

var (
	universityLabels   = strings.Fields("college student students stud uni univ universidad universidade universita universitaet universite university")
	universityPrefixes = []string{"uni-", "univ-", "universite-", "university-"}
	germanPrefixes     = []string{"tu-", "fh-", "hs-", "th-", "ph-"}

	// universities whose domains do not tell.
	universities = strings.Fields(`aalto.fi au.dk chalmers.se dtu.dk epfl.ch ethz.ch fu-berlin.de helsinki.fi hu-berlin.de
	 kth.se ku.dk kuleuven.be lmu.de lu.se mcgill.ca ntnu.no polimi.it polito.it ru.nl rug.nl rwth-aachen.de sciencespo.fr
		sorbonne-universite.fr su.se tudelft.nl tue.nl tum.de uab.cat uam.es ubc.ca uc3m.es ucm.es ugent.be ugr.es uio.no
		ulb.be unam.mx unibas.ch unibe.ch unibo.it unifi.it unifr.ch unige.ch unige.it unil.ch unimi.it uninsubria.it unipd.it
		unipi.it uniroma1.it unito.it unizar.es upb.de upm.es upv.es us.es usal.es usp.br
		utoronto.ca utwente.nl uu.nl uu.se uva.nl uzh.ch vu.nl wur.nl`)
)

// isPublicMail reports whether a domain belongs to a provider of mail to everybody.
func isPublicMail(domain string) bool {
	name, rest, _ := strings.Cut(domain, ".")
	rest = strings.TrimPrefix(strings.TrimPrefix(rest, "com."), "co.") // yahoo.co.uk; but not outlook.firm.example
	return slices.Contains(publicMail, domain) || slices.Contains(publicNames, name) && !strings.Contains(rest, ".")
}

var (
	// publicNames are providers with a domain in each country.
	publicNames = strings.Fields("aol fastmail gmx hotmail live outlook posteo protonmail tutanota yahoo yandex zoho")

	publicMail = strings.Fields(`126.com 139.com 163.com aim.com att.net bell.net bluewin.ch bol.com.br btinternet.com
		charter.net comcast.net cox.net duck.com email.it free.fr freenet.de gmail.com googlemail.com hey.com hispeed.ch icloud.com
		inbox.lv kabelmail.de kpnmail.nl laposte.net libero.it mac.com mail.com mail.de mail.ru mailbox.org me.com msn.com
		naver.com o2.pl online.de orange.fr pm.me proton.me qq.com rocketmail.com rogers.com sapo.pt sbcglobal.net sfr.fr
		shaw.ca sina.com skynet.be t-online.de telefonica.net telenet.be terra.com.br tin.it tuta.com uol.com.br verizon.net
		virgilio.it vodafone.de wanadoo.fr web.de wp.pl xs4all.nl ymail.com ziggo.nl`)
)
