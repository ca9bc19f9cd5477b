package badgerstore

// Write is a key that a batch puts or removes.
type Write struct {
	Key, Value []byte
	Removed    bool
}

// recordWrites tells of writes, where someone wants to know.
func (s *Store) recordWrites(groups ...[]write) {
	if s.record == nil {
		return
	}
	var all []Write
	for _, ws := range groups {
		for _, w := range ws {
			all = append(all, Write{w.key, w.value, w.remove})
		}
	}
	s.record(all)
}
