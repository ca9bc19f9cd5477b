package stdlib

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/value"
)

// counter is a source of "random" bits that runs through them evenly.
func counter() func() uint64 {
	n := uint64(0)
	return func() uint64 { n += 0x9e3779b97f4a7c15; return n }
}

func TestDraw(t *testing.T) {
	random := counter()
	for _, c := range []struct {
		from, to value.Value
		err      string
	}{
		{value.Int(0), value.Int(3), ""},
		{value.Int(-2), value.Int(1), ""},
		{value.Int(math.MinInt64), value.Int(math.MaxInt64), ""},
		{value.Float(0.5), value.Int(2), ""},
		{value.Float(-math.MaxFloat64), value.Float(math.MaxFloat64), ""},
		{value.Float(1), value.Float(math.Nextafter(1, 2)), ""},
		{value.Int(0), value.Int(0), "no number to draw from 0 up to 0"},
		{value.Int(5), value.Float(2.5), "from 5 up to 2.5"},
		{value.Int(0), value.Float(math.Inf(1)), "more than 64 bits"},
	} {
		for range 500 {
			v, err := draw(random, c.from, c.to)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("from %s to %s: want %q, got %v, %v", c.from, c.to, c.err, v, err)
				}
				break
			}
			low, _ := value.Compare(v, c.from)
			high, _ := value.Compare(v, c.to)
			floats := c.from.Kind() == value.KindFloat || c.to.Kind() == value.KindFloat
			if err != nil || low < 0 || high >= 0 || floats != (v.Kind() == value.KindFloat) {
				t.Fatalf("from %s to %s: %v, %v", c.from, c.to, v, err)
			}
		}
	}
	seen := make([]int, 7)
	for range 7000 {
		seen[below(random, 7)]++
	}
	for i, n := range seen {
		if n < 800 || n > 1200 {
			t.Errorf("%d was drawn %d times of 7000", i, n)
		}
	}
}

func TestDrawn(t *testing.T) {
	vs := integers(6).AsList().Slice()
	for n := range 9 {
		got := drawn(counter(), vs, n)
		seen := map[int64]bool{}
		for _, v := range got {
			seen[v.AsInt()] = true
		}
		if want := min(n, 6); len(got) != want || len(seen) != want {
			t.Errorf("drew %v, want %d different ones", got, want)
		}
	}
	if diff := cmp.Diff("[0,1,2,3,4,5]", value.NewList(vs...).String()); diff != "" {
		t.Errorf("the array itself changed: %s", diff)
	}
}

func TestShuffleArguments(t *testing.T) {
	for _, c := range []call{
		{name: "shuffle", args: `[1]`, err: "no array to shuffle"},
		{name: "sample", ret: `"abc"`, err: "no array to sample"},
		{name: "shuffle", args: `[[1, 2], -1]`, err: "can't shuffle a negative number of elements"},
		{name: "shuffle", args: `[[1, 2]]`, keyed: `{"count": "x"}`, err: `count: of "shuffle" wants an integer`},
		{name: "shuffle", args: `[[1, 2], 0]`, want: `[]`},
		{name: "sample", args: `[[], 2]`, want: `[]`},
		{name: "sample", ret: `[]`, want: `null`},
		{name: "rand", args: `["abc"]`, ret: `1`, err: "'rand' expects an integer or a float"},
		{name: "rand", err: "'rand' expects an integer or a float"},
	} {
		testCalls(t, []call{c})
	}
	lib := All()
	for _, src := range []string{
		"[ 4 5 6 ]\nshuffle _\nsort _",
		"sort (sample [ 4 5 6 ] count: 9)",
		"set l []\npush l (rand 4 5)\npush l 5\npush l (sample [ 6 ])\nl",
	} {
		o := run(t, lib, src, "", "", true)
		ret, _ := o.payload.AsObject().Get("ret")
		if diff := cmp.Diff("[4,5,6]", ret.String()); diff != "" {
			t.Errorf("%s: %v (-want +got)\n%s", src, o.err, diff)
		}
	}
}

func TestStamp(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	const micros = 1534147446_999999
	if got := stamp(micros, time.UTC); got != "2018-08-13T08:04:06Z" {
		t.Error(got)
	}
	if got := stamp(micros, paris); got != "2018-08-13T10:04:06+02:00" {
		t.Error(got)
	}
}
