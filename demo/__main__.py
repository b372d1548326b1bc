"""`make demo`: the main job, end to end, on the embedded AWS."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from demo import dataset, registry
from demo.deployment import ROOT, DeploymentFailed, bootstrap, deploy, synthesize
from demo.embedded import EmbeddedAws, embedded_aws
from demo.running import FOLDER, SHELL_FILE, announced
from modeleval.artifacts import run_prefix
from modeleval.cli.console import make_console, plain, prose
from modeleval.cli.show import show_run
from modeleval.cli.stack import Deployment
from modeleval.cli.start import Started, ended, follow, start
from modeleval.errors import ModelevalError
from modeleval.store.items import Run

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
        return _failed("There is no file", f"{path} (from {Path.cwd()})", code=2)
    for what in ("JUDGE", "TARGET"):
        url, model = (f"MODELEVAL_{what}_{part}" for part in ("URL", "MODEL"))
        if bool(os.environ.get(url)) != bool(os.environ.get(model)):
            both = f"set both {url} and {model}, or neither"
            return _failed(f"The {what.lower()} is half named", both, code=2)
    try:
        subject = dataset.check(path)
        return _demonstrate(path, subject, arguments)
    except (ModelevalError, DeploymentFailed, BotoCoreError, ClientError) as error:
        return _failed(type(error).__name__, str(error))
    except RuntimeError as error:
        return _failed("The embedded AWS did not start", str(error)[-2000:])
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 130


def _failed(what: str, why: str, *, code: int = 1) -> int:
    console.print(f"[red]{what}[/red]: {prose(why)}", soft_wrap=True, highlight=False)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--dataset", type=Path, help="JSON Lines with precomputed responses")
    parser.add_argument("--settings", type=json.loads, default={}, help="JSON, over cdk.json's")
    parser.add_argument("--keep", action="store_true", help="leave the embedded AWS running")
    parser.add_argument(
        "--serve", action="store_true", help="deploy, run nothing, and leave it running"
    )
    return parser


def _demonstrate(path: Path, subject: str, arguments: argparse.Namespace) -> int:
    shipped = path == dataset.SHIPPED
    suite: Any = "support-answers" if shipped else dataset.suite_for(path, subject)
    with tempfile.TemporaryDirectory(prefix="modeleval-demo-") as scratch, _started() as aws:
        os.environ.update(aws.environment())
        assembly = Path(scratch, "cdk.out")
        with step("Synthesize the stack and package its functions"):
            synthesize(aws, assembly, settings={**registry.SETTINGS, **arguments.settings})
        with step("Prepare the account (cdk bootstrap)"):
            bootstrap(aws)
        with step("Deploy the stack (cdk deploy)"):
            deployed = deploy(aws, assembly)
        for file in dict.fromkeys((dataset.SHIPPED, registry.QUESTIONS, path)):
            key = dataset.dataset_key(file)
            with step(f"Upload {file.name} to s3://{deployed.bucket}/{key}"):
                aws.client("s3").upload_file(str(file), deployed.bucket, key)
        if arguments.serve:
            registry.make_group(aws)
            _keep(aws)
        deployment = Deployment(deployed.stack)
        runs = [_run(deployment, start(deployment, suite))]
        if shipped:
            registry.make_group(aws)
            runs += [_registered(aws, deployment, which) for which in registry.VERSIONS]
        _tell_where(runs)
        if arguments.keep:
            _keep(aws)
    return 0 if all(run.published for run in runs) else 1


@contextmanager
def _started() -> Iterator[EmbeddedAws]:
    with step("Start the embedded AWS (the first time, install it)"):
        context = embedded_aws(wait_scale=_WAIT_SCALE, job_seconds=_JOB_SECONDS)
        aws = context.__enter__()
    try:
        yield aws
    finally:
        context.__exit__(None, None, None)


def _registered(aws: EmbeddedAws, deployment: Deployment, which: str) -> Run:
    """The second way: nobody starts this run but the registration of a new version."""
    console.print()
    with step(f"Register {which} in the model package group {registry.GROUP}"):
        package = registry.register_version(aws)
    with step("Wait for the run that the new version starts"):
        started = registry.started_run(deployment.services, package)
    return _run(deployment, started)


def _run(deployment: Deployment, started: Started) -> Run:
    with step(f"Run {started.run_id} through the deployed state machines"):
        for change in follow(deployment, started, every=0.2):
            console.print(f"  {plain(change.what)}: {plain(change.status)}", highlight=False)
    run = ended(deployment, started)
    console.print()
    show_run(console, run, deployment.services)
    _download(deployment, run)
    return run


def _tell_where(runs: list[Run]) -> None:
    console.print()
    if any(run.published for run in runs):
        console.print(_who_judged())
    if any(run.resolved_model for run in runs):
        console.print(
            "The fine-tuned model and its benchmark scores are a stand-in's, too, not a model's."
        )
    folders = ", ".join(f"{(FOLDER / run.run_id).relative_to(ROOT)}/" for run in runs)
    console.print(f"Every file of the runs is in {folders}: summary document, record scores, the")
    console.print("services' raw output. `make demo DATASET=<file.jsonl>` judges your responses;")
    console.print("`make demo KEEP=1` leaves the embedded AWS running for the command line.")


def _download(deployment: Deployment, run: Run) -> None:
    objects = deployment.services.objects
    folder = FOLDER / run.run_id
    for key in objects.keys(run_prefix(run.run_id)):
        target = folder / key.removeprefix(run_prefix(run.run_id))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(objects.read(key))


def _who_judged() -> str:
    real = os.environ.get("MODELEVAL_JUDGE_MODEL")
    if real:
        return f"In place of the judge that the suite names, {prose(real)} judged."
    return "The judge here is a stand-in that compares words; on AWS it is the model named."


def _keep(aws: EmbeddedAws) -> None:
    """Leave it running until Ctrl-C, with files that point a shell and `--local` at it."""
    with announced(aws):
        console.print("\nIn another shell, for example:")
        console.print("  .venv/bin/modeleval --local list")
        console.print("  .venv/bin/modeleval --local run support-answers --sample 5")
        console.print(
            f"For other programs: source {SHELL_FILE.relative_to(ROOT)}. Ctrl-C stops it."
        )
        signal.pause()


if __name__ == "__main__":
    sys.exit(main())
