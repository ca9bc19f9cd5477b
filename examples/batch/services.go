package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
)

// services stand for what a company has: each prints what it is asked to do.
var services = map[string]runtime.Tasker{
	"orders":  service(orders),
	"stock":   service(nothing),
	"bank":    service(bank),
	"carrier": service(carrier),
	"clerk":   service(nothing),
}

// service makes a tasker of a function that does a task, and may change its
// payload.
func service(do func(t *runtime.Task) error) runtime.Tasker {
	return runtime.TaskerFunc(func(_ context.Context, t *runtime.Task) (*runtime.Reply, error) {
		err := do(t)
		line := t.Tasker + ": " + t.Name
		for _, name := range []string{"parcel", "why", "night"} {
			if v := param(t, name); v != "" {
				line += ", " + v
			}
		}
		if err != nil {
			line += " -- " + err.Error()
		}
		if _, failed := fmt.Println(line); failed != nil {
			slog.Error("cannot print", "error", failed)
		}
		return &runtime.Reply{Payload: t.Payload}, err
	})
}

func nothing(*runtime.Task) error { return nil }

// orders lists the parcels of a day.
func orders(t *runtime.Task) error {
	parcels := value.NewList(value.String("a loom to Paris"), value.String("a clock to Atlantis"))
	t.Payload = value.FromObject(t.Payload.AsObject().Set("parcels", parcels))
	return nil
}

// bank is busy the first two times that it is asked for a parcel.
func bank(t *runtime.Task) error {
	if t.Name == "charge" && t.NodeAttempt < 3 {
		return errors.New("the bank is busy")
	}
	return nil
}

// carrier goes to most places.
func carrier(t *runtime.Task) error {
	if param(t, "parcel") == "a clock to Atlantis" {
		return errors.New("nobody knows the way")
	}
	return nil
}

// param returns a parameter of a task as a text, "" where there is none.
func param(t *runtime.Task, name string) string {
	v, _ := t.Params.AsObject().Get(name)
	if v.IsNull() {
		return ""
	}
	return value.ToText(v)
}
