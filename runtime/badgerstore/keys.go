package badgerstore

import (
	"encoding/binary"
	"strings"
	"time"

	"github.com/florc-lang/florc/runtime"
)

// The keys. A letter says what is under it; ids end with a zero byte, so that
// keys sort as the ids do and no id is the prefix of another; numbers are eight
// bytes, the highest first.
//
//	h/exid          record, after its Seq and whether it is ready
//	f/exid nid      frame
//	i/exid number   letter of the inbox
//	n/exid          the execution has messages of its own to work
//	t/due exid nid id   timer
//	o/exid id       task
//	y/exid seq n    trace
//	j/exid seq      entry of the journal
//	d/id            tree
//	x/day exid      finished execution
//	m/last          the number of the last transaction
//	z/n             part of a batch that is too large for one transaction
const (
	recordPrefix   = "h/"
	framePrefix    = "f/"
	letterPrefix   = "i/"
	readyPrefix    = "n/"
	timerPrefix    = "t/"
	taskPrefix     = "o/"
	tracePrefix    = "y/"
	entryPrefix    = "j/"
	treePrefix     = "d/"
	finishedPrefix = "x/"
	lastKey        = "m/last"
	stagedPrefix   = "z/"
)

// key makes a key of a prefix, ids and numbers.
func key(prefix string, parts ...any) []byte {
	k := make([]byte, 0, 64)
	k = append(k, prefix...)
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			k = append(append(k, p...), 0)
		case uint64:
			k = binary.BigEndian.AppendUint64(k, p)
		}
	}
	return k
}

// nidKey writes a node id so that the ids of the nodes below it, in the same
// re-run or another, begin with the same bytes: "0_1-3" gives "0_1_-3".
func nidKey(nid string) string {
	path, sub, rerun := strings.Cut(nid, "-")
	if !rerun {
		return path + "_"
	}
	return path + "_-" + sub
}

// ordered maps integers to unsigned ones in the same order.
func ordered(i int64) uint64 { return uint64(i) ^ 1<<63 }

func timerKey(t runtime.Timer) []byte {
	return key(timerPrefix, ordered(t.DueMicros), t.Exid, t.Nid, ordered(t.ID))
}

// parseTimer reads a timer from its key.
func parseTimer(k []byte) (t runtime.Timer, ok bool) {
	rest, ok := strings.CutPrefix(string(k), timerPrefix)
	if !ok || len(rest) < 16 {
		return t, false
	}
	number := func(s string) int64 { return int64(binary.BigEndian.Uint64([]byte(s)) ^ 1<<63) }
	t.DueMicros, t.ID = number(rest[:8]), number(rest[len(rest)-8:])
	ids := strings.Split(rest[8:len(rest)-8], "\x00")
	if len(ids) != 3 {
		return t, false
	}
	t.Exid, t.Nid = ids[0], ids[1]
	return t, true
}

func finishedKey(rec *runtime.Record) []byte {
	return key(finishedPrefix, time.UnixMicro(rec.EndedMicros).UTC().Format("20060102"), rec.Exid)
}

// recordHead is what stands before the record in its value.
const recordHead = 9

func recordValue(rec *runtime.Record) []byte {
	v := binary.BigEndian.AppendUint64(nil, rec.Seq)
	ready := byte(0)
	if rec.Ready {
		ready = 1
	}
	return append(append(v, ready), runtime.Marshal(rec)...)
}

func parseRecordHead(v []byte) (seq uint64, ready, ok bool) {
	if len(v) < recordHead {
		return 0, false, false
	}
	return binary.BigEndian.Uint64(v), v[8] != 0, true
}
