"""What a function's start may not load: it is paid for at every cold start."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from stack_synthesis import ROOT, STEPS

from modeleval.kinds.registry import MODULES

START = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
print(json.dumps(sorted(sys.modules)))
"""
KINDS = {f"modeleval.kinds.{module}" for module in MODULES.values()}
"""A job's own kind is imported when it is asked for."""
SERVICES = {"modeleval.bedrock.evaluation_jobs", "modeleval.sagemaker.resolver"}
"""So are the services, but for steps that have no other business with them."""
NEEDS = {"resolve_model", "sweep_runs"}
LAYERS = {
    "jinja2": {"report_run"},
    "scipy": {"check_budget", "score_run"},
    "numpy": {"check_budget", "score_run"},
    "sacrebleu": set[str](),
    "rouge_score": set[str](),
}
READS_SUITES = {
    "check_budget",
    "collect_batch",
    "enable_triggers",
    "pipeline_step",
    "plan_jobs",
    "prepare_run",
    "promote_run",
    "resolve_model",
    "resume_run",
    "score_run",
    "trigger_run",
}


@pytest.fixture(scope="module", params=STEPS)
def started(request: pytest.FixtureRequest) -> tuple[str, set[str]]:
    """A step, and the modules that its function has loaded before its first event."""
    variables = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "BUCKET_NAME": "results",
        "TABLE_NAME": "runs",
        "STACK_NAME": "modeleval",
        "SETTINGS": json.dumps({"judgeModels": ["amazon.nova-pro-v1:0"]}),
    }
    result = subprocess.run(
        [sys.executable, "-c", START, f"lambdas.{request.param}"],
        env=variables,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return request.param, set(json.loads(result.stdout))


def test_no_kind_and_no_service_is_loaded(started: tuple[str, set[str]]) -> None:
    step, loaded = started
    assert "modeleval.services" in loaded
    assert loaded & KINDS == set()
    assert bool(loaded & SERVICES) == (step in NEEDS)


def test_layers_are_loaded_where_they_are_deployed(started: tuple[str, set[str]]) -> None:
    step, loaded = started
    assert {name for name in LAYERS if name in loaded} == {
        name for name, steps in LAYERS.items() if step in steps
    }


def test_suites_are_read_where_they_are_needed(started: tuple[str, set[str]]) -> None:
    step, loaded = started
    assert ("modeleval.suite.document" in loaded) == (step in READS_SUITES)
    assert "yaml" not in loaded or step in READS_SUITES
