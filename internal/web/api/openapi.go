package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"net/http"
)

//go:embed openapi.json
var openAPI []byte

// describe returns the description for the address that the API is reached at;
// "" leaves it to where the description was fetched from.
func describe(publicURL string) []byte {
	if publicURL == "" {
		return openAPI
	}
	quoted, _ := json.Marshal(publicURL) // a string always can be
	return bytes.Replace(openAPI, []byte(`"servers": [{"url": "/"}]`), []byte(`"servers": [{"url": `+string(quoted)+`}]`), 1)
}

func (a *API) openAPI(w http.ResponseWriter, r *http.Request) *problem {
	if !fresh(w, r, string(a.description)) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(a.description) // a client that has left misses nothing
	}
	return nil
}
