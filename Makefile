# `make search` and `make test` need Python 3.11 or newer and nothing else.
PYTHON ?= python3
VENV := .venv
INSTALLED := $(VENV)/.installed

.PHONY: search test test-cluster lint docs clean

search: $(INSTALLED)
	$(VENV)/bin/python -m tuner search --space mlp_depth

test: $(INSTALLED)
	$(VENV)/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not cluster"

# Ray and PostgreSQL are real ones. Where they cannot be installed, this says so, and what it skips.
test-cluster: $(INSTALLED)
	@$(VENV)/bin/python -c "import psycopg, psycopg2, ray" 2> /dev/null || for extra in ray postgresql; do \
	    $(VENV)/bin/pip install --quiet --constraint constraints.txt --editable ".[$$extra]" \
	        || echo "the extra $$extra cannot be installed here"; \
	done
	@ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1 || command -v initdb > /dev/null \
	    || { apt-get update --quiet \
	        && DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet postgresql; } \
	    || echo "PostgreSQL cannot be installed here; as root: apt-get install postgresql"
	$(VENV)/bin/python -m pytest -rs -m cluster tests/training/remote tests/tracking/postgresql

lint: $(INSTALLED)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

docs: $(INSTALLED)
	$(VENV)/bin/mkdocs build --strict --quiet

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --upgrade pip
	$(VENV)/bin/pip install --quiet --constraint constraints.txt --editable ".[test]"
	touch $(INSTALLED)

clean:
	rm -rf $(VENV) site build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
