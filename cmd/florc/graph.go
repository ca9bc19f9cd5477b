package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/graph"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/vm"
)

var graphCommand = command{
	name:    "graph",
	usage:   "[flags] FILE|-|EXID",
	summary: "draws a definition, or an execution, as a flow chart",
	long: `Draws a definition as a flow chart: who does what, what is waited for, decided,
done at the same time or again and again, and what happens when something goes
wrong. Computation is gathered in small boxes.

With --store it draws an execution: its tree, with what is done, what is live or
waits, what is paused and what failed; what it has not come to is pale. --at draws
it as an earlier commit left it.

The format is that of --format, or of the name given with -o, or svg; on a
terminal it is mermaid.`,
	example: `florc graph -o order.svg order.flo
florc graph order.flo > order.svg
florc graph --format dot order.flo | dot -Tpdf -o order.pdf
florc graph --format mermaid - < order.flo
florc graph --store orders -o bakidofunami.svg bakidofunami`,
	setup: func(fs *pflag.FlagSet) action {
		var o storeOptions
		fs.StringVar(&o.dir, "store", "", "draw an execution of the store in `DIR`")
		o.declareKey(fs)
		at := fs.Uint64("at", 0, "draw the execution as the commit `N` left it")
		format := fs.String("format", "", "the `FORMAT`: svg, mermaid, dot or json")
		output := fs.StringP("output", "o", "", "write to `FILE` instead")
		return func(ctx context.Context, s *streams, args []string) error {
			path, err := oneArgument(args, "the file")
			if err != nil {
				return err
			}
			write, err := graphFormat(*format, *output, s.columns > 0)
			if err != nil {
				return err
			}
			var d *definition
			var states map[string]graph.State
			switch {
			case o.dir != "":
				d, states, err = executionGraph(ctx, s, &o, path, *at)
			case *at != 0:
				err = badUsage("name the store of the execution with --store DIR", "--at is about an execution")
			default:
				d, err = readDefinition(s, path)
			}
			if err != nil {
				return err
			}
			if o.dir == "" && s.reject(d) {
				return errRejected
			}
			text := write(graph.Build(d.root, graph.Options{Procs: procedures(), Common: vm.CommonAttributes(), File: d.file, States: states}))
			if *output == "" || *output == "-" {
				_, err = fmt.Fprint(s.stdout, text)
				return err
			}
			if err := os.WriteFile(*output, []byte(text), 0o666); err != nil {
				return fmt.Errorf("cannot write the chart: %w", err)
			}
			return nil
		}
	},
}

// executionGraph returns the tree of an execution, and how its nodes stand.
func executionGraph(ctx context.Context, s *streams, o *storeOptions, part string, at uint64) (d *definition, states map[string]graph.State, err error) {
	err = o.use(ctx, s, toRead, func(ctx context.Context, u *unit) error {
		exid, err := u.find(ctx, part)
		if err != nil {
			return err
		}
		v, err := u.Execution(ctx, exid, at)
		if err != nil {
			return err
		}
		if d, err = definitionOf(v); err != nil {
			return err
		}
		places := begun(ctx, u, v)
		if places == nil {
			return fmt.Errorf("what is done in %s is not known: its journal could not be replayed, or not quickly", exid)
		}
		states = map[string]graph.State{"0": graph.Live}
		if v.Status == runtime.Terminated {
			states["0"] = graph.Done
		}
		for place := range places {
			if place != "0" {
				states[place] = graph.Done
			}
		}
		for place, marks := range marksOf(v) {
			states[place] = stateOf(marks)
		}
		return nil
	})
	return d, states, err
}

// stateOf is the first of the states of a place.
func stateOf(marks []string) graph.State {
	for _, s := range graph.States {
		if slices.Contains(marks, string(s)) {
			return s
		}
	}
	return graph.Live // it is closing
}

// graphWriters are the formats of graph, by name.
var graphWriters = map[string]func(*graph.Graph) string{
	"svg": (*graph.Graph).SVG, "mermaid": (*graph.Graph).Mermaid, "dot": (*graph.Graph).DOT, "json": (*graph.Graph).JSON,
}

// graphFormat returns what writes a chart: in the format asked for, or in that
// of the name of the file, or in one that suits where it goes.
func graphFormat(format, output string, terminal bool) (func(*graph.Graph) string, error) {
	ext := strings.TrimPrefix(strings.ToLower(filepath.Ext(output)), ".")
	switch {
	case format != "":
	case ext == "mmd":
		format = "mermaid"
	case ext == "gv":
		format = "dot"
	case graphWriters[ext] != nil:
		format = ext
	case output == "" && terminal:
		format = "mermaid"
	case ext == "png" || ext == "pdf":
		return nil, badUsage("write svg, which other programs turn into "+ext+", as rsvg-convert does", "there is no format %q", ext)
	default:
		format = "svg"
	}
	write := graphWriters[format]
	if write == nil {
		return nil, badUsage("the formats are "+strings.Join(slices.Sorted(maps.Keys(graphWriters)), ", "), "there is no format %q", format)
	}
	return write, nil
}
