"""The suite document, validated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, Self, cast

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from modeleval.collecting.document import CollectedDataset
from modeleval.documents import Document, Usd, closest, formed, problems
from modeleval.errors import SuiteInvalid
from modeleval.kinds.protocol import Evaluation
from modeleval.kinds.registry import KINDS
from modeleval.sagemaker.resolved import ResolvedModel
from modeleval.suite.collected import is_collected, take_apart
from modeleval.suite.gate import BaselineName, Gate
from modeleval.suite.gate_check import rule_problems
from modeleval.suite.placeholders import (
    is_tied_by_name,
    names_group,
    names_model,
    ungrouped_promotions,
    unknown_placeholders,
    untied_responses,
    with_example,
    with_model,
)
from modeleval.suite.triggers import Schedule, Trigger

SuiteName = Annotated[
    str,
    formed(
        r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?",
        "write 1 to 40 small letters, digits and hyphens, no hyphen at its ends",
    ),
]
TagText = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9 ._:/=+@-]*$", max_length=256)]


def _own_tag(key: str) -> str:
    if key.lower().startswith(("aws:", "modeleval:")):
        raise ValueError("tags that begin with aws: or modeleval: are not yours to set")
    return key


TagKey = Annotated[
    str,
    StringConstraints(pattern=r"^[a-zA-Z0-9 ._:/=+@-]+$", min_length=1, max_length=128),
    AfterValidator(_own_tag),
]

_PROBLEMS_LISTED = 50
NONE_COLLECTED: Mapping[int, CollectedDataset] = MappingProxyType({})

_LATER = {
    "candidates": "write a list of responses in the evaluation",
}


class Budget(Document):
    """What a run may cost, by its estimate, and all runs of the suite in a month (UTC)."""

    max_usd: Usd | None = None
    max_usd_per_month: Usd | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.max_usd is None and self.max_usd_per_month is None:
            raise ValueError("no budget: name maxUsd, maxUsdPerMonth, or both")
        return self


class _SuiteFields(Document):
    """The suite's own fields; its evaluations are validated by their kinds."""

    name: SuiteName
    description: Annotated[str, StringConstraints(max_length=1000)] | None = None
    accept_bedrock_evaluation_terms: bool = False
    accept_eula: bool = False
    tags: Annotated[dict[TagKey, TagText], Field(max_length=40)] = Field(default_factory=dict)
    trigger: Trigger | None = None
    schedule: Schedule | None = None
    baseline: BaselineName | None = None
    gate: Gate | None = None
    budget: Budget | None = None
    sample: Annotated[int, Field(ge=1, le=1000)] | None = None
    evaluations: Annotated[tuple[dict[str, Any], ...], Field(min_length=1, max_length=50)]


class Suite:
    """A validated suite: its own fields, and its evaluations as their kinds understand them."""

    def __init__(
        self,
        fields: _SuiteFields,
        evaluations: Sequence[Evaluation],
        of_model: Sequence[bool],
        of_any_group: Sequence[str] = (),
        collected: Mapping[int, CollectedDataset] = NONE_COLLECTED,
    ) -> None:
        self.name = fields.name
        self.description = fields.description
        self.terms_accepted = fields.accept_bedrock_evaluation_terms
        self.tags: Mapping[str, str] = fields.tags
        self.trigger = fields.trigger
        self.schedule = fields.schedule
        self.max_usd = fields.budget.max_usd if fields.budget else None
        self.max_usd_per_month = fields.budget.max_usd_per_month if fields.budget else None
        self.sample = fields.sample
        self.eula_accepted = fields.accept_eula
        self.baseline = fields.baseline
        self.gate = fields.gate
        self.evaluations = evaluations
        self.of_model = of_model
        """Per evaluation: whether what it judges are the run's model's own responses."""
        self.of_any_group = of_any_group
        """Names of evaluations whose precomputed responses carry the version and not the group."""
        self.collected = collected
        """By evaluation: what the run collects for it."""

    @property
    def needs_bedrock_terms(self) -> bool:
        return any(KINDS[evaluation.kind].bedrock_terms for evaluation in self.evaluations)

    @property
    def needs_eula(self) -> bool:
        return any(KINDS[evaluation.kind].eula for evaluation in self.evaluations)


