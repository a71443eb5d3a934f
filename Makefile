# flowenv: build, test, install. GNU make.
#
#   make                 the program, the network module, the library   (build/)
#   make demo            installs what is missing, builds, runs the main job
#   make test            everything that can be shown to work, shown
#   make unit            the C tests alone, under ASan and UBSan
#   make bench           whole-process timings, as ratios in one run
#   make fuzz            each fuzz target for FUZZ_SECONDS (needs clang)
#   make install PREFIX=/usr/local [DESTDIR=]      make uninstall
#   make format          make lint          make clean

VERSION  := 0.1.0
BUILD    ?= build
PREFIX   ?= /usr/local
CC       ?= cc
SHELL    := /bin/sh
PYTHON   ?= python3
PKG_CONFIG ?= pkg-config
FUZZ_SECONDS ?= 60

# A line a step; V=1 shows the commands themselves.
ifeq ($(V),1)
say = @:
else
say = @printf '  %-6s %s\n'
Q   = @
endif

.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
.PHONY: all demo test unit bench fuzz install uninstall format lint clean deps completions asan both

all: $(BUILD)/bin/flowenv $(BUILD)/lib/flowenv/net.so $(BUILD)/lib/libflowenv.a $(BUILD)/man/flowenv.1

# --- what is built from what ------------------------------------------------
# The network half is a module of its own: a command that is served from the
# vault loads none of its libraries.
NET_SRC  := $(sort $(wildcard src/net/*.c src/aws/client.c src/aws/fault.c src/aws/ssm*.c \
              src/store/ssm.c src/store/remote.c src/text/json.c src/text/json_scan.c \
              src/crypto/digest.c))
SRC      := $(sort $(wildcard src/*/*.c))
# The library's own face needs both halves at once; the program does without it.
LIB_SRC  := src/ops/flowenv.c
CORE_SRC := $(filter-out $(NET_SRC) $(LIB_SRC),$(SRC))
CMD_SRC  := $(sort $(wildcard cmd/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))

# --- compilers ---------------------------------------------------------------
OS       := $(shell uname -s)
ARCH     := $(shell uname -m)
WARNINGS := -Wall -Wextra -Werror -Wconversion -Wsign-conversion -Wshadow -Wformat=2 -Wundef \
            -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-align -Wwrite-strings \
            -Wvla -Wimplicit-fallthrough -Wno-gnu-statement-expression
HARDEN   := -fstack-protector-strong -fPIE -fno-common
HARDEN_LD := -pie
ifeq ($(OS),Linux)
HARDEN   += -fstack-clash-protection
HARDEN_LD += -Wl,-z,relro,-z,now,-z,noexecstack
ifeq ($(ARCH),x86_64)
HARDEN   += -fcf-protection
endif
endif
LANGUAGE := -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -DFLOWENV_VERSION='"$(VERSION)"'
INCLUDES := -Isrc -I. -Iinclude
BASE_CFLAGS := $(LANGUAGE) $(INCLUDES) $(WARNINGS) -g -MMD -MP
RELEASE  := -O2 -D_FORTIFY_SOURCE=2 $(HARDEN)
SANITIZE := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -fPIE
CFLAGS   ?=
LDFLAGS  ?=

# inih's and libyaml's place is the same on every system, so no pkg-config for them.
CORE_LIBS := -lsodium -linih -lyaml
NET_LIBS  := -lcurl -lcrypto -lcjson
DL_LIBS   := -ldl -lpthread

# --- the program ---------------------------------------------------------------
objects = $(patsubst %.c,$(BUILD)/$(1)/%.o,$(2))

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(BASE_CFLAGS) $(RELEASE) $(CFLAGS) -c $< -o $@
$(BUILD)/pic/%.o: %.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(BASE_CFLAGS) $(filter-out -fPIE,$(RELEASE)) -fPIC $(CFLAGS) -c $< -o $@

# The module's calls into the program resolve when it is loaded, so the
# program exports its functions.
$(BUILD)/bin/flowenv: $(call objects,obj,$(CORE_SRC) $(CMD_SRC))
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CC) $(HARDEN_LD) -rdynamic $(LDFLAGS) $^ $(CORE_LIBS) $(DL_LIBS) -o $@
$(BUILD)/lib/flowenv/net.so: $(call objects,pic,$(NET_SRC))
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CC) -shared $(filter-out -pie,$(HARDEN_LD)) $(LDFLAGS) $^ $(NET_LIBS) -o $@
$(BUILD)/lib/libflowenv.a: $(call objects,pic,$(SRC))
	@mkdir -p $(@D)
	$(Q)rm -f $@
	$(say) AR $@
	$(Q)$(AR) rcs $@ $^
