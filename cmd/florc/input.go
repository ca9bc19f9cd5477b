package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
)

// inputError is input that cannot be read.
type inputError struct{ error }

func (e *inputError) Unwrap() error { return e.error }

// maxInputBytes bounds what is read of one file or of standard input.
const maxInputBytes = 256 << 20

// readInput reads a file, or standard input for "-".
func readInput(s *streams, path string) ([]byte, error) {
	var r io.Reader = s.stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, unreadable(path, err)
		}
		defer f.Close()
		r = f
	}
	data, err := io.ReadAll(io.LimitReader(r, maxInputBytes+1))
	if err != nil {
		return nil, unreadable(path, err)
	}
	if len(data) > maxInputBytes {
		return nil, &inputError{fmt.Errorf("%s is too large: more than %d MiB", path, maxInputBytes>>20)}
	}
	return data, nil
}

func unreadable(path string, err error) error {
	if inner := new(fs.PathError); errors.As(err, &inner) {
		err = inner.Err
	}
	if path == "-" {
		path = "standard input"
	}
	return &inputError{fmt.Errorf("cannot read %s: %w", path, err)}
}

// definition is a definition that was read, from text or from a tree.
type definition struct {
	file   *source.File
	root   *tree.Node // the define; nil where a tree could not be read
	isText bool       // its places are places of file
	diags  []diag.Diagnostic
}

// readDefinition reads a definition: a tree where the file is one of JSON,
// text otherwise. Standard input is a tree where it reads as one.
func readDefinition(s *streams, path string) (*definition, error) {
	data, err := readInput(s, path)
	if err != nil {
		return nil, err
	}
	if path == "-" {
		// A definition may start with an array or a string, but hardly one
		// that is the JSON of a node.
		if root, err := tree.ParseJSON(data, tree.ReadOptions{}); err == nil && !tree.Body(root).Literal {
			return &definition{file: source.NewFile("", ""), root: root}, nil
		}
		return parseText("", string(data)), nil
	}
	if strings.EqualFold(filepath.Ext(path), ".json") {
		return parseTree(path, data), nil
	}
	return parseText(path, string(data)), nil
}

func parseText(name, text string) *definition {
	d := &definition{file: source.NewFile(name, text), isText: true}
	syntax, diags := parser.Parse(d.file, parser.Options{})
	var more []diag.Diagnostic
	d.root, more = tree.Lower(syntax)
	d.diags = append(diags, more...)
	diag.Sort(d.diags)
	return d
}

func parseTree(name string, data []byte) *definition {
	d := &definition{file: source.NewFile(name, "")}
	root, err := tree.ParseJSON(data, tree.ReadOptions{})
	var bad *tree.ReadError
	if errors.As(err, &bad) {
		d.diags = []diag.Diagnostic{{Code: bad.Code, Severity: diag.Error, Message: bad.Error(), Hint: bad.Hint}}
		return d
	}
	d.root = root
	return d
}

// objectFlag reads the value of a flag that is a JSON object, or @ and the
// name of a file that holds one.
func objectFlag(s *streams, flag, text string) (value.Value, error) {
	if text == "" {
		return value.NewObject(), nil
	}
	data, where := []byte(text), "--"+flag
	if path, ok := strings.CutPrefix(text, "@"); ok {
		var err error
		if data, err = readInput(s, path); err != nil {
			return value.Null, err
		}
		where = path
	}
	v, err := value.ParseJSON(data)
	if err != nil {
		return value.Null, badUsage(fmt.Sprintf(`as in --%s '{"a": 1}', or --%s @file.json`, flag, flag), "%s: %s", where, err)
	}
	if !v.IsObject() {
		return value.Null, badUsage(fmt.Sprintf(`as in --%s '{"a": 1}'`, flag), "%s has to be a JSON object, this is of type %s", where, v.TypeName())
	}
	return v, nil
}
