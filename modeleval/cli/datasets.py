"""`modeleval validate`, `peek` and `convert`: datasets before a run has them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from modeleval.cli.console import make_console, plain
from modeleval.cli.dataset_files import DatasetFile, dataset_file
from modeleval.cli.dataset_output import replacing
from modeleval.cli.dataset_views import (
    show_conversion,
    show_peek,
    show_problems,
    show_report,
    watched,
)
from modeleval.cli.exit_codes import EXIT_CODES, ExitCode
from modeleval.cli.options import JsonOption, one_of, print_json
from modeleval.datasets.checking import CHECKS, CheckOptions, is_live, kind_for
from modeleval.datasets.convert.conversion import Conversion, ConvertOptions, convert, refusal
from modeleval.datasets.detect import HEAD_BYTES, Detected, detect
from modeleval.datasets.formats import FORMATS, JUDGE
from modeleval.datasets.peek import peek
from modeleval.errors import DatasetInvalid, SuiteInvalid
from modeleval.kinds.protocol import MOST_JOBS

_SOURCE_HELP = "A local file, or an s3:// URI, read with your own credentials."
_TARGETS = {found.name: found for found in FORMATS if found.write is not None}
SourceArgument = Annotated[str, typer.Argument(metavar="FILE_OR_S3_URI", help=_SOURCE_HELP)]


class Answers(StrEnum):
    REFERENCES = "references"
    RESPONSES = "responses"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("validate", epilog=EXIT_CODES)(validate_dataset)
    app.command("peek", epilog=EXIT_CODES)(peek_dataset)
    app.command("convert", epilog=EXIT_CODES)(convert_dataset)


def validate_dataset(  # noqa: PLR0917 - options are named on the command line
    source: SourceArgument,
    kind: Annotated[
        str | None,
        typer.Option(
            callback=one_of(CHECKS),
            metavar="KIND",
            help=f"For which kind; by default what it looks like. One of {', '.join(CHECKS)}.",
        ),
    ] = None,
    identifier: Annotated[
        list[str] | None,
        typer.Option(help="Whose responses they must be; twice where people compare two sources."),
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(help="A built-in metric that will be asked for; may be repeated."),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="The service asks for responses while the job runs.")
    ] = False,
    cluster_field: Annotated[
        str | None, typer.Option(help="The field that names each record's cluster.")
    ] = None,
    key_field: Annotated[
        str | None, typer.Option(help="The field that names each record, as keyField in the suite.")
    ] = None,
    keep_thinking: Annotated[
        bool, typer.Option("--keep-thinking", help="As keepThinking in the suite.")
    ] = False,
    allow_long_prompts: Annotated[
        bool, typer.Option("--allow-long-prompts", help="As allowLongPrompts in the suite.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Validate a dataset line by line, as a run does before anything is paid for."""
    file = dataset_file(source)
    head = _head(file)
    looks = _json_lines(file, head, known=kind is None)
    if kind is None:
        kind = kind_for(looks.format, head) if looks.format else JUDGE
    named = tuple(identifier or ())
    options = CheckOptions(
        source=file.name,
        metrics=tuple(metric or ()),
        identifiers=named,
        live=CHECKS[kind].sources > 0 and (live or is_live(looks.format, named)),
        keep_thinking=keep_thinking,
        allow_long_prompts=allow_long_prompts,
        cluster_field=cluster_field,
        key_field=key_field,
        jobs=MOST_JOBS,
    )
    _check_usage(kind, options, live=live)
    report = CHECKS[kind].run(watched(file), options)
    jobs = CHECKS[kind].jobs_for(report.judged)
    if as_json:
        beside = {"valid": not report.problem_count, "kind": kind, "looks": looks.said}
        print_json({**beside, "jobs": jobs, **report.to_document()})
    else:
        console = make_console()
        heading = _heading(file, looks, kind, live=options.live)
        console.print(heading, highlight=False, soft_wrap=True)
        show_report(console, report)
        if jobs > 1 and not report.problem_count:
            console.print(f"A run evaluates it in {jobs:,} jobs.", highlight=False)
    if report.problem_count:
        raise typer.Exit(ExitCode.ERROR)


