package templates

import "errors"

// Check renders a letter as Render does and gives everything that stands in the
// way: a MissingError for each field that l lacks, at the first place that asks
// for it; and what else is wrong, where the rendering ends.
func (w *Wording) Check(l Letter) []error {
	var found []error
	f := fields{l: l, language: w.Language}
	for {
		_, _, err := w.render(f)
		if err == nil {
			return found
		}
		found = append(found, err)
		var missing *MissingError
		if !errors.As(err, &missing) {
			return found
		}
		f.assumed = append(f.assumed, missing.Field) // and look on
	}
}
