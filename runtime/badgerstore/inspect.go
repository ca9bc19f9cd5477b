package badgerstore

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/fb"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/badger/v4/table"
	"github.com/dgraph-io/badger/v4/y"
	"github.com/dgraph-io/ristretto/v2"
	"github.com/dgraph-io/ristretto/v2/z"
)

// Badger, where it meets damage as it opens, ends the process in some places,
// and in others drops what it cannot read, and removes the rest as if it were
// left over. So its files are looked at before, and nothing is touched where
// they are damaged.

// quickBytes is how much of the tables an inspection reads whole: those of the
// upper levels, which Badger rewrites soon.
const quickBytes = 64 << 20

type inspector struct {
	dir      string
	key      []byte
	registry *badger.KeyRegistry
	indexes  *ristretto.Cache[uint64, *fb.TableIndex] // of tables that are encrypted
	last     uint64                                   // the highest version that was seen
	done     int64                                    // bytes read
	progress func(done int64)
	cut      []cut
	stale    []string // logs all of whose transactions are in tables
}

// cut is where a log ends that a crash may have cut short.
type cut struct {
	path string
	at   int64
}

func damaged(path string, err error) error {
	if errors.Is(err, ErrDamaged) {
		return fmt.Errorf("%s: %w", path, err)
	}
	return fmt.Errorf("%w: %s: %w", ErrDamaged, path, err)
}

// inspect looks at a database that is not open.
func inspect(dir string, key []byte) (*inspector, error) {
	i := &inspector{dir: dir, key: key}
	if isNew, err := i.isNew(); err != nil || isNew {
		return i, err
	}
	if err := i.keys(); err != nil {
		return nil, err
	}
	defer i.close()
	if err := i.tables(context.Background(), quickBytes); err != nil {
		return nil, err
	}
	return i, i.logs()
}

// isNew tells whether there is no database yet. Without its MANIFEST, Badger
// would take one for new, and remove what there is.
func (i *inspector) isNew() (bool, error) {
	manifest := i.path(badger.ManifestFilename)
	_, err := os.Stat(manifest)
	if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	for _, kind := range []string{"*.sst", "*.mem", "*.vlog"} {
		if files, _ := filepath.Glob(i.path(kind)); len(files) > 0 {
			return false, damaged(manifest, err)
		}
	}
	return true, nil
}

func (i *inspector) path(name string) string { return filepath.Join(i.dir, name) }

// keys reads the encryption keys, and checks that the key given is theirs.
func (i *inspector) keys() error {
	path := i.path(badger.KeyRegistryFileName)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if tables, _ := filepath.Glob(i.path("*.sst")); len(tables) > 0 {
			return damaged(path, err)
		}
	} else if err != nil {
		return err
	}
	const headBytes = 16 + 12
	for rest := data[min(headBytes, len(data)):]; len(rest) > 0; {
		if len(rest) < 8 || uint64(binary.BigEndian.Uint32(rest)) > uint64(len(rest)-8) {
			return damaged(path, errors.New("it is cut short"))
		}
		rest = rest[8+binary.BigEndian.Uint32(rest):]
	}
	i.registry, err = badger.OpenKeyRegistry(badger.KeyRegistryOptions{Dir: i.dir, ReadOnly: true, EncryptionKey: i.key})
	switch {
	case errors.Is(err, badger.ErrEncryptionKeyMismatch) && len(i.key) == 0:
		return fmt.Errorf("%w: the store is encrypted, and no key was given", ErrKey)
	case errors.Is(err, badger.ErrEncryptionKeyMismatch):
		return fmt.Errorf("%w, or the store is not encrypted", ErrKey)
	case err != nil:
		return damaged(path, err)
	case len(i.key) > 0:
		i.indexes, err = ristretto.NewCache(&ristretto.Config[uint64, *fb.TableIndex]{
			NumCounters: 1000, MaxCost: indexCacheBytes, BufferItems: 64})
	}
	return err
}

func (i *inspector) close() {
	if i.indexes != nil {
		i.indexes.Close()
	}
}

// manifest reads which tables there are.
func (i *inspector) manifest() (badger.Manifest, error) {
	path := i.path(badger.ManifestFilename)
	data, err := os.ReadFile(path)
	if err != nil {
		return badger.Manifest{}, damaged(path, err)
	}
	if err := checkManifest(data); err != nil {
		return badger.Manifest{}, damaged(path, err)
	}
	f, err := os.Open(path)
	if err != nil {
		return badger.Manifest{}, err
	}
	defer f.Close()
	m, _, err := badger.ReplayManifestFile(f, 0, badger.DefaultOptions(i.dir).WithLogger(nil))
	if err != nil {
		return m, damaged(path, err)
	}
	return m, nil
}

