package lsp

import (
	"slices"
	"strconv"

	"go.lsp.dev/protocol"

	"github.com/florc-lang/florc/lang/analysis"
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

// tokenUnit is how many numbers stand for a token.
const tokenUnit = 5

// tokenChunk is the tokens of a stretch of a document as the protocol has them:
// each counted from the one before it, the first one from the start of the row
// that the stretch starts on.
type tokenChunk struct {
	data []uint32
	rows uint32 // from that row to the one that the next stretch starts on
	// where the last token starts, the row counted from that row
	lastRow, lastColumn uint32
}

// chunk encodes the tokens of a stretch.
func (q *query) chunk(v *analysis.View, s analysis.Stretch) tokenChunk {
	first := v.Source().LineAt(s.From)
	c := q.encode(v.Source(), feature.TokensOf(v, s), first)
	c.rows = uint32(v.Source().LineAt(s.To) - first)
	return c
}

// encode encodes tokens; rows are counted from the first one.
func (q *query) encode(src *source.File, tokens []feature.Token, first int) tokenChunk {
	c := tokenChunk{data: make([]uint32, 0, tokenUnit*len(tokens))}
	row, start := first, src.LineStart(first) // of the text that was passed
	for _, t := range tokens {
		for row < src.LineCount() && src.LineStart(row+1) <= t.Start {
			row++
			start = src.LineStart(row)
		}
		at, column := uint32(row-first), q.units(src.Text[start:t.Start])
		delta := column
		if at == c.lastRow {
			delta = column - c.lastColumn
		}
		c.data = append(c.data, at-c.lastRow, delta, q.units(src.Text[t.Start:t.End]), uint32(t.Type), uint32(t.Modifiers))
		c.lastRow, c.lastColumn = at, column
	}
	return c
}

// tokenWriter puts chunks together.
type tokenWriter struct {
	data                     []uint32
	row, lastRow, lastColumn uint32 // of the stretch at hand, and where the last token starts
}

// pass goes on behind a chunk; add writes it as well.
func (w *tokenWriter) pass(c *tokenChunk) {
	if len(c.data) > 0 {
		w.lastRow, w.lastColumn = w.row+c.lastRow, c.lastColumn
	}
	w.row += c.rows
}

func (w *tokenWriter) add(c *tokenChunk) {
	if at := len(w.data); len(c.data) > 0 {
		w.data = append(w.data, c.data...)
		if w.data[at] += w.row - w.lastRow; w.data[at] == 0 {
			w.data[at+1] -= w.lastColumn
		}
	}
	w.pass(c)
}

// tokensAnswer is protocol.SemanticTokens.
type tokensAnswer struct {
	id     string // none for ""
	chunks []*tokenChunk
}

func (a *tokensAnswer) appendJSON(b []byte) []byte {
	b = append(b, '{')
	if a.id != "" {
		b = append(strconv.AppendQuote(append(b, `"resultId":`...), a.id), ',')
	}
	b = append(b, `"data":[`...)
	from := len(b)
	var w tokenWriter
	for _, c := range a.chunks {
		w.data = w.data[:0]
		w.add(c)
		for _, n := range w.data {
			b = append(strconv.AppendUint(b, uint64(n), 10), ',')
		}
	}
	if len(b) > from {
		b = b[:len(b)-1]
	}
	return append(b, "]}"...)
}

// lastTokens is what an editor was told of a document's tokens, so that it can
// be told what is different the next time.
type lastTokens struct {
	id     string
	chunks []*tokenChunk
}

func (q *query) tokens(p *protocol.SemanticTokensParams) (*tokensAnswer, error) {
	x, err := q.whole(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	chunks := x.cache.tokens.Each(x.view, q.chunk)
	_, id := q.remember(x.document, chunks)
	return &tokensAnswer{id, chunks}, nil
}

func (q *query) tokensDelta(p *protocol.SemanticTokensDeltaParams) (any, error) {
	x, err := q.whole(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	chunks := x.cache.tokens.Each(x.view, q.chunk)
	last, id := q.remember(x.document, chunks)
	if last.id == "" || last.id != p.PreviousResultID {
		return &tokensAnswer{id, chunks}, nil
	}
	return &protocol.SemanticTokensDelta{ResultID: &id, Edits: tokenEdits(last.chunks, chunks)}, nil
}

func (q *query) tokensRange(p *protocol.SemanticTokensRangeParams) (*protocol.SemanticTokens, error) {
	x, err := q.whole(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	from, to := q.stretch(x.src, p.Range)
	return &protocol.SemanticTokens{Data: q.encode(x.src, feature.TokensIn(x.view, from, to), 1).data}, nil
}

// remember notes what the editor is told, and returns what it was told before.
func (q *query) remember(d *document, chunks []*tokenChunk) (last lastTokens, id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	last = q.told[d.key]
	q.tokenCount++
	id = strconv.Itoa(q.tokenCount)
	q.told[d.key] = lastTokens{id, chunks}
	return last, id
}

// tokenEdits returns what makes one list of tokens of another: at most one
// stretch that is replaced.
func tokenEdits(old, now []*tokenChunk) []protocol.SemanticTokensEdit {
	var was tokenWriter
	from, head := 0, 0 // numbers, and chunks, that are the same
	for head < min(len(old), len(now)) && old[head] == now[head] {
		from += len(now[head].data)
		was.pass(now[head])
		head++
	}
	tail := 0
	for tail < min(len(old), len(now))-head && old[len(old)-1-tail] == now[len(now)-1-tail] {
		tail++
	}
	is := was
	for _, c := range old[head : len(old)-tail] {
		was.add(c)
	}
	for _, c := range now[head : len(now)-tail] {
		is.add(c)
	}
	for _, c := range now[len(now)-tail:] {
		if len(c.data) > 0 { // what comes first behind them counts from their last token
			first := &tokenChunk{data: c.data[:tokenUnit]}
			was.add(first)
			is.add(first)
			break
		}
		was.pass(c)
		is.pass(c)
	}
	a, b := was.data, is.data
	same := 0
	for same < min(len(a), len(b)) && a[same] == b[same] {
		same++
	}
	same -= same % tokenUnit
	end := 0
	for end < min(len(a), len(b))-same && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	end -= end % tokenUnit
	if len(a) == len(b) && same+end >= len(a) {
		return []protocol.SemanticTokensEdit{}
	}
	return []protocol.SemanticTokensEdit{{
		Start: uint32(from + same), DeleteCount: uint32(len(a) - end - same), Data: b[same : len(b)-end],
	}}
}
