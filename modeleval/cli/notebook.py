"""`modeleval notebook`: a Jupyter notebook that runs a suite, or shows a run."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from modeleval.cli.console import make_console, plain
from modeleval.cli.exit_codes import EXIT_CODES
from modeleval.cli.options import (
    DEFAULT_STACK,
    JsonOption,
    ModelOption,
    StackOption,
    print_json,
)
from modeleval.cli.stack import Deployment
from modeleval.cli.start import suite_input
from modeleval.notebook.cells import Subject, cells
from modeleval.notebook.files import append, write_new

_RUN = re.compile(r"me[a-z0-9]{16}")
_FOLDER = Path("notebooks")


def notebook(  # noqa: PLR0917 - options are named on the command line
    subject: Annotated[
        str,
        typer.Argument(
            metavar="RUN|SUITE",
            help="A run to be shown; or a suite to be run: its name, an s3:// URI or a YAML file.",
        ),
    ],
    stack: StackOption = DEFAULT_STACK,
    model: ModelOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Where to write it, instead of notebooks/.")
    ] = None,
    append_to: Annotated[
        Path | None,
        typer.Option("--append", metavar="FILE", help="Add the cells to this notebook instead."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the file if it is there.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a Jupyter notebook that starts a run, follows it, and shows scores with plots.

    Nothing is started, or paid for, before its cells are run.
    """
    if append_to is not None and (out is not None or force):
        raise typer.BadParameter("--append goes without --out and --force")
    is_run = _RUN.fullmatch(subject) is not None
    if is_run and model is not None:
        raise typer.BadParameter("--model is for a suite: a run has its model")
    told = _of_run(subject, stack) if is_run else _of_suite(subject, stack, model)
    path = append_to or out or _FOLDER / f"{told.project}_model-evaluation.ipynb"
    made = cells(told._replace(suite=_seen_from(path.parent, told.suite)))
    count = append(path, made) if append_to else write_new(path, made, force=force)
    if as_json:
        print_json({"file": str(path.absolute()), "cells": count, "appended": bool(append_to)})
        return
    done = "Added to" if append_to else "Written"
    make_console().print(
        f"{done}: {plain(str(path))} ({count} cells). Open it with Jupyter; its plots need "
        "matplotlib.",
        soft_wrap=True,
        highlight=False,
    )


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("notebook", epilog=EXIT_CODES)(notebook)


def _of_run(run_id: str, stack: str) -> Subject:
    """Raises RunNotFound: a notebook of no run helps nobody."""
    run = Deployment(stack).services.store.run(run_id)
    return Subject(project=_project(run.suite), stack=stack, suite=run.suite, run_id=run_id)


def _of_suite(suite: str, stack: str, model: str | None) -> Subject:
    """Raises SuiteInvalid or SuiteNotFound for a local file; others are known to the stack."""
    suite_input(suite)
    return Subject(project=_project(Path(suite).stem), stack=stack, suite=suite, model=model)


def _project(name: str) -> str:
    """A part of a file's name: a run that was refused is called whatever its input said."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:100] or "suite"


def _seen_from(folder: Path, suite: str) -> str:
    """A local file as the notebook's kernel finds it, which works in the notebook's folder."""
    if suite.startswith("s3://") or not Path(suite).is_file():
        return suite
    return Path(os.path.relpath(suite, folder)).as_posix()
