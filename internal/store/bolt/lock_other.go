//go:build !unix || aix || solaris

package bolt

import "os"

// lockFile opens the file at path. Here only bbolt's own lock, which is taken
// after the file was checked, keeps two processes apart.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
}
