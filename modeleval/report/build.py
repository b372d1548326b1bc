"""From a run and its summary to what its report shows. Pure: the same source, the same report."""

from __future__ import annotations

from collections.abc import Iterator

from modeleval.report import facts
from modeleval.report.metric_view import Beside, metric_views, word
from modeleval.report.record_view import record_views
from modeleval.report.source import Entry, Source
from modeleval.report.view import EvaluationView, MetricView, Notice, Ranked, RunView
from modeleval.report.words import Cutter, number
from modeleval.statistics.words import Word
from modeleval.store.items import RunStatus

TEXT, ALL_TEXT = 6_000, 6_000_000
"""Characters of one text, and of all texts of a report, that are shown at most."""

_WARNINGS = 50


def build(source: Source) -> RunView:
    """The report of a run. Holds at most `ALL_TEXT` characters of records."""
    run, cutter = source.run, Cutter(each=TEXT, total=ALL_TEXT)
    beside = f" beside {source.other.run.run_id}" if source.other else ""
    return RunView(
        title=f"{run.suite}: run {run.run_id}{beside}",
        run_id=run.run_id,
        suite=run.suite,
        headline=facts.headline(run),
        sentence=facts.sentence(run),
        notices=list(facts.notices(source)),
        facts=list(facts.run_facts(run)),
        other=list(facts.other_facts(source.other.run)) if source.other else [],
        conditions=list(facts.conditions(source.summary)),
        baseline=facts.baseline(source.summary),
        evaluations=[
            _evaluation(place, entry, source, cutter)
            for place, entry in enumerate(source.evaluations, start=1)
        ],
        cost=list(facts.cost(run)),
        assumptions=facts.assumptions(run),
        provenance=list(facts.provenance(source)),
        made_at=source.made_at,
    )


def _evaluation(place: int, entry: Entry, source: Source, cutter: Cutter) -> EvaluationView:
    scored = "summaries" in entry
    gate = (source.summary or {}).get("gate") or {}
    conditions = [one for one in gate.get("conditions", ()) if one["evaluation"] == entry["name"]]
    metrics = metric_views(entry, conditions, _beside(entry, source)) if scored else []
    low = record_views(entry, source, cutter) if scored else []
    return EvaluationView(
        anchor=f"evaluation-{place}",
        name=entry["name"],
        kind=entry["kind"],
        subject=entry["subject"],
        judge=entry["judge"] or "",
        records=int(entry["records"] or 0),
        status=word(str(entry["status"])),
        problem=_problem(entry, ended=source.run.status.ended),
        warnings=entry["warnings"][:_WARNINGS],
        notes=list(_notes(entry, source)),
        metrics=metrics,
        rankings=list(_rankings(entry)),
        findings=int(entry["lowScores"]["total"]) if scored else 0,
        low=low,
        low_metrics=sorted({finding.metric for one in low for finding in one.findings}),
        low_categories=sorted({one.category for one in low if one.category}),
        unscored=list(_unscored(metrics)),
        facts=list(facts.of_evaluation(entry)),
        jobs=list(facts.job_views(entry, source)),
    )


def _beside(entry: Entry, source: Source) -> Beside | None:
    if source.other is None:
        return None
    name = entry["name"]
    return Beside(source.beside(name), source.theirs(name), source.compared(name))


def _problem(entry: Entry, *, ended: bool) -> Notice | None:
    if entry["status"] == RunStatus.PENDING:
        why = "The run ended before its jobs did." if ended else "Its jobs have not ended."
        return Notice("There are no scores yet", why, "wait")
    if "error" in entry:
        error = entry["error"]
        return Notice(f"It failed: {error['name']}", error["message"], "bad")
    return None


def _notes(entry: Entry, source: Source) -> Iterator[str]:
    """How far people agree, how steady the judge is, and why another run is not comparable."""
    for one in entry.get("agreement", ()):
        if one["units"]:
            alpha = one.get("alpha")
            said = "not defined" if alpha is None else f"{alpha:.2f}"
            yield (
                f"{one['metric']}: people agree on {one['percent']:.0%} (Krippendorff's alpha "
                f"{said}); {one['units']} rated by two or more of {one['workers']}."
            )
    for metric, found in (entry.get("repeatVariance") or {}).items():
        if found["repeatShare"] is not None:
            yield (
                f"{metric}: {found['repeatShare']:.0%} of the scatter of one judgement is the "
                f"judge's own, {found['meanShare']:.0%} of a mean of {found['repeats']:.3g}."
            )
    compared = source.compared(entry["name"])
    if compared and compared.get("missing"):
        yield f"Not compared with the other run: {compared['missing']}."


def _rankings(entry: Entry) -> Iterator[Ranked]:
    for one in entry.get("ranking", ()):
        rows = []
        for candidate in one["candidates"]:
            best, worst = candidate["bestRank"], candidate["worstRank"]
            rank = str(best) if best == worst else f"{best} to {worst}"
            beaten = [
                pair["other"]
                for pair in one.get("pairs", ())
                if pair["candidate"] == candidate["candidate"] and pair["word"] == Word.IMPROVED
            ]
            said = f"better than {', '.join(beaten)}" if beaten else ""
            rows.append((rank, f"{candidate['candidate']} ({number(candidate['mean'])})", said))
        yield Ranked(one["metric"], rows, int(one["records"]))


def _unscored(metrics: list[MetricView]) -> Iterator[tuple[str, int, int, str]]:
    """Per metric what is no score: not applicable, unscored, and why there is no interval."""
    for one in metrics:
        if one.not_applicable or one.unscored or one.no_interval:
            yield one.name, one.not_applicable, one.unscored, one.no_interval
