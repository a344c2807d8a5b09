package classify

// setting is a date among the words around it, from the date before it to the next.
type setting struct {
	list           []token
	date           namedDate
	before         namedDate // zero: none
	floor, ceiling int       // the tokens that are nearer to this date than to another
	next           *setting  // that of the next date; nil: none
}

func settingOf(list []token, dates []namedDate, i int) setting {
	s := setting{list: list, date: dates[i], ceiling: len(list)}
	if i > 0 {
		s.before = dates[i-1]
		s.floor = s.before.end
	}
	if i+1 < len(dates) {
		s.ceiling = dates[i+1].start
		s.next = &setting{list: list, date: dates[i+1], before: s.date, floor: s.date.end, ceiling: len(list)}
	}
	return s
}

// role tells whether the date is that of a return (isBack), the last of an absence
// (isUntil), or neither.
func (s setting) role() cue {
	near, ranged := s.cueBefore()
	hours := near == isUntil && s.date.weekday > 0 && s.before.weekday > 0 && s.before.end >= s.date.start-2
	switch {
	case hours: // Montag bis Freitag
		return noCue
	case s.backBefore(), near == isStart && (s.backAfter(6) || s.free()):
		return isBack
	case near == isStart:
		return noCue
	case near == isUntil, ranged, s.date.span, s.lastDay():
		return isUntil
	case !s.date.tomorrow && s.backAfter(8):
		return isBack
	}
	return noCue
}

// cueBefore finds the cue that stands right before the date, but for words that fill;
// and whether the date is the end of a range.
func (s setting) cueBefore() (near cue, ranged bool) {
	day := s.date.weekday == 0 && !s.date.tomorrow
	for j := s.date.start; j > max(0, s.floor-1, s.date.start-8) && !s.list[j].ends; j-- {
		t := s.list[j-1]
		c := cueOf[t.word]
		_, weekday := weekdayNumbers[t.word]
		switch {
		case weekday || c == isFill || t.word == "do" && at(s.list, j).word == "dia":
			// between the cue and the date
		case c == isLink && endsDay(s.list, j-1):
			return noCue, day
		case c == isLink && day && s.floor > 0 && j-1-s.floor < 3 && rangeLinks[t.word]:
			return noCue, true // "du 13 novembre au soir au lundi 30 novembre"
		case c == isLink:
			// "jusqu'au", "til og med"
		default:
			return c, c == isUntil && endsDay(s.list, j-1)
		}
	}
	return noCue, false
}

// backBefore looks for the word of a return before the date, in the same sentence.
func (s setting) backBefore() bool {
	for j := s.date.start; j > max(0, s.floor, s.date.start-12) && !s.list[j].ends; j-- {
		if cueOf[s.list[j-1].word] == isBack {
			return true
		}
	}
	return false
}

// backAfter looks for it behind the date, up to the next statement, and leaves it to
// the next date where it stands before that.
func (s setting) backAfter(reach int) bool {
	end := s.date.end
	for j := end; j < min(s.ceiling, end+reach); j++ {
		t := s.list[j]
		parts := cueOf[t.word] == isLink && len(t.word) > 1 && !rangeLinks[t.word]
		switch {
		case t.ends, t.word == "," && reach < 8 && j > end+1, parts:
			return false
		case cueOf[t.word] == isBack, cueOf[t.word+at(s.list, j+1).word] == isBack:
			return s.next == nil || !s.next.led()
		}
	}
	return false
}

// led reports whether the word of a return before the date is its own.
func (s setting) led() bool {
	near, ranged := s.cueBefore()
	return (near == noCue || near == isBack) && !ranged && s.backBefore()
}

// free looks for a word like "available" in the sentence of a first day.
func (s setting) free() bool {
	free := false
	agrees := func(t token) bool {
		free = free || cueOf[t.word] == isFree
		return !negations[t.word]
	}
	for j := s.date.start; j > max(0, s.floor, s.date.start-10) && !s.list[j].ends; j-- {
		if !agrees(s.list[j-1]) {
			return false
		}
	}
	for j := s.date.end; j < min(s.ceiling, s.date.end+6) && !s.list[j].ends; j++ {
		if !agrees(s.list[j]) {
			return false
		}
	}
	return free
}

// lastDay looks for "until" where it stands behind its date.
func (s setting) lastDay() bool {
	for j := s.date.end; j < min(len(s.list), s.date.end+4) && !s.list[j].ends; j++ {
		if cueOf[s.list[j].word] == isAfter || cueOf[s.list[j].word+at(s.list, j+1).word] == isAfter {
			return true
		}
	}
	return false
}

// endsDay reports whether the tokens before i end with a day that may start a range:
// "3.", "3rd", "3 August", "1 August 2026".
func endsDay(list []token, i int) bool {
	for range 3 {
		i--
		t := at(list, i)
		if t.digits > 0 {
			return t.digits <= 2 && t.num >= 1 && t.num <= 31 || t.digits == 4 && t.num > 1990 && t.num < 2100
		}
		_, ordinal := ordinals[t.word]
		_, month := monthNumbers[t.word]
		_, weekday := weekdayNumbers[t.word]
		if !ordinal && !month && !weekday && !dayMarks[t.word] {
			return false
		}
	}
	return false
}

var (
	// dayMarks may follow the number of a day.
	dayMarks = map[string]bool{".": true, ",": true, "日": true, "(": true, ")": true}
	// rangeLinks stand between the ends of a range, and not between statements.
	rangeLinks = map[string]bool{"-": true, "~": true, "to": true, "au": true, "al": true}
	// negations turn round what "available from" says.
	negations = foldWords("not no nicht kein keine pas plus non não niet geen nie не inte ikke ei en n't")
)
