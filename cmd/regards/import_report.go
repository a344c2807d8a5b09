package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"regards/contact"
)

// How much of a report is told one by one: a first import may be of thousands.
const (
	mostAdded   = 20 // people of a rehearsal
	mostLines   = 8  // lines or cards of which the same is said
	mostDropped = 12 // columns
)

// source is where people come from, in the words of a report.
type source struct {
	label string // what each line of it begins with
	name  string
	unit  string // what says who somebody is: a line, or a card
	// where names some of them by their numbers.
	where func(numbers []int) string
}

// printImported reports what was taken and each line or card that was not.
func (a *app) printImported(i *imported, from source) error {
	if a.json {
		if err := a.printJSON(i); err != nil {
			return err
		}
	} else {
		a.printTaken(i)
	}
	for _, text := range append(together(i.Notes, from.where), together(i.Problems, from.where)...) {
		fmt.Fprintf(a.err, "%s: %s\n", from.label, text)
	}
	if len(i.Dropped) > 0 {
		fmt.Fprintf(a.err, "%s: not kept, for a contact has no place for it: %s\n", from.label, i.droppedWords())
	}
	if len(i.Problems) == 0 {
		return nil
	}
	cannot, others := "could not be taken", "; the others were"
	if a.dryRun {
		cannot, others = "cannot be taken", "; the others can"
	}
	if i.Added+i.Known == 0 {
		others = ""
	}
	if a.dryRun {
		others += "; dry run: nothing was changed"
	}
	return fmt.Errorf("%s of %s %s%s", plural(len(i.Problems), from.unit), from.name, cannot, others)
}

// printTaken prints whom a rehearsal would add, and the sums.
func (a *app) printTaken(i *imported) {
	fresh, would := i.fresh(), ""
	if a.dryRun {
		would = "would be "
		for _, p := range fresh[:min(len(fresh), mostAdded)] {
			fmt.Fprintf(a.out, "would add %s\n", described(p))
		}
		if more := len(fresh) - mostAdded; more > 0 {
			fmt.Fprintf(a.out, "and %d more\n", more)
		}
	}
	fmt.Fprintf(a.out, "%s %sadded, %d known already%s\n", plural(i.Added, "contact"), would, i.Known, i.knownWords())
	if media := mediaWords(fresh); len(fresh) > 0 && media != "" {
		fmt.Fprintf(a.out, "of these, %s\n", media)
	}
	if i.Completed > 0 {
		fmt.Fprintf(a.out, "addresses for contacts who had none: %d (how you are in touch with them stays as it is)\n", i.Completed)
	}
}

// described gives a contact in a line.
func described(p contact.Contact) string {
	words := p.Name
	for _, addr := range p.Addresses {
		words += " <" + addr.Addr + ">"
	}
	if p.Medium != contact.Email {
		words += " by " + string(p.Medium)
	}
	if len(p.Groups) > 0 {
		words += " (" + strings.Join(p.Groups, ", ") + ")"
	}
	return words
}

func (i *imported) knownWords() string {
	if i.KnownName == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d by name)", i.KnownName)
}

// mediaWords counts people by how one is in touch with them; "" when all of them
// are by mail.
func mediaWords(all []contact.Contact) string {
	counts := map[contact.Medium]int{}
	for _, p := range all {
		counts[p.Medium]++
	}
	if counts[contact.Email] == len(all) {
		return ""
	}
	var words []string
	for _, m := range contact.Media() {
		if counts[m] > 0 {
			words = append(words, fmt.Sprintf("%d by %s", counts[m], m))
		}
	}
	return strings.Join(words, ", ")
}

// together gives what is said of lines, and once what is said of several.
func together(all []lineJSON, where func([]int) string) []string {
	lines := map[string][]int{}
	var texts []string
	for _, l := range all {
		if lines[l.Text] == nil {
			texts = append(texts, l.Text)
		}
		lines[l.Text] = append(lines[l.Text], l.Line)
	}
	for n, text := range texts {
		texts[n] = where(slices.Compact(lines[text])) + ": " + text
	}
	return texts
}

func linesWords(lines []int) string {
	if len(lines) == 1 {
		return "line " + strconv.Itoa(lines[0])
	}
	return "lines " + some(lines, strconv.Itoa)
}

// some names the first of several things by their numbers.
func some(numbers []int, name func(int) string) string {
	var words []string
	for _, n := range numbers[:min(len(numbers), mostLines)] {
		words = append(words, name(n))
	}
	all := strings.Join(words, ", ")
	if more := len(numbers) - mostLines; more > 0 {
		all += fmt.Sprintf(" and %d more", more)
	}
	return all
}

// droppedWords names what was not kept, the most frequent first.
func (i *imported) droppedWords() string {
	names := slices.SortedFunc(maps.Keys(i.Dropped), func(a, b string) int {
		return cmp.Or(cmp.Compare(i.Dropped[b], i.Dropped[a]), cmp.Compare(a, b))
	})
	var words []string
	for _, name := range names[:min(len(names), mostDropped)] {
		words = append(words, fmt.Sprintf("%s (%s)", name, plural(i.Dropped[name], "line")))
	}
	if more := len(names) - mostDropped; more > 0 {
		words = append(words, plural(more, "other column"))
	}
	return strings.Join(words, ", ")
}
