package feature

import (
	"slices"
	"sort"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/source"
)

// TokenType says what a token is: an index into TokenTypes.
type TokenType int

// The types of tokens.
const (
	TokenProcedure TokenType = iota
	TokenFunction
	TokenTasker
	TokenParameter
	TokenVariable
	TokenField
	TokenTag
	TokenSignal
	TokenAttribute
	TokenProperty
	TokenString
	TokenNumber
	TokenRegexp
	TokenOperator
	TokenKeyword
	TokenComment
)

// TokenTypes names the types of tokens. Names that the Language Server
// Protocol does not know have one in StandardTypes that it does.
var TokenTypes = []string{"procedure", "function", "tasker", "parameter", "variable", "field", "tag", "signal", "attribute",
	"property", "string", "number", "regexp", "operator", "keyword", "comment"}

// StandardTypes gives for each of TokenTypes the type of the protocol that is
// most like it.
var StandardTypes = []string{"function", "function", "class", "parameter", "variable", "property", "enumMember", "event", "property",
	"property", "string", "number", "regexp", "operator", "keyword", "comment"}

// TokenModifier says more of a token: each is a bit.
type TokenModifier int

// The modifiers, in the order of TokenModifiers.
const (
	TokenDefinition TokenModifier = 1 << iota
	TokenReadonly
	TokenDefaultLibrary
	TokenModification
)

// TokenModifiers names the modifiers, the one of the lowest bit first.
var TokenModifiers = []string{"definition", "readonly", "defaultLibrary", "modification"}

// Token is a stretch of text with what it is. It does not span lines.
type Token struct {
	Start, End int // offsets
	Type       TokenType
	Modifiers  TokenModifier
}

// Tokens returns the tokens of a file in order, apart from each other: what
// the syntax says, and what names mean.
func Tokens(v *analysis.View) []Token { return TokensIn(v, 0, len(v.Source().Text)) }

// TokensIn returns the tokens of a file that have a part in a stretch of text.
func TokensIn(v *analysis.View, from, to int) []Token {
	var list []Token
	for _, s := range v.Stretches() {
		if s.From <= to && from <= s.To {
			list = append(list, TokensOf(v, s)...)
		}
	}
	i := sort.Search(len(list), func(i int) bool { return list[i].End > from })
	j := sort.Search(len(list), func(i int) bool { return list[i].Start >= to })
	return list[i:max(i, j)]
}

// TokensOf returns the tokens of a stretch of a file.
func TokensOf(v *analysis.View, s analysis.Stretch) []Token {
	t := &tokenizer{v: v, from: s.From, first: make([]int32, s.To-s.From+1)}
	t.list = make([]Token, 0, len(s.Refs)+len(s.Symbols)+(s.To-s.From)/16)
	t.meanings(s.Part)
	if s.Line >= 0 {
		ast.WalkLine(v.Syntax(), v.Syntax().Lines[s.Line], t.visit)
	}
	comments := v.Syntax().Comments
	for i := sort.Search(len(comments), func(i int) bool { return comments[i].Start >= s.From }); i < len(comments) && comments[i].Start < s.To; i++ {
		t.add(comments[i].Start, comments[i].End, TokenComment, 0)
	}
	out := make([]Token, 0, len(t.list))
	for at := 0; at < len(t.first); {
		if i := t.first[at]; i > 0 {
			out = append(out, t.list[i-1])
			at = t.list[i-1].End - t.from
		} else {
			at++
		}
	}
	return out
}

type tokenizer struct {
	v    *analysis.View
	list []Token
	from int // the offset that the stretch starts at
	// first holds for each offset from there the number, from 1, of the first
	// token in list that starts there. Of several at one offset the first one
	// counts.
	first []int32
}

func (t *tokenizer) put(tok Token) {
	if at := tok.Start - t.from; tok.Start < tok.End && 0 <= at && at < len(t.first) && t.first[at] == 0 {
		t.list = append(t.list, tok)
		t.first[at] = int32(len(t.list))
	}
}

// meanings notes what names mean.
func (t *tokenizer) meanings(p *analysis.Part) {
	note := func(s source.Span, name string, kind TokenType, mods TokenModifier) {
		if s.IsValid() && named(t.v.File, s, name) {
			t.put(Token{t.v.Offset(s.Start), t.v.Offset(s.End), kind, mods})
		}
	}
	for _, m := range p.Mentions {
		if kind, known := entityTokens[m.Entity]; known {
			note(m.Span, m.Name, kind, roleModifier[m.Role])
		}
	}
	for _, s := range p.Symbols {
		kind := TokenVariable
		switch {
		case s.Kind == analysis.Parameter, s.Kind == analysis.Binding:
			kind = TokenParameter
		case functionNode(s) != nil:
			kind = TokenFunction
		}
		if s.Name != "match" && s.Name != "matched" {
			note(s.Span, s.Name, kind, TokenDefinition)
		}
	}
	for _, r := range p.Refs {
		kind, mods := t.reference(r)
		note(r.Span, r.Name, kind, mods)
	}
}

