package classify

// Field is one field of a header, fit to be shown.
type Field struct {
	Name  string // in its usual writing
	Value string // unfolded, cleaned, at most 4 KiB
}

// maxShown bounds the fields of one header that are shown.
const maxShown = 100

// Decisive gives the fields of a message by which it is judged, in their order: those
// that [Fields] names.
func Decisive(raw []byte) (shown []Field) {
	s := newScanner(raw)
	for s.next() && len(shown) < maxShown {
		if readers[string(s.name)] == nil {
			continue
		}
		shown = append(shown, Field{Name: names[string(s.name)], Value: decodeText(s.value())})
	}
	return shown
}
