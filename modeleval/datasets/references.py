"""Records without a reference, where metrics use one, or cannot do without."""

from __future__ import annotations

from modeleval.datasets.findings import Place


def warn_of_reference(reference: str | None, wanted_by: tuple[str, ...], place: Place) -> None:
    """Warn if there is no reference although the metrics `wanted_by` use it."""
    if wanted_by and not (reference and not reference.isspace()):
        are = "is" if len(wanted_by) == 1 else "are"
        what = f"No referenceResponse: {_listed(wanted_by)} {are} judged without a reference there"
        place.warn("missingReference", what, "Add the reference where there is one")


def require_reference(reference: str | None, required_by: tuple[str, ...], place: Place) -> None:
    """Report a record without a reference that `required_by` cannot do without."""
    if required_by and not (reference and not reference.isspace()):
        what = f"is missing or empty, and {_listed(required_by)} cannot do without it"
        place.problem("referenceResponse", what, "Give the record its reference")


def _listed(names: tuple[str, ...]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
