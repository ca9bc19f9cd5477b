package vm

import (
	"strconv"
	"strings"

	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
)

// Program is a compiled tree. It is immutable, but for caches that are safe
// for concurrent use, and shared by every execution of the definition.
type Program struct {
	Tree *tree.Node // the root define
	Hash string
	File string // of a tree that an execution brought in, "" for none
	Root *Code
	lib  *Library
}

// Code is a compiled node.
type Code struct {
	Node   *tree.Node
	Path   string // its node id, without re-run
	Index  int    // among its parent's parts, as node ids count them
	Parent *Code
	Prog   *Program

	Head     string
	Proc     *Procedure // what Head names, unless a variable shadows it; nil for none
	HeadExpr *Code
	NAttr    int
	Parts    []*Code // attribute values, then children
	Keys     []Key   // of the attributes

	Lit   value.Value // of a literal
	IsLit bool
	// atomic is the value of a collection of literals.
	atomic      value.Value
	hasAtomic   bool
	atomicTurns int32       // that evaluating its parts would take
	path        value.Value // of a reference whose path is known beforehand
	hasPath     bool

	keyed   []int // parts that are keyed attributes
	attrs   []int // parts that are attributes
	plain   []int // parts that are children
	unkeyed []int // parts that are unkeyed attributes, and children

	def    *Lambda // the function that the node defines
	block  *Lambda // the function that its children are the body of
	direct directCache
}

// Key is the key of an attribute.
type Key struct {
	Name string // "" for an unkeyed attribute, "_" for the lone underscore
	Expr *Code
	Flag bool // written without a value: flank, off, disabled
}

// flagAttributes are the attributes that mean true when given without value.
// The bang is that of match: an array or object that is no pattern.
var flagAttributes = map[string]bool{"flank": true, "off": true, "disabled": true, "!": true}

func (c *Code) isFlag(name string) bool {
	return flagAttributes[name] || name == "only" && c.Head == "_obj"
}

// Compile compiles the tree of a definition, a root define or a body, against
// a library.
func Compile(lib *Library, root *tree.Node) *Program {
	p := &Program{Tree: root, Hash: tree.Hash(root), lib: lib}
	body := tree.Body(root)
	p.Root = p.compile(body, nil, "0", 0)
	return p
}

func (p *Program) compile(n *tree.Node, parent *Code, path string, index int) *Code {
	c := &Code{Node: n, Path: path, Index: index, Parent: parent, Prog: p}
	if n.Literal {
		c.IsLit, c.Lit = true, value.FromLiteral(n.Value)
		return c
	}
	c.Head, c.NAttr = n.Head, len(n.Attrs)
	child := func(n *tree.Node, i int) *Code {
		return p.compile(n, c, path+"_"+strconv.Itoa(i), i)
	}
	nparts := len(n.Attrs) + len(n.Children)
	if n.HeadExpr != nil {
		c.HeadExpr = child(n.HeadExpr, nparts)
		c.Head = tree.Print(n.HeadExpr)
		if n.HeadExpr.Head == "_lit" && len(c.HeadExpr.Parts) == 1 && c.HeadExpr.Parts[0].IsLit {
			c.HeadExpr = c.HeadExpr.Parts[0]
		}
	} else {
		c.Proc = p.lib.Get(n.Head)
	}
	for i := range n.Attrs {
		a := &n.Attrs[i]
		k := Key{Name: a.Key}
		v := child(a.Value, i)
		switch {
		case a.KeyExpr != nil:
			k.Expr = p.compile(a.KeyExpr, c, path+"_"+strconv.Itoa(i), i)
		case a.Key == "" && a.Value.IsName() && c.isFlag(a.Value.Head):
			k = Key{Name: a.Value.Head, Flag: true}
			v = &Code{Node: a.Value, Path: v.Path, Index: i, Parent: c, Prog: p, IsLit: true, Lit: value.Bool(true)}
		}
		c.Keys = append(c.Keys, k)
		c.Parts = append(c.Parts, v)
		c.attrs = append(c.attrs, i)
		if a.Keyed() || k.Flag {
			c.keyed = append(c.keyed, i)
		} else {
			c.unkeyed = append(c.unkeyed, i)
		}
	}
	for j, ch := range n.Children {
		i := len(n.Attrs) + j
		c.Parts = append(c.Parts, child(ch, i))
		c.plain = append(c.plain, i)
		c.unkeyed = append(c.unkeyed, i)
	}
	c.precompute()
	return c
}

