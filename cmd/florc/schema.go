package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/stdlib"
)

var schemaCommand = command{
	name:    "schema",
	usage:   "[PACKAGE.FUNC]",
	summary: "writes what a Go service adds to flows, for check and the editors",
	long: `Writes what a Go service adds to flows, its taskers, procedures and variables, as
the JSON that florc.conf names under schemas. The service has a function for it
that takes nothing and returns a sig.Schema, most often that of its
runtime.Config; its package must not be main. The function is called by go run,
in the folder's module.

Without an argument it writes the schema of florc's own library.`,
	example: `florc schema ./service.Schema > service.schema.json
florc schema | jq '.procs[].names[0]'`,
	setup: func(*pflag.FlagSet) action {
		return func(ctx context.Context, s *streams, args []string) error {
			library := stdlib.All().Schema()
			if len(args) == 0 {
				return library.Write(s.stdout)
			}
			what, err := oneArgument(args, "the function")
			if err != nil {
				return err
			}
			schema, err := schemaOf(ctx, what)
			if err != nil {
				return err
			}
			return added(schema, library).Write(s.stdout)
		}
	},
}

// added leaves out of a schema what the library has.
func added(schema, library sig.Schema) sig.Schema {
	known := map[string]bool{}
	for _, p := range library.Procs {
		known[p.Name()] = true
	}
	schema.Procs = slices.DeleteFunc(schema.Procs, func(p sig.Proc) bool { return known[p.Name()] })
	for _, a := range library.Common {
		known[a.Names[0]+":"] = true
	}
	schema.Common = slices.DeleteFunc(schema.Common, func(a sig.Attr) bool { return known[a.Names[0]+":"] })
	return schema
}

// schemaOf calls a function of a Go package.
func schemaOf(ctx context.Context, what string) (sig.Schema, error) {
	i := strings.LastIndexByte(what, '.')
	if i <= 0 || !token.IsExported(what[i+1:]) || !token.IsIdentifier(what[i+1:]) {
		return sig.Schema{}, badUsage("as in ./service.Schema", "%q is no package with an exported function", what)
	}
	pkg, fn := what[:i], what[i+1:]
	out, err := golang(ctx, "list", "-f", "{{.ImportPath}} {{.Name}}", pkg)
	if err != nil {
		return sig.Schema{}, err
	}
	path, name, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if name == "main" {
		return sig.Schema{}, &inputError{fmt.Errorf("%s is a program, which can't be imported: move %s to a package beside it", pkg, fn)}
	}
	dir, err := os.MkdirTemp("", "florc-schema-")
	if err != nil {
		return sig.Schema{}, err
	}
	defer os.RemoveAll(dir)
	// The program is in the module, so that it finds what the module requires,
	// but only as the go command sees it.
	inModule, err := filepath.Abs("florc_schema_main.go")
	if err != nil {
		return sig.Schema{}, err
	}
	program := filepath.Join(dir, "main.go")
	overlay := filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {inModule: program}})
	if err != nil {
		return sig.Schema{}, err
	}
	text := fmt.Sprintf(`package main

import (
	"fmt"
	"os"

	service %q
)

func main() {
	if err := service.%s().Write(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
`, path, fn)
	if err := os.WriteFile(program, []byte(text), 0o600); err != nil {
		return sig.Schema{}, err
	}
	if err := os.WriteFile(overlay, replace, 0o600); err != nil {
		return sig.Schema{}, err
	}
	if out, err = golang(ctx, "run", "-overlay", overlay, inModule); err != nil {
		return sig.Schema{}, err
	}
	schema, err := sig.ReadSchema(out)
	if err != nil {
		return sig.Schema{}, &inputError{fmt.Errorf("%s gives no schema: %w", what, err)}
	}
	return schema, nil
}

// golang runs the go command and returns what it prints.
func golang(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		if text := strings.TrimSpace(stderr.String()); text != "" {
			err = fmt.Errorf("%w\n%s", err, text)
		}
		return nil, &inputError{fmt.Errorf("go %s: %w", args[0], err)}
	}
	return out, nil
}
