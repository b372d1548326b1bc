"""Check every evaluation and plan its jobs. Nothing is started here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from modeleval.collecting.document import CollectedDataset
from modeleval.cost.estimate import RunEstimate
from modeleval.errors import NothingCollected, Refused, TooManyJobs
from modeleval.kinds.protocol import MOST_JOBS, Evaluation, Plan, PlanContext
from modeleval.kinds.registry import KINDS
from modeleval.services import Services
from modeleval.store.items import EvaluationFacts, Job, JudgedRecords, Run
from modeleval.suite.document import Suite
from modeleval.workflow.categories import check_categories
from modeleval.workflow.collecting.assemble import Assembled, assemble
from modeleval.workflow.collecting.plan import plan_collecting
from modeleval.workflow.kept_suite import suite_of
from modeleval.workflow.load import model_of, open_run
from modeleval.workflow.reap import end_if_closed
from modeleval.workflow.refusals import raise_all

_WARNINGS_KEPT = 10
NOT_COLLECTED = Assembled()


class Planned(NamedTuple):
    """How many jobs there are: those that come first and are waited for, and the long ones.

    batches: of scenarios whose responses are to be collected first; then there are no jobs yet.
    """

    jobs: int
    long: int
    batches: int = 0


def plan_jobs(run_id: str, services: Services, *, collected: bool = False) -> Planned:
    """Validate datasets and judges, write the inputs, store the jobs; how many there are.

    `collected`: the responses that the suite's scenarios ask for have been collected. Raises the
    refusal of the evaluation that is wrong; if several are, all are named. Raises RunClosed, also
    of a run that was ended while this went on.
    """
    run = open_run(run_id, services)
    suite = suite_of(run, services)
    if suite.collected and not collected:

        def rehearse(draft: Services) -> None:
            _plan(run, suite, draft, NOT_COLLECTED)

        return Planned(0, 0, plan_collecting(run, suite, services, rehearse))
    if suite.collected:
        planned = _plan(run, suite, services, assemble(run, suite, services), phase="collected")
    else:
        planned = _plan(run, suite, services, NOT_COLLECTED)
    end_if_closed(run_id, services)
    return planned


def _plan(
    run: Run, suite: Suite, services: Services, assembled: Assembled, *, phase: str = "budget"
) -> Planned:
    run_id = run.run_id
    for kind in {evaluation.kind for evaluation in suite.evaluations}:
        evaluations = [one for one in suite.evaluations if one.kind == kind]
        KINDS[kind].check_room(evaluations, services)
    plans = _plan_all(run, suite, services, assembled)
    _check_number(suite, plans, services)
    check_categories(suite, plans)
    jobs, facts = _jobs(run, suite, plans, assembled)
    services.store.update_run(
        run_id,
        phase=phase,
        evaluations=[fact.to_item() for fact in facts],
        estimate=_estimate(plans, assembled).to_document(),
        **_collecting(run, assembled),
        **_budget(run, suite, services),
    )
    services.store.create_jobs(jobs)
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


def _collecting(run: Run, assembled: Assembled) -> dict[str, object]:
    """What was collected, beside what was to be."""
    if run.collecting is None or not assembled.told:
        return {}
    return {"collecting": {**run.collecting, "told": dict(assembled.told)}}


def _estimate(plans: Sequence[Plan], assembled: Assembled) -> RunEstimate:
    planned = (estimate for plan in plans for estimate in plan.estimates)
    parts = (*assembled.estimates, *planned)
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


def _plan_all(run: Run, suite: Suite, services: Services, assembled: Assembled) -> list[Plan]:
    if len(assembled.failures) == len(suite.evaluations):
        raise _nothing_to_judge(suite, assembled)
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
        if number in assembled.failures:
            plans.append(_without_jobs(evaluation, suite.collected[number]))
            continue
        try:
            plans.append(KINDS[evaluation.kind].plan(evaluation, context))
        except Refused as refusal:
            refusals.append(refusal)
    raise_all(refusals)
    return plans


def _without_jobs(evaluation: Evaluation, collected: CollectedDataset) -> Plan:
    """Of an evaluation whose responses could not be collected: its siblings go on."""
    return Plan(
        jobs=(),
        subject=collected.target.subject,
        judge=getattr(evaluation, "judge", None),
        records=0,
        estimates=(),
    )


def _nothing_to_judge(suite: Suite, assembled: Assembled) -> NothingCollected:
    told = "; ".join(
        f"{suite.evaluations[number].name}: {failure.name}: {failure.message}"
        for number, failure in assembled.failures.items()
    )
    return NothingCollected(
        f"No evaluation has responses to judge: {told}",
        action="Mend what failed, and start the run again.",
    )


def _jobs(
    run: Run, suite: Suite, plans: Sequence[Plan], assembled: Assembled
) -> tuple[list[Job], list[EvaluationFacts]]:
    """The jobs by number, the long ones last: the state machine hands out two ranges."""
    planned = [(number, job) for number, plan in enumerate(plans) for job in plan.jobs]
    planned.sort(key=lambda one: one[1].long)
    jobs = [
        Job(
            run_id=run.run_id,
            job=position,
            evaluation=number,
            evaluation_name=suite.evaluations[number].name,
            kind=suite.evaluations[number].kind,
            spec=job.spec,
            deadline_seconds=job.deadline_seconds,
            judgements=job.judgements,
            long=job.long,
            attempt=run.attempt,
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
                warnings=(
                    *assembled.warnings.get(number, ()),
                    *plan.warnings[:_WARNINGS_KEPT],
                ),
                error=assembled.failures.get(number),
                jobs=tuple(job.job for job in jobs if job.evaluation == number),
            )
        )
    return jobs, facts
