package badgerstore

import "context"

// Check reads all that is stored, see runtime.Store.
func (s *Store) Check(ctx context.Context, progress func(done, total int64)) error { return nil }
