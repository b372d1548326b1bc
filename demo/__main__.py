"""`make demo`: the main job, end to end, on the embedded AWS."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from demo import dataset
from demo.deployment import ROOT, DeploymentFailed, bootstrap, deploy, synthesize
from demo.embedded import EmbeddedAws, embedded_aws
from modeleval.artifacts import run_prefix
from modeleval.cli.show import make_console, show_run
from modeleval.cli.stack import Deployment
from modeleval.cli.start import ended, follow, start
from modeleval.errors import ModelevalError
from modeleval.store.items import Run

RESULTS = ROOT / ".demo"
_WAIT_SCALE = 0.02
_JOB_SECONDS = 3.0

console = make_console()


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what is being done, and how long it took; a spinner on a terminal, a line elsewhere."""
    begun = time.monotonic()
    if console.is_terminal:
        with console.status(what):
            yield
    else:
        console.print(f"{what} ...", soft_wrap=True)
        yield
    console.print(f"[green]done[/green] {what} ({time.monotonic() - begun:.1f} s)", soft_wrap=True)


def main() -> int:
    arguments = _parser().parse_args()
    path: Path = arguments.dataset or dataset.SHIPPED
    # make stops us by a signal; as an exception it also stops the embedded AWS.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if not path.is_file():
        console.print(f"[red]There is no file {path}[/red]")
        return 2
    try:
        return _demonstrate(path, keep=arguments.keep)
    except (ModelevalError, DeploymentFailed, dataset.NoIdentifier) as error:
        console.print(f"[red]{type(error).__name__}[/red]: {error}", markup=True)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--dataset", type=Path, help="JSON Lines with precomputed responses")
    parser.add_argument("--keep", action="store_true", help="leave the embedded AWS running")
    return parser


def _demonstrate(path: Path, *, keep: bool) -> int:
    suite: Any = "support-answers" if path == dataset.SHIPPED else dataset.suite_for(path)
    with tempfile.TemporaryDirectory(prefix="modeleval-demo-") as scratch, _started() as aws:
        os.environ.update(aws.environment())
        assembly = Path(scratch, "cdk.out")
        with step("Synthesize the stack and package its functions"):
            synthesize(aws, assembly)
        with step("Prepare the account (cdk bootstrap)"):
            bootstrap(aws)
        with step("Deploy the stack (cdk deploy)"):
            deployed = deploy(aws, assembly)
        key = dataset.dataset_key(path)
        with step(f"Upload {path.name} to s3://{deployed.bucket}/{key}"):
            aws.client("s3").upload_file(str(path), deployed.bucket, key)
        run = _run(Deployment(deployed.stack), suite)
        if keep:
            _keep(aws)
    return 0 if run.published else 1


@contextmanager
def _started() -> Iterator[EmbeddedAws]:
    with step("Start the embedded AWS (the first time, install it)"):
        context = embedded_aws(wait_scale=_WAIT_SCALE, job_seconds=_JOB_SECONDS)
        aws = context.__enter__()
    try:
        yield aws
    finally:
        context.__exit__(None, None, None)


def _run(deployment: Deployment, suite: Any) -> Run:
    started = start(deployment, suite)
    with step(f"Run {started.run_id} through the deployed state machines"):
        for change in follow(deployment, started, every=0.2):
            console.print(f"  {change.what}: {change.status}", highlight=False)
    run = ended(deployment, started)
    console.print()
    show_run(console, run, deployment.services)
    folder = _download(deployment, run)
    console.print()
    console.print("The judge here is a stand-in that compares words; on AWS it is the model named.")
    console.print(
        f"Every file of the run is in {folder.relative_to(ROOT)}/: summary.json, the record"
    )
    console.print(
        "scores, the service's raw output. `make demo DATASET=<file.jsonl>` judges yours;"
    )
    console.print("`make demo KEEP=1` leaves the embedded AWS running for the command line.")
    return run


def _download(deployment: Deployment, run: Run) -> Path:
    objects = deployment.services.objects
    folder = RESULTS / run.run_id
    for key in objects.keys(run_prefix(run.run_id)):
        target = folder / key.removeprefix(run_prefix(run.run_id))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(objects.read(key))
    return folder


def _keep(aws: EmbeddedAws) -> None:
    """Leave it running until Ctrl-C, with a file that points a shell at it."""
    names = [name for name in aws.environment() if name.startswith(("AWS_", "NODE_"))]
    lines = [f"export {name}={shlex.quote(aws.environment()[name])}" for name in sorted(names)]
    file = RESULTS / "env"
    file.write_text("\n".join(lines) + "\n")
    console.print(f"\nIn another shell: source {file.relative_to(ROOT)}, then for example")
    console.print("  .venv/bin/modeleval list support-answers")
    console.print("Ctrl-C stops the embedded AWS.")
    signal.pause()


if __name__ == "__main__":
    sys.exit(main())
