package classify

import (
	"slices"
	"strings"
	"unicode"
)

// linkedInSenders are the local parts from which LinkedIn sends what its members
// write to each other. LinkedIn's people write from the same domain.
var linkedInSenders = []string{"messages-noreply", "messaging-noreply", "inmail-hit-reply", "hit-reply", "member", "messages"}

// networkPhrase is how a network's subject names who wrote, with * for the name.
type networkPhrase struct{ before, after string }

// phrases splits a table at the stars.
func phrases(table ...string) []networkPhrase {
	var list []networkPhrase
	for _, line := range table {
		before, after, _ := strings.Cut(line, "*")
		list = append(list, networkPhrase{before, after})
	}
	return list
}

// messageSubjects say that a person has written.
var messageSubjects = phrases(
	"* just messaged you", "* messaged you", "* sent you a message", "* sent you a new message", "* has sent you a message", "* sent you an InMail", "* replied to your message",
	"You have a new message from *", "You have a message from *", "New message from *", "New InMail from *", "InMail from *", "Message from *",
	"* te ha enviado un mensaje", "* te envió un mensaje", "* te acaba de enviar un mensaje", "Tienes un mensaje nuevo de *", "Tienes un nuevo mensaje de *", "Nuevo mensaje de *", "Mensaje nuevo de *", "Mensaje de *",
	"* hat Ihnen eine Nachricht gesendet", "* hat Ihnen eine Nachricht geschickt", "* hat Ihnen gerade eine Nachricht gesendet", "* hat Ihnen geschrieben", "Sie haben eine neue Nachricht von *", "Neue Nachricht von *", "Nachricht von *",
	"* vous a envoyé un message", "* vient de vous envoyer un message", "Vous avez un nouveau message de *", "Vous avez reçu un message de *", "Nouveau message de *", "Message de *",
	"* ti ha inviato un messaggio", "* ti ha appena inviato un messaggio", "Hai un nuovo messaggio da *", "Nuovo messaggio da *", "Messaggio da *",
	"* enviou uma mensagem para você", "* enviou-lhe uma mensagem", "* acabou de enviar uma mensagem para você", "Você tem uma nova mensagem de *", "Nova mensagem de *", "Mensagem de *",
	"* heeft u een bericht gestuurd", "* heeft je een bericht gestuurd", "U hebt een nieuw bericht van *", "Je hebt een nieuw bericht van *", "Nieuw bericht van *", "Bericht van *",
	"* har skickat ett meddelande till dig", "* har sendt dig en besked", "* wysłał(a) Ci wiadomość", "Nowa wiadomość od *",
)

// otherNews are words of subjects that speak of a person who has not written.
var otherNews = []string{
	"viewed your profile", "accepted your", "appeared in", "search", "invitation", "invited you", "connect", "network", "endorsed", "anniversary", "birthday", "congrat",
	"comment", "mention", "reacted", "shared", "posted", "liked", "hiring", "job", "follow", "recommend", "webinar", "event", "security", "sign in", "verify", "password",
	"perfil", "aceptado", "aceptó", "invitación", "contacto", "empleo", "vacante", "aceitou", "convite", "vaga",
	"profil", "angenommen", "einladung", "kontakt", "stelle", "gefällt", "kommentiert", "accepté", "emploi", "réseau", "accettato", "invito", "profilo", "lavoro", "geaccepteerd", "uitnodiging", "vacature",
}

// Carried tells, by header alone, which person's message a network's notification
// brings; zero when it brings none, such as news, invitations and digests. It does not
// ask whether the message is forged: the Verdict says that.
func (h Header) Carried() Carried {
	if !fromLinkedIn(&h) {
		return Carried{}
	}
	shown := shownName(h.From[0].Name)
	name, says := named(h.Subject)
	switch {
	case says && (shown == name || strings.HasPrefix(shown, name+" ")):
		name = shown // the subject has the first name alone
	case says:
	case slices.Contains(linkedInSenders, localPart(&h)) && (strings.HasSuffix(localPart(&h), "hit-reply") || !hasNews(h.Subject)):
		name = shown // whoever may be answered has written, whatever the subject is
	default:
		return Carried{}
	}
	if !personal(name) {
		return Carried{}
	}
	return Carried{Network: "linkedin", Name: name}
}

// fromLinkedIn believes LinkedIn's own domain only.
func fromLinkedIn(h *Header) bool {
	if len(h.From) != 1 {
		return false
	}
	addr := h.From[0].Addr
	const domain = "linkedin.com"
	if len(addr) <= len(domain) || !strings.EqualFold(addr[len(addr)-len(domain):], domain) {
		return false
	}
	before := addr[len(addr)-len(domain)-1]
	return before == '@' || before == '.' && strings.Count(addr, "@") == 1
}

// shownName takes what the network adds from a display name.
func shownName(name string) string {
	for _, mark := range []string{" via LinkedIn", " (LinkedIn)", " (via LinkedIn)", " through LinkedIn", " über LinkedIn", " a través de LinkedIn"} {
		if cut, ok := strings.CutSuffix(name, mark); ok {
			return strings.TrimSpace(cut)
		}
	}
	return name
}

// named finds the name in the subject of a notification about a message.
func named(subject string) (string, bool) {
	subject = strings.TrimRight(subject, " .!")
	for _, p := range messageSubjects {
		if len(subject) > len(p.before)+len(p.after) && len(subject) < 200 &&
			strings.EqualFold(subject[:len(p.before)], p.before) && strings.EqualFold(subject[len(subject)-len(p.after):], p.after) {
			return strings.TrimSpace(subject[len(p.before) : len(subject)-len(p.after)]), true
		}
	}
	return "", false
}

func hasNews(subject string) bool {
	subject = strings.ToLower(subject)
	return slices.ContainsFunc(otherNews, func(word string) bool { return strings.Contains(subject, word) })
}

// personal tells the name of one person from "LinkedIn", "Maria and 2 others", an
// address, and a number.
func personal(name string) bool {
	if name == "" || len(name) > 100 || strings.ContainsAny(name, "@:;/<>0123456789") {
		return false
	}
	low := strings.ToLower(name)
	if strings.Contains(low, "linkedin") || strings.HasSuffix(low, " others") || strings.HasSuffix(low, " more") {
		return false
	}
	return strings.IndexFunc(name, unicode.IsLetter) >= 0 && len(strings.Fields(name)) <= 6
}
