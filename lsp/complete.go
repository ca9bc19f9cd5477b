package lsp

import (
	"encoding/json"
	"regexp"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lsp/feature"
)

// maxCompletions is how many completions an editor gets at a time; with more,
// it is told to ask again when more is typed.
const maxCompletions = 1000

var completionKinds = map[feature.CompletionKind]protocol.CompletionItemKind{
	feature.ProcedureItem: protocol.CompletionItemKindFunction,
	feature.FunctionItem:  protocol.CompletionItemKindMethod,
	feature.TaskerItem:    protocol.CompletionItemKindClass,
	feature.VariableItem:  protocol.CompletionItemKindVariable,
	feature.ParameterItem: protocol.CompletionItemKindVariable,
	feature.FieldItem:     protocol.CompletionItemKindField,
	feature.AttributeItem: protocol.CompletionItemKindProperty,
	feature.TagItem:       protocol.CompletionItemKindReference,
	feature.SignalItem:    protocol.CompletionItemKindEvent,
	feature.FileItem:      protocol.CompletionItemKindFile,
	feature.KeywordItem:   protocol.CompletionItemKindKeyword,
	feature.ValueItem:     protocol.CompletionItemKindValue,
	feature.SnippetItem:   protocol.CompletionItemKindSnippet,
}

// itemData is what an editor hands back to have a completion resolved.
type itemData struct {
	URI string `json:"uri"`
	Key string `json:"key"`
}

func (d itemData) appendJSON(b []byte) []byte {
	b = appendString(append(b, `{"uri":`...), d.URI)
	b = appendString(append(b, `,"key":`...), d.Key)
	return append(b, '}')
}

func (q *query) completion(p *protocol.CompletionParams) (*protocol.CompletionList, error) {
	x, err := q.place(p.TextDocumentPositionParams)
	if err != nil {
		return nil, err
	}
	found := feature.Complete(x.view, x.offset)
	list := &protocol.CompletionList{IsIncomplete: len(found) > maxCompletions}
	found = found[:min(len(found), maxCompletions)]
	list.Items = make([]protocol.CompletionItem, len(found))
	edits := make([]protocol.TextEdit, len(found))
	data := make([]byte, 0, len(found)*128)
	var span source.Span // of the last one
	var at protocol.Range
	for i, c := range found {
		item := &list.Items[i]
		*item = protocol.CompletionItem{
			Label: c.Label, Kind: completionKinds[c.Kind], SortText: optional(c.Sort), FilterText: optional(c.Filter), Detail: optional(c.Detail),
			InsertTextFormat: protocol.InsertTextFormatPlainText,
		}
		switch {
		case c.Snippet && q.client.snippets:
			item.InsertTextFormat = protocol.InsertTextFormatSnippet
		case c.Snippet:
			c.Insert = plain(c.Insert)
		}
		if span != c.Span {
			span, at = c.Span, q.span(x.src, c.Span)
		}
		edits[i] = protocol.TextEdit{Range: at, NewText: c.Insert}
		item.TextEdit = &edits[i]
		if c.Key != "" {
			from := len(data)
			data = itemData{string(x.uri), c.Key}.appendJSON(data)
			item.Data = data[from:len(data):len(data)]
		}
	}
	return list, nil
}

func optional(text string) (o protocol.Optional[string]) {
	if text != "" {
		o.Set(text)
	}
	return o
}

var placeholder = regexp.MustCompile(`\$\{\d+:([^}]*)\}|\$\{\d+\}|\$\d+|\\([$}\\])`)

// plain returns a snippet as the text that it stands for.
func plain(snippet string) string { return placeholder.ReplaceAllString(snippet, "$1$2") }

func (q *query) resolveCompletion(item *protocol.CompletionItem) (*protocol.CompletionItem, error) {
	var data itemData
	if len(item.Data) == 0 {
		return item, nil
	}
	if err := json.Unmarshal(item.Data, &data); err != nil {
		return nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "the data of the completion are not those that it had: %v", err)
	}
	x, err := q.whole(uri.URI(data.URI))
	if err != nil {
		return nil, err
	}
	if doc := feature.Resolve(x.view, feature.Completion{Label: item.Label, Key: data.Key}); doc != "" {
		item.Documentation = markdown(doc)
	}
	return item, nil
}

func (q *query) signature(p *protocol.SignatureHelpParams) (*protocol.SignatureHelp, error) {
	x, err := q.place(p.TextDocumentPositionParams)
	if err != nil {
		return nil, err
	}
	info := feature.Signature(x.view, x.offset)
	if info == nil {
		return nil, nil
	}
	sig := protocol.SignatureInformation{Label: info.Label, Parameters: make([]protocol.ParameterInformation, len(info.Parameters))}
	if info.Doc != "" {
		sig.Documentation = markdown(info.Doc)
	}
	const utf16 = encoding(protocol.PositionEncodingKindUTF16) // whatever was agreed on
	for i, p := range info.Parameters {
		out := &sig.Parameters[i]
		out.Label = protocol.ParameterInformationLabelTuple{utf16.units(info.Label[:p.Start]), utf16.units(info.Label[:p.End])}
		if !q.client.labelOffsets {
			out.Label = protocol.String(info.Label[p.Start:p.End])
		}
		if p.Doc != "" {
			out.Documentation = markdown(p.Doc)
		}
	}
	help := &protocol.SignatureHelp{Signatures: []protocol.SignatureInformation{sig}, ActiveSignature: new(uint32)}
	// an index past the last parameter stands for none of them
	active := uint32(len(info.Parameters))
	if info.Active >= 0 {
		active = uint32(info.Active)
	}
	help.ActiveParameter = protocol.NewNullable(active)
	return help, nil
}
