"""Python values that were written into text by `repr`, read without evaluating anything.

SageMaker's evaluation writes prompts and responses so: "[{'role': 'user', 'content': 'Hi'}]".
"""

from __future__ import annotations

import ast
import re
import warnings

MAX_CHARACTERS = 8 << 20
_MAX_DEPTH = 16
# What repr writes of lists, dicts, strings, numbers, None and booleans. Nothing else reaches the
# parser, whose stack a text made for it could exhaust (a row of 100,000 minus signs, for one).
_TOKEN = re.compile(
    r"""\s*+(?:
        (?P<open>[\[{]) | (?P<close>[\]}]) | [,:]
        | '(?:[^'\\\n]++|\\.)*+' | "(?:[^"\\\n]++|\\.)*+"
        | None | True | False
        | -?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:e[+-]?[0-9]{1,4})?
    )\s*+""",
    re.VERBOSE,
)
_NOTHING = (ValueError, TypeError, SyntaxError, MemoryError, RecursionError)


def read_literal(text: str) -> object:
    """The list or dict that the text is the `repr` of; None for any other text. Never raises."""
    if text[:1] not in ("[", "{") or len(text) > MAX_CHARACTERS or not _is_plain(text):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that no repr writes
            value: object = ast.literal_eval(text)
    except _NOTHING:
        return None
    return value


def _is_plain(text: str) -> bool:
    """Whether the text is nothing but tokens, nested as deep as a record may reasonably be."""
    position = depth = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            return False
        position = token.end()
        depth += bool(token["open"]) - bool(token["close"])
        if not 0 <= depth <= _MAX_DEPTH:
            return False
    return depth == 0
