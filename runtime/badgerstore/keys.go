package badgerstore

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"strings"

	"github.com/florc-lang/florc/runtime"
)

// The keys. A letter says what is under it; ids end with a zero byte, so that
// keys sort as the ids do and no id is the prefix of another; numbers are eight
// bytes, the highest first.
//
//	h/exid          record, after its Seq
//	b/exid          origin
//	f/exid nid      frame
//	p/exid ref      part of a value
//	i/exid number   letter of the inbox
//	t/due exid nid id   timer
//	k/exid id       task, after its flags
//	y/exid seq n    trace
//	j/exid seq      entry of the journal
//	s/exid seq      checkpoint
//	s/exid seq n    piece of its state
//	w/exid id       item: how a task stands
//	q/tasker f due exid id   task that is left to people and workers; f is a for
//	                one that is free, b for one that somebody has
//	o/person exid id         task that a person has
//	u/until exid id          lease
//	a/name match domain unit tasker that is known
//	m/              the tasks are listed
//	c/exid nid      trap that sees other executions
//	v/domain name   row of those who want to be inside of a mutex: from where to where
//	v/domain name n one of them
//	r/exid          outcome
//	d/id            tree
//	g/domain status launched exid   execution of the index, see index.go
//	e/facet launched exid           facet of one
//	n/exid          what the index says of one
//	x/day exid      finished execution, of format 1
//	l/n             log of the worklist, one for each transaction
//	z/              the transaction before a batch that is being written in many
//
// Each value begins with the CRC-32C of its key and what follows, so that
// damage is noticed whichever way the database missed it.
const (
	recordPrefix     = "h/"
	originPrefix     = "b/"
	framePrefix      = "f/"
	partPrefix       = "p/"
	letterPrefix     = "i/"
	timerPrefix      = "t/"
	taskPrefix       = "k/"
	tracePrefix      = "y/"
	entryPrefix      = "j/"
	checkpointPrefix = "s/"
	outcomePrefix    = "r/"
	treePrefix       = "d/"
	groupPrefix      = "g/"
	facetPrefix      = "e/"
	indexedPrefix    = "n/"
	finishedPrefix   = "x/"
	logPrefix        = "l/"
	itemPrefix       = "w/"
	listPrefix       = "q/"
	heldPrefix       = "o/"
	leasePrefix      = "u/"
	taskerPrefix     = "a/"
	watchPrefix      = "c/"
	rowPrefix        = "v/"
	listsKey         = "m/"
	unfinishedKey    = "z/"
)

// key makes a key of a prefix and an id, or of more of them.
func key(prefix string, ids ...string) []byte {
	k := make([]byte, 0, 80)
	k = append(k, prefix...)
	for _, id := range ids {
		k = append(append(k, id...), 0)
	}
	return k
}

func number(k []byte, n uint64) []byte { return binary.BigEndian.AppendUint64(k, n) }

// ordered maps integers to unsigned ones in the same order.
func ordered(i int64) uint64 { return uint64(i) ^ 1<<63 }

func timerKey(t runtime.Timer) []byte {
	k := append(append(timersFrom(t.DueMicros), t.Exid...), 0)
	return number(append(append(k, t.Nid...), 0), ordered(t.ID))
}

// timersFrom gives the place of the first timer that is due at a time.
func timersFrom(dueMicros int64) []byte { return number(key(timerPrefix), ordered(dueMicros)) }

// parseTimer reads a timer from its key.
func parseTimer(k []byte) (t runtime.Timer, err error) {
	if len(k) > len(timerPrefix)+16 {
		t.DueMicros, t.ID = dueOf(k), int64(lastNumber(k)^1<<63)
		ids := bytes.Split(k[len(timerPrefix)+8:len(k)-8], []byte{0})
		if len(ids) == 3 {
			t.Exid, t.Nid = string(ids[0]), string(ids[1])
			return t, nil
		}
	}
	return t, fmt.Errorf("%w: the key %q is none of a timer", ErrDamaged, k)
}

// dueOf reads when a timer is due from its key.
func dueOf(k []byte) int64 {
	if len(k) < len(timerPrefix)+8 {
		return math.MinInt64
	}
	return int64(binary.BigEndian.Uint64(k[len(timerPrefix):]) ^ 1<<63)
}

// lastNumber is the number at the end of a key.
func lastNumber(k []byte) uint64 {
	if len(k) < 8 {
		return 0
	}
	return binary.BigEndian.Uint64(k[len(k)-8:])
}

// cutID splits what follows a prefix into an id and the rest.
func cutID(k []byte, prefix string) (id string, rest []byte, err error) {
	if k, ok := bytes.CutPrefix(k, []byte(prefix)); ok {
		if id, rest, ok := bytes.Cut(k, []byte{0}); ok {
			return string(id), rest, nil
		}
	}
	return "", nil, fmt.Errorf("%w: the key %q has no id", ErrDamaged, k)
}

const sealBytes = 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(k, data []byte) uint32 {
	return crc32.Update(crc32.Update(0, castagnoli, k), castagnoli, data)
}

// unseal checks a value against its key, and returns what it holds.
func unseal(k, v []byte) ([]byte, error) {
	if len(v) < sealBytes || binary.BigEndian.Uint32(v) != checksum(k, v[sealBytes:]) {
		return nil, fmt.Errorf("%w: what is stored under %q is not what was written", ErrDamaged, k)
	}
	return v[sealBytes:], nil
}

