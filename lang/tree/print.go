package tree

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/florc-lang/florc/lang/ast"
)

// Print returns the canonical source of a tree: for a wrapping define that of
// its lines. Parsing it gives the same tree again, for every tree that came
// from a text. (A tree made by hand can hold what no text gives, such as a
// name with a blank in it; the source is then as near as it gets.)
func Print(n *Node) string {
	var p printer
	if IsWrapper(n) {
		for _, c := range n.Children {
			p.line(c, 0)
		}
	} else {
		p.line(n, 0)
	}
	return p.b.String()
}

type printer struct {
	b strings.Builder
}

func (p *printer) line(n *Node, indent int) {
	text, children := stmt(n)
	p.b.WriteString(strings.Repeat(" ", indent) + text + "\n")
	for _, c := range children {
		p.line(c, indent+2)
	}
}

// stmt returns what stands on the line of a node, and what stands beneath it.
func stmt(n *Node) (text string, children []*Node) {
	if s, ok := atom(n); ok {
		return s, nil
	}
	if n.HeadExpr == nil && len(n.Attrs) == 0 {
		cs := n.Children
		switch {
		case (n.Head == "_if" || n.Head == "_unless") && len(cs) == 2:
			text, children = stmt(cs[1])
			return text + " " + n.Head[1:] + " " + argument(cs[0]), children
		case ast.IsOperator(n.Head) && len(cs) > 1:
			parts := make([]string, len(cs))
			for i, c := range cs {
				parts[i] = operand(c)
			}
			return strings.Join(parts, " "+n.Head+" "), nil
		case n.Head == "-" && len(cs) == 1 && !isNumber(cs[0]):
			return "- " + argument(cs[0]), nil
		}
	}
	text, attrs, children := headText(n)
	for i := range attrs {
		text += " " + attrText(&attrs[i])
	}
	return text, children
}

// headText returns the head of a line, and the attributes and children to
// follow it. An array or object with attributes has its items as its head.
func headText(n *Node) (string, []Attr, []*Node) {
	if h := n.HeadExpr; h != nil {
		if h.Head == "_lit" && h.HeadExpr == nil && len(h.Attrs) == 0 && len(h.Children) == 1 && h.Children[0].Literal {
			return literalText(h.Children[0].Value), n.Attrs, n.Children
		}
		return operand(h), n.Attrs, n.Children
	}
	if n.Head == "_arr" || n.Head == "_obj" {
		bare, rest := &Node{Head: n.Head, Children: n.Children}, n.Attrs
		if len(n.Children) == 0 && len(rest) > 0 && rest[0].Lone() {
			bare.Attrs, rest = rest[:1], rest[1:]
		}
		if s, ok := atom(bare); ok && !bare.IsName() {
			return s, rest, nil
		}
	}
	return nameText(n.Head), n.Attrs, n.Children
}

// nameText returns a name, in parentheses where it could open a regular
// expression.
func nameText(s string) string {
	if ast.RegexPrefixLen(s) > 0 || s == "/" {
		return "(" + s + ")"
	}
	return s
}

func attrText(a *Attr) string {
	switch {
	case a.Lone():
		return "_"
	case a.KeyExpr != nil && a.KeyExpr.Literal:
		if isNumber(a.KeyExpr) {
			return "(" + literalText(a.KeyExpr.Value) + "): " + operand(a.Value)
		}
		return literalText(a.KeyExpr.Value) + ": " + operand(a.Value)
	case a.KeyExpr != nil:
		return "(" + flat(a.KeyExpr) + "): " + operand(a.Value)
	case a.Key == "":
		return argument(a.Value)
	case plainName(a.Key):
		return a.Key + ": " + operand(a.Value)
	}
	return quote(a.Key) + ": " + operand(a.Value)
}

