// Package llm asks a language model for one JSON object. It speaks to any
// server that offers OpenAI's chat completions (DeepSeek, Qwen, GLM, vLLM,
// Ollama, llama.cpp) and knows nothing about what is asked.
//
// A [Client] is made to be left out: whatever the server does, [Client.Complete]
// returns within [Options].Timeout an object or an error of a few known kinds,
// with bounded memory, and a dead server costs the next callers nothing.
//
// # The way of a prompt
//
//  1. An answer in the cache is returned, whatever the state of the server.
//  2. The same prompt under way is waited for: one call serves all who ask. It
//     goes on when the caller who began it leaves, and its answer is cached.
//  3. The call is tried up to maxTries times, as far apart as the server asks.
//     Each try passes the circuit breaker, reserves the tokens it may cost, and
//     settles for those it did cost.
//  4. What comes back is searched for one JSON object that has the members the
//     schema requires. Everything else is an error.
//
// Where the server does not take the request as it is, or ignores its schema,
// the request is made simpler; what works is remembered for a week (dialect.go).
//
// # Budgets
//
// The estimate is an upper bound for Chinese: one token a rune of the prompt,
// and all the tokens that the answer may take. A try begins only when the
// estimate fits what is left of every budget, and it is written down before the
// request leaves. So no crash and no number of callers exceeds a budget by more
// than what a server counts beyond the estimate. A store that fails refuses
// calls, because nobody would count them. Days are those of China, UTC+8.
//
// # Keys in the store
//
//	llm/all                    tokens spent, in decimal; never expires
//	llm/day/2026-03-01         tokens of that day; two days
//	llm/chat/2026-03-01/HASH   tokens of that day of one payer; two days
//	llm/cache/HASH             an object; thirty days
//	llm/dialect/HASH           how a server wants to be asked for a model; a week
//
// No prompt and no name of a payer is stored, only hashes of them.
//
// # Secrets
//
// The key is added to a request by the last hand before the network. No struct
// holds it where fmt could find it, redirects are not followed, and errors are
// our own sentences: nothing a server says is repeated but the codes of
// knownCodes. Prompts are in no error and no log.
//
// # Libraries
//
// github.com/sashabaranov/go-openai has the types of the API and makes the
// requests. It has no deadline, limit, retry or Retry-After, and its errors
// repeat what the server says, so all of that is in the HTTP client it is given
// (http.go). github.com/cenkalti/backoff/v5 repeats, github.com/sony/gobreaker/v2
// breaks the circuit, golang.org/x/sync has the semaphores and the joining of
// equal calls.
package llm
