"""Before a run asks anybody: are the scenarios right, who is asked, what will all of it cost?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from modeleval.artifacts import collected_dataset_key, scenarios_key, suite_key
from modeleval.collecting.checks import check_scenarios
from modeleval.collecting.costs import estimated_cost
from modeleval.collecting.coverage import coverage
from modeleval.collecting.document import CollectedDataset, CollectedFormat
from modeleval.collecting.records import expected_lines
from modeleval.collecting.scenarios import MOST_BYTES, Scenario, parse_scenarios
from modeleval.collecting.targets import check_target
from modeleval.cost.collecting import answer_tokens
from modeleval.cost.estimate import ModelEstimate, RunEstimate
from modeleval.cost.explain import CHARACTERS_PER_TOKEN
from modeleval.digests import text_digest
from modeleval.errors import Refused, ScenariosInvalid
from modeleval.kinds.registry import KINDS
from modeleval.locations import locate, open_location
from modeleval.services import Services
from modeleval.store.batches import Batch
from modeleval.store.items import EvaluationFacts, Run
from modeleval.suite.document import Suite
from modeleval.workflow.draft_services import draft_services
from modeleval.workflow.refusals import raise_all

_MOST_BATCHES = 20
"""As many as the state machine runs at once."""
_FEWEST_SCENARIOS = 5
_FEWEST_REQUESTS = 30
"""A minute, of a batch: it is paid for while it waits, so it should not wait for long."""
_MOST_DAYS = 5
_SCENARIOS = 1_000
"""As what the file of scenarios is pinned; datasets of candidates have the numbers below."""


class Prepared(NamedTuple):
    """The scenarios that an evaluation's responses are collected for."""

    evaluation: int
    name: str
    collected: CollectedDataset
    scenarios: Sequence[Scenario]
    coverage: Sequence[str]
    """What the scenarios do not cover, as it is advised."""

    @property
    def turns(self) -> int:
        return sum(len(one.turns) for one in self.scenarios)


def plan_collecting(
    run: Run, suite: Suite, services: Services, plan: Callable[[Services], None]
) -> int:
    """Check all that can be checked before anything is paid for; how many batches there are.

    `plan` plans the run's jobs with the given services: it is rehearsed with responses that are
    made up, as long as real ones may be. Raises the refusal of what is wrong.
    """
    prepared = _prepare_all(suite, run, services)
    rehearsed, jobs = _rehearse(run, suite, prepared, services, plan)
    estimate = RunEstimate.from_document(rehearsed.estimate).evaluations
    asked = [one for part in prepared for one in _estimates(part, services)]
    for part in prepared:
        key = scenarios_key(run.run_id, part.evaluation)
        services.objects.write(key, b"".join(one.to_line() + b"\n" for one in part.scenarios))
    batches = _batches(run.run_id, prepared)
    services.store.update_run(
        run.run_id,
        phase="budget",
        evaluations=[_without_warnings(fact, suite).to_item() for fact in rehearsed.evaluations],
        estimate=RunEstimate((*asked, *estimate), jobs).to_document(),
        collecting={
            "scenarios": sum(len(part.scenarios) for part in prepared),
            "turns": sum(part.turns for part in prepared),
            "batches": len(batches),
            "coverage": {part.name: part.coverage for part in prepared},
        },
        maxUsd=rehearsed.max_usd,
        budgetField=rehearsed.budget_field,
        maxUsdPerMonth=rehearsed.max_usd_per_month,
    )
    services.store.create_batches(batches)
    return len(batches)


def _without_warnings(fact: EvaluationFacts, suite: Suite) -> EvaluationFacts:
    """Of made-up responses nothing is to be warned of."""
    collects = fact.name in {suite.evaluations[number].name for number in suite.collected}
    return fact.model_copy(update={"warnings": ()}) if collects else fact


def _prepare_all(suite: Suite, run: Run, services: Services) -> list[Prepared]:
    prepared: list[Prepared] = []
    refusals: list[Refused] = []
    for number, collected in suite.collected.items():
        try:
            prepared.append(_prepare(suite, run, number, collected, services))
        except Refused as refusal:
            refusals.append(refusal)
    raise_all(refusals)
    return prepared


def _prepare(
    suite: Suite, run: Run, number: int, collected: CollectedDataset, services: Services
) -> Prepared:
    field = f"evaluations[{number}].dataset"
    check_target(
        collected.target,
        services.settings,
        services.models,
        field=f"{field}.target",
        region=services.region,
        functions=services.target_clients.functions(),
    )
    scenarios, source = _read(run, number, collected, services, field=f"{field}.scenarios")
    check_scenarios(scenarios, collected, format_of(suite, number), source=source)
    _check_time(scenarios, collected, source)
    covered = coverage(scenarios).sentences()
    drawn = drawn_scenarios(scenarios, suite.sample)
    return Prepared(number, suite.evaluations[number].name, collected, drawn, covered)


