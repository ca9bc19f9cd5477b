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
	"github.com/florc-lang/florc/vm"
)

var graphCommand = command{
	name:    "graph",
	usage:   "[flags] FILE|-",
	summary: "draws a definition as a flow chart",
	long: `Draws a definition as a flow chart: who does what, what is waited for, decided,
done at the same time or again and again, and what happens when something goes
wrong. Computation is gathered in small boxes.

The format is that of --format, or of the name given with -o, or svg; on a
terminal it is mermaid.`,
	example: `florc graph -o order.svg order.flo
florc graph order.flo > order.svg
florc graph --format dot order.flo | dot -Tpdf -o order.pdf
florc graph --format mermaid - < order.flo`,
	setup: func(fs *pflag.FlagSet) action {
		format := fs.String("format", "", "the `FORMAT`: svg, mermaid, dot or json")
		output := fs.StringP("output", "o", "", "write to `FILE` instead")
		return func(_ context.Context, s *streams, args []string) error {
			path, err := oneArgument(args, "the file")
			if err != nil {
				return err
			}
			write, err := graphFormat(*format, *output, s.columns > 0)
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
			text := write(graph.Build(d.root, graph.Options{Procs: procedures(), Common: vm.CommonAttributes(), File: d.file}))
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
