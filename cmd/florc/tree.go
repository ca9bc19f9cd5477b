package main

import (
	"context"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/tree"
)

var treeCommand = command{
	name:    "tree",
	usage:   "[flags] FILE|-",
	summary: "prints the tree that a definition compiles to",
	long: `Prints the tree that a definition compiles to, as JSON: a define named after
the file. A tree, as a .json file or on standard input, is read as well.`,
	example: `florc tree order.flo
echo 'task "bob" "clean up"' | florc tree --body -
florc tree --hash order.flo`,
	setup: func(fs *pflag.FlagSet) action {
		body := fs.Bool("body", false, "print the body alone, without the define around it")
		bare := fs.Bool("bare", false, "leave out the positions")
		hash := fs.Bool("hash", false, "print the version instead, the SHA-256 of the body without positions")
		return func(_ context.Context, s *streams, args []string) error {
			path, err := oneArgument(args, "the file")
			if err != nil {
				return err
			}
			d, err := readDefinition(s, path)
			if err != nil {
				return err
			}
			if s.reject(d) {
				return errRejected
			}
			if *hash {
				_, err = fmt.Fprintln(s.stdout, tree.Hash(d.root))
				return err
			}
			root, positions := d.root, tree.Lines
			if *body {
				root = tree.Body(root)
			}
			if *bare {
				positions = tree.Bare
			}
			_, err = fmt.Fprintln(s.stdout, layOut(tree.AppendJSON(nil, root, positions), s.width))
			return err
		}
	},
}

// reject shows what is wrong with a definition, and tells whether it cannot
// be used.
func (s *streams) reject(d *definition) bool {
	for _, x := range d.diags {
		s.errColors.showDiagnostic(s.stderr, d.file, x)
	}
	if !diag.HasErrors(d.diags) {
		return false
	}
	fmt.Fprintf(s.stderr, "\n'florc explain %s' says more\n", firstError(d.diags).Code)
	return true
}

func firstError(ds []diag.Diagnostic) diag.Diagnostic {
	for _, d := range ds {
		if d.Severity == diag.Error {
			return d
		}
	}
	return diag.Diagnostic{}
}
