package classify

import (
	"strings"
	"testing"
	"time"
)

// TestReturns: the day that a notice names, sent on Monday 16 November 2026.
func TestReturns(t *testing.T) {
	sent := time.Date(2026, 11, 16, 10, 5, 0, 0, time.UTC)
	for _, c := range []struct{ text, want string }{
		{"Thank you for your e-mail. I am currently out of the office and will return on Wednesday, November 25th.", "2026-11-25"},
		{"I'll be back in the office on Monday 30th November 2026.", "2026-11-30"},
		{"I am on leave, returning Monday, 30 November.", "2026-11-30"},
		{"I'm away from my desk and will be back on Thu 26 Nov.", "2026-11-26"},
		{"I will be out of the office from Friday, November 13, 2026 through Tuesday, December 1, 2026.", "2026-12-01"},
		{"I am out of office Nov 16 – Nov 27 with no access to email.", "2026-11-27"},
		{"I am out of office Nov 16-27 with no access to email.", "2026-11-27"},
		{"I am on annual leave from Monday 16th to Friday 27th November (inclusive).", "2026-11-27"},
		{"I am on vacation between 10 and 20 November.", "2026-11-20"},
		{"I will be out of the office until 12/1/26.", "2026-12-01"},
		{"I am away until the 1st of December.", "2026-12-01"},
		{"I will not be back until 1 December.", "2026-12-01"},
		{"I will respond when I return on December 2.", "2026-12-02"},
		{"Please expect a delayed response as I'm out until Tuesday 24/11. For urgent requests contact Sam.", "2026-11-24"},
		{"I'm OOO till 24.11.", "2026-11-24"},
		{"The office is closed and will reopen on 4 January 2027. We return then.", "2027-01-04"},
		{"I will be out of the office from 11/16 and return 11/30.", "2026-11-30"},
		{"Out of office from Monday, Nov 16th, returning Monday, Nov 30th", "2026-11-30"},
		{"Currently out of the office, returning on the 30th.", ""},
		{"I'm on PTO through EOD 11/27.", "2026-11-27"},
		{"I will be away from my email Nov 25-29 for Thanksgiving, back Monday 11/30.", "2026-11-30"},
		{"Our offices will be closed from Thursday, December 24 through Friday, January 1, and we will reopen on Monday, January 4.", "2027-01-04"},
		{"I am away until Friday 27 November and back on Monday.", "2026-11-30"},
		{"I am out on Friday 20th November and will be back on Monday.", "2026-11-23"},
		{"I'll be back the week of November 30.", "2026-11-30"},
		{"Back: 01-Dec-2026", "2026-12-01"},
		{"Return date: 1-Dec-26", "2026-12-01"},
		{"Return date: 2026/12/01", "2026-12-01"},
		{"Away until Nov. 30 at noon.", "2026-11-30"},
		{"I am available from 30 November.", "2026-11-30"},
		{"I am not available from 30 November.", ""},
		{"I'm not available from 16 November to 27 November.", "2026-11-27"},
		{"Back Monday.", "2026-11-23"},
		{"I will be back next Tuesday.", "2026-11-17"},
		{"Away until Friday.", "2026-11-20"},
		{"On 4 December I will be back.", "2026-12-04"},
		{"From 4 December I am available again.", "2026-12-04"},
		{"From 3 December I am away and will be back on 14 December.", "2026-12-14"},
		{"I am away since 3 November and back on 1 December.", "2026-12-01"},
		{"I only work Monday to Thursday and will reply when I am back.", ""},
		{"I check mail once a day. The deadline for papers is 1 December.", ""},
		{"Our new office opens on 1 December.", ""},
		{"Please send your application by 1 December.", ""},
		{"I may 5 or 6 times a day look at my mail until I am back.", ""},
		{"I am on parental leave until September 2027.", ""},
		{"I am out of office until the end of November.", ""},
		{"I am out of office (16.11.-27.11.2026).", "2026-11-27"},
		{"Out of office 16/11 - 27/11", "2026-11-27"},
		{"I return on 29 February.", ""},
		{"I return on 31 November.", ""},
		{"I return on 13/13.", ""},
		{"We moved on 1 December 1999 and are back to normal.", ""},

		{"Ich bin bis 27. November nicht erreichbar.", "2026-11-27"},
		{"Ich bin bis zum 27.11. im Urlaub. Danach bin ich gern für Sie da.", "2026-11-27"},
		{"Ich bin ab 23. November wieder im Büro.", "2026-11-23"},
		{"Ich bin am Montag, den 23. November 2026 wieder erreichbar.", "2026-11-23"},
		{"Am 23.11.2026 bin ich wieder für Sie da.", "2026-11-23"},
		{"Ich bin vom 16.11.2026 bis einschließlich 27.11.2026 außer Haus.", "2026-11-27"},
		{"Ich bin vom 16. – 27. November im Urlaub.", "2026-11-27"},
		{"Ich bin heute außer Haus und morgen wieder erreichbar.", ""},
		{"Ich bin ab morgen wieder da.", "2026-11-17"},
		{"Ich bin bis Freitag auf einer Tagung.", "2026-11-20"},
		{"Ab Montag bin ich wieder da.", "2026-11-23"},
		{"Meine Rückkehr ist am 7. Januar.", "2027-01-07"},
		{"Guten Morgen, ich bin am 3. Jänner zurück.", "2027-01-03"},
		{"Ich bin dienstlich unterwegs und erst ab dem 1.12. wieder am Platz.", "2026-12-01"},
		{"Sprechstunde: Dienstag 10 bis 12 Uhr. Ich bin bis 4.12. verreist.", "2026-12-04"},

		{"Ab dem 4. Januar 2027 stehen wir Ihnen wieder gerne zur Verfügung.", "2027-01-04"},
		{"Ich bin voraussichtlich wieder ab dem 23.11. im Büro anzutreffen.", "2026-11-23"},
		{"Ich bin erst ab 23.11. erreichbar.", "2026-11-23"},
		{"Ich bin ab 23.11. nicht erreichbar.", ""},
		{"Zurück bin ich am 1.Dez.", "2026-12-01"},
		{"Je serai de retour au bureau le mardi 1er décembre 2026 à 9h.", "2026-12-01"},
		{"Je suis en congés du vendredi 13 novembre au soir au lundi 30 novembre au matin.", "2026-11-30"},
		{"Je serai joignable à partir du 30/11.", "2026-11-30"},
		{"Estaré ausente desde el 16/11 hasta el 27/11, ambos inclusive.", "2026-11-27"},
		{"Estaré disponible a partir del 30 de noviembre.", "2026-11-30"},
		{"Ritornerò operativo dal 30 novembre.", "2026-11-30"},
		{"Sarò in ferie dal 16 al 27 novembre compresi.", "2026-11-27"},
		{"Volto ao trabalho em 30/11.", "2026-11-30"},
		{"Retornarei às atividades no dia 30/11/2026.", "2026-11-30"},
		{"Ik ben er weer op maandag 30 november.", "2026-11-30"},
		{"Vanaf 30/11 ben ik terug.", "2026-11-30"},
		{"Jeg er tilbage d. 30. november.", "2026-11-30"},
		{"Jeg er væk indtil d. 27. november.", "2026-11-27"},
		{"Jag är ledig t o m 27 november.", "2026-11-27"},
		{"Będę dostępny od 30 listopada.", "2026-11-30"},
		{"Nieobecność od dnia 16.11 do dnia 27.11.2026 r.", "2026-11-27"},
		{"Vracím se 30.11.", "2026-11-30"},
		{"Я буду доступен с 1 декабря.", "2026-12-01"},
		{"30.11.2026 tarihine kadar izindeyim.", "2026-11-30"},
		{"November 30-án térek vissza.", "2026-11-30"},
		{"Θα επιστρέψω στις 30 Νοεμβρίου.", "2026-11-30"},
		{"11/30(月)に出社します。", "2026-11-30"},
		{"12/1まで不在です。", "2026-12-01"},
		{"我12月1日上班。", "2026-12-01"},

		{"Je suis absent jusqu'au 27 novembre inclus.", "2026-11-27"},
		{"Je suis absente jusqu’au vendredi 27/11.", "2026-11-27"},
		{"Je serai absent du lundi 16 au vendredi 27 novembre 2026.", "2026-11-27"},
		{"Je serai absent du 16/11 au 27/11.", "2026-11-27"},
		{"De retour le 1er décembre.", "2026-12-01"},
		{"Je reviens lundi prochain.", "2026-11-23"},
		{"Je serai de nouveau joignable à partir du 30 novembre.", "2026-11-30"},
		{"À mon retour le 30 novembre, je vous répondrai.", "2026-11-30"},

		{"Estaré fuera de la oficina del 16 al 27 de noviembre.", "2026-11-27"},
		{"Estoy de vacaciones hasta el 27 de noviembre de 2026.", "2026-11-27"},
		{"Volveré el lunes 30 de noviembre.", "2026-11-30"},
		{"Me reincorporo el día 30/11.", "2026-11-30"},
		{"A partir del 1 de diciembre estaré de vuelta.", "2026-12-01"},
		{"Estaré de regreso el 1º de diciembre.", "2026-12-01"},

		{"Sono in ferie fino a venerdì 27 novembre compreso.", "2026-11-27"},
		{"Sarò assente dal 16/11 al 27/11.", "2026-11-27"},
		{"Tornerò in ufficio lunedì 30 novembre.", "2026-11-30"},
		{"Rientro previsto per il 1° dicembre.", "2026-12-01"},
		{"Estou ausente de 16 a 27 de novembro.", "2026-11-27"},
		{"Estarei de volta no dia 30 de novembro de 2026.", "2026-11-30"},
		{"Estarei ausente até ao dia 27 de novembro.", "2026-11-27"},
		{"Ik ben afwezig van 16 t/m 27 november.", "2026-11-27"},
		{"Op maandag 30 november ben ik weer aanwezig.", "2026-11-30"},
		{"Ik ben terug op 30-11-2026.", "2026-11-30"},
		{"Ik ben tot 1 december met vakantie.", "2026-12-01"},

		{"Jag är på semester till och med den 27 november.", "2026-11-27"},
		{"Jag är tillbaka på kontoret måndagen den 30 november.", "2026-11-30"},
		{"Jag är åter 30/11.", "2026-11-30"},
		{"Jeg er på ferie t.o.m. 27. november.", "2026-11-27"},
		{"Jeg er tilbake på kontoret 30. november.", "2026-11-30"},
		{"Jeg holder ferie fra 16. til 27. november.", "2026-11-27"},
		{"Olen lomalla 16.11.-27.11.", "2026-11-27"},
		{"Palaan töihin maanantaina 30.11.2026.", "2026-11-30"},
		{"Jestem nieobecny od 16 do 27 listopada 2026.", "2026-11-27"},
		{"Wracam 30.11.2026.", "2026-11-30"},
		{"Jsem mimo kancelář do 27. 11. 2026.", "2026-11-27"},
		{"Vrátím se 30. listopadu.", "2026-11-30"},
		{"Я в отпуске до 27 ноября.", "2026-11-27"},
		{"Я буду в отпуске по 27.11.2026 включительно.", "2026-11-27"},
		{"Вернусь в понедельник.", "2026-11-23"},
		{"30 Kasım'da döneceğim.", "2026-11-30"},
		{"16-27 Kasım tarihleri arasında izindeyim.", "2026-11-27"},
		{"11月16日から11月27日まで不在にしております。", "2026-11-27"},
		{"１１月３０日に復帰します。", "2026-11-30"},
		{"本人于2026年11月16日至2026年11月27日休假。", "2026-11-27"},
		{"我将于11月30日回来。", "2026-11-30"},
		{"11월 16일부터 11월 27일까지 휴가입니다.", "2026-11-27"},

		{"I am away.\n\n> I am back on 3 December.", ""},
		{"I am away until\n27 November.", "2026-11-27"},
		{"Start: 16 November\n\nReturn: 30 November", "2026-11-30"},
		{"Your message \"back on 3 December\" has arrived. I am away.", ""},
		{"Your message of 16 November 2026 will be read when I am back on 30 November.", "2026-11-30"},
		{"Call +49 30 1.12.26.27 or +1 212 555 12 04 until I am back.", ""},
		{"Available 24/7 until I return.", ""},
		{"Back at 9:30 on 1 December.", "2026-12-01"},
		{"Back on 1 December at 9:30.", "2026-12-01"},
	} {
		day := returns("", ownLines(c.text, awayLines), sent)
		got := ""
		if !day.IsZero() {
			got = day.Format(time.DateOnly)
		}
		if got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

// TestReturnsYear: the year that is not named is that of the first such day, but for a
// day that has just passed; and nothing is believed of long ago, or far ahead.
func TestReturnsYear(t *testing.T) {
	for _, c := range []struct{ sent, text, want string }{
		{"2026-12-30", "Back on 2 January.", "2027-01-02"},
		{"2026-12-30", "Back on 30 December.", "2026-12-30"},
		{"2026-12-30", "Back on 28 December.", ""},
		{"2026-12-30", "Back on 28 December 2026.", "2026-12-28"},
		{"2026-12-30", "Back on 20 December 2026.", ""},
		{"2027-01-02", "Back on 30 December.", ""},
		{"2026-02-01", "Back on 1 September.", "2026-09-01"},
		{"2026-02-01", "Back on 1 August 2027.", "2027-08-01"},
		{"2026-02-01", "Back on 2 August 2027.", ""},
		{"2026-02-01", "Back on 29 February.", ""},
		{"2028-02-01", "Back on 29 February.", "2028-02-29"},
		{"", "Back on 29 February 2028.", ""},
	} {
		sent, _ := time.Parse(time.DateOnly, c.sent)
		day := returns("", []string{c.text}, sent)
		got := strings.TrimSuffix(day.Format(time.DateOnly), "0001-01-01")
		if got != c.want {
			t.Errorf("%s, %q: got %q, want %q", c.sent, c.text, got, c.want)
		}
	}
}

// TestCueWords: a word that stood in the tables twice would mean whichever came last.
func TestCueWords(t *testing.T) {
	seen := map[string]cue{}
	for _, c := range cueWords {
		for _, w := range strings.Fields(c.words) {
			if other, ok := seen[fold(w)]; ok {
				t.Errorf("%q is %d and %d", w, other, c.cue)
			}
			seen[fold(w)] = c.cue
		}
	}
	for _, table := range [][]string{months, weekdays} {
		want := len(strings.Split(table[0], ","))
		for _, language := range table {
			if n := len(strings.Split(language, ",")); n != want {
				t.Errorf("%q has %d of %d", language, n, want)
			}
		}
	}
}
