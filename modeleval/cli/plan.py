"""`modeleval plan`: what a run of a suite would do, without starting or keeping anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import boto3
import typer

from modeleval.aws import CONFIG
from modeleval.cli.console import make_console
from modeleval.cli.deployed_code import DeployedCode
from modeleval.cli.needs_scipy import import_statistics
from modeleval.cli.options import (
    DEFAULT_STACK,
    ApprovedOption,
    JsonOption,
    ModelOption,
    SampleOption,
    StackOption,
    SuiteArgument,
    print_json,
)
from modeleval.cli.plan_document import plan_document, requests_of
from modeleval.cli.plan_views import show_plan
from modeleval.cli.stack import Deployment
from modeleval.cli.start import execution_input, suite_input
from modeleval.services import Services
from modeleval.workflow.draft_services import draft_services, local_files

if TYPE_CHECKING:
    from modeleval.workflow.draft import Draft

_EXIT_CODES = (
    "Exit codes: 0 a run would begin its jobs; 1 it would be refused, or another error; 2 wrong "
    "usage; 130 interrupted."
)


class _Planner(NamedTuple):
    draft: Callable[[Mapping[str, Any], Services, Path], Draft]
    run_id: str


def plan(  # noqa: PLR0917 - options are named on the command line
    suite: SuiteArgument,
    stack: StackOption = DEFAULT_STACK,
    model: ModelOption = None,
    approved: ApprovedOption = False,
    sample: SampleOption = None,
    requests: Annotated[
        bool, typer.Option("--requests", help="Show the requests to AWS, too, as JSON.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what a run would do: its model, jobs, requests, cost and time. Nothing is started.

    What a run would refuse is refused here, by the same checks, with the same error.
    """
    planner, document = _planner(), suite_input(suite)
    asked = execution_input(document, model=model, approved=approved, sample=sample)
    with TemporaryDirectory(prefix="modeleval-plan-") as name, _busy():
        folder = Path(name)
        code = _deployed_code(Deployment(stack))
        suites = code.write_suites(folder) if _is_deployed(document) else folder
        beside = Path(suite).parent if isinstance(document, dict) else None
        services = draft_services(
            Services(code.environment), run_id=planner.run_id, folder=folder, beside=beside
        )
        draft = planner.draft(asked, services, suites)
        files = local_files(services)
    if as_json:
        print_json(plan_document(draft, files))
        return
    show_plan(make_console(), draft, files, services.environment.bucket_name)
    if requests:
        print_json(requests_of(draft))


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("plan", epilog=_EXIT_CODES)(plan)


def _is_deployed(document: Any) -> bool:
    return isinstance(document, str) and not document.startswith("s3://")


def _deployed_code(deployment: Deployment) -> DeployedCode:
    """Of the function whose name the stack has among its outputs."""
    client: Any = boto3.client("lambda", config=CONFIG)
    return DeployedCode(deployment.decide_function, client)


def _busy() -> Any:
    """Something to look at while a dataset is read; on standard error, on a terminal alone."""
    return make_console(stderr=True).status("Planning")


def _planner() -> _Planner:
    """Imported when it is needed: what records can decide is told by scipy."""
    module = import_statistics("modeleval.workflow.draft", what="Planning a run")
    return _Planner(module.draft_run, module.DRAFT_RUN)
