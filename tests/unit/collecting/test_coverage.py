"""What is told of scenarios that cover too little, or too much."""

from __future__ import annotations

from collecting_cases import scenario

from modeleval.collecting.coverage import EDGE_CASES, coverage

TAGS = list(EDGE_CASES)


def test_scenarios_within_the_advice_are_not_commented() -> None:
    scenarios = [scenario(f"s{n}", 2, category=f"c{n % 5}", tags=[TAGS[n % 6]]) for n in range(16)]
    found = coverage(scenarios)
    assert found.sentences() == []
    assert found.table()[0] == ("c0", 4, 8)


def test_what_lies_outside_is_told() -> None:
    scenarios = [scenario("a", category="x", tags=["tone"])]
    scenarios += [scenario(f"s{n}", category="y") for n in range(5)]
    said = coverage(scenarios).sentences()
    assert said[:4] == [
        "6 scenarios; 13 to 20 are advised for a first dataset.",
        "6 records; 30 to 50 are advised for a first dataset.",
        "Fewer than 2 scenarios: x; 2 to 4 per category are advised.",
        "More than 4 scenarios: y; 2 to 4 per category are advised.",
    ]
    assert said[4].startswith("No scenario is tagged happy-path (what should simply work); ")
    assert "tone" not in said[4]


def test_scenarios_without_any_tag_are_told_so_once() -> None:
    (said,) = coverage([scenario(f"s{n}", 3, category=f"c{n % 5}") for n in range(13)]).sentences()
    assert said.startswith("No scenario has a tag of an edge case")


def test_many_categories_are_named_in_part() -> None:
    said = coverage([scenario(f"s{n}", category=f"c{n:02}") for n in range(13)]).sentences()
    assert "c09 and 3 more" in said[1]
