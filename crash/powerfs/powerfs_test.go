//go:build linux

package powerfs_test

import (
	"bufio"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/florc-lang/florc/crash/powerfs"
)

// clientEnv names the case whose client this process is.
const clientEnv = "FLORC_POWERFS_CLIENT"

func TestMain(m *testing.M) {
	name, dir, client := strings.Cut(os.Getenv(clientEnv), "=")
	if !client {
		os.Exit(m.Run())
	}
	work := mountAndWait
	for _, c := range cases {
		if c.name == name {
			work = c.client
		}
	}
	if err := work(dir); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("done")
	select {}
}

// startClient starts a process that does something in a directory, and waits
// until it is done. It lives on.
func startClient(t *testing.T, name, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), clientEnv+"="+name+"="+dir)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "done\n" {
		kill(cmd)
		t.Fatalf("the client said %q, %v", line, err)
	}
	return cmd
}

func kill(cmd *exec.Cmd) {
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

// cutCase is what a process does before a cut, and all that can be seen after
// it.
type cutCase struct {
	name      string
	options   powerfs.Options
	before    map[string]string // the files that are there
	client    func(dir string) error
	writeBack bool
	after     func(dir string) string
	want      []string
}

// opened keeps files open as long as the client lives.
var opened []*os.File

// long is longer than a page; each of its sectors is another.
var long = func() string {
	var b strings.Builder
	for i := range 2500 {
		fmt.Fprintf(&b, "%4d", i)
	}
	return b.String()
}()

var cases = []cutCase{
	{
		name:   "all of it synced",
		client: func(dir string) error { return errors.Join(write(dir, "f", long, true), syncPath(dir)) },
		after:  state("f"),
		want:   []string{long},
	},
	{
		name:   "nothing synced",
		client: func(dir string) error { return write(dir, "f", "new", false) },
		after:  state("f"),
		want:   []string{"", "\x00\x00\x00", "gone", "new"},
	},
	{
		name:   "the directory not synced",
		client: func(dir string) error { return write(dir, "f", "new", true) },
		after:  state("f"),
		want:   []string{"gone", "new"},
	},
	{
		name:    "the directory not synced, with a journal",
		options: powerfs.Options{Durability: powerfs.Journal},
		client:  func(dir string) error { return write(dir, "f", "new", true) },
		after:   state("f"),
		want:    []string{"new"},
	},
	{
		name: "in a directory that is not synced",
		client: func(dir string) error {
			return errors.Join(os.Mkdir(dir+"/d", 0o700), write(dir, "d/f", "new", true), syncPath(dir+"/d"))
		},
		after: state("d/f"),
		want:  []string{"gone", "new"},
	},
	{
		name:    "in a directory that is not synced, where new files are",
		options: powerfs.Options{Durability: powerfs.NewFiles},
		client: func(dir string) error {
			return errors.Join(write(dir, "other", "", false), os.Mkdir(dir+"/d", 0o700), write(dir, "d/f", "new", true))
		},
		after: state("d/f", "other"),
		want:  []string{"new ", "new gone"},
	},
	{
		name:   "overwritten",
		before: map[string]string{"f": "old text"},
		client: func(dir string) error { return overwrite(dir+"/f", "new", 0, false) },
		after:  state("f"),
		want:   []string{"new text", "old text"},
	},
	{
		name:   "appended",
		before: map[string]string{"f": "synced"},
		client: func(dir string) error { return overwrite(dir+"/f", "-not", 6, false) },
		after:  state("f"),
		want:   []string{"synced", "synced\x00\x00\x00\x00", "synced-not"},
	},
	{
		name:   "truncated",
		before: map[string]string{"f": "synced"},
		client: func(dir string) error { return os.Truncate(dir+"/f", 3) },
		after:  state("f"),
		want:   []string{"syn", "syn\x00\x00\x00", "synced"},
	},
	{
		name:   "truncated and synced",
		before: map[string]string{"f": "synced"},
		client: func(dir string) error { return errors.Join(os.Truncate(dir+"/f", 3), syncPath(dir+"/f")) },
		after:  state("f"),
		want:   []string{"syn"},
	},
	{
		name:   "replaced",
		before: map[string]string{"f": "old"},
		client: func(dir string) error {
			return errors.Join(write(dir, "f.new", "new", true), os.Rename(dir+"/f.new", dir+"/f"))
		},
		after: state("f"),
		want:  []string{"new", "old"},
	},
	{
		name:   "replaced and synced",
		before: map[string]string{"f": "old"},
		client: func(dir string) error {
			return errors.Join(write(dir, "f.new", "new", true), os.Rename(dir+"/f.new", dir+"/f"), syncPath(dir))
		},
		after: state("f"),
		want:  []string{"new"},
	},
	{
		name:   "removed in order",
		before: map[string]string{"a": "a", "b": "b"},
		client: func(dir string) error { return errors.Join(os.Remove(dir+"/a"), os.Remove(dir+"/b")) },
		after:  state("a", "b"),
		want:   []string{"a b", "a gone", "gone b", "gone gone"},
	},
	{
		name:    "removed in order, with a journal",
		options: powerfs.Options{Durability: powerfs.Journal},
		before:  map[string]string{"a": "a", "b": "b"},
		client:  func(dir string) error { return errors.Join(os.Remove(dir+"/a"), os.Remove(dir+"/b")) },
		after:   state("a", "b"),
		want:    []string{"a b", "gone b", "gone gone"},
	},
	{
		name:   "mapped and synced",
		before: map[string]string{"f": "old text"},
		client: func(dir string) error { return mapped(dir+"/f", "new", true) },
		after:  state("f"),
		want:   []string{"new text"},
	},
	{
		name:   "mapped",
		before: map[string]string{"f": "old text"},
		client: func(dir string) error { return mapped(dir+"/f", "new", false) },
		after:  state("f"),
		want:   []string{"old text"},
	},
	{
		name:      "mapped, and written back by the kernel",
		before:    map[string]string{"f": "old text"},
		client:    func(dir string) error { return mapped(dir+"/f", "new", false) },
		writeBack: true,
		after:     state("f"),
		want:      []string{"new text", "old text"},
	},
	{
		name:   "torn",
		before: map[string]string{"f": strings.Repeat("a", 1024)},
		client: func(dir string) error { return overwrite(dir+"/f", strings.Repeat("b", 1024), 0, false) },
		after: func(dir string) string {
			data, err := os.ReadFile(dir + "/f")
			if err != nil || len(data) != 1024 || strings.Trim(string(data[:512]), string(data[:1])) != "" ||
				strings.Trim(string(data[512:]), string(data[512:513])) != "" {
				return fmt.Sprintf("%q, %v", data, err)
			}
			return string(data[0]) + string(data[512])
		},
		want: []string{"aa", "ab", "ba", "bb"},
	},
}

// state tells what is in files.
func state(names ...string) func(dir string) string {
	return func(dir string) string {
		var s []string
		for _, name := range names {
			data, err := os.ReadFile(filepath.Join(dir, name))
			switch {
			case err == nil:
				s = append(s, string(data))
			case errors.Is(err, os.ErrNotExist):
				s = append(s, "gone")
			default:
				s = append(s, err.Error())
			}
		}
		return strings.Join(s, " ")
	}
}

func write(dir, name, text string, sync bool) error {
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if sync {
		err = errors.Join(err, f.Sync())
	}
	return errors.Join(err, f.Close())
}

func overwrite(path, text string, off int64, sync bool) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt([]byte(text), off)
	if sync {
		err = errors.Join(err, f.Sync())
	}
	return errors.Join(err, f.Close())
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// mapped writes to a mapping and leaves the file open: closing it would write
// that back.
func mapped(path, text string, sync bool) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	m, err := unix.Mmap(int(f.Fd()), 0, len(text), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return err
	}
	copy(m, text)
	opened = append(opened, f)
	if sync {
		return unix.Msync(m, unix.MS_SYNC)
	}
	return nil
}

