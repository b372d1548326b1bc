"""The packaged functions start with what is packaged, and nothing of the project's environment."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from stack_synthesis import STEPS

from stacks import packaging

START = """
import importlib, json, os, sys, traceback
*folders, steps = sys.argv[1:]
sys.path[:0] = folders
import boto3, pydantic  # every step has them: once for all

def foreign(module):
    assert callable(importlib.import_module(module).handler)
    files = {getattr(m, "__file__", None) for m in list(sys.modules.values())}
    return [file for file in files if file and "site-packages" in file]

for step, layers in json.loads(steps).items():
    if os.fork() == 0:
        sys.path[:0] = layers
        try:
            said = foreign(f"lambdas.{step}")
        except BaseException:
            said = traceback.format_exc()
        print(json.dumps([step, said]), flush=True)
        os._exit(0)
    os.wait()
"""

SIGN = """
import sys
sys.path[:0] = sys.argv[1:]
from lambdas.runtime import services

class Signed(Exception): ...

def caught(request, **_):
    raise Signed(request.headers["Authorization"].decode())

def credential_scope(client, call, **arguments):
    client.meta.events.register("before-send", caught)
    try:
        getattr(client, call)(**arguments)
    except Signed as signed:
        return str(signed).split("/")[3]

print(
    credential_scope(services.store._table.meta.client, "describe_table", TableName="runs"),
    credential_scope(services.objects._client, "list_objects_v2", Bucket="results"),
    credential_scope(services.evaluation_jobs._client, "list_evaluation_jobs"),
    credential_scope(services.models._lookup._bedrock, "list_foundation_models"),
    credential_scope(services.models._lookup._sagemaker(), "list_endpoints"),
    credential_scope(services.executions._client, "list_state_machines"),
)
"""
SCORE = """
import json, socket, sys
sys.path[:0] = sys.argv[1:]
socket.socket.connect = None  # nothing may be downloaded
from modeleval.datasets.index import IndexEntry
from modeleval.kinds.precomputed.dataset import Answered
from modeleval.kinds.reference.asked import ReferenceMetric
from modeleval.kinds.reference.scoring import score
from modeleval.kinds.reference.table import OFFERED

entry = IndexEntry("a-0", 1, None, None, "a", "b")
texts = ("the very running words of it", "the very words that run of it")
records = [Answered(entry, *texts, "prompt", b"")]
asked = [{"name": name, **({"stemmer": True} if name == "ROUGE" else {})} for name in OFFERED]
found = score([ReferenceMetric.model_validate(one) for one in asked], records, candidate=None)
values = {one.metric: one.value for one in (*found.records, *found.aggregates)}
print(json.dumps({name: round(value, 3) for name, value in values.items()}))
"""
ENVIRONMENT = {
    "BUCKET_NAME": "results",
    "TABLE_NAME": "runs",
    "BEDROCK_ROLE_ARN": "arn:aws:iam::111122223333:role/bedrock",
    "STACK_NAME": "modeleval",
    "SETTINGS": json.dumps({"judgeModels": ["amazon.nova-pro-v1:0"]}),
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_SESSION_TOKEN": "test",
    "HOME": "/nonexistent",
}
"""What Lambda and the stack give to a function."""


REPORTING = {"report_run"}
STATISTICAL = {"check_budget", "score_run"}
"""Steps whose functions have the layer of statistics; the others must start without it."""


Start = Callable[..., str]


@pytest.fixture(scope="module")
def packaged() -> list[str]:
    """The code's folder and the layer's, as Lambda would put them on the path."""
    return [
        str(packaging.function_code()),
        str(packaging.dependency_layer("host") / "python"),
    ]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Start:
    """Run a program without this environment's packages (-S) and variables (-I).

    All share the bytecode of the packaged sources, which is not kept beside them: it would become
    part of the package.
    """
    bytecode = tmp_path_factory.mktemp("bytecode")

    def run(program: str, *arguments: str) -> str:
        command = [sys.executable, "-I", "-S", "-X", f"pycache_prefix={bytecode}", "-c", program]
        result = subprocess.run(
            [*command, *arguments],
            env=ENVIRONMENT,
            cwd=Path("/"),
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    return run


def test_reference_metrics_are_computed_with_their_layer_and_no_network(
    packaged: list[str], start: Start
) -> None:
    layer = str(packaging.reference_layer("host") / "python")
    values = json.loads(start(SCORE, *packaged, layer))
    assert values["TokenF1"] == 0.727
    assert values["ROUGE-1"] == 0.923  # "running" is "run" by its stem
    assert 0 < values["BLEU"] < values["chrF"] < 100
    assert len(values) == 14


@pytest.fixture(scope="module")
def foreign(packaged: list[str], start: Start) -> dict[str, list[str] | str]:
    """By step: the files that its function loaded from elsewhere, or why it did not start."""
    layers = {
        **dict.fromkeys(STATISTICAL, packaging.statistics_layer("host")),
        **dict.fromkeys(REPORTING, packaging.report_layer("host")),
    }
    wanted = {step: [str(layers[step] / "python")] if step in layers else [] for step in STEPS}
    return dict(map(json.loads, start(START, *packaged, json.dumps(wanted)).splitlines()))


@pytest.mark.parametrize("step", STEPS)
def test_handler_starts(foreign: dict[str, list[str] | str], step: str) -> None:
    assert foreign[step] == []


def test_clients_are_made_and_sign_without_other_service_models(
    packaged: list[str], start: Start
) -> None:
    """Credentials come from the environment: no model of sts or sso is needed to find them."""
    scopes = ["dynamodb", "s3", "bedrock", "bedrock", "sagemaker", "states"]
    assert start(SIGN, *packaged).split() == scopes
