// Command coldpeer is what a cold start of `wence ask` is compared with: it
// indexes the texts of a JSON array in a file with the stock analyzer, asks one
// query, prints the best text and ends.
//
//	coldpeer TEXTS.json QUERY
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/wence-qa/wence/internal/bench/stock"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: coldpeer TEXTS.json QUERY")
		os.Exit(2)
	}
	if err := find(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "coldpeer:", err)
		os.Exit(1)
	}
}

func find(file, query string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var texts []string
	if err := json.Unmarshal(b, &texts); err != nil {
		return err
	}
	ix, err := stock.New(texts)
	if err != nil {
		return err
	}
	hits, err := ix.Search(context.Background(), query, 1)
	if err != nil {
		return err
	}
	for _, i := range hits {
		fmt.Println(texts[i])
	}
	return ix.Close()
}
