package classify

// The tables of words hold them as fold leaves them: lower-case, without accents.
func foldAll(list ...string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = fold(s)
	}
	return out
}

// machineSubjects start the subjects that programs set above automatic replies.
var machineSubjects = foldAll(
	"automatic reply", "automatic response", "automated reply", "automated response", "auto reply", "auto-reply", "autoreply", "auto response",
	"auto-response", "autoresponse", "auto", "out of office autoreply", "out of office auto-reply", "out of office auto reply", "out of office reply", "out-of-office reply",
	"out of office: re", "out of office: fw", "out of office: aw", "yahoo! auto response", "vacation reply", "vacation auto-reply", "vacation response",
	"automatische antwort", "automatische rückmeldung", "automatische rückantwort", "automatische eingangsbestätigung", "autom. antwort",
	"réponse automatique", "réponse auto", "message automatique",
	"respuesta automática", "contestación automática", "contestador automático", "resposta automàtica",
	"risposta automatica", "risposta automatico",
	"resposta automática",
	"automatisch antwoord", "automatische beantwoording", "automatische reply",
	"autosvar", "automatiskt svar", "automatisk svar", "svar automatisk",
	"automaattinen vastaus", "automaattivastaus",
	"automatyczna odpowiedź", "odpowiedź automatyczna", "autoodpowiedź",
	"automatická odpověď", "automatická odpoveď",
	"автоматический ответ", "автоответ", "автоматична відповідь",
	"otomatik yanıt", "otomatik cevap", "automatikus válasz", "räspuns automat", "răspuns automat", "αυτόματη απάντηση", "samodejni odgovor", "automatski odgovor",
	"自動応答", "自動返信", "自动答复", "自动回复", "自動回覆", "자동 회신", "자동 응답", "תשובה אוטומטית", "رد تلقائي",
)

// noticeSubjects stand above the subject of the message answered, as those do, but
// people use them as well.
var noticeSubjects = foldAll("out of office", "out of the office", "abwesenheitsnotiz", "abwesenheitsmeldung", "abwesenheitsbenachrichtigung",
	"absence du bureau", "message d'absence", "notification d'absence", "fuera de la oficina", "fuera de oficina", "fuori ufficio", "fora do escritório",
	"afwezigheidsbericht", "afwezig", "frånvaromeddelande", "fraværsmelding", "fraværsbesked", "poissaoloviesti", "nieobecność", "nepřítomnost", "отсутствие на рабочем месте", "不在通知")

// absenceSubjects are words of subjects that say that somebody is away.
var absenceSubjects = foldAll(
	"out of office", "out of the office", "out-of-office", "ooo", "not in the office", "away from my", "away until", "i am away", "i'm away", "on vacation", "on annual leave", "on leave", "on holiday", "vacation",
	"abwesenheitsnotiz", "abwesenheitsmeldung", "abwesenheitsbenachrichtigung", "abwesenheit", "abwesend", "nicht im büro", "im urlaub", "urlaub",
	"absence du bureau", "message d'absence", "notification d'absence", "absent", "absence", "en congé", "en vacances",
	"fuera de la oficina", "fuera de oficina", "ausente", "ausencia", "de vacaciones",
	"fuori ufficio", "fuori sede", "assente", "assenza", "in ferie",
	"fora do escritório", "ausência", "de férias",
	"afwezig", "niet aanwezig", "op vakantie", "buiten kantoor",
	"frånvaro", "frånvarande", "ej på kontoret", "fravær", "ikke til stede", "ikke på kontoret", "på ferie", "på semester",
	"poissa", "lomalla", "nieobecn", "poza biurem", "na urlopie", "nepřítomn", "mimo kancelář", "dovolen",
	"отсутств", "вне офиса", "нет на месте", "в отпуске", "ofis dışı", "izindeyim", "不在", "休暇", "外出", "休假",
)

// answerPrefixes stand before the colon of an answer's subject, and of what is passed on.
var answerPrefixes = []string{"re", "aw", "antw", "sv", "vs", "odp", "rif", "ynt", "res", "ref", "回复", "答复", "回覆", "返信", "fwd", "fw", "wg", "tr", "rv", "i", "enc", "doorst", "vl", "pd", "vb", "ilt", "转发", "轉寄"}

