"""`modeleval download`: the files of a run, from S3 into a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from modeleval.artifacts import kept_prefix, run_prefix
from modeleval.cli.console import make_console, plain
from modeleval.cli.exit_codes import EXIT_CODES
from modeleval.cli.options import DEFAULT_STACK, JsonOption, StackOption, print_json
from modeleval.cli.stack import Deployment
from modeleval.errors import DownloadRefused
from modeleval.objects import Objects
from modeleval.whole_file import whole_file

_SHOWN = 5


class RunFile(NamedTuple):
    """One object of a run, and where it goes, below the folder."""

    key: str
    name: str

    @property
    def what(self) -> str:
        """What it belongs to: `suite`, `inputs`, `outputs`, `scores`, `summary` and so on."""
        first = self.name.partition("/")[0]
        return first if "/" in self.name else first.partition(".")[0]


class Downloaded(NamedTuple):
    folder: Path
    files: Sequence[RunFile]
    bytes: int


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(epilog=EXIT_CODES)
    def download(  # noqa: PLR0917 - options are named on the command line
        run_id: Annotated[str, typer.Argument(metavar="RUN")],
        folder: Annotated[
            Path | None, typer.Argument(metavar="[DIR]", help="By default one named as the run.")
        ] = None,
        stack: StackOption = DEFAULT_STACK,
        what: Annotated[
            list[str] | None,
            typer.Option(
                help="Only these: suite, inputs, index, validation, outputs, scores, summary. "
                "May be repeated."
            ),
        ] = None,
        force: Annotated[
            bool, typer.Option("--force", help="Replace files that are there.")
        ] = False,
        as_json: JsonOption = False,
    ) -> None:
        """Download a run's files. Inputs and outputs hold the prompts and responses."""
        services = Deployment(stack).services
        services.store.run(run_id)
        target = folder or Path(run_id)
        files = chosen(run_files(run_id, services.objects), what or (), run_id)
        console = make_console(stderr=as_json)
        found = fetch(console, services.objects, files, target, force=force)
        if as_json:
            print_json(_document(run_id, found))
        else:
            text = f"{len(files)} files, {found.bytes:,} bytes, are in {plain(str(target))}"
            console.print(text, soft_wrap=True, highlight=False)


def run_files(run_id: str, objects: Objects) -> list[RunFile]:
    """What there is of a run: its own files, or once they expired what was kept of them."""
    for prefix in (run_prefix(run_id), kept_prefix(run_id)):
        found = [RunFile(key, key.removeprefix(prefix)) for key in objects.keys(prefix)]
        if found:
            return found
    raise DownloadRefused(
        f"There are no files of run {run_id}",
        action="They have expired (retentionDays in the settings), or it ended before it had any.",
    )


def chosen(files: Sequence[RunFile], what: Sequence[str], run_id: str) -> list[RunFile]:
    """Those that were asked for; raises DownloadRefused for a word that none of them is."""
    there = sorted({file.what for file in files})
    for word in what:
        if word not in there:
            raise DownloadRefused(
                f"Run {run_id} has no files of that kind",
                where=f"--what {word}",
                action=f"It has {', '.join(there)}.",
            )
    return [file for file in files if not what or file.what in what]


def fetch(
    console: Console,
    objects: Objects,
    files: Sequence[RunFile],
    folder: Path,
    *,
    force: bool = False,
) -> Downloaded:
    """Write the files below the folder; raises DownloadRefused before the first one is written."""
    targets = [_target(folder, file) for file in files]
    _check_free(folder, targets, force=force)
    total = 0
    with _progress(console, len(files)) as progress:
        for file, target in zip(files, targets, strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            total += _write(objects, file.key, target)
            progress(total)
    return Downloaded(folder, files, total)


def _target(folder: Path, file: RunFile) -> Path:
    """Where a file goes; a key that leads out of the folder is refused."""
    parts = PurePosixPath(file.name).parts
    if not parts or ".." in parts or PurePosixPath(file.name).is_absolute() or "\\" in file.name:
        raise DownloadRefused(
            "A key of the run leads out of the folder",
            where=file.key,
            action="modeleval writes no such key; see in S3 what it is.",
        )
    return folder.joinpath(*parts)


def _check_free(folder: Path, targets: Sequence[Path], *, force: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise DownloadRefused("This is a file", where=str(folder), action="Name a folder.")
    taken = [target for target in targets if target.exists()]
    if taken and not force:
        some = ", ".join(str(one.relative_to(folder)) for one in taken[:_SHOWN])
        more = f" and {len(taken) - _SHOWN} more" if len(taken) > _SHOWN else ""
        raise DownloadRefused(
            f"These files are there already: {some}{more}",
            where=str(folder),
            action="Name another folder, or replace them with --force.",
        )


def _write(objects: Objects, key: str, target: Path) -> int:
    """Stream one object to a file, which appears when it is whole; its bytes."""
    with whole_file(target) as part, part.open("wb") as file:
        for chunk in objects.open(key).chunks:
            file.write(chunk)
        return file.tell()


@contextmanager
def _progress(console: Console, files: int) -> Iterator[Any]:
    """A bar on a terminal, and nothing elsewhere; called with the bytes after each file."""
    if not console.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn("Downloading"), BarColumn(), MofNCompleteColumn(), TextColumn("files"))
    with Progress(
        *columns, TextColumn("{task.fields[size]}"), console=console, transient=True
    ) as bar:
        task = bar.add_task("files", total=files, size="")
        yield lambda size: bar.update(task, advance=1, size=f"{size:,} bytes")


def _document(run_id: str, found: Downloaded) -> dict[str, Any]:
    return {
        "runId": run_id,
        "folder": str(found.folder),
        "bytes": found.bytes,
        "files": [file.name for file in found.files],
    }
