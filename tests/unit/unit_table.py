"""A DynamoDB table in memory, as far as the stores use one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from boto3.dynamodb.conditions import Size
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from modeleval.store import keys

INDEXES = {
    None: (keys.PARTITION, keys.SORT),
    keys.LISTS_INDEX: (keys.LISTS_PARTITION, keys.LISTS_SORT),
    keys.OPEN_INDEX: (keys.OPEN_PARTITION, keys.OPEN_SORT),
}
PAGE = 2

Item = dict[str, Any]


class MemoryTable:
    """Items by their two keys; conditions are evaluated, values are stored as DynamoDB does."""

    name = "modeleval-table"
    page = PAGE
    """Items per page: few, so that whoever forgets the second page is found out."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Item] = {}
        self.meta = SimpleNamespace(client=self)
        self.read_pages = 0
        self.transactions = 0

    def put_item(self, *, Item: Item, ConditionExpression: Any = None) -> None:  # noqa: N803
        key = _key(Item)
        _require(ConditionExpression, self.items.get(key, {}), "PutItem")
        self.items[key] = _stored(Item)

    def get_item(self, *, Key: Item, ConsistentRead: bool) -> Item:  # noqa: N803
        assert ConsistentRead
        found = self.items.get(_key(Key))
        return {"Item": dict(found)} if found else {}

    def batch_get_item(self, *, RequestItems: Mapping[str, Item]) -> Item:  # noqa: N803
        """At most PAGE items at once: what is left is to be asked for again."""
        [(name, asked)] = RequestItems.items()
        wanted = [_key(key) for key in asked["Keys"]]
        assert name == self.name
        assert 0 < len(wanted) == len(set(wanted)) <= 100
        assert asked["ConsistentRead"]
        found = [dict(self.items[key]) for key in wanted[:PAGE] if key in self.items]
        left = {name: {**asked, "Keys": asked["Keys"][PAGE:]}} if len(wanted) > PAGE else {}
        return {"Responses": {name: found}, "UnprocessedKeys": left}

    def delete_item(self, *, Key: Item) -> None:  # noqa: N803
        self.items.pop(_key(Key), None)

    def update_item(
        self,
        *,
        Key: Item,  # noqa: N803
        UpdateExpression: str,  # noqa: N803
        ExpressionAttributeNames: Mapping[str, str],  # noqa: N803
        ExpressionAttributeValues: Mapping[str, Any],  # noqa: N803
        ConditionExpression: Any = None,  # noqa: N803
        ReturnValuesOnConditionCheckFailure: str = "NONE",  # noqa: N803
    ) -> None:
        found = self.items.get(_key(Key), {})
        told = found if ReturnValuesOnConditionCheckFailure == "ALL_OLD" else {}
        _require(ConditionExpression, found, "UpdateItem", told)
        found = self.items.setdefault(_key(Key), dict(Key))
        added, _, rest = UpdateExpression.rpartition("SET ")
        for name, value in re.findall(r"(#\w+) (:\w+)", added):
            members = found.get(ExpressionAttributeNames[name], set())
            found[ExpressionAttributeNames[name]] = members | ExpressionAttributeValues[value]
        changes, _, removed = rest.partition(" REMOVE ")
        for change in changes.split(", "):
            name, value = change.split(" = ")
            found[ExpressionAttributeNames[name]] = _stored(ExpressionAttributeValues[value])
        for name in re.findall(r"#\w+", removed):
            found.pop(ExpressionAttributeNames[name], None)

    def query(
        self,
        *,
        KeyConditionExpression: Any,  # noqa: N803
        ScanIndexForward: bool,  # noqa: N803
        IndexName: str | None = None,  # noqa: N803
        Limit: int | None = None,  # noqa: N803
        ExclusiveStartKey: int = 0,  # noqa: N803
        ConsistentRead: bool = False,  # noqa: N803
        FilterExpression: Any = None,  # noqa: N803
    ) -> Item:
        """What the filter leaves of a page: a page may be empty, and not be the last."""
        assert not (IndexName and ConsistentRead)  # DynamoDB refuses that
        self.read_pages += 1
        _, sort = INDEXES[IndexName]
        wanted = _test_of(KeyConditionExpression)
        found = [item for item in self.items.values() if wanted(item)]
        found.sort(key=lambda item: item[sort].encode(), reverse=not ScanIndexForward)
        end = ExclusiveStartKey + min(Limit or self.page, self.page)
        read = [dict(item) for item in found[ExclusiveStartKey:end]]
        if FilterExpression is not None:
            read = [*filter(_test_of(FilterExpression), read)]
        page: Item = {"Items": read}
        return page | ({"LastEvaluatedKey": end} if end < len(found) else {})

    def transact_write_items(self, *, TransactItems: list[Item]) -> None:  # noqa: N803
        """All or nothing; each a Put of an item that must not be there."""
        self.transactions += 1
        puts = [one["Put"] for one in TransactItems]
        assert 0 < len(puts) <= 100
        assert {put["TableName"] for put in puts} == {self.name}
        free = f"attribute_not_exists({keys.PARTITION})"
        assert {put["ConditionExpression"] for put in puts} == {free}
        if any(_key(put["Item"]) in self.items for put in puts):
            code = "TransactionCanceledException"
            raise ClientError({"Error": {"Code": code}}, "TransactWriteItems")
        for put in puts:
            self.put_item(Item=put["Item"])

    @contextmanager
    def batch_writer(self) -> Iterator[MemoryTable]:
        yield self


