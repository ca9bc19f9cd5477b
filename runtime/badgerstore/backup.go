package badgerstore

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"

	badger "github.com/dgraph-io/badger/v4"
)

// ErrBackup tells that a backup is none, or is damaged or cut short.
var ErrBackup = errors.New("the backup cannot be read")

// A backup is a head, chunks of keys and values, and an empty chunk that tells
// how many keys there were. A chunk has its length and its checksum before it.
// That of an encrypted store is encrypted with AES-GCM, chunk by chunk, under a
// key made of that of the store and a salt of the backup; then the head has the
// salt and a proof of the key.
const (
	backupMagic   = "florc backup 1\n"
	plainBackup   = 'p'
	sealedBackup  = 'e'
	saltBytes     = 32
	proofBytes    = 16
	chunkBytes    = 256 << 10
	maxChunkBytes = maxValueBytes + maxKeyBytes + chunkBytes + 1024
)

// Backup writes all that is stored, as of one moment, in a form for Restore,
// while commits go on beside it; progress, which may be nil, is told how many
// bytes are written. Of an encrypted store it is encrypted with the same key.
// A store that is damaged gives no backup, but ErrDamaged.
func (s *Store) Backup(ctx context.Context, w io.Writer, progress func(done int64)) error {
	return s.view(ctx, nil, func(txn *badger.Txn) error {
		// Badger's iterators end where a table is damaged, without an error.
		i := &inspector{dir: filepath.Join(s.dir, dataDir), key: s.key, progress: func(int64) {}}
		if err := i.keys(); err != nil {
			return err
		}
		defer i.close()
		if err := i.tables(ctx, 1<<62); err != nil {
			return err
		}
		b := &backupWriter{w: w, progress: progress}
		if err := b.head(s.key); err != nil {
			return err
		}
		keys := uint64(0)
		err := scan(txn, nil, nil, func(k, v []byte) (bool, error) {
			keys++
			// The checksum goes along, so that it covers the whole way.
			sum := checksum(k, v)
			b.chunk = binary.AppendUvarint(b.chunk, uint64(len(k)))
			b.chunk = append(b.chunk, k...)
			b.chunk = binary.AppendUvarint(b.chunk, uint64(len(v)+sealBytes))
			b.chunk = binary.BigEndian.AppendUint32(b.chunk, sum)
			b.chunk = append(b.chunk, v...)
			if len(b.chunk) < chunkBytes {
				return true, nil
			}
			if err := b.flush(); err != nil {
				return false, err
			}
			return true, ctx.Err()
		})
		if err == nil {
			err = b.flush()
		}
		if err == nil {
			// No key is empty.
			b.chunk = binary.AppendUvarint([]byte{0}, keys)
			err = b.flush()
		}
		return err
	})
}

// sealer encrypts the chunks of a backup.
type sealer struct {
	aead  cipher.AEAD
	chunk uint64
}

func newSealer(key, salt []byte) (*sealer, error) {
	block, err := aes.NewCipher(derive(key, "florc backup key", salt))
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &sealer{aead: aead}, err
}

func derive(key []byte, use string, salt []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(use))
	h.Write(salt)
	return h.Sum(nil)
}

// nonce returns that of the next chunk. The key is of this backup alone.
func (s *sealer) nonce() []byte {
	s.chunk++
	return binary.BigEndian.AppendUint64(make([]byte, s.aead.NonceSize()-8), s.chunk)
}

type backupWriter struct {
	w        io.Writer
	seal     *sealer // nil for none
	chunk    []byte
	done     int64
	progress func(done int64)
}

func (b *backupWriter) head(key []byte) error {
	head := []byte(backupMagic)
	if len(key) == 0 {
		return b.write(append(head, plainBackup))
	}
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return err
	}
	var err error
	if b.seal, err = newSealer(key, salt); err != nil {
		return err
	}
	head = append(append(head, sealedBackup), salt...)
	return b.write(append(head, derive(key, "florc backup proof", salt)[:proofBytes]...))
}

func (b *backupWriter) flush() error {
	if len(b.chunk) == 0 {
		return nil
	}
	data := b.chunk
	if b.seal != nil {
		data = b.seal.aead.Seal(nil, b.seal.nonce(), data, nil)
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	head = binary.BigEndian.AppendUint32(head, crc32.Checksum(data, castagnoli))
	b.chunk = b.chunk[:0]
	if err := b.write(head); err != nil {
		return err
	}
	return b.write(data)
}

func (b *backupWriter) write(data []byte) error {
	n, err := b.w.Write(data)
	b.done += int64(n)
	if b.progress != nil && err == nil {
		b.progress(b.done)
	}
	return err
}

// restoringFile tells of a restore under way.
const restoringFile = "RESTORING"

// Restore makes a store of a backup, in a directory that is empty or not there
// yet; progress, which may be nil, is told how many bytes of the backup are
// read. Where it fails, or is cut short, there is no store. A backup of an
// encrypted store needs its key; another takes the one given.
func Restore(ctx context.Context, dir string, r io.Reader, o Options, progress func(done int64)) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("a backup cannot be restored into %s, which is not empty: it has %s", dir, entries[0].Name())
	}
	if err := checkKey(o.EncryptionKey); err != nil {
		return err
	}
	made := []string{restoringFile, lockFile, dataDir, markFile, formatFile}
	defer func() {
		if err == nil {
			return
		}
		err = fmt.Errorf("restoring %s: %w", dir, err)
		for _, name := range made {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, name)))
		}
	}()
	if err := writeDurably(filepath.Join(dir, restoringFile), ""); err != nil {
		return err
	}
	f, err := lock(filepath.Join(dir, lockFile))
	if err != nil {
		return err
	}
	defer f.Close()
	last, err := restoreData(ctx, filepath.Join(dir, dataDir), &backupReader{r: r, progress: progress}, o)
	if err != nil {
		return err
	}
	if err := writeDurably(filepath.Join(dir, markFile), string(slot(last))); err != nil {
		return err
	}
	if err := writeDurably(filepath.Join(dir, formatFile), formatText(len(migrations)+1)); err != nil {
		return err
	}
	return os.Remove(filepath.Join(dir, restoringFile))
}

