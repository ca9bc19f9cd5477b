package tree

import "github.com/florc-lang/florc/lang/diag"

const (
	codeTreeJSON     diag.Code = "FLO0100"
	codeTreeForm     diag.Code = "FLO0101"
	codeTreeAttr     diag.Code = "FLO0102"
	codeTreeTooDeep  diag.Code = "FLO0103"
	codeTreeTooLarge diag.Code = "FLO0104"
)

// Pages explains the codes of this package. Their definitions are trees in
// JSON.
func Pages() []diag.Page {
	return []diag.Page{
		{
			Code:  codeTreeJSON,
			Title: "a tree that is no JSON",
			Why:   "A tree is given as JSON, and this text is none. The message says where it stops being JSON.",
			Bad:   `["define", {}, [["task", {"_0": "bob"}, []]`,
			Good:  `["define", {}, [["task", {"_0": "bob"}, []]]]`,
		},
		{
			Code:  codeTreeForm,
			Title: "a malformed node in a tree",
			Why:   "A node is an array of a head, an object of attributes and an array of children, followed by the line it stands on, or by nothing. An array is never a literal: that is the node `_arr`.",
			Bad:   `["define", {}, [["set", {"_0": ["a", {}, []], "_1": [1, 2]}, []]]]`,
			Good:  `["define", {}, [["set", {"_0": ["a", {}, []], "_1": ["_arr", {}, [1, 2]]}, []]]]`,
		},
		{
			Code:  codeTreeAttr,
			Title: "a malformed attribute in a tree",
			Why:   "Unkeyed attributes are named `_0`, `_1` and so on, in this order. A key that is used again is written `tag~2`, `tag~3`. A key that is an expression is written `_k0`, with a `_key` node as its value. A key that looks like one of these is written after `_=`.",
			Bad:   `["define", {}, [["sequence", {"tag": "a", "tag~3": "b"}, []]]]`,
			Good:  `["define", {}, [["sequence", {"tag": "a", "tag~2": "b"}, []]]]`,
		},
		{
			Code:  codeTreeTooDeep,
			Title: "a tree that nests too deep",
			Why:   "Nodes nest 5000 levels deep by default, so that no tree can exhaust the machine that reads it.",
		},
		{
			Code:  codeTreeTooLarge,
			Title: "a tree that is too large",
			Why:   "A tree takes up to 64 MiB of JSON by default.",
		},
	}
}