def _stored(value: Any) -> Any:
    return TypeDeserializer().deserialize(TypeSerializer().serialize(value))


def _key(item: Item) -> tuple[str, str]:
    return item[keys.PARTITION], item[keys.SORT]


def _require(condition: Any, item: Item, operation: str, told: Item | None = None) -> None:
    """Raise what DynamoDB raises unless the condition holds, with an item to be told of."""
    if condition is not None and not _holds(condition, item):
        raw = {name: TypeSerializer().serialize(value) for name, value in (told or {}).items()}
        response: Any = {"Error": {"Code": "ConditionalCheckFailedException"}}
        raise ClientError({**response, **({"Item": raw} if raw else {})}, operation)


def _holds(condition: Any, item: Item) -> bool:
    """Whether an item fulfils one of boto3's conditions."""
    return _test_of(condition)(item)


def _test_of(condition: Any) -> Callable[[Item], bool]:
    """One of boto3's conditions as a function of an item, to be asked of many."""
    built = condition.get_expression()
    operator, (first, *rest) = built["operator"], built["values"]
    if operator in ("AND", "OR"):
        together = all if operator == "AND" else any
        tests = [_test_of(one) for one in (first, *rest)]
        return lambda item: together(test(item) for test in tests)
    if operator == "NOT":
        refused = _test_of(first)
        return lambda item: not refused(item)
    if operator in ("attribute_exists", "attribute_not_exists"):
        return lambda item: (first.name in item) is (operator == "attribute_exists")
    TypeSerializer().serialize(rest[0])  # as boto3 does, which takes no floats
    compared, wanted = _COMPARED[operator], rest[0]
    if isinstance(first, Size):
        name = first._values[0].name
        return lambda item: compared(len(item.get(name, ())), wanted)
    return lambda item: first.name in item and compared(item[first.name], wanted)


_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda value, wanted: bool(value == wanted),
    "<": lambda value, wanted: bool(value < wanted),
    ">": lambda value, wanted: bool(value > wanted),
    "<=": lambda value, wanted: bool(value <= wanted),
    "IN": lambda value, wanted: value in wanted,
    "contains": lambda value, wanted: wanted in value,
    "begins_with": lambda value, wanted: str(value).startswith(wanted),
}
