"""A run that asks many services, started by a new model version, and what became of it."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collecting_world import MODEL
from deployed_names import BATCH_SCORER, WORKFLOW
from deployed_world import JUDGE, DeployedWorld
from function_scorer_runs import make_scorer
from gate_world import lines
from model_world import executions, package_arn, register, shared

from demo.deployment import bootstrap, deploy, synthesize
from demo.embedded import embedded_aws
from modeleval.store.items import Run
from modeleval.store.keys import trigger_count_key

LOOK_SECONDS = 0.3
"""Runs side by side are looked at seldom: looking costs more than their steps."""
SUITE, GROUP = "every-call", "disturbed"
ANSWERS = "r" * 9 + "w"
WAYS: dict[str, dict[str, Any]] = {
    "throttled twice": {"how": "throttle", "tries": 2},
    "internal error": {"how": "error"},
    "connection cut after the work": {"how": "cut"},
    "answer too late": {"how": "late"},
}
NOT_ASKED_AGAIN = {
    ("lambda", "Invoke", None): ("cut", "late", "kill"),
    ("s3", "PutObject", 1): ("kill",),
}
"""Calls of CheckJob, by their number if it matters. A scorer's answer that was lost was paid for:
its batch is unscored, and the run says so. So it is where the process ends once it has noted, with
its first object, that it asks: nobody knows whether it did."""
_SETTINGS = {
    "judgeModels": [JUDGE],
    "lambdaScorerArns": [BATCH_SCORER],
    "notifyEmails": ["team@example.com"],
    "approvalGroups": [GROUP],
    "generatorModels": [MODEL],
    "flowDefinitionArns": [WORKFLOW],
    "triggeredRunsPerDay": 1000,
    "suitesFolder": str(Path(__file__).parent / "suites"),
}
_LAST_VERSION = 99_999_000
_SIDE_BY_SIDE = 50
"""Runs that may have been started meanwhile."""
_DIFFERENT = (
    (r"(\"version\": )\d{8}\b", r"\1N"),
    (r"\b(disturbed(/|-v?))\d+", r"\1N"),
    (r"\bme[a-z0-9]{16}\b", "RUN"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", "TIME"),
    (r"\b(evaluation-job|execution)/[a-z0-9]{12}\b", r"\1/ID"),
    (r"\bevery-call-[0-9a-f]{32}\b", "EXECUTION"),
    (r"(\"datasetSha256\": )\"[0-9a-f]{64}\"", r"\1DIGEST"),
)


@dataclass(frozen=True)
class Started:
    """A version that was registered, under the name of its scope of calls."""

    name: str
    package: str


@dataclass(frozen=True)
class Outcome:
    """What a run came to, without what differs from run to run: ids, names and times."""

    status: str
    jobs: list[str] = field(default_factory=list)
    """How each job ended, and how often its service holds it."""
    executions: list[str] = field(default_factory=list)
    """How the run's own execution ended, and those of its jobs."""
    scores: list[str] = field(default_factory=list)
    summary: str = ""
    promotion: str = ""
    approval: str = ""


@dataclass(frozen=True)
class Point:
    """A call of the undisturbed run: the n-th of its operation by its function."""

    function: str
    service: str
    operation: str
    occurrence: int

    @property
    def certain(self) -> bool:
        """Whether every run makes it: how often a job is looked at depends on the time."""
        return "CheckJob" not in self.function or self.occurrence == 1

    def disturbed(self, way: Mapping[str, Any]) -> dict[str, Any]:
        """What the embedded AWS is asked for; occurrences after this one are left alone."""
        return {**asdict(self), **way}

    def allows(self, way: Mapping[str, Any]) -> bool:
        """Whether the run is to come to the same if this call is disturbed so."""
        if "CheckJob" not in self.function:
            return True
        return not any(
            way["how"] in NOT_ASKED_AGAIN.get((self.service, self.operation, which), ())
            for which in (None, self.occurrence)
        )


