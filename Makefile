# SPDX-License-Identifier: BSD-3-Clause
#
# The few commands that a fresh Debian needs. The build itself is meson's (meson.build).

BUILD ?= build

.PHONY: all setup setup-apps demo check install clean

# Always asks ninja, which knows what is out of date.
all: $(BUILD)/build.ninja
	ninja -C $(BUILD)

$(BUILD)/build.ninja:
	meson setup $(BUILD)

# Debian's packages that building and testing need.
setup:
	tools/setup

# The applications under apps/.
setup-apps: setup
	apps/setup

# The recipes build by a make of their own, so that it starts after the packages are there.
demo: setup
	apps/setup redis
	$(MAKE) all
	$(BUILD)/loupe analyze apps/redis/workload.yaml

check: setup-apps
	$(MAKE) all
	meson test -C $(BUILD) --print-errorlogs

install: all
	meson install -C $(BUILD) --no-rebuild

clean:
	rm -rf $(BUILD)
