package classify

import "strings"

// flags say which ideas the words of a line stand for. Mail systems phrase their
// reports in many ways, but of few ideas: "could not be delivered to the following
// address" is delivery, not, following and address.
type flags uint16

const (
	wDeliver   flags = 1 << iota // deliver, reach
	wNot                         // not, unable
	wFail                        // failed, rejected, unknown
	wUndeliver                   // undeliverable: both in one word
	wAddress                     // address, recipient, user
	wFollow                      // following, below
	wMessage                     // message, mail
	wOriginal                    // original, copy, headers
	wReturned                    // returned, enclosed
)

// wordLists hold the words of each idea in the languages in which mail systems
// write: English, German, French, Spanish, Portuguese, Italian, Dutch, Russian, Polish.
var wordLists = []struct {
	flag  flags
	words string
}{
	{wDeliver, "deliver delivered delivering delivery reach reached receive received accessed accepted " +
		"zugestellt zustellung zustellen übermittelt remis remise remettre délivré délivre delivre distribué acheminé " +
		"entregar entregado entregada entregue entrega llegado consegnato consegna consegnare recapitato " +
		"afgeleverd bezorgd bezorgen доставлено доставить доставка dostarczona dostarczono"},
	{wNot, "not n't no cannot can't couldn't could't wasn't weren't didn't isn't unable impossible couldnt nicht kein pas n'a non não nao niet не nie " +
		"imposible impossibile impossível unsuccessful konnte"},
	{wFail, "fail failed fails failure failures failing error errors fatal invalid unknown unrecognized rejected blocked refused bounced wrong " +
		"problem problems exceeds full undeliverable unreachable delayed postponed deferred disabled inactive " +
		"fehler fehlgeschlagen unbekannt gescheitert échec echec échoué erreur inconnu inconnue error errores fallo fallido desconocido desconhecido erro falha " +
		"errore fallita sconosciuto mislukt fout onbekend onbekende ошибка неизвестен błąd"},
	{wUndeliver, "undeliverable undelivered undeliverables non-delivery nondelivery unzustellbar onbestelbaar unzustellbare"},
	{wAddress, "address addresses recipient recipients user users mailbox userid account accounts rcpt person " +
		"empfänger empfängern adresse adressen postfach destinataire destinataires adresses destinatario destinatarios dirección direcciones " +
		"destinatário destinatários endereço destinatari indirizzo indirizzi ontvanger ontvangers adres geadresseerde адрес адресу адресат получатель получателю adresat adresata"},
	{wFollow, "following follow follows below affected folgende folgenden folgender suivant suivants suivante suivantes siguiente siguientes " +
		"seguente seguenti seguinte seguintes volgende abajo untenstehende"},
	{wMessage, "message messages mail email e-mail letter document nachricht nachrichten mensaje correo mensagem messaggio bericht courriel courrier письмо сообщение wiadomość " +
		"header headers"},
	{wOriginal, "original originals old initial unsent copy body header headers undelivered " +
		"ursprüngliche ursprünglichen originalnachricht kopie originale d'origine copie copia original originele kopia oryginalna"},
	{wReturned, "returned enclosed attached text contents lines adjunto beigefügt"},
}

// wordFlags finds the ideas of a word.
var wordFlags = func() map[string]flags {
	m := make(map[string]flags)
	for _, l := range wordLists {
		for word := range strings.FieldsSeq(l.words) {
			m[word] |= l.flag
		}
	}
	return m
}()

// longestWord is longer than every key of wordFlags.
const longestWord = 40

// foreign are pieces of the languages that part no words, Japanese and Chinese.
var foreign = []struct {
	flag  flags
	piece string
}{
	{wDeliver | wNot, "できませんでした"}, {wDeliver | wNot, "配信エラー"}, {wDeliver | wNot, "配送できません"}, {wDeliver | wNot, "届きませんでした"},
	{wMessage | wFail, "エラー"}, {wAddress, "宛先"}, {wAddress, "受信者"}, {wFollow, "以下"},
	{wDeliver | wNot, "无法"}, {wDeliver | wNot, "無法"}, {wDeliver | wNot, "退信"}, {wAddress, "收件人"}, {wAddress, "地址"}, {wFollow, "以下"},
}

// flagsOf looks up the words of a line in lower case.
func flagsOf(line string) flags {
	var all flags
	start, wide := -1, false
	for i := 0; i <= len(line); i++ {
		if i < len(line) && isWordByte(line[i]) {
			wide = wide || line[i] >= 0x80
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 && i-start > 1 && i-start < longestWord {
			all |= wordFlags[bareWord(line[start:i])]
		}
		start = -1
	}
	if wide {
		for _, f := range foreign {
			if strings.Contains(line, f.piece) {
				all |= f.flag
			}
		}
	}
	return all
}

// bareWord leaves out quotes and dashes around a word.
func bareWord(w string) string {
	for w != "" && (w[0] == '-' || w[0] == '\'') {
		w = w[1:]
	}
	for w != "" && (w[len(w)-1] == '-' || w[len(w)-1] == '\'') {
		w = w[:len(w)-1]
	}
	return w
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 0x80 || c == '\'' || c == '-'
}

// failing is what the words say of a delivery that did not come about.
func (f flags) failing() bool {
	return f&wUndeliver != 0 || f&wDeliver != 0 && f&(wNot|wFail) != 0 ||
		f&wAddress != 0 && f&(wFail|wNot) != 0 || f&wMessage != 0 && f&wFail != 0
}

// announces says that failed addresses may follow.
func (f flags) announces() bool {
	return f.failing() || f&wAddress != 0 && f&wFollow != 0
}

// asciiLower lowers A to Z and leaves every byte where it is.
func asciiLower(s string) string {
	i := 0
	for i < len(s) && !upper(s[i]) {
		i++
	}
	if i == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	b.WriteString(s[:i])
	for ; i < len(s); i++ {
		c := s[i]
		if upper(c) {
			c += 'a' - 'A'
		}
		b.WriteByte(c)
	}
	return b.String()
}

func upper(c byte) bool { return c-'A' <= 'Z'-'A' }
