# demo: the street in a browser · test: everything · check: style, types, layers, documents · storm: seeds · bench: measured rows · screens: every picture
# All paths are relative: the checkout may lie in a folder whose name holds a blank.
SHELL := /bin/sh
PORT ?= 8080
HOST ?= 127.0.0.1
DATA ?= .demo
SEEDS ?= 200
PYTEST_ARGS ?=
BIN := .venv/bin
# Tests that start programs of their own mostly wait for them; those that only compute would take the processor away from them.
WITH_PROCESSES := tests/processes tests/street tests/central/test_process.py tests/devices/test_sms_modem.py tests/scenarios/with_processes
# A choice of tests may be empty in one of the two parts.
OR_NONE := $(if $(PYTEST_ARGS),|| [ $$? -eq 5 ])

.DEFAULT_GOAL := help
.PHONY: help venv demo test check storm bench screens firmware-stubs micropython system-packages

help:
	@sed -n '1p' Makefile

venv:
	@sh requirements/install.sh test

demo:
	@sh requirements/install.sh demo
	@exec $(BIN)/kiosk-sim street --port "$(PORT)" --host "$(HOST)" --data "$(DATA)"

system-packages:
	@sh requirements/system.sh python3-venv mosquitto chromium fonts-lato fonts-dejavu espeak-ng

micropython:
	@sh tests/micropython/get_micropython.sh .tools/micropython

firmware-stubs: venv
	@sh requirements/firmware_stubs.sh

check: venv firmware-stubs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright --warnings
	@$(BIN)/pyright --warnings -p firmware/pyrightconfig.json
	@$(BIN)/python -m pytest -q tests/test_layers.py tests/test_tidy.py tests/test_documents.py

test: system-packages venv micropython check
	@$(BIN)/python -m pytest -n 2 --dist loadfile -rs $(WITH_PROCESSES:%=--ignore=%) $(PYTEST_ARGS) $(OR_NONE)
	@$(BIN)/python -m pytest -n 4 --dist loadgroup -rs $(WITH_PROCESSES) $(PYTEST_ARGS) $(OR_NONE)

storm: venv
	@exec $(BIN)/kiosk-sim storm --seeds "$(SEEDS)"

screens: system-packages venv
	@exec $(BIN)/python -m tests.screens.record

bench: venv
	@exec $(BIN)/python -m tests.performance.bench
