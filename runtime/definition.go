package runtime

import (
	"fmt"
	"strings"

	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// Definition is what is launched. Parse makes one of a text.
type Definition struct {
	Name string     // as people know it, "" for none
	File string     // that it was read from, "" for none
	Tree *tree.Node // must not be changed anymore
}

// SyntaxError tells what is wrong with a text.
type SyntaxError struct {
	File        string
	Diagnostics []diag.Diagnostic
}

// Error gives a line for each diagnostic, with file, line and column.
func (e *SyntaxError) Error() string {
	var lines []string
	for _, d := range e.Diagnostics {
		lines = append(lines, fmt.Sprintf("%s:%d:%d: %s", e.File, d.Span.Start.Line, d.Span.Start.Column, d.Message))
	}
	return strings.Join(lines, "\n")
}

// Parse makes a definition of a text in the language. A *SyntaxError tells
// where it is wrong; the file is named in errors, and need not exist.
func Parse(file, text string) (Definition, error) {
	f, ds := parser.Parse(source.NewFile(file, text), parser.Options{})
	root, more := tree.Lower(f)
	if ds = append(ds, more...); len(ds) > 0 {
		return Definition{}, &SyntaxError{File: file, Diagnostics: ds}
	}
	name := file[strings.LastIndexAny(file, `/\`)+1:]
	return Definition{Name: strings.TrimSuffix(name, ".flo"), File: file, Tree: root}, nil
}
