package index

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2"
)

// formatVersion changes whenever files on disk are laid out or to be read
// differently.
const formatVersion = 1

// Reasons not to trust an index on disk. In each case Build makes a good one.
var (
	// ErrStale: made by another version of this program, or of other documents.
	ErrStale = errors.New("index is stale")
	// ErrForeign: the folder holds something that is no index of this program.
	ErrForeign = errors.New("not an index")
	// ErrCorrupt: a file of the index is missing, cut short or changed.
	ErrCorrupt = errors.New("index is corrupt")
)

const (
	manifestName = "wence-index.json"
	folderPrefix = "data-" // of the folders that hold the files of one build
	kind         = "wence index"
)

// A manifest describes the one index of a folder. Writing it makes a build count.
type manifest struct {
	Kind     string `json:"kind"`
	Format   int    `json:"format"`
	Analyzer int    `json:"analyzer"`
	Docs     string `json:"docs"` // hash of the documents, see fingerprint
	Tokens   int    `json:"tokens"`
	Folder   string `json:"folder"`
	Files    []file `json:"files"`
}

// A file is one file below the folder of a manifest.
type file struct {
	Name string `json:"name"` // with slashes
	Size int64  `json:"size"`
	CRC  uint32 `json:"crc32c"`
}

// Build makes an index of docs in the folder dir, which it creates when needed,
// and puts it in the place of the one that was there in one step: until Build
// returns nil, and when it fails or ctx ends, the old one stays as it was. An
// Index that is open goes on reading what it had. progress, which may be nil, is
// told from time to time how many documents are done; the last steps follow
// after all are.
//
// One Build at a time may work on a folder; a second one may spoil the first,
// which Open then reports.
func Build(ctx context.Context, dir string, docs []Doc, progress func(done int)) error {
	if err := check(docs); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("build index: %w", err)
	}
	folder, err := os.MkdirTemp(dir, folderPrefix)
	if err != nil {
		return fmt.Errorf("build index: %w", err)
	}
	if err := fill(ctx, folder, docs, progress); err != nil {
		return errors.Join(err, os.RemoveAll(folder))
	}
	return sweep(dir, filepath.Base(folder))
}

// fill makes the index in folder and commits it.
func fill(ctx context.Context, folder string, docs []Doc, progress func(done int)) error {
	if len(docs) > 0 {
		if err := write(ctx, folder, docs, progress); err != nil {
			return err
		}
	}
	files, err := listFiles(folder)
	if err != nil {
		return fmt.Errorf("build index: %w", err)
	}
	err = commit(folder, manifest{
		Kind: kind, Format: formatVersion, Analyzer: analyzerVersion,
		Docs: fingerprint(docs), Tokens: countTerms(docs),
		Folder: filepath.Base(folder), Files: files,
	})
	if err != nil {
		return fmt.Errorf("build index: %w", err)
	}
	return nil
}

// write builds the bleve index of docs in folder, as one segment.
func write(ctx context.Context, folder string, docs []Doc, progress func(done int)) error {
	const step = 1000 // documents to a batch
	b, err := bleve.NewBuilder(filepath.Join(folder, "bleve"), newMapping(),
		map[string]any{"batchSize": step, "buildPathPrefix": folder})
	if err != nil {
		return fmt.Errorf("build index: %w", err)
	}
	for i, d := range docs {
		if i%step == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			if progress != nil {
				progress(i)
			}
		}
		if err := b.Index(strconv.Itoa(i), content(d)); err != nil {
			return fmt.Errorf("index %s: %w", d.ID, err)
		}
	}
	if progress != nil {
		progress(len(docs))
	}
	if err := b.Close(); err != nil {
		return fmt.Errorf("build index: %w", err)
	}
	return nil
}

// commit puts the manifest beside folder, by renaming a file that is on disk in
// full.
func commit(folder string, m manifest) error {
	data, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return err
	}
	tmp := filepath.Join(folder, manifestName)
	f, err := os.Create(tmp)
	if err != nil {
		return err
	}
	_, err = f.Write(append(data, '\n'))
	if err := cmp.Or(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(tmp, filepath.Join(filepath.Dir(folder), manifestName))
}

