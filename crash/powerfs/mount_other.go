//go:build !linux

package powerfs

import "math/rand/v2"

// FS is a mounted file system. Only Linux has it.
type FS struct{}

// Mount gives ErrUnavailable.
func Mount(point, image string, o Options) (*FS, error) { return nil, ErrUnavailable }

// WriteBack does nothing.
func (f *FS) WriteBack(rnd *rand.Rand) {}

// PowerOff does nothing.
func (f *FS) PowerOff() {}

// Cut gives ErrUnavailable.
func (f *FS) Cut(rnd *rand.Rand, dir string) error { return ErrUnavailable }

// Unmount does nothing.
func (f *FS) Unmount() error { return nil }
