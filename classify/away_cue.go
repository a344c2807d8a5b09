package classify

// before finds the cue that stands right before a date, but for words that fill; and
// whether the date is the end of a range.
func before(list []token, d namedDate, floor int) (near cue, ranged bool) {
	for j := d.start; j > max(0, floor-1, d.start-8); j-- {
		if list[j].ends {
			return noCue, false
		}
		t := list[j-1]
		c := cueOf[t.word]
		_, weekday := weekdayNumbers[t.word]
		switch {
		case weekday || c == isFill || c == isUntil && t.word == "do" && at(list, j).word == "dia":
			// between the cue and the date
		case c == isLink && j-1 >= floor-1 && endsDay(list, j-1):
			return noCue, !d.tomorrow && d.weekday == 0
		case c == isLink:
			// "jusqu'au", "til og med"
		case c == isUntil && endsDay(list, j-1):
			return isUntil, true
		default:
			return c, false
		}
	}
	return noCue, false
}

// endsDay reports whether the tokens before i end with a day that may start a range:
// "3.", "3rd", "3 August", "1 August 2026".
func endsDay(list []token, i int) bool {
	for range 3 {
		t := at(list, i-1)
		if t.digits > 0 {
			return t.digits <= 2 && t.num >= 1 && t.num <= 31 || t.digits == 4 && t.num > 1990 && t.num < 2100
		}
		_, ordinal := ordinals[t.word]
		_, month := monthNumbers[t.word]
		_, weekday := weekdayNumbers[t.word]
		if t.word == "" || !ordinal && !month && !weekday && t.word != "." && t.word != "," && t.word != "日" && t.word != "(" && t.word != ")" {
			return false
		}
		i--
	}
	return false
}

// backBefore looks for the word of a return before a date, in the same sentence.
func backBefore(list []token, start, floor int) bool {
	for j := start; j > max(0, floor, start-12); j-- {
		if list[j].ends {
			return false
		}
		if cueOf[list[j-1].word] == isBack {
			return true
		}
	}
	return false
}

// backAfter looks for it behind a date, up to the next statement.
func backAfter(list []token, end, ceiling, reach int) bool {
	for j := end; j < min(len(list), ceiling, end+reach); j++ {
		t := list[j]
		if t.ends || t.word == "," && reach < 8 && j > end+1 || cueOf[t.word] == isLink && len(t.word) > 1 && t.word != "to" && t.word != "au" && t.word != "al" {
			return false
		}
		if cueOf[t.word] == isBack {
			return true
		}
	}
	return false
}

// lastDay looks for "until" where it stands behind its date.
func lastDay(list []token, end int) bool {
	for j := end; j < min(len(list), end+4) && !list[j].ends; j++ {
		if cueOf[list[j].word] == isAfter || j+1 < len(list) && cueOf[list[j].word+list[j+1].word] == isAfter {
			return true
		}
	}
	return false
}
