package lsp

import (
	"encoding/json"
	"slices"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/florc-lang/florc/lsp/feature"
)

func (q *query) hints(p *protocol.InlayHintParams) ([]protocol.InlayHint, error) {
	x, err := q.whole(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	list := []protocol.InlayHint{}
	from, to := q.stretch(x.src, p.Range)
	for _, h := range feature.Hints(x.view, from, to) {
		out := protocol.InlayHint{Position: q.position(x.src, h.At), Label: protocol.String(h.Label)}
		if h.After {
			out.Kind, out.PaddingLeft = protocol.InlayHintKindType, new(true)
		} else {
			out.Kind, out.PaddingRight = protocol.InlayHintKindParameter, new(true)
		}
		list = append(list, out)
	}
	return list, nil
}

// The commands that lenses may have. They are the editor's: it says which it
// knows when it initializes the server.
const (
	commandRun        = "flor.runFile"
	commandGraph      = "flor.showGraph"
	commandReferences = "flor.showReferences"
)

var lensCommands = map[feature.LensCommand]string{
	feature.RunLens: commandRun, feature.GraphLens: commandGraph, feature.ReferencesLens: commandReferences,
}

// lensData is what an editor hands back to have a lens resolved.
type lensData struct {
	URI     string              `json:"uri"`
	Command feature.LensCommand `json:"command"`
}

// lenses lists the lenses of a document: those with commands that the editor
// knows, and those that tell something by their titles.
func (q *query) lenses(p *protocol.CodeLensParams) ([]protocol.CodeLens, error) {
	x, err := q.whole(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	list := []protocol.CodeLens{}
	for _, l := range feature.Lenses(x.view) {
		out := protocol.CodeLens{Range: q.span(x.src, l.Span)}
		switch {
		case l.Title == "":
			out.Data, err = json.Marshal(lensData{string(x.uri), l.Command})
		case !q.client.knows(lensCommands[l.Command]):
			continue
		default:
			out.Command, err = command(l.Title, lensCommands[l.Command], x.uri)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, out)
	}
	return list, nil
}

func (q *query) resolveLens(lens *protocol.CodeLens) (*protocol.CodeLens, error) {
	if len(lens.Data) == 0 {
		return lens, nil
	}
	var data lensData
	if err := json.Unmarshal(lens.Data, &data); err != nil {
		return nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "the data of the lens are not those that it had: %v", err)
	}
	x, err := q.whole(uri.URI(data.URI))
	if err != nil {
		return nil, err
	}
	span := x.src.Span(q.stretch(x.src, lens.Range))
	l := feature.ResolveLens(x.view, feature.Lens{Span: span, Command: data.Command})
	if !q.client.knows(commandReferences) {
		lens.Command = protocol.Command{Title: l.Title} // it tells how many
		return lens, nil
	}
	found := q.locations(x.root, feature.References(x.view, x.src.Offset(span.Start), false))
	lens.Command, err = command(l.Title, commandReferences, x.uri, &lens.Range.Start, found)
	return lens, err
}

// command returns a command of the editor with its arguments.
func command(title, name string, args ...any) (protocol.Command, error) {
	c := protocol.Command{Title: title, Command: name}
	for _, a := range args {
		raw, err := protocol.Marshal(a)
		if err != nil {
			return c, err
		}
		c.Arguments = append(c.Arguments, raw)
	}
	return c, nil
}

func (c *client) knows(command string) bool { return slices.Contains(c.commands, command) }
