package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func median(ds []time.Duration) time.Duration { return percentile(ds, 50) }

func percentile(ds []time.Duration, p int) time.Duration {
	if len(ds) == 0 {
		return 0
	}
	ds = slices.Clone(ds)
	slices.Sort(ds)
	return ds[min(len(ds)*p/100, len(ds)-1)]
}

func medianOf(fs []float64) float64 {
	fs = slices.Clone(fs)
	slices.Sort(fs)
	return fs[len(fs)/2]
}

// syncs appends so many blocks to a file, each followed by fdatasync, and
// returns how long each took.
func syncs(b testing.TB, dir string, n int) []time.Duration {
	b.Helper()
	f, err := os.Create(filepath.Join(dir, "fdatasync"))
	if err != nil {
		b.Fatal(err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	block := make([]byte, 4096)
	var ds []time.Duration
	for range n {
		began := time.Now()
		if _, err := f.Write(block); err != nil {
			b.Fatal(err)
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			b.Fatal(err)
		}
		ds = append(ds, time.Since(began))
	}
	return ds
}

// syncedLog is the processor time, most of it the kernel's, that a write of so
// many bytes to a log takes that is synced each time, as a commit alone has to:
// the log is written as memory and synced with fdatasync.
func syncedLog(b testing.TB, dir string, n, bytes int) time.Duration {
	b.Helper()
	f, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(int64(n * bytes)); err != nil {
		b.Fatal(err)
	}
	log, err := syscall.Mmap(int(f.Fd()), 0, n*bytes, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = syscall.Munmap(log) }()
	before := cpu()
	for i := range n {
		for j := range bytes {
			log[i*bytes+j] = byte(j)
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			b.Fatal(err)
		}
	}
	return (cpu() - before) / time.Duration(n)
}

// diskUse is what the files of a folder take, in bytes.
func diskUse(b testing.TB, dir string) (n int64) {
	b.Helper()
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		var st syscall.Stat_t
		if err == nil {
			err = syscall.Lstat(path, &st)
		}
		n += st.Blocks * 512
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// anonymous is the memory of this process that no file stands for (RssAnon).
func anonymous(b testing.TB) int64 { return anonymousOf(b, "self") }

// anonymousOf is that of another process.
func anonymousOf(b testing.TB, pid string) int64 {
	b.Helper()
	status, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		b.Skip("this system has no /proc")
	}
	for line := range strings.Lines(string(status)) {
		var kb int64
		if _, err := fmt.Sscanf(line, "RssAnon: %d kB", &kb); err == nil {
			return kb << 10
		}
	}
	b.Fatal("there is no RssAnon in the status of the process")
	return 0
}
