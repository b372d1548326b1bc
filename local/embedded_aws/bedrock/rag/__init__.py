"""RAG evaluation jobs: of retrieval alone, and of generated answers; precomputed, or by asking a
knowledge base.
"""

from __future__ import annotations

from embedded_aws.bedrock.rag.checks import check_request
from embedded_aws.bedrock.rag.source import is_rag, summary

__all__ = ["check_request", "is_rag", "summary"]
