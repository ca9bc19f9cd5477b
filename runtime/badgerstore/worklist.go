package badgerstore

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
)

// The worklist is what Ready, Outbox and Stale give: executions with messages of
// their own, letters, tasks to be handed out or taken back, executions of which
// the index does not know how they stand. Keys of their own for
// these would come and go with each commit, and leave so many tombstones that
// the first look at them after a start takes seconds. So it is kept in memory,
// and each transaction logs how it changes it, under the transaction's number.
// Items that stay long are logged again, so that the log that has to be read
// is short: from the oldest item's last mention on.

type itemKind byte

const (
	readyItem  itemKind = 'r' // an execution with messages of its own
	letterItem itemKind = 'i' // a letter; its number is the id
	taskItem   itemKind = 'k'
	// What the index is to be told of: an execution of which it knows nothing
	// yet, and one that has changed since.
	freshItem itemKind = 'f'
	staleItem itemKind = 'n'
)

type item struct {
	kind     itemKind
	exid, id string
}

type change struct {
	item
	on bool
}

// size bounds what a change takes in the log.
func (c change) size() int64 { return int64(16 + len(c.exid) + len(c.id)) }

// mention is an item and the transaction that logged it.
type mention struct {
	item
	ts uint64
}

// worklist is the state after some transaction.
type worklist struct {
	live  map[item]uint64 // by the transaction that logged it last
	queue []mention       // by transaction; those that live does not know are past
	first uint64          // no older log is there
	// No timer that is set is due before: so that a look for the first need not
	// pass those that were removed. A bound only.
	timersFrom int64
}

func newWorklist() worklist {
	return worklist{live: make(map[item]uint64), first: 1, timersFrom: math.MinInt64}
}

// apply makes the changes of a transaction.
func (l *worklist) apply(ts uint64, changes []change) {
	for _, c := range changes {
		if !c.on {
			delete(l.live, c.item)
			continue
		}
		l.live[c.item] = ts
		l.queue = append(l.queue, mention{c.item, ts})
	}
	l.trim()
}

// trim drops the mentions at the front that are past.
func (l *worklist) trim() {
	for len(l.queue) > 0 && l.live[l.queue[0].item] != l.queue[0].ts {
		l.queue[0] = mention{}
		l.queue = l.queue[1:]
	}
}

// from returns the oldest log that is needed after a transaction.
func (l *worklist) from(ts uint64) uint64 {
	if len(l.queue) > 0 {
		return l.queue[0].ts
	}
	return ts
}

const (
	worklistSlack = 4096 // logs and mentions that may be past
	maxAgain      = 64   // items logged again by one transaction
	maxUnlogged   = 64   // logs removed by one transaction
)

// again returns the items to be logged once more by a transaction.
func (l *worklist) again(ts uint64) (items []item) {
	slack := worklistSlack + 2*len(l.live)
	for i := 0; i < len(l.queue) && len(items) < maxAgain; i++ {
		m := l.queue[i]
		if len(l.queue)-i <= slack && ts-m.ts <= uint64(slack) {
			break
		}
		if l.live[m.item] == m.ts {
			items = append(items, m.item)
		}
	}
	return items
}

func (l *worklist) copy() map[item]uint64 { return maps.Clone(l.live) }

// log writes a transaction's log: where the logs begin and from which one on
// they are needed, the bound of the timers, the changes.
func (b *builder) log(ts, first, from uint64, timersFrom int64, changes []change) {
	b.key(logPrefix).number(ts).value().uvarint(first).uvarint(from).number(ordered(timersFrom))
	for _, c := range changes {
		kind := byte(c.kind)
		if !c.on {
			kind |= 0x80
		}
		b.buf.WriteByte(kind)
		for _, id := range []string{c.exid, c.id} {
			b.uvarint(uint64(len(id)))
			b.buf.WriteString(id)
		}
	}
	b.end()
}

type logRecord struct {
	first, from uint64
	timersFrom  int64
	changes     []change
}

func readLog(k, v []byte) (l logRecord, err error) {
	damaged := false
	num := func() uint64 {
		n, size := binary.Uvarint(v)
		if size <= 0 {
			damaged = true
			return 0
		}
		v = v[size:]
		return n
	}
	text := func() string {
		n := num()
		if damaged || n > uint64(len(v)) {
			damaged = true
			return ""
		}
		s := string(v[:n])
		v = v[n:]
		return s
	}
	l.first, l.from = num(), num()
	if len(v) < 8 {
		damaged = true
	} else {
		l.timersFrom = int64(binary.BigEndian.Uint64(v) ^ 1<<63)
		v = v[8:]
	}
	for len(v) > 0 && !damaged {
		kind := v[0]
		v = v[1:]
		l.changes = append(l.changes, change{item{itemKind(kind &^ 0x80), text(), text()}, kind&0x80 == 0})
	}
	if damaged {
		return l, fmt.Errorf("%w: the log under %q is cut short", ErrDamaged, k)
	}
	return l, nil
}
