"""Check every evaluation and plan its jobs. Nothing is started here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from modeleval.cost.estimate import RunEstimate
from modeleval.errors import Refused, TooManyJobs
from modeleval.kinds.protocol import MOST_JOBS, Plan, PlanContext
from modeleval.kinds.registry import KINDS
from modeleval.services import Services
from modeleval.store.items import EvaluationFacts, Job, JudgedRecords, Run
from modeleval.suite.document import Suite
from modeleval.workflow.categories import check_categories
from modeleval.workflow.load import model_of, open_run, suite_of

_WARNINGS_KEPT = 10


class Planned(NamedTuple):
    """How many jobs there are: those that come first and are waited for, and the long ones."""

    jobs: int
    long: int


def plan_jobs(run_id: str, services: Services) -> Planned:
    """Validate datasets and judges, write the inputs, store the jobs; how many there are.

    Raises the refusal of the evaluation that is wrong; if several are, all are named.
    """
    run = open_run(run_id, services)
    suite = suite_of(run, services)
    for kind in {evaluation.kind for evaluation in suite.evaluations}:
        evaluations = [one for one in suite.evaluations if one.kind == kind]
        KINDS[kind].check_room(evaluations, services)
    plans = _plan_all(run, suite, services)
    _check_number(suite, plans, services)
    check_categories(suite, plans)
    jobs, facts = _jobs(run_id, suite, plans)
    services.store.create_jobs(jobs)
    services.store.update_run(
        run_id,
        phase="budget",
        evaluations=[fact.to_item() for fact in facts],
        estimate=_estimate(plans).to_document(),
        **_budget(run, suite, services),
    )
    long = sum(job.long for job in jobs)
    return Planned(len(jobs) - long, long)


def _check_number(suite: Suite, plans: Sequence[Plan], services: Services) -> None:
    """How many jobs a dataset becomes is known only now that it was read.

    Raises TooManyJobs, or JobQuotaExhausted if Bedrock has no room for so many.
    """
    counts = [len(plan.jobs) for plan in plans]
    if sum(counts) > MOST_JOBS:
        named = zip(suite.evaluations, counts, strict=True)
        listed = ", ".join(f"{one.name}: {count:,}" for one, count in named)
        raise TooManyJobs(
            f"The run would have {sum(counts):,} jobs, and at most {MOST_JOBS:,} are run",
            where=listed,
            action="Raise shardSize, or give each dataset, candidate or repeat a run of its own.",
        )
    bedrock = [
        count
        for one, count in zip(suite.evaluations, counts, strict=True)
        if KINDS[one.kind].bedrock_terms
    ]
    if sum(bedrock) > len(bedrock):  # one job each was asked for before anything was read
        services.evaluation_jobs.check_room(sum(bedrock))


def _asked_categories(suite: Suite, evaluation: str, plan: Plan) -> dict[str, int]:
    """How many records each category has that a rule of the gate is about, where it is known."""
    counts = plan.dataset.get("categories", {})
    every = bool(counts) and not plan.dataset.get("uncountedCategories")
    rules = suite.gate.rules if suite.gate else ()
    asked = {rule.category for rule in rules if rule.evaluation == evaluation}
    return {
        category: int(counts.get(category, 0))
        for category in sorted(filter(None, asked))
        if every or category in counts
    }


def _asked_records(suite: Suite, evaluation: str, plan: Plan) -> tuple[JudgedRecords, ...]:
    """How many records decide the margins of the gate."""
    asked = {
        (rule.metric, rule.category)
        for rule in (suite.gate.rules if suite.gate else ())
        if rule.evaluation == evaluation and rule.margins
    }
    return tuple(
        JudgedRecords(**one._asdict())
        for one in plan.extents
        if asked & {(None, one.category), (one.metric, one.category)}
    )


def _estimate(plans: Sequence[Plan]) -> RunEstimate:
    parts = tuple(estimate for plan in plans for estimate in plan.estimates)
    return RunEstimate(parts, sum(len(plan.jobs) for plan in plans))


def _budget(run: Run, suite: Suite, services: Services) -> dict[str, object]:
    """The budget, and the field that set it: the suite's, else the settings'.

    A run that nobody started always has one.
    """
    return {**_of_run(run, suite, services), "maxUsdPerMonth": suite.max_usd_per_month}


def _of_run(run: Run, suite: Suite, services: Services) -> dict[str, object]:
    if suite.max_usd is not None:
        return {"maxUsd": suite.max_usd, "budgetField": "budget.maxUsd"}
    default = services.settings.default_budget_usd
    if default is None and run.triggered_by is not None:
        limit = services.settings.triggered_budget_usd
        return {"maxUsd": limit, "budgetField": "triggeredBudgetUsd in the settings"}
    return {"maxUsd": default, "budgetField": "defaultBudgetUsd in the settings"}


def _plan_all(run: Run, suite: Suite, services: Services) -> list[Plan]:
    plans: list[Plan] = []
    refusals: list[Refused] = []
    for number, evaluation in enumerate(suite.evaluations):
        context = PlanContext(
            run_id=run.run_id,
            evaluation=number,
            services=services,
            sample=suite.sample,
            model=model_of(run),
            eula_accepted=suite.eula_accepted,
        )
        try:
            plans.append(KINDS[evaluation.kind].plan(evaluation, context))
        except Refused as refusal:
            refusals.append(refusal)
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        listed = "\n".join(f"{type(refusal).__name__}: {refusal}" for refusal in refusals)
        raise type(refusals[0])(
            f"{len(refusals)} evaluations are refused:\n{listed}\n",
            action="Nothing was started.",
        )
    return plans


def _jobs(
    run_id: str, suite: Suite, plans: Sequence[Plan]
) -> tuple[list[Job], list[EvaluationFacts]]:
    """The jobs by number, the long ones last: the state machine hands out two ranges."""
    planned = [(number, job) for number, plan in enumerate(plans) for job in plan.jobs]
    planned.sort(key=lambda one: one[1].long)
    jobs = [
        Job(
            run_id=run_id,
            job=position,
            evaluation=number,
            evaluation_name=suite.evaluations[number].name,
            kind=suite.evaluations[number].kind,
            spec=job.spec,
            deadline_seconds=job.deadline_seconds,
            judgements=job.judgements,
            long=job.long,
        )
        for position, (number, job) in enumerate(planned)
    ]
    facts = []
    for number, (evaluation, plan) in enumerate(zip(suite.evaluations, plans, strict=True)):
        facts.append(
            EvaluationFacts(
                name=evaluation.name,
                kind=evaluation.kind,
                subject=plan.subject,
                of_model=suite.of_model[number],
                candidates=dict(plan.candidates),
                judge=plan.judge,
                records=plan.records,
                categories=_asked_categories(suite, evaluation.name, plan),
                judged=_asked_records(suite, evaluation.name, plan),
                dataset_sha256=plan.dataset.get("sha256"),
                prompt_set_digest=plan.dataset.get("promptSetDigest"),
                warnings=tuple(plan.warnings[:_WARNINGS_KEPT]),
                jobs=tuple(job.job for job in jobs if job.evaluation == number),
            )
        )
    return jobs, facts
