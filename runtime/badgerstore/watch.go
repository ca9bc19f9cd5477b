package badgerstore

import (
	"strings"

	"github.com/florc-lang/florc/runtime"
)

// Watches returns the watches that are known. They are kept in memory: each
// turn of each execution asks for them.
func (s *Store) Watches() *runtime.Watches { return &s.watches }

func (s *Store) loadWatches() error {
	txn := s.db.NewTransactionAt(s.last, false)
	defer txn.Discard()
	return scan(txn, []byte(watchPrefix), []byte(watchPrefix), func(k, v []byte) (bool, error) {
		one, err := readWatch(k, v)
		if err == nil {
			s.watches.Put(*one)
		}
		return true, err
	})
}

func readWatch(k, v []byte) (*runtime.Watch, error) {
	exid, rest, err := cutID(k, watchPrefix)
	if err != nil {
		return nil, err
	}
	one := &runtime.Watch{}
	err = decode(k, v, one)
	one.Exid, one.Nid = exid, strings.TrimSuffix(string(rest), "\x00")
	return one, err
}
