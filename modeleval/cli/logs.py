"""`modeleval logs`: what the functions and state machines wrote about a run, in one stream."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from modeleval.cli.console import make_console, plain
from modeleval.cli.exit_codes import EXIT_CODES
from modeleval.cli.options import DEFAULT_STACK, JsonOption, StackOption, print_json
from modeleval.cli.stack import Deployment
from modeleval.log_lines import LogLine, Logs, first_ms
from modeleval.services import Services
from modeleval.store.items import Run
from modeleval.workflow.timing import timestamp

_EVERY = 5.0
"""Seconds between two looks: each asks every log group, and CloudWatch has a rate limit."""
_LATE_MS = 60_000
"""Lines may be found so long after the moment that they bear."""
_AFTER_END = 30.0
"""Seconds that the last lines of a run may take to be found."""
_SPAN = re.compile(r"(?P<count>\d{1,6})(?P<unit>[smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_USUAL = ("level", "location", "message", "timestamp", "service", "cold_start", "xray_trace_id")
_OF_LAMBDA = ("function_name", "function_memory_size", "function_arn", "function_request_id")


def since_option(value: str | None) -> str | None:
    """An option's callback: a span or a moment, else a usage error."""
    if value is not None:
        try:
            since_ms(value, now=0.0)
        except ValueError:
            raise typer.BadParameter(
                f"{value!r} is no span such as 90s, 15m, 2h, 1d, and no moment such as "
                "2026-11-22T08:00:00Z"
            ) from None
    return value


def since_ms(value: str, *, now: float) -> int:
    """Epoch milliseconds of a span before `now` (seconds), or of an ISO 8601 moment (UTC)."""
    match = _SPAN.fullmatch(value)
    if match:
        return round((now - int(match["count"]) * _UNITS[match["unit"]]) * 1000)
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(epilog=EXIT_CODES)
    def logs(
        run_id: Annotated[str, typer.Argument(metavar="RUN")],
        stack: StackOption = DEFAULT_STACK,
        since: Annotated[
            str | None,
            typer.Option(
                callback=since_option,
                help="Only from so long ago (90s, 15m, 2h, 1d), or from a moment (ISO 8601, UTC).",
            ),
        ] = None,
        follow: Annotated[
            bool, typer.Option("--follow", "-f", help="Go on until the run has ended.")
        ] = False,
        as_json: JsonOption = False,
    ) -> None:
        """Show the log lines of a run's functions and state machines, merged by time."""
        if follow and as_json:
            raise typer.BadParameter("--follow has no end to write one JSON document at")
        services = Deployment(stack).services
        run = services.store.run(run_id)
        begin = first_ms(run) if since is None else since_ms(since, now=time.time())
        found = Logs(services.environment.stack_name)
        if as_json:
            lines = found.lines(run, since_ms=begin)
            print_json({"runId": run_id, "lines": [_document(line) for line in lines]})
            return
        console = make_console()
        told = 0
        for line in (followed if follow else _once)(found, run, services, begin):
            console.print(line_text(line), soft_wrap=True, highlight=False)
            told += 1
        if not told:
            make_console(stderr=True).print(
                "There are no lines: they are kept for a limited time, and appear some seconds "
                "after they were written."
            )


def _once(found: Logs, run: Run, _: Services, begin: int) -> Iterator[LogLine]:
    return found.lines(run, since_ms=begin)


def followed(found: Logs, run: Run, services: Services, begin: int) -> Iterator[LogLine]:
    """Lines as they appear, each once, until some time after the run's end."""
    seen: set[str] = set()
    ended_at: float | None = None
    while True:
        for line in found.lines(run, since_ms=begin):
            if line.event_id not in seen:
                seen.add(line.event_id)
                begin = max(begin, line.time_ms - _LATE_MS)
                yield line
        run = services.store.run(run.run_id)
        if not run.status.ended:
            ended_at = None
        elif ended_at is None:
            ended_at = time.monotonic()
        if ended_at is not None and time.monotonic() - ended_at >= _AFTER_END:
            return
        time.sleep(_EVERY)


def line_text(line: LogLine) -> str:
    """Moment, whose, and what: of JSON the message and what else it names, without the usual."""
    moment = timestamp(line.time_ms / 1000)
    if isinstance(line.message, str):
        return f"{moment} [bold]{plain(line.source)}[/bold] {plain(line.message)}"
    level, what, rest = _parts(line.message)
    colour = {"ERROR": "red", "CRITICAL": "red", "WARNING": "yellow"}.get(level)
    shown = f"[{colour}]{level}[/{colour}] " if colour else ""
    more = " ".join(f"{name}={json.dumps(value)}" for name, value in rest.items())
    return f"{moment} [bold]{plain(line.source)}[/bold] {shown}{plain(what)} {plain(more)}".rstrip()


def _parts(message: Mapping[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """Level, text, and the other members of a function's or a state machine's line."""
    details = message.get("details")
    if "type" in message and isinstance(details, dict):
        state = details.get("name") or ""
        names = {key: details[key] for key in ("error",) if key in details}
        execution = str(message.get("execution_arn", "")).rsplit(":", 1)[-1]
        return "", f"{message['type']} {state}".strip(), {**names, "execution": execution}
    hidden = {*_USUAL, *_OF_LAMBDA}
    rest = {key: value for key, value in message.items() if key not in hidden}
    return str(message.get("level", "")), str(message.get("message", "")), rest


def _document(line: LogLine) -> dict[str, Any]:
    return {
        "time": timestamp(line.time_ms / 1000),
        "source": line.source,
        "message": line.message,
    }
