"""What a caller says about a RAG dataset before it is read."""

from __future__ import annotations

from dataclasses import dataclass

from modeleval.datasets.options import MAX_RECORDS

MAX_TURNS = 5
"""Of a conversation whose answers are generated; a retrieval has one turn."""
MAX_QUERY_CHARACTERS = 1000
"""What a knowledge base takes as a query ("User query size", not adjustable)."""


@dataclass(frozen=True, kw_only=True)
class RagOptions:
    """How one RAG dataset is to be validated.

    source: how errors name the file. retrieve: retrieval alone is judged, else generated answers.
    identifier: the `knowledgeBaseIdentifier` that every output must carry; None takes the first.
    live: a knowledge base answers while the job runs; turns need no output.
    reference_wanted_by: metrics that use `referenceResponses` when they are there;
    reference_needed_by: those that cannot do without. citations_needed_by: those judged by
    `citations`. built_in: whether a built-in metric is asked for. max_records: how many
    turns may be judged, by default in one job; None is no limit.
    """

    source: str
    retrieve: bool
    identifier: str | None
    live: bool = False
    reference_wanted_by: tuple[str, ...] = ()
    reference_needed_by: tuple[str, ...] = ()
    citations_needed_by: tuple[str, ...] = ()
    built_in: bool = True
    keep_thinking: bool = False
    allow_long_prompts: bool = False
    cluster_field: str | None = None
    max_records: int | None = MAX_RECORDS

    @property
    def max_turns(self) -> int:
        return 1 if self.retrieve else MAX_TURNS