$(BUILD)/man/flowenv.1: $(BUILD)/bin/flowenv
	@mkdir -p $(@D)
	$(say) MAN $@
	$(Q)$< help --man > $@

# --- the same under sanitizers ----------------------------------------------------
$(BUILD)/asan/obj/%.o: %.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(BASE_CFLAGS) -Itests $(SANITIZE) $(CFLAGS) -c $< -o $@
$(BUILD)/asan/pic/%.o: %.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(BASE_CFLAGS) $(filter-out -fPIE,$(SANITIZE)) -fPIC $(CFLAGS) -c $< -o $@
$(BUILD)/asan/lib/libflowenv.a: $(call objects,asan/obj,$(SRC))
	@mkdir -p $(@D)
	$(Q)rm -f $@
	$(say) AR $@
	$(Q)$(AR) rcs $@ $^
$(BUILD)/asan/bin/flowenv: $(call objects,asan/obj,$(CORE_SRC) $(CMD_SRC))
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CC) $(SANITIZE) -pie -rdynamic $(LDFLAGS) $^ $(CORE_LIBS) $(DL_LIBS) -o $@
$(BUILD)/asan/lib/flowenv/net.so: $(call objects,asan/pic,$(NET_SRC))
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CC) -shared $(filter-out -fPIE,$(SANITIZE)) $(LDFLAGS) $^ $(NET_LIBS) -o $@

