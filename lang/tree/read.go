package tree

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/source"
)

// ReadOptions bounds what ParseJSON accepts. The zero value of each field
// stands for its default.
type ReadOptions struct {
	MaxBytes int // size of the JSON text in bytes; default 64 MiB
	MaxDepth int // how deep nodes may nest; default 5000
}

// ReadError says what is wrong with the JSON form of a tree.
type ReadError struct {
	Code    diag.Code
	Path    string // where, as a JSON path: $[2][0][1].tag
	Message string
	Hint    string // "" where there is none
}

func (e *ReadError) Error() string { return e.Path + ": " + e.Message }

// ParseJSON reads the public JSON form of a tree: a define that wraps a
// definition, or a body, which it wraps. The error is a *ReadError.
func ParseJSON(data []byte, opts ReadOptions) (*Node, error) {
	if opts.MaxBytes <= 0 {
		opts.MaxBytes = 64 << 20
	}
	if opts.MaxDepth <= 0 {
		opts.MaxDepth = 5000
	}
	if len(data) > opts.MaxBytes {
		return nil, &ReadError{codeTreeTooLarge, "$", fmt.Sprintf("this tree is too large: %d bytes, and at most %d are accepted", len(data), opts.MaxBytes), ""}
	}
	r := &treeReader{text: string(data), maxDepth: opts.MaxDepth}
	n, err := r.document()
	if err != nil {
		return nil, err
	}
	if !IsWrapper(n) {
		n = &Node{Head: "define", Children: []*Node{n}}
	}
	return n, nil
}

// treeReader reads JSON and makes nodes of it at once.
type treeReader struct {
	text     string
	pos      int
	path     []string
	maxDepth int
	depth    int
}

func (r *treeReader) document() (*Node, error) {
	if at := badUTF8(r.text); at >= 0 {
		r.pos = at
		return nil, r.syntax("bytes that are no valid UTF-8")
	}
	n, err := r.value()
	if err != nil {
		return nil, err
	}
	if r.blank(); r.pos < len(r.text) {
		return nil, r.syntax("something follows the tree")
	}
	return n, nil
}

