"""Placeholders: where a suite means the run's model, whichever that will be.

`{model.version}`, `{model.group}` and `{model.id}` may stand in an evaluation's `dataset`, its
`datasets` and its `responses` (of a `knowledgeBase`, in its model). They are what ties precomputed
responses to the version that gave them.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from modeleval.documents import closest
from modeleval.sagemaker.resolved import ResolvedModel

VERSION = "{model.version}"
GROUP = "{model.group}"
_NAMES = ("model.version", "model.group", "model.id")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_EXAMPLE = {"model.version": "1", "model.group": "group", "model.id": "amazon.nova-lite-v1:0"}
"""What a suite is checked with as long as its model is not known."""


def with_example(document: Any) -> Any:
    """The suite as it would be for some model: what can be checked before there is one."""
    return _filled(document, _EXAMPLE)


def with_model(document: Any, model: ResolvedModel | None) -> Any:
    """The suite for this model; as it is for a run without one."""
    if model is None:
        return document
    values = {
        "model.version": model.version_text,
        "model.group": model.name,
        "model.id": model.identifier,
    }
    return _filled(document, values)


def unknown_placeholders(document: Any) -> list[str]:
    """One line for each placeholder that there is not."""
    found = []
    for where, holder, name in _places(document):
        for asked in _PLACEHOLDER.findall(holder[name]):
            if asked not in _NAMES:
                near = closest(asked, list(_NAMES)) or "model.version"
                found.append(f"{where}: no such placeholder; did you mean {{{near}}}?")
    return found


def names_model(entry: Any) -> bool:
    """Whether an evaluation's entry ties its responses to the run's model.

    The version must stand in the key of the dataset or in the responses' identifier; of responses
    that are asked for while the job runs (also with a knowledge base), the model itself.
    """
    if not isinstance(entry, Mapping):
        return False
    if target := target_of(entry):
        return _is_the_model(target) or VERSION in _own_name(target)
    base = _subject_of(entry, "knowledgeBase") or _subject_of(entry, "knowledgeBases")
    if base:
        return "{model.id}" in str(base.get("model"))
    texts = [str(entry.get("dataset", ""))]
    responses = _subject_of(entry)
    if "model" in responses:
        return "{model.id}" in str(responses["model"])
    texts.append(str(responses.get("precomputed", "")))
    return any(VERSION in text for text in texts)


def target_of(entry: object) -> Mapping[str, Any] | None:
    """Who is asked for an evaluation's responses, where the run collects them."""
    dataset = entry.get("dataset") if isinstance(entry, Mapping) else None
    target = dataset.get("target") if isinstance(dataset, Mapping) else None
    return target if isinstance(target, Mapping) else None


def _is_the_model(target: Mapping[str, Any]) -> bool:
    return "{model.id}" in str(target.get("model"))


def _own_name(target: Mapping[str, Any]) -> str:
    """The name that says whose an application's responses are. Of a model none does: the run asks
    the very model that stands there, whatever the responses are called."""
    return "" if "model" in target else str(target.get("name"))


def _subject_of(entry: Mapping[str, Any], field: str = "responses") -> Mapping[str, Any]:
    """The responses that an evaluation is about: of several the first ones."""
    responses = entry.get(field)
    if isinstance(responses, list | tuple) and responses:
        responses = responses[0]
    return responses if isinstance(responses, Mapping) else {}


def untied_responses(document: Any) -> list[str]:
    """One line for each evaluation of a triggered suite that would judge other responses.

    The run's model is a new version each time; responses that do not carry it are an old one's.
    """
    if not isinstance(document, Mapping) or not _follows_a_model(document):
        return []
    entries = document.get("evaluations")
    several = _follows_several_groups(document)
    return [
        f"evaluations[{number}].{_where(entry)}: a suite that is triggered for a model must "
        f"tie its responses to it; write {missing}"
        for number, entry in enumerate(entries if isinstance(entries, list | tuple) else ())
        if is_tied_by_name(entry) and (missing := _missing(entry, several=several))
    ]


def ungrouped_promotions(document: Any) -> list[str]:
    """One line for each evaluation by which a gate could approve another group's version.

    A suite that promotes and follows no group can be started for any, and a version's number alone
    does not tell whose responses were judged.
    """
    if not isinstance(document, Mapping) or followed_groups(document) or not _promotes(document):
        return []
    entries = document.get("evaluations")
    return [
        f"evaluations[{number}].{_where(entry)}: a gate that approves or rejects must know "
        f"whose responses these are; write {GROUP} too, or name the group in trigger"
        for number, entry in enumerate(entries if isinstance(entries, list | tuple) else ())
        if is_tied_by_name(entry) and names_model(entry) and not names_group(entry)
    ]


def _promotes(document: Mapping[str, Any]) -> bool:
    gate = document.get("gate")
    fields = ("onPass", "onFail", "onInconclusive")
    return isinstance(gate, Mapping) and any(gate.get(one, "leave") != "leave" for one in fields)


