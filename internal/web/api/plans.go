package api

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/answer"
)

// A plan is a loaded plan with what is worked out once, when first asked for.
type plan struct {
	*corpus.Plan
	engine *answer.Engine
	units  func() []unit
	links  func() []string // of each clause, its path in the reader
	digest func() string   // of all that is said of the plan
}

// A unit is a name in the plan's marks.
type unit struct {
	name   string
	agency string // what the lexicon calls it; "" when it does not know it
	local  bool   // of a city or county
}

// localGovernments is what the lexicon calls them.
const localGovernments = "各市(州)、县(市、区)人民政府"

func newPlan(e *answer.Engine, p *corpus.Plan) *plan {
	x := &plan{Plan: p, engine: e}
	x.units = sync.OnceValue(x.readUnits)
	x.links = sync.OnceValue(func() []string {
		out := make([]string, len(p.Clauses))
		for i := range p.Clauses {
			c, _ := e.Cite(p.ID, p.Clauses[i].ID)
			out[i] = c.URL
		}
		return out
	})
	x.digest = sync.OnceValue(func() string {
		h := sha256.New()
		fmt.Fprintln(h, tableVersion, p.SHA256, x.links())
		_ = corpus.Export(p).JSON(h) // a hash takes all
		return hex.EncodeToString(h.Sum(nil))
	})
	return x
}

func (p *plan) readUnits() []unit {
	var out []unit
	for i := range p.Clauses {
		for _, name := range unitsOf(&p.Clauses[i]) {
			if slices.ContainsFunc(out, func(u unit) bool { return u.name == name }) {
				continue
			}
			u := unit{name: name}
			if read := p.read(name); len(read) == 1 {
				u.agency, u.local = read[0].agency, read[0].local
			}
			out = append(out, u)
		}
	}
	return out
}

// unitsOf returns the units that a clause names in any role.
func unitsOf(c *corpus.Clause) []string {
	return slices.Concat(c.Leads, c.Support, c.Responsible, c.Implementers)
}

// lexiconNames are the agencies of the lexicon by each of their names, folded.
var lexiconNames = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	lex, err := corpus.EmbeddedLexicon()
	if err != nil {
		return out // the engine's reading remains
	}
	for _, a := range lex.Agencies {
		for _, name := range append([]string{a.Name, a.Full}, a.Aliases...) {
			out[fold(name)] = a.Name
		}
	}
	return out
})

// read returns the units that a text names: one by a name of the lexicon, else
// those that the engine reads in it as in a question. The engine alone would
// take 吉林 out of 吉林监管局, which is what people call a plan.
func (p *plan) read(text string) []unit {
	if name, ok := lexiconNames()[fold(text)]; ok {
		return []unit{{name: text, agency: name}}
	}
	var out []unit
	q := p.engine.Read(text)
	for _, a := range q.Agencies {
		out = append(out, unit{a.Written, a.Name, a.Local})
	}
	if out == nil && q.Units == "implementers" {
		out = append(out, unit{text, localGovernments, false})
	}
	return out
}

// agency returns the names that the plan has for what a text names: a unit as
// the plan writes it, else agencies by any of their names.
func (p *plan) agency(text string) []string {
	out := []string{}
	for _, u := range p.units() {
		if fold(u.name) == fold(text) {
			return []string{u.name}
		}
	}
	for _, u := range p.read(text) {
		out = append(out, p.named(u)...)
	}
	if len(out) == 0 {
		// 财政局 is the city's in a city's plan.
		for _, u := range p.units() {
			if bare := strings.TrimLeft(u.name, "市区县"); bare != u.name && fold(bare) == fold(text) {
				out = append(out, u.name)
			}
		}
	}
	return out
}

// named returns the plan's names for a unit. One of a city is only meant by its
// own name, or where the plan has no other of the kind and the province is not
// spelled out: in a city's plan 财政局 is 市财政局.
func (p *plan) named(asked unit) []string {
	var names, ofCity []string
	for _, u := range p.units() {
		switch {
		case u.agency != asked.agency:
		case asked.local:
			if u.name == asked.name {
				names = append(names, u.name)
			}
		case u.local:
			ofCity = append(ofCity, u.name)
		default:
			names = append(names, u.name)
		}
	}
	if names == nil && !asked.local && !strings.HasPrefix(asked.name, "省") {
		return ofCity
	}
	return names
}

