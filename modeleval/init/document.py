"""From the answers to the suite: the document, and its text with a comment for each field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from modeleval.datasets.formats import (
    FUNCTION,
    GENERATE,
)
from modeleval.documents import plain_number
from modeleval.init.comments import COMMENTS, ENDING, HEADING
from modeleval.init.protocol import Draft
from modeleval.kinds.registry import KINDS

_WIDTH = 96
_FIELDS_ON_A_LINE = 2


def suite_document(draft: Draft) -> dict[str, Any]:
    """The suite that the answers make; what was not asked for is left to its default."""
    task, kind = draft.task, draft.kind
    assert task is not None and kind is not None  # noqa: S101, PT018 - the first question
    document: dict[str, Any] = {"name": draft.name}
    if KINDS[kind].bedrock_terms:
        document["acceptBedrockEvaluationTerms"] = draft.terms
    if KINDS[kind].eula:
        document["acceptEula"] = draft.eula
    entry: dict[str, Any] = {"name": task.evaluation, "kind": kind, **_asked(draft, kind)}
    document["evaluations"] = [entry]
    if draft.max_usd is not None:
        document["budget"] = {"maxUsd": plain_number(draft.max_usd)}
    return document


def _asked(draft: Draft, kind: str) -> dict[str, Any]:
    given: dict[str, Any] = {
        "benchmark": draft.benchmark,
        "subtasks": list(draft.subtasks),
        "dataset": draft.dataset,
        **_responses(draft, kind),
        ("function" if kind == FUNCTION else "scorer"): draft.scorer,
        "flowDefinition": draft.flow_definition,
        "judge": draft.judge,
        "metrics": list(draft.metrics),
        "customMetrics": draft.custom,
    }
    asked = {name: value for name, value in given.items() if value}
    if KINDS[kind].eula:
        asked["compareBaseModel"] = True
    return asked


def _responses(draft: Draft, kind: str) -> dict[str, Any]:
    if draft.knowledge_base is not None:
        model = {"model": draft.generator} if kind == GENERATE else {}
        return {"knowledgeBase": {"id": draft.knowledge_base, **model}}
    named = [{"precomputed": one} for one in draft.identifiers]
    if not named and draft.generator is not None:
        named = [{"model": draft.generator}]
    if not named:
        return {}
    return {"responses": named[0] if len(named) == 1 else named}


def suite_text(document: Mapping[str, Any]) -> str:
    """The document as YAML, a comment above each field, and below it what may be added."""
    lines = [f"# {line}" for line in HEADING]
    for name, value in document.items():
        lines += ["", *_comment(name)]
        if name != "evaluations":
            lines += _written(name, value)
            continue
        lines.append("evaluations:")
        lines += _entry(value[0])
    lines += ["", *(f"# {line}" if line else "#" for line in ENDING)]
    return "\n".join(lines) + "\n"


def _entry(entry: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    for name, value in entry.items():
        lines += [*_comment(f"evaluation.{name}"), *_written(name, value)]
    first = next(n for n, line in enumerate(lines) if not line.startswith("#"))
    return [
        f"  {'- ' if n == first else '' if n < first else '  '}{line}" if line else ""
        for n, line in enumerate(lines)
    ]


def _comment(name: str) -> list[str]:
    return [f"# {line}" for line in COMMENTS[name]]


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, lists below their name."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's
        super().increase_indent(flow, False)


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


class _Field(dict[str, Any]):
    """A field with its name, which stands on a line of its own."""


def _object(dumper: _Dumper, fields: dict[str, Any]) -> yaml.MappingNode:
    """Objects of few fields on one line, such as a level of a rating scale."""
    on_a_line = not isinstance(fields, _Field) and len(fields) <= _FIELDS_ON_A_LINE
    return dumper.represent_mapping("tag:yaml.org,2002:map", fields.items(), flow_style=on_a_line)


def _list(dumper: _Dumper, entries: list[Any]) -> yaml.SequenceNode:
    on_a_line = not any(isinstance(entry, dict) for entry in entries)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", entries, flow_style=on_a_line)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(dict, _object)
_Dumper.add_representer(_Field, _object)
_Dumper.add_representer(list, _list)


def _written(name: str, value: Any) -> list[str]:
    """One field: in one line where it is plain, else as a block."""
    text = yaml.dump(
        _Field({name: value}), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH
    )
    return text.rstrip("\n").splitlines()