func badUTF8(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i := 0; ; {
		c, size := utf8.DecodeRuneInString(s[i:])
		if c == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
}

func (r *treeReader) fail(code diag.Code, hint, format string, args ...any) error {
	return &ReadError{code, "$" + strings.Join(r.path, ""), fmt.Sprintf(format, args...), hint}
}

func (r *treeReader) syntax(message string) error {
	line := 1 + strings.Count(r.text[:r.pos], "\n")
	column := r.pos - strings.LastIndexByte(r.text[:r.pos], '\n')
	return r.fail(codeTreeJSON, "", "this is no JSON: %s, at line %d, column %d", message, line, column)
}

// in runs read one step further down the path.
func (r *treeReader) in(step string, read func() error) error {
	r.path = append(r.path, step)
	err := read()
	r.path = r.path[:len(r.path)-1]
	return err
}

func (r *treeReader) blank() {
	for r.pos < len(r.text) && strings.IndexByte(" \t\r\n", r.text[r.pos]) >= 0 {
		r.pos++
	}
}

// peek returns the next byte that is no blank, 0 at the end.
func (r *treeReader) peek() byte {
	if r.blank(); r.pos < len(r.text) {
		return r.text[r.pos]
	}
	return 0
}

func (r *treeReader) expect(c byte) error {
	if r.peek() != c {
		return r.syntax("`" + string(c) + "` is expected")
	}
	r.pos++
	return nil
}

// value reads a node or a literal.
func (r *treeReader) value() (*Node, error) {
	switch c := r.peek(); {
	case c == '[':
		return r.node()
	case c == '{':
		return nil, r.fail(codeTreeForm, `an object literal is written ["_obj", {}, ["key", value, …]]`, "an object stands where a literal or a node is expected")
	case c == '"':
		s, err := r.str()
		return NewLiteral(s, source.Span{}), err
	case c == '-' || c >= '0' && c <= '9':
		v, err := r.number()
		return NewLiteral(v, source.Span{}), err
	}
	for word, v := range map[string]any{"null": nil, "true": true, "false": false} {
		if strings.HasPrefix(r.text[r.pos:], word) {
			r.pos += len(word)
			return NewLiteral(v, source.Span{}), nil
		}
	}
	return nil, r.syntax("a value is expected")
}

const nodeHint = `a node is [head, {attributes}, [children]], and may end with its line; an array literal is written ["_arr", {}, [1, 2]]`

func (r *treeReader) node() (*Node, error) {
	if r.depth++; r.depth > r.maxDepth {
		return nil, r.fail(codeTreeTooDeep, "", "nodes are nested too deep: at most %d levels are accepted", r.maxDepth)
	}
	n := &Node{}
	count := 0
	err := r.array(func() error {
		count++
		switch count {
		case 1:
			return r.head(n)
		case 2:
			if r.peek() != '{' {
				return r.fail(codeTreeForm, nodeHint, "the attributes of a node are an object")
			}
			return r.attrs(n)
		case 3:
			if r.peek() != '[' {
				return r.fail(codeTreeForm, nodeHint, "the children of a node are an array")
			}
			return r.array(func() error {
				c, err := r.value()
				n.Children = append(n.Children, c)
				return err
			})
		case 4:
			return r.position(n)
		}
		return r.fail(codeTreeForm, nodeHint, "a node has at most four elements")
	})
	if err == nil && count < 3 {
		err = r.fail(codeTreeForm, nodeHint, "a node has a head, attributes and children, this array has only %d of them", count)
	}
	r.depth--
	return n, err
}

// array reads an array, calling element at each element.
func (r *treeReader) array(element func() error) error {
	r.pos++
	if r.peek() == ']' {
		r.pos++
		return nil
	}
	for i := 0; ; i++ {
		if err := r.in("["+strconv.Itoa(i)+"]", element); err != nil {
			return err
		}
		if r.peek() != ',' {
			return r.expect(']')
		}
		r.pos++
	}
}

func (r *treeReader) head(n *Node) error {
	switch r.peek() {
	case '"':
		s, err := r.str()
		if err == nil && s == "" {
			err = r.fail(codeTreeForm, "", "the head of a node is empty")
		}
		n.Head = s
		return err
	case '[':
		h, err := r.node()
		if err == nil && h.IsName() {
			n.Head, n.Span = h.Head, h.Span
		} else {
			n.HeadExpr = h
		}
		return err
	}
	return r.fail(codeTreeForm, nodeHint, "the head of a node is a string or a node")
}

// position reads a line, or a line and a column; null and 0 stand for none.
func (r *treeReader) position(n *Node) error {
	var at []int
	one := func() error {
		if c := r.peek(); c != '-' && (c < '0' || c > '9') {
			return r.fail(codeTreeForm, nodeHint, "a position is a line, or a line and a column")
		}
		v, err := r.number()
		i, ok := v.(int64)
		if err == nil && (!ok || i < 0 || i > math.MaxInt32) {
			err = r.fail(codeTreeForm, "", "a position counts from 1")
		}
		at = append(at, int(i))
		return err
	}
	var err error
	switch c := r.peek(); {
	case c == 'n' && strings.HasPrefix(r.text[r.pos:], "null"):
		r.pos += 4
		return nil
	case c == '[':
		if err = r.array(one); err == nil && len(at) != 2 {
			err = r.fail(codeTreeForm, nodeHint, "a position is a line, or a line and a column")
		}
	default:
		err = one()
	}
	if err != nil {
		return err
	}
	n.Span.Start = source.Pos{Line: int32(at[0]), Column: 1}
	if len(at) == 2 {
		n.Span.Start.Column = int32(max(at[1], 1))
	}
	if at[0] == 0 {
		n.Span = source.Span{}
	}
	n.Span.End = n.Span.Start
	return nil
}

// attrs reads the attributes of a node.
func (r *treeReader) attrs(n *Node) error {
	r.pos++
	if r.peek() == '}' {
		r.pos++
		return nil
	}
	seen := attrOrder{unkeyed: -1, computed: -1, keys: map[string]int{}}
	for {
		if r.peek() != '"' {
			return r.syntax("the name of an attribute is expected")
		}
		name, err := r.str()
		if err == nil {
			err = r.expect(':')
		}
		if err != nil {
			return err
		}
		err = r.in(pathStep(name), func() error {
			a, err := r.attr(name, &seen)
			n.Attrs = append(n.Attrs, a)
			return err
		})
		if err != nil {
			return err
		}
		if r.peek() != ',' {
			return r.expect('}')
		}
		r.pos++
	}
}

func pathStep(name string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
	if name == "" || strings.Trim(name, plain) != "" {
		return "[" + strconv.Quote(name) + "]"
	}
	return "." + name
}

// attrOrder is what of the attributes of a node has been met.
type attrOrder struct {
	unkeyed, computed int
	keys              map[string]int
}

func (r *treeReader) attr(name string, seen *attrOrder) (Attr, error) {
	v, err := r.value()
	if err != nil {
		return Attr{}, err
	}
	rest, special := strings.CutPrefix(name, "_")
	inOrder := func(last *int, digits string) error {
		i, err := strconv.Atoi(digits)
		if err != nil || i <= *last {
			return r.fail(codeTreeAttr, "attributes stand in the order in which they are evaluated; number them 0, 1, 2, …", "the number of this attribute is not above that of the one before")
		}
		*last = i
		return nil
	}
	switch {
	case special && allDigits(rest):
		return Attr{Value: v}, inOrder(&seen.unkeyed, rest)
	case special && strings.HasPrefix(rest, "k") && allDigits(rest[1:]):
		if v.Literal || v.Head != "_key" || len(v.Children) != 2 || len(v.Attrs) > 0 || v.HeadExpr != nil {
			return Attr{}, r.fail(codeTreeAttr, `as in "_k0": ["_key", {}, [key, value]]`, "an attribute whose key is an expression is a `_key` node of key and value")
		}
		return Attr{KeyExpr: v.Children[0], Value: v.Children[1]}, inOrder(&seen.computed, rest[1:])
	}
	escaped := special && strings.HasPrefix(rest, "=")
	key, nth, numbered := cutNumber(strings.TrimPrefix(name, "_="))
	if key == "" {
		return Attr{}, r.fail(codeTreeAttr, `an attribute without a key is "_0", "_1" and so on`, "the name of an attribute is empty")
	}
	lone := !escaped && key == "_"
	if lone && !(v.Literal && v.Value == nil) {
		return Attr{}, r.fail(codeTreeAttr, "", "the value of `_`, which stands for no arguments, is null")
	}
	count := key
	if lone {
		count = "" // not to be mixed up with a key written _
	}
	seen.keys[count]++
	if have := seen.keys[count]; nth != have {
		hint := fmt.Sprintf("the second attribute of that key is %q, the third %q, in this order", key+"~2", key+"~3")
		if numbered && have == 1 {
			hint = fmt.Sprintf("for a key that really ends so write %q", "_="+key+"~"+strconv.Itoa(nth)+"~1")
		}
		return Attr{}, r.fail(codeTreeAttr, hint, "attribute %d of key %q stands where number %d is expected", nth, key, have)
	}
	if escaped && key == "_" {
		return Attr{KeyExpr: NewLiteral("_", source.Span{}), Value: v}, nil
	}
	return Attr{Key: key, Value: v}, nil
}

// number reads a number: an integer of any size, or a float.
func (r *treeReader) number() (any, error) {
	from := r.pos
	digits := func() bool {
		start := r.pos
		for r.pos < len(r.text) && r.text[r.pos] >= '0' && r.text[r.pos] <= '9' {
			r.pos++
		}
		return r.pos > start
	}
	next := func(set string) bool {
		if r.pos < len(r.text) && strings.IndexByte(set, r.text[r.pos]) >= 0 {
			r.pos++
			return true
		}
		return false
	}
	next("-")
	zero := strings.HasPrefix(r.text[r.pos:], "0")
	start := r.pos
	ok := digits() && !(zero && r.pos > start+1)
	float := false
	if ok && next(".") {
		float, ok = true, digits()
	}
	if ok && next("eE") {
		next("+-")
		float, ok = true, digits()
	}
	text := r.text[from:r.pos]
	if !ok {
		return nil, r.syntax("a malformed number")
	}
	if float {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, r.fail(codeTreeJSON, "", "this number is too large")
		}
		return f, nil
	}
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		return i, nil
	}
	if len(text) > maxDigits {
		return nil, r.fail(codeTreeJSON, "", "this number is too large: at most %d digits are accepted", maxDigits)
	}
	v, _ := new(big.Int).SetString(text, 10)
	return v, nil
}

