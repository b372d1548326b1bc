"""A rule on a category without a record could never be decided: it is refused before paying."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modeleval.documents import closest
from modeleval.errors import SuiteInvalid
from modeleval.kinds.protocol import Plan
from modeleval.kinds.registry import KINDS
from modeleval.suite.document import Suite


def check_categories(suite: Suite, plans: Sequence[Plan]) -> None:
    """Raises SuiteInvalid with every category of the gate that a dataset has no record of.

    Where the categories were not all counted, or scores do not follow the dataset's, nothing is
    refused.
    """
    found = list(_problems(suite, plans))
    if found:
        raise SuiteInvalid(
            "The gate asks for what the datasets do not have:\n  " + "\n  ".join(found) + "\n",
            where=f"suite {suite.name}",
            action="Correct the rules, or the categories in the records.",
        )


def _problems(suite: Suite, plans: Sequence[Plan]) -> Iterator[str]:
    known = {
        evaluation.name: list(plan.dataset["categories"])
        for evaluation, plan in zip(suite.evaluations, plans, strict=True)
        if KINDS[evaluation.kind].metrics(evaluation)
        and "categories" in plan.dataset
        and not plan.dataset.get("uncountedCategories")
    }
    for number, rule in enumerate(suite.gate.rules if suite.gate else ()):
        categories = known.get(rule.evaluation)
        if rule.category is None or categories is None or rule.category in categories:
            continue
        near = closest(rule.category, categories)
        hint = f"did you mean {near}?" if near else f"there are {', '.join(categories) or 'none'}"
        yield (
            f"gate.rules[{number}].category: no record of {rule.evaluation} is in {rule.category}; "
            f"{hint}"
        )
