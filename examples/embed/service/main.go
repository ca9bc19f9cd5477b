package main

import (
	"context"
	"fmt"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
	"github.com/florc-lang/florc/stdlib"
)

func main() {
	ctx, store := context.Background(), must(badgerstore.Open("executions", badgerstore.Options{}))
	bob := func(_ context.Context, t *runtime.Task) (*runtime.Reply, error) {
		fmt.Println("bob has to", t.Name)
		return nil, nil
	}
	r := must(runtime.New(runtime.Config{Store: store, Library: stdlib.All(), Taskers: map[string]runtime.Tasker{"bob": runtime.TaskerFunc(bob)}}))
	must(r, r.Start(ctx)) // takes up what an earlier process left
	defer func() { r.Stop(ctx); store.Close() }()
	exid := must(r.Launch(ctx, must(runtime.Parse("greet.flo", "bob 'greet the world'\n'done'")), runtime.LaunchOptions{}))
	fmt.Println(must(r.Wait(ctx, exid)).Payload)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
