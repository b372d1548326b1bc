"""What may be evaluated, in a newcomer's words, and the kind of evaluation that does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from modeleval.datasets.formats import (
    FUNCTION,
    GENERATE,
    HUMAN,
    JUDGE,
    REFERENCE,
    RETRIEVE,
    SAGEMAKER_JUDGE,
    SCORER,
)
from modeleval.settings import is_function_arn

BENCHMARK = "sagemaker-benchmark"

JUDGED = (JUDGE, RETRIEVE, GENERATE, SAGEMAKER_JUDGE)
"""Kinds in which a model judges."""
OF_THE_RUNS_MODEL = (SAGEMAKER_JUDGE, BENCHMARK, SCORER)
"""Kinds that evaluate the model that a run is started for."""


class Task(NamedTuple):
    """name: as it is answered. evaluation: what the suite's entry is called."""

    name: str
    meaning: str
    evaluation: str
    kind: str

    def kind_of(self, scorer: str | None) -> str:
        """The kind; a function that is no registered scorer is asked by modeleval itself."""
        return FUNCTION if self.kind == SCORER and is_function_arn(scorer or "") else self.kind


_ALL = (
    Task("answers", "a model's answers, judged by another model", "answers", JUDGE),
    Task("retrieval", "which passages a RAG system retrieves", "retrieval", RETRIEVE),
    Task("rag-answers", "the answers of a RAG system", "rag-answers", GENERATE),
    Task("fine-tuned", "a fine-tuned model beside its base", "answers", SAGEMAKER_JUDGE),
    Task("benchmark", "a fine-tuned model on a public benchmark", "benchmark", BENCHMARK),
    Task("references", "labels or summaries against references", "overlap", REFERENCE),
    Task("people", "responses, rated or compared by people", "people", HUMAN),
    Task("scorer", "by a scorer of your own, or for maths or code", "scores", SCORER),
)
TASKS: Mapping[str, Task] = {task.name: task for task in _ALL}
