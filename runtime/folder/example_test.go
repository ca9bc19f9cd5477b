package folder_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/folder"
	"github.com/florc-lang/florc/runtime/memstore"
	"github.com/florc-lang/florc/stdlib"
)

func Example() {
	shop, err := os.MkdirTemp("", "shop")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(shop)
	for name, text := range map[string]string{
		"florc.conf":                     "{}",
		"etc/variables/acme.conf":        "{ greeting: 'Hello' }",
		"lib/flows/acme/words.flo":       "define greet name \\ \"$(greeting), $(name)!\"",
		"lib/taskers/acme/clerk.conf":    "{ worklist: true }",
		"usr/other/etc/variables/x.conf": "{ greeting: 'Bye' }",
	} {
		path := filepath.Join(shop, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			log.Fatal(err)
		}
	}
	ctx := context.Background()
	p, err := folder.Open(shop, func(line string) []string { return []string{"/bin/sh", "-c", line} })
	if err != nil {
		log.Fatal(err) // it names file, line and column
	}
	config := runtime.Config{Store: memstore.New(), Library: stdlib.All()}
	p.Configure(&config) // taskers, flows, variables
	r, err := runtime.New(config)
	if err == nil {
		err = r.Start(ctx)
	}
	if err != nil {
		log.Fatal(err)
	}
	defer r.Stop(ctx)
	def, err := runtime.Parse("hello.flo", "import 'words'\nset f.text (greet 'Joe')\nclerk 'print it'")
	if err != nil {
		log.Fatal(err)
	}
	exid, err := r.Launch(ctx, def, runtime.LaunchOptions{Domain: "acme.sales"})
	if err != nil {
		log.Fatal(err)
	}
	tasks, err := r.Tasks(ctx, exid)
	if err != nil || len(tasks) != 1 {
		log.Fatal(tasks, err)
	}
	fmt.Println(tasks[0].Tasker, tasks[0].Payload)
	// Output: clerk {"text":"Hello, Joe!","ret":"print it"}
}
