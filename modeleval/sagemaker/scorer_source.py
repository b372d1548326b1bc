"""A scorer in a local Python file: whether it can be one, and its package for Lambda.

The contract (SageMaker's documentation of custom scorers): the event is a list of one sample, whose
fields are those of the dataset; the reply is a list of
`{"id", "aggregate_reward_score": <number>, "metrics_list"?: [{"name", "value", "type"}]}`, where
`type` is "Reward" or "Metric", or `{"statusCode": 200, "body": "<that list as JSON>"}`.
"""

from __future__ import annotations

import ast
import io
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from modeleval.errors import ScorerNotUsable

CONTRACT = (
    "A scorer has a function lambda_handler(event, context). `event` is a list of one sample; it "
    'returns a list such as [{"id": ..., "aggregate_reward_score": 0.5, "metrics_list": '
    '[{"name": "length", "value": 0.1, "type": "Metric"}]}].'
)
HANDLER = "lambda_function.lambda_handler"

_ENTRY = "lambda_handler"
_MODULE = "lambda_function.py"
_ARGUMENTS = 2
_RUNTIME_HAS = frozenset(
    {"boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"}
)
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_READABLE = 0o100644 << 16
_OTHER = "other files (a relative import)"


def scorer_package(path: Path) -> bytes:
    """The file as a zip for Lambda: the same bytes for the same code, on every machine.

    Raises ScorerNotUsable if it cannot be a scorer.
    """
    try:
        source = path.read_bytes()
    except OSError as error:
        raise _unusable(path, f"cannot be read: {error.strerror}", "Name a .py file.") from None
    _check(path, source)
    file = zipfile.ZipInfo(_MODULE, _EPOCH)
    file.create_system, file.external_attr = _UNIX, _READABLE
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as package:
        package.writestr(file, source)
    return buffer.getvalue()


def _check(path: Path, source: bytes) -> None:
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        line = f" in line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise _unusable(path, f"is not Python{line}", "Correct it.") from None
    entry = next((node for node in reversed(module.body) if _defines_entry(node)), None)
    if entry is None:
        raise _unusable(path, f"has no function {_ENTRY}", CONTRACT)
    if isinstance(entry, ast.AsyncFunctionDef):
        raise _unusable(path, f"has an async {_ENTRY}, which Lambda does not await", CONTRACT)
    if isinstance(entry, ast.FunctionDef) and not _takes_two(entry.args):
        raise _unusable(path, f"has a {_ENTRY} that does not take event and context", CONTRACT)
    missing = sorted(set(_packages(module)) - _RUNTIME_HAS - sys.stdlib_module_names)
    if missing:
        raise _unusable(
            path,
            f"imports what Lambda's Python does not have: {', '.join(missing)}",
            "Only the file itself is packaged. Make a Lambda function with these packages "
            "yourself, then register it by its ARN.",
        )


def _defines_entry(node: ast.stmt) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return node.name == _ENTRY
    if isinstance(node, ast.Assign):
        return any(isinstance(name, ast.Name) and name.id == _ENTRY for name in node.targets)
    return False


def _takes_two(arguments: ast.arguments) -> bool:
    """Whether it may be called with two positional arguments and nothing else."""
    positional = len(arguments.posonlyargs) + len(arguments.args)
    least = positional - len(arguments.defaults)
    most_enough = positional >= _ARGUMENTS or arguments.vararg is not None
    return least <= _ARGUMENTS and most_enough and None not in arguments.kw_defaults


def _packages(module: ast.Module) -> Iterator[str]:
    """What the file certainly imports: at its top level, outside of try and if."""
    for node in module.body:
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0] if node.module and not node.level else _OTHER


def _unusable(path: Path, what: str, action: str) -> ScorerNotUsable:
    return ScorerNotUsable(f"The file {what}", where=str(path), action=action)
