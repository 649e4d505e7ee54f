# The commands of this project. `make setup` is enough to run and to test. Only `make frontend` and `make check` need Node,
# which they install for themselves below frontend/.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
TEMPLATES = $$(find templates -name '*.html')

.DEFAULT_GOAL := help
.PHONY: help setup demo test bench screenshots frontend format lock check check-frontend \
	check-lint check-format check-types check-imports check-migrations check-templates check-sizes check-django check-rights

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv with everything that running and testing need

$(STAMP): requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one with: make setup PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' \
		|| { echo "This Python cannot make environments; on Debian: apt-get install python3-venv"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $(STAMP)

demo: setup ## start the product with a partner system and show a round trip (ONCE=1: end after it)
	$(BIN)/python -m tools.demo

test: setup ## pass the tests (ALL=1: the slow ones too)
	$(BIN)/python -m tools.run_tests $(if $(ALL),--all)

bench: setup ## measure, ratios first
	$(BIN)/python -m tools.bench

screenshots: setup ## photograph every page, wide and narrow, light and dark
	$(BIN)/python -m tools.screenshots

frontend: setup ## check, test and build the canvas into static/designer (QUICK=1: build alone)
	$(BIN)/python -m tools.frontend build $(if $(QUICK),--quick)

format: setup ## put code and templates in their form
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	$(BIN)/djade --target-version 5.2 $(TEMPLATES)

lock: setup ## choose versions anew within pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml --group dev -o requirements-dev.lock

check: check-lint check-format check-types check-imports check-migrations check-templates check-sizes check-django check-rights check-frontend ## lint, types, contracts

check-lint: setup
	$(BIN)/ruff check .
check-format: setup
	$(BIN)/ruff format --check .
check-types: setup
	$(BIN)/mypy
check-imports: setup
	$(BIN)/lint-imports
check-migrations: setup
	$(BIN)/python manage.py makemigrations --check --dry-run
check-templates: setup
	$(BIN)/djade --check --target-version 5.2 $(TEMPLATES)
check-sizes: setup
	$(BIN)/python -m tools.check_sizes
check-django: setup
	$(BIN)/python manage.py check
check-rights: setup
	$(BIN)/python manage.py write_rights --check
	$(BIN)/python manage.py write_kinds --check
check-frontend: setup
	$(BIN)/python -m tools.frontend check