// plan returns the plan with an id, nil for none.
func (a *API) plan(id string) *plan {
	for _, p := range a.plans {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// maxKnown is how many ids a problem names.
const maxKnown = 5

// known says which plans there are.
func (a *API) known() string {
	var ids []string
	for _, p := range a.plans[:min(len(a.plans), maxKnown)] {
		ids = append(ids, p.ID)
	}
	more := ""
	if len(a.plans) > maxKnown {
		more = "等"
	}
	return "现有:" + strings.Join(ids, "、") + more + "。全部见 /api/plans。"
}

// asked returns the plan that the path of r names.
func (a *API) asked(r *http.Request) (*plan, *problem) {
	if p := a.plan(r.PathValue("id")); p != nil {
		return p, nil
	}
	return nil, wrong(kindNoPlan, "没有编号为“%s”的方案,%s", clip(r.PathValue("id")), a.known())
}

// A planInfo is a plan in the list of plans: its card and its counts.
type planInfo struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Short     []string `json:"short"`
	Issuer    string   `json:"issuer"`
	Region    string   `json:"region"`
	Number    string   `json:"number"`
	Date      string   `json:"date"`
	Period    string   `json:"period"`
	Status    string   `json:"status"`
	Source    string   `json:"source"`
	Retrieved string   `json:"retrieved"`
	Note      string   `json:"note"`
	SHA256    string   `json:"sha256"`
	Clauses   int      `json:"clauses"`
	Targets   int      `json:"targets"`
	URL       string   `json:"url"` // path in the reader
}

func (p *plan) info() planInfo {
	c := p.Card
	return planInfo{
		ID: p.ID, Title: c.Title, Short: append([]string{}, c.Short...), Issuer: c.Issuer, Region: c.Region,
		Number: c.Number, Date: c.Date, Period: c.Period, Status: c.Status, Source: c.Source,
		Retrieved: c.Retrieved, Note: c.Note, SHA256: p.SHA256,
		Clauses: len(p.Clauses), Targets: len(p.Targets), URL: "/p/" + p.ID,
	}
}

func (a *API) listPlans(w http.ResponseWriter, r *http.Request) *problem {
	list := struct {
		Plans []planInfo `json:"plans"`
	}{[]planInfo{}}
	for _, p := range a.plans {
		list.Plans = append(list.Plans, p.info())
	}
	if !fresh(w, r, fmt.Sprint(list)) {
		writeJSON(w, http.StatusOK, "application/json", list)
	}
	return nil
}

func (a *API) structure(w http.ResponseWriter, r *http.Request) *problem {
	p, bad := a.asked(r)
	if bad != nil {
		return bad
	}
	if !fresh(w, r, p.digest()) {
		w.Header().Set("Content-Type", "application/json")
		_ = corpus.Export(p.Plan).JSON(w) // a client that has left misses nothing
	}
	return nil
}

// A clauseList is the answer to GET /api/plans/{id}/clauses.
type clauseList struct {
	Plan     corpus.ExportedCard `json:"plan"`
	Agencies []string            `json:"agencies"` // what the plan calls the agency asked for
	Count    int                 `json:"count"`
	Total    int                 `json:"total"`
	Clauses  []linkedClause      `json:"clauses"`
}

// A linkedClause is a clause as exported, with its path in the reader.
type linkedClause struct {
	corpus.ExportedClause
	URL string `json:"url"`
}

func (a *API) clauses(w http.ResponseWriter, r *http.Request) *problem {
	p, f, bad := a.filtered(r)
	if bad != nil {
		return bad
	}
	if fresh(w, r, p.digest(), f.String()) {
		return nil
	}
	e := corpus.Export(p.Plan)
	list := clauseList{Plan: e.Plan, Agencies: f.agencies, Total: len(e.Clauses), Clauses: []linkedClause{}}
	for _, i := range f.of(p) {
		list.Clauses = append(list.Clauses, linkedClause{e.Clauses[i], p.links()[i]})
	}
	list.Count = len(list.Clauses)
	writeJSON(w, http.StatusOK, "application/json", list)
	return nil
}

// A filter narrows the clauses of a plan. Empty fields let all pass.
type filter struct {
	agency   bool     // one was asked for
	agencies []string // the plan's names for it; never nil
	deadline string   // year
	words    []string // folded
}

var year = regexp.MustCompile(`^[0-9]{4}$`)

const maxWords = 200 // characters

// filtered reads the plan and the filter that r asks for.
func (a *API) filtered(r *http.Request) (*plan, filter, *problem) {
	p, bad := a.asked(r)
	if bad != nil {
		return nil, filter{}, bad
	}
	v, bad := values(r.URL.RawQuery, kindParameter)
	if bad != nil {
		return nil, filter{}, bad
	}
	agency := strings.TrimSpace(v.Get("agency"))
	f := filter{agency: agency != "", agencies: []string{}, deadline: strings.TrimSuffix(v.Get("deadline"), "年"), words: strings.Fields(fold(v.Get("q")))}
	if f.deadline != "" && !year.MatchString(f.deadline) {
		return nil, filter{}, wrong(kindParameter, "deadline 是年份,如 deadline=2027。")
	}
	for _, name := range []string{"agency", "q"} {
		if len([]rune(v.Get(name))) > maxWords {
			return nil, filter{}, wrong(kindParameter, "%s 最多%d字。", name, maxWords)
		}
	}
	if f.agency {
		f.agencies = p.agency(agency)
	}
	return p, f, nil
}

// String is the same for filters that keep the same clauses.
func (f filter) String() string {
	return fmt.Sprintf("%t %q %s %q", f.agency, f.agencies, f.deadline, f.words)
}

// of returns the indices of the clauses of p that f keeps, in their order.
func (f filter) of(p *plan) []int {
	var out []int
	for i := range p.Clauses {
		if f.keeps(p, &p.Clauses[i]) {
			out = append(out, i)
		}
	}
	return out
}

func (f filter) keeps(p *plan, c *corpus.Clause) bool {
	if f.agency && !slices.ContainsFunc(unitsOf(c), func(u string) bool { return slices.Contains(f.agencies, u) }) {
		return false
	}
	if f.deadline != "" && !slices.ContainsFunc(c.Deadlines, func(d corpus.Deadline) bool { return d.Year == f.deadline }) {
		return false
	}
	if f.words == nil {
		return true
	}
	// Of a sentence that several clauses share, the words of the others are
	// not this one's: their agencies differ.
	text := fold(p.Quote(c.Head) + p.Quote(c.Quote) + p.Quote(c.Tail))
	return !slices.ContainsFunc(f.words, func(w string) bool { return !strings.Contains(text, w) })
}

// fold makes full width and case count for nothing.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			r -= '！' - '!'
		case r == '\u3000':
			r = ' '
		}
		return unicode.ToLower(r)
	}, s)
}

// fresh sets the ETag of what parts say, and reports whether the client has
// that already; then it has answered.
func fresh(w http.ResponseWriter, r *http.Request, parts ...string) bool {
	h := sha256.New()
	for _, s := range parts {
		_, _ = io.WriteString(h, s+"\n") // a hash takes all
	}
	tag := `"` + hex.EncodeToString(h.Sum(nil)[:16]) + `"`
	w.Header().Set("ETag", "W/"+tag)
	w.Header().Set("Cache-Control", "no-cache")
	for _, line := range r.Header.Values("If-None-Match") {
		for have := range strings.SplitSeq(line, ",") {
			have = strings.TrimPrefix(strings.TrimSpace(have), "W/")
			if have == tag || have == "*" {
				w.WriteHeader(http.StatusNotModified)
				return true
			}
		}
	}
	return false
}
