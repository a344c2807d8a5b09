package classify

import "testing"

// TestCarried: which of LinkedIn's mails bring a person's message, by header alone.
func TestCarried(t *testing.T) {
	const own = "<messages-noreply@linkedin.com>"
	for _, c := range []struct{ from, subject, want string }{
		{"Maria Lopez via LinkedIn " + own, "Maria just messaged you", "Maria Lopez"},
		{"LinkedIn " + own, "Maria Lopez just messaged you", "Maria Lopez"},
		{"LinkedIn " + own, "Maria just messaged you", "Maria"},
		{"LinkedIn " + own, "You have a new message from Maria Lopez", "Maria Lopez"},
		{"LinkedIn " + own, "Maria Lopez sent you a message", "Maria Lopez"},
		{"LinkedIn " + own, "Message from Maria Lopez", "Maria Lopez"},
		{"LinkedIn " + own, "=?utf-8?q?Mar=C3=ADa_L=C3=B3pez_te_ha_enviado_un_mensaje?=", "María López"},
		{"LinkedIn " + own, "Jürgen Müller hat Ihnen eine Nachricht gesendet", "Jürgen Müller"},
		{"LinkedIn " + own, "Nouveau message de Jean Dupont", "Jean Dupont"},
		{"LinkedIn " + own, "Nuovo messaggio da Carla Rossi", "Carla Rossi"},
		{"LinkedIn " + own, "João Silva enviou uma mensagem para você", "João Silva"},
		{"LinkedIn " + own, "Nieuw bericht van Jan de Vries", "Jan de Vries"},
		{"Maria Lopez " + own, "Coffee on Tuesday?", "Maria Lopez"},
		{"Maria Lopez <inmail-hit-reply@linkedin.com>", "Let's connect on a job", "Maria Lopez"},
		{"Maria Lopez <hit-reply@linkedin.com>", "RE: Coffee", "Maria Lopez"},
		{"Maria Lopez <hit-reply@e.linkedin.com>", "RE: Coffee", "Maria Lopez"},

		{"LinkedIn " + own, "Maria Lopez viewed your profile", ""},
		{"Maria Lopez " + own, "Maria accepted your invitation", ""},
		{"Maria Lopez via LinkedIn <invitations@linkedin.com>", "Ana, please add me to your LinkedIn network", ""},
		{"LinkedIn " + own, "You appeared in 4 searches this week", ""},
		{"LinkedIn Job Alerts <jobalerts-noreply@linkedin.com>", "30 new jobs for you", ""},
		{"LinkedIn <messaging-digest-noreply@linkedin.com>", "You have 3 new messages", ""},
		{"LinkedIn <messaging-digest-noreply@linkedin.com>", "New message from Maria and 2 others", ""},
		{"LinkedIn " + own, "Message from LinkedIn", ""},
		{"LinkedIn " + own, "Message from maria@example.org", ""},
		{"Maria Lopez <mlopez@linkedin.com>", "Your talk", ""},
		{"Maria Lopez <messages-noreply@linkedin.com.example.org>", "Maria Lopez just messaged you", ""},
		{"Maria Lopez <messages-noreply@notlinkedin.com>", "Maria Lopez just messaged you", ""},
		{"Maria Lopez <maria@example.org>", "Maria Lopez just messaged you", ""},
	} {
		raw := []byte("From: " + c.from + "\nSubject: " + c.subject + "\n\nHi")
		h, err := Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		got := h.Carried()
		if got.Name != c.want || (got.Network == "linkedin") != (c.want != "") {
			t.Errorf("%s, %s: got %+v, want %q", c.from, c.subject, got, c.want)
		}
		r := Message(raw, trusted)
		if r.Carried != got {
			t.Errorf("the report says %+v, the header %+v", r.Carried, got)
		}
		if got.Name != "" && (r.Class != Bulk || r.Touch) {
			t.Errorf("%s, %s: a notification is %s", c.from, c.subject, r.Class)
		}
	}
	forged := []byte("Authentication-Results: mx.example.net; dmarc=fail\nFrom: Maria " + own + "\nSubject: Maria just messaged you\n\n")
	if r := Message(forged, trusted); r.Carried != (Carried{}) {
		t.Errorf("a forged notification carries %+v", r.Carried)
	}
}
