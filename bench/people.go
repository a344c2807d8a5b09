package main

import (
	"fmt"
	"math/rand/v2"
	"mime"
	"strings"
)

// correspondents is how many people write to the owner. How often each does
// follows Zipf's law: a few write daily, most wrote once or twice in ten years.
const correspondents = 5000

// lists is how many mailing lists and newsletters the owner gets.
const lists = 60

// person is a correspondent, known by rank: person 0 writes most.
type person struct {
	name, addr, domain string
}

var firstNames = strings.Fields(`Maria Tom Aisha Jean-Luc Wei Ingrid Ana José Zoë Łukasz Søren Björn Chloé Priya
	Olumide Yuki Dmitri Fatima Liam Emma Noah Sofía Müge Anders Ciarán Nadia Hugo Renée Karel Tiina Юлия 美咲 Ahmed
	Grace Omar Lucía Mateo Elif Pavel Hana`)

var lastNames = strings.Fields(`Lopez Berger Rahman Moreau Chen Holm Díaz García Müller Nowak Sørensen Lindström
	Lefèvre Sharma Adeyemi Tanaka Ivanov Haddad Murphy Smith Johnson Brown Fernández Yılmaz Andersson O'Connor Petrov
	Rossi Dubois Novák Virtanen Петрова 田中 Hassan Okafor Farouk Romero Silva Kaya Horák Kovács Jansen Weber Fischer
	Costa Popescu Nielsen Larsen Walsh Kim`)

var subjectWords = strings.Fields(`report draft grant interview lecture poster data review meeting samples travel
	proposal schedule invoice results reference workshop seminar visit contract thesis questions feedback figures
	budget panel summer project notes plan répétition Überblick reunión`)

// people makes all correspondents.
func people() []person {
	all := make([]person, correspondents)
	for i := range all {
		first, last := firstNames[i%len(firstNames)], lastNames[(i/len(firstNames)+7*i)%len(lastNames)]
		domain := fmt.Sprintf("%s%d.example", []string{"uni", "labor", "mail", "firma", "office", "home"}[i%6], i%397)
		local := fmt.Sprintf("%s.%d", ascii(first), i)
		all[i] = person{name: first + " " + last, addr: local + "@" + domain, domain: domain}
	}
	return all
}

// ascii keeps the letters of a name that an address may have.
func ascii(name string) string {
	kept := strings.Map(func(r rune) rune {
		if r < 'A' || r > 'z' {
			return -1
		}
		return r
	}, strings.ToLower(name))
	if kept == "" {
		return "user"
	}
	return kept
}

// String writes a person as From and To do (RFC 5322 section 3.4, RFC 2047).
func (p person) String() string {
	for _, r := range p.name {
		if r > 0x2ff { // another script than Latin
			return mime.BEncoding.Encode("utf-8", p.name) + " <" + p.addr + ">"
		}
	}
	if encoded := mime.QEncoding.Encode("utf-8", p.name); encoded != p.name {
		return encoded + " <" + p.addr + ">"
	}
	return `"` + p.name + `" <` + p.addr + ">"
}

// newSubject makes up the subject of a thread.
func newSubject(rng *rand.Rand) string {
	words := make([]string, 2+rng.IntN(4))
	for i := range words {
		words[i] = subjectWords[rng.IntN(len(subjectWords))]
	}
	return strings.Join(words, " ")
}

// contactRanks picks n correspondents as contacts: densely among those who write
// often, sparsely down to those who hardly ever did.
func contactRanks(n int) []int {
	ranks := make([]int, n)
	for i := range ranks {
		ranks[i] = i + (correspondents-n)*i*i/(n*n)
	}
	return ranks
}