var entityTokens = map[analysis.Entity]TokenType{
	analysis.Tag: TokenTag, analysis.Field: TokenField, analysis.Signal: TokenSignal, analysis.Tasker: TokenTasker,
}

var roleModifier = map[analysis.Role]TokenModifier{analysis.Defines: TokenDefinition, analysis.Changes: TokenModification}

func (t *tokenizer) reference(r *analysis.Reference) (TokenType, TokenModifier) {
	env := t.v.Env
	if ast.IsOperator(r.Name) {
		return TokenOperator, 0
	}
	for s := r.Scope; s != nil; s = s.Parent {
		if here := t.v.NamedIn(s, r.Name); len(here) > 0 {
			switch {
			case here[0].Kind == analysis.Parameter, here[0].Kind == analysis.Binding:
				return TokenParameter, 0
			case slices.ContainsFunc(t.v.Named(r.Name), func(s *analysis.Symbol) bool { return functionNode(s) != nil }):
				return TokenFunction, 0
			}
			return TokenVariable, 0
		}
	}
	switch {
	case env.Proc(r.Name) != nil:
		return TokenProcedure, TokenDefaultLibrary
	case env.Var(r.Name) != nil:
		return TokenVariable, TokenReadonly
	case env.Tasker(r.Name) != nil:
		return TokenTasker, 0
	case r.Head:
		if t.v.IsDefined(r) {
			return TokenFunction, 0
		}
		return TokenTasker, 0
	case isImplicit(r.Name):
		return TokenVariable, TokenDefaultLibrary
	}
	return TokenVariable, 0
}

// add notes a token, a part of it for each line.
func (t *tokenizer) add(start, end int, kind TokenType, mods TokenModifier) {
	text := t.v.Source().Text
	for i := start; i < end; i++ {
		if text[i] == '\n' || text[i] == '\r' {
			t.put(Token{start, i, kind, mods})
			start = i + 1
		}
	}
	t.put(Token{start, end, kind, mods})
}

// visit notes what the syntax says.
func (t *tokenizer) visit(base int, n ast.Node) bool {
	b := n.Bounds()
	start, end := base+b.Start, base+b.End
	switch n := n.(type) {
	case *ast.Attr:
		if key, ok := n.Key.(*ast.Name); ok {
			t.add(base+key.Start, base+key.End, TokenAttribute, 0)
		}
	case *ast.Postfix:
		t.add(base+n.Word.Start, base+n.Word.End, TokenKeyword, 0)
	case *ast.Operator:
		t.add(start, end, TokenOperator, 0)
	case *ast.Name:
		kind := TokenVariable
		switch n.Text {
		case "_", "else", "flank", "off", "disable", "disabled", "error", "cancel", "timeout", "receive":
			kind = TokenKeyword
		}
		t.add(start, end, kind, 0)
	case *ast.Literal:
		switch n.Value.(type) {
		case string:
			if i := t.first[min(start+1, end)-t.from]; i > 0 && t.list[i-1].End == end-1 {
				return true // its name stands in it
			}
			t.add(start, end, TokenString, 0)
		case bool, nil:
			t.add(start, end, TokenKeyword, 0)
		default:
			t.add(start, end, TokenNumber, 0)
		}
	case *ast.Ref:
		kind := TokenVariable
		switch n.Root.Text {
		case "f", "fld", "field", "t", "tag", "node", "exe", "execution", "v", "var", "variable", "lv", "lvar", "lvariable", "gv", "gvar", "gvariable":
			kind = TokenKeyword
		}
		t.add(base+n.Root.Start, base+n.Root.End, kind, 0)
	case *ast.Step:
		if n.Name != "" {
			at := max(start, end-len(n.Name))
			t.add(at, end, TokenProperty, 0)
		}
	case *ast.Entry:
		if key, ok := n.Key.(*ast.Name); ok {
			t.add(base+key.Start, base+key.End, TokenProperty, 0)
		}
	case *ast.Template:
		t.pieces(base, start, end, n.Pieces, TokenString)
	case *ast.Regex:
		t.pieces(base, start, end, append(n.Pieces[:len(n.Pieces):len(n.Pieces)], n.Options...), TokenRegexp)
	}
	return true
}

// pieces notes what a string or regular expression is made of, around what
// stands in $(…).
func (t *tokenizer) pieces(base, start, end int, ps []ast.Piece, kind TokenType) {
	for i := range ps {
		if ps[i].Dollar != nil {
			t.add(start, base+ps[i].Start, kind, 0)
			start = base + ps[i].End
		}
	}
	t.add(start, end, kind, 0)
}
