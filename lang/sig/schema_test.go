package sig_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/stdlib"
	"github.com/florc-lang/florc/vm"
)

func TestSchemaRoundTrip(t *testing.T) {
	s := sig.Schema{Common: vm.CommonAttributes(), AllTaskers: true}
	for _, p := range stdlib.All().Procedures() {
		s.Procs = append(s.Procs, p.Sig)
	}
	s = s.Merge(sig.Schema{
		Taskers: []sig.Tasker{{Name: "alice", Doc: "The clerk.", Sets: []sig.Var{{Name: "ok", Type: sig.Boolean}}}},
		Vars:    []sig.Var{{Name: "region", Type: sig.String}},
		Hooks:   []sig.Hook{{Signal: "stop"}},
	})
	var b bytes.Buffer
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := sig.ReadSchema(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadSchemaErrors(t *testing.T) {
	for _, text := range []string{`{`, `{"taskres": []}`, `{"procs": [{}]}`, `{"common": [{}]}`, `{"taskers": [{"doc": "x"}]}`} {
		if _, err := sig.ReadSchema([]byte(text)); err == nil {
			t.Errorf("%s is read without an error", text)
		}
	}
}

func TestMergeReplaces(t *testing.T) {
	base := sig.Schema{Procs: []sig.Proc{{Names: []string{"a"}, Doc: "old"}, {Names: []string{"b"}}}, Common: []sig.Attr{{Names: []string{"tag"}}}}
	more := sig.Schema{Procs: []sig.Proc{{Names: []string{"a"}, Doc: "new"}}, Common: []sig.Attr{{Names: []string{"tag"}, Doc: "new"}}}
	want := sig.Schema{Procs: []sig.Proc{{Names: []string{"b"}}, {Names: []string{"a"}, Doc: "new"}}, Common: []sig.Attr{{Names: []string{"tag"}, Doc: "new"}}}
	if diff := cmp.Diff(want, base.Merge(more)); diff != "" {
		t.Error(diff)
	}
	if base.Procs[0].Doc != "old" {
		t.Error("merging changed what was merged into")
	}
}
