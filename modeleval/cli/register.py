"""`modeleval register`: scorers and datasets become content of the account's SageMaker hub."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated, Any

import boto3
import typer

from modeleval.aws import CONFIG
from modeleval.cli.console import make_console, plain
from modeleval.cli.stack import DEFAULT_STACK, Deployment
from modeleval.errors import RegistrationFailed, ScorerNotUsable
from modeleval.sagemaker.dataset_source import data_in_s3, uploaded_data
from modeleval.sagemaker.hub_content import Content, checked_name, dataset_content, scorer_content
from modeleval.sagemaker.registering import Registered, Registry
from modeleval.sagemaker.scorer_function import Function, existing_function, make_function
from modeleval.sagemaker.scorer_source import CONTRACT, scorer_package

commands = typer.Typer(
    help="Register a scorer or a dataset with SageMaker, for suites to name by its ARN.",
    no_args_is_help=True,
)
console = make_console()

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+")
NameOption = Annotated[
    str | None, typer.Option(help="Its name in the hub; by default the file's or function's.")
]
DomainOption = Annotated[
    str | None, typer.Option(help="The Studio domain that is to show it, such as d-abc123.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON: arn, version, new, notes.")]


def register_commands(app: typer.Typer) -> None:
    """Add `register` to the command line."""
    app.add_typer(commands, name="register")


@commands.command("scorer")
def register_scorer(
    source: Annotated[str, typer.Argument(help="A Lambda function's ARN, or a local .py file.")],
    *,
    name: NameOption = None,
    role: Annotated[
        str | None, typer.Option(help="The role that a .py file runs as in Lambda: its ARN.")
    ] = None,
    domain: DomainOption = None,
    as_json: JsonOption = False,
) -> None:
    """Register a scorer: a Lambda function, or a file that becomes one."""
    is_file = source.endswith(".py")
    chosen = checked_name(name or _name_of(Path(source).stem if is_file else source))
    function = (
        _function_of(Path(source), chosen, role)
        if is_file
        else existing_function(_client("lambda"), source)
    )
    content = scorer_content(chosen, function.arn, from_file=is_file, domain=domain)
    notes = function.notes if is_file else (*function.notes, CONTRACT)
    _show(_register(content), notes, as_json=as_json)


@commands.command("dataset")
def register_dataset(
    source: Annotated[str, typer.Argument(help="An s3:// URI, or a local .jsonl file.")],
    *,
    name: NameOption = None,
    bucket: Annotated[
        str | None, typer.Option(help="Where a local file goes; by default the stack's bucket.")
    ] = None,
    role: Annotated[
        str | None, typer.Option(help="A role that may read it, kept with the dataset: its ARN.")
    ] = None,
    domain: DomainOption = None,
    stack: Annotated[
        str, typer.Option("--stack", envvar="MODELEVAL_STACK", help="The deployed stack's name.")
    ] = DEFAULT_STACK,
    as_json: JsonOption = False,
) -> None:
    """Register a dataset: a JSON Lines file in S3, or a local one that is uploaded."""
    chosen = checked_name(name or _name_of(Path(source).stem))
    if role is not None:
        _check_role(role)
    if source.startswith("s3://"):
        data = data_in_s3(_client("s3"), source)
    else:
        into = bucket or Deployment(stack).services.environment.bucket_name
        data = uploaded_data(_client("s3"), Path(source), name=chosen, bucket=into)
    content = dataset_content(
        chosen, data.bucket, data.key, uploaded=data.uploaded, role=role, domain=domain
    )
    _show(_register(content), (), as_json=as_json)


def _function_of(path: Path, name: str, role: str | None) -> Function:
    package = scorer_package(path)
    if role is None:
        raise ScorerNotUsable(
            "A scorer from a file needs a role to run as in Lambda",
            where=str(path),
            action="Name one with --role: trusted by lambda.amazonaws.com, with "
            "AWSLambdaBasicExecutionRole.",
        )
    _check_role(role)
    return make_function(_client("lambda"), name, package, role)


def _check_role(role: str) -> None:
    if not _ROLE.fullmatch(role):
        raise RegistrationFailed(
            "This is no ARN of a role",
            where=f"--role {role[:200]}",
            action="Write it as arn:aws:iam::<account>:role/<name>.",
        )


def _name_of(source: str) -> str:
    """A hub content name from a file's or function's: letters, digits and single hyphens."""
    arn = re.search(r":function:([^:]+)", source)
    return re.sub(r"[^A-Za-z0-9]+", "-", arn[1] if arn else source).strip("-")[:63].rstrip("-")


def _register(content: Content) -> Registered:
    account = _client("sts").get_caller_identity()["Account"]
    return Registry(_client("sagemaker"), account=account).register(content)


def _client(service: Any) -> Any:
    return boto3.client(service, config=CONFIG)


def _show(registered: Registered, notes: tuple[str, ...], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({**registered._asdict(), "notes": list(notes)}))
        return
    for note in notes:
        console.print(plain(note), soft_wrap=True)
    said = "Registered" if registered.new else "Registered already, nothing changed"
    console.print(f"{said}. In the suite, write:", highlight=False)
    typer.echo(registered.arn)
