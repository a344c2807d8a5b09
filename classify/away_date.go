package classify

// named is a date as a text names it: parts that are not named are 0.
type namedDate struct {
	year, month, day int
	swapped          bool // day and month may be the other way round: 1/9
	weekday          int  // of a weekday alone: 1 is Sunday; 0: none
	tomorrow         bool
	start, end       int  // the tokens that hold it: [start, end)
	span             bool // the end of a range that is named whole: July 10-31
}

// datesIn finds the dates of a text, in their order.
func datesIn(list []token) []namedDate {
	var out []namedDate
	for i := 0; i < len(list); i++ {
		d, ok := dateAt(list, i)
		if !ok {
			continue
		}
		d.start = i
		if n := len(out); n > 0 && out[n-1].weekday > 0 && d.weekday == 0 && dayOf(list, out[n-1].end, i) {
			d.start = out[n-1].start
			out = out[:n-1]
		}
		out = append(out, d)
		i = d.end - 1
	}
	return out
}

// dayOf reports whether nothing but small words parts a weekday from the date it belongs to.
func dayOf(list []token, from, to int) bool {
	for j := from; j < to; j++ {
		if cueOf[list[j].word] != isFill || list[j].ends {
			return false
		}
	}
	return to-from < 4 && !list[to].ends
}

// dateAt reads a date that starts with token i.
func dateAt(list []token, i int) (namedDate, bool) {
	t := list[i]
	switch {
	case t.digits > 0 && i > 0 && list[i-1].digits > 0 && t.near:
		return namedDate{}, false
	case t.digits == 4:
		return yearFirst(list, i)
	case t.digits == 1 || t.digits == 2:
		if d, ok := dayMonthName(list, i); ok {
			return d, true
		}
		if d, ok := ideographicDate(list, i, 0); ok {
			return d, true
		}
		return numericDate(list, i)
	}
	if _, ok := monthNumbers[t.word]; ok {
		return monthNameDay(list, i)
	}
	if day, ok := weekdayNumbers[t.word]; ok && (len(t.word) > 3 || t.upper) {
		return namedDate{weekday: day + 1, end: i + 1}, true
	}
	if _, ok := tomorrows[t.word]; ok {
		return namedDate{tomorrow: true, end: i + 1}, true
	}
	return namedDate{}, false
}

// at gives the token at i, or none.
func at(list []token, i int) token {
	if i < 0 || i >= len(list) {
		return token{}
	}
	return list[i]
}

// dayMonthName reads 4 May, 4th of May 2026, 4. Mai, 4 de mayo de 2026.
func dayMonthName(list []token, i int) (namedDate, bool) {
	j := i + 1
	for range 4 {
		w := at(list, j).word
		if _, ok := ordinals[w]; !ok && w != "." && w != "'" && w != "," && (w != "-" || !at(list, j).near || !at(list, j+1).near) {
			break
		}
		j++
	}
	month, ok := monthNumbers[at(list, j).word]
	if !ok {
		return namedDate{}, false
	}
	d := namedDate{month: month, day: list[i].num, end: j + 1}
	d.takeYear(list)
	return valid(d)
}

// monthNameDay reads May 4, May 4th, 2026, and the end of July 10-31.
func monthNameDay(list []token, i int) (namedDate, bool) {
	j := i + 1
	for w := at(list, j).word; w == "." || w == "the"; w = at(list, j).word {
		j++
	}
	day := at(list, j)
	if !short(day) || at(list, j+1).word == ":" && at(list, j+2).near {
		return namedDate{}, false
	}
	if _, ok := dayMonthName(list, j); ok {
		return namedDate{}, false // "mar 4 mai" is a Tuesday
	}
	d := namedDate{month: monthNumbers[list[i].word], day: day.num, end: j + 1}
	if _, ok := ordinals[at(list, d.end).word]; ok && at(list, d.end).near {
		d.end++
	}
	if last := at(list, d.end+1); cueOf[at(list, d.end).word] == isLink && short(last) && last.num > d.day && at(list, d.end+2).word != ":" {
		if _, ok := dateAt(list, d.end+1); !ok {
			d.day, d.span = last.num, true
			d.end += 2
			if _, ok := ordinals[at(list, d.end).word]; ok && at(list, d.end).near {
				d.end++
			}
		}
	}
	d.takeYear(list)
	return valid(d)
}

// takeYear reads a year behind the date: "2026", ", 2026", "de 2026".
func (d *namedDate) takeYear(list []token) {
	j := d.end
	for range 3 {
		w := at(list, j).word
		if w != "." && w != "," && w != "de" && w != "del" && w != "do" && w != "'" {
			break
		}
		j++
	}
	dash, y := at(list, j), at(list, j+1)
	if dash.word == "-" && dash.near && y.near && (y.digits == 2 || y.digits == 4) && cueOf[at(list, j-2).word] == isLink {
		d.year, d.end = y.num, j+2 // 1-Dec-26
		if y.digits == 2 {
			d.year += 2000
		}
		return
	}
	if y := at(list, j); y.digits == 4 && y.num >= 1990 && y.num < 2100 {
		d.year, d.end = y.num, j+1
	}
}

// short tells what may be a day or a month.
func short(t token) bool { return t.digits == 1 || t.digits == 2 }

// monthDays holds how many days a month may have.
var monthDays = [...]int{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func valid(d namedDate) (namedDate, bool) {
	ok := d.month >= 1 && d.month <= 12 && d.day >= 1 && d.day <= monthDays[d.month]
	if d.swapped && !ok { // 2/30 cannot be; 30/2 was none that may be swapped
		return namedDate{}, false
	}
	return d, ok
}

// holdsDate reports whether a line names a date.
func holdsDate(line string) bool { return len(datesIn(tokenize([]string{line}))) > 0 }
