package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"time"

	"regards/contact"
)

// fill sets a field, a table or a list of the configuration from a parsed
// value, and notes what does not fit. The library could do it too, but it
// stops at the first misfit and takes keys in any letter case.
func (r *report) fill(at place, v any, into reflect.Value) {
	if at.node != nil && at.node.twice {
		r.add(at, "is written twice", "write it once")
		return
	}
	if parse, ok := leaves[into.Type()]; ok {
		r.leaf(at, v, into, parse)
		return
	}
	switch into.Kind() {
	case reflect.Struct:
		r.table(at, v, into)
	case reflect.Map:
		r.named(at, v, into)
	case reflect.Slice:
		r.list(at, v, into)
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		r.fill(at, v, into.Elem())
	default:
		r.scalar(at, v, into)
	}
}

// leaves are the types that are written as text of a form of their own.
var leaves = map[reflect.Type]func(string) (any, error){
	reflect.TypeFor[contact.Duration](): func(s string) (any, error) { return contact.ParseDuration(s) },
	reflect.TypeFor[Cron]():             func(s string) (any, error) { return ParseCron(s) },
	reflect.TypeFor[Window]():           func(s string) (any, error) { return parseWindow(s) },
	reflect.TypeFor[time.Weekday]():     func(s string) (any, error) { return parseWeekday(s) },
}

func (r *report) leaf(at place, v any, into reflect.Value, parse func(string) (any, error)) {
	if n, ok := v.(int64); ok && into.Type() == reflect.TypeFor[contact.Duration]() {
		r.wholeNumber(at, n, into)
		return
	}
	s, ok := v.(string)
	if !ok {
		r.misfit(at, v, into)
		return
	}
	parsed, err := parse(s)
	if err != nil {
		r.addErr(at, err)
		return
	}
	into.Set(reflect.ValueOf(parsed))
}

// wholeNumber is a length of time without quotes: only 0 needs no unit.
func (r *report) wholeNumber(at place, n int64, into reflect.Value) {
	digits := strconv.FormatInt(n, 10)
	switch {
	case n == 0:
		into.SetZero()
	case n < 0:
		_, err := contact.ParseDuration(digits)
		r.addErr(at, err)
	default:
		r.add(at, digits+" has no unit", fmt.Sprintf(`write a length with a unit in quotes, such as "%sd"`, digits))
	}
}

func (r *report) scalar(at place, v any, into reflect.Value) {
	switch v := v.(type) {
	case string:
		if into.Kind() == reflect.String {
			into.SetString(v)
			return
		}
	case bool:
		if into.Kind() == reflect.Bool {
			into.SetBool(v)
			return
		}
	case int64:
		if into.Kind() == reflect.Int && !into.OverflowInt(v) {
			into.SetInt(v)
			return
		}
	}
	r.misfit(at, v, into)
}

// table fills a struct.
func (r *report) table(at place, v any, into reflect.Value) {
	keys, ok := v.(map[string]any)
	if !ok {
		r.misfit(at, v, into)
		return
	}
	fields := fieldsOf(into.Type())
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		if i, ok := fields[name]; ok {
			r.fill(at.child(name), keys[name], into.Field(i))
		} else {
			r.unknown(at, name, slices.Sorted(maps.Keys(fields)))
		}
	}
}

// named fills a map that already holds every name there can be.
func (r *report) named(at place, v any, into reflect.Value) {
	keys, ok := v.(map[string]any)
	if !ok {
		r.misfit(at, v, into)
		return
	}
	known := make(map[string]reflect.Value)
	for _, k := range into.MapKeys() {
		known[k.String()] = into.MapIndex(k)
	}
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		was, ok := known[name]
		if !ok {
			r.unknown(at, name, slices.Sorted(maps.Keys(known)))
			continue
		}
		elem := reflect.New(into.Type().Elem()).Elem()
		elem.Set(was)
		r.fill(at.child(name), keys[name], elem)
		into.SetMapIndex(reflect.ValueOf(name), elem)
	}
}

// list fills a slice, which replaces its default.
func (r *report) list(at place, v any, into reflect.Value) {
	src := reflect.ValueOf(v)
	if src.Kind() != reflect.Slice {
		r.misfit(at, v, into)
		return
	}
	all := reflect.MakeSlice(into.Type(), src.Len(), src.Len())
	for i := range src.Len() {
		elem := all.Index(i)
		if d, ok := elem.Addr().Interface().(interface{ setDefaults() }); ok {
			d.setDefaults()
		}
		r.fill(at.item(i), src.Index(i).Interface(), elem)
	}
	into.Set(all)
}

const textFix = `write text in quotes: "…"`

// misfit notes a value of the wrong type. It does not repeat the value, which
// may be a secret.
func (r *report) misfit(at place, v any, into reflect.Value) {
	fix := textFix
	switch into.Kind() {
	case reflect.Struct:
		fix = "write it as " + header(at.key)
	case reflect.Map:
		fix = "write it as [" + at.key + ".NAME]"
	case reflect.Slice:
		fix = `write a list: ["…"]`
		if into.Type().Elem().Kind() == reflect.Struct {
			fix = "write it as [[" + at.key + "]], with two brackets"
		}
	case reflect.Bool:
		fix = "write true or false, without quotes"
	case reflect.Int:
		fix = "write a whole number, without quotes"
	}
	if _, ok := leaves[into.Type()]; ok {
		fix = textFix
	}
	r.add(at, "is "+typeWord(v), fix)
}

func typeWord(v any) string {
	switch v.(type) {
	case string:
		return "text"
	case bool:
		return "true or false"
	case int64:
		return "a number"
	case float64:
		return "a number with a fraction"
	case time.Time:
		return "a date or a time"
	case map[string]any:
		return "a table"
	default:
		return "a list"
	}
}

// fieldsOf maps the keys of a table to the fields of its struct.
func fieldsOf(t reflect.Type) map[string]int {
	fields := make(map[string]int)
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("toml"); key != "" {
			fields[key] = i
		}
	}
	return fields
}