// operand returns a node as it stands where a value is expected.
func operand(n *Node) string {
	if s, ok := atom(n); ok && (n.Literal || !n.IsName() || plainName(n.Head) || s[0] == '(') {
		return s
	}
	return "(" + flat(n) + ")"
}

// argument returns a node as it stands after another value, where a minus
// would be taken for a subtraction.
func argument(n *Node) string {
	s := operand(n)
	if strings.IndexByte(operatorStart, s[0]) >= 0 || s == "_" {
		return "(" + s + ")"
	}
	return s
}

// flat returns a node on one line, its children joined to it.
func flat(n *Node) string {
	text, children := stmt(n)
	join := ` \ `
	for _, c := range children {
		text += join + flatItem(c)
		join = "; "
	}
	return text
}

func flatItem(n *Node) string {
	text, children := stmt(n)
	if len(children) > 0 {
		return "(" + flat(n) + ")"
	}
	return text
}

// operatorStart holds what infix operators start with that are no words.
const operatorStart = "%*/+-<>=!"

// plainName tells whether a name can stand anywhere without being taken for
// an operator or a postfix condition.
func plainName(s string) bool {
	if !ast.IsName(s) || strings.IndexByte(operatorStart, s[0]) >= 0 {
		return false
	}
	return s != "and" && s != "or" && s != "if" && s != "unless"
}

func isNumber(n *Node) bool {
	if !n.Literal {
		return false
	}
	switch n.Value.(type) {
	case int64, *big.Int, float64:
		return true
	}
	return false
}

// atom returns a node that has a form of its own: a literal, name, path,
// array, object, string or regular expression.
func atom(n *Node) (string, bool) {
	switch {
	case n.Literal:
		return literalText(n.Value), true
	case n.HeadExpr != nil:
		return "", false
	case n.IsName():
		return nameText(n.Head), true
	}
	switch n.Head {
	case "_arr":
		return collection(n, "[", "]", 1)
	case "_obj":
		return collection(n, "{", "}", 2)
	case "_rxs":
		return regexText(n)
	}
	if len(n.Attrs) > 0 {
		return "", false
	}
	switch n.Head {
	case "_ref":
		return pathText(n.Children)
	case "_dqs":
		return templateText(n.Children)
	}
	return "", false
}

func literalText(v any) string {
	if s, ok := v.(string); ok {
		return quote(s)
	}
	return string(appendLiteral(nil, v))
}

func quote(s string) string {
	return string(append(appendEscaped([]byte{'\''}, s, '\''), '\''))
}

func collection(n *Node, open, close string, size int) (string, bool) {
	if len(n.Children) == 0 {
		return open + close, len(n.Attrs) == 1 && n.Attrs[0].Lone()
	}
	if len(n.Attrs) > 0 || len(n.Children)%size != 0 {
		return "", false
	}
	text := open + " "
	for i, c := range n.Children {
		switch {
		case i == 0:
		case size == 2 && i%2 == 1:
			text += ": "
		default:
			text += ", "
		}
		text += operand(c)
	}
	return text + " " + close, true
}

// pathText returns a path: a name, then fields and indexes.
func pathText(steps []*Node) (string, bool) {
	if len(steps) < 2 || !steps[0].Literal {
		return "", false
	}
	text, ok := steps[0].Value.(string)
	if !ok || !ast.IsName(text) {
		return "", false
	}
	for _, s := range steps[1:] {
		if i, ok := s.Value.(int64); ok && i >= 0 {
			text += "." + strconv.FormatInt(i, 10)
		} else if f, ok := s.Value.(string); ok && fieldText(f) {
			text += "." + f
		} else {
			text += "[" + indexText(s) + "]"
		}
	}
	return text, true
}

// fieldText tells whether a field can be written after a dot; a slash in it
// could end what starts like a regular expression.
func fieldText(s string) bool {
	return s != "" && ast.SymbolLen(s) == len(s) && !allDigits(s) && !strings.Contains(s, "/")
}

