package lsp

import (
	"encoding/json"
	"regexp"
	"strconv"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

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

func (q *query) completion(p *protocol.CompletionParams) (*completionAnswer, error) {
	x, err := q.place(p.TextDocumentPositionParams)
	if err != nil {
		return nil, err
	}
	return &completionAnswer{q.encoding, x.document, feature.Complete(x.view, x.offset), q.client.snippets}, nil
}

// completionAnswer is protocol.CompletionList, which may be long.
type completionAnswer struct {
	encoding
	*document
	found    []feature.Completion
	snippets bool // the editor knows them
}

func (a *completionAnswer) appendJSON(b []byte) []byte {
	b = strconv.AppendBool(append(b, `{"isIncomplete":`...), len(a.found) > maxCompletions)
	b = append(b, `,"items":[`...)
	for i := range a.found[:min(len(a.found), maxCompletions)] {
		if i > 0 {
			b = append(b, ',')
		}
		b = a.item(b, &a.found[i])
	}
	return append(b, "]}"...)
}

func (a *completionAnswer) item(b []byte, c *feature.Completion) []byte {
	b = appendString(append(b, `{"label":`...), c.Label)
	b = strconv.AppendUint(append(b, `,"kind":`...), uint64(completionKinds[c.Kind]), 10)
	optional := func(name, text string) {
		if text != "" {
			b = appendString(append(append(append(b, ',', '"'), name...), '"', ':'), text)
		}
	}
	optional("detail", c.Detail)
	optional("sortText", c.Sort)
	optional("filterText", c.Filter)
	insert, format := c.Insert, protocol.InsertTextFormatPlainText
	switch {
	case c.Snippet && a.snippets:
		format = protocol.InsertTextFormatSnippet
	case c.Snippet:
		insert = plain(insert)
	}
	b = strconv.AppendUint(append(b, `,"insertTextFormat":`...), uint64(format), 10)
	b = a.appendSpan(append(b, `,"textEdit":{"range":`...), a.src, c.Span)
	b = append(appendString(append(b, `,"newText":`...), insert), '}')
	if c.Key != "" {
		b = itemData{string(a.uri), c.Key}.appendJSON(append(b, `,"data":`...))
	}
	return append(b, '}')
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