def _where(entry: Mapping[str, Any]) -> str:
    target = target_of(entry)
    if target is None:
        return "responses.precomputed"
    return "dataset.target.model" if "model" in target else "dataset.target.name"


def _missing(entry: Mapping[str, Any], *, several: bool) -> str | None:
    target = target_of(entry)
    if target is not None and "model" in target:
        return "{model.id} there: it asks the same model for every version"
    where = (
        "into it (or {model.id} into dataset.target.model), or"
        if target is not None
        else "into the dataset's key or into responses.precomputed, or"
    )
    if not names_model(entry):
        return f"{VERSION} {where} version 2 would be scored with version 1's responses"
    if several and not names_group(entry):
        return f"{GROUP} {where} one group's model would be scored with another group's responses"
    return None


def _follows_several_groups(document: Mapping[str, Any]) -> bool:
    patterns = followed_groups(document)
    return len(patterns) > 1 or any("*" in pattern for pattern in patterns)


def followed_groups(document: Any) -> set[str]:
    """The groups, or patterns of groups, that a suite's trigger and schedule follow."""
    trigger, schedule = document.get("trigger"), document.get("schedule")
    patterns = trigger.get("modelPackageGroups") if isinstance(trigger, Mapping) else None
    found = {str(one) for one in patterns} if isinstance(patterns, list | tuple) else set()
    if isinstance(schedule, Mapping) and "model" in schedule:
        found.add(str(schedule["model"]))
    return found


def names_group(entry: Any) -> bool:
    """Whether an evaluation's precomputed responses are tied to the model's group, too."""
    if target := target_of(entry):
        return _is_the_model(target) or GROUP in _own_name(target)
    texts = [str(entry.get("dataset", "")), str(_subject_of(entry).get("precomputed", ""))]
    return any(GROUP in text for text in texts)


def _follows_a_model(document: Mapping[str, Any]) -> bool:
    schedule = document.get("schedule")
    return "trigger" in document or (isinstance(schedule, Mapping) and "model" in schedule)


def is_tied_by_name(entry: Any) -> bool:
    """Whether only a name says whose an evaluation's responses are: collected before, or by the run
    of anything but the run's model itself."""
    if target := target_of(entry):
        return not _is_the_model(target)
    return isinstance(entry, Mapping) and "precomputed" in _subject_of(entry)


def _filled(document: Any, values: Mapping[str, str]) -> Any:
    filled = copy.deepcopy(document)
    for _, holder, name in _places(filled):
        holder[name] = _PLACEHOLDER.sub(
            lambda match: values.get(match[1], match[0]), str(holder[name])
        )
    return filled


def _places(document: Any) -> Iterator[tuple[str, Any, Any]]:
    """Where placeholders may stand: the field as a person names it, its object, its key."""
    entries = document.get("evaluations") if isinstance(document, Mapping) else None
    for number, entry in enumerate(entries if isinstance(entries, list | tuple) else ()):
        if not isinstance(entry, Mapping):
            continue
        at = f"evaluations[{number}]"
        if isinstance(entry.get("dataset"), str):
            yield f"{at}.dataset", entry, "dataset"
        yield from _collected_in(entry, at)
        yield from _datasets_in(entry, at)
        for where, responses in _responses_in(entry):
            for name in ("precomputed", "model", "dataset"):
                if isinstance(responses.get(name), str):
                    yield f"{at}.{where}.{name}", responses, name


def _collected_in(entry: Mapping[str, Any], at: str) -> Iterator[tuple[str, Any, Any]]:
    dataset, target = entry.get("dataset"), target_of(entry)
    if isinstance(dataset, Mapping) and isinstance(dataset.get("scenarios"), str):
        yield f"{at}.dataset.scenarios", dataset, "scenarios"
    for name in ("name", "model"):
        if target is not None and isinstance(target.get(name), str):
            yield f"{at}.dataset.target.{name}", target, name


def _datasets_in(entry: Mapping[str, Any], at: str) -> Iterator[tuple[str, Any, Any]]:
    """Each of several datasets: a place by itself, or an object with one."""
    given = entry.get("datasets")
    for number, one in enumerate(given if isinstance(given, list | tuple) else ()):
        if isinstance(one, str) and isinstance(given, list):
            yield f"{at}.datasets[{number}]", given, number
        elif isinstance(one, Mapping) and isinstance(one.get("dataset"), str):
            yield f"{at}.datasets[{number}].dataset", one, "dataset"


def _responses_in(entry: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every candidate's responses, with the field that holds them."""
    for field in ("responses", "candidates", "knowledgeBase", "knowledgeBases"):
        given = entry.get(field)
        if isinstance(given, Mapping):
            yield field, given
        for number, one in enumerate(given if isinstance(given, list | tuple) else ()):
            if isinstance(one, Mapping):
                yield f"{field}[{number}]", one
