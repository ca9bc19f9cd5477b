package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestWorklist has people use the program with their browsers: a purchase goes
// its way, two managers claim one task, and the program is stopped and started
// in the middle of it.
func TestWorklist(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "worklist")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	store := filepath.Join(t.TempDir(), "store")
	s := start(t, bin, store)

	ada := s.signIn(t, "ada")
	ada.post(t, "/purchases", url.Values{"what": {""}, "price": {"1200"}}, http.StatusBadRequest)
	ada.post(t, "/purchases", url.Values{"what": {"a loom & yarn"}, "price": {"1200"}}, http.StatusOK)
	if page := ada.get(t, "/"); !strings.Contains(page, "a loom &amp; yarn") || strings.Contains(page, "Claim") {
		t.Errorf("Ada should see her purchase, and nothing to claim:\n%s", page)
	}

	// Both managers are offered the task; one of them gets it.
	managers := []*browser{s.signIn(t, "bob"), s.signIn(t, "dan")}
	task := managers[0].taskNamed(t, "approve")
	got := make([]int, len(managers))
	var both sync.WaitGroup
	for i, m := range managers {
		both.Go(func() { got[i], _ = m.send(t, task+"/claim", nil) })
	}
	both.Wait()
	winner := slices.Index(got, http.StatusOK)
	slices.Sort(got)
	if diff := cmp.Diff([]int{http.StatusOK, http.StatusConflict}, got); diff != "" {
		t.Fatalf("of two who claim a task one gets it (-want +got):\n%s", diff)
	}
	managers[1-winner].post(t, task+"/complete", url.Values{"decision": {"yes"}}, http.StatusConflict)
	managers[winner].post(t, task+"/complete", url.Values{"decision": {"perhaps"}}, http.StatusBadRequest)

	// What was claimed is claimed after a restart, too.
	s.stop(t)
	s = start(t, bin, store)
	boss := s.signIn(t, managers[winner].person)
	boss.post(t, task+"/complete", url.Values{"decision": {"yes"}, "comment": {"fine"}}, http.StatusOK)
	boss.post(t, task+"/complete", url.Values{"decision": {"no"}}, http.StatusNotFound, http.StatusConflict)

	eve, fay, ada := s.signIn(t, "eve"), s.signIn(t, "fay"), s.signIn(t, "ada")
	eve.do(t, "find the money", url.Values{"decision": {"yes"}})
	fay.do(t, "order", url.Values{"order_number": {"4711"}})
	ada.do(t, "collect it", nil)
	ada.find(t, "bought")
	if page := ada.get(t, "/nowhere"); !strings.Contains(page, "404") {
		t.Errorf("there should be no such page:\n%s", page)
	}

	// A connection that a browser opened beforehand does not keep it from ending.
	unused, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unused.Close() }()
	s.stop(t)
}

// service is the program under test.
type service struct {
	cmd *exec.Cmd
	url string
}

func start(t *testing.T, bin, store string) *service {
	t.Helper()
	s := &service{cmd: exec.CommandContext(t.Context(), bin, "-addr", "127.0.0.1:0", "-store", store)}
	out, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	at := strings.Index(line, "http://")
	if err != nil || at < 0 {
		t.Fatalf("it printed %q: %v", line, err)
	}
	s.url = strings.TrimSpace(line[at:])
	return s
}

// stop ends the program as an operator would, and waits for it.
func (s *service) stop(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Fatalf("it ended with %v", err)
	}
}

// browser is that of a person who has signed in.
type browser struct {
	client *http.Client
	base   string
	person string
}

func (s *service) signIn(t *testing.T, person string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{&http.Client{Jar: jar}, s.url, person}
	b.post(t, "/sign-in", url.Values{"person": {person}}, http.StatusOK)
	return b
}

// send sends a form and returns the status of the page that comes of it.
func (b *browser) send(t *testing.T, path string, form url.Values) (int, string) {
	res, err := b.client.PostForm(b.base+path, form)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	return res.StatusCode, body(t, res)
}

func (b *browser) post(t *testing.T, path string, form url.Values, want ...int) {
	t.Helper()
	if status, page := b.send(t, path, form); !slices.Contains(want, status) {
		t.Fatalf("%s sends %s: %d, not %v\n%s", b.person, path, status, want, page)
	}
}

func (b *browser) get(t *testing.T, path string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, b.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := b.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return body(t, res)
}

func body(t *testing.T, res *http.Response) string {
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

// find reloads the worklist until it has what is looked for, and returns what
// the expression caught: tasks follow each other in their own time.
func (b *browser) find(t *testing.T, what string) string {
	t.Helper()
	for {
		page := b.get(t, "/")
		if m := regexp.MustCompile(what).FindStringSubmatch(page); m != nil {
			return m[len(m)-1]
		}
		if strings.Contains(page, "stuck: ") {
			t.Fatalf("%s finds no %s:\n%s", b.person, what, page)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// taskNamed finds the path of a task on the person's worklist.
func (b *browser) taskNamed(t *testing.T, name string) string {
	t.Helper()
	return b.find(t, `href="(/tasks/[^"]+)">`+regexp.QuoteMeta(name)+`<`)
}

// do claims a task and completes it.
func (b *browser) do(t *testing.T, name string, form url.Values) {
	t.Helper()
	path := b.taskNamed(t, name)
	b.post(t, path+"/claim", nil, http.StatusOK)
	if page := b.get(t, path); !strings.Contains(page, fmt.Sprintf("claim, %s", b.person)) {
		t.Errorf("the page of %q should say who claimed it:\n%s", name, page)
	}
	b.post(t, path+"/complete", form, http.StatusOK)
}
