"""The questions in the order in which they are put. A new one is its module and a line here."""

from __future__ import annotations

from collections.abc import Iterator

from modeleval.init.protocol import Draft, Question
from modeleval.init.questions.accepting import Eula, Terms
from modeleval.init.questions.benchmark import BenchmarkName, Subtasks
from modeleval.init.questions.budget import Budget
from modeleval.init.questions.custom import CustomMetrics, ProposedRule, SystemPrompt
from modeleval.init.questions.dataset import Conversion, Dataset
from modeleval.init.questions.judge import Judge
from modeleval.init.questions.metrics import Metrics
from modeleval.init.questions.model import Model
from modeleval.init.questions.names import Region, SuiteName, TaskName
from modeleval.init.questions.people import FlowDefinition
from modeleval.init.questions.responses import Generator, Identifier, KnowledgeBase
from modeleval.init.questions.scorer import Scorer

__all__ = ["questions"]

_FIRST: tuple[Question, ...] = (
    TaskName(),
    Region(),
    SuiteName(),
    BenchmarkName(),
    Subtasks(),
    Scorer(),
    Model(),
    Dataset(),
    Conversion(),
    Identifier(),
    KnowledgeBase(),
    Generator(),
    CustomMetrics(),
    SystemPrompt(),
)
_LAST: tuple[Question, ...] = (Metrics(), FlowDefinition(), Judge(), Budget(), Terms(), Eula())


def questions(draft: Draft) -> Iterator[Question]:
    """Those that apply, one after the other, as the draft stands when the next is asked for."""
    yield from (one for one in _FIRST if one.applies(draft))
    for number in range(1, len(draft.rules) + 1):
        yield ProposedRule(number)
    yield from (one for one in _LAST if one.applies(draft))
