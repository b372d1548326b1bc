"""What is said of the margins before spending. Pure Python: the command line says it too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def margin_warnings(notes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Evaluation and sentence for each margin that the records will hardly decide."""
    for note in notes:
        if note["decides"] is not None and note["decides"] <= note["margin"]:
            continue
        yield note["evaluation"], margin_sentence(note)


def margin_sentence(note: Mapping[str, Any]) -> str:
    """What these records decide, and what the asked margin needs."""
    of = f" in {note['category']}" if note["category"] else ""
    can = "none" if note["decides"] is None else f"{note['decides']:.3g}"
    together = ""
    if note.get("clusters"):
        together = f", which may weigh as little as {note['clusters']:,.3g} independent ones,"
    said = (
        f"{note['metric']}{of}: {note['records']:,} records{together} can decide a margin of {can}"
    )
    if not note["margin"]:
        return f"{said}; a margin of 0 passes only what is certainly better"
    needs = "more than can be had" if note["needed"] is None else f"about {note['needed']:,}"
    source = "by an assumed scatter" if note["assumed"] else "by the baseline's scatter"
    return f"{said}; {note['margin']:g} needs {needs} ({source})"
