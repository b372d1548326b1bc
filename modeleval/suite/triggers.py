"""What starts a suite's runs by itself: new model package versions, and a schedule."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from modeleval.digests import text_digest
from modeleval.documents import Document, formed

_RATE = re.compile(r"rate\((\d{1,5}) (minute|hour|day)(s?)\)")
_CRON_FIELDS = ("minutes", "hours", "day of month", "month", "day of week", "year")
_CRON_FIELD = re.compile(r"[A-Za-z0-9*?,/#-]+")
_DAY_OF_MONTH, _DAY_OF_WEEK = 2, 4


def _expression(text: str) -> str:
    """EventBridge Scheduler's own two kinds of recurring expression, as far as they can be told."""
    rate = _RATE.fullmatch(text)
    if rate is not None:
        _check_rate(int(rate[1]), plural=bool(rate[3]))
        return text
    if not (text.startswith("cron(") and text.endswith(")")):
        raise ValueError('write "cron(0 2 * * ? *)" or "rate(1 day)"')
    fields = text[len("cron(") : -1].split()
    if len(fields) != len(_CRON_FIELDS):
        raise ValueError(f"a cron expression has six fields: {', '.join(_CRON_FIELDS)}")
    for name, field in zip(_CRON_FIELDS, fields, strict=True):
        if not _CRON_FIELD.fullmatch(field):
            raise ValueError(f"the field {name} of the cron expression cannot be read")
    if (fields[_DAY_OF_MONTH] == "?") is (fields[_DAY_OF_WEEK] == "?"):
        raise ValueError("write ? for one of day of month and day of week, and only for one")
    return text


def _check_rate(value: int, *, plural: bool) -> None:
    if value < 1:
        raise ValueError("a rate is at least 1")
    if plural is (value == 1):
        raise ValueError('a rate of 1 is singular, as in "rate(1 day)", and others are plural')


def _no_arn(name: str) -> str:
    if name.startswith("arn:"):
        raise ValueError("write the group's name, not its ARN")
    return name


_LONGEST_NAME = StringConstraints(max_length=63)
GroupPattern = Annotated[
    str,
    AfterValidator(_no_arn),
    _LONGEST_NAME,
    formed(
        r"[a-zA-Z0-9*][a-zA-Z0-9*-]*",
        "write a group's name: letters, digits and hyphens, with * for any of them",
    ),
]
"""A model package group's name; `*` stands for any characters, or none."""

GroupName = Annotated[
    str,
    AfterValidator(_no_arn),
    _LONGEST_NAME,
    formed(
        r"[a-zA-Z0-9](-*[a-zA-Z0-9])*",
        "write a group's name: letters, digits and hyphens, a letter or digit at both ends",
    ),
]
Timezone = Annotated[
    str,
    StringConstraints(max_length=50),
    formed(r"[A-Za-z0-9/+_-]+", "write a time zone's name, such as Europe/Berlin"),
]
ScheduleExpression = Annotated[str, StringConstraints(max_length=256), AfterValidator(_expression)]


class Trigger(Document):
    """Each new version in a group that one of the patterns matches starts one run."""

    model_package_groups: Annotated[tuple[GroupPattern, ...], Field(min_length=1, max_length=50)]

    @property
    def digest(self) -> str:
        """Of what the patterns match: their order and case change nothing."""
        return text_digest(*sorted(pattern.lower() for pattern in self.model_package_groups))

    def matches(self, group: str) -> bool:
        """Whether a group's name is meant, compared without case."""
        return any(matches(pattern, group) for pattern in self.model_package_groups)


class Schedule(Document):
    """Each time that EventBridge Scheduler's expression names starts one run."""

    expression: ScheduleExpression
    timezone: Timezone = "UTC"
    model: GroupName | None = None
    """The model package group whose latest, or latest approved, version is evaluated."""
    which: Literal["latest", "approved"] = "latest"

    @model_validator(mode="after")
    def _which_of_what(self) -> Schedule:
        if self.model is None and "which" in self.model_fields_set:
            raise ValueError("which says which version of model; add model, a group's name")
        return self


def matches(pattern: str, group: str) -> bool:
    """Part by part, each at its first place: a regular expression of many stars would try them
    all, and a name that just does not match would keep every suite waiting."""
    name, (first, *others) = group.lower(), pattern.lower().split("*")
    if not others or not name.startswith(first):
        return name == first
    at = len(first)
    *inner, last = others
    for part in inner:
        found = name.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(name) - at >= len(last) and name.endswith(last)