# Tests link what they use of tests/support: an archive of the files without a main().
SUPPORT_SRC := $(filter-out %_main.c %/replay.c,$(sort $(wildcard tests/support/*.c)))
$(BUILD)/asan/lib/libsupport.a: $(call objects,asan/obj,$(SUPPORT_SRC))
	@mkdir -p $(@D)
	$(Q)rm -f $@
	$(say) AR $@
	$(Q)$(AR) rcs $@ $^
TEST_LIBS := $(BUILD)/asan/lib/libsupport.a $(BUILD)/asan/lib/libflowenv.a

UNIT_BIN := $(patsubst tests/unit/%.c,$(BUILD)/asan/unit/%,$(UNIT_SRC))
$(BUILD)/asan/unit/%: $(BUILD)/asan/obj/tests/unit/%.o $(TEST_LIBS)
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CC) $(SANITIZE) -pie $(LDFLAGS) $^ $(CORE_LIBS) $(NET_LIBS) $(DL_LIBS) -lcmocka -o $@
# Where memory runs out on purpose.
$(BUILD)/asan/unit/test_oom: override LDFLAGS += -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
FUZZ_BIN := $(patsubst tests/fuzz/%.c,$(BUILD)/asan/fuzz/%,$(FUZZ_SRC))
$(BUILD)/asan/fuzz/%: $(BUILD)/asan/obj/tests/fuzz/%.o $(BUILD)/asan/obj/tests/support/replay.o \
                      $(BUILD)/asan/lib/libflowenv.a
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CC) $(SANITIZE) -pie $(LDFLAGS) $^ $(CORE_LIBS) $(NET_LIBS) $(DL_LIBS) -o $@
# Small programs that let a script look at one module: tests/support/NAME_main.c.
SUPPORT_BIN := $(patsubst tests/support/%.c,$(BUILD)/asan/support/%,$(wildcard tests/support/*_main.c))
$(BUILD)/asan/support/%: $(BUILD)/asan/obj/tests/support/%.o $(TEST_LIBS)
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CC) $(SANITIZE) -pie $(LDFLAGS) $^ $(CORE_LIBS) $(NET_LIBS) $(DL_LIBS) -lcmocka -o $@

asan: $(BUILD)/asan/bin/flowenv $(BUILD)/asan/lib/flowenv/net.so $(SUPPORT_BIN)

# --- the library and the program once more, for libFuzzer ---------------------------
$(BUILD)/fuzzer/obj/%.o: %.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)clang $(BASE_CFLAGS) -Itests -O1 -g -fsanitize=fuzzer-no-link,address,undefined -c $< -o $@
$(BUILD)/fuzzer/lib/libflowenv.a: $(call objects,fuzzer/obj,$(SRC))
	@mkdir -p $(@D)
	$(Q)rm -f $@
	$(say) AR $@
	$(Q)$(AR) rcs $@ $^
FUZZER_BIN := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzzer/%,$(FUZZ_SRC))
$(BUILD)/fuzzer/fuzz_%: $(BUILD)/fuzzer/obj/tests/fuzz/fuzz_%.o $(BUILD)/fuzzer/lib/libflowenv.a
	$(say) LINK $@
	$(Q)clang -fsanitize=fuzzer,address,undefined $^ $(CORE_LIBS) $(NET_LIBS) $(DL_LIBS) -o $@

# --- what a person calls ---------------------------------------------------------
deps:
	@sh tests/deps

unit: $(UNIT_BIN) $(FUZZ_BIN)
	@sh tests/unit/run $(BUILD) $(UNIT_BIN) $(FUZZ_BIN)

# Both compilers take the whole tree; the second only has to compile it.
both:
	$(MAKE) all CC=gcc BUILD=$(BUILD)
	$(MAKE) all CC=clang BUILD=$(BUILD)/clang

test: deps
	@tests/install
	$(MAKE) both
	$(MAKE) asan
	@tests/run

demo: deps
	$(MAKE) all
	@sh tests/demo $(BUILD)/bin/flowenv

$(BUILD)/bench/fill: tests/bench/fill.c $(BUILD)/lib/libflowenv.a
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CC) $(BASE_CFLAGS) $(RELEASE) $(CFLAGS) -pie $(LDFLAGS) $(filter %.c %.a,$^) $(CORE_LIBS) $(NET_LIBS) $(DL_LIBS) -o $@
bench: all $(BUILD)/bench/fill
	@$(PYTHON) tests/bench/bench.py --build $(BUILD)

fuzz: $(FUZZER_BIN)
	@sh tests/fuzz/run $(FUZZ_SECONDS) $(FUZZER_BIN)

completions: $(BUILD)/bin/flowenv
	@mkdir -p completions
	$< completion bash > completions/flowenv.bash
	$< completion zsh > completions/_flowenv
	$< completion fish > completions/flowenv.fish

DEST = $(DESTDIR)$(PREFIX)
install: all
	install -d $(DEST)/bin $(DEST)/lib/flowenv $(DEST)/lib/pkgconfig $(DEST)/include/flowenv \
	    $(DEST)/share/man/man1 $(DEST)/share/bash-completion/completions \
	    $(DEST)/share/zsh/site-functions $(DEST)/share/fish/vendor_completions.d
	install -m 755 $(BUILD)/bin/flowenv $(DEST)/bin/flowenv
	install -m 644 $(BUILD)/lib/flowenv/net.so $(DEST)/lib/flowenv/net.so
	install -m 644 $(BUILD)/lib/libflowenv.a $(DEST)/lib/libflowenv.a
	install -m 644 include/flowenv/*.h $(DEST)/include/flowenv/
	install -m 644 $(BUILD)/man/flowenv.1 $(DEST)/share/man/man1/flowenv.1
	install -m 644 completions/flowenv.bash $(DEST)/share/bash-completion/completions/flowenv
	install -m 644 completions/_flowenv $(DEST)/share/zsh/site-functions/_flowenv
	install -m 644 completions/flowenv.fish $(DEST)/share/fish/vendor_completions.d/flowenv.fish
	printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$${prefix}/lib' 'includedir=$${prefix}/include' '' \
	    'Name: flowenv' 'Description: One view per stage out of .env files, SSM and a local vault' \
	    'Version: $(VERSION)' 'Cflags: -I$${includedir}' \
	    'Libs: -L$${libdir} -lflowenv $(CORE_LIBS) $(NET_LIBS) $(DL_LIBS)' \
	    > $(DEST)/lib/pkgconfig/flowenv.pc
uninstall:
	rm -f $(DEST)/bin/flowenv $(DEST)/lib/flowenv/net.so $(DEST)/lib/libflowenv.a \
	    $(DEST)/lib/pkgconfig/flowenv.pc $(DEST)/share/man/man1/flowenv.1 \
	    $(DEST)/share/bash-completion/completions/flowenv \
	    $(DEST)/share/zsh/site-functions/_flowenv \
	    $(DEST)/share/fish/vendor_completions.d/flowenv.fish
	rm -rf $(DEST)/include/flowenv
	-rmdir $(DEST)/lib/flowenv 2>/dev/null

SOURCES := $(wildcard src/*/*.[ch] cmd/*.[ch] include/flowenv/*.h tests/unit/*.c tests/fuzz/*.c \
             tests/support/*.[ch] tests/bench/*.c)
format:
	clang-format -i $(SOURCES)
lint:
	@clang-format --dry-run -Werror $(SOURCES)
	@$(PYTHON) tests/house/check
	@$(PYTHON) tests/house/tidy $(filter %.c,$(SOURCES)) -- $(LANGUAGE) $(INCLUDES) -Itests

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
