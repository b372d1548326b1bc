"""Defects of a RAG job's results, on demand."""

from __future__ import annotations

from typing import Any

from embedded_aws.judging.scales import PREFIX


def spoiled(defect: str, conversations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The results with one defect."""
    if defect == "drop-record":
        return conversations[1:]
    turns = [turn for one in conversations for turn in one["conversationTurns"]]
    if defect == "bare-names":
        for turn in turns:
            for result in turn["results"]:
                result["metricName"] = result["metricName"].removeprefix(PREFIX)
        return conversations
    first = turns[0]["results"][0]
    if defect == "missing-result":
        first.pop("result", None)
    else:
        first["result"] = None if defect == "null-result" else float("nan")
    return conversations