// write is a key that is put or removed.
type write struct {
	key, value []byte
	remove     bool
}

// builder makes writes, in one buffer.
type builder struct {
	buf   bytes.Buffer
	spans []span
	begun int // where the key that is being made begins
	err   error
}

type span struct {
	key, value, end int // where they begin, and where the value ends
	remove          bool
}

// key begins a write.
func (b *builder) key(prefix string, ids ...string) *builder {
	b.begun = b.buf.Len()
	b.buf.WriteString(prefix)
	for _, id := range ids {
		b.id(id)
	}
	return b
}

func (b *builder) id(id string) *builder {
	if strings.IndexByte(id, 0) >= 0 {
		b.err = fmt.Errorf("the id %q has a zero byte in it", id)
	}
	b.buf.WriteString(id)
	b.buf.WriteByte(0)
	return b
}

func (b *builder) number(n uint64) *builder {
	b.buf.Write(number(b.buf.AvailableBuffer(), n))
	return b
}

func (b *builder) bytes(data []byte) *builder {
	b.buf.Write(data)
	return b
}

// remove ends the write of a key that is to be removed.
func (b *builder) remove() {
	n := b.buf.Len()
	b.spans = append(b.spans, span{b.begun, n, n, true})
}

// value begins the value; what is put into the buffer up to end is in it.
func (b *builder) value() *builder {
	b.spans = append(b.spans, span{key: b.begun, value: b.buf.Len()})
	b.buf.Write([]byte{0, 0, 0, 0})
	return b
}

func (b *builder) uvarint(n uint64) *builder {
	b.buf.Write(binary.AppendUvarint(b.buf.AvailableBuffer(), n))
	return b
}

func (b *builder) encoded(v any) *builder {
	runtime.MarshalTo(&b.buf, v)
	return b
}

func (b *builder) end() {
	s := &b.spans[len(b.spans)-1]
	s.end = b.buf.Len()
	all := b.buf.Bytes()
	sum := checksum(all[s.key:s.value], all[s.value+sealBytes:s.end])
	binary.BigEndian.PutUint32(all[s.value:], sum)
}

// writes appends what was made since the first of these spans. The builder is
// not to be used for more before they are.
func (b *builder) writes(from int, ws []write) []write {
	all := b.buf.Bytes()
	for _, s := range b.spans[from:] {
		ws = append(ws, write{all[s.key:s.value:s.value], all[s.value:s.end:s.end], s.remove})
	}
	return ws
}

func (b *builder) reset() {
	b.buf.Reset()
	b.spans, b.err = b.spans[:0], nil
}

// record writes a record, after its Seq, which is checked by itself.
func (b *builder) record(rec *runtime.Record) {
	c := *rec
	c.Seq = 0
	b.key(recordPrefix, rec.Exid).value().uvarint(rec.Seq).encoded(&c).end()
}

func readRecord(k, v []byte) (*runtime.Record, error) {
	exid, _, err := cutID(k, recordPrefix)
	if err != nil {
		return nil, err
	}
	rec := &runtime.Record{}
	seq, n, err := readSeq(k, v)
	if err == nil {
		err = decode(k, v[n:], rec)
	}
	rec.Exid, rec.Seq = exid, seq
	return rec, err
}

func readSeq(k, v []byte) (seq uint64, n int, err error) {
	if seq, n = binary.Uvarint(v); n <= 0 {
		return 0, 0, fmt.Errorf("%w: the value of %q has no number", ErrDamaged, k)
	}
	return seq, n, nil
}

func decode(k, v []byte, into any) error {
	if err := runtime.Unmarshal(v, into); err != nil {
		return fmt.Errorf("%w: under %q, %w", ErrDamaged, k, err)
	}
	return nil
}

// The flags of a task stand before it, to be changed without decoding it.
const (
	acceptedFlag  = 1
	withdrawnFlag = 2
	leftFlag      = 4
)

func (b *builder) task(exid string, t *runtime.TaskRecord) {
	c := *t
	c.Accepted, c.Withdrawn, c.Left = false, false, false
	b.key(taskPrefix, exid, t.ID).value()
	b.buf.WriteByte(flags(t))
	b.encoded(&c).end()
}

func flags(t *runtime.TaskRecord) (flags byte) {
	if t.Accepted {
		flags |= acceptedFlag
	}
	if t.Withdrawn {
		flags |= withdrawnFlag
	}
	if t.Left {
		flags |= leftFlag
	}
	return flags
}

// waits tells whether a task is to be handed to its tasker or taken back.
func waits(flags byte) bool { return flags&acceptedFlag == 0 || flags&withdrawnFlag != 0 }

func readTask(k, v []byte) (*runtime.TaskRecord, error) {
	exid, rest, err := cutID(k, taskPrefix)
	if err != nil {
		return nil, err
	}
	if len(v) == 0 {
		return nil, fmt.Errorf("%w: the task under %q is empty", ErrDamaged, k)
	}
	t := &runtime.TaskRecord{}
	err = decode(k, v[1:], t)
	t.Exid, t.ID = exid, strings.TrimSuffix(string(rest), "\x00")
	t.Accepted, t.Withdrawn, t.Left = v[0]&acceptedFlag != 0, v[0]&withdrawnFlag != 0, v[0]&leftFlag != 0
	return t, err
}
