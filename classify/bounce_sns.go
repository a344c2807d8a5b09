package classify

import (
	"bytes"
	"encoding/json"
	"strings"
)

// ruleNotification knows what Amazon's SNS sends, and complaints in a form of their own.
func ruleNotification(h *Header) (Class, string) {
	switch {
	case h.parts.notification == "complaint":
		return Feedback, "a complaint, as Amazon SNS and Outlook.com pass them on"
	case h.machine.notifies:
		return Bulk, "X-Amz-Sns-Message-Id"
	}
	return "", ""
}

// snsNotice is what Amazon SES tells of a bounce or a complaint, as the documentation of
// its notifications has it; inside Message when it comes in SNS's own envelope.
type snsNotice struct {
	Message          string
	NotificationType string
	Bounce           struct {
		BounceType        string
		BouncedRecipients []struct{ EmailAddress, Action, Status, DiagnosticCode string }
	}
	Mail struct {
		Headers []struct{ Name, Value string }
	}
}

// readNotification takes bounces and complaints out of the text of a notification.
func (c *collector) readNotification() {
	var n snsNotice
	if decodeNotice(c.text.String(), &n); n.Message != "" {
		inside := n.Message
		n = snsNotice{}
		decodeNotice(inside, &n)
	}
	switch kind := strings.ToLower(n.NotificationType); kind {
	case "bounce", "complaint":
		c.notification = kind
	}
	for _, b := range n.Bounce.BouncedRecipients {
		block := statusBlock{final: addrSpec([]byte(b.EmailAddress)), action: b.Action, status: statusCode([]byte(b.Status)), diagnostic: b.DiagnosticCode}
		c.recipients.addBlock(&block)
	}
	for _, f := range n.Mail.Headers {
		if strings.EqualFold(f.Name, "Message-ID") {
			c.returnedID = messageID([]byte(f.Value))
		}
	}
}

// decodeNotice reads the first JSON value of a text; what is broken stays empty. Lines
// broken on the way leave line feeds in strings, where JSON allows none.
func decodeNotice(text string, n *snsNotice) {
	text = strings.ReplaceAll(text, "\n", "")
	_ = json.NewDecoder(strings.NewReader(text)).Decode(n)
}

// complains knows the feedback of Outlook.com's Junk Mail Reporting Program, which has not
// the form of RFC 5965: it writes a field into the message that it attaches.
func (c *collector) complains(h *Header) bool {
	return strings.HasPrefix(h.Subject, "complaint about message from ") &&
		bytes.Contains(c.carried[:min(len(c.carried), maxValue)], []byte("X-HmXmrOriginalRecipient:"))
}
