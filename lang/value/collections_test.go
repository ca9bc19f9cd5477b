package value

import (
	"fmt"
	"math/rand"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func ints(l *List) []int64 {
	got := []int64{}
	for _, v := range l.All() {
		got = append(got, v.AsInt())
	}
	return got
}

// TestListModel makes random operations on lists and on slices, keeps all
// versions, and sees at the end that each still is what it was.
func TestListModel(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	type version struct {
		list *List
		want []int64
	}
	versions := []version{{new(List), []int64{}}}
	for i := range int64(5000) {
		from := versions[max(0, len(versions)-1-rnd.Intn(20))]
		l, w := from.list, slices.Clone(from.want)
		v, at := Int(i), 0
		if len(w) > 0 {
			at = rnd.Intn(len(w))
		}
		switch op := rnd.Intn(20); {
		case op < 12 || len(w) == 0:
			l, w = l.Append(v), append(w, i)
		case op == 12:
			l = l.Set(at, v)
			w[at] = i
		case op == 13:
			l, w = l.Insert(at, v), slices.Insert(w, at, i)
		case op == 14:
			l, w = l.Insert(len(w), v), append(w, i)
		case op == 15:
			l, w = l.Delete(at), slices.Delete(w, at, at+1)
		case op == 16:
			l, w = l.Delete(len(w)-1), w[:len(w)-1]
		case op == 17:
			l, w = l.Sub(at/2, at), w[at/2:at]
		case op == 18:
			other := versions[rnd.Intn(len(versions))]
			l, w = l.Concat(other.list), append(w, other.want...)
		default:
			l, w = l.Delete(0), w[1:]
		}
		if len(w) > 300 {
			l, w = l.Sub(0, 3), w[:3]
		}
		versions = append(versions, version{l, slices.Clone(w)})
	}
	for i, v := range versions {
		if v.list.Len() != len(v.want) || !slices.Equal(ints(v.list), v.want) {
			t.Fatalf("version %d: %v", i, cmp.Diff(v.want, ints(v.list)))
		}
	}
}

func TestObjectModel(t *testing.T) {
	rnd := rand.New(rand.NewSource(2))
	type version struct {
		object *Object
		keys   []string
		values map[string]int64
	}
	versions := []version{{new(Object), nil, map[string]int64{}}}
	for i := range int64(5000) {
		from := versions[max(0, len(versions)-1-rnd.Intn(20))]
		o, keys, values := from.object, slices.Clone(from.keys), map[string]int64{}
		for k, v := range from.values {
			values[k] = v
		}
		key := fmt.Sprint(rnd.Intn(60))
		if rnd.Intn(5) > 0 || len(keys) == 0 {
			o = o.Set(key, Int(i))
			if _, ok := values[key]; !ok {
				keys = append(keys, key)
			}
			values[key] = i
		} else {
			o = o.Delete(key)
			keys = slices.DeleteFunc(keys, func(k string) bool { return k == key })
			delete(values, key)
		}
		versions = append(versions, version{o, keys, values})
	}
	for i, v := range versions {
		if v.object.Len() != len(v.keys) || !slices.Equal(v.object.Keys(), v.keys) {
			t.Fatalf("version %d has keys %v, want %v", i, v.object.Keys(), v.keys)
		}
		for n := range 60 {
			key := fmt.Sprint(n)
			want, ok := v.values[key]
			got, has := v.object.Get(key)
			if has != ok || has != v.object.Has(key) || has && got.AsInt() != want {
				t.Fatalf("version %d has %v, %v under %s, want %v, %v", i, got, has, key, want, ok)
			}
		}
	}
}

// TestConcurrentGrowth grows lists and objects from the same versions in
// several goroutines; it is for the race detector too.
func TestConcurrentGrowth(t *testing.T) {
	list, object := new(List), new(Object)
	for i := range 100 {
		list = list.Append(Int(int64(i)))
		object = object.Set(fmt.Sprint(i), Int(int64(i)))
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			l, o := list, object
			for i := range 1000 {
				l = l.Append(Int(int64(g)))
				o = o.Set(fmt.Sprint("k", i), Int(int64(g)))
				if _, ok := o.Get(fmt.Sprint("k", i/2)); !ok {
					t.Error("a key is lost")
				}
			}
			if l.Len() != 1100 || o.Len() != 1100 {
				t.Errorf("lengths are %d and %d", l.Len(), o.Len())
			}
			for i, v := range l.All() {
				if want := int64(g); i >= 100 && v.AsInt() != want {
					t.Fatalf("element %d is %v, want %d", i, v, want)
				}
			}
			for i := range 1000 {
				if v, _ := o.Get(fmt.Sprint("k", i)); v.AsInt() != int64(g) {
					t.Fatalf("member %d is %v, want %d", i, v, g)
				}
			}
		})
	}
	wg.Wait()
	if list.Len() != 100 || object.Len() != 100 {
		t.Error("the versions grown from have changed")
	}
}

func TestObjectOf(t *testing.T) {
	o := ObjectOf([]Member{{"a", Int(1)}, {"b", Int(2)}, {"a", Int(3)}})
	if got := FromObject(o).String(); got != `{"a":3,"b":2}` {
		t.Error(got)
	}
	if k, v := o.At(1); k != "b" || v.AsInt() != 2 {
		t.Error(k, v)
	}
	var ms []Member
	for i := range 200 {
		ms = append(ms, Member{fmt.Sprint(i % 100), Int(int64(i))})
	}
	if o := ObjectOf(ms); o.Len() != 100 || o.Keys()[99] != "99" {
		t.Error(o.Keys())
	}
}

func TestObjectMerge(t *testing.T) {
	tests := []struct{ a, b, want string }{
		{`{}`, `{"a":1}`, `{"a":1}`},
		{`{"a":1,"b":2}`, `{}`, `{"a":1,"b":2}`},
		{`{"a":1,"b":2}`, `{"a":3,"c":4}`, `{"a":3,"b":2,"c":4}`},
		{`{"a":1,"b":2}`, `{"b":3,"c":4,"d":5,"a":6}`, `{"a":6,"b":3,"c":4,"d":5}`},
	}
	for _, tt := range tests {
		a, b := parse(t, tt.a), parse(t, tt.b)
		if got := FromObject(a.AsObject().Merge(b.AsObject())).String(); got != tt.want {
			t.Errorf("%s merged with %s is %s, want %s", tt.a, tt.b, got, tt.want)
		}
		if a.String() != tt.a || b.String() != tt.b {
			t.Errorf("merging changed %s or %s", tt.a, tt.b)
		}
	}
}
