package value

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// partStore is a store of parts; fresh counts the bytes that it did not have.
type partStore struct {
	parts map[Ref][]byte
	fresh int
}

func (s *partStore) put(ref Ref, data func() []byte) {
	if _, ok := s.parts[ref]; ok {
		return
	}
	if s.parts == nil {
		s.parts = map[Ref][]byte{}
	}
	s.parts[ref] = nil // it is had before its parts are
	s.parts[ref] = data()
	s.fresh += len(ref) + len(s.parts[ref])
}

func (s *partStore) get(ref Ref) ([]byte, error) {
	if data, ok := s.parts[ref]; ok {
		return data, nil
	}
	return nil, errors.New("no such part")
}

// rebuilt returns v made anew, so that nothing of it is remembered.
func rebuilt(t *testing.T, v Value) Value {
	t.Helper()
	again, err := DecodeCBOR(AppendCBOR(nil, v))
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func numbers(n int) *List {
	l := NewList().AsList()
	for i := range n {
		l = l.Append(NewObject(Member{"n", Int(int64(i))}, Member{"s", String(fmt.Sprint("number ", i))}))
	}
	return l
}

func object(n int) *Object {
	o := NewObject().AsObject()
	for i := range n {
		o = o.Set(fmt.Sprint("key", i), Int(int64(i)))
	}
	return o
}

func packSamples() []Value {
	all := append(samples(), NewList(samples()...), nested(MaxDepth),
		String(strings.Repeat("x", 253)), String(strings.Repeat("x", 254)), String(strings.Repeat("\xff", 1000)),
		NewObject(Member{"a", NewObject(Member{"b", String(strings.Repeat("y", 999))})}),
		FromFunc(&Func{Nid: "0", Place: "2"}))
	for _, n := range []int{15, 16, 17, 31, 32, 255, 256, 257, 300, 4095, 4096, 5000} {
		all = append(all, FromList(numbers(n)), FromObject(object(n)), FromList(ListOf(make([]Value, n))))
	}
	return append(all, FromList(numbers(100).Sub(7, 90)), FromList(numbers(100).Sub(0, 90)))
}

func TestPackedRoundTrip(t *testing.T) {
	for _, v := range packSamples() {
		var s partStore
		data := AppendPacked(nil, v, s.put)
		if len(data) > packInline {
			t.Errorf("%.100v: packed it takes %d bytes", v, len(data))
		}
		for ref, part := range s.parts {
			if RefOf(part) != ref {
				t.Fatalf("%.100v: part %x is not what its ref says", v, ref)
			}
		}
		d := CBORDecoder{Part: s.get}
		got, err := d.Decode(data)
		if err != nil || !got.Equal(v) || got.Depth() != v.Depth() || got.Weight() != v.Weight() || got.HasFunc() != v.HasFunc() {
			t.Errorf("%.100v comes back as %.100v, %v", v, got, err)
			continue
		}
		for name, same := range map[string]Value{"decoded": got, "made anew": rebuilt(t, v), "packed before": v} {
			var other partStore
			if again := AppendPacked(nil, same, other.put); !bytes.Equal(again, data) {
				t.Errorf("%.100v %s is %x, was %x", v, name, again, data)
			}
			if diff := cmp.Diff(s.parts, other.parts); diff != "" {
				t.Errorf("%.100v has other parts %s:\n%.500s", v, name, diff)
			}
		}
		refs := map[Ref][]byte{}
		for _, part := range append([][]byte{data}, values(s.parts)...) {
			if err := EachRef(part, func(r Ref) { refs[r] = s.parts[r] }); err != nil {
				t.Error(err)
			}
		}
		if !maps.EqualFunc(refs, s.parts, bytes.Equal) {
			t.Errorf("%.100v: EachRef found %d parts of %d", v, len(refs), len(s.parts))
		}
	}
}

func values(m map[Ref][]byte) (all [][]byte) {
	for _, v := range m {
		all = append(all, v)
	}
	return all
}

// A small change of a large value makes little that is new, whether or not
// its refs are remembered, and all of it is told of.
func TestPackedChanges(t *testing.T) {
	const most = 3000 // bytes, of a change in the midst of a long list
	for _, n := range []int{100, 1000, 10_000} {
		list, obj := numbers(n), object(n)
		changes := map[string][2]Value{
			"append to a list": {FromList(list), FromList(list.Append(True))},
			"set in a list":    {FromList(list), FromList(list.Set(n/2, True))},
			"add to an object": {FromObject(obj), FromObject(obj.Set("new", True))},
			"set in an object": {FromObject(obj), FromObject(obj.SetAt(n/3, True))},
			"around a list":    {NewList(FromList(list), Int(1)), NewList(FromList(list), Int(2))},
		}
		for name, c := range changes {
			var s partStore
			AppendPacked(nil, c[0], s.put)
			s.fresh = 0
			data := AppendPacked(nil, c[1], s.put)
			if s.fresh > most {
				t.Errorf("%s of %d: %d bytes are new", name, n, s.fresh)
			}
			if anew := AppendPacked(nil, rebuilt(t, c[1]), nil); !bytes.Equal(anew, data) {
				t.Errorf("%s of %d: packed it is %x, made anew %x", name, n, data, anew)
			}
			if got, err := (&CBORDecoder{Part: s.get}).Decode(data); err != nil || !got.Equal(c[1]) {
				t.Errorf("%s of %d: %v", name, n, err)
			}
		}
	}
}

// A list may hold earlier versions of itself, whose buffer is the same.
func TestPackedInItself(t *testing.T) {
	l := numbers(20)
	for range 40 {
		l = l.Append(FromList(l))
		if l.Len()%7 == 0 {
			AppendPacked(nil, FromList(l), nil)
		}
	}
	var s partStore
	data := AppendPacked(nil, FromList(l), s.put)
	got, err := (&CBORDecoder{Part: s.get}).Decode(data)
	if err != nil || got.AsList().Len() != l.Len() || got.Weight() != FromList(l).Weight() {
		t.Fatal(got.Weight(), err)
	}
}

func TestPackedConcurrently(t *testing.T) {
	l, o := numbers(3000), object(3000)
	var g sync.WaitGroup
	for i := range 4 {
		g.Go(func() {
			v := NewList(FromList(l.Append(Int(int64(i)))), FromObject(o.Set("new", Int(int64(i)))))
			if !bytes.Equal(AppendPacked(nil, v, nil), AppendPacked(nil, rebuilt(t, v), nil)) {
				t.Error("packing depends on who packs at the same time")
			}
		})
	}
	g.Wait()
}

func TestPackedErrors(t *testing.T) {
	var s partStore
	data := AppendPacked(nil, FromList(numbers(1000)), s.put)
	if _, err := DecodeCBOR(data); err == nil {
		t.Error("a ref is decoded without the parts")
	}
	for ref, part := range s.parts {
		for name, bad := range map[string][]byte{"missing": nil, "changed": append([]byte("x"), part[1:]...)} {
			get := func(r Ref) ([]byte, error) {
				if r == ref {
					return bad, nil
				}
				return s.parts[r], nil
			}
			if _, err := (&CBORDecoder{Part: get}).Decode(data); err == nil || !strings.Contains(err.Error(), "damaged or missing") {
				t.Fatalf("a part that is %s gives %v", name, err)
			}
		}
	}
	gone := errors.New("gone")
	if _, err := (&CBORDecoder{Part: func(Ref) ([]byte, error) { return nil, gone }}).Decode(data); !errors.Is(err, gone) {
		t.Error(err)
	}

	chunk := AppendCBOR(nil, FromList(ListOf(make([]Value, fanOut))))
	row := func(chunks int) []byte { return appendRefs(nil, slices.Repeat([]Ref{RefOf(chunk)}, chunks)...) }
	chunked := func(n int, chunks int, tail Value) []byte {
		b := appendCBORHead(appendCBORTag(nil, tagChunks, 3), cborUint, uint64(n))
		return AppendCBOR(appendRefs(b, RefOf(row(chunks))), tail)
	}
	null := NewList(Null)
	for name, tt := range map[string]struct{ data, part []byte }{
		"":                            {chunked(17, 1, null), chunk},
		"a small value apart":         {appendRefs(nil, RefOf(AppendCBOR(nil, Int(1)))), AppendCBOR(nil, Int(1))},
		"a large value inline":        {AppendCBOR(nil, String(strings.Repeat("x", 300))), nil},
		"a long list inline":          {AppendCBOR(nil, FromList(ListOf(make([]Value, 17)))), nil},
		"two refs for one value":      {appendRefs(nil, RefOf(chunk), RefOf(chunk)), chunk},
		"half a ref":                  {append(refHead, 0x48, 1, 2, 3, 4, 5, 6, 7, 8), nil},
		"a ref to a ref":              {appendRefs(nil, RefOf(appendRefs(nil, Ref{1}))), appendRefs(nil, Ref{1})},
		"chunks of a short list":      {chunked(16, 1, NewList()), chunk},
		"a tail too many":             {chunked(16+2, 1, null), chunk},
		"a tail too few":              {chunked(16+0, 1, null), chunk},
		"a chunk too many":            {chunked(17, 2, null), chunk},
		"a chunk too few":             {chunked(33, 1, null), chunk},
		"chunks of another kind":      {chunked(17, 1, NewObject(Member{"a", Null})), chunk},
		"far too many elements":       {chunked(1<<60, 1, null), chunk},
		"a number in place of a tail": {chunked(17, 1, Int(1)), chunk},
	} {
		get := func(ref Ref) ([]byte, error) {
			for n := range 4 {
				if data := row(n); RefOf(data) == ref {
					return data, nil
				}
			}
			return tt.part, nil
		}
		if name == "" { // what the others are like, but right
			if v, err := (&CBORDecoder{Part: get}).Decode(tt.data); err != nil {
				t.Errorf("%v, %v", v, err)
			}
		} else if v, err := (&CBORDecoder{Part: get}).Decode(tt.data); err == nil {
			t.Errorf("%s gives %v", name, v)
		}
	}
}

func TestEachRefErrors(t *testing.T) {
	for _, data := range [][]byte{{0x61}, {0xfb, 1}, refHead, append(refHead[:3:3], 0x01), append(refHead[:3:3], 0x41, 0)} {
		if err := EachRef(data, func(Ref) {}); err == nil {
			t.Errorf("%x is taken", data)
		}
	}
}

// FuzzDecodePacked sees that whatever is decoded has no other packed form. In
// both inputs 16 R's stand for the ref of the second.
func FuzzDecodePacked(f *testing.F) {
	mark := bytes.Repeat([]byte("R"), len(Ref{}))
	for _, v := range packSamples() {
		var s partStore
		data := AppendPacked(nil, v, s.put)
		if len(data) > 1000 || len(s.parts) > 3 {
			continue
		}
		f.Add(data, []byte{})
		for ref, part := range s.parts {
			f.Add(bytes.ReplaceAll(data, ref[:], mark), part)
		}
	}
	f.Fuzz(func(t *testing.T, data, part []byte) {
		ref := RefOf(part)
		data = bytes.ReplaceAll(data, mark, ref[:])
		d := CBORDecoder{Part: func(r Ref) ([]byte, error) {
			if r != ref {
				return nil, errors.New("no such part")
			}
			return part, nil
		}}
		v, err := d.Decode(data)
		if err != nil {
			return
		}
		if err := EachRef(data, func(Ref) {}); err != nil {
			t.Fatal(err)
		}
		if v.Weight() > 1<<20 {
			return
		}
		for _, again := range [][]byte{AppendPacked(nil, v, nil), AppendPacked(nil, rebuilt(t, v), nil)} {
			if !bytes.Equal(again, data) {
				t.Fatalf("%x gives %v, packed %x", data, v, again)
			}
		}
	})
}
