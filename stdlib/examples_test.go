package stdlib

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
)

// TestExamples runs the examples of every procedure.
func TestExamples(t *testing.T) {
	lib := All()
	for _, p := range lib.Procedures() {
		for _, e := range p.Sig.Examples {
			t.Run(p.Sig.Name()+"/"+e.Title, func(t *testing.T) {
				o := run(t, lib, e.Source, e.Payload, e.Vars, false)
				checkExample(t, e, o)
			})
		}
	}
}

func checkExample(t *testing.T, e sig.Example, o outcome) {
	t.Helper()
	wants := 0
	for _, s := range []string{e.Ret, e.Want, e.Error} {
		if s != "" {
			wants++
		}
	}
	if e.Waits {
		wants++
	}
	if wants != 1 {
		t.Fatalf("an example says one thing about its end, this one says %d", wants)
	}
	switch {
	case e.Waits:
		if o.point != "waiting" {
			t.Errorf("want it to wait, got %s %v %s", o.point, o.payload, o.err)
		}
	case e.Error != "":
		if o.err == nil || !strings.Contains(o.err.Message, e.Error) {
			t.Errorf("want error %q, got %v", e.Error, o.err)
		}
	case o.point != "terminated":
		t.Errorf("%s: %v", o.point, o.err)
	case e.Ret != "":
		if ret, _ := o.payload.AsObject().Get("ret"); !value.Equal(plain(ret), parseJSON(t, e.Ret)) {
			t.Errorf("want %s, got %s", e.Ret, plain(ret))
		}
	default:
		if !value.Equal(plain(o.payload), parseJSON(t, e.Want)) {
			t.Errorf("want %s, got %s", e.Want, plain(o.payload))
		}
	}
}

// TestDocs holds every signature to being complete.
func TestDocs(t *testing.T) {
	lib := All()
	for _, p := range lib.Procedures() {
		s := p.Sig
		complain := func(format string, args ...any) {
			t.Helper()
			t.Errorf(s.Name()+": "+format, args...)
		}
		if s.Doc == "" || s.Result == "" || s.ResultType == "" || s.Body == "" || !slices.Contains(sig.Groups(), s.Group) {
			complain("doc, result, body or group is missing")
		}
		if len(s.Examples) < 2 {
			complain("has %d examples, wants two", len(s.Examples))
		}
		for _, a := range s.Attrs {
			if len(a.Names) == 0 || a.Type == "" || a.Doc == "" {
				complain("attribute %v lacks a type or a doc", a.Names)
			}
		}
		for _, a := range s.Args {
			if a.Name == "" || a.Type == "" || a.Doc == "" {
				complain("argument %q lacks a type or a doc", a.Name)
			}
		}
		for _, other := range s.SeeAlso {
			if lib.Get(other) == nil && other != "vars" {
				complain("refers to %q, which does not exist", other)
			}
		}
	}
}

// TestEveryProcedureIsListed finds package-level procedures that are not in
// All.
func TestEveryProcedureIsListed(t *testing.T) {
	listed := map[string]bool{}
	declared := map[string]string{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		collectProcedures(f, name, declared)
		if name == "all.go" || name == "functions.go" {
			ast.Inspect(f, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					listed[id.Name] = true
				}
				return true
			})
		}
	}
	for name, file := range declared {
		if !listed[name] && name != "keyedFirst" {
			t.Errorf("%s declares the procedure %s, which All does not list", file, name)
		}
	}
	if len(declared) < 60 {
		t.Errorf("found %d procedures only", len(declared))
	}
}

// collectProcedures notes the package-level variables that hold procedures:
// those made by a literal, or by a function that makes one.
func collectProcedures(f *ast.File, file string, into map[string]string) {
	makers := map[string]bool{"newCursor": true, "newHandler": true, "withBlock": true, "patternProc": true, "concurrently": true, "scheduling": true, "procedure": true}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, s := range g.Specs {
			v := s.(*ast.ValueSpec)
			for i, id := range v.Names {
				if i < len(v.Values) && makesProcedure(v.Values[i], makers) {
					into[id.Name] = file
				}
			}
		}
	}
}

func makesProcedure(e ast.Expr, makers map[string]bool) bool {
	switch e := e.(type) {
	case *ast.UnaryExpr:
		lit, ok := e.X.(*ast.CompositeLit)
		if !ok {
			return false
		}
		sel, ok := lit.Type.(*ast.SelectorExpr)
		return ok && sel.Sel.Name == "Procedure"
	case *ast.CallExpr:
		switch fn := e.Fun.(type) {
		case *ast.Ident:
			return makers[fn.Name]
		case *ast.SelectorExpr:
			return makers[fn.Sel.Name]
		}
	}
	return false
}
