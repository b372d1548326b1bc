"""Looking at a dataset, and checking it as a run will, for the question that names it."""

from __future__ import annotations

from modeleval.datasets.checking import CHECKS, CheckOptions
from modeleval.datasets.convert.conversion import ConvertOptions, convert, refusal
from modeleval.datasets.formats import FORMATS, LIVE, DatasetFormat
from modeleval.datasets.peek import Peek, peek
from modeleval.init.protocol import Around, DataFile, WrongAnswer, format_of
from modeleval.kinds.protocol import MOST_JOBS

_SHOWN = 5


def looked_at(file: DataFile, kind: str) -> Peek:
    """What the file is like; raises WrongAnswer for one that the kind has no use for."""
    found = peek(file.size, file.read)
    form = format_of(found)
    if form is None:
        raise WrongAnswer(f"{file.name} {found.looks}. {found.action}.")
    if kind not in form.kinds and not targets(form, kind):
        taken = "; ".join(one.title for one in FORMATS if kind in one.kinds)
        raise WrongAnswer(
            f"{file.name} {found.looks}, which {kind} does not take, and which cannot be converted "
            f"to what it does: {taken}. Name another file."
        )
    return found


def targets(form: DatasetFormat, kind: str) -> tuple[DatasetFormat, ...]:
    """The formats of the kind that this one can be converted to, with an identifier or without."""
    return tuple(
        to
        for to in FORMATS
        if kind in to.kinds
        and any(
            refusal(form, ConvertOptions(to=to, identifier=name)) is None for name in (None, "x")
        )
    )


def check(
    file: DataFile, kind: str, look: Peek | None, *, identifiers: tuple[str, ...] = ()
) -> str:
    """Check every line as a run will; what was found, or WrongAnswer with the first problems."""
    known = CHECKS[kind]
    options = CheckOptions(
        source=file.name,
        identifiers=identifiers[: known.sources],
        live=known.sources > 0 and format_of(look) in LIVE,
        jobs=MOST_JOBS,
    )
    report = known.run(file.chunks(), options)
    if report.problem_count:
        problems = [f"- {problem}" for problem in report.problems[:_SHOWN]]
        more = report.problem_count - sum(one.count for one in report.problems[:_SHOWN])
        if more > 0:
            problems.append(f"- and {more:,} more; `modeleval validate` lists them")
        listed = "\n".join(problems)
        raise WrongAnswer(
            f"{file.name} is not valid for {kind}:\n{listed}\nCorrect it, or name another file."
        )
    records = f"{report.judged:,} record" + ("" if report.judged == 1 else "s")
    return f"Valid: {records} for {kind}."


def converted(
    file: DataFile, form: DatasetFormat, to: DatasetFormat, identifier: str | None, around: Around
) -> DataFile:
    """The file in another format, in the scratch folder; raises WrongAnswer where it cannot be."""
    options = ConvertOptions(to=to, identifier=identifier)
    refused = refusal(form, options)
    if refused:
        raise WrongAnswer(f"{refused}.")
    stem = file.name.rpartition("/")[2].removesuffix(".jsonl").removesuffix(".json")
    path = around.scratch(f"{stem}-{to.name}.jsonl")
    with path.open("wb") as out:
        done = convert(file.chunks(), form, options, out)
    if done.problem_count or not done.written:
        raise WrongAnswer(
            f"{done.problem_count:,} problems, and {done.written:,} of {done.read:,} records "
            "could be written. `modeleval convert` lists why; or name another file."
        )
    return around.open(str(path))
