"""What asking a target's model costs: by its scenarios before, by what was counted after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from modeleval.collecting.counts import BatchCounts
from modeleval.collecting.document import Target
from modeleval.collecting.scenarios import Scenario
from modeleval.cost.collecting import Conversation, counted_target, estimate_target
from modeleval.cost.estimate import ModelEstimate
from modeleval.cost.prices import Priced


def estimated_cost(
    target: Target,
    scenarios: Sequence[Scenario],
    *,
    evaluation: str,
    prices: Mapping[str, Priced],
) -> ModelEstimate | None:
    """What asking all turns will cost; None of an application, whose costs nobody here knows.

    prices: those that stand above the price list.
    """
    if target.model is None:
        return None
    schemas = sum(len(str(tool.to_document())) for tool in target.tools)
    return estimate_target(
        evaluation=evaluation,
        model=target.model,
        conversations=[Conversation([len(turn.user) for turn in one.turns]) for one in scenarios],
        instruction_characters=len(target.system or "") + schemas,
        max_tokens=target.inference_params.max_tokens,
        tools=bool(target.tools),
        overrides=prices,
    )


def counted_cost(
    target: Target, counts: BatchCounts, *, evaluation: str, prices: Mapping[str, Priced]
) -> ModelEstimate | None:
    """The same of what was asked, by the tokens that the service counted."""
    if target.model is None:
        return None
    return counted_target(
        evaluation=evaluation,
        model=target.model,
        turns=counts.collected,
        requests=counts.requests,
        input_tokens=counts.input_tokens,
        output_tokens=counts.output_tokens,
        overrides=prices,
    )
