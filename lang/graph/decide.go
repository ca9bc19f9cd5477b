package graph

import "strings"

// decision draws if, cond, case and match.
func (b *builder) decision(p part) *block {
	s := &block{shape: series, falls: true}
	if len(p.args()) == 0 {
		return s
	}
	x := b.add(Decision, p)
	d := &block{shape: choice, node: x.node}
	arm := func(q part, label string) {
		y := &block{shape: series, falls: true}
		if q.node != nil {
			y = b.statements([]part{q})
		}
		y.label = label
		d.items = append(d.items, y)
		d.falls = d.falls || y.falls
	}
	before := func(q part) {
		if q.node != nil && b.of(q.node) != 0 {
			s.append(b.statement(q))
		}
	}
	args := append(p.args(), part{}, part{}, part{})
	switch name := b.procs[p.node.Head].Name(); name {
	case "if":
		before(args[0])
		x.node.Title, x.node.decides = b.question(args[0].node), true
		yes, no := "yes", "no"
		if strings.Contains(p.node.Head, "unless") {
			yes, no = no, yes
		}
		arm(args[1], yes)
		arm(args[2], no)
	default:
		rules := b.arms(p)
		x.node.Title = rules.title
		before(rules.subject)
		last := ""
		for _, a := range rules.arms {
			last = b.when(p, a.when)
			arm(a.then, last)
		}
		if last != otherwise {
			arm(part{}, otherwise)
		}
	}
	s.append(d)
	return s
}

const otherwise = "otherwise"

// when returns the condition of an arm, as text. An array of values, in a
// case, needs no brackets.
func (b *builder) when(decision, p part) string {
	n := p.node
	if n.IsName() && (n.Head == "else" || n.Head == "_") {
		return otherwise
	}
	text := b.words(n)
	if list, ok := strings.CutPrefix(text, "["); ok && n.Head == "_arr" && len(n.Children) > 0 && decision.node.Head == "case" {
		return strings.TrimSpace(strings.TrimSuffix(list, "]"))
	}
	return text
}

// arms are those of a cond, case or match.
type arms struct {
	title   string
	subject part
	arms    []arm
}

func (b *builder) arms(p part) arms {
	if b.procs[p.node.Head].Name() == "cond" {
		args := append(p.args(), part{})
		a := arms{title: "which holds first?"}
		for i := 0; i+1 < len(args); i += 2 {
			a.arms = append(a.arms, arm{args[i], args[i+1]})
		}
		return a
	}
	subject, list := armsOf(p)
	title := "f.ret"
	if subject.node != nil {
		title = b.line(subject.node)
	}
	return arms{title: title + " is?", subject: subject, arms: list}
}

// rules returns the rows of a decision as a table, and its title.
func (b *builder) rules(p part) (rows []Rule, title string) {
	if b.procs[p.node.Head].Name() == "if" {
		args := append(p.args(), part{}, part{}, part{})
		words := []string{"yes", "no"}
		if strings.Contains(p.node.Head, "unless") {
			words = []string{"no", "yes"}
		}
		for i, word := range words {
			if args[i+1].node != nil {
				rows = append(rows, Rule{word, b.line(args[i+1].node)})
			}
		}
		if args[0].node == nil {
			return nil, ""
		}
		return rows, b.question(args[0].node)
	}
	a := b.arms(p)
	for _, arm := range a.arms {
		then := "nothing"
		if arm.then.node != nil {
			then = b.line(arm.then.node)
		}
		rows = append(rows, Rule{b.when(p, arm.when), then})
	}
	return rows, a.title
}

func (b *builder) table(p part) *block {
	x := b.add(Rules, p)
	x.node.Rules, x.node.Title = b.rules(p)
	if rows := x.node.Rules; len(rows) > maxRulesRows {
		x.node.Rules = append(rows[:maxRulesRows-1:maxRulesRows-1], Rule{"…", counted(len(rows)-maxRulesRows+1, "more row")})
	}
	return x
}
