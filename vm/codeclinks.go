package vm

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/florc-lang/florc/lang/value"
)

// How pointers to code, procedures and functions are stored; see codec.go.

// program finds a program while decoding.
func (c *coder) program(hash string) *Program {
	if c.err != nil {
		return nil
	}
	if p := c.x.held(hash); p != nil {
		return p
	}
	p, err := c.programs(hash)
	switch {
	case err != nil:
		c.err = err
		return nil
	case p == nil || p.Hash != hash:
		c.failf("there is no tree of hash %q", hash)
		return nil
	}
	c.x.hold(p)
	return p
}

// held returns the program of that hash, if the execution holds it.
func (x *Execution) held(hash string) *Program {
	if x.prog != nil && x.prog.Hash == hash {
		return x.prog
	}
	return x.progs[hash]
}

func (x *Execution) hold(p *Program) {
	if x.prog == nil {
		return // it is about to be that
	}
	if x.progs == nil {
		x.progs = make(map[string]*Program)
	}
	x.progs[p.Hash] = p
}

// codeRef says where code is. Beside its path it takes the keys on the way
// that are expressions: such a key and the value under it have one path. Each
// is given by its distance from the code.
type codeRef struct {
	hash, path string
	keys       []int64
}

func refTo(code *Code) codeRef {
	r := codeRef{hash: code.Prog.Hash, path: code.Path}
	distance := int64(0)
	for c := code; c.Parent != nil; c = c.Parent {
		if c.Index < len(c.Parent.Keys) && c.Parent.Keys[c.Index].Expr == c {
			r.keys = append(r.keys, distance)
		}
		distance++
	}
	return r
}

func (r codeRef) in(p *Program) *Code {
	rest, ok := strings.CutPrefix(r.path, p.Root.Path)
	if !ok || len(r.keys) == 0 {
		return p.Find(r.path)
	}
	parts := strings.Split(strings.TrimPrefix(rest, "_"), "_")
	code := p.Root
	for n, part := range parts {
		i, err := strconv.Atoi(part)
		switch isKey := slices.Contains(r.keys, int64(len(parts)-1-n)); {
		case err != nil || i < 0:
			return nil
		case isKey && i < len(code.Keys):
			code = code.Keys[i].Expr
		case !isKey && i < len(code.Parts):
			code = code.Parts[i]
		case !isKey && i == len(code.Parts):
			code = code.HeadExpr
		default:
			return nil
		}
		if code == nil {
			return nil
		}
	}
	return code
}

// code is the code of the node of that id: where the id says, in the
// execution's own program, or else as the field says.
func (c *coder) code(field int64, p **Code, nid NID) {
	var r codeRef
	if !c.decoding {
		r = refTo(*p)
	}
	own := codeRef{hash: c.main, path: nid.Path}
	if c.has(field, r.hash != own.hash || r.path != own.path || len(r.keys) > 0) {
		c.ref(&r)
	} else {
		r = own
	}
	if c.decoding && c.err == nil {
		*p = c.find(r)
	}
}

func (c *coder) ref(r *codeRef) {
	c.string(1, &r.hash)
	c.string(2, &r.path)
	list(c, 3, &r.keys, func(c *coder, k *int64) {
		v := value.Int(*k)
		if c.element(&v); c.err == nil && v.Kind() == value.KindInt {
			*k = v.AsInt()
		}
	})
	c.end()
}

func (c *coder) find(r codeRef) *Code {
	p := c.program(r.hash)
	if p == nil {
		return nil
	}
	code := r.in(p)
	if code == nil {
		c.failf("the tree has no node %q", r.path)
	}
	return code
}

// Which of a node's functions a lambda is.
const (
	lambdaDefinition = 1 + iota
	lambdaBlock
	lambdaBody // see BodyFunction
)

func (l *Lambda) which() int64 {
	switch {
	case !l.Block:
		return lambdaDefinition
	case l.Code.block != nil && len(l.Body) == len(l.Code.block.Body):
		return lambdaBlock
	}
	return lambdaBody
}

