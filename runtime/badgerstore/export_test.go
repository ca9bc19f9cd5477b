package badgerstore

// smallTables have a little fill many of them.
var smallTables = Options{memTable: 16 << 20}

// WithSmallTables returns the options with such tables.
func WithSmallTables(o Options) Options {
	o.memTable = smallTables.memTable
	return o
}
