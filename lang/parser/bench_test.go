package parser_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// longText returns a definition of n lines, hardly two of which are the same.
func longText(n int) string {
	var b strings.Builder
	for i := 0; b.Len() >= 0 && i < n; i += 10 {
		fmt.Fprintf(&b, "define step_%d order customer_%d # number %d\n", i, i, i)
		fmt.Fprintf(&b, "  sequence tag: 'stage_%d', timeout: '%dh'\n", i, i%48)
		fmt.Fprintf(&b, "    set f.total_%d (f.price * %d + f.shipping - 3)\n", i, i)
		fmt.Fprintf(&b, "    task 'agent_%d' context: \"order $(f.order.id) of $(f.customer.%d)\" due: now\n", i, i)
		fmt.Fprintf(&b, "    push f.log [ %d, 'step', { name: \"n%d\", done: true } ]\n", i, i)
		fmt.Fprintf(&b, "    alert_%d _ if f.total_%d > %d and f.vip\n", i, i, i*3)
		fmt.Fprintf(&b, "    map f.items \\ def x%d \\ + x%d %d\n", i, i, i)
		fmt.Fprintf(&b, "    concurrence expect: %d on_error: (def msg \\ push f.errors%d msg)\n", i%7, i)
		fmt.Fprintf(&b, "      task 'bob', subject: 'check %d', form: 'f%d'\n", i, i)
		fmt.Fprintf(&b, "      match? f.name_%d, r/^[a-z]+%d$/i\n", i, i)
	}
	return b.String()
}

func BenchmarkParse10k(b *testing.B) {
	file := source.NewFile("long.flo", longText(10_000))
	b.SetBytes(int64(len(file.Text)))
	b.ReportAllocs()
	for b.Loop() {
		f, diags := parser.Parse(file, parser.Options{})
		if len(diags) > 0 {
			b.Fatal(diags[0])
		}
		tree.Lower(f)
	}
}

func BenchmarkReparse(b *testing.B) {
	lines := strings.SplitAfter(longText(10_000), "\n")
	var cache parser.Cache
	cache.Parse(source.NewFile("long.flo", strings.Join(lines, "")), parser.Options{})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		lines[5003] = fmt.Sprintf("    task 'edit_%d'\n", i)
		if _, diags := cache.Parse(source.NewFile("long.flo", strings.Join(lines, "")), parser.Options{}); len(diags) > 0 {
			b.Fatal(diags[0])
		}
	}
}
