package badgerstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	formatFile = "FORMAT"
	formatName = "florc store "
)

// migration changes a store from the format before into another: it works on
// the directory, and may be cut short and begun again at any point. The store
// is of the old format until it returned.
type migration func(dir string) error

// migrations lead from each format to the next, from that of number 1 on. The
// last one leads to the format of this program.
var migrations = []migration{
	markUnindexed, // format 1 had no index
	// From 3 on, tasks are listed. A store without lists gets them when it is
	// open (listTasks); the number keeps older programs from leaving gaps.
	func(string) error { return nil },
	// From 4 on there are traps that see other executions, and rows of mutexes,
	// which older programs would pass over.
	func(string) error { return nil },
}

func formatText(number int) string { return fmt.Sprintf("%s%d\n", formatName, number) }

// readFormat returns the number of a store's format, or 0 where there is none.
func readFormat(dir string) (int, error) {
	text, err := os.ReadFile(filepath.Join(dir, formatFile))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	digits, ours := strings.CutPrefix(string(text), formatName)
	number, err := strconv.Atoi(strings.TrimSuffix(digits, "\n"))
	if !ours || err != nil || number < 1 || formatText(number) != string(text) {
		return 0, fmt.Errorf("%w: its file %s says %q", ErrForeign, formatFile, text[:min(len(text), 40)])
	}
	return number, nil
}

// checkDir refuses directories that are no stores before anything is made in
// them.
func checkDir(dir string) error {
	number, err := readFormat(dir)
	if err != nil || number > 0 {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == restoringFile {
			return fmt.Errorf("%w: a restore into it was cut short. Remove it, and restore the backup again", ErrForeign)
		}
	}
	for _, e := range entries {
		if name := e.Name(); name != formatFile+".new" && name != lockFile { // of a start that was cut short
			return fmt.Errorf("%w: it has other files, such as %s, and no %s. Give an empty directory for a new store",
				ErrForeign, name, formatFile)
		}
	}
	return nil
}

// prepareDir gives a new store its format, and an older one that of this
// program.
func prepareDir(dir string, steps []migration) error {
	number, err := readFormat(dir)
	if err != nil {
		return err
	}
	current := len(steps) + 1
	if number > current {
		return fmt.Errorf("%w: its format is %d, and this version of florc reads those up to %d. Use the version that wrote it, or a newer one",
			ErrForeign, number, current)
	}
	if number == 0 {
		return writeDurably(filepath.Join(dir, formatFile), formatText(current))
	}
	for ; number < current; number++ {
		if err := steps[number-1](dir); err != nil {
			return fmt.Errorf("its format, %d, cannot be brought to %d: %w", number, number+1, err)
		}
		if err := writeDurably(filepath.Join(dir, formatFile), formatText(number+1)); err != nil {
			return err
		}
	}
	return nil
}

// writeDurably makes a file that is there whole or not at all.
func writeDurably(path, text string) error {
	f, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	// Not every system can sync a directory; those that can't need not.
	_ = d.Sync()
	return d.Close()
}
