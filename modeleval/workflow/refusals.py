"""Several refusals told as one."""

from __future__ import annotations

from collections.abc import Sequence

from modeleval.errors import Refused


def raise_all(refusals: Sequence[Refused]) -> None:
    """Raise what there is: one as it is, several as one of the first's name that tells them all."""
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        listed = "\n".join(f"{type(refusal).__name__}: {refusal}" for refusal in refusals)
        raise type(refusals[0])(
            f"{len(refusals)} evaluations are refused:\n{listed}\n",
            action="Nothing was started.",
        )
