"""Which benchmark of SageMaker's, and which of its subtasks."""

from __future__ import annotations

from collections.abc import Sequence

from modeleval.errors import SuiteInvalid
from modeleval.init.protocol import Around, Asked, Choice, Draft, Remark, WrongAnswer
from modeleval.init.questions.choosing import NONE, chosen, listed
from modeleval.init.tasks import BENCHMARK
from modeleval.sagemaker.benchmarks import BENCHMARKS, check_subtasks, find_benchmark

_ALL = "all"


class BenchmarkName:
    """Which benchmark, by its name in any spelling or its number in the list."""

    name = "benchmark"

    def applies(self, draft: Draft) -> bool:
        return draft.kind == BENCHMARK

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        return Asked("Which benchmark?", choices=self._choices())

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:  # noqa: ARG002
        try:
            name = chosen(text, self._choices()) if text.isdigit() else text
            found = find_benchmark(name)
        except SuiteInvalid as error:
            raise WrongAnswer(str(error)) from None
        draft.benchmark = found.name
        return (f"{found.name}: {found.meaning}",)

    @staticmethod
    def _choices() -> list[Choice]:
        return [Choice(name, one.meaning) for name, one in BENCHMARKS.items()]


class Subtasks:
    """All of a benchmark's subtasks, or some."""

    name = "subtasks"

    def applies(self, draft: Draft) -> bool:
        known = find_benchmark(draft.benchmark).subtasks if draft.benchmark else ()
        return bool(known)

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        known = find_benchmark(draft.benchmark or "").subtasks
        explained = [f"There are {len(known)}: {', '.join(known)}."]
        return Asked("Which subtasks? (commas between them)", explained, default=_ALL)

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:  # noqa: ARG002
        asked = () if text.lower() in (_ALL, NONE) else listed(text)
        try:
            if asked:
                asked = tuple(check_subtasks(find_benchmark(draft.benchmark or ""), asked))
        except SuiteInvalid as error:
            raise WrongAnswer(str(error)) from None
        draft.subtasks = asked
        return ()
