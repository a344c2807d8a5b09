package addressbook

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// columns are the columns that a CSV file may have, in the order written.
var columns = []string{"name", "address", "groups", "every", "medium", "greeting", "introduced_by", "status", "paused_until",
	"language", "register", "time_zone", "birthday"}

const (
	maxCells = 1000 // in a line
	maxSpan  = 50   // lines that one cell may span
)

// sheet is a CSV file (RFC 4180) that is being read. It is read line by line,
// which encoding/csv does not do: there a stray quote takes all that follows
// for one cell.
type sheet struct {
	lines     lines
	delimiter string
	head      []string       // the column of each cell; "" for one without a name
	at        map[string]int // the cell of each column

	// Of another program:
	layout *layout // nil: a file of our own
	roles  []role  // of each cell
	titles []string
}

func readCSV(text string) ([]Entry, error) {
	s := &sheet{lines: lines{text: text}}
	if err := s.readHead(); err != nil {
		return nil, err
	}
	var all []Entry
	for {
		e, ok := s.next()
		if !ok {
			return all, nil
		}
		if len(all) == maxEntries {
			return nil, tooMany()
		}
		all = append(all, e)
	}
}

// readHead reads the line that names the columns, and tells the delimiter.
func (s *sheet) readHead() error {
	if s.readForeignHead() {
		return nil
	}
	line, _ := s.lines.nextText()
	if d, ok := namedDelimiter(line); ok {
		s.delimiter = d
		line, _ = s.lines.nextText()
	} else {
		s.delimiter = guessDelimiter(line)
	}
	cells, open, err := splitCells(toUTF8(line), s.delimiter)
	if open {
		err = errStrayQuote
	}
	if err == nil {
		err = s.setHead(cells)
	}
	if err != nil {
		return fmt.Errorf("line %d: %w", max(s.lines.n, 1), err)
	}
	return nil
}

// namedDelimiter reads the line "sep=;" that Excel writes and reads.
func namedDelimiter(line string) (string, bool) {
	line = strings.ToLower(strings.Trim(line, `" `))
	d, ok := strings.CutPrefix(line, "sep=")
	return d, ok && len(d) == 1
}

// guessDelimiter gives the delimiter under which the line names most columns:
// spreadsheets in half of Europe write semicolons, copied cells have tabs.
func guessDelimiter(line string) string {
	best, most := ",", 0
	for _, d := range []string{",", ";", "\t"} {
		known := 0
		for _, cell := range strings.SplitN(line, d, maxCells) {
			if slices.Contains(columns, column(strings.Trim(cell, `" `))) {
				known++
			}
		}
		if known > most {
			best, most = d, known
		}
	}
	return best
}

// column folds a heading, such as "Introduced by", to the name of a column.
func column(heading string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(heading)))
}

func (s *sheet) setHead(cells []string) error {
	s.at = map[string]int{}
	for i, cell := range cells {
		c := column(cell)
		s.head = append(s.head, c)
		if c == "" {
			continue
		}
		if !slices.Contains(columns, c) {
			return fmt.Errorf("the column %s is unknown; known are %s, and the files of LinkedIn, Google Contacts and Outlook as they are",
				quote(cell), strings.Join(columns, ", "))
		}
		if first, ok := s.at[c]; ok {
			return fmt.Errorf(`the columns %d and %d are both named %q; write one, with ";" between several values`, first+1, i+1, c)
		}
		s.at[c] = i
	}
	if _, ok := s.at["name"]; ok {
		return nil
	}
	if _, ok := s.at["address"]; ok {
		return nil
	}
	return errors.New("there is no column name and none address; write at least one of them")
}

// next gives the person of the next line that is not blank.
func (s *sheet) next() (Entry, bool) {
	for {
		cells, line, err := s.record()
		if line == 0 {
			return Entry{}, false
		}
		if err == nil && strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		if err == nil {
			err = s.checkCells(cells)
		}
		if err != nil {
			return Entry{Line: line, Problem: err}, true
		}
		if s.layout != nil {
			return s.foreign(cells, line), true
		}
		return s.raw(cells, line).entry(), true
	}
}

// errStrayQuote is also what becomes of a cell that spans lines in a way that
// no sensible cell does; see record.
var errStrayQuote = errors.New(`a quote (") stands alone; take it out, or close the cell that it opens on the same line`)

// record gives the cells of the next line and its number, or 0 at the end.
//
// A quoted cell may span lines (RFC 4180 section 2), as one does that holds a
// value in each. It must be closed soon and hold no delimiter: a stray quote
// would otherwise swallow the people up to the next one. Where it is not, this
// line alone is lost.
func (s *sheet) record() (cells []string, number int, err error) {
	line, ok := s.lines.next()
	if !ok {
		return nil, 0, nil
	}
	number = s.lines.n
	text := toUTF8(line)
	cells, open, err := splitCells(text, s.delimiter)
	if s.layout != nil && open && err == nil {
		cells, err = s.spanning(text)
		return cells, number, err
	}
	ahead := s.lines
	for range maxSpan {
		if !open || err != nil {
			s.lines = ahead
			return cells, number, err
		}
		line, ok = ahead.next()
		if last := cells[len(cells)-1]; !ok || len(last) > maxValue || strings.Contains(last, s.delimiter) {
			break
		}
		text += "\n" + toUTF8(line)
		cells, open, err = splitCells(text, s.delimiter)
		if err != nil || !open && slices.ContainsFunc(cells, s.swallowed) {
			break
		}
	}
	return nil, number, errStrayQuote
}

// swallowed tells a cell that only a stray quote makes.
func (s *sheet) swallowed(cell string) bool {
	return strings.Contains(cell, "\n") && strings.Contains(cell, s.delimiter)
}

