// Package api is the HTTP interface of wence for programs: questions, the
// structure of the plans, and task tables as CSV and XLSX.
//
// # Routes
//
//	POST /api/ask                     a question, JSON or form; the answer object
//	GET  /api/ask?q=                  the same
//	POST /api/feedback                whether an answer was useful
//	GET  /api/plans                   the plans
//	GET  /api/plans/{id}              a plan as wence plan export writes it
//	GET  /api/plans/{id}/clauses      its clauses, narrowed by agency, deadline and words
//	GET  /api/plans/{id}/tasks.csv    the same as a table
//	GET  /api/plans/{id}/tasks.xlsx   the same as a workbook
//	GET  /api/openapi.json            all this for machines, OpenAPI 3.1
//
// openapi.json is written by hand and embedded; a test holds it against the
// routes and against what they really answer. Everything that goes wrong is an
// RFC 9457 problem document whose type points into it.
//
// # Conversations
//
// The caller names the conversation that a question belongs to, or takes the
// name that the first answer brings in its Wence-Conversation header. Who
// knows the name is in the conversation, so a made-up one should be hard to
// guess; those made here have 130 random bits. Answers can be replied to and
// rated only with the name of the conversation that they were given in.
//
// # Caching
//
// Plan data has a weak ETag, made from the plan's hash and what the parser made
// of it, from the query and from the address that links begin with. It is weak
// because the caller of this package compresses. Answers are never stored.
//
// # Why
//
// Nothing here reads a path: ids are looked up among the loaded plans, so that
// a forged one is only unknown. Other origins get no CORS header and may not
// post: a page that somebody visits must not ask or rate in their name.
package api
