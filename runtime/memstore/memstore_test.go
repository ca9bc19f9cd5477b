package memstore_test

import (
	"testing"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
	"github.com/florc-lang/florc/runtime/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (runtime.Store, func() runtime.Store) {
		s := memstore.New()
		return s, func() runtime.Store {
			s.Close()
			s.Reopen()
			return s
		}
	})
}
