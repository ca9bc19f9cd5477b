package value

import (
	"fmt"
	"math"
	"math/big"
	"math/rand"
	"strings"
	"testing"
)

// weigh computes from v alone what its meta has to be.
func weigh(v Value) meta {
	m := meta{weight: ownWeight}
	add := func(w uint64) { m.weight = uint32(min(uint64(m.weight)+w, MaxWeight)) }
	element := func(e Value) {
		em := weigh(e)
		add(uint64(em.weight))
		m.depth = uint16(min(max(int(m.depth), int(em.depth)+1), math.MaxUint16))
		m.hasFunc = m.hasFunc || em.hasFunc
	}
	switch v.Kind() {
	case KindString:
		add(uint64(len(v.AsString())))
	case KindBig:
		add(uint64(v.AsBig().BitLen() / 3))
	case KindFunc:
		f := v.AsFunc()
		add(uint64(len(f.Nid + f.Cnid + f.Tree + f.OnFlavour)))
		m.hasFunc = true
	case KindProc:
		add(uint64(len(v.AsProc().Name + v.AsProc().Nid)))
	case KindTasker:
		add(uint64(len(v.AsTasker().Name)))
	case KindRegex:
		add(uint64(len(v.AsRegex().Source)))
	case KindList:
		m.depth = 1
		for _, e := range v.AsList().All() {
			element(e)
		}
	case KindObject:
		m.depth = 1
		for k, e := range v.AsObject().All() {
			add(uint64(ownWeight + len(k)))
			element(e)
		}
	}
	return m
}

// heavy is a value that weighs as much as a value can, and is nested 40 deep.
func heavy() Value {
	v := String(strings.Repeat("x", 1000))
	for range 40 {
		v = NewList(v, v, v)
	}
	return v
}

// TestMetaModel makes random operations on collections of all kinds of
// values and sees that weight, depth and hasFunc are those of the elements.
func TestMetaModel(t *testing.T) {
	rnd := rand.New(rand.NewSource(3))
	regex, err := NewRegex("/a+b/i")
	if err != nil {
		t.Fatal(err)
	}
	pool := []Value{
		Null, True, Int(1), Float(1.5), BigInt(new(big.Int).Lsh(big.NewInt(1), 999)), String(""), String("büro"), regex,
		FromFunc(&Func{Nid: "0_1-2", Cnid: "0", Tree: "abc"}), FromProc(&Proc{Name: "map", Nid: "0_1"}),
		FromTasker(&Tasker{Name: "alice"}), NewList(), NewObject(),
	}
	const scalars = 13
	for len(pool) < scalars+200 {
		pool = append(pool, pool[rnd.Intn(scalars)])
	}
	for step := range 40_000 {
		v, e := pool[rnd.Intn(len(pool))], pool[rnd.Intn(len(pool))]
		if v.Kind() == KindList {
			v = listStep(rnd, v.AsList(), e)
		} else if v.Kind() == KindObject {
			v = objectStep(rnd, v.AsObject(), e)
		}
		want := weigh(v)
		if got := v.meta(); got != want {
			t.Fatalf("step %d: meta %+v, want %+v, of %.300s", step, got, want, v)
		}
		if v.Weight() != int64(want.weight) || v.Depth() != int(want.depth) || v.HasFunc() != want.hasFunc {
			t.Fatalf("step %d: %d, %d, %t", step, v.Weight(), v.Depth(), v.HasFunc())
		}
		if want.weight < 5000 {
			pool[scalars+rnd.Intn(200)] = v
		}
	}
}

func listStep(rnd *rand.Rand, l *List, e Value) Value {
	at := rnd.Intn(l.Len() + 1)
	within := at < l.Len()
	switch op := rnd.Intn(10); {
	case op == 0 && within:
		l = l.Set(at, e)
	case op == 1:
		l = l.Insert(at, e)
	case op == 2 && within:
		l = l.Delete(at)
	case op == 3 && l.Len() > 0:
		l = l.Delete(l.Len() - 1)
	case op == 4 && l.Len() > 0:
		l = l.Delete(0)
	case op == 5:
		l = l.Sub(at/2, at)
	case op == 6:
		l = l.Sub(l.Len()/10, l.Len()-l.Len()/10)
	case op == 7 && e.IsList():
		l = l.Concat(e.AsList())
	default:
		l = l.Append(e)
	}
	return FromList(l)
}

func objectStep(rnd *rand.Rand, o *Object, e Value) Value {
	switch op := rnd.Intn(8); {
	case op == 0 && o.Len() > 0:
		o = o.SetAt(rnd.Intn(o.Len()), e)
	case op == 1 && o.Len() > 0:
		o = o.Delete(o.Keys()[rnd.Intn(o.Len())])
	case op == 2 && e.IsObject():
		o = o.Merge(e.AsObject())
	default:
		o = o.Set(fmt.Sprint(strings.Repeat("k", rnd.Intn(4)), rnd.Intn(30)), e)
	}
	return FromObject(o)
}

// TestMetaBounds takes elements that weigh or are nested without end out
// again: what is left is weighed as if they had never been there.
func TestMetaBounds(t *testing.T) {
	deep := NewList()
	for range math.MaxUint16 + 10 {
		deep = NewList(deep)
	}
	for name, big := range map[string]Value{"heavy": heavy(), "deep": deep} {
		t.Run(name, func(t *testing.T) {
			l := ListOf([]Value{big, Int(1), big, String("ab"), NewList(Int(2))})
			if w := FromList(l); name == "heavy" && w.Weight() != MaxWeight || name == "deep" && w.Depth() != math.MaxUint16 {
				t.Errorf("weight %d, depth %d", w.Weight(), w.Depth())
			}
			o := ObjectOf([]Member{{"a", big}, {"bc", Int(1)}, {"d", NewList()}})
			for _, v := range []Value{
				FromList(l.Delete(2).Delete(0)), FromList(l.Sub(3, 5)), FromList(l.Sub(1, 5).Delete(1)),
				FromList(l.Set(0, Null).Set(2, True)), FromList(l.Sub(0, 2).Concat(l.Sub(3, 5)).Delete(0)),
				FromObject(o.Delete("a")), FromObject(o.Set("a", Null)),
				FromObject(o.Merge(ObjectOf([]Member{{"a", Null}, {"x", Null}, {"y", Null}}))),
			} {
				if got, want := v.meta(), weigh(v); got != want {
					t.Errorf("meta %+v, want %+v, of %s", got, want, v)
				}
			}
		})
	}
}

// TestWeightOfText compares weights with what is written: neither is far from
// the other.
func TestWeightOfText(t *testing.T) {
	v := document()
	weight, size := v.Weight(), int64(len(AppendJSON(nil, v)))
	if weight < size/2 || weight > size*3 {
		t.Errorf("a value of %d bytes of JSON weighs %d", size, weight)
	}
}
