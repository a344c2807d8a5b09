package classify

import (
	"strings"
	"testing"
)

func TestReplyText(t *testing.T) {
	page := func(body string) string { return "Subject: x\nContent-Type: text/html; charset=utf-8\n\n" + body }
	for raw, want := range map[string]string{
		"Subject: x\n\n2 done\n": "2 done",
		page("<html><head><title>T</title><style>p{}</style></head><body><div>2 done</div><div>3&nbsp;snooze 3w</div></body>"): "2 done|3\u00a0snooze 3w",
		page("<p>1 the tip<br>2 done</p><blockquote>3 send</blockquote>"):                                                      "1 the tip|2 done",
		page(`2 done<div class="gmail_quote">On Monday<p>3 send</p></div>4 draft`):                                             "2 done",
		page(`2 done<div id="divRplyFwdMsg">From: Ana</div>3 send`):                                                            "2 done",
		page("<head><meta x>2 done"):                  "2 done",
		page("<blockquote>1 x</blockquote><p>2 done"): "2 done",
		page(`<p class="not_gmail_quote_x">2 done`):   "2 done",
		"Content-Type: text/plain; format=flowed\n\n1 the tip about \nthe PhD route\n2 done\n-- \nAna\n":         "1 the tip about the PhD route|2 done|--|Ana",
		"Content-Type: text/plain; format=flowed; delsp=yes\n\n1 the tip about the PhD ro \nute\n> 2 done \n> x": "1 the tip about the PhD route|> 2 done|> x",
		"Content-Type: text/plain; format=fixed\n\n2 done \nThanks!":                                             "2 done|Thanks!",
		page("2 done<hr>3 send"):            "2 done",
		page("<p>2 done\nand more</p>"):     "2 done and more",
		page("<b>2</b> done<script>3 send"): "2 done",
		"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n2 done\n--b\nContent-Type: text/html\n\n3 send\n--b--\n": "2 done",
		"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n \n--b\nContent-Type: text/html\n\n3 send\n--b--\n":      "3 send",
		"": "",
	} {
		var lines []string
		for line := range strings.Lines(ReplyText([]byte(raw))) {
			if line = strings.Trim(line, " \n"); line != "" {
				lines = append(lines, line)
			}
		}
		if got := strings.Join(lines, "|"); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}
