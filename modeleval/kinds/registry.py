"""Which kinds there are. A new kind is its module, which says `KIND: Kind = …`, and one line here.

A kind's module is imported when the kind is first asked for: a function that works on a job
starts with that job's kind, and not with all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from types import MappingProxyType

from modeleval.kinds.protocol import Kind

MODULES: Mapping[str, str] = MappingProxyType(
    {
        "bedrock-judge": "bedrock_judge",
        "bedrock-programmatic": "bedrock_programmatic",
        "bedrock-rag-retrieve": "bedrock_rag_retrieve",
        "bedrock-rag-generate": "bedrock_rag_generate",
        "bedrock-human": "bedrock_human",
        "sagemaker-benchmark": "sagemaker_benchmark",
        "sagemaker-scorer": "sagemaker_scorer",
        "sagemaker-judge": "sagemaker_judge",
        "reference-metrics": "reference_metrics",
        "lambda-scorer": "lambda_scorer",
    }
)
"""By the kind's name: its module in `modeleval.kinds`."""


class _Kinds(Mapping[str, Kind]):
    """The kinds by name. Names are known without importing any."""

    def __getitem__(self, name: str) -> Kind:
        kind: Kind = import_module(f"modeleval.kinds.{MODULES[name]}").KIND
        return kind

    def __contains__(self, name: object) -> bool:
        return name in MODULES

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


KINDS: Mapping[str, Kind] = _Kinds()