def _check_usage(kind: str, options: CheckOptions, *, live: bool) -> None:
    """Refuse options that say nothing of that kind, or contradict one another."""
    check = CHECKS[kind]
    if not check.sources and (live or options.identifiers):
        raise typer.BadParameter(f"{kind} takes no responses: leave --live and --identifier out")
    if live and options.identifiers:
        raise typer.BadParameter("--live expects no responses, and --identifier names their source")
    if len(options.identifiers) > check.sources:
        raise typer.BadParameter(f"{kind} takes at most {check.sources} --identifier")
    for name in options.metrics:
        if check.metric is None:
            raise typer.BadParameter(f"{kind} has no built-in metrics: leave --metric out")
        try:
            check.metric(name)
        except SuiteInvalid as error:
            raise typer.BadParameter(str(error)) from None


def peek_dataset(
    source: SourceArgument,
    show_text: Annotated[
        bool, typer.Option("--show-text", help="Show the first records, cut to 300 characters.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Look at a dataset by some of its bytes: format, fields, lengths, what it can be used for."""
    file = dataset_file(source)
    found = peek(file.size, file.read)
    if as_json:
        print_json({"source": file.name, **found.to_document(texts=show_text)})
    else:
        show_peek(make_console(), found, texts=show_text)


def convert_dataset(  # noqa: PLR0917 - options are named on the command line
    source: Annotated[str, typer.Argument(metavar="IN", help=_SOURCE_HELP)],
    output: Annotated[Path, typer.Argument(metavar="OUT", help="A local file.")],
    to: Annotated[
        str,
        typer.Option(
            "--to",
            callback=one_of(_TARGETS),
            metavar="FORMAT",
            help=f"One of {', '.join(_TARGETS)}.",
        ),
    ],
    identifier: Annotated[
        str | None,
        typer.Option(help="To bedrock-responses: whose responses the answers are, or are taken."),
    ] = None,
    answers: Annotated[
        Answers, typer.Option(help="Of precomputed responses: what becomes the one answer.")
    ] = Answers.REFERENCES,
    keep: Annotated[
        list[str] | None, typer.Option(help="Another field to copy as it is; may be repeated.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace OUT if it is there; never IN.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Convert a dataset to another format, and say what that has no room for."""
    file = dataset_file(source)
    options = ConvertOptions(
        to=_TARGETS[to],
        identifier=identifier,
        answer_with_responses=answers is Answers.RESPONSES,
        keep=tuple(keep or ()),
    )
    done = _converted(source, file, output, options, force=force)
    if as_json:
        print_json({"source": file.name, "output": str(output), "to": to, **_document(done)})
    elif done.problem_count:
        show_problems(make_console(), done.problems, done.problem_count)
    else:
        show_conversion(make_console(), done, said=f"as {options.to.title} in {output}")
    if done.problem_count:
        raise typer.Exit(ExitCode.ERROR)


def _converted(
    source: str, file: DatasetFile, output: Path, options: ConvertOptions, *, force: bool
) -> Conversion:
    """Convert the file; what is no whole conversion is not written."""
    looks = _json_lines(file, _head(file), known=True)
    assert looks.format is not None  # noqa: S101 - `known` asks for it
    refused = refusal(looks.format, options)
    if refused:
        raise typer.BadParameter(refused)
    with replacing(output, source=source, force=force) as target:
        done = convert(watched(file), looks.format, options, target.file)
        if done.problem_count:
            return done
        if not done.written:
            raise DatasetInvalid(
                f"None of {done.read:,} records can be written as {options.to.title}",
                where=file.name,
                action="; ".join(f"{left.records:,}: {left.why}" for left in done.left_records),
            )
        target.keep()
    return done


def _document(done: Conversion) -> dict[str, Any]:
    return {
        "read": done.read,
        "written": 0 if done.problem_count else done.written,
        "leftFields": done.left_fields,
        "leftRecords": [left._asdict() for left in done.left_records],
        "folded": done.folded,
        "problems": [vars(problem) for problem in done.problems],
        "problemCount": done.problem_count,
    }


def _head(file: DatasetFile) -> bytes:
    return file.read(0, HEAD_BYTES) if file.size else b""


def _json_lines(file: DatasetFile, head: bytes, *, known: bool) -> Detected:
    """What the file looks like; DatasetInvalid if it is no JSON Lines, or of no `known` format."""
    looks = detect(head)
    if not looks.lines or (known and looks.format is None):
        raise DatasetInvalid(f"The file {looks.said}", where=file.name, action=f"{looks.action}.")
    return looks


def _heading(file: DatasetFile, looks: Detected, kind: str, *, live: bool) -> str:
    name = f"{kind}, live" if live else kind
    return f"{plain(file.name)} {plain(looks.said)}; validated for {name}"
