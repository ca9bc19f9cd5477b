package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/sig"
)

// TestSchema writes the schema of a Go package.
func TestSchema(t *testing.T) {
	var out, errs bytes.Buffer
	s := &streams{stdin: strings.NewReader(""), stdout: &out, stderr: &errs}
	if status := run(context.Background(), []string{"schema", "./testdata/service.Schema"}, s); status != 0 {
		t.Fatalf("exit %d: %s", status, errs.String())
	}
	got, err := sig.ReadSchema(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	want := sig.Schema{AllTaskers: true, Taskers: []sig.Tasker{{Name: "accounting", Doc: "Writes invoices.", Sets: []sig.Var{{Name: "invoice", Type: sig.String}}}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := os.Stat("florc_schema_main.go"); err == nil {
		t.Error("the program was left behind")
	}
}
