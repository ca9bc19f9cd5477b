package lsp

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// roomKeeper sees to it that garbage is collected when so much of it has piled
// up, however little is in use. By Go's own measure a small heap is collected
// every few keystrokes, and each time costs several of them.
type roomKeeper struct {
	mu      sync.Mutex
	percent int // that was set last
}

// room is that of the process.
var room = roomKeeper{percent: 100}

// heap tells how many bytes the heap has, and how many of them were in use when
// garbage was collected last.
func heap() (size, live int, ok bool) {
	m := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(m)
	if m[0].Value.Kind() != metrics.KindUint64 || m[1].Value.Kind() != metrics.KindUint64 {
		return 0, 0, false
	}
	return int(m[0].Value.Uint64()), int(m[1].Value.Uint64()), true
}

// sweep collects garbage where half of the room is used: the editor pauses,
// and nobody waits for it now.
func (k *roomKeeper) sweep(bytes int) {
	if size, live, ok := heap(); ok && bytes > 0 && size-live > bytes/2 {
		runtime.GC()
	}
}

// keep sets the pace of the collector, for what is in use at the moment.
func (k *roomKeeper) keep(bytes int) {
	if bytes <= 0 {
		return
	}
	_, live, ok := heap()
	if !ok {
		return
	}
	percent := max(100, bytes/max(live/100, 1))
	percent = min(percent, 1000)
	k.mu.Lock()
	defer k.mu.Unlock()
	if percent < k.percent*3/4 || percent > k.percent*4/3 {
		k.percent = percent
		debug.SetGCPercent(percent)
	}
}
