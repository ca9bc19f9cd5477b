package staff

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// object returns the object at a path of keys below m, an empty one where
// there is none.
func object(m map[string]any, path ...string) map[string]any {
	for _, key := range path {
		m, _ = m[key].(map[string]any)
	}
	if m == nil {
		return map[string]any{}
	}
	return m
}

// --- order ---

func bank(_ context.Context, t *Task) error {
	if card, _ := object(t.Payload, "order", "customer")["card"].(string); card == "4000-0002" {
		return errors.New("card declined")
	}
	t.Payload["receipt"] = fmt.Sprintf("B-%v", t.Params["amount"])
	return nil
}

func stock(_ context.Context, t *Task) error {
	if t.Params["product"] == "chair" {
		return errors.New("out of stock")
	}
	return nil
}

// mailer sends mail for more than one flow. The first two letters to Birch are
// lost, and Elm has no mailbox at all.
func mailer(_ context.Context, t *Task) error {
	if t.Name != "send invoice" {
		sent, _ := t.Payload["mails"].([]any)
		t.Payload["mails"] = append(sent, t.Params["template"])
		return nil
	}
	try, _ := t.Params["try"].(float64)
	switch {
	case t.Params["to"] == "Birch" && try < 2:
		return errors.New("mail server busy")
	case t.Params["to"] == "Elm":
		return errors.New("mailbox unknown")
	}
	return nil
}

// --- onboarding ---

func facilities(_ context.Context, t *Task) error {
	if t.Params["city"] == "Lisbon" {
		return errors.New("no desk")
	}
	t.Payload["desk"] = map[string]any{"city": t.Params["city"], "number": 12}
	return nil
}

func it(_ context.Context, t *Task) error {
	switch t.Name {
	case "create accounts":
		t.Payload["accounts"] = []any{"mail", "chat"}
	case "order equipment":
		t.Payload["equipment"] = t.Params["items"]
	default:
		return fmt.Errorf("no idea how to %s", t.Name)
	}
	return nil
}

// manager answers once reminded.
func manager(_ context.Context, t *Task) error {
	if t.Params["reminder"] == true {
		t.Payload["feedback"] = "a good start"
	}
	return nil
}

// --- incident, and review ---

// engineer finds causes and mends things; engineers are also asked to review
// documents.
func engineer(ctx context.Context, t *Task) error {
	switch t.Name {
	case "find cause":
		t.Payload["cause"] = "overload"
		if t.Payload["rolled_back"] == nil {
			t.Payload["cause"] = "bad release"
		}
	case "roll back":
		t.Payload["rolled_back"] = true
	case "add servers":
		t.Payload["servers"] = t.Params["count"]
	case "review":
		return reviewer("", "")(ctx, t)
	default:
		return fmt.Errorf("no idea how to %s", t.Name)
	}
	return nil
}

func monitor(_ context.Context, t *Task) error {
	errorsPerMinute := 740
	switch {
	case t.Payload["servers"] != nil:
		errorsPerMinute = 2
	case t.Payload["rolled_back"] != nil:
		errorsPerMinute = 95
	}
	object(t.Payload, "alert")["errors"] = errorsPerMinute
	return nil
}

// reviewer is fine with a text in which a phrase stands.
func reviewer(wish, phrase string) role {
	return func(_ context.Context, t *Task) error {
		text, _ := t.Params["text"].(string)
		verdict := map[string]any{"fine": true}
		if !strings.Contains(text, phrase) {
			verdict = map[string]any{"fine": false, "wish": wish}
		}
		t.Payload["verdict"] = verdict
		return nil
	}
}

// author fulfils one wish at a time.
func author(_ context.Context, t *Task) error {
	wishes, _ := t.Params["wishes"].([]any)
	document := object(t.Payload, "document")
	switch {
	case slices.Contains(wishes, any("editor wants a date")):
		document["text"] = "We may do what we like, since 2026."
	default:
		document["text"] = "We do as the law allows, since 2026."
	}
	return nil
}

// --- billing ---

func ledger(_ context.Context, t *Task) error {
	t.Payload["booked"] = map[string]any{"month": t.Params["month"], "total": t.Params["total"]}
	return nil
}
