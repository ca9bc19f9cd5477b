// Package staff plays the people and programs that the example flows hand
// their tasks to. It knows nothing of florc: a tasker is anything that reads a
// task and writes a payload, both as JSON.
package staff

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Task is what a tasker is given, as far as these taskers look at it.
type Task struct {
	Tasker  string         `json:"tasker"` // whom the flow asks
	Name    string         `json:"name"`   // what to do
	Params  map[string]any `json:"params"` // the keyed attributes
	Payload map[string]any `json:"payload"`
}

// role does a task: it changes the payload. An error fails the task.
type role func(ctx context.Context, t *Task) error

// Serve reads a task from r, does it, and writes the new payload to w, or
// {"error": "…"} where the task failed.
func Serve(ctx context.Context, r io.Reader, w io.Writer) error {
	var t Task
	if err := json.NewDecoder(r).Decode(&t); err != nil {
		return fmt.Errorf("reading the task: %w", err)
	}
	if err := do(ctx, &t); err != nil {
		return json.NewEncoder(w).Encode(map[string]string{"error": err.Error()})
	}
	return json.NewEncoder(w).Encode(t.Payload)
}

// do has the task done by whoever it is for.
func do(ctx context.Context, t *Task) error {
	does := roles[t.Tasker]
	if does == nil {
		return fmt.Errorf("nobody here is called %q", t.Tasker)
	}
	return does(ctx, t)
}

// roles are the taskers by their names.
var roles = map[string]role{
	// order
	"accounting": says("invoice", "A-1001"),
	"bank":       bank,
	"courier":    says("parcel_with", "courier"),
	"mailer":     mailer,
	"stock":      stock,
	"warehouse":  late(says("parcel_with", "warehouse")),

	// onboarding
	"carl":       late(says("buddy", "carl")),
	"dana":       says("buddy", "dana"),
	"facilities": facilities,
	"hr":         says("contract", "signed"),
	"it":         it,
	"manager":    manager,

	// incident
	"engineer": engineer,
	"monitor":  monitor,
	"nick":     late(says("owner", "nick")),
	"olga":     says("owner", "olga"),
	"support":  done,
	"writer":   fails("the wiki is read-only today"),

	// approval
	"claimant":    done,
	"lead":        decides("yes"),
	"head":        late(decides("no")),
	"head_deputy": decides("yes"),
	"director":    decides("no"),

	// review
	"author":    author,
	"editor":    reviewer("a date", "since 2026"),
	"lawyer":    reviewer("the law named", "as the law allows"),
	"publisher": done,

	// billing
	"ledger": ledger,
}

// --- what several of them do ---

// done changes nothing.
func done(context.Context, *Task) error { return nil }

// says sets a field.
func says(field string, v any) role {
	return func(_ context.Context, t *Task) error {
		t.Payload[field] = v
		return nil
	}
}

// fails gives the task back.
func fails(why string) role {
	return func(context.Context, *Task) error { return errors.New(why) }
}

// late is somebody who answers, but not in time.
func late(does role) role {
	return func(ctx context.Context, t *Task) error {
		select {
		case <-time.After(10 * time.Second):
			return does(ctx, t)
		case <-ctx.Done(): // the task was withdrawn
			return ctx.Err()
		}
	}
}

// decides answers a request for approval.
func decides(answer string) role {
	return func(_ context.Context, t *Task) error {
		t.Payload["decision"], t.Payload["decided_by"] = answer, t.Tasker
		return nil
	}
}
