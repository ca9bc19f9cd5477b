package badgerstore

import (
	"cmp"
	"fmt"

	"github.com/florc-lang/florc/runtime"
)

// What Badger can hold at all.
const (
	maxKeyBytes   = 60_000
	maxValueBytes = 60 << 20
)

// entryBytes is what an entry counts in a transaction beside key and value.
const entryBytes = 12

// request is a batch on its way.
type request struct {
	batch *runtime.Batch
	// What the batch writes whatever the state is, made by who commits it.
	made  builder
	ws    []write
	bytes int64
	apart bool // there is a value in it that Badger puts into its value log
	err   chan error
}

// prepare encodes what can be without a look at the state.
func (r *request) prepare(b *runtime.Batch) error {
	r.batch = b
	if b.Record != nil {
		r.prepareExecution(b)
	}
	r.ws = r.made.writes(0, r.ws)
	var err error
	r.bytes, r.apart, err = sizeOf(r.ws)
	return cmp.Or(r.made.err, err)
}

func (r *request) reset() {
	r.batch = nil
	r.made.reset()
	clear(r.ws)
	r.ws = r.ws[:0]
}

// size is what a write counts in a transaction.
func (w write) size() int64 {
	if w.apart() {
		return int64(len(w.key) + 2*entryBytes)
	}
	return int64(len(w.key) + len(w.value) + entryBytes)
}

// apart tells whether Badger puts the value into its value log.
func (w write) apart() bool { return len(w.value) >= maxInlineBytes }

// sizeOf adds up what writes count. It refuses those that cannot be stored.
func sizeOf(ws []write) (size int64, apart bool, err error) {
	for _, w := range ws {
		if len(w.key) > maxKeyBytes || len(w.value) > maxValueBytes {
			return 0, false, fmt.Errorf("%w: a key of %d bytes with %d bytes", runtime.ErrTooLarge, len(w.key), len(w.value))
		}
		size += w.size()
		apart = apart || w.apart()
	}
	return size, apart, nil
}

// prepareExecution lists what a batch writes of its own execution.
func (r *request) prepareExecution(b *runtime.Batch) {
	m := &r.made
	rec := b.Record
	exid := rec.Exid
	m.record(rec)
	if rec.Origin != nil && (rec.Seq == 1 || b.Import) {
		m.key(originPrefix, exid).value().encoded(rec.Origin).end()
	}
	if rec.Status == runtime.Terminated && rec.Origin != nil {
		m.group(rec)
	}
	for i := range b.Frames {
		m.key(framePrefix, exid, b.Frames[i].Nid).value().encoded(&b.Frames[i]).end()
	}
	for _, nid := range b.Removed {
		m.key(framePrefix, exid, nid).remove()
	}
	for _, p := range b.Parts {
		m.key(partPrefix, exid).bytes(p.Ref[:]).value().bytes(p.Data).end()
	}
	for _, ref := range b.Unparts {
		m.key(partPrefix, exid).bytes(ref[:]).remove()
	}
	for _, n := range b.Consumed {
		m.key(letterPrefix, exid).number(n).remove()
	}
	for _, t := range b.Timers {
		m.timer(t).value().end()
	}
	for _, t := range b.Untimers {
		m.timer(t).remove()
	}
	for _, k := range b.Unwatches {
		m.key(watchPrefix, exid, k.Nid).remove()
	}
	for i := range b.Watches {
		m.key(watchPrefix, exid, b.Watches[i].Nid).value().encoded(&b.Watches[i]).end()
	}
	for i := range b.Tasks {
		m.task(exid, &b.Tasks[i])
		if t := &b.Tasks[i]; listed(flags(t)) && !b.Import {
			m.list(exid, t, true).value().end()
		}
	}
	for i, t := range b.Traces {
		seq := rec.Seq
		if b.Import {
			seq = t.Seq
		}
		m.key(tracePrefix, exid).number(seq).number(uint64(i)).value().encoded(&t).end()
	}
	for i := range b.Entries {
		m.key(entryPrefix, exid).number(b.Entries[i].Seq).value().encoded(&b.Entries[i]).end()
	}
	if c := b.Checkpoint; c != nil {
		m.checkpoint(exid, c)
	}
	if b.Outcome != nil {
		m.key(outcomePrefix, exid).value().bytes(b.Outcome).end()
	}
}

func (b *builder) timer(t runtime.Timer) *builder {
	return b.key(timerPrefix).number(ordered(t.DueMicros)).id(t.Exid).id(t.Nid).number(ordered(t.ID))
}

// checkpointHead is what is stored of a checkpoint beside the pieces of its
// state.
type checkpointHead struct {
	LogHash   []byte `cbor:"1,keyasint"`
	StateHash []byte `cbor:"2,keyasint"`
	Pieces    uint64 `cbor:"3,keyasint"`
}

func (b *builder) checkpoint(exid string, c *runtime.Checkpoint) {
	head := checkpointHead{c.LogHash, c.StateHash, uint64(len(c.State))}
	b.key(checkpointPrefix, exid).number(c.Seq).value().encoded(&head).end()
	for i, piece := range c.State {
		b.key(checkpointPrefix, exid).number(c.Seq).number(uint64(i)).value().bytes(piece).end()
	}
}
