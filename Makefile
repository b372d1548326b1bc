# Everything that a developer does, each with its own set-up. `make help` lists it.
PYTHON ?= python3
STACK ?= modeleval
UV_VERSION := $(shell sed -n 's/.*"uv==\([0-9.]*\)".*/\1/p' pyproject.toml)

BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/node_modules/.bin:$(PATH)
export UV_NO_PROGRESS := 1
# Some images set it, and every process would compile all that it imports again.
unexport PYTHONDONTWRITEBYTECODE
# jsii tells about Node's age; Node is pinned here.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 1

# The embedded AWS runs functions on this machine, whatever the settings' architecture.
ON_THIS_MACHINE = $(if $(findstring ://127.0.0.1,$(AWS_ENDPOINT_URL)),--context architecture=host)

.DEFAULT_GOAL := help
.PHONY: help setup demo test faults lint lint-template audit format synth deploy destroy smoke bench \
	clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1	\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: .venv/.ready node_modules/.ready ## Install what is needed, here in the folder

.venv/.ready: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv sync --quiet --frozen --all-extras
	@touch $@

node_modules/.ready: package.json package-lock.json .venv/.ready
	npm ci --silent --no-audit --no-fund
	@touch $@

demo: setup ## Run the main job on the embedded AWS: make demo [DATASET=file.jsonl] [KEEP=1] [SETTINGS={...}]
	@$(BIN)/python -m demo $(if $(DATASET),--dataset '$(DATASET)') $(if $(KEEP),--keep) \
		$(if $(SETTINGS),--settings '$(SETTINGS)')

test: setup lint ## Run all the tests, side by side
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

faults: setup ## Let each call of a run go wrong, a run for each: make faults [SECONDS=600]
	PYTHONPATH=.:tests/workflow:tests/unit SECONDS_AT_MOST=$(SECONDS) \
		$(BIN)/python tests/faults/matrix.py

lint: setup ## Check style, types, layers and the state machines
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	@for file in statemachine/*.asl.json; do asl-validator --json-path $$file || exit 1; done

# checkov pins another boto3 and weighs 190 MB, so it runs in an environment of its own. With a
# customer key: without one it asks for it.
lint-template: setup ## Let checkov look at the template (downloads it once)
	cdk synth --quiet --output build/checkov --context customerKey=true
	$(BIN)/uv tool run --quiet --from checkov==3.3.30 checkov --config-file .checkov.yaml \
		--file build/checkov/modeleval.template.json

audit: setup ## Look for known vulnerabilities in what the lock files pin (asks PyPI and npm)
	@$(BIN)/python .ci/audit.py

format: setup ## Format the code
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

synth: setup ## Synthesize the template into cdk.out/: make synth [CONTEXT='-c field=value']
	cdk synth --quiet $(CONTEXT)

deploy: setup ## Deploy to the account of your credentials: make deploy [STACK=name] [CONTEXT='-c ...']
	cdk deploy --context stackName=$(STACK) $(ON_THIS_MACHINE) $(CONTEXT) $(STACK)

destroy: setup ## Remove the stack; bucket and table are kept unless the settings say otherwise
	cdk destroy --context stackName=$(STACK) $(STACK)

smoke: setup ## Check the assumptions in your account, for less than 1 USD: make smoke [STACK=name]
	@$(BIN)/modeleval smoke --stack $(STACK)

bench: setup ## Measure speed, load, statistics: make bench [MB="10 100"] [JOBS="10 1000"] [SHARDS="1 100"]
	$(BIN)/uv sync --quiet --frozen --all-extras --group bench
	$(BIN)/python -m benchmarks $(or $(MB),10 100)
	$(BIN)/python -m benchmarks.plan $(or $(MB),10 100)
	$(BIN)/python -m benchmarks.statistics
	$(BIN)/python -m benchmarks.resampling
	$(BIN)/python -m benchmarks.report
	$(BIN)/python -m benchmarks.counted
	$(BIN)/python -m benchmarks.overhead
	$(BIN)/python -m benchmarks.cold
	$(BIN)/python -m benchmarks.scoring $(JOBS)
	$(BIN)/python -m benchmarks.reaping $(lastword $(JOBS))
	$(BIN)/python -m benchmarks.load $(SHARDS)
	$(BIN)/python -m benchmarks.performance_page

clean: ## Remove what was built or installed here
	rm -rf .venv node_modules build cdk.out .demo local/.venv
