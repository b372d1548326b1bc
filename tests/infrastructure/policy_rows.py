"""What a row of the policy table is made of: statement, purpose, and how it is proved."""

from __future__ import annotations

from typing import NamedTuple

ACCOUNT = "111122223333"
REGION = "us-east-1"
"""What the template's pseudo parameters stand for when a policy is evaluated."""


class Request(NamedTuple):
    """One call that IAM is asked about; context keys with `__` for `:`."""

    action: str
    resource: str
    context: dict[str, str]


class Enforced(NamedTuple):
    """tests/workflow/test_permissions.py takes the statement away on the embedded AWS: what then
    is done (a scenario of that file) fails, and the failure says these words."""

    says: str
    when: str = "a run"


class Evaluated(NamedTuple):
    """test_policy_table.py asks an evaluation of the synthesized policy: yes to what is wanted, no
    to what is near."""

    wanted: tuple[Request, ...]
    near: tuple[Request, ...]


class AwsOnly(NamedTuple):
    """Nothing here can show it: the template is asserted, `make smoke` is the proof."""

    because: str


class Row(NamedTuple):
    """`actions` as the statement has them, separated by spaces."""

    actions: str
    purpose: str
    proof: Enforced | Evaluated | AwsOnly


Rows = dict[str, Row]


def ask(action: str, resource: str, **context: str) -> Request:
    return Request(action, resource, context)


def evaluated(*wanted: Request, near: tuple[Request, ...]) -> Evaluated:
    return Evaluated(wanted, near)


def on(actions: str, wanted: str, *near: str) -> Evaluated:
    """All actions on one resource, and none of them on its neighbours."""
    names = actions.split()
    return Evaluated(
        tuple(ask(name, wanted) for name in names),
        tuple(ask(name, resource) for name in names for resource in near),
    )
