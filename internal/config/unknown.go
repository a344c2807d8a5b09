package config

import (
	"reflect"
	"slices"
	"strings"
)

// secretKeys are names under which people write a password into the file.
var secretKeys = []string{"password", "passwd", "pass", "secret", "token", "app_password"}

const secretFix = "write password_file or password_command instead, and change the password if others could read this file"

// unknown notes a key that its table does not have, with the most likely
// reason first.
func (r *report) unknown(table place, name string, known []string) {
	at := table.child(name)
	if slices.Contains(secretKeys, strings.ToLower(name)) {
		r.add(at, "inline password: this file holds no secrets", secretFix)
		return
	}
	for _, k := range known {
		if strings.EqualFold(k, name) {
			r.add(at, "is written in the wrong letter case", "write "+k)
			table.node.meant(k, at.line)
			return
		}
	}
	if homes := tablesWith(name); len(homes) > 0 {
		r.add(at, "unknown key in this place", "write it under "+joinOr(homes))
		return
	}
	if k := nearest(name, known); k != "" {
		fix := "write " + k
		if table.key == "" && !r.answering {
			fix = "write " + header(k)
		}
		r.add(at, "unknown key (did you mean "+k+"?)", fix)
		table.node.meant(k, at.line)
		return
	}
	r.add(at, "unknown key", "write one of "+strings.Join(known, ", "))
}

// meant stands in for a key that was misspelt, so that it is not called
// missing as well.
func (n *node) meant(name string, line int) {
	if n != nil && n.kid(name) == nil {
		n.find([]string{name}, line).bad = true
	}
}

// tablesWith lists the headers of the tables that have a key of that name.
func tablesWith(name string) []string {
	var headers []string
	eachKey(reflect.TypeFor[Config](), "", func(table, key string) {
		if key == name {
			headers = append(headers, header(table))
		}
	})
	return headers
}

// header is a table as it is written: [letters], [[account]], [account.imap].
func header(table string) string {
	switch table {
	case "":
		return "the first line, before any table"
	case "account", "cadence":
		return "[[" + table + "]]"
	}
	return "[" + table + "]"
}

// eachKey visits every key there is with the table that it belongs to; a table
// whose name is free, as a practice, is called NAME.
func eachKey(t reflect.Type, table string, visit func(table, key string)) {
	for i := range t.NumField() {
		key := t.Field(i).Tag.Get("toml")
		if key == "" {
			continue // it is filled in, not written
		}
		inner := t.Field(i).Type
		path := strings.TrimPrefix(table+"."+key, ".")
		for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice || inner.Kind() == reflect.Map {
			if inner.Kind() == reflect.Map {
				path += ".NAME"
			}
			inner = inner.Elem()
		}
		if _, leaf := leaves[inner]; inner.Kind() == reflect.Struct && !leaf {
			eachKey(inner, path, visit)
		} else {
			visit(table, key)
		}
	}
}

// nearest is the known word that a slip of the fingers may have meant: at most
// a third of its letters differ. "" if there is none.
func nearest(word string, known []string) string {
	best, least := "", len(word)+1
	for _, k := range known {
		if d := distance(word, k); d < least && d <= max(len(k)/3, 1) {
			best, least = k, d
		}
	}
	return best
}

// distance counts the letters to insert, remove, replace or swap with their
// neighbour to make b of a.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	rows := make([][]int, len(s)+1)
	for i := range rows {
		rows[i] = make([]int, len(t)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(s); i++ {
		for j := 1; j <= len(t); j++ {
			differ := 1
			if s[i-1] == t[j-1] {
				differ = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+differ)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(s)][len(t)]
}
