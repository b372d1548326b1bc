"""The table's calls: reads, conditional writes and queries, page by page."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError

from modeleval.aws import error_code, transient_errors
from modeleval.errors import TransientServiceError
from modeleval.store import keys
from modeleval.store.items import to_dynamodb

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_DAY = 86_400
_TRIES = 6
"""How often a batch may bring nothing of what it left unread; a busy table answers in part."""
_PAUSE_SECONDS = 0.1
_FROM_DYNAMODB = TypeDeserializer()
_WRITTEN_AT_ONCE = 25
"""Of 100 that a transaction takes: together they may have 4 MB, and the items hold long metrics."""


ABSENT: ConditionBase = Attr(keys.PARTITION).not_exists()
"""For a new item by UpdateItem, where a role may not put items and so replace others."""


class Rows:
    """Items of one table. Service errors that pass are raised as TransientServiceError."""

    def __init__(self, table: Table, *, retention_days: int | None = None) -> None:
        """`retention_days` is needed by those who write: items expire after it."""
        self._table = table
        self._retention_days = retention_days

    def _expiry(self) -> dict[str, int]:
        if self._retention_days is None:
            return {}
        return {keys.EXPIRES: int(time.time()) + self._retention_days * _DAY}

    def _get(self, key: dict[str, str]) -> dict[str, Any] | None:
        with transient_errors("DynamoDB"):
            return self._table.get_item(Key=key, ConsistentRead=True).get("Item")

    def _get_many(self, wanted: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
        """The items with these keys (at most 100), in no order; those that are gone are left out.

        Raises TransientServiceError if DynamoDB goes on leaving some unread.
        """
        name, found, idle = self._table.name, list[dict[str, Any]](), 0
        left: dict[str, Any] = {name: {"Keys": [*wanted], "ConsistentRead": True}} if wanted else {}
        while left:
            with transient_errors("DynamoDB"):
                answer = self._table.meta.client.batch_get_item(RequestItems=left)
            read = answer["Responses"].get(name, [])
            found += read
            left = dict(answer.get("UnprocessedKeys") or {})
            idle = 0 if read else idle + 1
            if left and idle == _TRIES:
                raise TransientServiceError(
                    "DynamoDB leaves items unread", action="Try again in a minute."
                )
            if left and idle:
                time.sleep(_PAUSE_SECONDS * 2**idle)
        return found

    def _put_new(self, item: dict[str, Any]) -> bool:
        with transient_errors("DynamoDB"):
            try:
                self._table.put_item(
                    Item=item, ConditionExpression=Attr(keys.PARTITION).not_exists()
                )
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise
                return False
        return True

    def _put_all_new(self, items: Sequence[dict[str, Any]]) -> None:
        """Put the items that are not there, some at a time; those that are there stay as they are.

        A batch is one transaction, so that no condition is lost; one that finds an item there is
        put one by one.
        """
        for batch in batches(items, _WRITTEN_AT_ONCE):
            puts: Any = [
                {
                    "Put": {
                        "TableName": self._table.name,
                        "Item": item,
                        "ConditionExpression": f"attribute_not_exists({keys.PARTITION})",
                    }
                }
                for item in batch
            ]
            with transient_errors("DynamoDB"):
                try:
                    self._table.meta.client.transact_write_items(TransactItems=puts)
                    continue
                except ClientError as error:
                    if error_code(error) != "TransactionCanceledException":
                        raise
            for item in batch:
                self._put_new(item)

    def _update(
        self,
        key: dict[str, str],
        fields: dict[str, Any],
        condition: ConditionBase | None,
        remove: Sequence[str] = (),
    ) -> bool:
        """Set fields of an item that fulfils the condition; whether it did.

        Without a condition the item need not be there; with `ABSENT` it must not. The SDK sends a
        write again whose answer was lost; then the condition does not hold because of that very
        write: an item that is as this leaves it counts as one that fulfilled it.
        """
        values = to_dynamodb(fields)
        names = {f"#{name}": name for name in (*values, *remove)}
        expression = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
        if remove:
            expression += " REMOVE " + ", ".join(f"#{name}" for name in remove)
        further: dict[str, Any] = {}
        if condition is not None:
            there = Attr(keys.PARTITION).exists()
            further["ConditionExpression"] = condition if condition is ABSENT else there & condition
        with transient_errors("DynamoDB"):
            try:
                self._table.update_item(
                    Key=key,
                    UpdateExpression=expression,
                    ExpressionAttributeNames=names,
                    ExpressionAttributeValues={f":{k}": v for k, v in values.items()},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    **further,
                )
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise
                return _is_written(error, values, remove)
        return True

    def _of_run(self, run_id: str, sort_prefix: str) -> Iterator[dict[str, Any]]:
        partition = Key(keys.PARTITION).eq(keys.run_partition(run_id))
        return self._query(partition & Key(keys.SORT).begins_with(sort_prefix), consistent=True)

    def _listed(self, partition: str, *, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """The items of one list, newest first; read as far as they are asked for."""
        condition = Key(keys.LISTS_PARTITION).eq(partition)
        return self._query(condition, index=keys.LISTS_INDEX, newest_first=True, limit=limit)

    def _query(
        self,
        condition: ConditionBase,
        *,
        index: str | None = None,
        newest_first: bool = False,
        limit: int | None = None,
        consistent: bool = False,
        where: ConditionBase | None = None,
    ) -> Iterator[dict[str, Any]]:
        """What fulfils the condition on keys and `where`; a `limit` counts before `where` does."""
        arguments: dict[str, Any] = {
            "KeyConditionExpression": condition,
            "ScanIndexForward": not newest_first,
        }
        if index:
            arguments["IndexName"] = index
        if consistent:
            arguments["ConsistentRead"] = True
        if where is not None:
            arguments["FilterExpression"] = where
        left = limit
        while True:
            if left is not None:
                arguments["Limit"] = left
            with transient_errors("DynamoDB"):
                page = self._table.query(**arguments)
            yield from page["Items"]
            left = None if left is None else left - len(page["Items"])
            if "LastEvaluatedKey" not in page or left == 0:
                return
            arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _is_written(error: ClientError, values: dict[str, Any], removed: Sequence[str]) -> bool:
    """Whether the item that an error tells of has these values, and nothing of what is removed."""
    response: Any = error.response
    item: dict[str, Any] = response.get("Item", {})
    return not any(name in item for name in removed) and all(
        name in item and _FROM_DYNAMODB.deserialize(item[name]) == value
        for name, value in values.items()
    )


def batches(items: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    """Lists of at most `size` items, each made when it is asked for."""
    batch: list[dict[str, Any]] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
