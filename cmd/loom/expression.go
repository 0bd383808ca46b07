package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
	"github.com/goloom/loom"
)

// choiceHelp describes what picks rows or columns: an expression or a selection.
const choiceHelp = `EXPR says by their attributes which rows or columns to take, as
  Class == "Neuron" && TotalUMI > 1000       Class in ["Neuron", "Glia"] or not (Valid == 1)
  Gene startsWith "mt-"                      Gene matches "^Hb[ab]-"
  attr["Cell type"] contains "layer 5"       UMAP[0] ** 2 + UMAP[1] ** 2 < 4
An attribute stands for its value at each position; attr["..."] is for names that are no words.
It is the language of https://expr-lang.org. EXPR may also be a selection:

` + selectionHelp

// otherNames is what attributes whose names are no words are members of.
const otherNames = "attr"

// parseChoice understands the text that picks positions of an axis of the given length
// and with the given attributes: an expression over them, or a selection.
func parseChoice(text string, length int, attrs *loom.Attributes) (selection, error) {
	if isSelection(text, attrs) {
		return parseSelection(text, length, attrs)
	}
	e, err := newExpression(text, length, attrs)
	if err != nil {
		return selection{}, err
	}
	positions, err := e.positions()
	return listed(positions), err
}

// wordEquals matches Attr=value of an attribute, be it there or not, whose name is a word.
var wordEquals = regexp.MustCompile(`^\w+=[^=~]`)

// isSelection reports whether a text is one of positions, or Attr=value.
func isSelection(text string, attrs *loom.Attributes) bool {
	if strings.Trim(text, "0123456789:,- \t") == "" || wordEquals.MatchString(text) {
		return true
	}
	for at := range len(text) {
		if text[at] == '=' && attrs.Has(text[:at]) && !strings.HasPrefix(text[at+1:], "=") {
			return true
		}
	}
	return false
}

// An expression is true or false at every position of an axis.
type expression struct {
	length  int
	program *vm.Program
	values  map[string]func(i int) any // of the attributes that it has, by name
	words   map[string]any             // the environment of the program
	others  map[string]any             // that of names that are no words
}

func newExpression(text string, length int, attrs *loom.Attributes) (*expression, error) {
	e := &expression{length: length, values: map[string]func(int) any{}, others: map[string]any{}}
	e.words = map[string]any{otherNames: e.others}
	tree, err := parser.ParseWithConfig(text, conf.CreateNew())
	if err != nil {
		return nil, syntaxError(err, text, attrs)
	}
	n := &namesIn{found: map[string]bool{}}
	ast.Walk(&tree.Node, n)
	if len(n.found) == 0 {
		return nil, fmt.Errorf("%q is about no attribute%s", text, among("", attrs.Names()))
	}
	for name, isWord := range n.found {
		if !attrs.Has(name) {
			return nil, fmt.Errorf("no attribute %q%s", name, among(name, attrs.Names()))
		}
		value, err := elementsOf(attrs, name, length)
		if err != nil {
			return nil, err
		}
		e.values[name] = value
		if isWord && length > 0 {
			e.words[name] = value(0)
		} else if length > 0 {
			e.others[name] = value(0)
		}
	}
	if length == 0 {
		return e, nil
	}
	if e.program, err = expr.Compile(text, expr.Env(e.words), expr.AsBool()); err != nil {
		return nil, syntaxError(err, text, attrs)
	}
	return e, nil
}

// syntaxError says what is wrong with an expression, on one line.
func syntaxError(err error, text string, attrs *loom.Attributes) error {
	what, _, _ := strings.Cut(err.Error(), "\n")
	return fmt.Errorf("%q: %s; the attributes are %s", text, what, strings.TrimPrefix(among("", attrs.Names()), "; there are "))
}

// namesIn are the names of attributes in an expression, and whether they stand
// there as words.
type namesIn struct{ found map[string]bool }

// Visit looks at a part of the expression, after its own parts.
func (n *namesIn) Visit(node *ast.Node) {
	switch node := (*node).(type) {
	case *ast.IdentifierNode:
		if node.Value != otherNames {
			n.found[node.Value] = true
		}
	case *ast.MemberNode:
		of, isName := node.Node.(*ast.IdentifierNode)
		name, isText := node.Property.(*ast.StringNode)
		if isName && isText && of.Value == otherNames {
			n.found[name.Value] = n.found[name.Value] || false
		}
	}
}

// positions returns where the expression is true.
func (e *expression) positions() ([]int, error) {
	found := []int{}
	var machine vm.VM
	for i := range e.length {
		for name, value := range e.values {
			if _, isWord := e.words[name]; isWord {
				e.words[name] = value(i)
			} else {
				e.others[name] = value(i)
			}
		}
		is, err := machine.Run(e.program, e.words)
		if err != nil {
			what, _, _ := strings.Cut(err.Error(), "\n")
			return nil, fmt.Errorf("at position %d: %s", i, what)
		}
		if is == true {
			found = append(found, i)
		}
	}
	return found, nil
}

// elementsOf returns the value of an attribute at a position, for expressions: a
// number, a string or a boolean, or a list of them.
func elementsOf(attrs *loom.Attributes, name string, length int) (func(i int) any, error) {
	values, err := attrs.Get(name)
	if err != nil {
		return nil, err
	}
	shape := values.Shape()
	if len(shape) == 0 || shape[0] != length {
		return nil, fmt.Errorf("attribute %q has shape %v, want a value for each of %d positions", name, shape, length)
	}
	n := width(shape)
	switch data := values.Data().(type) {
	case []string:
		return elements(data, n, len(shape)), nil
	case []bool:
		return elements(data, n, len(shape)), nil
	case []float32:
		return elements(data, n, len(shape)), nil
	case []float64:
		return elements(data, n, len(shape)), nil
	case []uint64:
		return elements(data, n, len(shape)), nil
	}
	whole, err := values.Int64s()
	if err != nil {
		return nil, fmt.Errorf("attribute %q has values of type %s, which expressions do not know", name, values.Type())
	}
	return elements(whole, n, len(shape)), nil
}

func elements[T any](data []T, width, dims int) func(i int) any {
	if dims == 1 {
		return func(i int) any { return data[i] }
	}
	return func(i int) any { return slices.Clip(data[i*width:][:width]) }
}
