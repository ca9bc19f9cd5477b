package badgerstore

// cache remembers numbers by id: the last ones used, between max and twice as
// many. The zero value is not ready for use.
type cache struct {
	max          int
	young, older map[string]uint64
}

func newCache(max int) cache { return cache{max: max, young: make(map[string]uint64)} }

func (c *cache) get(id string) (n uint64, known bool) {
	if n, known = c.young[id]; known {
		return n, true
	}
	if n, known = c.older[id]; known {
		c.put(id, n)
	}
	return n, known
}

func (c *cache) put(id string, n uint64) {
	if len(c.young) >= c.max {
		c.young, c.older = make(map[string]uint64, c.max), c.young
	}
	c.young[id] = n
}
