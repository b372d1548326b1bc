"""A wrong setting is a clear error at synth: one message that names the field, no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from stack_synthesis import ROOT, Synthesize, Templates, context

from modeleval.errors import SettingsInvalid

GOOD = {"judgeModels": ["amazon.nova-pro-v1:0"]}
IMPORTED = "arn:aws:bedrock:us-east-1:111122223333:imported-model/abcdefghijkl"
KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def synth(
    folder: Path, given: dict[str, Any], **environment: str
) -> subprocess.CompletedProcess[str]:
    """`python app.py`, as the CDK command line starts it."""
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "HOME": os.environ["HOME"],  # where jsii keeps what it has unpacked
            "TMPDIR": str(folder),
            "AWS_CONFIG_FILE": str(folder / "none"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"),
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
            "CDK_CONTEXT_JSON": json.dumps(given),
            "CDK_OUTDIR": str(folder / "out"),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("settings", "field", "says"),
    [
        ({**GOOD, "judgeModel": []}, "judgeModel", "did you mean 'judgeModels'?"),
        ({}, "judgeModels", "missing"),
        ({"judgeModels": []}, "judgeModels", "must have 1 or more entries"),
        ({"judgeModels": [IMPORTED]}, "judgeModels[0]", "takes no imported model as a judge"),
        ({**GOOD, "generatorModels": ["nova"]}, "generatorModels[0]", "no model identifier"),
        ({**GOOD, "bedrockRoleArn": "evaluations"}, "bedrockRoleArn", "must match"),
        ({**GOOD, "customerKeyArn": "alias/mine"}, "customerKeyArn", "must match"),
        ({**GOOD, "consoleCors": "maybe"}, "consoleCors", "write true or false"),
        ({**GOOD, "customerKey": True, "customerKeyArn": KEY}, "customerKeyArn", "leave one of"),
        ({**GOOD, "retentionDays": 0}, "retentionDays", "must be at least 1"),
        ({**GOOD, "retentionDays": "soon"}, "retentionDays", "write a whole number"),
        ({**GOOD, "retentionDays": 7}, "jobRetentionDays", "must not exceed retentionDays"),
        ({**GOOD, "architecture": "arm"}, "architecture", "'arm64', 'x86_64' or 'host'"),
        ({**GOOD, "datasetBuckets": [{"name": "A_b"}]}, "datasetBuckets[0].name", "must match"),
        ({**GOOD, "datasetBuckets": [{"bucket": "ab"}]}, "datasetBuckets[0].bucket", "unknown"),
        ({**GOOD, "defaultBudgetUsd": -1}, "defaultBudgetUsd", "must be more than 0"),
        ({**GOOD, "approvalGroups": ["x y"]}, "approvalGroups[0]", "write whole names"),
        ("amazon.nova-pro-v1:0", "context.modeleval", "missing or not an object"),
    ],
)
def test_a_wrong_setting_is_named(
    synthesize: Synthesize, settings: object, field: str, says: str
) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        synthesize(modeleval=settings)
    assert field in str(caught.value)
    assert says in str(caught.value)


def test_all_wrong_settings_are_named_at_once(synthesize: Synthesize) -> None:
    wrong = {**GOOD, "retentionDays": 0, "architecture": "arm"}
    with pytest.raises(SettingsInvalid, match=r"retentionDays: .*; architecture: "):
        synthesize(modeleval=wrong)


def test_a_wrong_override_is_named(synthesize: Synthesize) -> None:
    with pytest.raises(SettingsInvalid, match="retentionDays: must be at least"):
        synthesize(retentionDays="-1")


def test_settings_that_no_function_could_be_given_are_refused(synthesize: Synthesize) -> None:
    """Lambda takes 4 KB of environment: known at synth, not after minutes of a deployment."""
    many = {f"some.model-v{number}:0": {"input": 1, "output": 2} for number in range(100)}
    with pytest.raises(SettingsInvalid, match=r"settings are [\d,]+ characters long"):
        synthesize(prices=many)


def test_models_that_no_policy_could_hold_are_refused(synthesize: Synthesize) -> None:
    """IAM takes 10,240 characters of a role's policies: the same."""
    many = [f"us.amazon.nova-pro-v{number}:0" for number in range(40)]
    with pytest.raises(SettingsInvalid, match=r"policy of a role would be [\d,]+ characters long"):
        synthesize(generatorModels=many)


