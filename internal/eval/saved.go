package eval

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A Saved is the verdict on one case as a saved run keeps it, one JSON object a
// line.
type Saved struct {
	ID       string   `json:"id"`
	Right    bool     `json:"right"`
	Harm     bool     `json:"harm"`
	Faults   []string `json:"faults"`
	Headline string   `json:"headline"`
}

// Save writes the report's verdicts for a later [Compare].
func (r *Report) Save(w io.Writer) error {
	b := bufio.NewWriter(w)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	for _, x := range r.Results {
		s := Saved{ID: x.Case.ID, Right: x.Right(), Harm: x.Verdict.Harm, Faults: append([]string{}, x.Faults...)}
		if x.Answer != nil {
			s.Headline = x.Answer.Headline
		}
		if err := enc.Encode(s); err != nil {
			return err
		}
	}
	return b.Flush()
}

// LoadSaved reads a saved run, by case. The error is a [*LineError] for the
// first line that is none.
func LoadSaved(r io.Reader) (map[string]Saved, error) {
	out := map[string]Saved{}
	in := bufio.NewScanner(r)
	in.Buffer(nil, 1<<22)
	for n := 1; in.Scan(); n++ {
		if len(bytes.TrimSpace(in.Bytes())) == 0 {
			continue
		}
		var s struct {
			Saved
			Right *bool `json:"right"` // a line without it is of another file
		}
		if err := json.Unmarshal(in.Bytes(), &s); err != nil {
			return nil, &LineError{n, err}
		}
		if s.ID == "" || s.Right == nil {
			return nil, &LineError{n, errors.New("not a saved verdict")}
		}
		s.Saved.Right = *s.Right
		out[s.ID] = s.Saved
	}
	return out, in.Err()
}

// Compare writes what got better and what got worse since a saved run, worse
// first; harm counts before right. Cases that only one of the runs has are
// counted.
func (r *Report) Compare(w io.Writer, before map[string]Saved) error {
	var worse, better []string
	fresh := 0
	for _, x := range r.Results {
		was, ok := before[x.Case.ID]
		if !ok {
			fresh++
			continue
		}
		row := fmt.Sprintf("%s %s: %s", x.Case.ID, oneLine(cut(x.Case.question(), 60)), strings.Join(x.Faults, "; "))
		switch is := rank(x.Right(), x.Verdict.Harm); {
		case is < rank(was.Right, was.Harm):
			worse = append(worse, row)
		case is > rank(was.Right, was.Harm):
			better = append(better, fmt.Sprintf("%s %s: was %s", x.Case.ID, oneLine(cut(x.Case.question(), 60)), strings.Join(was.Faults, "; ")))
		}
	}
	var b strings.Builder
	for _, l := range []struct {
		name string
		rows []string
	}{{"worse", worse}, {"better", better}} {
		fmt.Fprintf(&b, "%s %d\n", l.name, len(l.rows))
		for _, row := range l.rows {
			b.WriteString("  " + row + "\n")
		}
	}
	fmt.Fprintf(&b, "new %d\n", fresh)
	_, err := io.WriteString(w, b.String())
	return err
}

// rank orders verdicts: harm, wrong, right.
func rank(right, harm bool) int {
	switch {
	case harm:
		return 0
	case !right:
		return 1
	}
	return 2
}
