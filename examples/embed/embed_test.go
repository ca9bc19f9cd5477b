// Package embed_test shows how a Go service runs flows of its own; the text
// around the samples is docs/embedding.md.
package embed_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
	"github.com/florc-lang/florc/runtime/memstore"
	"github.com/florc-lang/florc/runtime/socket"
	"github.com/florc-lang/florc/stdlib"
)

// reserve does the tasks of the tasker "stock".
func reserve(ctx context.Context, t *runtime.Task) (*runtime.Reply, error) {
	product, _ := t.Params.AsObject().Get("product")
	if product.AsString() == "chair" {
		return nil, errors.New("out of stock")
	}
	payload := t.Payload.AsObject().Set("reserved", product)
	return &runtime.Reply{Payload: value.FromObject(payload)}, nil
}

func Example() {
	ctx := context.Background()
	r, err := runtime.New(runtime.Config{
		Store:   memstore.New(),
		Library: stdlib.All(),
		Taskers: map[string]runtime.Tasker{"stock": runtime.TaskerFunc(reserve)},
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := r.Start(ctx); err != nil {
		log.Fatal(err)
	}
	defer r.Stop(ctx)

	def, err := runtime.Parse("order.flo", "stock 'reserve' product: f.product\n'done'")
	if err != nil {
		log.Fatal(err)
	}
	for _, product := range []string{"lamp", "chair"} {
		payload := value.NewObject(value.Member{Key: "product", Value: value.String(product)})
		exid, err := r.Launch(ctx, def, runtime.LaunchOptions{Payload: payload})
		if err != nil {
			log.Fatal(err)
		}
		res, err := r.Wait(ctx, exid)
		if err != nil {
			log.Fatal(err)
		}
		if res.Error != nil {
			fmt.Printf("%s at line %d: %s\n", res.Point, res.Error.Line, res.Error.Message)
			continue
		}
		fmt.Println(res.Point, res.Payload)
	}
	// Output:
	// terminated {"product":"lamp","reserved":"lamp","ret":"done"}
	// failed at line 1: out of stock
}

// inbox hands tasks to people: it takes charge of a task, and somebody else
// returns it later.
type inbox chan *runtime.Task

// Task takes charge of a task.
func (in inbox) Task(ctx context.Context, t *runtime.Task) (*runtime.Reply, error) {
	select {
	case in <- t:
		return &runtime.Reply{Later: true}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Withdraw is told when a task need not be done any more.
func (in inbox) Withdraw(ctx context.Context, t *runtime.Task) error {
	fmt.Println("no need to", t.Name)
	return nil
}

func Example_people() {
	ctx := context.Background()
	alice := make(inbox, 1)
	r, err := runtime.New(runtime.Config{
		Store:   memstore.New(),
		Library: stdlib.All(),
		Taskers: map[string]runtime.Tasker{"alice": alice},
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := r.Start(ctx); err != nil {
		log.Fatal(err)
	}
	defer r.Stop(ctx)

	def, err := runtime.Parse("leave.flo", "alice 'approve the leave' days: 3\n\"alice said $(f.answer)\"")
	if err != nil {
		log.Fatal(err)
	}
	exid, err := r.Launch(ctx, def, runtime.LaunchOptions{})
	if err != nil {
		log.Fatal(err)
	}

	task := <-alice
	fmt.Println(task.Name, task.Params)

	// Minutes or months later, in this process or after a restart:
	answer := value.NewObject(value.Member{Key: "answer", Value: value.String("yes")})
	if err := r.Return(ctx, task.Exid, task.ID, answer, nil); err != nil {
		log.Fatal(err)
	}
	res, err := r.Wait(ctx, exid)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Payload)
	// Output:
	// approve the leave {"days":3}
	// {"answer":"yes","ret":"alice said yes"}
}

// open opens a store on disk and a runtime on it.
func open(ctx context.Context, dir string) (*runtime.Runtime, func(), error) {
	store, err := badgerstore.Open(dir, badgerstore.Options{})
	if err != nil {
		return nil, nil, err
	}
	r, err := runtime.New(runtime.Config{
		Store:   store,
		Library: stdlib.All(),
		Taskers: map[string]runtime.Tasker{"alice": runtime.Worklist},
	})
	if err == nil {
		err = r.Start(ctx)
	}
	stop := func() {
		if err := errors.Join(r.Stop(ctx), store.Close()); err != nil {
			log.Print(err)
		}
	}
	return r, stop, err
}

func Example_restart() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "flows")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	def, err := runtime.Parse("clean.flo", "alice 'clean up' room: 12\n'clean'")
	if err != nil {
		log.Fatal(err)
	}

	r, stop, err := open(ctx, dir)
	if err != nil {
		log.Fatal(err)
	}
	exid, err := r.Launch(ctx, def, runtime.LaunchOptions{})
	if err != nil {
		log.Fatal(err)
	}
	stop() // whatever happens to this process

	if r, stop, err = open(ctx, dir); err != nil {
		log.Fatal(err)
	}
	defer stop()
	tasks, err := r.Tasks(ctx, exid)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(tasks[0].Tasker, tasks[0].Name)
	if err := r.Return(ctx, exid, tasks[0].ID, value.Null, nil); err != nil {
		log.Fatal(err)
	}
	res, err := r.Wait(ctx, exid)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Point, res.Payload)
	// Output:
	// alice clean up
	// terminated {"ret":"clean"}
}

// serve lets other processes on this machine use the runtime.
func serve(ctx context.Context, dir string, r *runtime.Runtime) error {
	l, err := socket.Listen(dir)
	if err != nil {
		return err
	}
	return socket.Serve(ctx, l, r, slog.Default())
}

func Example_otherProcess() {
	ctx, end := context.WithCancel(context.Background())
	dir, err := os.MkdirTemp("", "flows")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	r, stop, err := open(ctx, dir)
	if err != nil {
		log.Fatal(err)
	}
	served := make(chan error)
	go func() { served <- serve(ctx, dir, r) }()

	// This could be another process:
	c, err := socket.Dial(dir)
	for errors.Is(err, socket.ErrNoOwner) {
		time.Sleep(time.Millisecond)
		c, err = socket.Dial(dir)
	}
	if err != nil {
		log.Fatal(err)
	}
	def, err := runtime.Parse("sum.flo", "1 + 2")
	if err != nil {
		log.Fatal(err)
	}
	exid, err := c.Launch(ctx, def, runtime.LaunchOptions{})
	if err != nil {
		log.Fatal(err)
	}
	res, err := c.Wait(ctx, exid)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Payload)

	end()
	if err := <-served; err != nil {
		log.Fatal(err)
	}
	stop()
	// Output:
	// {"ret":3}
}

// approved waits until somebody has a request on the desk, then until that is
// dealt with.
func approved(ctx context.Context, c runtime.Client, exid string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Hour)
	defer cancel()
	_, err := c.WaitFor(ctx, exid, runtime.WaitOptions{Since: 1},
		runtime.Condition{Kind: runtime.UntilTask, Name: "alice"},
		runtime.Condition{Kind: runtime.UntilLeft, Name: "approval"})
	return err
}

func Example_waiting() {
	ctx := context.Background()
	alice := runtime.TaskerFunc(func(context.Context, *runtime.Task) (*runtime.Reply, error) { return nil, nil })
	r, err := runtime.New(runtime.Config{Store: memstore.New(), Library: stdlib.All(), Taskers: map[string]runtime.Tasker{"alice": alice}})
	if err == nil {
		err = r.Start(ctx)
	}
	if err != nil {
		log.Fatal(err)
	}
	defer r.Stop(ctx)
	def, err := runtime.Parse("approve.flo", "sequence tag: 'approval'\n  alice 'approve'")
	if err != nil {
		log.Fatal(err)
	}
	exid, err := r.Launch(ctx, def, runtime.LaunchOptions{})
	if err != nil {
		log.Fatal(err)
	}
	if err := approved(ctx, r, exid); err != nil {
		log.Fatal(err)
	}
	fmt.Println("approved")
	// Output: approved
}
