package folder_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/folder"
	"github.com/florc-lang/florc/runtime/memstore"
	"github.com/florc-lang/florc/stdlib"
)

// projectWith makes a project with a tasker stock, as its file says.
func projectWith(t *testing.T, stock string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"florc.conf": "{}", "lib/taskers/acme/stock.conf": stock} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func noShell(line string) []string { return []string{line} }

// TestURL has a task posted to a service, signed with a secret of the
// environment.
func TestURL(t *testing.T) {
	posts := make(chan http.Header, 1)
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil || !strings.Contains(string(body), `"reserve"`) {
			t.Errorf("posted: %s, %v", body, err)
		}
		posts <- req.Header
		io.WriteString(w, `{"reserved": true}`)
	}))
	defer service.Close()
	t.Setenv("STOCK_SECRET", "whsec_c2VjcmV0")
	t.Setenv("STOCK_AUTHORIZATION", "Bearer abc")
	p, err := folder.Open(projectWith(t, "{ url: '"+service.URL+"/tasks', secret_env: 'STOCK_SECRET',\n  header_env: { Authorization: 'STOCK_AUTHORIZATION' }, timeout: '5m', at_once: 2 }"), noShell)
	if err != nil {
		t.Fatal(err)
	}
	c := runtime.Config{Store: memstore.New(), Library: stdlib.All()}
	p.Configure(&c)
	r, err := runtime.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer r.Stop(t.Context())
	def, err := runtime.Parse("order.flo", "stock 'reserve'\n")
	if err != nil {
		t.Fatal(err)
	}
	exid, err := r.Launch(t.Context(), def, runtime.LaunchOptions{Domain: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	res, err := r.Wait(t.Context(), exid)
	if err != nil || res.Payload.String() != `{"reserved":true}` {
		t.Errorf("%+v, %v", res, err)
	}
	got := <-posts
	if got.Get("Authorization") != "Bearer abc" || !strings.HasPrefix(got.Get("Webhook-Signature"), "v1,") || got.Get("Idempotency-Key") == "" {
		t.Errorf("the headers: %v", got)
	}
}

// TestURLFaults opens projects whose tasker is not described as it has to be.
func TestURLFaults(t *testing.T) {
	t.Setenv("THERE", "x")
	for text, want := range map[string]string{
		"{ url: 'https://a.example/t' }":                                 "",
		"{ url: 'https://a.example/t', secret_env: 'THERE' }":            "",
		"{ url: 'https://a.example/t',\n  secret_env: 'MISSING_1' }":     `stock.conf:2:15: the environment variable MISSING_1 is not set, which the tasker "stock" needs`,
		"{ url: 'https://a.example/t', header_env: { A: 'MISSING_2' } }": "MISSING_2 is not set",
		"{ url: 'https://me:pass@a.example/t' }":                         "stock.conf:1:8: an address has no name and password in this file",
		"{ url: 'ftp://a.example/t' }":                                   "stock.conf:1:8: this is no address that tasks can be posted to",
		"{ url: 'a.example' }":                                           "this is no address that tasks can be posted to",
		"{ url: 'https://a.example/t', run: 'x' }":                       "a tasker has one of run, url and worklist",
		"{ timeout: '5m' }":                                              "a tasker has one of run, url and worklist",
		"{ run: 'x', secret_env: 'THERE' }":                              "a secret and headers are for a tasker with a url",
		"{ url: 'https://a.example/t', secret_env: 'a b' }":              "this is no name of an environment variable",
		"{ url: 'https://a.example/t', secret: 'hush' }":                 `a tasker has no "secret"`,
		"{ url: 'https://a.example/t', header_env: 'X' }":                "headers are an object",
		"{ url: 'https://a.example/t', header_env: { 'a b': 'THERE' } }": "this is no name of a header",
	} {
		_, err := folder.Open(projectWith(t, text), noShell)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s\nwant %q, got %q", text, want, got)
		}
	}
}
