package telegram

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/wence-qa/wence/internal/answer"
)

// A ref is something citable of a plan.
type ref struct{ plan, id string }

// refs give clauses, targets and sections short names that fit into buttons and
// deep links, and find them again. A name is the first 8 bytes of the SHA-256
// of "plan/id", so it holds as long as the plan's ids do. What people make up
// is not found.
type refs struct {
	of map[string]ref
}

func newRefs(e *answer.Engine) *refs {
	r := &refs{of: map[string]ref{}}
	for _, p := range e.Plans() {
		for i := range p.Clauses {
			r.add(p.ID, p.Clauses[i].ID)
		}
		for i := range p.Targets {
			r.add(p.ID, p.Targets[i].ID)
		}
		for i := range p.Sections {
			r.add(p.ID, p.Sections[i].ID)
		}
	}
	return r
}

func (r *refs) add(plan, id string) { r.of[refName(plan, id)] = ref{plan, id} }

func refName(plan, id string) string {
	h := sha256.Sum256([]byte(plan + "/" + id))
	return "c" + hex.EncodeToString(h[:8])
}

func (r *refs) find(name string) (ref, bool) {
	x, ok := r.of[name]
	return x, ok
}
