package embed_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
	"github.com/florc-lang/florc/stdlib"
)

// The text around these samples is docs/taskers.md.

func answer(t *runtime.Task, text string) (*runtime.Reply, error) {
	return &runtime.Reply{Payload: value.FromObject(t.Payload.AsObject().Set("said", value.String(text)))}, nil
}

func Example_registrations() {
	ctx := context.Background()
	ocr := func(_ context.Context, t *runtime.Task) (*runtime.Reply, error) { return answer(t, t.Tasker) }
	r, err := runtime.New(runtime.Config{
		Store:   memstore.New(),
		Library: stdlib.All(),
		Registrations: []runtime.Registration{
			{Match: regexp.MustCompile("ocr-.*"), Tasker: runtime.TaskerFunc(ocr), AtOnce: 4, Timeout: time.Hour},
			{Name: "clerks", Domain: "acme.sales", Tasker: runtime.Worklist},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := r.Start(ctx); err != nil {
		log.Fatal(err)
	}
	defer r.Stop(ctx)

	def, err := runtime.Parse("scan.flo", "ocr-fast 'read'")
	if err != nil {
		log.Fatal(err)
	}
	exid, err := r.Launch(ctx, def, runtime.LaunchOptions{})
	if err != nil {
		log.Fatal(err)
	}
	res, err := r.Wait(ctx, exid)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Payload)
	// Output:
	// {"said":"ocr-fast","ret":"read"}
}

// approvals lets people approve: GET lists what waits, POST takes an answer.
func approvals(r runtime.Client) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /approvals", func(w http.ResponseWriter, req *http.Request) {
		tasks, err := r.FindTasks(req.Context(), runtime.TaskQuery{Tasker: "boss"})
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(tasks)
	})
	mux.HandleFunc("POST /approvals/{exid}/{task}", func(w http.ResponseWriter, req *http.Request) {
		said := value.NewObject(value.Member{Key: "approved", Value: value.Bool(req.FormValue("answer") == "yes")})
		err := r.Return(req.Context(), req.PathValue("exid"), req.PathValue("task"), said, nil)
		if err != nil {
			http.Error(w, err.Error(), http.StatusConflict) // somebody has answered already
		}
	})
	return mux
}

func Example_webHandler() {
	ctx := context.Background()
	r, err := runtime.New(runtime.Config{Store: memstore.New(), Library: stdlib.All(), Taskers: map[string]runtime.Tasker{"boss": runtime.Worklist}})
	if err != nil {
		log.Fatal(err)
	}
	if err := r.Start(ctx); err != nil {
		log.Fatal(err)
	}
	defer r.Stop(ctx)
	srv := httptest.NewServer(approvals(r))
	defer srv.Close()
	def, err := runtime.Parse("leave.flo", "boss 'approve' days: 3")
	if err != nil {
		log.Fatal(err)
	}
	exid, err := r.Launch(ctx, def, runtime.LaunchOptions{})
	if err != nil {
		log.Fatal(err)
	}

	// In a browser, days later:
	resp, err := http.Get(srv.URL + "/approvals")
	if err != nil {
		log.Fatal(err)
	}
	var waiting []struct{ Exid, ID, Name string }
	if err := json.NewDecoder(resp.Body).Decode(&waiting); err != nil {
		log.Fatal(err)
	}
	resp.Body.Close()
	fmt.Println(waiting[0].Name)
	for range 2 {
		at := srv.URL + "/approvals/" + waiting[0].Exid + "/" + waiting[0].ID
		resp, err := http.Post(at, "application/x-www-form-urlencoded", strings.NewReader("answer=yes"))
		if err != nil {
			log.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		fmt.Println(resp.StatusCode)
	}
	res, err := r.Wait(ctx, exid)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Payload)
	// Output:
	// approve
	// 200
	// 409
	// {"approved":true}
}

// pull does the tasks of "ocr", wherever the client leads to, until ctx ends.
func pull(ctx context.Context, c runtime.Client, work func(t *runtime.ListedTask) value.Value) error {
	for ctx.Err() == nil {
		tasks, err := c.ClaimTasks(ctx, runtime.ClaimOptions{Worker: "worker1", Tasker: []string{"ocr"}, Lease: time.Minute, Wait: time.Minute})
		if err != nil {
			return err
		}
		for _, t := range tasks {
			done := runtime.TaskMove{Act: runtime.CompleteTask, By: t.Person, Lease: t.Lease, Payload: work(t)}
			if _, err := c.MoveTask(ctx, t.Exid, t.ID, done); err != nil {
				log.Print(err) // such as ErrLeaseLost: another worker has the task now
			}
		}
	}
	return nil
}

func Example_pull() {
	ctx, end := context.WithCancel(context.Background())
	defer end()
	r, err := runtime.New(runtime.Config{Store: memstore.New(), Library: stdlib.All(), Taskers: map[string]runtime.Tasker{"ocr": runtime.Worklist}})
	if err != nil {
		log.Fatal(err)
	}
	if err := r.Start(ctx); err != nil {
		log.Fatal(err)
	}
	defer r.Stop(context.Background())
	go pull(ctx, r, func(t *runtime.ListedTask) value.Value {
		return value.NewObject(value.Member{Key: "text", Value: value.String("read " + t.Name)})
	})
	def, err := runtime.Parse("scan.flo", "ocr 'page 1'")
	if err != nil {
		log.Fatal(err)
	}
	exid, err := r.Launch(ctx, def, runtime.LaunchOptions{})
	if err != nil {
		log.Fatal(err)
	}
	res, err := r.Wait(ctx, exid)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Payload)
	// Output:
	// {"text":"read page 1"}
}