// restoreData fills a new database, and returns the number of its last
// transaction.
func restoreData(ctx context.Context, dir string, b *backupReader, o Options) (last uint64, err error) {
	if err := b.head(o.EncryptionKey); err != nil {
		return 0, err
	}
	// Tables are synced; the logs need not be, as all of them become tables.
	db, err := badger.OpenManaged(badgerOptions(dir, o, o.logger()).WithSyncWrites(false))
	if err != nil {
		return 0, err
	}
	s := &Store{db: db, beforeWrite: ctx.Err}
	defer func() { err = errors.Join(err, db.Close()) }()
	keys := uint64(0)
	// The last log is written last, by a transaction that has its number or a
	// higher one: so the logs that follow have higher ones, too.
	var final []write
	for {
		chunk, err := b.next()
		if err != nil {
			return 0, err
		}
		if chunk[0] == 0 {
			if n, size := binary.Uvarint(chunk[1:]); size <= 0 || n != keys {
				return 0, fmt.Errorf("%w: it has %d keys, and tells of %d", ErrBackup, keys, n)
			}
			if len(final) > 0 {
				last = max(last, lastNumber(final[0].key)-1)
			}
			return s.writeMany(last, final)
		}
		ws, err := parseChunk(chunk)
		if err != nil {
			return 0, err
		}
		keys += uint64(len(ws))
		for n := 0; n < len(ws); n++ {
			if bytes.HasPrefix(ws[n].key, []byte(logPrefix)) {
				final = append(final, ws[n])
				ws = slices.Delete(ws, n, n+1)
				n--
			}
		}
		if len(final) > 1 {
			ws, final = append(ws, final[:len(final)-1]...), final[len(final)-1:]
		}
		if last, err = s.writeMany(last, ws); err != nil {
			return 0, err
		}
	}
}

func parseChunk(chunk []byte) (ws []write, err error) {
	field := func() []byte {
		n, size := binary.Uvarint(chunk)
		if size <= 0 || n > uint64(len(chunk)-size) {
			err = fmt.Errorf("%w: a chunk is cut short", ErrBackup)
			return nil
		}
		f := chunk[size : size+int(n)]
		chunk = chunk[size+int(n):]
		return f
	}
	for len(chunk) > 0 {
		w := write{key: field(), value: field()}
		if err != nil {
			return nil, err
		}
		if _, err := unseal(w.key, w.value); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBackup, err)
		}
		ws = append(ws, w)
	}
	return ws, nil
}

type backupReader struct {
	r        io.Reader
	seal     *sealer
	done     int64
	progress func(done int64)
}

func (b *backupReader) read(n int) ([]byte, error) {
	var buf bytes.Buffer // which grows as there is something to read
	got, err := io.CopyN(&buf, b.r, int64(n))
	b.done += got
	if err == io.EOF {
		return nil, fmt.Errorf("%w: it is cut short after %d bytes", ErrBackup, b.done)
	}
	if err == nil && b.progress != nil {
		b.progress(b.done)
	}
	return buf.Bytes(), err
}

func (b *backupReader) head(key []byte) error {
	head, err := b.read(len(backupMagic) + 1)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(head, []byte(backupMagic)) {
		return fmt.Errorf("%w: it is none of this version of florc", ErrBackup)
	}
	switch kind := head[len(backupMagic)]; {
	case kind == plainBackup:
		return nil
	case kind != sealedBackup:
		return fmt.Errorf("%w: it is of an unknown kind", ErrBackup)
	case len(key) == 0:
		return fmt.Errorf("%w: the backup is encrypted, and no key was given", ErrKey)
	}
	proof, err := b.read(saltBytes + proofBytes)
	if err != nil {
		return err
	}
	salt := proof[:saltBytes]
	if !hmac.Equal(proof[saltBytes:], derive(key, "florc backup proof", salt)[:proofBytes]) {
		return fmt.Errorf("%w: it is not that of the backup", ErrKey)
	}
	b.seal, err = newSealer(key, salt)
	return err
}

func (b *backupReader) next() ([]byte, error) {
	head, err := b.read(8)
	if err != nil {
		return nil, err
	}
	n, sum := binary.BigEndian.Uint32(head), binary.BigEndian.Uint32(head[4:])
	if n == 0 || n > maxChunkBytes {
		return nil, fmt.Errorf("%w: a chunk of %d bytes, %d bytes from its start", ErrBackup, n, b.done)
	}
	chunk, err := b.read(int(n))
	if err != nil {
		return nil, err
	}
	if crc32.Checksum(chunk, castagnoli) != sum {
		return nil, fmt.Errorf("%w: the chunk that ends %d bytes from its start is not what was written", ErrBackup, b.done)
	}
	if b.seal != nil {
		if chunk, err = b.seal.aead.Open(nil, b.seal.nonce(), chunk, nil); err != nil || len(chunk) == 0 {
			return nil, fmt.Errorf("%w: the chunk that ends %d bytes from its start is not of this backup", ErrBackup, b.done)
		}
	}
	return chunk, nil
}