// precompute finds what needs no run to be known.
func (c *Code) precompute() {
	switch c.Head {
	case "_ref", "_rep", "_reff":
		elems := make([]value.Value, 0, len(c.Parts))
		for _, part := range c.Parts {
			if !part.IsLit && !part.hasAtomic {
				return
			}
			elems = append(elems, part.constant())
		}
		if c.NAttr == 0 {
			c.path, c.hasPath = value.NewList(elems...), true
		}
	case "_arr":
		if c.NAttr == 0 || c.bareCall() {
			elems := make([]value.Value, 0, len(c.plain))
			for _, i := range c.plain {
				if !c.Parts[i].IsLit {
					return
				}
				elems = append(elems, c.Parts[i].Lit)
			}
			c.atomic, c.hasAtomic = value.NewList(elems...), true
			c.atomicTurns = 2 * int32(c.NAttr)
		}
	case "_obj":
		if c.NAttr == 0 || c.bareCall() {
			o := value.NewObject().AsObject()
			c.atomicTurns = 2 * int32(c.NAttr)
			for i := 0; i+1 < len(c.plain); i += 2 {
				if !c.Parts[c.plain[i]].IsLit { // names are not taken for atoms
					c.atomicTurns = 2 * int32(len(c.plain))
				}
				key, ok := c.Parts[c.plain[i]].objectKey()
				if v := c.Parts[c.plain[i+1]]; !ok || !v.IsLit {
					return
				} else {
					o = o.Set(key, v.Lit)
				}
			}
			if len(c.plain)%2 == 0 {
				c.atomic, c.hasAtomic = value.FromObject(o), true
			}
		}
	case "def", "fun", "define":
		c.def = newDefinition(c)
	}
	if len(c.plain) > 0 {
		var params []string
		if c.Proc != nil && c.Proc.Params != nil {
			params = c.Proc.Params(c)
		}
		c.block = &Lambda{Code: c, Body: c.plain, params: implicitParams(params), Block: true}
	}
	if c.Proc != nil && c.Proc.Sig.Name() == "do-return" && len(c.Parts) > 0 {
		c.block = &Lambda{Code: c, Body: []int{0}, Block: true}
	}
}

// bareCall tells whether the lone underscore is all there is.
func (c *Code) bareCall() bool { return c.NAttr == 1 && c.Keys[0].Name == "_" }

func (c *Code) constant() value.Value {
	if c.IsLit {
		return c.Lit
	}
	return c.atomic
}

// objectKey returns the key that a part of an object literal stands for where
// it is a literal or a lone name.
func (c *Code) objectKey() (string, bool) {
	switch {
	case c.IsLit:
		return value.ToText(c.Lit), true
	case c.isName():
		return c.Head, true
	}
	return "", false
}

func (c *Code) isName() bool { return !c.IsLit && c.HeadExpr == nil && len(c.Parts) == 0 }

// isReference tells whether the node is a reference or a lone name.
func (c *Code) isReference() bool {
	return !c.IsLit && (c.Head == "_ref" || c.Head == "_rep" || (c.isName() && c.Head != "_"))
}

// constPath returns the path that a reference stands for where it is known.
func (c *Code) constPath() (value.Value, bool) {
	switch {
	case c.hasPath:
		return c.path, true
	case c.isReference() && c.isName():
		return value.NewList(value.String(c.Head)), true
	}
	return value.Null, false
}

// args lists the parts that go through Procedure.Next.
func (c *Code) args(p *Procedure) []int {
	if p != nil && p.KeyedFirst {
		return c.unkeyed
	}
	return c.plain
}

