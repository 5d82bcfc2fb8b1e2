package api

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// A kind is a kind of problem. Its slug is the name below components/x-problems
// in openapi.json, where the kind is described.
type kind struct {
	slug   string
	status int
	title  string
}

// The kinds of problems.
var (
	kindParameter    = kind{"bad-parameter", http.StatusBadRequest, "参数有误"}
	kindBody         = kind{"bad-body", http.StatusBadRequest, "正文有误"}
	kindEmpty        = kind{"empty-question", http.StatusBadRequest, "没有问题"}
	kindLong         = kind{"long-question", http.StatusBadRequest, "问题太长"}
	kindConversation = kind{"bad-conversation", http.StatusBadRequest, "会话编号不合规"}
	kindOrigin       = kind{"cross-origin", http.StatusForbidden, "不接受别的网站的请求"}
	kindPath         = kind{"bad-path", http.StatusBadRequest, "地址有误"}
	kindToken        = kind{"no-token", http.StatusUnauthorized, "需要口令"}
	kindNoRoute      = kind{"no-route", http.StatusNotFound, "没有这个地址"}
	kindNoPlan       = kind{"no-plan", http.StatusNotFound, "没有这份方案"}
	kindMethod       = kind{"bad-method", http.StatusMethodNotAllowed, "方法不对"}
	kindLarge        = kind{"large-body", http.StatusRequestEntityTooLarge, "正文太大"}
	kindMedia        = kind{"bad-media-type", http.StatusUnsupportedMediaType, "正文类型不对"}
	kindPlan         = kind{"unknown-plan", http.StatusUnprocessableEntity, "没有这份方案"}
	kindAnswer       = kind{"unknown-answer", http.StatusUnprocessableEntity, "没有这个答复"}
	kindLimit        = kind{"too-many-questions", http.StatusTooManyRequests, "问得太快"}
	kindInternal     = kind{"internal", http.StatusInternalServerError, "内部错误"}
	kindUnavailable  = kind{"unavailable", http.StatusServiceUnavailable, "暂时不能用"}
)

var kinds = []kind{
	kindParameter, kindBody, kindEmpty, kindLong, kindConversation, kindOrigin, kindPath, kindToken, kindNoRoute, kindNoPlan, kindMethod,
	kindLarge, kindMedia, kindPlan, kindAnswer, kindLimit, kindInternal, kindUnavailable,
}

// A problem is an RFC 9457 problem document. Detail says how to mend it.
type problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	Instance string `json:"instance"`
}

func wrong(k kind, format string, args ...any) *problem {
	return &problem{Type: k.uri(), Title: k.title, Status: k.status, Detail: fmt.Sprintf(format, args...)}
}

func (k kind) uri() string { return "/api/openapi.json#/components/x-problems/" + k.slug }

// WriteProblem writes a problem document for what a wrapper of this API
// refuses: too many questions (429), no or a wrong token (401), a path that is not
// written plainly (400). detail is for
// users and says how to mend it.
func WriteProblem(w http.ResponseWriter, r *http.Request, status int, detail string) {
	p := &problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail}
	for _, k := range []kind{kindLimit, kindToken, kindPath} {
		if status == k.status {
			p.Type, p.Title = k.uri(), k.title
		}
	}
	p.write(w, r)
}

func (p *problem) write(w http.ResponseWriter, r *http.Request) {
	p.Instance = r.URL.EscapedPath()
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, p.Status, "application/problem+json", p)
}

// writeJSON writes v. What this package writes always can be encoded, and a
// client that has left misses nothing.
func writeJSON(w http.ResponseWriter, status int, contentType string, v any) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v)
}
