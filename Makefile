# Everything a checkout can do. Each target makes what it needs: `make demo` works on a bare clone.
#
#   make demo         the main job on real data, ending with a readable summary
#   make test         what CI runs
#   make build        the release binary, .build/release/c360
#   make install      into PREFIX (default /usr/local)
#   make test-peers   features against DuckDB on real data
#   make test-terminal  the prompt in a real terminal (tmux), by keys
#   make fuzz         random programs, engine against reference interpreter, FUZZ_PROGRAMS of them
#   make bench        speed beside DuckDB and Polars
#   make bench-models speed of imported models beside xgboost and lightgbm

PREFIX ?= /usr/local
FUZZ_PROGRAMS ?= 20000
BENCH_REPORT ?= Benchmarks/data
SWIFT ?= swift
PYTHON ?= python3
export SWIFT

RELEASE := .build/release/c360
# What the bootstrap leaves behind; without Arrow only system packages are seen to.
READY := $(if $(filter 0,$(C360_ARROW)),.build/.without-arrow,.deps/.arrow)
SOURCES := $(shell find Sources -type f) Package.swift

.PHONY: all build demo test test-peers test-terminal fuzz bench bench-models install clean fmt

all: build

$(READY): scripts/bootstrap
	scripts/bootstrap
	@mkdir -p $(@D) && touch $@

build: $(RELEASE)

$(RELEASE): $(SOURCES) | $(READY)
	$(SWIFT) build -c release --product c360
	@touch $@

demo: build
	scripts/demo

test: build
	scripts/test

# Versions of the peers are pinned, so that figures can be compared.
.venv/.ready: Tests/Peers/requirements.txt
	C360_PEERS=1 scripts/bootstrap
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

test-peers: build .venv/.ready
	scripts/test-peers

test-terminal: build
	$(PYTHON) Tests/Terminal/drive.py $(RELEASE)

fuzz: | $(READY)
	$(SWIFT) build -c release --product c360-fuzz
	.build/release/c360-fuzz --programs $(FUZZ_PROGRAMS)

# BENCH_EVENTS=100000000 adds a tier of that many events, peers included; BENCH_REPORT=docs rewrites
# docs/benchmarks-figures.md.
bench: build .venv/.ready
	$(SWIFT) build -c release --product c360-resident
	.venv/bin/python Benchmarks/run.py $(dir $(RELEASE)) --report $(BENCH_REPORT) \
	  $(if $(BENCH_EVENTS),--events $(BENCH_EVENTS))

bench-models: build .venv/.ready
	.venv/bin/python Benchmarks/models.py $(dir $(RELEASE))

install: build
	scripts/install $(DESTDIR)$(PREFIX)

fmt: build
	$(SWIFT) format --in-place --recursive Sources Tests Package.swift
	find examples stdlib -name '*.c360' -print0 | xargs -0 $(RELEASE) fmt

clean:
	rm -rf .build out
