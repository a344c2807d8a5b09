package templates

import (
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"text/template"
	syntax "text/template/parse"
)

// functions are those that a template may use: text/template's own, but none
// that can make much of little, as printf can.
var functions = map[string]any{"and": true, "or": true, "not": true, "eq": true, "ne": true}

// maxWork bounds a template with all that it includes: its bytes of text and its
// actions. A template has no loops and no cycles, so this bounds what it costs to
// fill it.
const maxWork = maxLetter

// parse reads a template and what it includes, and refuses what has no place in
// a letter: loops, variables, definitions, the facts as a whole, and methods
// that there are not.
func parse(sources []fs.FS, t Template) (*template.Template, error) {
	l := parser{sources: sources, language: t.Language, all: template.New(""), work: map[string]int{}}
	if _, err := l.add(t.File, t); err != nil {
		return nil, fmt.Errorf("template %s: %w", t.File, err)
	}
	return l.all.Lookup(t.File), nil
}

// parser gathers a template and its partials.
type parser struct {
	sources  []fs.FS
	language string
	all      *template.Template
	work     map[string]int // by name of a partial; underWay while its own text is read
}

const underWay = -1

// add parses one file under a name, and gives what it costs to fill it.
func (l *parser) add(name string, t Template) (int, error) {
	l.work[name] = underWay
	trees, err := syntax.Parse(t.File, t.Text, "", "", functions)
	if err != nil {
		return 0, err
	}
	tree := trees[t.File]
	if len(trees) > 1 || tree == nil {
		return 0, fmt.Errorf("%s: write each piece of text into a file of its own, not into define or block", t.File)
	}
	work, err := l.list(tree, tree.Root)
	if err != nil {
		return 0, err
	}
	l.work[name] = work
	_, err = l.all.AddParseTree(name, tree)
	return work, err
}

// include adds the partial that a node names, if it is new, and gives its cost.
func (l *parser) include(tree *syntax.Tree, n *syntax.TemplateNode) (int, error) {
	if n.Pipe == nil || n.Pipe.String() != "." {
		return 0, refuse(tree, n, fmt.Sprintf("write {{template %q .}}", n.Name))
	}
	work, known := l.work[n.Name]
	if known && work != underWay {
		return work, nil
	}
	if known {
		return 0, refuse(tree, n, "it includes itself")
	}
	t, err := find(l.sources, "_"+n.Name, []string{l.language})
	if err != nil {
		return 0, refuse(tree, n, err.Error())
	}
	if t.File == "" {
		return 0, refuse(tree, n, fmt.Sprintf("there is no file _%s.%s.txt or _%s.txt; add it to the folder letters.templates", n.Name, l.language, n.Name))
	}
	t.Text = strings.TrimRight(t.Text, "\n")
	return l.add(n.Name, t)
}

// list looks at every node of a text, and adds up what they cost.
func (l *parser) list(tree *syntax.Tree, list *syntax.ListNode) (int, error) {
	if list == nil {
		return 0, nil
	}
	total := 0
	for _, n := range list.Nodes {
		work, err := l.node(tree, n)
		if err != nil {
			return 0, err
		}
		if total += work + 1; total > maxWork {
			return 0, refuse(tree, n, "with all that it includes, the template is too long")
		}
	}
	return total, nil
}

func (l *parser) node(tree *syntax.Tree, n syntax.Node) (int, error) {
	switch n := n.(type) {
	case *syntax.TextNode:
		return len(n.Text), nil
	case *syntax.ActionNode:
		return pipeWork(n.Pipe), l.pipe(tree, n.Pipe)
	case *syntax.TemplateNode:
		return l.include(tree, n)
	case *syntax.IfNode:
		if err := l.pipe(tree, n.Pipe); err != nil {
			return 0, err
		}
		yes, err := l.list(tree, n.List)
		if err != nil {
			return 0, err
		}
		no, err := l.list(tree, n.ElseList)
		return pipeWork(n.Pipe) + yes + no, err
	}
	return 0, refuse(tree, n, "letters are made of fields, if and template only")
}

func pipeWork(p *syntax.PipeNode) int { return len(p.String()) }

// pipe looks at an expression.
func (l *parser) pipe(tree *syntax.Tree, p *syntax.PipeNode) error {
	if len(p.Decl) > 0 {
		return refuse(tree, p, "letters have no variables")
	}
	for _, c := range p.Cmds {
		for _, arg := range c.Args {
			if err := l.operand(tree, arg); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *parser) operand(tree *syntax.Tree, n syntax.Node) error {
	switch n := n.(type) {
	case *syntax.PipeNode:
		return l.pipe(tree, n)
	case *syntax.FieldNode:
		if len(n.Ident) != 1 || !slices.Contains(fieldNames(), n.Ident[0]) {
			return refuse(tree, n, fmt.Sprintf("there is no field %s; write one of .%s", n, strings.Join(fieldNames(), ", .")))
		}
		return nil
	case *syntax.StringNode, *syntax.BoolNode, *syntax.NumberNode, *syntax.IdentifierNode:
		return nil
	}
	return refuse(tree, n, fmt.Sprintf("%s is nothing that a letter can say", n))
}

// fieldNames gives the names of the methods of fields, sorted.
func fieldNames() []string {
	t := reflect.TypeFor[fields]()
	names := make([]string, t.NumMethod())
	for i := range names {
		names[i] = t.Method(i).Name
	}
	return names
}

// refuse says where in which file something is wrong.
func refuse(tree *syntax.Tree, n syntax.Node, what string) error {
	at, _ := tree.ErrorContext(n)
	return fmt.Errorf("%s: %s", at, what)
}
