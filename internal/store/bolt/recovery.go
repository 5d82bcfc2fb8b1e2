package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wence-qa/wence/internal/store"
)

// damagedSuffix and the time end the name of a file that was moved aside.
const damagedSuffix = ".damaged-"

// errMissing is the damage of a file that is not there while its backups are,
// as after a power cut in the middle of a recovery.
var errMissing = fmt.Errorf("the state file is missing: %w", store.ErrDamaged)

// A Recovery is what [Open] did about a damaged file.
type Recovery struct {
	Damage  error     // what was found
	MovedTo string    // where the damaged file is now; empty when it was missing
	Backup  string    // what was restored; empty when the store starts empty
	Taken   time.Time // when the backup was; zero without one
	Skipped int       // newer backups that were damaged too
	Entries int       // the entries restored
	// Newer is how many entries that are not in the store now, or are there in
	// an older version, can still be read from the damaged file; -1 is
	// unknown.
	Newer int
}

// String returns the recovery in one line.
func (r *Recovery) String() string {
	text := r.Damage.Error()
	if r.MovedTo != "" {
		text += "; moved to " + r.MovedTo
	}
	if r.Backup == "" {
		text += "; no sound backup, the store starts empty"
	} else {
		text += fmt.Sprintf("; restored %d entries from %s of %s", r.Entries, r.Backup, r.Taken.Format(time.RFC3339))
	}
	if r.Skipped > 0 {
		text += fmt.Sprintf("; damaged backups passed over: %d", r.Skipped)
	}
	if r.Newer < 0 {
		return text + "; newer entries lost: unknown"
	}
	return text + fmt.Sprintf("; newer entries readable in the damaged file: %d", r.Newer)
}

// heldBefore reports whether there has been a file at the path of s.
func (s *Store) heldBefore() (bool, error) {
	files, err := os.ReadDir(filepath.Dir(s.path))
	if err != nil {
		return false, err
	}
	for _, f := range files {
		if strings.HasPrefix(f.Name(), filepath.Base(s.path)+damagedSuffix) {
			return true, nil
		}
	}
	backups, err := s.backups()
	return len(backups) > 0, err
}

// recover puts a sound file in the place of a damaged or missing one. What
// takes its place is whole on the disk before the damaged file is moved, and a
// crash between the two moves leaves it missing, to be recovered once more.
func (s *Store) recover(damage error) error {
	r := &Recovery{Damage: damage}
	fresh, err := s.replacement(r)
	if err != nil {
		return err
	}
	im, err := readImage(fresh, nil)
	if err != nil {
		return err
	}
	r.Entries = int(im.found.count)
	r.Newer = s.newer(im.state.rev)
	if !errors.Is(damage, errMissing) {
		r.MovedTo = s.aside()
		if err := moveFile(s.path, r.MovedTo); err != nil {
			return err
		}
	}
	if err := moveFile(fresh, s.path); err != nil {
		return err
	}
	s.recovery = r
	return nil
}

// replacement writes the newest sound backup, or an empty store, beside the
// file, and returns where.
func (s *Store) replacement(r *Recovery) (string, error) {
	fresh := s.path + ".new"
	backups, err := s.backups()
	if err != nil {
		return "", err
	}
	for i := len(backups) - 1; i >= 0; i-- {
		b := backups[i]
		if err := copyFile(b.path, fresh); err != nil {
			return "", err
		}
		err := s.verify(fresh)
		if err == nil {
			r.Backup, r.Taken = b.path, b.taken
			return fresh, nil
		}
		if !errors.Is(err, store.ErrDamaged) {
			return "", fmt.Errorf("%s cannot be restored: %w", b.path, err)
		}
		r.Skipped++
	}
	return s.empty()
}

// newer counts the entries of the file with a revision above rev, -1 when they
// cannot be reached. It reads plain bytes, so damage cannot harm it.
func (s *Store) newer(rev uint64) int {
	n := 0
	im, err := readImage(s.path, func(e store.Entry) {
		if e.Rev > rev {
			n++
		}
	})
	if err != nil || !im.complete {
		return -1
	}
	return n
}

// aside returns a name for the damaged file that is not taken.
func (s *Store) aside() string {
	name := s.path + damagedSuffix + s.now().UTC().Format("20060102T150405Z")
	free := name
	for i := 2; ; i++ {
		if _, err := os.Lstat(free); err != nil {
			return free
		}
		free = fmt.Sprint(name, "-", i)
	}
}
