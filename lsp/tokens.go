package lsp

import (
	"slices"
	"strconv"

	"go.lsp.dev/protocol"

	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lsp/feature"
)

// tokenTypes returns the types of tokens by the names that the editor knows.
func tokenTypes(known []string) []string {
	names := slices.Clone(feature.TokenTypes)
	for i, name := range names {
		if !slices.Contains(known, name) {
			names[i] = feature.StandardTypes[i]
		}
	}
	return names
}

// lastTokens is what an editor was told of a document's tokens, so that it can
// be told what is different the next time.
type lastTokens struct {
	id   string
	data []uint32
}

func (q *query) tokens(p *protocol.SemanticTokensParams) (*protocol.SemanticTokens, error) {
	x, err := q.whole(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	data := q.encode(x.src, feature.Tokens(x.view))
	_, id := q.remember(x.document, data)
	return &protocol.SemanticTokens{ResultID: &id, Data: data}, nil
}

func (q *query) tokensDelta(p *protocol.SemanticTokensDeltaParams) (protocol.SemanticTokensDeltaResult, error) {
	x, err := q.whole(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	data := q.encode(x.src, feature.Tokens(x.view))
	last, id := q.remember(x.document, data)
	if last.id == "" || last.id != p.PreviousResultID {
		return &protocol.SemanticTokens{ResultID: &id, Data: data}, nil
	}
	return &protocol.SemanticTokensDelta{ResultID: &id, Edits: tokenEdits(last.data, data)}, nil
}

func (q *query) tokensRange(p *protocol.SemanticTokensRangeParams) (*protocol.SemanticTokens, error) {
	x, err := q.whole(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	from, to := q.stretch(x.src, p.Range)
	return &protocol.SemanticTokens{Data: q.encode(x.src, feature.TokensIn(x.view, from, to))}, nil
}

// remember notes what the editor is told, and returns what it was told before.
func (q *query) remember(d *document, data []uint32) (last lastTokens, id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	last = q.told[d.key]
	q.tokenCount++
	id = strconv.Itoa(q.tokenCount)
	q.told[d.key] = lastTokens{id, data}
	return last, id
}

// tokenUnit is how many numbers stand for a token.
const tokenUnit = 5

// encode writes tokens as the protocol has them: each counted from the one
// before it.
func (q *query) encode(src *source.File, tokens []feature.Token) []uint32 {
	data := make([]uint32, 0, tokenUnit*len(tokens))
	line, start := 1, 0 // of the text that was passed
	lastLine, lastColumn := 1, uint32(0)
	for _, t := range tokens {
		for line < src.LineCount() && src.LineStart(line+1) <= t.Start {
			line++
			start = src.LineStart(line)
		}
		column := q.units(src.Text[start:t.Start])
		delta := column
		if line == lastLine {
			delta = column - lastColumn
		}
		data = append(data, uint32(line-lastLine), delta, q.units(src.Text[t.Start:t.End]), uint32(t.Type), uint32(t.Modifiers))
		lastLine, lastColumn = line, column
	}
	return data
}

// tokenEdits returns what makes one list of tokens of another: at most one
// stretch that is replaced.
func tokenEdits(old, now []uint32) []protocol.SemanticTokensEdit {
	head := 0
	for head < len(old) && head < len(now) && old[head] == now[head] {
		head++
	}
	head -= head % tokenUnit
	tail := 0
	for tail < len(old)-head && tail < len(now)-head && old[len(old)-1-tail] == now[len(now)-1-tail] {
		tail++
	}
	tail -= tail % tokenUnit
	if len(old) == len(now) && head+tail >= len(old) {
		return []protocol.SemanticTokensEdit{}
	}
	return []protocol.SemanticTokensEdit{{
		Start: uint32(head), DeleteCount: uint32(len(old) - tail - head), Data: now[head : len(now)-tail],
	}}
}