// splitCells splits a line into its cells (RFC 4180 section 2). Quotes within
// an unquoted cell stand for themselves if they are a pair; a single one is
// mostly the rest of a cell that went wrong further up. open says that the last
// cell is quoted and not closed.
func splitCells(line, delimiter string) (cells []string, open bool, err error) {
	for len(cells) < maxCells {
		var cell, rest string
		cell, rest, open, err = cutCell(line, delimiter)
		if err != nil {
			return nil, false, fmt.Errorf("cell %d: %w", len(cells)+1, err)
		}
		cells = append(cells, cell)
		if rest == "" {
			return cells, open, nil
		}
		line = rest[len(delimiter):]
	}
	return nil, false, fmt.Errorf("it has more than %d cells", maxCells)
}

// cutCell cuts the first cell off a line. The rest begins with the delimiter,
// or is empty.
func cutCell(line, delimiter string) (cell, rest string, open bool, err error) {
	if text, ok := strings.CutPrefix(strings.TrimLeft(line, " "), `"`); ok {
		cell, rest, open = quoted(text)
		if rest = strings.TrimLeft(rest, " "); rest != "" && !strings.HasPrefix(rest, delimiter) {
			err = errors.New(`something follows the quote (") that closes it; write a quote within a quoted cell twice`)
		}
		return cell, rest, open, err
	}
	cell = line
	if i := strings.Index(line, delimiter); i >= 0 {
		cell, rest = line[:i], line[i:]
	}
	if strings.Count(cell, `"`)%2 != 0 {
		err = errStrayQuote
	}
	return cell, rest, false, err
}

// quoted reads a quoted cell behind its first quote.
func quoted(s string) (cell, rest string, open bool) {
	var b strings.Builder
	for {
		part, after, ok := strings.Cut(s, `"`)
		b.WriteString(part)
		if !ok || !strings.HasPrefix(after, `"`) {
			return b.String(), after, !ok
		}
		b.WriteByte('"')
		s = after[1:]
	}
}

// checkCells reports cells that no column takes, and cells that are too long.
// Spreadsheets write empty cells to the right of what was typed: those are fine.
func (s *sheet) checkCells(cells []string) error {
	for i, cell := range cells {
		switch {
		case len(cell) > maxValue:
			return fmt.Errorf("cell %d is longer than %d KiB; shorten it", i+1, maxValue>>10)
		case strings.TrimSpace(cell) == "":
		case i >= len(s.head):
			return fmt.Errorf("it has %d cells, but there are %d columns; put quotes around a cell that holds %q",
				len(cells), len(s.head), s.delimiter)
		case s.head[i] == "":
			return fmt.Errorf("cell %d holds %s, but its column has no name; name it or empty the cell", i+1, quote(cell))
		}
	}
	return nil
}

var errNoAddress = errors.New("there is no address; write one, or a medium other than email in the column medium")

func (s *sheet) raw(cells []string, line int) raw {
	cell := func(column string) string {
		if i, ok := s.at[column]; ok && i < len(cells) {
			return strings.TrimSpace(cells[i])
		}
		return ""
	}
	return raw{
		line:         line,
		name:         unguard(cell("name")),
		addresses:    splitValues(cell("address")),
		groups:       splitValues(cell("groups")),
		every:        cell("every"),
		medium:       cell("medium"),
		status:       cell("status"),
		pausedUntil:  cell("paused_until"),
		greeting:     unguard(cell("greeting")),
		introducedBy: unguard(cell("introduced_by")),
		language:     cell("language"),
		register:     cell("register"),
		timeZone:     cell("time_zone"),
		birthday:     cell("birthday"),
		missing:      errNoAddress,
	}
}

// splitValues splits a cell with several values, at semicolons and line ends.
// A semicolon or a backslash that belongs to a value has a backslash before it.
func splitValues(cell string) []string {
	var all []string
	var value strings.Builder
	end := func() {
		all = append(all, unguard(strings.TrimSpace(value.String())))
		value.Reset()
	}
	for i := 0; i < len(cell); i++ {
		switch c := cell[i]; {
		case c == '\\' && i+1 < len(cell) && (cell[i+1] == ';' || cell[i+1] == '\\'):
			i++
			value.WriteByte(cell[i])
		case c == ';' || c == '\n':
			end()
		default:
			value.WriteByte(c)
		}
	}
	end()
	return all
}

func joinValues(values []string) string {
	escape := strings.NewReplacer(`\`, `\\`, `;`, `\;`)
	var cells []string
	for _, v := range values {
		cells = append(cells, escape.Replace(guard(v)))
	}
	return strings.Join(cells, ";")
}

// formula are the characters with which a cell begins that spreadsheets take
// for a formula and run (CWE-1236); the last four are what some Asian editions
// fold to the first.
const formula = "=+-@＝＋－＠"

// guard makes text harmless in a spreadsheet: an apostrophe before a formula
// makes it a text there. unguard takes it off. Apostrophes before any other
// text are part of it ("'s Gravenhage"). Each of several values in a cell gets
// its own, because a spreadsheet may split the cell at the semicolons.
func guard(s string) string {
	if isFormula(s) {
		return "'" + s
	}
	return s
}

func unguard(s string) string {
	if strings.HasPrefix(s, "'") && isFormula(s) {
		return s[1:]
	}
	return s
}

// isFormula says that a text is a formula but for apostrophes before it.
func isFormula(s string) bool {
	first, size := utf8.DecodeRuneInString(strings.TrimLeft(s, "'"))
	return size > 0 && strings.ContainsRune(formula, first)
}
