package store

import (
	"context"
	"fmt"
	"strings"
)

// Integrity reads the whole database and is ErrDamaged when something in it
// does not fit together. Open sees that every page is sound; this also sees
// whether each index tells the same as its table, and each reference leads
// somewhere.
func (s *Store) Integrity(ctx context.Context) error {
	rows, err := s.db.QueryContext(ctx, `SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'
		UNION ALL SELECT 'a row of ' || "table" || ' refers to nothing' FROM pragma_foreign_key_check LIMIT 3`)
	wrong, err := collect(rows, err, scanText)
	if err == nil && len(wrong) > 0 {
		err = fmt.Errorf("%w: %s", ErrDamaged, strings.Join(wrong, "; "))
	}
	return s.explain(err)
}
