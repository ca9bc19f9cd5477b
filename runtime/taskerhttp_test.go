package runtime_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/florc-lang/florc/runtime"
)

// TestHTTPTasker posts tasks to a server that answers in all the ways there
// are.
func TestHTTPTasker(t *testing.T) {
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	var mu sync.Mutex
	attempts := map[string]int{}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var task struct {
			Key, Name string
			Params    map[string]any
			Attempt   int
			Payload   json.RawMessage
		}
		if err == nil {
			err = json.Unmarshal(body, &task)
		}
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%s.%s", r.Header.Get("Webhook-Id"), r.Header.Get("Webhook-Timestamp"), body)
		signed := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
		if err != nil || r.Header.Get("Webhook-Signature") != signed || r.Header.Get("Idempotency-Key") != task.Key ||
			r.Header.Get("Webhook-Id") != task.Key || r.Header.Get("X-From") != "florc" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("posted: %v %v %s", err, r.Header, body)
		}
		mu.Lock()
		attempts[task.Key]++
		n := attempts[task.Key]
		mu.Unlock()
		if n < task.Attempt { // there may be more: the transport itself posts again what has the header Idempotency-Key
			t.Errorf("attempt %d says that it is %d", n, task.Attempt)
		}
		switch task.Name {
		case "answer":
			fmt.Fprintf(w, `{"n": %v}`, task.Params["n"])
		case "nothing":
			w.WriteHeader(http.StatusNoContent)
		case "empty":
		case "fail":
			fmt.Fprint(w, `{"error": "no paper"}`)
		case "list":
			fmt.Fprint(w, `[1]`)
		case "text":
			fmt.Fprint(w, `hello`)
		case "refuse":
			http.Error(w, "not you\nnever", http.StatusForbidden)
		case "moved":
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		case "down":
			http.Error(w, "starting", http.StatusServiceUnavailable)
		case "flaky":
			switch n {
			case 1:
				w.WriteHeader(http.StatusBadGateway)
			case 2:
				w.WriteHeader(http.StatusTooManyRequests)
			case 3:
				conn, _, err := http.NewResponseController(w).Hijack()
				if err == nil {
					conn.Close() // in the middle of it
				}
			default:
				fmt.Fprint(w, `{"flaky": true}`)
			}
		}
	}))
	defer srv.Close()
	tasker := &runtime.HTTPTasker{URL: srv.URL + "/hook?key=hidden", Header: http.Header{"X-From": {"florc"}}, Secret: secret, Attempts: 4, Backoff: time.Millisecond}
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	r := start(t, runtime.Config{Taskers: map[string]runtime.Tasker{"web": tasker,
		"gone": &runtime.HTTPTasker{URL: gone.URL, Attempts: 2, Backoff: time.Millisecond}}})
	defer stop(t, r)
	at := srv.URL + "/hook"
	for _, test := range []struct{ name, want string }{
		{"answer", `{"n":7}`},
		{"nothing", `{"a":1,"ret":null}`},
		{"empty", `{"a":1,"ret":null}`},
		{"fail", "no paper"},
		{"list", at + ": it wrote a array, the new payload has to be an object"},
		{"text", at + ": what it wrote is not JSON"},
		{"refuse", at + " answered 403 Forbidden: not you"},
		{"moved", at + " answered 307 Temporary Redirect"},
		{"down", at + " answered 503 Service Unavailable: starting (attempt 4, the last one)"},
		{"flaky", `{"flaky":true}`},
	} {
		res := wait(t, r, launch(t, r, fmt.Sprintf("set f.a 1\nweb '%s' n: 7\n", test.name)))
		got := res.Payload.String()
		if res.Error != nil {
			got = res.Error.Message
		}
		if !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: want %s, got %s", test.name, test.want, got)
		}
	}
	res := wait(t, r, launch(t, r, "gone 'x'\n"))
	if res.Error == nil || !strings.Contains(res.Error.Message, "refused (attempt 2, the last one)") {
		t.Errorf("a server that is not there: %+v", res.Error)
	}
}

// TestReturnHandler has the other side take charge of a task, and return it by
// the URL that it got.
func TestReturnHandler(t *testing.T) {
	returns := &runtime.ReturnHandler{Secret: []byte("0123456789abcdef"), MaxBytes: 1000}
	posted := make(chan string, 9)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var task struct{ Return string }
		if err := json.NewDecoder(r.Body).Decode(&task); err != nil {
			t.Error(err)
		}
		posted <- task.Return
		w.WriteHeader(http.StatusAccepted)
	}))
	defer other.Close()
	mux := http.NewServeMux()
	mux.Handle("/tasks/", http.StripPrefix("/tasks/", returns))
	here := httptest.NewServer(mux)
	defer here.Close()
	returns.URL = here.URL + "/tasks"
	r := start(t, runtime.Config{Taskers: map[string]runtime.Tasker{"web": &runtime.HTTPTasker{URL: other.URL, Returns: returns}}})
	defer stop(t, r)
	returns.Client = r
	post := func(url, body, bearer string) string {
		t.Helper()
		req, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if bearer != "" {
			req.Header.Set("Authorization", "Bearer "+bearer)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(fmt.Sprint(resp.StatusCode, " ", string(text)))
	}
	exid := launch(t, r, "set f.a 1\nweb 'x'\n")
	url := <-posted
	plain, token, _ := strings.Cut(url, "?token=")
	if plain != here.URL+"/tasks/"+exid+"/1" {
		t.Errorf("the task is to be returned to %s", plain)
	}
	is := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("want %s, got %s", want, got)
		}
	}
	is(post(plain, `{}`, ""), `401 {"error":"the token is not that of the task"}`)
	is(post(plain, `{}`, returns.Token(exid, "2")), `401 {"error":"the token is not that of the task"}`)
	is(post(here.URL+"/tasks/"+exid+"/2?token="+token, `{}`, ""), `401 {"error":"the token is not that of the task"}`)
	is(post(here.URL+"/tasks/"+exid, `{}`, token), `404 {"error":"a task is returned to EXID/TASK"}`)
	is(post(url, `[1]`, ""), `400 {"error":"the body has to be a JSON object: the new payload, or {\"error\": \"…\"}"}`)
	is(post(url, `{"a": "`+strings.Repeat("x", 1000)+`"}`, ""), `413 {"error":"the body may have 1000 bytes"}`)
	is(post(url, `{"b": 2}`, ""), "204")
	ends(t, r, exid, `{"b":2}`)
	is(post(plain, `{"b": 3}`, token), `410 {"error":"the task is not out: it was returned already, or withdrawn"}`)
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a GET gives %s", resp.Status)
	}
	failing := launch(t, r, "web 'x'\n")
	is(post(<-posted, `{"error": "too late"}`, ""), "204")
	ends(t, r, failing, "too late")
	same := launch(t, r, "set f.a 1\nweb 'x'\n")
	is(post(<-posted, ``, ""), "204")
	ends(t, r, same, `{"a":1,"ret":"x"}`)
}
