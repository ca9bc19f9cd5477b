package bench

import (
	"fmt"
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// longDefinition is a definition of 10,000 lines as people write them.
func longDefinition() string {
	var b strings.Builder
	for i := 0; i < 1000; i++ {
		fmt.Fprintf(&b, `sequence tag: 'stage-%d' timeout: '2d' # stage %d
  set f.order.%d { id: %d, lines: [ 1 2 3 ], open: true }
  task 'alice' 'check' context: "order $(f.order.id)" due: '1d'
  concurrence expect: 1
    task 'bob' by: f.manager
    sleep '3d'
  push f.log "stage %d done" if f.order.open and (length f.order.lines) > 2
  map f.order.lines
    def line \ line * 2 + %d
  set total (reduce f.ret (def a b \ a + b))
`, i, i, i, i, i, i)
	}
	return b.String()
}

// BenchmarkParse parses and lowers a definition of 10,000 lines.
func BenchmarkParse(b *testing.B) {
	text := longDefinition()
	before := cpu()
	for b.Loop() {
		file, ds := parser.Parse(source.NewFile("long.flo", text), parser.Options{})
		if _, more := tree.Lower(file); len(ds)+len(more) > 0 {
			b.Fatal(ds, more)
		}
	}
	b.ReportMetric(float64(cpu()-before)/float64(b.N)/1e6, "cpu-ms")
}

// BenchmarkReparse parses and lowers the same definition again after one line
// of it has changed, as an editor does at each keystroke.
func BenchmarkReparse(b *testing.B) {
	text := longDefinition()
	edited := strings.Replace(text, "sequence tag: 'stage-500'", "sequence tag: 'stage-50'", 1)
	texts := [2]string{text, edited}
	var cache parser.Cache
	cache.Parse(source.NewFile("long.flo", text), parser.Options{})
	i, before := 0, cpu()
	for b.Loop() {
		i++
		file, ds := cache.Parse(source.NewFile("long.flo", texts[i%2]), parser.Options{})
		if len(ds) > 0 || file == nil {
			b.Fatal(ds)
		}
	}
	b.ReportMetric(float64(cpu()-before)/float64(b.N)/1e6, "cpu-ms")
}