// ArgCount returns the number of arguments of the node under the procedure.
func (c *Code) ArgCount(p *Procedure) int { return len(c.args(p)) }

// Arg returns the i-th argument of the node under the procedure, or nil.
func (c *Code) Arg(p *Procedure, i int) *Code {
	if a := c.args(p); i >= 0 && i < len(a) {
		return c.Parts[a[i]]
	}
	return nil
}

// IsName tells whether the node is a lone name, and which.
func (c *Code) IsName(names ...string) bool {
	if !c.isName() {
		return false
	}
	for _, n := range names {
		if c.Head == n {
			return true
		}
	}
	return len(names) == 0
}

// Line returns the line the node starts on, 0 where it is not known.
func (c *Code) Line() int { return c.Node.Line() }

// Find returns the code at that path below the program's root, or nil.
func (p *Program) Find(path string) *Code {
	rest, ok := strings.CutPrefix(path, p.Root.Path)
	if !ok {
		return nil
	}
	c := p.Root
	for part := range strings.SplitSeq(strings.TrimPrefix(rest, "_"), "_") {
		if part == "" {
			break
		}
		i, err := strconv.Atoi(part)
		if err != nil || c == nil {
			return nil
		}
		switch {
		case i < len(c.Parts):
			c = c.Parts[i]
		case i == len(c.Parts) && c.HeadExpr != nil:
			c = c.HeadExpr
		default:
			return nil
		}
	}
	return c
}

// IsLiteral tells whether the node is a literal.
func (c *Code) IsLiteral() bool { return c.IsLit }

// IsReference tells whether the node is a reference or a lone name.
func (c *Code) IsReference() bool { return c.isReference() }

// RefText returns the text of a reference with several steps that are known
// beforehand, such as "f.x"; "" for anything else.
func (c *Code) RefText() string {
	if c.Head != "_ref" || !c.hasPath {
		return ""
	}
	return refText(c.Node)
}

// IsTemplate tells whether the node is a double-quoted string with $(…) in it.
func (c *Code) IsTemplate() bool { return !c.IsLit && c.Head == "_dqs" }

// FirstReference returns the number of the first argument that is a reference
// or a lone name, -1 where there is none.
func (c *Code) FirstReference(p *Procedure) int {
	for i, part := range c.args(p) {
		if c.Parts[part].isReference() && !c.lone(part) {
			return i
		}
	}
	return -1
}

// IsDefinition tells whether the node makes a function without a name.
func (c *Code) IsDefinition() bool { return c.Head == "def" || c.Head == "fun" }

// HasTag tells whether the node has the attribute tag with that string.
func (c *Code) HasTag(tag string) bool {
	for i, k := range c.Keys {
		if k.Name == "tag" && c.Parts[i].isString(tag) {
			return true
		}
	}
	return false
}

// HasStringArg tells whether the string is an unkeyed attribute of the node.
func (c *Code) HasStringArg(s string) bool {
	for i, k := range c.Keys {
		if k.Name == "" && k.Expr == nil && c.Parts[i].isString(s) {
			return true
		}
	}
	return false
}

// HasNameArg tells whether the lone name is an unkeyed attribute of the node.
func (c *Code) HasNameArg(name string) bool {
	for i, k := range c.Keys {
		if k.Name == "" && k.Expr == nil && c.Parts[i].IsName(name) {
			return true
		}
	}
	return false
}

func (c *Code) isString(s string) bool { return c.IsLit && c.Lit.IsString() && c.Lit.AsString() == s }

// HasKey tells whether the node has an attribute of that key.
func (c *Code) HasKey(key string) bool {
	for _, k := range c.Keys {
		if k.Name == key {
			return true
		}
	}
	return false
}

// TreeValue returns the node's tree as a value, with its positions.
func (c *Code) TreeValue() value.Value {
	v, err := value.ParseJSON(tree.AppendJSON(nil, c.Node, tree.Columns))
	if err != nil {
		panic("vm: a tree has no JSON: " + err.Error())
	}
	return v
}
