package graph

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// The lines of Mermaid that a chart may consist of. A text has no character
// that could mean anything but itself.
var (
	mermaidQuoted = `"(?:[A-Za-z0-9 ,.:\-_'?!=+/]|[^\x00-\x7f]|#[0-9]+;|<br/>)*"`
	mermaidLines  = []*regexp.Regexp{
		regexp.MustCompile(`^subgraph g\d+\[` + mermaidQuoted + `\]$`),
		regexp.MustCompile(`^n\d+(?:\(\[Q\]\)|\(Q\)|\{\{Q\}\}|\[\[Q\]\]|\[Q\]|>Q\]):::k[a-z]+$`),
		regexp.MustCompile(`^[ng]\d+ (?:-->|-\.->)(?:\|Q\|)? [ng]\d+$`),
		regexp.MustCompile(`^end$`),
		regexp.MustCompile(`^classDef k[a-z]+ [a-z0-9#:,]+$`),
	}
	mermaidText1 = regexp.MustCompile(mermaidQuoted)
)

func verifyMermaid(text string) error {
	first, rest, _ := strings.Cut(text, "\n")
	if first != "flowchart TD" {
		return fmt.Errorf("Mermaid starts with %q", first)
	}
	depth := 0
next:
	for line := range strings.Lines(rest) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "subgraph "):
			depth++
		case line == "end":
			if depth--; depth < 0 {
				return fmt.Errorf("Mermaid: an end too many")
			}
		}
		for i, rx := range mermaidLines {
			l := line
			if i > 0 {
				l = mermaidText1.ReplaceAllString(line, "Q")
			}
			if rx.MatchString(l) {
				continue next
			}
		}
		return fmt.Errorf("this is no Mermaid: %q", line)
	}
	if depth != 0 {
		return fmt.Errorf("Mermaid: %d ends are missing", depth)
	}
	return nil
}

// verifyDOT parses a text with the grammar of DOT, as far as charts use it.
func verifyDOT(text string) error {
	p := &dotParser{text: text}
	if err := p.lex(); err != nil {
		return err
	}
	if err := p.graph(); err != nil {
		return fmt.Errorf("DOT: %w, before %q", err, strings.Join(p.tokens[p.at:min(len(p.tokens), p.at+5)], " "))
	}
	return nil
}

type dotParser struct {
	text   string
	tokens []string
	at     int
}

var dotToken = regexp.MustCompile(`^(?:"(?:[^"\\\n]|\\["\\n])*"|[A-Za-z_][A-Za-z_0-9]*|-?[0-9]+|->|[{}\[\]=])`)

func (p *dotParser) lex() error {
	for rest := p.text; ; {
		rest = strings.TrimLeft(rest, " \n")
		if rest == "" {
			return nil
		}
		t := dotToken.FindString(rest)
		if t == "" {
			return fmt.Errorf("DOT: no token: %.40q", rest)
		}
		p.tokens = append(p.tokens, t)
		rest = rest[len(t):]
	}
}

func (p *dotParser) peek() string {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return ""
}

func (p *dotParser) take(want string) error {
	if p.peek() != want {
		return fmt.Errorf("%s is missing", want)
	}
	p.at++
	return nil
}

func (p *dotParser) id() error {
	if t := p.peek(); t == "" || strings.Contains("{}[]=->", t) {
		return fmt.Errorf("an id is missing")
	}
	p.at++
	return nil
}

func (p *dotParser) graph() error {
	if err := p.take("digraph"); err != nil {
		return err
	}
	if err := p.id(); err != nil {
		return err
	}
	if err := p.statements(); err != nil {
		return err
	}
	if p.peek() != "" {
		return fmt.Errorf("something follows")
	}
	return nil
}

func (p *dotParser) statements() error {
	if err := p.take("{"); err != nil {
		return err
	}
	for p.peek() != "}" {
		if p.peek() == "subgraph" {
			p.at++
			if err := p.id(); err != nil {
				return err
			}
			if err := p.statements(); err != nil {
				return err
			}
			continue
		}
		if err := p.id(); err != nil {
			return err
		}
		switch p.peek() {
		case "=", "->":
			p.at++
			if err := p.id(); err != nil {
				return err
			}
		}
		if p.peek() == "[" {
			if err := p.attributes(); err != nil {
				return err
			}
		}
	}
	return p.take("}")
}

func (p *dotParser) attributes() error {
	for p.at++; p.peek() != "]"; {
		if err := p.id(); err != nil {
			return err
		}
		if err := p.take("="); err != nil {
			return err
		}
		if err := p.id(); err != nil {
			return err
		}
	}
	p.at++
	return nil
}

// TestEscapes draws texts that mean something to the formats.
func TestEscapes(t *testing.T) {
	nasty := []string{`<script>alert(1)</script>`, `"]; x --> y; %% `, "#quot; #35; &amp; ]]> -->", `\" \\ \n {a|b} <b>`, "`end` end subgraph",
		"emoji 👍🏽 漢字 e\u0301 \u202e", "a\x01b\x7f", strings.Repeat("long ", 200), "", " ", `\`, `"`, "'"}
	for _, s := range nasty {
		quoted := strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s)
		text := fmt.Sprintf("task '%s' '%s' tag: '%s' x: '%s'\nif f.x == '%s'\n  sequence tag: '%s' timeout: '%s'\n    sleep '%s'\n"+
			"case f.x\n  '%s'; task 'a'\n  else; task 'b'\nset f.x '%s'\nfail '%s'\n", quoted, quoted, quoted, quoted, quoted, quoted, quoted, quoted, quoted, quoted, quoted)
		g := draw("n.flo", text)
		g.Name = s
		if err := verify(g); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// TestVerifyFormats has the parsers refuse what is wrong.
func TestVerifyFormats(t *testing.T) {
	for _, bad := range []string{"flowchart TD\n  n1[\"a\"b\"]:::kx\n", "flowchart TD\n  n1[\"#\"]:::kx\n", "flowchart TD\n  end\n", "flowchart TD\n  n1 --> end\n"} {
		if verifyMermaid(bad) == nil {
			t.Errorf("taken for Mermaid: %q", bad)
		}
	}
	for _, bad := range []string{`digraph "a {}`, `digraph a { n1 [label="a"b"] }`, `digraph a { n1 -> }`, `digraph a {`, `digraph a { x [label] }`} {
		if verifyDOT(bad) == nil {
			t.Errorf("taken for DOT: %q", bad)
		}
	}
}
