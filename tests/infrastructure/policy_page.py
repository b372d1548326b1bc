"""docs/permissions.md: its tables are made from the policy table; the words around them are not."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from policy_rows import AwsOnly, Enforced, Row, Rows
from policy_table import ROLES, TABLE

PAGE = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"
START, END = "<!-- tables: made by tests/infrastructure/policy_page.py -->", "<!-- end -->"


def page(current: str) -> str:
    """The page with its tables made again."""
    head, rest = current.split(START)
    _, tail = rest.split(END)
    return f"{head}{START}\n\n{_tables()}\n{END}{tail}"


def _tables() -> str:
    return "\n".join(
        f"### {_title(holder)}\n\n| statement | actions | for | proved |\n|---|---|---|---|\n"
        + "".join(_line(sid, row) for sid, row in _ordered(rows))
        for holder, rows in TABLE.items()
    )


def _ordered(rows: Rows) -> list[tuple[str, Row]]:
    return sorted(rows.items(), key=lambda item: not item[0].startswith("Trust"))


def _title(holder: str) -> str:
    kind = "role" if holder in ROLES else "own policy"
    return f"{holder.removesuffix('Role')}: {kind}"


def _line(sid: str, row: Row) -> str:
    actions = ", ".join(f"`{action}`" for action in row.actions.split())
    return f"| {sid.replace('#', ' 1, 2, …')} | {actions} | {row.purpose} | {_proof(row)} |\n"


def _proof(row: Row) -> str:
    match row.proof:
        case Enforced(says, when):
            return f"enforced: {when} fails without it (`{says}`)"
        case AwsOnly(because):
            return f"AWS only: {because}"
    return "evaluated"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
