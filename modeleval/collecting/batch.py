"""A batch of conversations, side by side: each step is kept, and none is asked twice."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

import msgspec

from modeleval.collecting.conversation import (
    SERVICE_ERROR,
    Conversation,
    Limits,
    advance,
    begin,
    fail,
)
from modeleval.collecting.counts import BatchCounts
from modeleval.collecting.document import CollectedDataset, CollectedFormat
from modeleval.collecting.pace import Pace
from modeleval.collecting.protocol import Target, TargetBusy
from modeleval.collecting.records import collected, counted
from modeleval.collecting.scenarios import Scenario

WORKERS = 8
MOST_TRIES = 8
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0
_STEP_SPARE = 5.0
"""Seconds over the target's own timeout: to connect, and to keep what was answered."""
_WATCH_SECONDS = 1.0

Work = tuple[int, Scenario]
"""A scenario and its position, by which the store knows its conversation."""


class ConversationStore(Protocol):
    """Where the states of conversations are kept. Used by several threads at once."""

    def load(self, position: int) -> bytes | None: ...

    def save(self, position: int, data: bytes) -> None: ...


class BatchResult(NamedTuple):
    """done: every conversation is over. counts: of all that was asked so far."""

    done: bool
    counts: BatchCounts


def collect_batch(
    scenarios: Sequence[Work],
    target: Target,
    store: ConversationStore,
    *,
    options: CollectedDataset,
    collected_as: CollectedFormat,
    pace: Pace,
    seconds_left: Callable[[], float],
    watch: Callable[[BatchCounts], None] = lambda _: None,
    workers: int = WORKERS,
    jitter: Callable[[], float] = random.random,
) -> BatchResult:
    """Go on with the conversations until all are over, or the time is.

    No step begins that might take longer than there are seconds left. watch: called by the
    caller's own thread about once a second, and before the first step; what it raises ends the
    batch, as TargetRefused and the store's errors do, after the steps that are under way were
    kept. jitter: 0 to 1, of how long to wait for a busy target.
    """
    means = _Means(target, store, options, collected_as, pace, seconds_left, jitter)
    return _Batch(scenarios, means, workers).run(watch)


class _Means(NamedTuple):
    """What `collect_batch` was given."""

    target: Target
    store: ConversationStore
    options: CollectedDataset
    collected_as: CollectedFormat
    pace: Pace
    seconds_left: Callable[[], float]
    jitter: Callable[[], float]

    @property
    def limits(self) -> Limits:
        return Limits(
            self.options.target.max_tool_rounds,
            text_needed=self.collected_as is not CollectedFormat.RAG_RETRIEVE,
        )

    @property
    def step_seconds(self) -> float:
        """A round of functions may take as long as a request before the last one is invoked."""
        target = self.options.target
        times = 2 if any(tool.function for tool in target.tools) else 1
        return times * target.timeout_seconds + _STEP_SPARE


class _Batch:
    def __init__(self, scenarios: Sequence[Work], means: _Means, workers: int) -> None:
        self._scenarios = scenarios
        self._means = means
        self._workers = workers
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._error: BaseException | None = None
        self._over = BatchCounts()
        self._running: dict[int, BatchCounts] = {}
        self._open: set[int] = set()

    def run(self, watch: Callable[[BatchCounts], None]) -> BatchResult:
        self._each(self._scenarios, self._look, watch)
        going_on = [one for one in self._scenarios if one[0] in self._open]
        self._each(going_on, self._converse, watch)
        return BatchResult(not self._open, self._counts())

    def _each(
        self,
        scenarios: Sequence[Work],
        do: Callable[[int, Scenario], None],
        watch: Callable[[BatchCounts], None],
    ) -> None:
        """Do it with each of the scenarios, side by side; raises the first error."""
        rest = iter(scenarios)
        threads = [
            threading.Thread(target=self._work, args=(rest, do), daemon=True)
            for _ in range(min(self._workers, len(scenarios)))
        ]
        try:
            watch(self._counts())
            for thread in threads:
                thread.start()
            for thread in threads:
                while thread.is_alive():
                    thread.join(_WATCH_SECONDS)
                    if thread.is_alive() and not self._ended.is_set():
                        watch(self._counts())
        except BaseException:  # an interrupt too: what is under way is kept
            self._ended.set()
            raise
        finally:
            for thread in threads:
                if thread.ident is not None:
                    thread.join()
        if self._error is not None:
            raise self._error

    def _work(self, rest: Iterator[Work], do: Callable[[int, Scenario], None]) -> None:
        try:
            while not self._ended.is_set() and (one := self._next(rest)) is not None:
                do(*one)
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            with self._lock:
                self._error = self._error or error
            self._ended.set()

    def _next(self, rest: Iterator[Work]) -> Work | None:
        with self._lock:
            return next(rest, None)

    def _look(self, position: int, scenario: Scenario) -> None:
        """Count what was asked before."""
        self._note(position, scenario, self._load(position, scenario))

    def _load(self, position: int, scenario: Scenario) -> Conversation:
        kept = self._means.store.load(position)
        return begin(scenario) if kept is None else Conversation.from_bytes(kept)

    def _converse(self, position: int, scenario: Scenario) -> None:
        state = self._load(position, scenario)
        after = 0.0
        while not state.is_over(scenario):
            if not self._wait(state, after):
                return
            state, after = self._step(state, scenario)
            self._means.store.save(position, state.to_bytes())
            self._note(position, scenario, state)

    def _step(self, state: Conversation, scenario: Scenario) -> tuple[Conversation, float]:
        """The state after one more step, or a try of one, and how long the target wants to rest."""
        try:
            return advance(state, scenario, self._means.target, self._means.limits), 0.0
        except TargetBusy as busy:
            tries = state.tries + 1
            if tries >= MOST_TRIES:
                return fail(state, scenario, SERVICE_ERROR), 0.0
            return msgspec.structs.replace(state, tries=tries), busy.after or 0.0

    def _wait(self, state: Conversation, after: float) -> bool:
        """Wait for the step's time: False if a step no longer fits, or the batch has ended."""
        left = self._means.seconds_left() - self._means.step_seconds
        wait = max(self._backoff(state.tries), after)
        if left < wait or not self._pause(wait):
            return False
        if not state.asks:
            return True
        reserved = self._means.pace.reserve(left - wait)
        return reserved is not None and self._pause(reserved)

    def _backoff(self, tries: int) -> float:
        """Seconds before another try: none before the first, then up to 1, 2, 4 … 60."""
        if not tries:
            return 0.0
        longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** (tries - 1))
        return self._means.jitter() * longest

    def _pause(self, seconds: float) -> bool:
        """Let the time pass; False if the batch ends meanwhile."""
        return not (self._ended.wait(seconds) if seconds else self._ended.is_set())

    def _note(self, position: int, scenario: Scenario, state: Conversation) -> None:
        """Count the conversation as far as it has come."""
        if not state.is_over(scenario):
            with self._lock:
                self._open.add(position)
                if state.turns or state.messages or state.requests:
                    self._running[position] = counted(scenario, state)
            return
        found = collected(scenario, state, self._means.options, self._means.collected_as)
        with self._lock:
            self._open.discard(position)
            self._running.pop(position, None)
            self._over += found.counts

    def _counts(self) -> BatchCounts:
        with self._lock:
            return sum(self._running.values(), self._over)
