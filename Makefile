# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0

PYTHON ?= python3.11
ARGS ?=

# What libraries would write into the home directory stays in the clone.
export ROS_LOG_DIR ?= $(CURDIR)/log/ros
export MPLCONFIGDIR ?= $(CURDIR)/.venv/matplotlib

help:  ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

sim: .venv  ## train a simulated athlete, live in the terminal
	@.venv/bin/negtrain sim $(ARGS)

faults: .venv  ## break everything in turn at the full load
	@.venv/bin/negtrain faults $(ARGS)

test: export ROS_AUTOMATIC_DISCOVERY_RANGE = LOCALHOST
test: .venv  ## run every test
	@.venv/bin/python -m pytest $(ARGS)

bench: export ROS_AUTOMATIC_DISCOVERY_RANGE = LOCALHOST
bench: .venv  ## measure what the machine must keep up with
	@.venv/bin/python -m bench $(ARGS)

style: .venv  ## check style and types
	@.venv/bin/ruff check
	@.venv/bin/mypy

lock: .venv  ## resolve environment/requirements.in anew
	@UV_CUSTOM_COMPILE_COMMAND='make lock' .venv/bin/uv pip compile --quiet --no-cache --no-annotate \
		--python-version 3.11 $(ARGS) environment/requirements.in -o environment/requirements.txt

clean:  ## remove all that was made
	rm -rf .venv build install log .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

.venv:
	@command -v $(PYTHON) >/dev/null || { echo 'no $(PYTHON) here: apt install python3' >&2; exit 1; }
	@$(PYTHON) environment/build.py

.PHONY: help sim faults test bench style lock clean .venv
