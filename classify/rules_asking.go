package classify

import "strings"

// readSubjects start the subjects of receipts without the form of RFC 8098, as
// Outlook, Notes and GroupWise wrote them.
var readSubjects = []string{"read:", "read receipt:", "not read:", "return receipt", "gelesen:", "ungelesen gelöscht:", "nicht gelesen:", "lesebestätigung", "empfangsbestätigung (angezeigt)",
	"lu :", "lu\u00a0:", "lu:", "non lu :", "accusé de lecture", "leído:", "no leído:", "acuse de lectura", "letto:", "non letto:", "conferma di lettura", "lida:", "lido:", "não lida:", "recibo de leitura",
	"gelezen:", "leesbevestiging", "läst:", "läskvitto", "læst:", "lest:", "luettu:", "przeczytano:", "přečteno:", "прочитано:", "okundu:", "開封済み:", "已读:", "message status - opened"}

// receiptTexts are what such receipts say, of whose message; both must stand there.
var (
	receiptTexts = foldAll("was read", "was displayed on", "was deleted without being read", "was opened", "gelesen", "angezeigt", "a été lu", "a été affiché", "ha sido leído", "fue leído", "se ha leído",
		"è stato letto", "foi lida", "is gelezen", "lästes", "blev læst", "ble lest", "przeczytan", "прочитано", "開封", "阅读")
	yourMessage = foldAll("your message", "ihre nachricht", "deine nachricht", "votre message", "su mensaje", "tu mensaje", "il messaggio", "il tuo messaggio", "sua mensagem", "uw bericht",
		"ditt meddelande", "din meddelelse", "din melding", "twoja wiadomość", "ваше сообщение", "メッセージ", "邮件")
)

// ruleReceipt knows such a receipt by its subject and a second sign: "Read: chapter
// two" may be a person's homework.
func ruleReceipt(h *Header) (Class, string) {
	if h.machine.class == "urn:content-classes:mdn" {
		return Receipt, "Content-Class: urn:content-classes:mdn (Exchange)"
	}
	sign, hard := machineSign(h)
	switch {
	case !hard && h.parts.text == nil && h.machine.content.media != "application/ms-tnef" && h.parts.report == "":
		return "", ""
	case !startsWith(h.Subject, readSubjects):
		return "", ""
	case h.parts.report == "disposition-notification":
		return Receipt, "the subject of a receipt, and a disposition notification (RFC 8098)"
	case h.machine.content.media == "application/ms-tnef":
		return Receipt, "the subject of a receipt, and nothing but Outlook's own form"
	case hard:
		return Receipt, "the subject of a receipt, and " + sign
	case saysRead(h.parts.text):
		return Receipt, "the subject of a receipt, and a text that says so"
	}
	return "", ""
}

func saysRead(t *text) bool {
	low := fold(strings.Join(ownLines(t.String(), 8), " "))
	return hasPhrase(low, receiptTexts) && hasPhrase(low, yourMessage)
}

// challengers are the domains of services that only ask senders who they are.
var challengers = []string{"spamarrest.com", "boxbe.com", "knowspam.net", "spamlion.com", "mailblocks.com", "bluebottle.com", "choicemail.com", "cleanmymailbox.com"}

// challengeSubjects are words of the subjects by which spam filters ask senders to
// confirm, beside a second sign.
var challengeSubjects = foldAll("please confirm your message", "confirm your message", "requires verification", "sender verification", "verify sender",
	"spamblocker", "spam blocker", "spam arrest", "spamarrest", "your message is awaiting", "message held pending", "approve your message", "are you human", "prove you are",
	"bestätigen sie ihre nachricht", "bestätigung erforderlich", "absenderbestätigung", "confirmez votre message", "confirme su mensaje", "confirmar su mensaje", "confirmação de envio", "confirme sua mensagem", "conferma il tuo messaggio")

// challengeWording knows challenges by who asks, or by how they ask and a sign of a
// machine: people ask each other to confirm messages, too.
func challengeWording(h *Header) (Class, string) {
	if len(h.From) == 0 {
		return "", ""
	}
	sign, hard := machineSign(h)
	service := challenger(h.From[0].Addr)
	if !hard && service == "" || h.machine.unsubscribe || h.machine.listID != "" {
		return "", ""
	}
	local := localPart(h)
	asks := strings.HasPrefix(local, "spamblocker") || strings.HasPrefix(local, "challenge") || strings.HasPrefix(local, "tmda-confirm")
	switch asks = asks || hasPhrase(fold(h.Subject[:min(len(h.Subject), 200)]), challengeSubjects); {
	case service != "" && (asks || hard):
		return Challenge, "a spam filter asks for confirmation: " + service
	case asks && hard:
		return Challenge, "a spam filter asks for confirmation: its words, and " + sign
	}
	return "", ""
}

// challenger tells which of those services has the address.
func challenger(addr string) string {
	for _, c := range challengers {
		if before, ok := strings.CutSuffix(addr, c); ok && (strings.HasSuffix(before, "@") || strings.HasSuffix(before, ".")) {
			return c
		}
	}
	return ""
}
