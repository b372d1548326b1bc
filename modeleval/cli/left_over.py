"""What is said of a run whose execution ended after the scores were published, and too early."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modeleval.store.items import Run
from modeleval.workflow.left_over import Left, left_words


def undone_lines(run: Run, left: Sequence[Left]) -> Iterator[str]:
    """What was not done after the scores were published, and how to get it; mostly nothing."""
    if left:
        yield (
            f"[yellow]Not done[/yellow]: {left_words(left)}; the execution ended before that. "
            f"The scores stand. `modeleval resume {run.run_id}` does what is left, and pays for "
            "nothing."
        )