func indexText(n *Node) string {
	if !n.Literal && n.HeadExpr == nil && n.Head == "_arr" && len(n.Attrs) == 0 && len(n.Children) > 1 {
		parts := make([]string, len(n.Children))
		for i, c := range n.Children {
			parts[i] = indexItem(c)
		}
		return strings.Join(parts, "; ")
	}
	return indexItem(n)
}

func indexItem(n *Node) string {
	if !n.Literal && n.HeadExpr == nil && n.Head == "_obj" && len(n.Attrs) == 0 {
		c := n.Children
		named := func(i int, name string) bool { return c[i].Literal && c[i].Value == name }
		switch {
		case len(c) == 4 && named(0, "start") && named(2, "count"):
			return operand(c[1]) + ", " + operand(c[3])
		case len(c) == 6 && named(0, "start") && named(2, "end") && named(4, "step"):
			return operand(c[1]) + ":" + operand(c[3]) + ":" + operand(c[5])
		}
	}
	return operand(n)
}

// templateText returns a double-quoted string.
func templateText(pieces []*Node) (string, bool) {
	b := []byte{'"'}
	dollars, text := false, false
	for _, p := range pieces {
		if s, ok := p.Value.(string); ok && p.Literal && !text && s != "" {
			for i, part := range strings.Split(s, "$(") {
				if i > 0 {
					b = append(b, `\$(`...)
				}
				b = appendEscaped(b, part, '"')
			}
			text = true
			continue
		}
		s, ok := dollarText(p)
		if !ok {
			return "", false
		}
		b = append(b, s...)
		dollars, text = true, false
	}
	return string(append(b, '"')), dollars
}

func dollarText(n *Node) (string, bool) {
	if n.Literal || n.HeadExpr != nil || n.Head != "_dol" || len(n.Attrs) > 0 || len(n.Children) == 0 {
		return "", false
	}
	text := "$("
	for i, alt := range n.Children {
		if alt.Literal || alt.HeadExpr != nil || alt.Head != "_dmute" || len(alt.Attrs) > 0 || len(alt.Children) == 0 {
			return "", false
		}
		if i > 0 {
			text += " || "
		}
		for j, line := range alt.Children {
			if j > 0 {
				text += " | "
			}
			text += flatItem(line)
		}
	}
	return text + ")", true
}

// regexText returns a regular expression, where it can be written as one.
func regexText(n *Node) (string, bool) {
	options := ""
	if len(n.Attrs) > 0 {
		a := &n.Attrs[0]
		s, ok := a.Value.Value.(string)
		if len(n.Attrs) > 1 || a.Key != "rxopts" || !ok || s == "" || !a.Value.Literal {
			return "", false
		}
		for i := range len(s) {
			if !ast.IsRegexOption(s[i]) {
				return "", false
			}
		}
		options = s
	}
	body, text := "", false
	for _, p := range n.Children {
		s, literal := p.Value.(string)
		var ok bool
		if literal {
			ok = p.Literal && !text && s != ""
			if ok {
				s, ok = regexPiece(s)
			}
		} else if s, ok = dollarText(p); strings.Contains(s, "r/") {
			ok = false // the slash could be taken for the closing one
		}
		if !ok {
			return "", false
		}
		body += s
		text = literal
	}
	return "r/" + body + "/" + options, body != ""
}

// regexPiece returns the text of a regular expression as it stands between
// slashes.
func regexPiece(s string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\':
			i++
			if i == len(s) || s[i] == '/' || s[i] == 'u' || s[i] < 0x20 {
				return "", false
			}
			b.WriteString(s[i-1 : i+1])
		case c == '/':
			b.WriteString(`\/`)
		case c == '$' && strings.HasPrefix(s[i:], "$("):
			return "", false
		case c < 0x20 && c != '\t':
			b.WriteString(`\u00` + string(hexDigits[c>>4]) + string(hexDigits[c&15]))
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), true
}
