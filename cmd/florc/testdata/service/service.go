// Package service stands for a service that adds to what flows may use.
package service

import (
	"context"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/stdlib"
)

// accounting writes invoices.
type accounting struct{}

func (accounting) Task(context.Context, *runtime.Task) (*runtime.Reply, error) { return nil, nil }

func (accounting) Describe() sig.Tasker {
	return sig.Tasker{Doc: "Writes invoices.", Sets: []sig.Var{{Name: "invoice", Type: sig.String}}}
}

// Schema describes the service.
func Schema() sig.Schema {
	return runtime.Config{Library: stdlib.All(), Taskers: map[string]runtime.Tasker{"accounting": accounting{}}}.Schema()
}
