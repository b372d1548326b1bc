"""No statement reaches what the settings do not name; and a statement that is widened is found."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from policy_reach import CONDITIONS, ELSEWHERE, REACHED, UNBOUND, findings
from policy_table import RESOURCES, TABLE
from stack_synthesis import Synthesize
from template_reader import as_list
from test_policy_table import Stated, policies
from variants import VARIANTS

ALL = ("as-shipped", "everything", "brought")


@pytest.fixture(scope="module")
def stated(synthesize: Synthesize) -> dict[str, Stated]:
    return {name: list(policies(synthesize(**VARIANTS[name]))) for name in ALL}


@pytest.mark.parametrize("variant", ALL)
def test_no_statement_reaches_further_than_it_should(
    stated: dict[str, Stated], variant: str
) -> None:
    assert list(findings(stated[variant])) == []


def widened(holder: str, statement: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The statement, made wider in each way that there is."""
    found = {name: copy.deepcopy(statement) for name in ("action", "any action", "service")}
    found["action"]["Action"] = [*as_list(statement["Action"]), "iam:PassRole"]
    found["any action"]["Action"] = "*"
    service = as_list(statement["Action"])[0].split(":")[0]
    found["service"]["Action"] = f"{service}:*"
    if found["service"] == statement:
        del found["service"]  # the key's and the denials' own
    if statement["Effect"] == "Deny":
        return found
    for operator, tests in statement.get("Condition", {}).items():
        for key in tests:
            looser = copy.deepcopy(statement)
            del looser["Condition"][operator][key]
            found[f"without {key}"] = looser
    if "Principal" in statement:
        found["everybody"] = {**statement, "Principal": {"AWS": "*"}}
        found["another service"] = {**statement, "Principal": {"Service": "ec2.amazonaws.com"}}
    if holder not in RESOURCES and not statement["Sid"].startswith("Trust"):
        resources = as_list(statement["Resource"])
        if resources != ["*"]:
            found["any resource"] = {**statement, "Resource": "*"}
            found["one more"] = {**statement, "Resource": [*resources, ELSEWHERE["a secret"]]}
            wider = [resource.rsplit("/", 1)[0] + "*" for resource in resources]
            arns = [":".join([*one.split(":")[:5], "*"]) for one in wider if one.startswith("arn")]
            found["the whole service"] = {**statement, "Resource": arns or ["arn:*"]}
    return found


def test_every_statement_that_is_widened_is_found(stated: dict[str, Stated]) -> None:
    tried, missed = 0, []
    for holder, statement in stated["everything"]:
        for how, wider in widened(holder, statement).items():
            tried += 1
            if not list(findings([(holder, wider)])):
                missed.append((holder, statement["Sid"], how))
    assert tried > 1_000
    assert missed == []


def test_what_is_listed_here_is_there(stated: dict[str, Stated]) -> None:
    """So that no exception outlives what it was for."""
    sids = {sid for rows in TABLE.values() for sid in rows}
    named = {f"{holder} {sid}" for holder, rows in TABLE.items() for sid in rows}
    assert sids >= UNBOUND
    assert set(CONDITIONS) <= sids | named
    assert set(REACHED) <= set(ELSEWHERE)
    for what, who in REACHED.items():
        for holder, sid in who:
            role = holder if holder.endswith("Role") else f"Functions{holder}Role"
            assert sid in TABLE[role], (what, holder, sid)
