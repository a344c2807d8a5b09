package classify

// maxWrapped is how deep bounces within bounces are looked for.
const maxWrapped = 3

// returnedMessage keeps the header of the first returned message.
func (c *collector) returnedMessage(raw []byte) {
	if c.carried != nil {
		return
	}
	c.carried = raw
	c.copy, _ = Parse(raw) // unreadable: no id
	c.returnedID = c.copy.MessageID
}

// unwrap judges a message that a part holds: lists and gateways pass bounces on whole.
func (c *collector) unwrap(p Policy, depth int) *Report {
	h, body, err := parse(c.carried)
	if err != nil || !mayReport(&h) && h.machine.content.media != "multipart/report" {
		return nil
	}
	inner := h.read(body, p, depth+1)
	c.notice.wrapped = inner.Class == Bounce
	return &inner
}