func TestCut(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			seen := make(map[string]bool)
			rounds := 1
			if c.writeBack {
				rounds = 8 // what the kernel writes is settled once it is cut
			}
			for round := range rounds {
				image := t.TempDir()
				for name, text := range c.before {
					if err := os.WriteFile(filepath.Join(image, name), []byte(text), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				c.round(t, image, uint64(round), seen)
			}
			if diff := cmp.Diff(c.want, slices.Sorted(maps.Keys(seen))); diff != "" {
				t.Errorf("what is there after cuts (-want +got):\n%s", diff)
			}
		})
	}
}

// round has the client do its work, and notes what is there after cuts.
func (c *cutCase) round(t *testing.T, image string, seed uint64, seen map[string]bool) {
	point := t.TempDir()
	f := mount(t, point, image, c.options)
	cmd := startClient(t, c.name, point)
	if c.writeBack {
		f.WriteBack(rand.New(rand.NewPCG(seed, 1)))
	}
	f.PowerOff()
	kill(cmd)
	if err := f.Unmount(); err != nil {
		t.Error(err)
	}
	for i := range uint64(100) {
		dir := filepath.Join(t.TempDir(), "after")
		if err := f.Cut(rand.New(rand.NewPCG(seed, i)), dir); err != nil {
			t.Fatal(err)
		}
		seen[c.after(dir)] = true
	}
}

func mount(t *testing.T, point, image string, o powerfs.Options) *powerfs.FS {
	t.Helper()
	f, err := powerfs.Mount(point, image, o)
	if errors.Is(err, powerfs.ErrUnavailable) && os.Getenv("FLORC_REQUIRE_FUSE") == "" {
		t.Skipf("NOT TESTED: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Unmount(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// mountAndWait is a process that does not live to unmount.
func mountAndWait(point string) error {
	image, err := os.MkdirTemp("", "powerfs")
	if err != nil {
		return err
	}
	defer os.Remove(image)
	_, err = powerfs.Mount(point, image, powerfs.Options{})
	return err
}

func TestNoMountIsLeft(t *testing.T) {
	point := t.TempDir()
	mount(t, point, t.TempDir(), powerfs.Options{}).Unmount() // skips where it cannot be
	var before, after unix.Stat_t
	if err := unix.Stat(point, &before); err != nil {
		t.Fatal(err)
	}
	kill(startClient(t, "mountAndWait", point))
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		err := unix.Stat(point, &after)
		if err == nil && before.Dev == after.Dev {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the file system of a process that was killed is still mounted")
		}
	}
}
