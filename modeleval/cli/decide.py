"""`modeleval approve` and `modeleval reject`: a person's word on a run that asks for one."""

from __future__ import annotations

import json
from typing import Annotated, Any

import boto3
import typer

from modeleval.aws import CONFIG
from modeleval.cli.console import make_console
from modeleval.cli.options import DEFAULT_STACK, StackOption
from modeleval.cli.stack import Deployment
from modeleval.errors import DecisionRefused, ServiceRefused

_Run = Annotated[str, typer.Argument(metavar="RUN")]
_Because = Annotated[
    str, typer.Option("--because", help="Why, in a sentence; it stands with the version and run.")
]


def register(app: typer.Typer) -> None:
    """Add the two commands."""

    @app.command()
    def approve(run_id: _Run, because: _Because, stack: StackOption = DEFAULT_STACK) -> None:
        """Approve the model package of a run whose gate could not decide."""
        _tell(decide(Deployment(stack), run_id, "approve", because))

    @app.command()
    def reject(run_id: _Run, because: _Because, stack: StackOption = DEFAULT_STACK) -> None:
        """Reject the model package of a run whose gate could not decide."""
        _tell(decide(Deployment(stack), run_id, "reject", because))


def decide(deployment: Deployment, run_id: str, decision: str, because: str) -> dict[str, Any]:
    """Invoke the deployed function, in the name of whoever calls; its answer.

    Raises DecisionRefused with the function's reason, and ServiceRefused if it broke.
    """
    caller = boto3.client("sts", config=CONFIG).get_caller_identity()["Arn"]
    event = {"runId": run_id, "decision": decision, "because": because, "by": caller}
    answer = boto3.client("lambda", config=CONFIG).invoke(
        FunctionName=deployment.decide_function, Payload=json.dumps(event).encode()
    )
    found = json.loads(answer["Payload"].read())
    if "FunctionError" not in answer:
        return dict(found)
    name, message = str(found.get("errorType")), str(found.get("errorMessage"))
    if name in {"DecisionRefused", "RunNotFound"}:
        raise DecisionRefused(message, action=f"`modeleval show {run_id}` shows the run.")
    raise ServiceRefused(
        f"Whether the decision was taken is not known: {name}: {message[:500]}",
        action="Say it again, which changes nothing that was done; the function's log has more.",
    )


def _tell(answer: dict[str, Any]) -> None:
    make_console().print(f"{answer['modelPackage']} is {answer['status']}.", soft_wrap=True)
