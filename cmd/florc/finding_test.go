package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/source"
)

func TestShow(t *testing.T) {
	long := strings.Repeat("a", 200)
	for _, c := range []struct {
		name, text, at, want string
	}{
		{"middle", "push f.l nada\n", "nada", "1 | push f.l nada\n  |          ^^^^\n"},
		{"tabs", "sequence\n\t\tnada 1\n", "nada", "2 | \t\tnada 1\n  | \t\t^^^^\n"},
		{"accents", "push café nada\n", "nada", "1 | push café nada\n  |           ^^^^\n"},
		{"wide", "push 日本 nada\n", "nada", "1 | push 日本 nada\n  |           ^^^^\n"},
		{"control", "push \x1b[2J nada\n", "nada", "1 | push ␛[2J nada\n  |           ^^^^\n"},
		{"long before", long + " nada", "nada", "1 | …" + long[:59] + " nada\n  | " + strings.Repeat(" ", 61) + "^^^^\n"},
		{"long itself", "b " + long, long, "1 | b " + long[:100] + "…\n  |   " + strings.Repeat("^", 100) + "\n"},
		{"long after", "nada " + long, "nada", "1 | nada " + long[:59] + "…\n  | ^^^^\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := source.NewFile("x.flo", c.text)
			at := strings.Index(c.text, c.at)
			var b strings.Builder
			palette(false).show(&b, finding{label: "error", text: "no", file: file, span: file.Span(at, at+len(c.at))})
			_, excerpt, _ := strings.Cut(b.String(), "  |\n")
			if diff := cmp.Diff(c.want, excerpt); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestColors(t *testing.T) {
	file := source.NewFile("x.flo", "nada\n")
	f := finding{label: "error", code: "FLO0201", text: "no\x1b[2J", file: file, span: file.Span(0, 4), notes: []note{{"help", "none"}}}
	var plain, colored strings.Builder
	palette(false).show(&plain, f)
	palette(true).show(&colored, f)
	if strings.Contains(plain.String(), "\x1b") {
		t.Errorf("an escape where there are no colours: %q", plain.String())
	}
	if !strings.Contains(colored.String(), "\x1b[1;31merror[FLO0201]\x1b[0m") || strings.Contains(colored.String(), "\x1b[2J") {
		t.Errorf("%q", colored.String())
	}
}

func TestLayOut(t *testing.T) {
	for _, c := range []struct{ compact, want string }{
		{`1`, `1`},
		{`"a,b:[\"c"`, `"a,b:[\"c"`},
		{`{}`, `{}`},
		{`[]`, `[]`},
		{`{"a":[1,2,{"b":null}]}`, `{"a": [1, 2, {"b": null}]}`},
		{`{"name":"a rather long value","next":[1,2,3]}`, "{\n  \"name\": \"a rather long value\",\n  \"next\": [1, 2, 3]\n}"},
		{`{"list":["a rather long value","another"]}`, "{\n  \"list\": [\n    \"a rather long value\",\n    \"another\"\n  ]\n}"},
		{`["sequence",{},[["task",{"_0":"bob"},[],2]],1]`, "[\"sequence\", {}, [\n  [\"task\", {\"_0\": \"bob\"}, [], 2]\n], 1]"},
	} {
		got := layOut([]byte(c.compact), 40)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.compact, diff)
		}
	}
}

func FuzzLayOut(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-2.5e3,"x\\\"y",true,null,{}]}`, `["a",{"b":[[[]]]},[["c",{},[],1]],[2,3]]`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var v any
		if json.Unmarshal([]byte(text), &v) != nil {
			return
		}
		compact, err := json.Marshal(v)
		if err != nil {
			return
		}
		for _, width := range []int{0, 10, 80} {
			var b strings.Builder
			b.WriteString(layOut(compact, width))
			var again any
			if err := json.Unmarshal([]byte(b.String()), &again); err != nil {
				t.Fatalf("%s: %s\n%s", compact, err, b.String())
			}
			if diff := cmp.Diff(v, again); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}
