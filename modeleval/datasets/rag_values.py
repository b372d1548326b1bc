"""Values inside a RAG line: objects, lists and texts, each refused by its path if it is another."""

from __future__ import annotations

import msgspec

from modeleval.datasets.fields import Fields, kind_of, text_field
from modeleval.datasets.findings import Place

TEXTS = '{"content": [{"text": "…"}]}'
_list = msgspec.json.Decoder(list[msgspec.Raw])
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_integer = msgspec.json.Decoder(int)


def object_of(value: msgspec.Raw, place: Place, path: str, shape: str) -> Fields | None:
    """The object's fields; None if the value is none, which is reported. `shape`: what to do."""
    kind = kind_of(value)
    if kind != "an object":
        place.problem(path, f"is {kind}, and must be an object", shape)
        return None
    return _fields.decode(value)


def list_of(value: msgspec.Raw, place: Place, path: str, shape: str) -> list[msgspec.Raw] | None:
    """The array's values; None if the value is none, which is reported."""
    kind = kind_of(value)
    if kind != "an array":
        place.problem(path, f"is {kind}, and must be an array", shape)
        return None
    return _list.decode(value)


def child(
    fields: Fields, name: str, place: Place, *, inside: str, missing: str | None
) -> msgspec.Raw | None:
    """A field's value; None where it is absent, which is reported unless `missing` is None."""
    value = fields.get(name)
    if value is None and missing is not None:
        place.problem(f"{inside}{name}", "is missing", missing)
    return value


def content_of(value: msgspec.Raw, place: Place, path: str) -> str | None:
    """The one text of `{"content": [{"text": "…"}]}`; None if there is none, which is reported."""
    shape = f"Write {TEXTS}"
    fields = object_of(value, place, path, shape)
    if fields is None:
        return None
    content = child(fields, "content", place, inside=f"{path}.", missing=shape)
    entries = None if content is None else list_of(content, place, f"{path}.content", shape)
    if entries is None:
        return None
    if len(entries) != 1:
        what = f"holds {len(entries):,} texts, and must hold exactly one"
        place.problem(f"{path}.content", what, shape)
        return None
    inner = f"{path}.content[0]"
    text = object_of(entries[0], place, inner, shape)
    if text is None:
        return None
    return text_field(text, "text", place, missing=shape, inside=f"{inner}.")


def contents_of(value: msgspec.Raw, place: Place, path: str) -> list[str]:
    """The texts of a list of such objects, as far as they are right."""
    entries = list_of(value, place, path, f"Write [{TEXTS}]") or []
    found = [content_of(one, place, f"{path}[{n}]") for n, one in enumerate(entries)]
    return [text for text in found if text is not None]


def integer_of(fields: Fields, name: str, place: Place, *, inside: str, shape: str) -> int | None:
    """A whole number; None if it is none, which is reported."""
    value = child(fields, name, place, inside=inside, missing=shape)
    if value is None:
        return None
    try:
        return _integer.decode(value)
    except msgspec.DecodeError:
        place.problem(f"{inside}{name}", f"is {kind_of(value)}, and no whole number", shape)
        return None