def parse_suite(document: object, *, source: str, model: ResolvedModel | None = None) -> Suite:
    """Validate a suite; raises SuiteInvalid with every problem, one per line.

    `source` is how errors name the document: a file name, an S3 URI, or "inline". With a `model`,
    placeholders mean it; without, they are checked with an example.
    """
    if not isinstance(document, Mapping):
        raise SuiteInvalid(
            "The document is empty"
            if document is None
            else f"A suite is an object with fields, this is a {type(document).__name__}",
            where=source,
            action="docs/suites.md shows one.",
        )
    found: list[str] = [
        *unknown_placeholders(document),
        *untied_responses(document),
        *ungrouped_promotions(document),
    ]
    asked = document
    document = cast(
        "Mapping[str, Any]", with_model(document, model) if model else with_example(document)
    )
    fields: _SuiteFields | None = None
    try:
        fields = _SuiteFields.model_validate(document)
    except ValidationError as error:
        found += problems(error, _SuiteFields, later=_LATER)
    entries = document.get("evaluations")
    collected: dict[int, CollectedDataset] = {}
    entries = entries if isinstance(entries, list | tuple) else ()
    evaluations = _evaluations(entries, found, collected)
    found += _names_twice(evaluations)
    if fields is not None and fields.gate is not None:
        found += rule_problems(fields.gate, fields.baseline, evaluations)
    if found or fields is None:
        unique = list(dict.fromkeys(found))
        listed = "\n  ".join(unique[:_PROBLEMS_LISTED])
        more = len(unique) - _PROBLEMS_LISTED
        if more > 0:
            listed += f"\n  ... and {more} more"
        raise SuiteInvalid(
            f"The suite has {len(unique)} problem{'s' if len(unique) > 1 else ''}:\n  {listed}\n",
            where=source,
            action="docs/suites.md describes every field.",
        )
    entries = asked["evaluations"]
    return Suite(
        fields,
        evaluations,
        [_is_of_model(entry) for entry in entries],
        [entry["name"] for entry in entries if _is_of_any_group(entry)],
        collected,
    )


def _is_of_any_group(entry: Mapping[str, Any]) -> bool:
    if KINDS[entry["kind"]].needs_model or not names_model(entry):
        return False
    return is_tied_by_name(entry) and not names_group(entry)


def _is_of_model(entry: Mapping[str, Any]) -> bool:
    return KINDS[entry["kind"]].needs_model or names_model(entry)


def _evaluations(
    entries: Sequence[object], found: list[str], collected: dict[int, CollectedDataset]
) -> list[Evaluation]:
    """The evaluations that are right; what is wrong with the others goes into `found`."""
    evaluations = []
    for number, entry in enumerate(entries):
        at = ("evaluations", number)
        if not isinstance(entry, Mapping):
            continue
        kind = KINDS.get(str(entry.get("kind")))
        if kind is None:
            found.append(f"evaluations[{number}].kind: {_unknown_kind(entry.get('kind'))}")
            continue
        taken = take_apart(entry, kind, at)
        found += taken.problems
        if is_collected(entry) and taken.collected is None:
            continue
        if taken.collected is not None:
            collected[number] = taken.collected
        try:
            evaluations.append(kind.document.model_validate(taken.entry))
        except ValidationError as error:
            found += problems(error, kind.document, at=at, later=_LATER)
    return evaluations


def _unknown_kind(kind: object) -> str:
    known = ", ".join(KINDS)
    if kind is None:
        return f"missing; one of {known}"
    near = closest(str(kind), [*KINDS])
    return f"no such kind; did you mean {near}?" if near else f"no such kind; one of {known}"


def _names_twice(evaluations: Sequence[Evaluation]) -> list[str]:
    names = [evaluation.name for evaluation in evaluations]
    twice = sorted({name for name in names if names.count(name) > 1})
    return [f"evaluations: two are named {name!r}; names must differ" for name in twice]
