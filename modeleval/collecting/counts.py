"""What collecting came to, in numbers that add up over conversations and batches."""

from __future__ import annotations

from collections import Counter

import msgspec


class BatchCounts(msgspec.Struct, omit_defaults=True, rename="camel", frozen=True, kw_only=True):
    """scenarios: whose conversations are over. turns: that are over; each of them was collected,
    failed, or stands after a failure.

    failed: turns by reason. thinking_removed: blocks. prompts_cut: records whose prompt lost its
    oldest turns; turns_cut: how many those were. requests: of the target.
    """

    scenarios: int = 0
    turns: int = 0
    collected: int = 0
    failed: dict[str, int] = {}
    after_failure: int = 0
    thinking_removed: int = 0
    prompts_cut: int = 0
    turns_cut: int = 0
    requests: int = 0
    tool_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: object) -> BatchCounts:
        if not isinstance(other, BatchCounts):
            return NotImplemented
        failed = Counter(self.failed) + Counter(other.failed)
        added = {
            name: getattr(self, name) + getattr(other, name)
            for name in self.__struct_fields__
            if name != "failed"
        }
        return BatchCounts(failed=dict(sorted(failed.items())), **added)

    @property
    def failures(self) -> int:
        """Turns that failed, whatever the reason."""
        return sum(self.failed.values())

    @property
    def numbers(self) -> dict[str, int]:
        """All but `failed`, by their camelCase names, zeros included."""
        names = zip(self.__struct_encode_fields__, self.__struct_fields__, strict=True)
        return {encoded: getattr(self, name) for encoded, name in names if name != "failed"}

    def sentences(self) -> list[str]:
        """The numbers, said."""
        turns, scenarios = counted(self.turns, "turn"), counted(self.scenarios, "scenario")
        return [
            f"{self.collected:,} of {turns} of {scenarios} collected",
            *self.lost(),
            self._asked(),
        ]

    def lost(self) -> list[str]:
        """What is not as it was asked for: turns without an answer, texts that were taken out."""
        said: list[str] = []
        if self.failed:
            reasons = ", ".join(f"{reason} {number:,}" for reason, number in self.failed.items())
            said.append(f"{counted(self.failures, 'turn')} failed ({reasons})")
        if self.after_failure:
            said.append(f"{counted(self.after_failure, 'turn')} not asked after a failure")
        if self.thinking_removed:
            said.append(f"{counted(self.thinking_removed, '<thinking> block')} removed")
        if self.prompts_cut:
            said.append(
                f"{counted(self.prompts_cut, 'prompt')} without the oldest turns "
                f"({self.turns_cut:,} left out)"
            )
        return said

    def without_response(self) -> str:
        """That nothing was collected, and for which reasons."""
        reasons = ", ".join(f"{reason} ({number:,})" for reason, number in self.failed.items())
        return f"No turn of the {self.scenarios:,} scenarios has a response: {reasons}"

    def _asked(self) -> str:
        asked = f"{counted(self.requests, 'request')}"
        if self.tool_calls:
            asked += f", {counted(self.tool_calls, 'call')} of tools"
        if self.input_tokens or self.output_tokens:
            asked += f", {self.input_tokens:,} tokens in and {self.output_tokens:,} out"
        return asked


def counted(number: int, noun: str) -> str:
    """`1 turn`, `2 turns`, `3 batches`."""
    plural = f"{noun}es" if noun.endswith("ch") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"
