//go:build editors

package test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVimSyntax(t *testing.T) {
	for _, editor := range vims {
		t.Run(editor, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			vim(t, editor, ".", "source "+absolute(t, "testdata/dump.vim"), "edit "+sample(t), "call Dump('"+out+"')")
			compareSyntax(t, "vim", read(t, out))
		})
	}
}

func TestVimTyping(t *testing.T) {
	for _, editor := range vims {
		t.Run(editor, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			vim(t, editor, ".", "source "+absolute(t, "testdata/type.vim"), "call Type('"+list(t, examples(t))+"', '"+out+"')")
			if wrong := read(t, out); wrong != "" {
				t.Error(wrong)
			}
		})
	}
}

// TestVimReindent indents every example and conformance source anew, which
// must not change what it means.
func TestVimReindent(t *testing.T) {
	for _, editor := range vims {
		t.Run(editor, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			paths := append(examples(t), conformance(t)...)
			vim(t, editor, ".", "source "+absolute(t, "testdata/type.vim"), "call Reindent('"+list(t, paths)+"', '"+out+"')")
			if wrong := read(t, out); wrong != "" {
				t.Errorf("changed:\n%s", wrong)
			}
		})
	}
}

// TestVimFiletype looks at what the filetype plugin sets, and uses it.
func TestVimFiletype(t *testing.T) {
	const flow = "import 'lib/greet'\nset   f.a    1\nset   f.b    2\nempty? f.list\n"
	for _, editor := range vims {
		t.Run(editor, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "a.flo"), flow)
			write(t, filepath.Join(dir, "lib/greet.flo"), "define greet name\n  name\n")
			write(t, filepath.Join(dir, "wrong.flo"), "sequence\n  nowhere 1\n")
			out := filepath.Join(dir, "out")
			vim(t, editor, dir,
				"edit a.flo",
				"let out = [&filetype, &keywordprg, &makeprg]",
				// the lines of florc check become places
				"call setqflist([], ' ', {'efm': &l:errorformat, 'lines': ['a.flo:2:7: error[FLO0201]: cannot find \"x\"', 'b.flo:1:1: warning[FLO0301]: \"y\" is not used']})",
				"call map(getqflist(), 'add(out, [fnamemodify(bufname(v:val.bufnr), \":t\"), v:val.lnum, v:val.col, v:val.type, v:val.nr, v:val.text])')",
				// the compiler finds what is wrong
				"silent make! wrong.flo",
				"call map(getqflist(), 'add(out, [fnamemodify(bufname(v:val.bufnr), \":t\"), v:val.lnum, v:val.col, v:val.type, v:val.nr])')",
				// a name with a question mark is one word
				"call cursor(4, 3)",
				"call add(out, expand('<cword>'))",
				// one line is formatted, the next is not
				"call cursor(2, 1)",
				"normal! gqq",
				"call extend(out, getline(1, '$'))",
				// an import leads to its file
				"call cursor(1, 12)",
				"normal! gf",
				"call add(out, expand('%'))",
				"buffer a.flo",
				"checkpath!",
				"call writefile(map(out, 'type(v:val) == type(\"\") ? v:val : string(v:val)'), '"+out+"')",
			)
			want := []string{
				"flor", "florc doc", "florc check --format concise $*",
				`['a.flo', 2, 7, 'e', 201, 'cannot find "x"']`,
				`['b.flo', 1, 1, 'w', 301, '"y" is not used']`,
				"['wrong.flo', 2, 3, 'w', 301]",
				"empty?",
				"import 'lib/greet'", "set f.a 1", "set   f.b    2", "empty? f.list",
				"lib/greet.flo",
			}
			if diff := cmp.Diff(want, strings.Split(strings.TrimSpace(read(t, out)), "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestVimHelp makes the tags of a copy of the help file, which finds doubles,
// and looks one up.
func TestVimHelp(t *testing.T) {
	for _, editor := range vims {
		t.Run(editor, func(t *testing.T) {
			doc := t.TempDir()
			write(t, filepath.Join(doc, "doc/florc.txt"), read(t, "../vim/doc/florc.txt"))
			vim(t, editor, ".",
				"set runtimepath="+doc+",$VIMRUNTIME",
				"helptags "+doc+"/doc",
				"help florc-lsp",
				"if expand('%:t') !=# 'florc.txt' | throw 'no help' | endif",
			)
		})
	}
}
