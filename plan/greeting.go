package plan

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"regards/contact"
)

// Salutation gives the words that a letter to c opens with, in a language and a
// register: the contact's own greeting, else one made of a clean personal name;
// "" when neither can be trusted (law 6). Nobody's gender is known, so only
// words that fit everybody are used: what is left open, such as Querida or
// Estimado, is the owner's to say. Only names in the Latin script, given name
// first, are trusted: elsewhere a program cannot tell which part to use.
func Salutation(c contact.Contact, language string, register contact.Register) string {
	if c.Greeting != "" {
		return c.Greeting
	}
	given := givenName(c.Name)
	if given == "" {
		return ""
	}
	familiar := register == contact.Familiar
	switch language {
	case "en":
		return "Dear " + given
	case "fr":
		return "Bonjour " + given
	case "es":
		if familiar {
			return "Hola, " + given
		}
	case "de":
		if familiar {
			return "Hallo " + given
		}
		if full := strings.Join(strings.Fields(c.Name), " "); full != given { // Sie goes with the family name
			return "Guten Tag " + full
		}
	}
	return ""
}

// noPerson are words that make a name that of a role or an organisation.
var noPerson = strings.Fields(`accounts amt dentist landlord plumber taxi admin administration admissions agency alerts alumni association
	assistant associates bank billing board bot bureau capital career careers center centre chair club college
	committee community company conference consulting contact coordinator corp council customer department desk
	digest director editor embassy engineering equipo events faculty family finance foundation gmbh group help
	hiring hospital hr human inc info institut institute international it jobs lab labs legal library limited
	linkedin list llc ltd mail mailer manager marketing media ministry network news newsletter no-reply noreply
	notification notifications office operations partners personnel postmaster president press program programme
	project recruiter recruiting recruitment registrar relations research resources sales school secretariat
	secretary service services society software solutions staff student students studio support systems talent
	team technologies technology the universidad university universität université updates webmaster work`)

// degrees are what people write behind their names, above all on LinkedIn, and what
// is no name however it is written.
var degrees = strings.Fields(`bba bcom bsc cfa cpa dba dipl-ing dphil emba esq llb llm mba mpa mph mphil mres msc pharmd phd pmp psyd`)

// notGiven are words that may begin a name and are no given name: titles,
// salutations, and the commonest family names of the languages that put these first.
var notGiven = strings.Fields(`aunt brother captain dean dear doctor doctora don doña dott dr dra father frau fräulein
	hello herr hi hr ing lady lic lord madam madame mademoiselle mag master md miss mister mlle mme monsieur mr mrs ms
	mx prof professor professora rabbi reverend señor señora sig signor signora sir sister sr sra srta uncle
	adv arq capt coach col dame drs eng engr gen hon ir lt maj mgr pd
	abu bin dos el ibn las los mac mc san santa st
	cai cao chan chen cheng cheung deng ding dong du fang feng gao guo han he hu huang jiang kwok lau leung li liang
	lin liu lu luo ma pan peng shen song su sun tan tang wang wong wu xiao xie xu yang yao ye yu yuan zeng zhang zhao
	zheng zhou zhu
	ahn cho choi hong hwang jang jeong jung kang kim kwon lee lim oh park seo shin yoon
	bui bùi dang đặng đỗ dương duong ho hồ hoang hoàng huynh huỳnh ly lý ngo ngô nguyen nguyễn pham phạm phan tran
	trần vo võ vu vũ
	farkas horváth kiss kovács molnár nagy németh szabó tóth varga`)

// particles stand within family names.
var particles = strings.Fields("al da de del della den der di do dos du e la le ten ter van von y zu")

// givenName gives the first word of a name that reads like a person's: one to
// four words, each a capital followed by small letters, perhaps with hyphen,
// apostrophe or the particles of family names, and none behind the first a title; or "".
func givenName(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 || len(words) > 4 || !isGiven(words[0]) {
		return ""
	}
	for i, w := range words[1:] {
		couple := i == 0 && (w == "y" || w == "e") // "Ana y Luis"; but "José Ortega y Gasset"
		if couple || !slices.Contains(particles, w) && !isInitial(w) && (!isNameWord(w) || isTitle(w)) {
			return ""
		}
	}
	return words[0]
}

// isGiven reports whether the first word of a name may be used alone.
func isGiven(w string) bool {
	low := strings.ToLower(w)
	family := strings.IndexAny(w, "'’") == 1 // O'Neill
	return isNameWord(w) && !family && !slices.Contains(notGiven, low) && !slices.Contains(particles, low)
}

// isNameWord reports whether w is written like a name: Maria, Jean-Luc, O'Neill, McCoy.
func isNameWord(w string) bool {
	letters, small, joint := 0, 0, false
	for i, r := range w {
		letter := unicode.IsLetter(r) && unicode.Is(unicode.Latin, r)
		if i == 0 && !unicode.IsUpper(r) || !letter && (joint || !strings.ContainsRune("-'’", r)) {
			return false
		}
		if joint = !letter; letter {
			letters++
		}
		if unicode.IsLower(r) {
			small++
		}
	}
	low := strings.ToLower(w)
	styled := !norm.NFKC.IsNormalString(w) // full width, mathematical bold and the like
	return !joint && !styled && small > 0 && small*2 >= letters-1 && !slices.Contains(noPerson, low) && !slices.Contains(degrees, low)
}

func isInitial(w string) bool {
	return len(w) == 2 && w[0] >= 'A' && w[0] <= 'Z' && w[1] == '.'
}