// sweep removes the folders of earlier builds, finished or not.
func sweep(dir, keep string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("clean up index: %w", err)
	}
	for _, e := range entries {
		if e.IsDir() && strings.HasPrefix(e.Name(), folderPrefix) && e.Name() != keep {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// Open opens the index of docs that Build made in dir, for reading only: any
// number of processes may have it open. It returns an error that wraps
// fs.ErrNotExist when there is none, and [ErrStale], [ErrForeign] or
// [ErrCorrupt] when what is there must not be used; the caller then builds anew.
// Every file is compared with its checksum first, so that reading never meets
// bytes that this program did not write.
func Open(dir string, docs []Doc) (*Index, error) {
	m, err := readManifest(dir)
	if err != nil {
		return nil, fmt.Errorf("open index %s: %w", dir, err)
	}
	if m.Format != formatVersion || m.Analyzer != analyzerVersion || m.Docs != fingerprint(docs) {
		return nil, fmt.Errorf("open index %s: %w", dir, ErrStale)
	}
	if err := verify(dir, m); err != nil {
		return nil, fmt.Errorf("open index %s: %w: %w", dir, ErrCorrupt, err)
	}
	if len(docs) == 0 {
		return &Index{}, nil
	}
	x, err := openBleve(filepath.Join(dir, m.Folder, "bleve"), docs, m.Tokens)
	if err != nil {
		return nil, fmt.Errorf("open index %s: %w: %w", dir, ErrCorrupt, err)
	}
	return x, nil
}

func openBleve(path string, docs []Doc, tokens int) (*Index, error) {
	idx, err := bleve.OpenUsing(path, map[string]any{"read_only": true})
	if err != nil {
		return nil, err
	}
	return attach(idx, docs, tokens)
}

// readManifest reads what a folder says it holds.
func readManifest(dir string) (manifest, error) {
	data, err := os.ReadFile(filepath.Join(dir, manifestName))
	if errors.Is(err, fs.ErrNotExist) && holdsFiles(dir) {
		return manifest{}, ErrForeign
	}
	if err != nil {
		return manifest{}, err
	}
	var m manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return manifest{}, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if m.Kind != kind {
		return manifest{}, ErrForeign
	}
	if !filepath.IsLocal(m.Folder) || !strings.HasPrefix(m.Folder, folderPrefix) {
		return manifest{}, ErrCorrupt
	}
	return m, nil
}

// holdsFiles reports whether dir holds anything but what an unfinished Build
// left behind.
func holdsFiles(dir string) bool {
	entries, _ := os.ReadDir(dir)
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return !strings.HasPrefix(e.Name(), folderPrefix)
	})
}

// verify compares the files with those of the manifest.
func verify(dir string, m manifest) error {
	files, err := listFiles(filepath.Join(dir, m.Folder))
	if err != nil {
		return err
	}
	if !slices.Equal(files, m.Files) {
		return errors.New("files differ from those that were built")
	}
	return nil
}

// listFiles reads all files below folder, in the order of their names.
func listFiles(folder string) ([]file, error) {
	var files []file
	root := os.DirFS(folder)
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := root.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
		n, err := io.Copy(sum, f)
		files = append(files, file{Name: name, Size: n, CRC: sum.Sum32()})
		return err
	})
	return files, err
}

// fingerprint is a hash of the documents, ids and texts in order.
func fingerprint(docs []Doc) string {
	h := sha256.New()
	w := bufio.NewWriter(h) // a hash never fails
	for _, d := range docs {
		for _, s := range [...]string{d.ID, d.Text} {
			w.WriteString(strconv.Itoa(len(s)))
			w.WriteByte(' ')
			w.WriteString(s)
		}
	}
	w.Flush()
	return hex.EncodeToString(h.Sum(nil))
}
