package templates

import (
	"errors"
	"io/fs"
)

// Check renders a template as Render does and gives everything that stands in
// the way: a MissingError for each field that l lacks, at the first place that
// asks for it; or the one error for which there is no letter at all.
func Check(sources []fs.FS, name string, languages []string, l Letter) []error {
	t, err := Find(sources, name, languages)
	if err != nil {
		return []error{err}
	}
	wording, err := load(sources, t)
	if err != nil {
		return []error{err}
	}
	var found []error
	f := fields{l: l, language: t.Language}
	for {
		_, _, err := render(wording, t, f)
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
