# make run and make test are all that a new user needs; make help lists the rest.

GO        ?= go
QUESTIONS ?= ../shared/eval/dev.jsonl
FUZZTIME  ?= 20s
SOAK      ?= 5m

# Without a C compiler go env says 0, and there is no race detector.
RACE := $(if $(filter 1,$(shell $(GO) env CGO_ENABLED)),-race)

# What the browser tests look for; go test tells of skipped tests only with -v.
BROWSERS := chromium chromium-browser google-chrome
AXE      := $(wildcard $(addsuffix /node_modules/axe-core/axe.min.js,$(WENCE_AXE) $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/wence-axe))

.DEFAULT_GOAL := help
.PHONY: help run chat build test check crash load loadweb bench eval fuzz index clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

run: ## start the pages, the API and, with a token, the bot
	@$(GO) run ./cmd/wence serve

chat: ## ask questions at the terminal, or pipe them in, one a line
	@$(GO) run ./cmd/wence chat

build: ## build bin/wence
	$(GO) build -trimpath -o bin/wence ./cmd/wence

test: ## run the tests
	@$(if $(RACE),,echo "no C compiler found: the tests run without the race detector")
	@for b in $(BROWSERS); do command -v $$b >/dev/null && exit; done; echo "no chromium found: the browser tests are skipped"
	@$(if $(AXE),,echo "no axe-core found: the accessibility test is skipped (npm install --prefix ~/.cache/wence-axe axe-core)")
	$(GO) test $(RACE) ./...

check: ## gofmt, vet, staticcheck
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "not formatted, run gofmt -w:"; echo "$$files"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

crash: ## kill the running bot 200 times under load
	$(GO) test ./cmd/wence -run TestR1Crash -crash.rounds 200 -timeout 30m -v

load: ## 200 groups ask 20 questions each, under the limits of Telegram
	$(GO) test ./internal/telegram -run TestLoad -load -timeout 20m -v

loadweb: ## the web server beside static files, and its memory for SOAK
	$(GO) test ./cmd/wence -run 'TestLoad|TestR19' -load -load.soak $(SOAK) -timeout 30m -v

bench: ## speed and memory, beside a bare index
	$(GO) test -run '^$$' -bench . -benchmem ./...

eval: ## mark the answers to a question set: make eval QUESTIONS=FILE
	$(GO) run ./cmd/wence eval $(QUESTIONS)

fuzz: ## every fuzz target for FUZZTIME
	@set -e; for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "$$pkg $$target"; $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$pkg; \
	  done; \
	done

index: ## build the index on disk: make index PLANS=DIR
	$(GO) run ./cmd/wence index $(if $(PLANS),--plans $(PLANS))

clean: ## remove what was built
	rm -rf bin
	$(GO) clean -testcache
