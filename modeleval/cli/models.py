"""`modeleval find-model`: from what one remembers of a model to its package."""

from __future__ import annotations

import json
from typing import Annotated

import boto3
import typer
from rich.console import Console
from rich.table import Table

from modeleval.aws import CONFIG
from modeleval.cli.console import make_console, plain
from modeleval.sagemaker.finding import FoundGroup, FoundPackage, find, nothing_found


def find_model(
    keyword: Annotated[
        str,
        typer.Argument(
            help="Part of a model package group's name; a training job's name or ARN; an S3 URI "
            "of weights, of a job's output or of a dataset; or a hub DataSet ARN."
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find model packages: their groups, versions, base models and where their weights lie."""
    client = boto3.client("sagemaker", config=CONFIG)
    groups = find(keyword, client)
    if not groups:
        raise nothing_found(keyword, client)
    if as_json:
        typer.echo(json.dumps([group.to_document() for group in groups], indent=2))
        return
    console = make_console()
    for group in groups:
        show_group(console, group)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("find-model")(find_model)


def show_group(console: Console, group: FoundGroup) -> None:
    """The group's versions as a table, and below it the ARN to evaluate."""
    console.print(f"\n[bold]{plain(group.name)}[/bold]  {plain(group.arn)}", soft_wrap=True)
    if not group.packages:
        console.print("No versions.")
        return
    table = Table()
    table.add_column("", no_wrap=True)
    table.add_column("Version", justify="right", no_wrap=True)
    for heading in ("Status", "Approval", "Created", "Base model"):
        table.add_column(heading)
    table.add_column("Weights", overflow="fold")
    for package in group.packages:
        table.add_row(*_row(package))
    console.print(table)
    for package in [one for one in group.packages if one.match]:
        console.print(f"-> version {package.version}: {plain(package.match or '')}", soft_wrap=True)
        console.print(f"   {plain(package.arn)}", soft_wrap=True, highlight=False)


def _row(package: FoundPackage) -> list[str]:
    base = " ".join(filter(None, (package.base_model_name, package.base_model_version)))
    return [
        "->" if package.match else "",
        str(package.version),
        plain(package.status),
        plain(package.approval_status or ""),
        (package.created_at or "")[:10],
        plain(base) or "none: not made by SageMaker's fine-tuning",
        plain(package.artifact_uris[0]) if package.artifact_uris else "",
    ]
