"""The services of a draft: a run that is planned with the steps' own code, and leaves nothing.

What the steps write of the run goes to memory and a local folder, and is read from there; all else
is read from AWS. A store or bucket of a draft has no way to write to the stack's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, cast

from modeleval.artifacts import run_prefix
from modeleval.errors import DatasetNotFound
from modeleval.objects import CHUNK, ObjectChanged, ObjectMissing, Objects, SourceObject
from modeleval.services import Services
from modeleval.store.batches import Batch
from modeleval.store.items import Job, Run, Score, to_dynamodb
from modeleval.store.table import RunStore

_OF_THE_DISK = ("./", "../")
NEW_ARTIFACT = "<the lineage artifact of the model package, made by its first evaluation>"


class DraftStore:
    """A store with one more run, of which the stack's table knows nothing.

    It has the calls that the steps before the jobs make, and no others.
    """

    def __init__(self, real: RunStore, run_id: str) -> None:
        self._real = real
        self._run_id = run_id
        self._run: Run | None = None
        self._jobs: list[Job] = []
        self._batches: list[Batch] = []
        self._sources: dict[tuple[int, int], str] = {}

    def create_run(self, run: Run) -> Run:
        self._run = self._run or run
        return self._run

    def run(self, run_id: str) -> Run:
        return self._run if self._run and run_id == self._run_id else self._real.run(run_id)

    def update_run(self, run_id: str, **fields: Any) -> None:
        self._run = Run.from_item(self.run(run_id).to_item() | dict(to_dynamodb(fields)))

    def name_run(self, run_id: str, suite: str) -> None:
        self.update_run(run_id, suite=suite)

    def pin_source(self, run_id: str, evaluation: int, etag: str, *, candidate: int = 0) -> str:  # noqa: ARG002
        return self._sources.setdefault((evaluation, candidate), etag)

    def reserve(
        self,
        key: dict[str, str],
        name: str,  # noqa: ARG002
        usd: Decimal,
        limit: Decimal,
    ) -> Decimal | None:
        """As a store answers, without reserving."""
        total = self._real.reserved(key)
        return None if total + usd <= limit else total

    def create_jobs(self, jobs: Sequence[Job]) -> None:
        # As the table gives them back: numbers as decimals.
        self._jobs = [Job.from_item(job.to_item()) for job in jobs]

    def create_batches(self, planned: Sequence[Batch]) -> None:
        self._batches = [*planned]

    def batches(self, run_id: str) -> list[Batch]:
        return self._batches if run_id == self._run_id else self._real.batches(run_id)

    def jobs(self, run_id: str) -> list[Job]:
        return self._jobs if run_id == self._run_id else self._real.jobs(run_id)

    def runs_of(self, suite: str) -> Iterator[Run]:
        return self._real.runs_of(suite)

    def scores(self, run_id: str) -> list[Score]:
        return self._real.scores(run_id)

    def result(self, digest: str) -> tuple[str, int] | None:
        return self._real.result(digest)


class DraftObjects(Objects):
    """A bucket with one more run's files, which lie in a local folder.

    A key of the stack's bucket that begins with `./` or `../` is a file beside the suite's, if the
    suite is one (`beside`); `local_files` are those that were read.
    """

    def __init__(self, real: Objects, folder: Path, run_id: str, beside: Path | None) -> None:
        self.bucket = real.bucket
        self._real = real
        self._folder = folder
        self._own = run_prefix(run_id)
        self._beside = beside
        self.local_files: dict[str, Path] = {}

    def open(
        self,
        key: str,
        *,
        bucket: str | None = None,
        owner: str | None = None,
        etag: str | None = None,
    ) -> SourceObject:
        path = self._local(key) if bucket in (None, self.bucket) else None
        if path is None:
            return self._real.open(key, bucket=bucket, owner=owner, etag=etag)
        if not path.is_file():
            raise DatasetNotFound(
                "There is no such file", where=str(path), action="Correct its name in the suite."
            )
        state = path.stat()
        found = f"{state.st_mtime_ns}-{state.st_size}"
        if etag not in (None, found):
            raise ObjectChanged(key)
        return SourceObject(_chunks(path), None, found, state.st_size)

    def _local(self, key: str) -> Path | None:
        """Where a key of the stack's bucket lies on the disk, if it does."""
        if key.startswith(self._own):
            return self._folder / key
        if self._beside is None or not key.startswith(_OF_THE_DISK):
            return None
        self.local_files[key] = self._beside / key
        return self.local_files[key]

    def lines(self, key: str) -> Iterator[bytes]:
        if not key.startswith(self._own):
            yield from self._real.lines(key)
            return
        with self.path(key).open("rb") as file:
            yield from (line.rstrip(b"\n") for line in file if line.strip())

    def path(self, key: str) -> Path:
        """The file of a key of the draft's own run; raises ObjectMissing."""
        found = self._folder / key
        if not key.startswith(self._own) or not found.is_file():
            raise ObjectMissing(key)
        return found

    def exists(self, key: str) -> bool:
        return self._real.exists(key)

    def keys(self, prefix: str) -> Iterator[str]:
        return self._real.keys(prefix)

    def write(self, key: str, data: bytes, *, content_type: str | None = None) -> None:  # noqa: ARG002
        with self.writer(key) as file:
            file.write(data)

    def write_new_json(self, key: str, document: object) -> bool:
        self.write_json(key, document)
        return True

    @contextmanager
    def writer(self, key: str) -> Iterator[BinaryIO]:
        if not key.startswith(self._own):
            raise ValueError("a draft writes nothing but its own run's files")
        path = self._folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            yield file

    def copy(self, key: str, to: str) -> None:
        """What a run would keep of its baseline's files stays where it is."""


class _DraftPromotions:
    def keep(self, run_id: str, why: str) -> None:
        """A run would keep what it is compared with; its draft does not."""


class _DraftLineage:
    def __init__(self, real: Services) -> None:
        self._real = real

    def model_artifact(self, package_arn: str) -> str:
        """A run's first job would create it."""
        return self._real.lineage.find(package_arn) or NEW_ARTIFACT


_READ = frozenset(
    {
        "environment",
        "evaluation_jobs",
        "flow_definitions",
        "hub",
        "knowledge_bases",
        "model_registry",
        "models",
        "now",
        "region",
        "resolver",
        "scorer_functions",
        "settings",
        "target_clients",
    }
)
"""What the steps before the jobs read by; a draft has no other of the stack's services."""


class _DraftServices:
    """The stack's services, but for what writes."""

    def __init__(self, real: Services, store: DraftStore, objects: DraftObjects) -> None:
        self._real = real
        self.store = store
        self.objects = objects
        self.promotions = _DraftPromotions()
        self.lineage = _DraftLineage(real)

    def __getattr__(self, name: str) -> Any:
        if name not in _READ:
            raise AttributeError(f"a draft has no {name}")
        return getattr(self._real, name)


def draft_services(
    real: Services, *, run_id: str, folder: Path, beside: Path | None = None
) -> Services:
    """Services that keep what is written of the run `run_id` in `folder`, and write nothing else.

    beside: the folder of a suite that is a local file; its datasets may lie there.
    """
    store = DraftStore(real.store, run_id)
    objects = DraftObjects(real.objects, folder, run_id, beside)
    return cast("Services", _DraftServices(real, store, objects))


def local_files(services: Services) -> Mapping[str, Path]:
    """Which files of the disk a draft has read in the place of the bucket's, by their keys."""
    return cast("DraftObjects", services.objects).local_files


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
