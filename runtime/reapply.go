package runtime

import (
	"context"
	"errors"
	"fmt"

	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// Reapply has a node start over, see Client.
func (r *Runtime) Reapply(ctx context.Context, exid, nid string, o ReapplyOptions) error {
	id := rootNID
	if nid != "" {
		var err error
		if id, err = vm.ParseNID(nid); err != nil {
			return err
		}
	}
	return r.reapply(ctx, "reapplying", exid, id, o, false)
}

// Retry has nodes that failed start over, see Client.
func (r *Runtime) Retry(ctx context.Context, exid, nid string, o ReapplyOptions) error {
	id, err := vm.ParseNID(nid)
	if err == nil && id.IsZero() && (o.Definition.Tree != nil || !o.Payload.IsNull()) {
		err = errors.New("one definition, or payload, is not for all nodes that failed: name the node")
	}
	if err != nil {
		return err
	}
	return r.reapply(ctx, "retrying", exid, id, o, true)
}

func (r *Runtime) reapply(ctx context.Context, doing, exid string, nid vm.NID, o ReapplyOptions, failed bool) error {
	var a vm.Reapplication
	payload, err := payloadOf(o.Payload)
	if err == nil && !o.Vars.IsNull() && !o.Vars.IsObject() {
		err = fmt.Errorf("the variables are a %s, they have to be an object", o.Vars.TypeName())
	}
	if err != nil {
		return err
	}
	a.Payload = payload
	if o.Vars.IsObject() {
		for k, v := range o.Vars.AsObject().All() {
			a.Vars = append(a.Vars, vm.Var{Name: k, Value: v})
		}
	}
	if o.Definition.Tree != nil {
		a.Tree, a.File = treeText(o.Definition), o.Definition.File
	}
	m := vm.ReapplyMessage(nid, a, failed)
	return r.operate(ctx, doing, exid, &m)
}

// AddBranch gives a concurrence another branch, see Client.
func (r *Runtime) AddBranch(ctx context.Context, exid, nid string, def Definition, payload value.Value) error {
	id, err := nodeToGrow(nid)
	if err == nil && def.Tree == nil {
		err = errors.New("there is no tree to add")
	}
	p, bad := payloadOf(payload)
	if err = errors.Join(err, bad); err != nil {
		return err
	}
	m := vm.AddMessage(id, treeText(def), def.File, p)
	return r.operate(ctx, "adding a branch", exid, &m)
}

// AddIteration gives a node more elements to iterate over, see Client.
func (r *Runtime) AddIteration(ctx context.Context, exid, nid string, elements ...value.Value) error {
	id, err := nodeToGrow(nid)
	if err == nil && len(elements) == 0 {
		err = errors.New("there are no elements to add")
	}
	if err != nil {
		return err
	}
	m := vm.AddElementsMessage(id, elements)
	return r.operate(ctx, "adding an iteration", exid, &m)
}

func nodeToGrow(nid string) (vm.NID, error) {
	id, err := vm.ParseNID(nid)
	if err == nil && id.IsZero() {
		err = errors.New("the node that is to get more has to be named")
	}
	return id, err
}

func treeText(def Definition) string {
	return string(tree.AppendJSON(nil, def.Tree, tree.Columns))
}

// payloadOf reads a payload that an operator gives, nil for null.
func payloadOf(v value.Value) (*vm.Payload, error) {
	switch {
	case v.IsNull():
		return nil, nil
	case !v.IsObject():
		return nil, fmt.Errorf("a payload is an object, not a %s", v.TypeName())
	}
	p := vm.NewPayload(v)
	return &p, nil
}

// varsObject shows variables that come from outside.
func varsObject(vars []vm.Var) value.Value {
	o := value.NewObject().AsObject()
	for _, v := range vars {
		o = o.Set(v.Name, v.Value)
	}
	return value.FromObject(o)
}
