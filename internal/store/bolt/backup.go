package bolt

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"
)

// backupTime is the time in the name of a backup; names sort as times do.
const backupTime = "20060102T150405.000Z"

// Backup writes the store as it is at this moment to w, in the format of its
// file, while it goes on being used. The copy is as sound as the file: see
// BackupTo for one that is checked. While w is slow, the file keeps every page
// it had, and does not grow past 64 MiB: Apply may have to wait for w.
func (s *Store) Backup(w io.Writer) error {
	kept := &keeper{w: w}
	err := s.view(func(tx *bbolt.Tx) error {
		_, err := tx.WriteTo(kept)
		return err
	})
	if kept.err != nil {
		return kept.err
	}
	return err
}

// A keeper keeps the error of a writer, of which bbolt passes on the text.
type keeper struct {
	w   io.Writer
	err error
}

func (k *keeper) Write(p []byte) (n int, err error) {
	n, err = k.w.Write(p)
	if err != nil {
		k.err = err
	}
	return n, err
}

// BackupTo writes a backup to the file at path (0600), which it makes or
// replaces once the backup is on the disk and found sound. ErrDamaged means
// that the store's own file is damaged; what was at path is still there then.
func (s *Store) BackupTo(path string) error {
	s.backup.Lock()
	defer s.backup.Unlock()
	return s.backupTo(path)
}

func (s *Store) backupTo(path string) error {
	if sameFile(path, s.path) {
		return fmt.Errorf("store: backup: %s is the store itself: name another file", path)
	}
	fresh := path + ".new"
	err := writeFile(fresh, s.Backup)
	if err == nil {
		err = s.verify(fresh)
	}
	if err == nil {
		err = moveFile(fresh, path)
	}
	if err != nil {
		os.Remove(fresh)
		return fmt.Errorf("store: backup: %w", advise(err, path))
	}
	return nil
}

// Rotate writes a backup into the folder of backups, removes all there but the
// newest keep, at least the one just written, and returns its path. Call it now
// and then: [Open] restores the newest one that is sound.
func (s *Store) Rotate(keep int) (string, error) {
	s.backup.Lock()
	defer s.backup.Unlock()
	if err := makeFolder(s.folder); err != nil {
		return "", fmt.Errorf("store: backup: %w", err)
	}
	stem, ext := s.stem()
	path := filepath.Join(s.folder, stem+s.now().UTC().Format(backupTime)+ext)
	if err := s.backupTo(path); err != nil {
		return "", err
	}
	return path, s.prune(path, max(1, keep))
}

// prune removes all backups but the newest keep, and not the one at path.
func (s *Store) prune(path string, keep int) error {
	all, err := s.backups()
	for _, b := range all[:max(0, len(all)-keep)] {
		if b.path == path { // the clock was set back
			continue
		}
		err = errors.Join(err, os.Remove(b.path))
	}
	if err != nil {
		return fmt.Errorf("store: old backups: %w", err)
	}
	return nil
}

type backupFile struct {
	path  string
	taken time.Time
}

// stem returns what is before and after the time in the name of a backup.
func (s *Store) stem() (stem, ext string) {
	base := filepath.Base(s.path)
	ext = filepath.Ext(base)
	return strings.TrimSuffix(base, ext) + "-", ext
}

// backups returns the backups in the folder, the newest last.
func (s *Store) backups() ([]backupFile, error) {
	files, err := os.ReadDir(s.folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	stem, ext := s.stem()
	var all []backupFile
	for _, f := range files {
		stamp, ours := strings.CutPrefix(strings.TrimSuffix(f.Name(), ext), stem)
		taken, err := time.Parse(backupTime, stamp)
		if ours && err == nil {
			all = append(all, backupFile{filepath.Join(s.folder, f.Name()), taken})
		}
	}
	slices.SortFunc(all, func(a, b backupFile) int { return a.taken.Compare(b.taken) })
	return all, nil
}
