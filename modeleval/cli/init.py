"""`modeleval init`: from what is to be evaluated to a suite, by questions or by options."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from modeleval.cli.console import make_console, plain, prose
from modeleval.cli.dataset_output import replacing
from modeleval.cli.exit_codes import EXIT_CODES
from modeleval.cli.init_around import Here
from modeleval.cli.init_outcome import Outcome, next_commands, upload, written
from modeleval.cli.init_talk import confirmed, interrupted, talk
from modeleval.cli.options import DEFAULT_STACK, JsonOption, StackOption, print_json
from modeleval.init.document import suite_document, suite_text
from modeleval.init.protocol import Draft
from modeleval.init.questions.accepting import ACCEPTANCE
from modeleval.init.state import FILE, read_state
from modeleval.init.tasks import TASKS
from modeleval.suite.document import parse_suite
from modeleval.suite.source import parse_text

_TASKS = f"What is evaluated: {', '.join(TASKS)}."
Text = str | None


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init", epilog=EXIT_CODES)(init)


def init(  # noqa: PLR0917 - options are named on the command line
    context: typer.Context,
    output: Annotated[
        Path | None, typer.Argument(metavar="[SUITE]", help="The file; by default <name>.yaml.")
    ] = None,
    task: Annotated[Text, typer.Option(metavar="TASK", help=_TASKS)] = None,
    region: Annotated[Text, typer.Option(help="The stack's Region; by default yours.")] = None,
    name: Annotated[Text, typer.Option(help="The suite's name.")] = None,
    dataset: Annotated[Text, typer.Option(help="A local JSON Lines file, or an s3:// URI.")] = None,
    convert: Annotated[
        Text, typer.Option(metavar="FORMAT[=IDENTIFIER]", help="Make a copy in this format.")
    ] = None,
    identifier: Annotated[
        list[str] | None, typer.Option(help="Whose responses they are; twice for people.")
    ] = None,
    generator: Annotated[Text, typer.Option(help="The Bedrock model that is asked.")] = None,
    knowledge_base: Annotated[Text, typer.Option(help="The knowledge base that is asked.")] = None,
    benchmark: Annotated[Text, typer.Option(help="The benchmark.")] = None,
    subtasks: Annotated[
        list[str] | None, typer.Option(help="A subtask of it; may be repeated. All by default.")
    ] = None,
    scorer: Annotated[Text, typer.Option(help="prime_math, prime_code, or an ARN.")] = None,
    flow_definition: Annotated[Text, typer.Option(help="People's workflow: its ARN.")] = None,
    model: Annotated[
        Text, typer.Option("--model", "-m", help="The model package, group or JumpStart model.")
    ] = None,
    custom_metrics: Annotated[Text, typer.Option(help="A JSON file of custom metrics.")] = None,
    system_prompt: Annotated[
        Text, typer.Option(help="A text file: metrics are proposed from its rules.")
    ] = None,
    rules: Annotated[
        Text, typer.Option(help="Which of the proposed rules: all, none, or numbers as in 1,3.")
    ] = None,
    metrics: Annotated[
        list[str] | None, typer.Option(help="A metric; may be repeated. A proposal by default.")
    ] = None,
    judge: Annotated[Text, typer.Option(help="The model that judges.")] = None,
    max_usd: Annotated[Text, typer.Option(help="What a run may cost, or none; else 5.")] = None,
    accept_bedrock_terms: Annotated[
        bool, typer.Option("--accept-bedrock-terms", help="I accept the terms that are shown.")
    ] = False,
    accept_eula: Annotated[
        bool, typer.Option("--accept-eula", help="I accept the licence of the base model.")
    ] = False,
    do_upload: Annotated[
        bool | None, typer.Option("--upload/--no-upload", help="Upload a local dataset.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask whether to write it.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the suite's file, and the uploaded dataset.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask nothing of AWS.")] = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: JsonOption = False,
) -> None:
    """Make a suite: answer one question after the other, or give the answers as options.

    Nothing is written before the whole set-up was shown and you said yes (--yes). Off a terminal
    every answer without a default must be given. What a workflow_state.json here knows is offered.
    """
    given: dict[str, str | None] = {
        "task": task,
        "region": region,
        "name": name,
        "dataset": dataset,
        "convert": convert,
        "identifier": _joined(identifier),
        "generator": generator,
        "knowledge-base": knowledge_base,
        "benchmark": benchmark,
        "subtasks": _joined(subtasks),
        "scorer": scorer,
        "flow-definition": flow_definition,
        "model": model,
        "custom-metrics": custom_metrics,
        "system-prompt": system_prompt,
        "rules": rules,
        "metrics": _joined(metrics),
        "judge": judge,
        "max-usd": max_usd,
        "accept-bedrock-terms": ACCEPTANCE if accept_bedrock_terms else None,
        "accept-eula": ACCEPTANCE if accept_eula else None,
    }
    answers = {option: text.strip() for option, text in given.items() if text is not None}
    console = make_console(stderr=as_json)
    asks = on_terminal()
    if output is not None:
        _check_free(output, force=force)
    state = read_state(Path.cwd())
    if any(state):
        console.print(f"What {FILE} knows is offered as the answer.", highlight=False)
    with TemporaryDirectory(prefix="modeleval-init-") as folder:
        here = Here(stack, state, Path(folder), offline=offline)
        draft = talk(here, answers, console, asks=asks)
        path = output or Path(f"{draft.name}.yaml")
        _check_free(path, force=force)
        text = _checked_text(draft, path)
        if do_upload and draft.is_local and here.bucket is None:
            raise typer.BadParameter("--upload needs a stack that is reached")
        _agree(console, draft, path, text, asks=asks, yes=yes)
        kept = written(path, text, draft, force=force)
    if kept is not None:
        draft.source = str(kept)
    uploaded = _upload(console, draft, here, asks=asks, wanted=do_upload, force=force)
    beside = ["--local"] if context.find_root().params.get("local") else []
    beside += ["--stack", stack] if stack != DEFAULT_STACK else []
    commands = next_commands(path, draft, here, beside, uploaded)
    outcome = Outcome(path, draft, uploaded, commands)
    if as_json:
        print_json(outcome.to_document(parse_text(text.encode(), source=str(path))))
        return
    console.print(f"\nWritten: {plain(str(path))}. Next:", highlight=False, soft_wrap=True)
    for command in outcome.commands:
        console.print(f"  {plain(command)}", highlight=False, soft_wrap=True)


def on_terminal() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()


def _joined(values: Iterable[str] | None) -> str | None:
    return ", ".join(values) if values else None


def _check_free(path: Path, *, force: bool) -> None:
    """Raise BadParameter for a place that may not be written, before anything is asked."""
    if path.suffix not in (".yaml", ".yml"):
        raise typer.BadParameter(f"{path}: a suite is written as YAML; end its name in .yaml")
    with replacing(path, source="s3://", force=force):
        pass


def _checked_text(draft: Draft, path: Path) -> str:
    """The suite as it will be written, read again by the parser that runs use."""
    text = suite_text(suite_document(draft))
    parse_suite(parse_text(text.encode(), source=str(path)), source=str(path))
    return text


def _agree(console: Console, draft: Draft, path: Path, text: str, *, asks: bool, yes: bool) -> None:
    """Show the whole, and go on only with a yes."""
    console.print("\n[bold]The suite[/bold]")
    console.print(prose(text), highlight=False, soft_wrap=True)
    about = [f"Region {draft.region}"]
    about += [f"for the model {draft.model}"] if draft.model else []
    about += [f"with a converted dataset, {draft.converted.name}"] if draft.converted else []
    console.print(plain(", ".join(about)) + ".", highlight=False, soft_wrap=True)
    if yes:
        return
    if not asks:
        raise typer.BadParameter("there is no terminal to ask on; --yes writes the suite")
    if not confirmed(f"Write it to {shlex.quote(str(path))}?", console):
        interrupted()


def _upload(
    console: Console,
    draft: Draft,
    here: Here,
    *,
    asks: bool,
    wanted: bool | None,
    force: bool,
) -> str | None:
    """Upload a local dataset to the stack's bucket, if that is wanted; its URI."""
    if not draft.is_local or here.bucket is None:
        return None
    uri = f"s3://{here.bucket}/{draft.dataset}"
    if wanted is None:
        wanted = asks and confirmed(f"Upload {draft.source} to {uri}?", console)
    if not wanted:
        return None
    upload(Path(str(draft.source)), here.bucket, str(draft.dataset), force=force)
    console.print(f"Uploaded to {plain(uri)}", highlight=False, soft_wrap=True)
    return uri
