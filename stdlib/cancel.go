package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var cancel = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"cancel", "kill"},
		Group: sig.Control,
		Doc:   "Ends other nodes before their time, by id or by tag. `cancel` lets their `on_cancel` handlers run, `kill` does not.",
		Attrs: []sig.Attr{
			{Names: []string{"nid"}, Type: sig.Nid, Doc: "The ids of nodes."},
			{Names: []string{"ref"}, Type: sig.Tag, Doc: "Tags of nodes."},
		},
		Args:       []sig.Arg{{Name: "target", Type: sig.Any, Repeated: true, Optional: true, Doc: "Node ids or tags."}},
		Body:       sig.Arguments,
		Result:     "The last target.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "By tag", Source: "concurrence\n  stall tag: 'a'\n  sequence\n    cancel ref: 'a'\n'over'", Ret: `"over"`},
			{Title: "By id", Source: "sequence\n  cancel '0'\n'not reached'", Ret: `"0"`},
		},
		SeeAlso: []string{"stall", "on_cancel", "break"},
	},
	Done: func(n *vm.Node) error {
		var nids []vm.NID
		seen := make(map[vm.NID]bool)
		add := func(nid vm.NID) {
			if !seen[nid] {
				seen[nid] = true
				nids = append(nids, nid)
			}
		}
		var tags []value.Value
		for _, t := range cancelTargets(n.Frame()) {
			if nid, err := vm.ParseNID(t.AsString()); err == nil {
				add(nid)
			} else {
				tags = append(tags, t)
			}
		}
		for _, t := range tags {
			for _, nid := range n.TaggedBy(t) {
				add(nid)
			}
		}
		inside := false
		for _, nid := range nids {
			n.SendCancel(nid, vm.Message{Flavour: cancelFlavour(n.Name())})
			inside = inside || n.IsBelow(nid)
		}
		if inside {
			return n.Wait()
		}
		return n.Reply()
	},
}

func cancelFlavour(name string) vm.Flavour {
	if name == "kill" {
		return vm.Kill
	}
	return vm.Flavour("cancel")
}

// cancelTargets lists the strings that name what to cancel.
func cancelTargets(f *vm.Frame) []value.Value {
	var targets []value.Value
	for _, a := range f.Atts {
		if a.Key != "" && a.Key != "nid" && a.Key != "ref" {
			continue
		}
		vs := []value.Value{a.Value}
		if a.Value.IsList() {
			vs = a.Value.AsList().Slice()
		}
		for _, v := range vs {
			if v.IsString() {
				targets = append(targets, v)
			}
		}
	}
	return targets
}
