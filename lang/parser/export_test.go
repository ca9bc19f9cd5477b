package parser

// CacheSize returns the number of texts that a cache holds.
func CacheSize(c *Cache) int { return len(c.entries) }

// ParseByGrammar has participle lex and parse lines, put in parentheses.
func ParseByGrammar(lines string) error {
	_, err := grammar().paren.ParseString("", "(\n"+lines+"\n)")
	return err
}