// str reads a string.
func (r *treeReader) str() (string, error) {
	r.pos++
	from := r.pos
	var b strings.Builder
	for {
		if r.pos == len(r.text) {
			return "", r.syntax("a string is not closed")
		}
		c := r.text[r.pos]
		switch {
		case c == '"':
			b.WriteString(r.text[from:r.pos])
			r.pos++
			return b.String(), nil
		case c < 0x20:
			return "", r.syntax("a control character in a string")
		case c != '\\':
			r.pos++
			continue
		}
		b.WriteString(r.text[from:r.pos])
		if err := r.escape(&b); err != nil {
			return "", err
		}
		from = r.pos
	}
}

func (r *treeReader) escape(b *strings.Builder) error {
	rest := r.text[r.pos:]
	if len(rest) < 2 {
		return r.syntax("a string is not closed")
	}
	if i := strings.IndexByte(`"\/bfnrt`, rest[1]); i >= 0 {
		b.WriteByte("\"\\/\b\f\n\r\t"[i])
		r.pos += 2
		return nil
	}
	unit := func(s string) (rune, bool) {
		if len(s) < 6 || s[:2] != `\u` {
			return 0, false
		}
		v, err := strconv.ParseUint(s[2:6], 16, 32)
		return rune(v), err == nil
	}
	c, ok := unit(rest)
	if !ok {
		return r.syntax("an unknown escape in a string")
	}
	size := 6
	if c >= 0xd800 && c < 0xe000 {
		low, ok := unit(rest[6:])
		if c >= 0xdc00 || !ok || low < 0xdc00 || low > 0xdfff {
			return r.syntax("half of a surrogate pair in a string")
		}
		c, size = (c-0xd800)<<10+(low-0xdc00)+0x10000, 12
	}
	b.WriteRune(c)
	r.pos += size
	return nil
}
