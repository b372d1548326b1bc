"""`modeleval judge-attacks`: a suite that measures what attacks do to a judge's scores."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from modeleval.cli.console import make_console, plain
from modeleval.cli.dataset_output import replacing
from modeleval.cli.exit_codes import EXIT_CODES
from modeleval.cli.init_outcome import upload
from modeleval.cli.options import DEFAULT_STACK, JsonOption, StackOption, print_json
from modeleval.cli.stack import Deployment
from modeleval.judge_attacks.suite import ATTACKED, CLEAN, NAME, dataset, dataset_key, document

_NO_SOURCE = "s3://"
"""Nothing is read that an output could be written over."""


def judge_attacks(  # noqa: PLR0917 - options are named on the command line
    context: typer.Context,
    judge: Annotated[str, typer.Option(help="The judge to be attacked, as a suite names it.")],
    folder: Annotated[Path, typer.Option(help="Where the files are written.")] = Path(),
    accept_bedrock_terms: Annotated[
        bool,
        typer.Option(
            "--accept-bedrock-terms",
            help="I accept the terms of Amazon Bedrock Evaluations and its pricing.",
        ),
    ] = False,
    do_upload: Annotated[
        bool, typer.Option("--upload", help="Put the datasets into the stack's bucket.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: JsonOption = False,
) -> None:
    """Write a suite of poor answers, with and without attacks on the judge, for a run of it.

    Its comparison says by how much each attack raises the scores of each metric. Nothing is paid
    for before you run it.
    """
    suite = folder / f"{NAME}.json"
    texts = {folder / Path(dataset_key(side)).name: dataset(side) for side in (ATTACKED, CLEAN)}
    written = document(judge, terms_accepted=accept_bedrock_terms)
    _write(
        {suite: json.dumps(written, indent=2, ensure_ascii=False).encode() + b"\n", **texts},
        force=force,
    )
    bucket = None
    if do_upload:
        bucket = Deployment(stack).services.environment.bucket_name
        for path in texts:
            upload(path, bucket, f"datasets/{path.name}", force=force)
    local = bool(context.find_root().params.get("local"))
    commands = _next(suite, None if do_upload else list(texts), stack=stack, local=local)
    if as_json:
        print_json(
            {
                "suite": str(suite),
                "datasets": [str(path) for path in texts],
                "bucket": bucket,
                "termsAccepted": accept_bedrock_terms,
                "next": commands,
            }
        )
        return
    console = make_console()
    said = [f"Written: {suite} and its two datasets."]
    if not accept_bedrock_terms:
        said.append("Set acceptBedrockEvaluationTerms to true in it once you accept the terms.")
    for line in (*said, "Next:", *(f"  {one}" for one in commands)):
        console.print(plain(line), highlight=False, soft_wrap=True)


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("judge-attacks", epilog=EXIT_CODES)(judge_attacks)


def _write(contents: Mapping[Path, bytes], *, force: bool) -> None:
    for path, content in contents.items():
        with replacing(path, source=_NO_SOURCE, force=force) as target:
            target.file.write(content)
            target.keep()


def _next(suite: Path, to_upload: list[Path] | None, *, stack: str, local: bool) -> list[str]:
    """Commands that can be pasted, up to the run."""
    beside = ["--local"] if local else []
    beside += ["--stack", stack] if stack != DEFAULT_STACK else []
    uploads = [
        shlex.join(["aws", "s3", "cp", str(path), f"s3://BUCKET/datasets/{path.name}"])
        for path in to_upload or ()
    ]
    return uploads + [
        shlex.join(["modeleval", command, str(suite), *beside]) for command in ("plan", "run")
    ]
