"""One line into the fields of its object; what is wrong with it by name, whatever the bytes.

msgspec decides whether a line is JSON, without decoding what nobody asks for. Only a line that it
refuses is read again, by the standard library, which knows the column and lets NaN and halves of
surrogate pairs through so that they can be named.
"""

from __future__ import annotations

import json
import re

import msgspec

from modeleval.datasets.fields import Fields, kind_of, shown_name
from modeleval.datasets.findings import Place

_GZIP = b"\x1f\x8b"
_SURROGATE = re.compile("[\ud800-\udfff]")
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])

# The standard library's own words; any other message is left out, as it could quote the line.
_EXPECTED = {
    "Expecting value": "a value is expected",
    "Expecting property name enclosed in double quotes": "a name in double quotes is expected",
    "Expecting ':' delimiter": "a colon is expected",
    "Expecting ',' delimiter": "a comma or a closing bracket is expected",
    "Illegal trailing comma before end of object": "a comma has nothing after it",
    "Illegal trailing comma before end of array": "a comma has nothing after it",
    "Unterminated string starting at": "a string begins that does not end",
    "Invalid control character at": "a control character must be escaped",
    "Invalid \\escape": "a backslash begins no known escape",
    "Invalid \\uXXXX escape": "four hexadecimal digits are expected after \\u",
    "Extra data": "the object has ended and more follows",
}
_ONE_OBJECT = "Write one complete JSON object per line"
_UTF_8 = "Save the file as UTF-8"


class _NotANumber(Exception):
    """NaN or an infinity, which JSON does not have."""


def parse_object(data: bytes, place: Place) -> Fields | None:
    """The encoded values of a line's top-level fields; None, and a problem, if it has none."""
    if not _is_text(data, place):
        return None
    try:
        return _fields.decode(data)
    except msgspec.ValidationError:
        place.problem(None, f"is {kind_of(data.lstrip())}, not an object", _ONE_OBJECT)
    except RecursionError:
        place.problem(None, "is nested too deeply", "Remove what the record does not need")
    except msgspec.DecodeError:
        place.problem(*_diagnose(data.decode()))
    return None


def _is_text(data: bytes, place: Place) -> bool:
    if data.startswith(_GZIP):
        place.problem(None, "looks compressed with gzip", "Upload the file uncompressed")
    elif b"\0" in data:
        place.problem(None, "holds NUL bytes, as text in UTF-16 does", _UTF_8)
    else:
        try:
            data.decode()
        except UnicodeDecodeError as error:
            place.problem(None, f"is not UTF-8 at byte {error.start + 1:,}", _UTF_8)
        else:
            return True
    return False


def _diagnose(text: str) -> tuple[str | None, str, str]:
    """Field, what and action for a line that is not JSON."""
    if text.startswith("\ufeff"):
        return None, "begins with a byte order mark", "Remove it; only the file may begin with one"
    try:
        # An object it is: msgspec would have refused anything else for its type.
        line = json.loads(text, parse_constant=_refuse_constant, parse_int=str, parse_float=str)
        field = _field_with_surrogate(line)
    except json.JSONDecodeError as error:
        expected = _EXPECTED.get(error.msg)
        why = f": {expected}" if expected else ""
        return None, f"is not valid JSON at column {error.colno:,}{why}", _ONE_OBJECT
    except _NotANumber:
        action = "Write null or a string, or leave the field out"
        return None, "holds NaN or Infinity, which JSON does not have", action
    except RecursionError:
        return None, "is nested too deeply", "Remove what the record does not need"
    if field is None:
        return None, "is not valid JSON", _ONE_OBJECT
    what = "holds half of a surrogate pair (\\ud800 to \\udfff), which UTF-8 cannot carry"
    return field or None, what, "Write the whole character, or remove the half"


def _refuse_constant(name: str) -> object:
    raise _NotANumber(name)


def _field_with_surrogate(line: dict[str, object]) -> str | None:
    """The top-level field that holds a lone surrogate; "" if its name does; None if none does."""
    for name, value in line.items():
        if _SURROGATE.search(name):
            return ""
        if _SURROGATE.search(json.dumps(value, ensure_ascii=False)):
            return shown_name(name)
    return None
