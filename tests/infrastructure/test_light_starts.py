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
import importlib, json, os, sys
import boto3, pydantic  # every step has them: once for all

for step in sys.argv[1:]:
    if os.fork() == 0:
        importlib.import_module(f"lambdas.{step}")
        print(json.dumps([step, sorted(sys.modules)]), flush=True)
        os._exit(0)
    if os.wait()[1]:
        sys.exit(f"{step} does not start")
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


@pytest.fixture(scope="module")
def loaded() -> dict[str, set[str]]:
    """The modules that each step's function has loaded before its first event."""
    variables = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "BUCKET_NAME": "results",
        "TABLE_NAME": "runs",
        "STACK_NAME": "modeleval",
        "SETTINGS": json.dumps({"judgeModels": ["amazon.nova-pro-v1:0"]}),
    }
    result = subprocess.run(
        [sys.executable, "-c", START, *STEPS],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert result.returncode == 0, result.stderr
    return {step: set(modules) for step, modules in map(json.loads, result.stdout.splitlines())}


def test_what_is_loaded_for_all_is_what_each_has(loaded: dict[str, set[str]]) -> None:
    """And it brings nothing that the tests below look for."""
    assert set(loaded) == set(STEPS)
    common = set.intersection(*loaded.values())
    assert {"boto3", "pydantic"} <= common
    assert common.isdisjoint(KINDS | SERVICES | set(LAYERS) | {"yaml", "modeleval.suite.document"})


@pytest.mark.parametrize("step", STEPS)
def test_no_kind_and_no_service_is_loaded(loaded: dict[str, set[str]], step: str) -> None:
    assert "modeleval.services" in loaded[step]
    assert loaded[step] & KINDS == set()
    assert bool(loaded[step] & SERVICES) == (step in NEEDS)


@pytest.mark.parametrize("step", STEPS)
def test_layers_are_loaded_where_they_are_deployed(loaded: dict[str, set[str]], step: str) -> None:
    assert {name for name in LAYERS if name in loaded[step]} == {
        name for name, steps in LAYERS.items() if step in steps
    }


@pytest.mark.parametrize("step", STEPS)
def test_suites_are_read_where_they_are_needed(loaded: dict[str, set[str]], step: str) -> None:
    assert ("modeleval.suite.document" in loaded[step]) == (step in READS_SUITES)
    assert "yaml" not in loaded[step] or step in READS_SUITES
