"""Which of the settings' judges can be used now: what a run checks, asked of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from botocore.exceptions import ClientError

from modeleval.aws import error_code, error_message
from modeleval.bedrock.lookup import NotThere
from modeleval.bedrock.model_ids import parse_model_id
from modeleval.bedrock.models import JUDGE, Models
from modeleval.errors import Refused, TransientServiceError


class JudgeState(NamedTuple):
    """One judge. usable: None if it could not be looked at.

    why, action: what keeps it from judging (with its name) and what to do; empty if nothing does.
    end_of_life: None if no date is set, or known.
    """

    model: str
    usable: bool | None
    why: str = ""
    action: str = ""
    end_of_life: datetime | None = None


def survey(
    models: Models, allowed: Sequence[str], *, now: datetime | None = None
) -> Iterator[JudgeState]:
    """Each judge that the settings allow, in their order."""
    return (_state(models, name, allowed, now) for name in allowed)


def _state(models: Models, name: str, allowed: Sequence[str], now: datetime | None) -> JudgeState:
    try:
        model = models.check(name, JUDGE, allowed=allowed, field=JUDGE.setting, now=now)
        return JudgeState(name, True, end_of_life=models.end_of_life(model))
    except Refused as error:
        return JudgeState(name, False, error.what, error.action, _end(models, name))
    except (TransientServiceError, NotThere) as error:
        return JudgeState(name, None, f"{name}: {str(error) or 'it went away'}", "Try again.")
    except ClientError as error:
        return JudgeState(
            name,
            None,
            f"{name}: {error.operation_name}: {error_code(error)}: {error_message(error)}",
            f"Allow bedrock:{error.operation_name} to the credentials that you use.",
        )


def _end(models: Models, name: str) -> datetime | None:
    """When a judge that is refused ends, if that can be told: it may be why."""
    model = parse_model_id(name)
    with suppress(NotThere, ClientError, TransientServiceError):
        return models.end_of_life(model) if model else None
    return None
