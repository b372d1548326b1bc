"""modeleval from Python: start runs of a deployed stack, follow them, read what they came to.

    from modeleval.api import connect

    run = connect("modeleval").start("support-answers", "support-llama")
    for what, status in run.follow():
        ...
    rows = run.scores()

Nothing is printed. What is read is plain dicts with the names of `modeleval show --json`; numbers
are int or float, None is *there is none*. Errors are `modeleval.errors.ModelevalError`, as on the
command line: what, where, and what to do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from modeleval.cli.documents import run_document, score_document
from modeleval.cli.stack import DEFAULT_STACK, Deployment
from modeleval.cli.start import Started, Step, ended, follow, start, suite_input
from modeleval.cli.surroundings import choose_region
from modeleval.documents import plain_number
from modeleval.report.gather import summary_of

Row = dict[str, Any]


def connect(stack: str = DEFAULT_STACK) -> Connection:
    """The deployed stack of that name, in the account and Region of your AWS credentials.

    Raises StackNotFound.
    """
    choose_region()
    return Connection(Deployment(stack))


class Connection:
    """A deployed stack: starts runs, and finds them again."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    def start(
        self,
        suite: str,
        model: str | None = None,
        *,
        approved: bool = False,
        sample: int | None = None,
    ) -> EvaluationRun:
        """Start a run: this costs what its suite costs.

        suite: a deployed suite's name, an s3:// URI, or a local file. model: a model package's ARN,
        a group, a JumpStart or Bedrock model; approved: of a group its latest approved version.
        sample: a trial on so many records, which decides nothing. Raises SuiteInvalid or
        SuiteNotFound before anything is started.
        """
        started = start(
            self._deployment, suite_input(suite), model=model, approved=approved, sample=sample
        )
        return EvaluationRun(self._deployment, started)

    def run(self, run_id: str) -> EvaluationRun:
        """A run that was started before; raises RunNotFound."""
        found = self._deployment.services.store.run(run_id)
        return EvaluationRun(self._deployment, Started(run_id, found.execution_arn))


class EvaluationRun:
    """One run. What it came to is read anew by each call."""

    def __init__(self, deployment: Deployment, started: Started) -> None:
        self._deployment, self._started = deployment, started

    @property
    def run_id(self) -> str:
        return self._started.run_id

    def follow(self, *, every: float = 5.0, to_the_end: bool = False) -> Iterator[Step]:
        """Yield (what, status) as it changes, until the run has ended.

        every: seconds between two looks. Pending runs, whose long jobs may take days, are followed
        on only `to_the_end`. Raises ExecutionFailed if the run ended before it was stored.
        """
        yield from follow(self._deployment, self._started, every=every, to_the_end=to_the_end)
        ended(self._deployment, self._started)

    def state(self) -> Row:
        """Status, verdict and why, model, baseline, error and so on: `run` of `show --json`."""
        services = self._deployment.services
        return _plain(run_document(services.store.run(self.run_id)))

    def scores(self) -> list[Row]:
        """One row per evaluation, candidate, metric and category (None: all records).

        `candidate` None is the evaluation's own subject. `mean` with the ends `low` and `high` of
        its 95 % interval, on the metric's own scale; `direction` says which way is better; `n`
        records were scored. No rows before the run is published.
        """
        services = self._deployment.services
        return [_plain(score_document(score)) for score in services.store.scores(self.run_id)]

    def comparisons(self) -> list[Row]:
        """One row per evaluation, metric, category and other side: baseline, or candidate.

        `difference`, `low` and `high` are turned so that above zero is better; `word` says what it
        is: `improved`, `regressed`, and so on.
        """
        return self._of_evaluations("comparisons")

    def lowest(self, limit: int = 10) -> list[Row]:
        """The records with the lowest scores, at most `limit` per evaluation, the worst first.

        `explanation` is the judge's and may quote prompts and responses.
        """
        return [
            {"evaluation": entry["name"], **item}
            for entry in self._evaluations()
            for item in entry.get("lowScores", {"items": []})["items"][:limit]
        ]

    def gate(self) -> Row | None:
        """The gate's verdict and its conditions; None where the suite has none."""
        return self._summary().get("gate")

    def cost(self) -> Row:
        """`estimate` of the models in USD, before; `judged`: what came back, after. Either may be
        None. It is no bill: AWS Cost Explorer has that."""
        state = self.state()
        return {"estimate": state["estimate"], "judged": state["judged"]}

    def _of_evaluations(self, field: str) -> list[Row]:
        return [
            {"evaluation": entry["name"], **row}
            for entry in self._evaluations()
            for row in entry.get(field, ())
        ]

    def _evaluations(self) -> list[Row]:
        found: list[Row] = self._summary().get("evaluations", [])
        return found

    def _summary(self) -> Row:
        services = self._deployment.services
        return dict(summary_of(services.store.run(self.run_id), services) or {})


def _plain(document: Row) -> Row:
    """Decimals as int or float, tuples as lists: what json says of it."""
    found: Row = json.loads(json.dumps(document, default=plain_number))
    return found
