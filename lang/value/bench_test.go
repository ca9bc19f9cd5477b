package value

import (
	"fmt"
	"testing"
)

func BenchmarkListAppend(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				l := new(List)
				for i := range n {
					l = l.Append(Int(int64(i)))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/element")
		})
	}
}

func BenchmarkObjectSetNew(b *testing.B) {
	keys := make([]string, 100_000)
	for i := range keys {
		keys[i] = fmt.Sprint("key ", i)
	}
	for _, n := range []int{10, 1_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				o := new(Object)
				for i, k := range keys[:n] {
					o = o.Set(k, Int(int64(i)))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/key")
		})
	}
}

func BenchmarkObjectGet(b *testing.B) {
	for _, n := range []int{4, 16, 23, 24, 1000} {
		var ms []Member
		for i := range n {
			ms = append(ms, Member{fmt.Sprint("key ", i), Int(int64(i))})
		}
		o, last := ObjectOf(ms), fmt.Sprint("key ", n-1)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				o.Get(last)
			}
		})
	}
}

func BenchmarkObjectSetOld(b *testing.B) {
	for _, n := range []int{4, 16, 100} {
		var ms []Member
		for i := range n {
			ms = append(ms, Member{fmt.Sprint("key ", i), Int(int64(i))})
		}
		o, last := ObjectOf(ms), fmt.Sprint("key ", n-1)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				o = o.Set(last, Null)
			}
		})
	}
}

func BenchmarkPathGet(b *testing.B) {
	data, p := parse(b, pathData), path(b, "cars.1.brand")
	for b.Loop() {
		Get(data, p)
	}
}

func BenchmarkPathSet(b *testing.B) {
	data, p := parse(b, pathData), path(b, "cars.1.brand")
	for b.Loop() {
		Set(data, p, Null)
	}
}

func BenchmarkAdd(b *testing.B) {
	x, y := Int(1), Int(2)
	for b.Loop() {
		x, _ = Add(x, y)
	}
}

// document is a payload of ordinary shape, some 100 KB of JSON.
func document() Value {
	rows := make([]Value, 1000)
	for i := range rows {
		rows[i] = NewObject(
			Member{"id", Int(int64(i * 1000))}, Member{"name", String(fmt.Sprint("customer ", i))},
			Member{"price", Float(float64(i) / 7)}, Member{"paid", Bool(i%2 == 0)},
			Member{"tags", NewList(String("a"), String("büro"), Null)})
	}
	return NewObject(Member{"rows", NewList(rows...)})
}

func BenchmarkJSON(b *testing.B) {
	v := document()
	data := AppendJSON(nil, v)
	b.Run("append", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			data = AppendJSON(data[:0], v)
		}
	})
	b.Run("parse", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			ParseJSON(data)
		}
	})
}

func BenchmarkCBOR(b *testing.B) {
	v := document()
	data := AppendCBOR(nil, v)
	b.Run("append", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			data = AppendCBOR(data[:0], v)
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			DecodeCBOR(data)
		}
	})
}
