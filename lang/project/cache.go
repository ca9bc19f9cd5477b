package project

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/source"
)

// cacheDays is how long what nobody asks for is kept.
const cacheDays = 30

// cache keeps what is known of texts, by their hashes. It is safe for
// concurrent use.
type cache struct {
	mu      sync.Mutex
	today   int64
	changed bool
	data    cacheData
}

// cacheData is the stored form.
type cacheData struct {
	Format  int
	Imports map[string]cachedImports // by the hash of a text
	Found   map[string]cachedFound   // by the key of a check
}

type cachedImports struct {
	Day     int64
	Targets []string `json:",omitempty"`
}

type cachedFound struct {
	Day         int64
	Diagnostics []cachedDiagnostic `json:",omitempty"`
}

// cachedDiagnostic is a diagnostic whose places are byte offsets.
type cachedDiagnostic struct {
	Code     diag.Code
	Severity diag.Severity
	Span     [2]int
	Message  string
	Hint     string          `json:",omitempty"`
	Related  []cachedRelated `json:",omitempty"`
	Fix      *cachedFix      `json:",omitempty"`
}

type cachedRelated struct {
	Path    string      `json:",omitempty"`
	Span    source.Span // whole, since it may be in another file
	Message string
}

type cachedFix struct {
	Title string
	Edits []cachedEdit
}

type cachedEdit struct {
	Span    [2]int
	NewText string
}

// cacheFormat is the version of the stored form.
const cacheFormat = 3

// readCache reads a cache. One that is not there, damaged, or of another
// version is an empty one.
func readCache(path string) *cache {
	c := &cache{today: time.Now().Unix() / (24 * 60 * 60)}
	if path != "" {
		if text, err := os.ReadFile(path); err == nil && (json.Unmarshal(text, &c.data) != nil || c.data.Format != cacheFormat) {
			c.data = cacheData{}
		}
	}
	if c.data.Imports == nil {
		c.data.Imports = map[string]cachedImports{}
	}
	if c.data.Found == nil {
		c.data.Found = map[string]cachedFound{}
	}
	c.data.Format = cacheFormat
	return c
}

func (c *cache) imports(hash [sha256.Size]byte) ([]string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := hex.EncodeToString(hash[:])
	e, ok := c.data.Imports[key]
	if ok && e.Day != c.today {
		e.Day, c.changed = c.today, true
		c.data.Imports[key] = e
	}
	return e.Targets, ok
}

func (c *cache) setImports(hash [sha256.Size]byte, targets []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.data.Imports[hex.EncodeToString(hash[:])] = cachedImports{c.today, targets}
	c.changed = true
}

func (c *cache) diagnostics(hash [sha256.Size]byte, file *source.File) ([]diag.Diagnostic, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := hex.EncodeToString(hash[:])
	e, ok := c.data.Found[key]
	if !ok {
		return nil, false
	}
	if e.Day != c.today {
		e.Day, c.changed = c.today, true
		c.data.Found[key] = e
	}
	span := func(s [2]int) source.Span { return file.Span(s[0], s[1]) }
	var ds []diag.Diagnostic
	for _, d := range e.Diagnostics {
		x := diag.Diagnostic{Code: d.Code, Severity: d.Severity, Span: span(d.Span), Message: d.Message, Hint: d.Hint}
		for _, r := range d.Related {
			x.Related = append(x.Related, diag.Related(r))
		}
		if d.Fix != nil {
			x.Fix = &diag.Fix{Title: d.Fix.Title}
			for _, e := range d.Fix.Edits {
				x.Fix.Edits = append(x.Fix.Edits, diag.Edit{Span: span(e.Span), NewText: e.NewText})
			}
		}
		ds = append(ds, x)
	}
	return ds, true
}

func (c *cache) setDiagnostics(hash [sha256.Size]byte, file *source.File, ds []diag.Diagnostic) {
	span := func(s source.Span) [2]int { from, to := file.Offsets(s); return [2]int{from, to} }
	list := make([]cachedDiagnostic, len(ds))
	for i, d := range ds {
		x := cachedDiagnostic{Code: d.Code, Severity: d.Severity, Span: span(d.Span), Message: d.Message, Hint: d.Hint}
		for _, r := range d.Related {
			x.Related = append(x.Related, cachedRelated(r))
		}
		if d.Fix != nil {
			x.Fix = &cachedFix{Title: d.Fix.Title}
			for _, e := range d.Fix.Edits {
				x.Fix.Edits = append(x.Fix.Edits, cachedEdit{span(e.Span), e.NewText})
			}
		}
		list[i] = x
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.data.Found[hex.EncodeToString(hash[:])] = cachedFound{c.today, list}
	c.changed = true
}

// write stores the cache, whole or not at all.
func (c *cache) write(path string) {
	if path == "" || !c.changed {
		return
	}
	for k, e := range c.data.Imports {
		if e.Day < c.today-cacheDays {
			delete(c.data.Imports, k)
		}
	}
	for k, e := range c.data.Found {
		if e.Day < c.today-cacheDays {
			delete(c.data.Found, k)
		}
	}
	text, err := json.Marshal(c.data)
	if err != nil || os.MkdirAll(filepath.Dir(path), 0o755) != nil {
		return
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".check-*")
	if err != nil {
		return
	}
	_, err = f.Write(text)
	if closed := f.Close(); err == nil && closed == nil && os.Rename(f.Name(), path) == nil {
		return
	}
	os.Remove(f.Name())
}
