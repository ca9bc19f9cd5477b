package runtime_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
)

const (
	childStore = "FLORC_TEST_STORE"
	childExid  = "FLORC_TEST_EXID"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childStore); dir != "" {
		if err := child(dir, os.Getenv(childExid)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child works a store until the execution has ended, and prints how.
func child(dir, exid string) error {
	store, err := badgerstore.Open(dir, badgerstore.Options{})
	if err != nil {
		return err
	}
	defer store.Close()
	var t noT
	r := newRuntime(&t, runtime.Config{Store: store, Taskers: taskers()})
	if err := r.Start(context.Background()); err != nil {
		return err
	}
	fmt.Println("started")
	res, err := r.Wait(context.Background(), exid)
	if err != nil {
		return err
	}
	fmt.Println(describe(res))
	return r.Stop(context.Background())
}

// noT is a testing.TB outside of tests: what it is told is fatal.
type noT struct{ testing.TB }

func (*noT) Helper()           {}
func (*noT) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

// TestKilled kills the processes that work a flow, one after the other, until
// one gets to the end.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts many processes")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	want := ""
	for round := range 3 {
		dir := filepath.Join(t.TempDir(), "store")
		store, err := badgerstore.Open(dir, badgerstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		exid := launch(t, newRuntime(t, runtime.Config{Store: store}), crashFlow)
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		kills := 0
		for {
			cmd := exec.Command(exe)
			cmd.Env = append(os.Environ(), childStore+"="+dir, childExid+"="+exid)
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			cmd.Stderr = os.Stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			out := bufio.NewReader(stdout)
			if _, err := out.ReadString('\n'); err != nil { // it has started
				t.Fatal(err)
			}
			killed := round > 0 && kills < 30 // the first round tells what should come
			if killed {
				time.Sleep(time.Duration(rand.IntN(20_000)) * time.Microsecond)
				killed = cmd.Process.Kill() == nil
			}
			rest, err := io.ReadAll(out)
			if err != nil {
				t.Fatal(err)
			}
			err = cmd.Wait()
			if killed && err != nil {
				kills++
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			got := string(rest)
			if want == "" {
				want = got
			}
			if got != want {
				t.Errorf("after %d kills:\nwant %s\n got %s", kills, want, got)
			}
			t.Logf("%d kills: %s", kills, got)
			break
		}
	}
}
