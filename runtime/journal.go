package runtime

import (
	"crypto/sha256"
	"fmt"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// journalEntry is what an entry of the journal holds: a step, given the same,
// gets to the same state again. The messages are delivered in order, each
// followed by a run; an empty one stands for a run alone. Cut tells that a
// run used up the budget. Known and Unknown are the names that the
// machine asked for, those of taskers and the others. Sum is that of the state
// that it led to. Timeouts are those of taskers that the machine asked for, in
// microseconds.
type journalEntry struct {
	Launch   *journalLaunch   `cbor:"1,keyasint,omitempty"`
	AtMicros int64            `cbor:"2,keyasint,omitempty"`
	Messages [][]byte         `cbor:"3,keyasint,omitempty"`
	Budget   int              `cbor:"4,keyasint,omitempty"`
	Cut      bool             `cbor:"5,keyasint,omitempty"`
	Known    []string         `cbor:"6,keyasint,omitempty"`
	Unknown  []string         `cbor:"7,keyasint,omitempty"`
	Sum      []byte           `cbor:"8,keyasint,omitempty"`
	Loaded   []loadedTree     `cbor:"9,keyasint,omitempty"` // what the machine asked for, likewise
	Timeouts map[string]int64 `cbor:"10,keyasint,omitempty"`
	// What hooks gave, for which of the messages of these points, and whether
	// they watched what the shortcut does without.
	Hooked     []hooked `cbor:"11,keyasint,omitempty"`
	HookPoints []string `cbor:"12,keyasint,omitempty"`
	Watched    bool     `cbor:"13,keyasint,omitempty"`
}

// loadedTree is a tree that a flow imported, as JSON, or why it could not.
type loadedTree struct {
	Name  string `cbor:"1,keyasint"`
	Tree  []byte `cbor:"2,keyasint,omitempty"`
	Error string `cbor:"3,keyasint,omitempty"`
	File  string `cbor:"4,keyasint,omitempty"` // that it was read from
}

// journalLaunch is what the first entry of a journal starts with.
type journalLaunch struct {
	Semantics int       `cbor:"1,keyasint"`
	Tree      string    `cbor:"2,keyasint,omitempty"`
	Domain    string    `cbor:"3,keyasint,omitempty"`
	Payload   []byte    `cbor:"4,keyasint,omitempty"`
	Vars      []byte    `cbor:"5,keyasint,omitempty"`
	Seed      uint64    `cbor:"6,keyasint,omitempty"`
	Zone      string    `cbor:"7,keyasint,omitempty"`
	Limits    vm.Limits `cbor:"8,keyasint,omitempty"`
	Unseen    bool      `cbor:"9,keyasint,omitempty"`
}

func newJournalLaunch(tree string, l *vm.Launch, limits vm.Limits) *journalLaunch {
	return &journalLaunch{Semantics: vm.Semantics, Tree: tree, Domain: l.Domain, Payload: value.AppendCBOR(nil, l.Payload),
		Vars: value.AppendCBOR(nil, l.Vars), Seed: l.Seed, Zone: l.Zone, Limits: limits, Unseen: l.Unseen}
}

// launch is what newJournalLaunch was made of.
func (j *journalLaunch) launch(exid string, atMicros int64) (vm.Launch, error) {
	l := vm.Launch{ID: exid, Domain: j.Domain, NowMicros: atMicros, Seed: j.Seed, Zone: j.Zone, Limits: j.Limits, Unseen: j.Unseen}
	if j.Semantics > vm.Semantics {
		return l, fmt.Errorf("it was launched by a newer version of florc: its semantics are %d, these are %d", j.Semantics, vm.Semantics)
	}
	var err error
	if l.Payload, err = value.DecodeCBOR(j.Payload); err == nil {
		l.Vars, err = value.DecodeCBOR(j.Vars)
	}
	return l, err
}

// chain returns the entry of a journal that follows the one of that hash.
func chain(before []byte, seq uint64, e *journalEntry) Entry {
	data := Marshal(e)
	return Entry{Seq: seq, Hash: chainHash(before, data), Data: data}
}

// chainHash is the hash of an entry: SHA-256 over the hash of the one before
// and the entry's data.
func chainHash(before, data []byte) []byte {
	h := sha256.New()
	h.Write(before)
	h.Write(data)
	return h.Sum(nil)
}