// likely tells which function code stands for where nothing else is known.
func (c *Code) likely() int64 {
	if c.def != nil || c.block == nil {
		return lambdaDefinition
	}
	return lambdaBlock
}

// lambdaOf returns the function of that code, nil if it has none.
func lambdaOf(code *Code, which int64) *Lambda {
	switch {
	case which == lambdaBlock:
		return code.block
	case which == lambdaBody && len(code.Parts) > 0:
		return code.BodyFunction()
	case which != lambdaDefinition:
		return nil
	case code.def != nil:
		return code.def
	}
	return newDefinition(code) // its head was another name for def
}

// lambda is the function that a call is of; its code is the call's.
func (c *coder) lambda(field int64, p **Lambda, code *Code) {
	var which int64
	if *p != nil {
		which = (*p).which()
	}
	number(c, field, &which)
	if c.decoding && which != 0 && code != nil {
		if *p = lambdaOf(code, which); *p == nil {
			c.failf("the node %q is no function", code.Path)
		}
	}
}

// specialProcs are the procedures that are in no library. Their names have a
// blank, which no procedure of a library has.
var specialProcs = map[string]*Procedure{" call": callProc, " head": headProc, " value": valueProc, " retry": retryProc}

func procName(p *Procedure) string {
	if p == nil {
		return ""
	}
	for name, s := range specialProcs {
		if p == s {
			return name
		}
	}
	return p.Sig.Name()
}

// procedure is what the node does, left out where it is what its head names.
func (c *coder) procedure(field int64, f *Frame) {
	if !c.decoding {
		if c.has(field, f.Code.Proc != f.Proc) {
			c.put(value.String(procName(f.Proc)))
		}
		return
	}
	present := c.has(field, true)
	if !present {
		if f.Code != nil {
			f.Proc = f.Code.Proc
		}
		return
	}
	f.Proc = c.procedureNamed(c.getString())
}

// procedureNamed returns the procedure that procName named, nil for none.
func (c *coder) procedureNamed(name string) *Procedure {
	if c.err != nil || name == "" {
		return nil
	}
	p := specialProcs[name]
	if p == nil {
		p = c.x.prog.lib.Get(name)
	}
	if p == nil {
		c.failf("there is no procedure %q in this program", name)
	}
	return p
}

// place is how the function is told from another one of the same node, "" where
// it is the one that the node is likely to stand for. It says which it is and,
// as in a codeRef, which of the keys on the way are expressions.
func (l *Lambda) place() string {
	keys := refTo(l.Code).keys
	if len(keys) == 0 && l.which() == l.Code.likely() {
		return ""
	}
	b := strconv.AppendInt(nil, l.which(), 10)
	for _, k := range keys {
		b = strconv.AppendInt(append(b, ' '), k, 10)
	}
	return string(b)
}

// parsePlace reads what place wrote.
func parsePlace(s string) (which int64, keys []int64, err error) {
	for i, word := range strings.Fields(s) {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return 0, nil, fmt.Errorf("%q is no place of a function", s)
		}
		if i == 0 {
			which = n
		} else {
			keys = append(keys, n)
		}
	}
	return which, keys, nil
}

// link gives a function its code. A function of another execution, or of a
// tree that is gone, is left without: it can be passed along, not called.
func (c *coder) link(f *value.Func) error {
	nid, err := ParseNID(f.Nid)
	if err != nil {
		return nil
	}
	p := c.x.held(f.Tree)
	if p == nil {
		if p, _ = c.programs(f.Tree); p == nil {
			return nil
		}
		c.x.hold(p)
	}
	which, keys, err := parsePlace(f.Place)
	if err != nil {
		return err
	}
	code := codeRef{path: nid.Path, keys: keys}.in(p)
	if code == nil {
		return nil
	}
	if f.Place == "" {
		which = code.likely()
	}
	if l := lambdaOf(code, which); l != nil {
		f.Code = l
	}
	return nil
}