// awayWords are what the texts of automatic replies say.
var awayWords = foldAll(
	"out of the office", "out of office", "out-of-office", "away from the office", "away from my", "not in the office", "away from email", "currently away", "will be away", "i am away", "i'm away",
	"limited access to", "no access to", "on annual leave", "on vacation", "on holiday", "on leave", "maternity leave", "parental leave", "when i return", "upon my return", "on my return", "automatic reply", "automated reply", "automatic response", "no longer work", "no longer with", "no longer monitor", "not be monitored", "has left", "thank you for your message", "thank you for your email",
	"nicht im büro", "nicht im haus", "nicht erreichbar", "nicht am arbeitsplatz", "außer haus", "abwesend", "im urlaub", "in elternzeit", "wieder erreichbar", "wieder im büro", "nicht weitergeleitet", "automatische antwort", "kein zugriff", "keinen zugriff", "nicht mehr", "vielen dank für ihre",
	"absent", "en congé", "en vacances", "hors du bureau", "de retour le", "réponse automatique", "en déplacement", "je serai de retour", "ne travaille plus", "votre message",
	"fuera de la oficina", "de vacaciones", "ausente", "estaré fuera", "estoy fuera", "respuesta automática", "a mi regreso", "a mi vuelta", "acceso limitado", "ya no trabaj", "su mensaje", "su correo",
	"fuori ufficio", "fuori sede", "assente", "in ferie", "al mio rientro", "al mio ritorno", "risposta automatica", "non sono in ufficio", "non lavor",
	"fora do escritório", "de férias", "estarei fora", "ausência", "resposta automática", "ao meu regresso", "acesso limitado",
	"niet aanwezig", "afwezig", "op vakantie", "niet op kantoor", "met verlof", "niet bereikbaar", "weer bereikbaar", "werkt niet meer",
	"inte på plats", "inte på kontoret", "på semester", "på ledighet", "tillbaka den", "åter den", "frånvarande", "tjänstledig",
	"ikke på kontoret", "ikke til stede", "på ferie", "holder ferie", "tilbage den", "tilbake den", "ute av kontoret", "fraværende", "tilbage igen",
	"poissa", "lomalla", "en ole paikalla", "palaan", "tavoitettavissa",
	"poza biurem", "nieobecn", "na urlopie", "będę dostępn", "wracam",
	"mimo kancelář", "nepřítom", "na dovolené", "nejsem v kancel", "budu zpět",
	"отсутств", "не на месте", "в отпуске", "вернусь", "вне офиса", "нет в офисе",
	"ofis dışında", "izinde", "tatilde", "döneceğim", "ofiste olmayacağım",
	"不在", "休暇", "出張", "休業", "外出", "休假", "出差", "无法及时", "부재", "휴가", "szabadság", "concediu", "εκτός γραφείου",
)

// receivedSubjects are words by which help desks confirm that a message came.
var receivedSubjects = foldAll(
	"request received", "received your", "has been received", "was received", "we have received", "thank you for contacting", "thanks for contacting", "thanks for reaching out", "confirmation of receipt", "acknowledgement of receipt", "ticket created", "ticket received", "case created", "autoreply", "auto-reply", "automatic reply",
	"eingangsbestätigung", "empfangsbestätigung", "ist eingegangen", "anfrage erhalten", "nachricht erhalten",
	"accusé de réception", "accusé réception", "bien reçu", "demande reçue", "hemos recibido", "acuse de recibo", "solicitud recibida",
	"abbiamo ricevuto", "richiesta ricevuta", "recebemos", "recebida", "ontvangstbevestiging", "hebben ontvangen", "vi har tagit emot", "vi har mottatt", "vi har modtaget", "otrzymaliśmy", "přijali jsme", "получен", "受付", "收到",
)

// ownAbsence begins what one says of oneself.
var ownAbsence = foldAll("i am", "i'm", "i will", "i'll", "i have", "i return", "ich bin", "ich befinde", "ich habe", "bin ich", "je suis", "je serai", "estoy", "estaré", "me encuentro", "sono", "sarò", "mi trovo", "estou", "estarei", "ik ben", "ben ik",
	"jag är", "jag har", "jeg er", "jeg har", "jeg holder", "olen", "en ole", "jestem", "będę", "jsem", "nejsem", "я", "меня", "不在")