// checkManifest looks at how the manifest ends. Badger takes an entry that is
// longer than the rest of the file for one that a crash cut short, and forgets
// it and what follows. It is something else where there is a whole entry but
// for its length.
func checkManifest(data []byte) error {
	const magicBytes, headBytes = 8, 8
	rest := data[min(magicBytes, len(data)):]
	for len(rest) >= headBytes {
		n, sum := uint64(binary.BigEndian.Uint32(rest)), binary.BigEndian.Uint32(rest[4:])
		rest = rest[headBytes:]
		if n <= uint64(len(rest)) {
			rest = rest[n:]
			continue
		}
		for found, at := uint32(0), 0; ; at++ {
			if found == sum {
				return errors.New("an entry has a wrong length")
			}
			if at == len(rest) {
				return nil
			}
			found = crc32.Update(found, castagnoli, rest[at:at+1])
		}
	}
	return nil
}

// tables looks at the tables, and reads as many bytes of them whole.
func (i *inspector) tables(ctx context.Context, wholeBytes int64) error {
	m, err := i.manifest()
	if err != nil {
		return err
	}
	ids := slices.SortedFunc(maps.Keys(m.Tables), func(a, b uint64) int {
		return cmp.Or(cmp.Compare(m.Tables[a].Level, m.Tables[b].Level), cmp.Compare(b, a))
	})
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return err
		}
		path := i.path(table.IDToFilename(id))
		size, err := i.table(path, m.Tables[id], wholeBytes-i.done)
		if err != nil && i.progress != nil {
			// The database is in use, and may have replaced it meanwhile.
			if now, err := i.manifest(); err == nil {
				if _, there := now.Tables[id]; !there {
					continue
				}
			}
		}
		if err != nil {
			return damaged(path, err)
		}
		i.done += size
		if i.progress != nil {
			i.progress(i.done)
		}
	}
	return nil
}

// table looks at a table: its index and its last block, or all of it, if it is
// not larger than so many bytes. It returns how large it is.
func (i *inspector) table(path string, m badger.TableManifest, wholeBytes int64) (size int64, err error) {
	data, unmap, err := i.read(path)
	if err != nil {
		return 0, err
	}
	defer unmap()
	if err := checkFooter(data); err != nil {
		return 0, err
	}
	o := table.Options{ReadOnly: true, ChkMode: options.OnBlockRead, Compression: m.Compression, BlockSize: 4 << 10,
		IndexCache: i.indexes}
	if o.DataKey, err = i.registry.DataKey(m.KeyID); err != nil {
		return 0, err
	}
	id, _ := table.ParseFileID(filepath.Base(path))
	return int64(len(data)), guarded(func() error {
		t, err := table.OpenInMemoryTable(data, id, &o)
		if err != nil {
			return err
		}
		i.last = max(i.last, t.MaxVersion())
		if int64(len(data)) <= wholeBytes {
			return readTable(t)
		}
		return nil
	})
}

// read reads a file, or maps it: not where the database is in use, which may cut
// it off any time.
func (i *inspector) read(path string) (data []byte, unmap func(), err error) {
	if i.progress != nil {
		data, err = os.ReadFile(path)
		return data, func() {}, err
	}
	f, err := z.OpenMmapFile(path, os.O_RDONLY, 0)
	if err != nil {
		return nil, nil, err
	}
	return f.Data, func() { f.Close(-1) }, nil
}

// readTable reads all of a table. Its iterator ends at a block that is damaged
// as it does at the end.
func readTable(t *table.Table) error {
	it := t.NewIterator(table.NOCACHE)
	defer it.Close()
	n := uint32(0)
	for it.Rewind(); it.Valid(); it.Next() {
		n++
	}
	if n != t.KeyCount() {
		return fmt.Errorf("%d of its %d keys can be read", n, t.KeyCount())
	}
	return nil
}

// checkFooter checks that the lengths at the end of a table are within it.
// Badger ends the process where they are not. The index and its length, and a
// checksum and its length, stand there.
func checkFooter(data []byte) error {
	for range 2 {
		if len(data) < 4 {
			return errors.New("it is cut short")
		}
		n := uint64(binary.BigEndian.Uint32(data[len(data)-4:]))
		if data = data[:len(data)-4]; n > uint64(len(data)) {
			return errors.New("a length in it is wrong")
		}
		data = data[:uint64(len(data))-n]
	}
	return nil
}