def _check_time(scenarios: Sequence[Scenario], collected: CollectedDataset, source: str) -> None:
    """A batch ends after a week, and every batch asks at the same rate."""
    turns = sum(len(one.turns) for one in scenarios)
    days = turns / collected.requests_per_minute / (24 * 60)
    if days > _MOST_DAYS:
        raise ScenariosInvalid(
            f"Its {turns:,} turns take {days:.0f} days at {collected.requests_per_minute} requests "
            f"a minute, and at most {_MOST_DAYS} days are planned",
            where=source,
            action="Raise requestsPerMinute, or split it into several runs.",
        )


def _read(
    run: Run, number: int, collected: CollectedDataset, services: Services, *, field: str
) -> tuple[Sequence[Scenario], str]:
    """The scenarios, and how errors name their file."""
    place = locate(
        collected.scenarios,
        own_bucket=services.objects.bucket,
        settings=services.settings,
        field=field,
    )
    source = open_location(services.objects, place, field=field)
    if source.size > MOST_BYTES:
        raise ScenariosInvalid(
            f"The file has {source.size:,} bytes, and at most {MOST_BYTES:,} are read",
            where=place.uri,
            action="Split it into several evaluations.",
        )
    etag = services.store.pin_source(run.run_id, number, source.etag, candidate=_SCENARIOS)
    if etag != source.etag:
        source = open_location(services.objects, place, field=field, etag=etag)
    return parse_scenarios(b"".join(source.chunks), source=place.uri), place.uri


def drawn_scenarios(scenarios: Sequence[Scenario], sample: int | None) -> Sequence[Scenario]:
    """Of a trial as many whole scenarios as have so many turns, the same ones each time."""
    if sample is None:
        return scenarios
    turns, drawn = 0, set[str]()
    for one in sorted(scenarios, key=lambda one: text_digest(one.id)):
        if turns >= sample:
            break
        turns += len(one.turns)
        drawn.add(one.id)
    return [one for one in scenarios if one.id in drawn]


def _rehearse(
    run: Run,
    suite: Suite,
    prepared: Sequence[Prepared],
    services: Services,
    plan: Callable[[Services], None],
) -> tuple[Run, int]:
    """The run as it would be planned, and how many jobs it would have."""
    with TemporaryDirectory() as folder:
        draft = draft_services(services, run_id=run.run_id, folder=Path(folder))
        draft.objects.write(suite_key(run.run_id), services.objects.read(suite_key(run.run_id)))
        for part in prepared:
            target = part.collected.target
            tokens = answer_tokens(target.inference_params.max_tokens)
            lines = expected_lines(
                part.scenarios,
                part.collected,
                format_of(suite, part.evaluation),
                answer_characters=CHARACTERS_PER_TOKEN * tokens,
            )
            with draft.objects.writer(collected_dataset_key(run.run_id, part.evaluation)) as file:
                file.writelines(line + b"\n" for line in lines)
        plan(draft)
        return draft.store.run(run.run_id), len(draft.store.jobs(run.run_id))


def format_of(suite: Suite, evaluation: int) -> CollectedFormat:
    """What an evaluation's responses become; the suite's parser refuses kinds that take none."""
    return KINDS[suite.evaluations[evaluation].kind].collects or CollectedFormat.JUDGE


def _estimates(part: Prepared, services: Services) -> list[ModelEstimate]:
    target, prices = part.collected.target, services.settings.prices
    found = estimated_cost(target, part.scenarios, evaluation=part.name, prices=prices)
    return [] if found is None else [found]


def _batches(run_id: str, prepared: Sequence[Prepared]) -> list[Batch]:
    """Equal parts of each evaluation's scenarios, numbered through."""
    found: list[Batch] = []
    for part in prepared:
        scenarios = len(part.scenarios)
        parts = batches_of(scenarios, part.collected.requests_per_minute)
        for number in range(parts):
            found.append(
                Batch(
                    run_id=run_id,
                    batch=len(found),
                    evaluation=part.evaluation,
                    first=number * scenarios // parts,
                    last=(number + 1) * scenarios // parts,
                )
            )
    return found


def batches_of(scenarios: int, requests_per_minute: int) -> int:
    """How many batches work side by side on an evaluation, each at its share of the rate."""
    return max(
        1,
        min(
            _MOST_BATCHES,
            requests_per_minute // _FEWEST_REQUESTS,
            -(-scenarios // _FEWEST_SCENARIOS),
        ),
    )
