# Two commands on a fresh machine: `make brief` and `make test`. Both set everything up first.
.DELETE_ON_ERROR:
# The first that *runs* and can make an environment (a version manager's shim may be there and not run).
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP     := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 $(BIN)/python -m pip
# --no-deps: the file is complete, nothing to resolve; --only-binary: nobody needs a compiler; --no-compile: Python
# compiles what is imported, which is a third of it.
INSTALL := $(PIP) install --quiet --no-compile --no-deps --require-hashes --only-binary :all:
.PHONY: brief test coverage lint docs bench study regenerate lock clean

brief: $(VENV)/.core
	@mkdir -p build
	@$(BIN)/dayafter brief iraq-2016 --out build/brief.html

# Everything CI runs: lint and docs, each on a core, then the tests on both.
test: $(VENV)/.dev
	@$(MAKE) --no-print-directory -j 2 lint docs
	$(BIN)/python -m pytest -q -n 2

# The same tests, slower, with a list of the lines and branches that none of them runs.
coverage: $(VENV)/.dev
	@$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -q -n 2
	@$(BIN)/python -m coverage combine -q
	$(BIN)/python -m coverage report --show-missing --skip-covered

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# -E: from scratch, or a warning about a page that did not change would be shown only once.
docs: $(VENV)/.dev
	$(BIN)/python -m sphinx -q -E -n -W --keep-going -b html docs build/docs

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

# The slow studies behind pages of the docs, each where its data are there; says which it skipped.
study: $(VENV)/.dev
	$(BIN)/python -m studies

# Writes anew what is generated and kept in the repository; `make test` fails where it is stale.
regenerate: $(VENV)/.dev
	$(BIN)/python -m tools.regenerate

$(VENV)/.made:
	@for p in $(PYTHON); do \
	  "$$p" -c 'import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null || continue; \
	  echo "setting up $(VENV) with $$("$$p" -V); the first time takes a minute or two"; \
	  "$$p" -m venv --clear $(VENV) && touch $@ && exit 0; \
	done; \
	echo "dayafter needs Python 3.11 to 3.14 with its venv module. Tried:"; \
	for p in $(PYTHON); do \
	  why=$$("$$p" -c 'import sys; print("%d.%d" % sys.version_info[:2], end=""); import venv, ensurepip' 2>&1) || \
	    case "$$why" in *ensurepip*|*venv*) why="$${why%%Traceback*} without venv: as root, apt install python3-venv";; *) why="does not run";; esac; \
	  echo "  $$p: $$why"; \
	done; \
	echo "Or name one: make PYTHON=/path/to/python3.12"; exit 2
$(VENV)/.core: constraints/core.txt pyproject.toml $(VENV)/.made
	@$(INSTALL) -r constraints/core.txt
	@$(PIP) install --quiet --no-deps --no-index --no-build-isolation --editable .
	@$(PIP) check
	@touch $@
$(VENV)/.dev: constraints/dev.txt $(VENV)/.core
	@$(INSTALL) -r constraints/dev.txt
	@$(PIP) check
	@touch $@

# Writes the constraints anew; the only target that needs uv.
LOCK = --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --only-binary :all: --no-emit-index-url --no-emit-find-links \
       --no-annotate --custom-compile-command "make lock" --quiet
lock:
	uv pip compile $(LOCK) --all-extras --group dev -o constraints/dev.txt pyproject.toml
	uv pip compile $(LOCK) --group build -c constraints/dev.txt -o constraints/core.txt pyproject.toml
clean:
	rm -rf $(VENV) build
