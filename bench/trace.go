package main

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"
)

// writeTrace writes the fields that mail servers add on the way: Return-Path and
// Received (RFC 5321 section 4.4), signatures (RFC 6376, RFC 8617) and the
// verdict on them (RFC 8601).
func (c *corpus) writeTrace(l *letter, e event) {
	domain := c.people[e.peer].domain
	switch e.kind {
	case list:
		l.field("Return-Path: <bounces+%d@lists%d.example>", e.n, e.list%7)
	case newsletter:
		domain = fmt.Sprintf("shop%d.example", e.list)
		l.field("Return-Path: <b-%d@%s>", e.n, domain)
	case autoReply:
		l.field("Return-Path: <>")
	default:
		l.field("Return-Path: <%s>", c.people[e.peer].addr)
	}
	l.field("Delivered-To: %s", c.owner.addr)
	hops := 3 + l.rng.IntN(3)
	for hop := range hops {
		l.received(domain, c.owner.addr, e.at.Add(time.Duration(hops-hop)*time.Second))
	}
	if l.rng.IntN(10) < 3 {
		l.sealARC(domain)
	}
	l.field("Authentication-Results: mx.example.org;\r\n\tdkim=pass (2048-bit key) header.d=%s header.i=@%[1]s header.s=s1"+
		" header.b=%s;\r\n\tspf=pass (mx.example.org: domain of %[1]s designates 192.0.2.%[3]d as permitted sender)"+
		" smtp.mailfrom=%[1]s;\r\n\tdmarc=pass (policy=reject) header.from=%[1]s", domain, l.base64(8), l.rng.IntN(256))
	l.field("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=s1;\r\n\tt=%d; bh=%s;\r\n"+
		"\th=From:To:Cc:Date:Message-ID:In-Reply-To:References:Subject:MIME-Version:\r\n\t Content-Type;\r\n\tb=%s",
		domain, e.at.Unix(), l.base64(44), l.folded(344))
}

func (l *letter) received(domain, to string, at time.Time) {
	l.field("Received: from relay%d.%s (relay%[1]d.%[2]s [192.0.2.%d])\r\n"+
		"\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\r\n"+
		"\t key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256)\r\n"+
		"\tby mx%[4]d.example.org (Postfix) with ESMTPS id %[5]s\r\n\tfor <%[6]s>; %[7]s",
		l.rng.IntN(9), domain, l.rng.IntN(256), l.rng.IntN(4), l.base64(14), to, at.Format(time.RFC1123Z))
}

// sealARC writes the chain of a message that was forwarded.
func (l *letter) sealARC(domain string) {
	l.field("ARC-Seal: i=1; a=rsa-sha256; d=%s; s=arc; cv=none;\r\n\tb=%s", domain, l.folded(344))
	l.field("ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=arc;\r\n"+
		"\th=From:To:Date:Subject:Message-ID; bh=%s;\r\n\tb=%s", domain, l.base64(44), l.folded(344))
	l.field("ARC-Authentication-Results: i=1; mx.%s; dkim=pass header.d=%[1]s;\r\n\tspf=pass smtp.mailfrom=%[1]s", domain)
}

// base64 gives n characters as signatures have them.
func (l *letter) base64(n int) string {
	raw := make([]byte, n*3/4+8)
	for i := 0; i+8 <= len(raw); i += 8 {
		bits := l.rng.Uint64()
		for j := range 8 {
			raw[i+j] = byte(bits >> (8 * j))
		}
	}
	return base64.RawURLEncoding.EncodeToString(raw)[:n]
}

// folded gives n such characters over several lines.
func (l *letter) folded(n int) string {
	text := l.base64(n)
	var lines []string
	for len(text) > 70 {
		lines, text = append(lines, text[:70]), text[70:]
	}
	return strings.Join(append(lines, text), "\r\n\t ")
}
