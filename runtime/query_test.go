package runtime_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
	"github.com/florc-lang/florc/stdlib"
)

// TestFind finds executions by what they are, before the index is told of them,
// after, and once it is built anew.
func TestFind(t *testing.T) {
	config := runtime.Config{Store: memstore.New(), Library: stdlib.All(), TaskWorkers: -1,
		Taskers: map[string]runtime.Tasker{"alice": runtime.Worklist, "bob": runtime.Worklist}}
	r, err := runtime.New(config)
	if err == nil {
		err = r.SimStart(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	exids := map[string]string{}
	launch := func(name, domain, src string, vars ...value.Member) {
		def, err := runtime.Parse(name+".flo", src)
		if err == nil {
			exids[name], err = r.Launch(t.Context(), def, runtime.LaunchOptions{Domain: domain, Vars: value.NewObject(vars...)})
		}
		if err != nil {
			t.Fatal(err)
		}
		for r.SimReady() > 0 {
			r.SimWork(0)
		}
	}
	eu := value.Member{Key: "region", Value: value.String("eu")}
	launch("first", "acme", "sequence tag: 'phase one'\n  alice 'a'", eu)
	launch("second", "acme.sales", "set count 3\nbob 'b'", eu)
	launch("failed", "acme.sales", "set deep { a: 1 }\nset long '"+fmt.Sprintf("%0500d", 7)+"'\nfail 'no'")
	launch("ended", "other", "1", eu)
	check := func(what string) {
		t.Helper()
		for _, test := range []struct {
			o    runtime.ListOptions
			want []string
		}{
			{runtime.ListOptions{}, []string{"ended", "failed", "second", "first"}},
			{runtime.ListOptions{Limit: 2}, []string{"ended", "failed"}},
			{runtime.ListOptions{Limit: 2, After: exids["failed"]}, []string{"second", "first"}},
			{runtime.ListOptions{Status: runtime.Active}, []string{"second", "first"}},
			{runtime.ListOptions{Status: runtime.Failed, Domain: "acme"}, []string{"failed"}},
			{runtime.ListOptions{Domain: "acme"}, []string{"failed", "second", "first"}},
			{runtime.ListOptions{Domain: "acme.sales", Exid: "acme"}, []string{"failed", "second"}},
			{runtime.ListOptions{Tag: "phase one"}, []string{"first"}},
			{runtime.ListOptions{Tasker: "bob"}, []string{"second"}},
			{runtime.ListOptions{Tasker: "bob", Exid: "acme"}, []string{"second"}},
			{runtime.ListOptions{Vars: []string{"region=eu"}}, []string{"second", "first"}},
			{runtime.ListOptions{Vars: []string{`region="eu"`, "count=3"}}, []string{"second"}},
			{runtime.ListOptions{Vars: []string{"count=\"3\""}}, nil},
			{runtime.ListOptions{Vars: []string{"long=" + fmt.Sprintf("\"%0500d\"", 7)}}, []string{"failed"}},
		} {
			list, err := r.Executions(t.Context(), test.o)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range list {
				got = append(got, e.Name)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s: %+v (-want +got):\n%s", what, test.o, diff)
			}
		}
		for p, err := range r.Verify(t.Context(), nil) {
			t.Errorf("%s: %+v, %v", what, p, err)
		}
	}
	check("before it is indexed")
	if err := r.SimIndex(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if stale, err := config.Store.Stale(t.Context(), 1); len(stale) > 0 || err != nil {
		t.Fatalf("%v are stale, %v", stale, err)
	}
	check("indexed")
	r.SimForget()
	if err := r.Reindex(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("indexed anew")
	for _, o := range []runtime.ListOptions{{Vars: []string{"region"}}, {Vars: []string{"deep={}"}}, {After: "nobody"}} {
		if _, err := r.Executions(t.Context(), o); err == nil {
			t.Errorf("%+v finds something", o)
		}
	}
	// What is said of it and is not so.
	ix, err := config.Store.Indexed(t.Context(), exids["first"])
	if err == nil {
		ix.Facets = slices.Clone(ix.Facets[1:])
		err = config.Store.Commit(t.Context(), &runtime.Batch{Indexed: []runtime.Indexed{*ix}})
	}
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for p, err := range r.Verify(t.Context(), nil) {
		if found++; err != nil || p.Exid != exids["first"] {
			t.Errorf("%+v, %v", p, err)
		}
	}
	if found != 1 {
		t.Errorf("%d problems with a wrong index", found)
	}
}
