package classify

// numericDate reads 12.08., 12.8.2026, 1/9, 3-8-2026. Strokes leave open which is the
// month; lines without a year part hours, or the days of a range.
func numericDate(list []token, i int) (namedDate, bool) {
	mark, second := at(list, i+1), at(list, i+2)
	if !mark.near || !short(second) || mark.word != "." && !second.near {
		return namedDate{}, false
	}
	d := namedDate{day: list[i].num, month: second.num, end: i + 3}
	year := at(list, i+4)
	if at(list, i+3).word == mark.word && (year.digits == 4 || year.digits == 2 && year.near) && (mark.word == "." || year.near) {
		d.year, d.end = year.num, i+5
		if year.digits == 2 {
			d.year += 2000
		}
	}
	switch mark.word {
	case "/":
		if d.day == 24 && d.month == 7 && d.year == 0 {
			return namedDate{}, false // always
		}
		d.swapped = d.day <= 12 && d.month <= 12 && d.day != d.month
		if d.month > 12 {
			d.day, d.month = d.month, d.day
		}
	case "-":
		if d.year == 0 {
			return namedDate{}, false
		}
	case ".":
		if after := at(list, d.end); after.near && after.digits > 0 || clockWords[after.word] {
			return namedDate{}, false // a telephone number, or an hour
		}
	default:
		return namedDate{}, false
	}
	return valid(d)
}

// clockWords show that what stands before is an hour.
var clockWords = map[string]bool{"pm": true, "am": true, "uhr": true, "h": true, "hrs": true, "kl": true}

// yearFirst reads 2026-12-01, with points or strokes too (ISO 8601), and 2026年12月1日.
func yearFirst(list []token, i int) (namedDate, bool) {
	mark := at(list, i+1).word
	year := list[i].num
	if mark == "年" || mark == "년" {
		return ideographicDate(list, i+2, year)
	}
	month, day := at(list, i+2), at(list, i+4)
	if mark != "-" && mark != "." && mark != "/" || at(list, i+3).word != mark || !short(month) || !short(day) {
		return namedDate{}, false
	}
	return valid(namedDate{year: year, month: month.num, day: day.num, end: i + 5})
}

// ideographicDate reads 8月14日.
func ideographicDate(list []token, i, year int) (namedDate, bool) {
	month, day := at(list, i), at(list, i+2)
	mark, last := at(list, i+1).word, at(list, i+3).word
	if mark != "月" && mark != fold("월") || last != "日" && last != "号" && last != "號" && last != fold("일") || !short(month) || !short(day) {
		return namedDate{}, false
	}
	return valid(namedDate{year: year, month: month.num, day: day.num, end: i + 4})
}
