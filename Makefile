# One command each; `make` alone lists them. Python 3.11 or newer, make and a package index are all that must be there.

# The first of these that is new enough; PYTHON=… chooses another.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv/bin/python
LOCAL := -m liaoyang_medins.kernel.local
PYTEST := $(VENV) -m pytest --numprocesses logical --maxprocesses 4 --dist worksteal
# What lives in the environment of the shell must not reach into .venv.
unexport PYTHONPATH PYTHONHOME

.DEFAULT_GOAL := help
.PHONY: help run install test soak bench check static messages lock manage python base dev

help: ## list the commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile

run: base ## the portal on this machine: servers, demo city, web, worker, beat; Ctrl-C stops it
	@$(VENV) $(LOCAL).run

install: dev ## the virtual environment with all locked packages

test: dev ## all tests, on servers that they start, in a real browser
	@$(VENV) $(LOCAL).browser
	@$(PYTEST) $(ARGS)

soak: dev ## the same tests at full size
	@$(VENV) $(LOCAL).browser
	@$(PYTEST) --soak $(ARGS)

bench: dev ## what the work costs, beside PostgreSQL alone; SIZE=full is a million residents
	@$(VENV) -m benchmarks $(SIZE)

check: static ## the static checks, then all tests with branch coverage
	@$(VENV) $(LOCAL).browser
	@$(PYTEST) --cov --cov-report=term:skip-covered $(ARGS)

static: dev ## format, lint, types, layers, migrations, translations, deployment
	@$(VENV) $(LOCAL).static

messages: dev ## bring locale/ up to date with the strings in the code
	@$(VENV) $(LOCAL).translations update

manage: base ## manage.py on the local servers: make manage ARGS="shell"
	@$(VENV) $(LOCAL).manage $(ARGS)

lock: python ## lock the newest packages that requirements/*.in allow
	@$(PYTHON) $(LOCAL).lock

base dev: python
	@$(PYTHON) $(LOCAL).install $@

python:
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	echo "Python 3.11 or newer is needed;" \
	"$(if $(PYTHON),$(PYTHON) is older or not there,none of python3 and python3.11 to python3.14 is that)." \
	"PYTHON=… names another." >&2; exit 1; }
