"""What a command's exit code says, for scripts and pipelines."""

from __future__ import annotations

from enum import IntEnum

from modeleval.statistics.verdict import Verdict
from modeleval.store.items import Run, RunStatus


class ExitCode(IntEnum):
    """Of every command; 3 to 5 come from `run` and `resume` alone."""

    DONE = 0
    """Done; of a run: its gate passed, or it has none."""
    ERROR = 1
    """An error, or a run that failed, was stopped, or is partial and has no gate."""
    USAGE = 2
    GATE_FAILED = 3
    INCONCLUSIVE = 4
    """The run's scores cannot decide its gate."""
    PENDING = 5
    """What was scored so far is published; long jobs still run."""
    INTERRUPTED = 130


EXIT_CODES = "Exit codes: 0 done, 1 an error, 2 wrong usage, 130 interrupted."
RUN_EXIT_CODES = (
    "Exit codes: 0 the gate passed, or there is none; 1 an error, or a run that failed, was "
    "stopped, or is partial without a gate; 2 wrong usage; 3 the gate failed; 4 the verdict is "
    "inconclusive, as a trial's always is; 5 it is pending: long jobs, such as people's answers, "
    "still run; 130 interrupted, and the run goes on. Without waiting: "
    "0 means that it was started."
)


def exit_code_of(run: Run) -> ExitCode:
    """What a run came to that is not waited for any longer."""
    if run.status is RunStatus.PENDING:
        return ExitCode.PENDING
    if run.status in (RunStatus.FAILED, RunStatus.STOPPED):
        return ExitCode.ERROR
    if run.verdict == Verdict.FAILED:
        return ExitCode.GATE_FAILED
    if run.verdict == Verdict.INCONCLUSIVE:
        return ExitCode.INCONCLUSIVE
    return ExitCode.DONE if run.status is RunStatus.SUCCEEDED else ExitCode.ERROR