def test_ten_profiles_fit(synthesize: Synthesize) -> None:
    judges = [f"global.anthropic.claude-haiku-4-5-2025100{n}-v1:0" for n in range(10)]
    assert synthesize(judgeModels=judges).statements("BedrockRole")


def test_a_model_of_another_region_is_refused_where_the_region_is_known(
    synthesize: Synthesize, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDK_DEFAULT_ACCOUNT", "111122223333")
    monkeypatch.setenv("CDK_DEFAULT_REGION", "eu-west-1")
    with pytest.raises(SettingsInvalid, match="is of us-east-1, and the stack goes to eu-west-1"):
        synthesize(generatorModels=["amazon.nova-lite-v1:0", IMPORTED])


@pytest.mark.parametrize("name", ["my_stack", "2nd", "a" * 129, "a.b"])
def test_a_wrong_stack_name_is_named(templates: Templates, name: str) -> None:
    with pytest.raises(SettingsInvalid, match=r"context\.stackName"):
        templates(name)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"modeleval": {**GOOD, "retentionDay": 30}}, "retentionDay: unknown field; did you mean"),
        ({"stackName": "my_stack"}, "(context.stackName)"),
    ],
    ids=["setting", "stack-name"],
)
def test_synth_ends_with_one_readable_message(
    tmp_path: Path, wrong: dict[str, Any], says: str
) -> None:
    result = synth(tmp_path, context(**wrong))
    assert result.returncode == 1
    assert result.stderr.startswith("SettingsInvalid: ")
    assert result.stderr.count("\n") == 1
    assert says in result.stderr
    assert not list(tmp_path.rglob("*.template.json"))


_NO_PYTHON_SOCKETS = """
import os, pathlib, socket
def refuse(*_, **__):
    pathlib.Path(os.environ["CONNECTED"]).write_text("python")
    raise OSError("no network at synth")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
"""
_NO_NODE_SOCKETS = """
require("net").Socket.prototype.connect = () => {
    require("fs").writeFileSync(process.env.CONNECTED, "node");
    throw new Error("no network at synth");
};
"""


@pytest.mark.usefixtures("template")  # what uv downloads has been packaged before
def test_synth_needs_no_network_and_no_credentials(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(_NO_PYTHON_SOCKETS)
    (tmp_path / "blocker.js").write_text(_NO_NODE_SOCKETS)
    connected = tmp_path / "connected"
    result = synth(
        tmp_path,
        context(),
        PYTHONPATH=str(tmp_path),
        NODE_OPTIONS=f"--require {tmp_path / 'blocker.js'}",
        CONNECTED=str(connected),
        AWS_ENDPOINT_URL="http://127.0.0.1:1",
        AWS_EC2_METADATA_DISABLED="true",
    )
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "out" / "modeleval.template.json").is_file()
    assert not connected.exists()


def test_the_blockers_of_that_test_block(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(_NO_PYTHON_SOCKETS)
    (tmp_path / "blocker.js").write_text(_NO_NODE_SOCKETS)
    connected = tmp_path / "connected"
    commands = {
        "python": [sys.executable, "-c", "import socket; socket.create_connection(('::1', 1))"],
        "node": [
            "node",
            "--require",
            str(tmp_path / "blocker.js"),
            "-e",
            "require('net').connect(1, '::1')",
        ],
    }
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "CONNECTED": str(connected)}
    for name, command in commands.items():
        subprocess.run(command, env=environment, capture_output=True, check=False, timeout=60)
        assert connected.read_text() == name