// logs looks at the write-ahead logs. All but the newest end cleanly; of that
// one, a crash may have cut off what was not acknowledged. The same goes for
// the newest value log, which Badger reads as it opens.
//
// Badger removes logs whose memory tables have become tables, in no certain
// order, so that a crash may leave an old one and not those that followed.
// Replayed, it brings back keys whose removals were in the ones that followed,
// and were dropped since. So logs that are in the tables are passed over: their
// versions are not above those of the tables, as memory tables become tables in
// their order.
func (i *inspector) logs() error {
	inTables := i.last
	for _, kind := range []string{"*.mem", "*.vlog"} {
		files, _ := filepath.Glob(i.path(kind))
		slices.SortFunc(files, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
		if kind == "*.vlog" && len(files) > 0 {
			files = files[len(files)-1:]
		}
		for n, path := range files {
			end, last, clean, err := i.log(path)
			switch {
			case err != nil:
				return err
			case clean && kind == "*.mem" && 0 < last && last <= inTables:
				i.stale = append(i.stale, path)
			case clean:
			case n < len(files)-1:
				return damaged(path, fmt.Errorf("what stands at %d cannot be read", end))
			default:
				i.cut = append(i.cut, cut{path, end})
			}
		}
	}
	return nil
}

// cutLogs removes the logs that are stale, and ends those that were cut short,
// so that Badger need not make sense of what stands there, which it trusts too
// much.
func (i *inspector) cutLogs() error {
	for _, path := range i.stale {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	for _, c := range i.cut {
		f, err := os.OpenFile(c.path, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		st, err := f.Stat()
		if err == nil {
			_, err = f.WriteAt(make([]byte, min(entryMaxBytes, st.Size()-c.at)), c.at)
		}
		if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// The format of Badger's logs: a header with the id of the key and the seed of
// the encryption, then entries, each of which has a header with two bytes of
// flags, the lengths of key and value and an expiry as varints, then key and
// value, and a checksum. Zeros follow.
const (
	logHeadBytes  = 20
	entryMaxBytes = 22 // of its header
	endOfTxn      = 1 << 7
	maxLogKey     = 1 << 16
)

// log reads a log up to the first entry that is not whole, and tells where that
// is, the highest version before it, and whether the log ends cleanly there.
func (i *inspector) log(path string) (end int64, last uint64, clean bool, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) && i.progress != nil {
		return 0, 0, true, nil // it is a table now
	}
	if err != nil {
		return 0, 0, false, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return 0, 0, false, err
	}
	r := &logReader{r: bufio.NewReaderSize(f, 1<<16), size: st.Size()}
	if clean, err = i.readLog(r); err != nil {
		return 0, 0, false, damaged(path, err)
	}
	if st, err := os.Stat(path); !clean && i.progress != nil && (err != nil || st.Size() == 0) {
		clean = true // it just became a table
	}
	return r.at, r.last, clean, nil
}

func (i *inspector) readLog(r *logReader) (clean bool, err error) {
	var head [logHeadBytes]byte
	n, err := io.ReadFull(r.r, head[:])
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	r.at = int64(n)
	key, err := i.registry.DataKey(binary.BigEndian.Uint64(head[:]))
	if err != nil {
		return false, err
	}
	for {
		at := uint32(r.at)
		flags, klen, kv, err := r.next()
		if err != nil {
			return false, err
		}
		if kv == nil {
			return len(bytes.Trim(r.head, "\x00")) == 0, nil
		}
		if flags&endOfTxn == 0 {
			continue
		}
		if key != nil {
			iv := binary.BigEndian.AppendUint32(bytes.Clone(head[8:]), at)
			if kv, err = y.XORBlockAllocate(kv, key.Data, iv); err != nil {
				return false, err
			}
		}
		ts, err := strconv.ParseUint(string(kv[klen:]), 10, 64)
		if err != nil {
			return false, errors.New("a transaction has no number")
		}
		r.last = max(r.last, ts)
		i.last = max(i.last, ts)
	}
}

// logReader reads the entries of a log.
type logReader struct {
	r    *bufio.Reader
	size int64 // of the file
	at   int64 // the next entry
	last uint64
	head []byte
	buf  []byte
}

// next reads an entry, key and value together. It returns none where the next
// one is not whole; the head is what stands there.
func (r *logReader) next() (flags byte, klen int, kv []byte, err error) {
	head, err := r.r.Peek(entryMaxBytes)
	r.head = append(r.head[:0], head...)
	if err != nil && err != io.EOF || len(head) < 2 {
		return 0, 0, nil, ignoreEOF(err)
	}
	n := 2
	var fields [3]uint64
	for f := range fields {
		v, size := binary.Uvarint(head[n:])
		if size <= 0 {
			return 0, 0, nil, nil
		}
		fields[f] = v
		n += size
	}
	if fields[0] > maxLogKey || fields[1] > uint64(r.size) {
		return 0, 0, nil, nil
	}
	end := n + int(fields[0]) + int(fields[1])
	if r.at+int64(end+crc32.Size) > r.size {
		return 0, 0, nil, nil
	}
	r.buf = slices.Grow(r.buf[:0], end+crc32.Size)[:end+crc32.Size]
	if _, err := io.ReadFull(r.r, r.buf); err != nil {
		return 0, 0, nil, ignoreEOF(err)
	}
	if crc32.Checksum(r.buf[:end], castagnoli) != binary.BigEndian.Uint32(r.buf[end:]) {
		return 0, 0, nil, nil
	}
	r.at += int64(len(r.buf))
	return r.buf[0], int(fields[0]), r.buf[n:end], nil
}

func ignoreEOF(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}
