"""Metrics of one's own: from a file, or proposed from the rules of a system prompt."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from modeleval.datasets.formats import GENERATE, JUDGE, RETRIEVE, SAGEMAKER_JUDGE
from modeleval.documents import problems
from modeleval.init.protocol import Around, Asked, Draft, Remark, WrongAnswer
from modeleval.init.questions.choosing import NO, NONE, YES
from modeleval.init.rules import MAX_PROMPT_BYTES, metric_of, rules_of
from modeleval.kinds.custom_metrics import MAX_CUSTOM_METRICS, CustomMetric
from modeleval.kinds.rag.metrics import RagCustomMetric, RetrieveCustomMetric

_DOCUMENTS: Mapping[str, type[CustomMetric]] = {
    JUDGE: CustomMetric,
    SAGEMAKER_JUDGE: CustomMetric,
    GENERATE: RagCustomMetric,
    RETRIEVE: RetrieveCustomMetric,
}
_ALL = "all"
_NUMBERS = re.compile(r"\d+(\s*,\s*\d+)*")


class CustomMetrics:
    """A JSON file with one definition or a list of them, as Bedrock's API or console has it."""

    name = "custom-metrics"

    def applies(self, draft: Draft) -> bool:
        return draft.kind in _DOCUMENTS

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        explained = [
            "A custom metric has instructions and a rating scale; docs/suites.md shows one."
        ]
        question = "A JSON file with custom metrics? (a path, or none)"
        return Asked(question, explained, default=NONE)

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:  # noqa: ARG002
        if text == NONE:
            draft.custom = []
            return ()
        try:
            content = json.loads(_content(text, most=1 << 20))
        except (ValueError, RecursionError):
            raise WrongAnswer(f"{text} is not JSON; it holds one definition, or a list") from None
        given = content if isinstance(content, list) else [content]
        draft.custom = _checked(given, draft)
        names = ", ".join(one["name"] for one in draft.custom)
        return (f"Custom metrics: {names}.",)


class SystemPrompt:
    """The system prompt of what is judged: each rule in it may become a metric."""

    name = "system-prompt"

    def applies(self, draft: Draft) -> bool:
        asks = draft.kind in _DOCUMENTS and draft.kind != RETRIEVE
        return asks and len(draft.custom) < MAX_CUSTOM_METRICS

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        explained = [
            (
                "The rules in a system prompt (must, never, always, ...) are proposed as metrics, "
                "one by one. No model reads it."
            )
        ]
        question = "A text file with the system prompt? (a path, or none)"
        return Asked(question, explained, default=NONE)

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:  # noqa: ARG002
        if text == NONE:
            draft.rules = ()
            return ()
        prompt = _content(text, most=MAX_PROMPT_BYTES)
        draft.rules = rules_of(prompt, most=MAX_CUSTOM_METRICS - len(draft.custom))
        if not draft.rules:
            return (f"{text} states no rule that is recognised, so none is proposed.",)
        return (f"{text} states {len(draft.rules)} rules that can be metrics.",)


class ProposedRule:
    """One rule: taken as it is, written anew, or left out. On the command line by its number."""

    name = "rules"

    def __init__(self, number: int) -> None:
        self.number = number

    def applies(self, draft: Draft) -> bool:
        return self.number <= len(draft.rules)

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        made = self._metric(draft.rules[self.number - 1], draft)
        explained = [
            f"Rule {self.number} of {len(draft.rules)}: {draft.rules[self.number - 1]}",
            f"It would be the metric {made['name']}: N/A, Broken (0) or Kept (1).",
        ]
        return Asked("Measure it? (yes, no, or the rule in other words)", explained)

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:  # noqa: ARG002
        rule = draft.rules[self.number - 1]
        if _NUMBERS.fullmatch(text):
            numbers = {int(one) for one in text.split(",")}
            if max(numbers) > len(draft.rules) or 0 in numbers:
                raise WrongAnswer(
                    f"There are rules 1 to {len(draft.rules)}; write all or none, too"
                )
            wanted = self.number in numbers
        elif text.lower() in (*YES, *NO, _ALL, NONE):
            wanted = text.lower() in (*YES, _ALL)
        else:
            wanted, rule = True, text
        if wanted:
            draft.custom = [*draft.custom, *_checked([self._metric(rule, draft)], draft)]
        return ()

    @staticmethod
    def _metric(rule: str, draft: Draft) -> dict[str, Any]:
        return metric_of(rule, [one["name"] for one in draft.custom])


def _content(path: str, *, most: int) -> str:
    try:
        if Path(path).stat().st_size > most:
            raise WrongAnswer(f"{path} has more than {most:,} bytes; name another file")
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        why = (error.strerror or "it cannot be read").lower()
        raise WrongAnswer(f"{path} cannot be read: {why}; name another file, or none") from None
    except UnicodeDecodeError:
        raise WrongAnswer(f"{path} is no text in UTF-8; name another file, or none") from None


def _checked(given: Iterable[Any], draft: Draft) -> list[dict[str, Any]]:
    """The definitions as a suite has them; WrongAnswer with what is wrong, by their numbers."""
    model = _DOCUMENTS[draft.kind or JUDGE]
    found, wrong = [], []
    for number, one in enumerate(given):
        try:
            found.append(model.model_validate(one).to_document())
        except ValidationError as error:
            wrong += problems(error, model, at=(number,))
    if wrong:
        raise WrongAnswer("\n".join(["The definitions are wrong:", *(f"- {w}" for w in wrong)]))
    names = [one["name"] for one in found]
    if len(set(names)) < len(names):
        raise WrongAnswer("Two definitions have the same name; names must differ")
    if not 1 <= len(found) <= MAX_CUSTOM_METRICS:
        raise WrongAnswer(f"The file must hold 1 to {MAX_CUSTOM_METRICS} definitions")
    return found
