package stdlib

import "testing"

var programs = map[string]string{
	"fib20": "define fib n\n  if n < 2\n    n\n    (fib (n - 1)) + (fib (n - 2))\nfib 20\n",
	"loop":  "set i 0\nuntil i == 100000\n  set i (i + 1)\ni\n",
	"map":   "range 0 10000\nmap f.ret (def x \\ x * 2)\nfilter f.ret (def x \\ x % 3 == 0)\nreduce f.ret (def a b \\ a + b)\n",
	"push":  "set f.l []\nset i 0\nuntil i == 20000\n  push f.l i\n  set i (i + 1)\nlength f.l\n",
}

func benchmarkProgram(b *testing.B, name string, watched bool) {
	lib := All()
	for b.Loop() {
		o := run(b, lib, programs[name], "", "", watched)
		if o.point != "terminated" {
			b.Fatal(o.err)
		}
	}
}

func BenchmarkFramesFib20(b *testing.B) { benchmarkProgram(b, "fib20", true) }
func BenchmarkFib20(b *testing.B)       { benchmarkProgram(b, "fib20", false) }
func BenchmarkFramesLoop(b *testing.B)  { benchmarkProgram(b, "loop", true) }
func BenchmarkLoop(b *testing.B)        { benchmarkProgram(b, "loop", false) }
func BenchmarkFramesMap(b *testing.B)   { benchmarkProgram(b, "map", true) }
func BenchmarkMap(b *testing.B)         { benchmarkProgram(b, "map", false) }
func BenchmarkFramesPush(b *testing.B)  { benchmarkProgram(b, "push", true) }
func BenchmarkPush(b *testing.B)        { benchmarkProgram(b, "push", false) }
