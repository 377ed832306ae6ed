# A thin front of CMake: `make help` lists what there is.
PREFIX ?= /usr/local
DESTDIR ?=
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
export CMAKE_GENERATOR ?= $(if $(shell command -v ninja),Ninja,Unix Makefiles)

.DEFAULT_GOAL := build
.PHONY: help build demo check bench install lint format clean build-% FORCE

help:
	@echo 'make demo      build, run on the sample of examples/, print the summary'
	@echo 'make build     the program: build/release/costagg'
	@echo 'make check     every test there is (.ci/run does the same and counts)'
	@echo 'make bench     time and memory on generated months'
	@echo 'make install   PREFIX=$(PREFIX) and DESTDIR are honoured'
	@echo 'make lint      formatting and house rules; make format mends the formatting'
	@echo 'make build-X   the preset X: debug asan tsan coverage fuzz'
	@echo 'make clean     remove build/ (downloads stay in .deps/)'

build: build-release

build-%: FORCE
	@scripts/setup.sh build
	@test -f build/$*/CMakeCache.txt || cmake --preset $*
	@cmake --build build/$* --parallel $(JOBS)

demo: build
	@scripts/demo.sh

check:
	@scripts/check.sh

bench: build
	@bench/run.sh

install: build
	DESTDIR=$(DESTDIR) cmake --install build/release --prefix $(PREFIX)

lint:
	@scripts/lint.sh

format:
	@scripts/lint.sh --fix

clean:
	rm -rf build

FORCE:
