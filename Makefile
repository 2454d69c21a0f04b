# SPDX-License-Identifier: MIT
# One non-recursive Makefile. `make` alone lists what it can do.

VERSION := 0.1.0

# ---- Debian packages, in this one place --------------------------------------------------------------------
DEB_BUILD := gcc libc6-dev pkg-config libaudit-dev libseccomp-dev libsqlite3-dev libmicrohttpd-dev libjansson-dev \
	libyaml-dev zlib1g-dev nettle-dev libjs-chart.js
DEB_CHECK := $(DEB_BUILD) libcmocka-dev clang libclang-rt-14-dev auditd sqlite3 curl openssl patch git busybox-static \
	docker.io containerd runc podman uidmap
DEB_BROWSER := chromium chromium-driver python3-selenium fonts-dejavu-core
DEB_BENCH := $(DEB_CHECK) nginx-light wrk
DEB_LINT  := $(DEB_CHECK) clang-tidy cppcheck universal-ctags systemd

# ---- what the user may set ---------------------------------------------------------------------------------
PREFIX     ?= /usr/local
DESTDIR    ?=
BUILD      ?= build
CC         ?= cc
PKG_CONFIG ?= pkg-config
CFLAGS     ?= -O2 -g
CORPUS     ?= ../shared/corpus
LISTEN     ?= 127.0.0.1:1326

export CORPUS

# ---- flags -------------------------------------------------------------------------------------------------
PKGS  := audit libseccomp sqlite3 libmicrohttpd jansson yaml-0.1 zlib nettle
WARN  := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wvla \
	-Wformat=2 -Wundef -Wno-unused-parameter -Wno-missing-field-initializers
HARD  := -fstack-protector-strong -fno-strict-aliasing -fPIE -ffile-prefix-map=$(CURDIR)=.
BASE_CPPFLAGS = -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Iinclude -Icollector -Iweb $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null)
BASE_CFLAGS   = -std=gnu17 $(WARN) $(HARD) -pthread
BASE_LDFLAGS  = -pie -Wl,-z,relro,-z,now -pthread
LDLIBS        = $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null) -lm
COMPILE       = $(CC) $(BASE_CPPFLAGS) $(CPPFLAGS) $(BASE_CFLAGS) $(CFLAGS) -MMD -MP
LINK          = $(CC) $(BASE_LDFLAGS) $(CFLAGS) $(LDFLAGS)

# ---- sources -----------------------------------------------------------------------------------------------
SOURCES   := $(sort $(shell find collector web -name '*.c' 2>/dev/null))
GENERATED := $(BUILD)/gen/schema_data.c $(BUILD)/gen/marks_data.c $(BUILD)/gen/assets_data.c
LIB_OBJ   := $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out collector/main.c,$(SOURCES))) $(GENERATED:.c=.o)
LIB       := $(BUILD)/libseccompwatch.a
BIN       := $(BUILD)/seccompwatch
TEST_OBJ  := $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(wildcard tests/support/*.c)))
UNIT      := $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/unit/test_*.c tests/golden/test_*.c)))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY: $(TEST_OBJ)

help: ## list these targets
	@echo "seccompwatch $(VERSION). Targets:"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 16
	@echo "Variables: CC CPPFLAGS CFLAGS LDFLAGS PKG_CONFIG DESTDIR PREFIX BUILD CORPUS LISTEN SOURCE_DATE_EPOCH"

# ---- packages ----------------------------------------------------------------------------------------------
# Installs only what is missing, so that a prepared machine needs no network.
define need
	@missing=; for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then echo "installing:$$missing"; \
	if [ "$$(id -u)" != 0 ]; then echo "make: run as root, or install them yourself: apt-get install$$missing" >&2; exit 1; fi; \
	apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing; fi
endef

deps: ## install the Debian packages that building needs
	$(call need,$(DEB_BUILD))
deps-check:
	$(call need,$(DEB_CHECK))
deps-lint:
	$(call need,$(DEB_LINT))

# ---- building ----------------------------------------------------------------------------------------------
all: $(BIN) ## build build/seccompwatch

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<
$(BUILD)/gen/%.o: $(BUILD)/gen/%.c
	$(COMPILE) -c -o $@ $<

$(BUILD)/gen/schema_data.c: $(wildcard schema/*) collector/embed.sh
	@mkdir -p $(@D)
	sh collector/embed.sh schema $(sort $(wildcard schema/*.sql schema/*.csv schema/*.json)) > $@
$(BUILD)/gen/marks_data.c: $(wildcard schema/marks/*.sql) collector/embed.sh
	@mkdir -p $(@D)
	sh collector/embed.sh marks $(sort $(wildcard schema/marks/*.sql)) > $@
ASSETS := $(sort $(wildcard web/ui/*))
CHART_JS ?= /usr/share/javascript/chart.js/chart.min.js
$(BUILD)/gen/assets_data.c: $(ASSETS) collector/embed.sh
	@mkdir -p $(@D)
	sh collector/embed.sh assets $(ASSETS) $(CHART_JS) > $@

$(LIB): $(LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^
$(BIN): $(BUILD)/obj/collector/main.o $(LIB)
	$(LINK) -o $@ $^ $(LDLIBS)

$(BUILD)/tests/%: tests/%.c $(TEST_OBJ) $(LIB)
	@mkdir -p $(@D)
	$(COMPILE) -Itests $(LDFLAGS) -pie -pthread -o $@ $< $(TEST_OBJ) $(LIB) $(LDLIBS) -lcmocka

# ---- running -----------------------------------------------------------------------------------------------
run: deps ## install what building needs, build, and watch this host (LISTEN=ADDR:PORT)
	@$(MAKE) --no-print-directory all
	@$(BIN) run --listen $(LISTEN)

demo: deps ## the same, with one harmless violation of each kind to look at
	@$(MAKE) --no-print-directory all $(BUILD)/tests/live/violate
	@sh tests/live/demo.sh $(BIN) $(BUILD)/tests/live/violate $(LISTEN)

# ---- tests -------------------------------------------------------------------------------------------------
check-unit: $(UNIT) ## unit and golden tests: no root, no network
	@for t in $(UNIT); do echo "== $$t"; $$t || exit 1; done

check-asan: ## the unit and golden tests under AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory check-unit BUILD=$(BUILD)/asan CC=clang \
		CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"

# As root. SECCOMPWATCH_TEST_NO_AUDIT=1 where audit records cannot be read and that is known.
VIOLATE := $(BUILD)/tests/live/violate
LIVE    := $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/live/test_*.c)))
RIG     := tests/live/rig.c tests/live/client.c tests/live/schema.c
$(VIOLATE): tests/live/violate.c tests/live/violate_kinds.c tests/live/violate.h
	@mkdir -p $(@D)
	$(COMPILE) $(LDFLAGS) -pie -o $@ $(filter %.c,$^) $(LDLIBS)
$(BUILD)/tests/live/test_%: tests/live/test_%.c $(RIG) $(wildcard tests/live/*.h) $(LIB)
	@mkdir -p $(@D)
	$(COMPILE) -Itests $(LDFLAGS) -pie -pthread -o $@ $(filter %.c,$^) $(LIB) $(LDLIBS) -lcmocka
# It runs in containers that hold nothing else.
$(BUILD)/tests/live/make_calls: tests/live/make_calls.c
	@mkdir -p $(@D)
	$(COMPILE) -static -pthread -o $@ $<
check-live: all $(LIVE) $(VIOLATE) $(BUILD)/tests/live/make_calls ## root: real violations, from the kernel to the answers
	@for t in $(LIVE); do echo "== $$t"; BUILD=$(BUILD) $$t || exit 1; done

check-browser: all ## the page in Debian's chromium; screenshots in build/screenshots
	$(call need,$(DEB_BROWSER))
	SECCOMPWATCH=$(BIN) /usr/bin/python3 tests/browser/test_page.py

bench: all $(BUILD)/tests/bench/import $(BUILD)/tests/bench/storm $(BUILD)/tests/bench/forks $(BUILD)/tests/bench/queries $(BUILD)/tests/bench/viewers $(BUILD)/tests/bench/suggest $(BUILD)/tests/bench/profiles $(VIOLATE) ## root: print speed and memory as ratios of whole processes
	@$(BUILD)/tests/bench/import $(BIN)
	@$(BUILD)/tests/bench/storm $(BIN) $(VIOLATE)
	@$(BUILD)/tests/bench/forks
	@$(BUILD)/tests/bench/queries $(BIN)
	$(call need,$(DEB_BENCH))
	@sh tests/bench/web.sh $(BIN)
	@$(BUILD)/tests/bench/suggest $(BIN)
	@$(BUILD)/tests/bench/profiles $(BIN)

check: deps-check all ## install what tests need, then run every test (root: the live ones read the kernel's audit)
	@$(MAKE) --no-print-directory check-unit check-asan check-live

# libFuzzer: FUZZ_SECONDS a target; new inputs stay in build/fuzz, the seeds are never written to.
FUZZ_SECONDS ?= 60
FUZZERS := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
fuzz: ## fuzz each parser for a minute (FUZZ_SECONDS)
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzzing CC=clang \
		CFLAGS="-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all" \
		$(addprefix $(BUILD)/fuzzing/fuzz_,$(FUZZERS))
	@for f in $(FUZZERS); do mkdir -p $(BUILD)/fuzz/$$f; echo "== fuzz $$f"; \
		$(BUILD)/fuzzing/fuzz_$$f -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 -artifact_prefix=$(BUILD)/fuzz/ \
		$(BUILD)/fuzz/$$f $$(test -d tests/fuzz/$$f && echo tests/fuzz/$$f) || exit 1; done
$(BUILD)/fuzz_%: tests/fuzz/fuzz_%.c tests/fuzz/fuzz.h $(LIB)
	$(COMPILE) -fsanitize=fuzzer $(LDFLAGS) -o $@ $< $(LIB) $(LDLIBS)

# ---- linters -----------------------------------------------------------------------------------------------
LINT_FLAGS = $(subst '"$(VERSION)"',\"$(VERSION)\",$(BASE_CPPFLAGS)) -std=gnu17
lint: deps-lint $(GENERATED) ## layers, lengths, compilers' warnings, clang-tidy, cppcheck
	@sh tests/check_layers.sh
	@sh tests/check_sizes.sh
	@sh tests/check_syscalls.sh
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/werror-gcc CC=gcc CFLAGS="-O2 -Werror" all >/dev/null
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/werror-clang CC=clang CFLAGS="-O1 -Werror" all >/dev/null
	@echo "gcc and clang: no warnings"
	@printf '%s\n' $(SOURCES) | xargs -P 2 -n 4 sh -c 'exec clang-tidy --quiet "$$@" -- $(LINT_FLAGS)' tidy 2>$(BUILD)/tidy.log || \
		{ grep -vE 'warnings? generated|^Suppressed|^Use -header' $(BUILD)/tidy.log; exit 1; }
	@echo "clang-tidy: ok"
# What is suppressed does not know __attribute__((cleanup)), or output parameters: the sanitizers find those faults.
	@cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --enable=warning,performance,portability -j 2 \
		--suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches --suppress=memleak --suppress=uninitvar \
		--suppress=ctuuninitvar --suppress=autoVariables --suppress=unknownMacro \
		-D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Iinclude -Icollector -Iweb collector web
	@echo "cppcheck: ok"

# ---- installing --------------------------------------------------------------------------------------------
$(BUILD)/seccompwatch.8: $(BIN)
	$(BIN) help --man > $@
$(BUILD)/seccompwatch.bash: $(BIN)
	$(BIN) help --completion bash > $@

install: $(BIN) $(BUILD)/seccompwatch.8 $(BUILD)/seccompwatch.bash ## install under DESTDIR and PREFIX
	install -D -m 755 $(BIN) $(DESTDIR)$(PREFIX)/sbin/seccompwatch
	install -D -m 644 $(BUILD)/seccompwatch.8 $(DESTDIR)$(PREFIX)/share/man/man8/seccompwatch.8
	install -D -m 644 $(BUILD)/seccompwatch.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/seccompwatch
	install -D -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/seccompwatch/copyright

clean: ## remove what was built
	rm -rf $(BUILD)

.PHONY: help deps deps-check deps-lint all run demo bench check check-unit check-asan check-live check-browser fuzz lint install clean

-include $(LIB_OBJ:.o=.d) $(BUILD)/obj/collector/main.d $(addsuffix .d,$(UNIT))
