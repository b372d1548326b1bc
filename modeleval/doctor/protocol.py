"""What a check is: the questions that it asks of AWS, and what it finds by each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from modeleval.aws import error_code, error_message
from modeleval.cli.surroundings import advice
from modeleval.doctor.patient import Patient
from modeleval.errors import ModelevalError

_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError")


class State(StrEnum):
    OK = "ok"
    PROBLEM = "problem"
    UNKNOWN = "could not look"


class Finding(NamedTuple):
    """One thing that was looked at. why: what was seen.

    fix: one line; empty only if all is well.
    """

    state: State
    what: str
    why: str
    fix: str = ""


class Question(NamedTuple):
    """What is asked in one go: `ask` may raise what AWS answers. needs: the IAM actions for it."""

    what: str
    ask: Callable[[], Iterable[Finding]]
    needs: tuple[str, ...] = ()


class Check(Protocol):
    """One kind of trouble. A check with `needs_stack` is asked nothing where none is deployed."""

    name: str
    needs_stack: bool

    def questions(self, patient: Patient) -> Iterable[Question]:
        """What to ask; asks nothing itself."""
        ...


def ok(what: str, why: str) -> Finding:
    return Finding(State.OK, what, why)


def problem(what: str, why: str, fix: str) -> Finding:
    return Finding(State.PROBLEM, what, why, fix)


def unknown(what: str, why: str, fix: str) -> Finding:
    return Finding(State.UNKNOWN, what, why, fix)


def answers(question: Question) -> Iterator[Finding]:
    """What a question finds; that it could not look, and why, if AWS does not answer it."""
    try:
        yield from question.ask()
    except ClientError as error:
        code = error_code(error)
        why = f"{error.operation_name}: {code}: {error_message(error)}"
        yield unknown(question.what, why, _allow(question) if code in _DENIED else _later())
    except BotoCoreError as error:
        yield unknown(question.what, f"{str(error).rstrip('.')}", advice(error))
    except ModelevalError as error:
        yield unknown(question.what, error.what, error.action)


def _allow(question: Question) -> str:
    needs = ", ".join(question.needs) or "it"
    return f"Allow {needs} to the credentials that you use, or ask who may."


def _later() -> str:
    return "Try again; if it stays so, look in the console."
