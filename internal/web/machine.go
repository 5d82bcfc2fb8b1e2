package web

import (
	"net/http"
	"slices"

	"github.com/wence-qa/wence/internal/answer"
)

// A machineMain is what a language model added to an answer, as it is shown.
type machineMain struct {
	Sentences []sentence
	Model     string
	Asked     string    // the question as the model put it; "" when it wrote a summary
	Second    *answered // its answer
}

// A sentence is one of a summary with the clauses it rests on.
type sentence struct {
	Text  string
	Cites []answer.Citation
}

// machine returns what a model added to a, nil for nothing.
func (s *Site) machine(a *answer.Answer) *machineMain {
	switch {
	case a.Second != nil:
		second := s.answered(a.Second.Answer, "")
		return &machineMain{Asked: a.Second.Question, Second: second}
	case a.Summary == nil:
		return nil
	}
	m := &machineMain{Model: a.Summary.Model}
	for _, x := range a.Summary.Sentences {
		shown := sentence{Text: x.Text}
		for _, id := range x.Cites {
			if i := slices.IndexFunc(a.Citations, func(c answer.Citation) bool { return c.ID == id || c.Plan+"/"+c.ID == id }); i >= 0 {
				shown.Cites = append(shown.Cites, a.Citations[i])
			}
		}
		m.Sentences = append(m.Sentences, shown)
	}
	return m
}

// extend shows what a language model adds to an answer that was given: the page
// asks for it when the answer stands there already.
func (s *Site) extend(w http.ResponseWriter, r *http.Request) {
	id, user := r.PostForm.Get("id"), talker(r)
	m := s.askMain(r)
	if user == "" || !isRandom.MatchString(id) {
		m.Notice = "没有这个回答，请重新提问。"
		s.ask(w, r, http.StatusBadRequest, m)
		return
	}
	reply, err := s.chat.Page(r.Context(), talk(user), id, 0, s.opt.Now())
	if err != nil {
		m.Notice = "这个回答已过期，请重新提问。"
		s.ask(w, r, http.StatusNotFound, m)
		return
	}
	a := reply.Answer.With(s.chat.Extend(r.Context(), "web/"+user, reply.Answer, s.opt.Now()))
	m.Answer = s.answered(a, id)
	m.Answer.Extends = false
	m.OnlyMachine = r.Header.Get(partHeader) != ""
	s.ask(w, r, http.StatusOK, m)
}
