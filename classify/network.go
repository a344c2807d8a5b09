package classify

// Carried gives the message that a network's notification brings.
func (h Header) Carried() Carried { return Carried{} }
