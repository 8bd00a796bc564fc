# winevent. "make build demo" needs Go and a C compiler, nothing else.

GO      ?= go
CC      ?= cc
MINGW   := x86_64-w64-mingw32-gcc
BUILD   := build
LINT    := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.12.2
COMMIT  := $(shell git rev-parse --short=12 HEAD 2>/dev/null)
# Without a tag on the commit, the version is the one in version/version.go.
VERSION := $(patsubst v%,%,$(shell git describe --tags --exact-match --match 'v[0-9]*' 2>/dev/null))
STAMP   := -X winevent/version.commit=$(COMMIT) $(if $(VERSION),-X winevent/version.Version=$(VERSION))
LDFLAGS := -ldflags '$(strip $(STAMP))'
SOURCES := $(shell find . -name '*.go' -not -path './build/*') go.mod go.sum

.PHONY: build windows demo test bench ratios lint fuzz golden image release release-check clean

build: $(BUILD)/out_winevent.so $(BUILD)/winevent ## the plugin and the command line tool

$(BUILD)/out_winevent.so: $(SOURCES)
	$(GO) build -trimpath $(LDFLAGS) -buildmode=c-shared -o $@ ./plugin

$(BUILD)/winevent: $(SOURCES)
	CGO_ENABLED=0 $(GO) build -trimpath $(LDFLAGS) -o $@ ./cmd/winevent

windows: $(BUILD)/out_winevent.dll $(BUILD)/winevent.exe ## the same for Windows (x64), made on Linux

# Only cgo's part is C, but it needs the headers and the linker of mingw-w64.
$(BUILD)/out_winevent.dll: $(SOURCES)
	@command -v $(MINGW) > /dev/null || { echo "$(MINGW) is missing: apt-get install gcc-mingw-w64-x86-64" >&2; exit 1; }
	GOOS=windows GOARCH=amd64 CGO_ENABLED=1 CC=$(MINGW) $(GO) build -trimpath $(LDFLAGS) -buildmode=c-shared -o $@ ./plugin

$(BUILD)/winevent.exe: $(SOURCES)
	GOOS=windows GOARCH=amd64 CGO_ENABLED=0 $(GO) build -trimpath $(LDFLAGS) -o $@ ./cmd/winevent

$(BUILD)/flbhost: $(wildcard e2e/flbhost/*)
	@mkdir -p $(BUILD)
	$(CC) -std=c11 -O2 -Wall -Wextra -Werror -pthread -o $@ e2e/flbhost/flbhost.c -ldl

$(BUILD)/demo.msgpack: testdata/demo.jsonl $(SOURCES)
	@mkdir -p $(BUILD)
	$(GO) run ./e2e/mkchunk < $< > $@

demo: build $(BUILD)/flbhost $(BUILD)/demo.msgpack ## the plugin, loaded as Fluent Bit loads it, on recorded events
	@echo "testdata/demo.jsonl goes through build/out_winevent.so as Fluent Bit would send it:"; echo
	@rm -f $(BUILD)/demo.ndjson
	@WINEVENT_DEAD_LETTER_FILE=$(BUILD)/demo-dead-letter.ndjson $(BUILD)/flbhost --plugin $(BUILD)/out_winevent.so \
		--config testdata/config/stdout.conf --chunk $(BUILD)/demo.msgpack > $(BUILD)/demo.ndjson 2> $(BUILD)/demo.log \
		|| { cat $(BUILD)/demo.log; exit 1; }
	@$(BUILD)/winevent show $(BUILD)/demo.ndjson
	@echo "The documents, one JSON object a line: $(BUILD)/demo.ndjson   The host's log: $(BUILD)/demo.log"
	@echo "Next: $(BUILD)/winevent explain 5462 --error 5   docs/fields.md   docs/options.md   testdata/config/"

test: build ## everything that is checked
	@test -z "$$(gofmt -l . | tee /dev/stderr)" || { echo "run gofmt -w on these files"; exit 1; }
	$(GO) vet ./...
	$(GO) test -race $$($(GO) list ./... | grep -v /e2e$$)
	$(GO) test -race -count=1 ./e2e # it builds the plugin itself, which the cache of tests does not see
	$(MAKE) --no-print-directory demo > /dev/null
	$(MAKE) --no-print-directory ratios

bench: ## every benchmark beside its peer, as ratios
	$(GO) run ./bench/ratios -write bench/ratios.txt

ratios: ## warns of ratios that became much worse than those in bench/ratios.txt; never fails for one
	@$(GO) run ./bench/ratios -count 1 -benchtime 0.1s -bench ToDocuments -compare bench/ratios.txt 2>/dev/null | grep -E '^warning|compared' \
		|| echo "warning: the benchmarks did not run"

lint:
	$(GO) run $(LINT) run ./...

fuzz: ## each decoder for a minute
	./bench/fuzz.sh 60s

golden: ## write golden documents and references anew: read the difference
	$(GO) generate ./enrich/catalog ./kibana
	$(GO) test ./enrich ./docs ./outputs/elasticsearch/setup -update

release: ## dist/: archives, deb, rpm, SBOMs and checksums for Linux and Windows (docs/install.md)
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(GO) run ./release $(RELEASE_FLAGS) -version '$(VERSION)' -ldflags '$(strip $(STAMP))'

release-check: ## builds the release twice, in two folders without a common cache, and compares the bytes
	./release/check.sh

image: ## Fluent Bit with the plugin in it
	docker build -t winevent .

clean:
	rm -rf $(BUILD) dist
