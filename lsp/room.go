package lsp

import (
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

// keep sets the pace of the collector, for what is in use at the moment.
func (k *roomKeeper) keep(bytes int) {
	if bytes <= 0 {
		return
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	if live[0].Value.Kind() != metrics.KindUint64 {
		return
	}
	percent := max(100, bytes/int(max(live[0].Value.Uint64()/100, 1)))
	percent = min(percent, 1000)
	k.mu.Lock()
	defer k.mu.Unlock()
	if percent < k.percent*3/4 || percent > k.percent*4/3 {
		k.percent = percent
		debug.SetGCPercent(percent)
	}
}