class FaultWorld:
    """The deployed stack, and runs of its suite whose calls may be disturbed."""

    def __init__(self, deployed: DeployedWorld) -> None:
        self.deployed = deployed
        self._lock = threading.Lock()
        self._client = deployed.aws.client("sagemaker")
        self._client.create_model_package_group(ModelPackageGroupName=GROUP)
        self._number = int(time.time() * 10) % _LAST_VERSION
        shared(deployed, package_arn(deployed, f"{GROUP}/{self._number}"))
        make_scorer(deployed)

    def start(self, name: str, *disturbances: dict[str, Any]) -> Started:
        """Register a version, whose run's calls are then in the scope of this name."""
        with self._lock:
            self._number += 1
            number, package = self._number, package_arn(self.deployed, f"{GROUP}/{self._number}")
            scope = {"name": name, "texts": [package], "learns": ["runId", "executionArn"]}
            self._control("scopes", scope)
            self._control("disturbances", [{"scope": name, **one} for one in disturbances])
            answers = lines({"a": ANSWERS}, subject=f"{GROUP}-v{number}")
            self.deployed.put_dataset(answers, f"datasets/{GROUP}-{number}.jsonl")
            self._forget_how_many_today()
            status = {"ModelApprovalStatus": "PendingManualApproval"}
            assert register(self.deployed, GROUP, **status) == package
        return Started(name, package)

    def end(self, started: Started, *, patience: float = 250.0) -> Outcome:
        """Wait for the run's end, and say what it came to."""
        world = self.deployed
        [run] = world.until(lambda: self._runs(started), patience=patience, every=LOOK_SECONDS)
        world.finish(run.execution_arn, patience=patience)
        return self._outcome(started, world.store.run(run.run_id))

    def calls(self, name: str) -> list[dict[str, Any]]:
        """The calls of a run's functions, in their order."""
        found = self.deployed.aws.control("GET", "function-calls", {"scope": name})
        return list(found["calls"])

    def points(self, name: str) -> list[Point]:
        """The calls of a run, each once, however often it was tried."""
        parts = [item.name for item in fields(Point)]
        return [Point(**{part: call[part] for part in parts}) for call in self.calls(name)]

    def disturbed(self, name: str, point: Point) -> bool:
        """Whether a run made this call, and it went wrong."""
        parts = asdict(point).items()
        return any(
            call["disturbed"] and all(call[part] == value for part, value in parts)
            for call in self.calls(name)
        )

    def forget(self, name: str) -> None:
        """Let no more calls be in the scope of a run that has ended."""
        self.deployed.aws.control("DELETE", "scopes", {"name": name})

    def _control(self, path: str, body: Any) -> None:
        self.deployed.aws.control("POST", path, body)

    def _forget_how_many_today(self) -> None:
        key = trigger_count_key(datetime.now(UTC).date().isoformat())
        self.deployed.store._table.delete_item(Key=key)

    def _runs(self, started: Started) -> list[Run]:
        runs = self.deployed.store.latest_runs(SUITE, _SIDE_BY_SIDE)
        return [run for run in runs if run.model == started.package]

    def _outcome(self, started: Started, run: Run) -> Outcome:
        world = self.deployed
        if not run.published:
            return Outcome(f"{run.status}: {run.error}")
        summary = world.read(f"runs/{run.run_id}/summary.json").decode()
        scores = [score.model_dump(mode="json") for score in world.store.scores(run.run_id)]
        package = self._client.describe_model_package(ModelPackageName=started.package)
        return Outcome(
            status=f"{run.status}, {run.verdict}",
            jobs=self._jobs(run),
            executions=self._executions(run),
            scores=sorted(_same(json.dumps(score, sort_keys=True)) for score in scores),
            summary=_same(json.dumps(json.loads(summary), sort_keys=True)),
            promotion=_same(json.dumps(run.promotion, sort_keys=True)),
            approval=str(package["ModelApprovalStatus"]),
        )

    def _executions(self, run: Run) -> list[str]:
        jobs = self.deployed.store.jobs(run.run_id)
        arns = [run.execution_arn, *(str(job.execution_arn) for job in jobs)]
        describe = self.deployed.sfn.describe_execution
        return [describe(executionArn=arn)["status"] for arn in arns]

    def _jobs(self, run: Run) -> list[str]:
        held = [job["jobName"] for job in self.deployed.service_jobs(run.run_id)]
        held += [one["displayName"] for one in executions(self.deployed, run.run_id)]
        return [
            f"{job.job} {job.status}: {held.count(str(job.job_name))}"
            for job in self.deployed.store.jobs(run.run_id)
        ] + [f"in all {len(held)}"]


@contextmanager
def deployed_stack(folder: Path) -> Iterator[FaultWorld]:
    """An embedded AWS with the stack, for as long as it is needed; the environment reaches it."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("MODELEVAL_JUDGE")]:
        del os.environ[name]  # a developer's own judge must not judge here
    with embedded_aws(wait_scale=0.005, client_scale=0.02, job_seconds=0.3) as aws:
        os.environ.update(aws.environment())
        try:
            synthesize(aws, folder / "cdk.out", settings=_SETTINGS)
            bootstrap(aws)
            yield FaultWorld(DeployedWorld(aws, deploy(aws, folder / "cdk.out")))
        finally:
            os.environ.clear()
            os.environ.update(before)


def _same(text: str) -> str:
    """A text of a run as it is in every run: without ids, names and times."""
    for pattern, word in _DIFFERENT:
        text = re.sub(pattern, word, text)
    return text
