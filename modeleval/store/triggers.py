"""The table's items about triggers: which are enabled, what each event started, how many a day."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from boto3.dynamodb.conditions import Attr, ConditionBase
from botocore.exceptions import ClientError

from modeleval.aws import error_code, transient_errors
from modeleval.store import keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_CLAIMED, _STARTED = "claimed", "started"
_COUNTS_KEPT_SECONDS = 7 * 86_400


class Claim(StrEnum):
    """What came of asking for an occasion."""

    OURS = "ours"
    STARTED = "already started"
    IN_HAND = "in hand"
    """Somebody else's lease has not run out."""


class EnabledTrigger(NamedTuple):
    """Since when a suite's trigger with these patterns counts: ISO 8601 in UTC."""

    patterns: str
    """Digest of the patterns."""
    enabled_at: str


class TriggerStore:
    """Conditional writes only: two that do the same at once do it once."""

    def __init__(self, table: Table) -> None:
        self._table = table

    # -- one occasion: a suite and a model package, or a suite and a time --------------------------

    def claim(self, suite: str, occasion: str, *, holder: str, now: int, lease: int) -> Claim:
        """Hold an occasion for `lease` seconds. The item has no time to live.

        Whoever holds it may take it again: a second try of the same event goes on where the first
        one broke off. `now` is in epoch seconds.
        """
        free = (
            Attr(keys.PARTITION).not_exists()
            | Attr("leaseUntil").lte(now)
            | Attr("holder").eq(holder)
        )
        if self._update(
            keys.trigger_key(suite, occasion),
            {"claimState": _CLAIMED, "holder": holder, "leaseUntil": now + lease},
            Attr("executionArn").not_exists() & free,
        ):
            return Claim.OURS
        item = self._get(keys.trigger_key(suite, occasion))
        return Claim.STARTED if item and item.get("claimState") == _STARTED else Claim.IN_HAND

    def started(self, suite: str, occasion: str, execution_arn: str) -> None:
        """Make a claim permanent, with the execution that it started."""
        self._update(
            keys.trigger_key(suite, occasion),
            {"claimState": _STARTED, "executionArn": execution_arn},
            Attr("executionArn").not_exists(),
        )

    def release(self, suite: str, occasion: str, *, holder: str) -> None:
        """Give a claim back that started nothing: the next one gets it at once."""
        self._update(
            keys.trigger_key(suite, occasion),
            {"leaseUntil": 0, "holder": ""},
            Attr("executionArn").not_exists() & Attr("holder").eq(holder),
        )

    # -- the daily limit -------------------------------------------------------------------------

    def count(self, day: str, execution: str, *, limit: int, now: int) -> bool:
        """Count a run among its UTC day's (`2026-11-22`); False if the day is full.

        The names are a set: counting the same one again counts it once.
        """
        room = (
            Attr("executions").not_exists()
            | Attr("executions").size().lt(limit)
            | Attr("executions").contains(execution)
        )
        return self._write(
            Key=keys.trigger_count_key(day),
            UpdateExpression="ADD #executions :execution SET #expires = :expires",
            ConditionExpression=room,
            ExpressionAttributeNames={"#executions": "executions", "#expires": keys.EXPIRES},
            ExpressionAttributeValues={
                ":execution": {execution},
                ":expires": now + _COUNTS_KEPT_SECONDS,
            },
        )

    # -- which triggers are enabled --------------------------------------------------------------

    def enabled(self) -> dict[str, EnabledTrigger]:
        """The enabled triggers by their suites' names."""
        item = self._get(keys.ENABLED_TRIGGERS_KEY) or {}
        return {
            suite: EnabledTrigger(found["patterns"], found["enabledAt"])
            for suite, found in item.get("suites", {}).items()
        }

    def enable(self, triggers: Mapping[str, EnabledTrigger], *, owner: str) -> None:
        """Keep these triggers and no others. `owner` is the resource that deploys them."""
        suites = {
            suite: {"patterns": trigger.patterns, "enabledAt": trigger.enabled_at}
            for suite, trigger in triggers.items()
        }
        self._update(keys.ENABLED_TRIGGERS_KEY, {"owner": owner, "suites": suites})

    def disable(self, *, owner: str) -> bool:
        """Keep none, unless another resource has taken over; whether that was so."""
        return self._update(keys.ENABLED_TRIGGERS_KEY, {"suites": {}}, Attr("owner").eq(owner))

    # -- the table itself ------------------------------------------------------------------------

    def _get(self, key: dict[str, str]) -> dict[str, Any] | None:
        with transient_errors("DynamoDB"):
            return self._table.get_item(Key=key, ConsistentRead=True).get("Item")

    def _update(
        self,
        key: dict[str, str],
        fields: Mapping[str, Any],
        condition: ConditionBase | None = None,
    ) -> bool:
        """Set fields of an item that need not be there; whether the condition held."""
        values = {name: Decimal(v) if isinstance(v, int) else v for name, v in fields.items()}
        return self._write(
            Key=key,
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
            ExpressionAttributeNames={f"#{name}": name for name in values},
            ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
            **({"ConditionExpression": condition} if condition is not None else {}),
        )

    def _write(self, **update: Any) -> bool:
        with transient_errors("DynamoDB"):
            try:
                self._table.update_item(**update)
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise
                return False
        return True
