package badgerstore

// inspect looks at a database before Badger does.
func inspect(dir string, encryptionKey []byte) error { return nil }
