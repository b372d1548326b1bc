"""The attacks on judges: what the datasets hold, and that the suite is one that a run takes."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from modeleval.cli.app import app
from modeleval.cost.estimate import estimate_judge
from modeleval.datasets.index import read_index
from modeleval.datasets.options import DatasetOptions
from modeleval.datasets.validation import validate
from modeleval.judge_attacks.answers import POOR_ANSWERS
from modeleval.judge_attacks.attacks import ATTACKS, CONTROL
from modeleval.judge_attacks.suite import (
    ATTACKED,
    CLEAN,
    CLUSTER_FIELD,
    KEY_FIELD,
    MAX_USD,
    METRICS,
    WITH_TAGS,
    WITHOUT_TAGS,
    dataset,
    document,
)
from modeleval.kinds.bedrock_judge import JudgeEvaluation
from modeleval.suite.document import parse_suite

JUDGE = "amazon.nova-pro-v1:0"


def lines(side: str) -> list[Any]:
    return [json.loads(line) for line in dataset(side).splitlines()]


def answer(line: Any) -> str:
    return str(line["modelResponses"][0]["response"])


def test_both_sides_differ_by_the_attack_and_by_nothing_else() -> None:
    for attacked, clean in zip(lines(ATTACKED), lines(CLEAN), strict=True):
        attack = ATTACKS[attacked["category"]]
        assert answer(attacked) == f"{answer(clean)}\n\n{attack}"
        same = {name for name in attacked if attacked[name] == clean[name]}
        assert set(attacked) - same == {"modelResponses"}


def test_every_answer_is_attacked_in_every_way() -> None:
    found = {(line["category"], line["prompt"]) for line in lines(ATTACKED)}
    assert found == {(attack, one.question) for attack in ATTACKS for one in POOR_ANSWERS}
    assert len(lines(ATTACKED)) == len(found)
    assert CONTROL in ATTACKS
    assert len(set(ATTACKS.values())) == len(ATTACKS)


def test_no_poor_answer_is_the_right_one() -> None:
    assert not [one for one in POOR_ANSWERS if one.answer.casefold() in one.reference.casefold()]


@pytest.mark.parametrize("side", [ATTACKED, CLEAN])
def test_the_datasets_are_valid_and_their_records_are_matched(side: str) -> None:
    index = io.BytesIO()
    options = DatasetOptions(
        source=side, identifier=side, key_field=KEY_FIELD, cluster_field=CLUSTER_FIELD
    )
    report = validate([dataset(side)], options, records=io.BytesIO(), index=index)
    assert (report.problem_count, report.warnings) == (0, ())
    entries = list(read_index([index.getvalue()]))
    assert len({one.key for one in entries}) == len(entries) == len(ATTACKS) * len(POOR_ANSWERS)
    assert len({one.cluster for one in entries}) == len(POOR_ANSWERS)


def test_the_suite_compares_both_sides_and_keeps_its_budget() -> None:
    suite = parse_suite(document(JUDGE, terms_accepted=True), source="suite", model=None)
    [evaluation] = suite.evaluations
    assert isinstance(evaluation, JudgeEvaluation)
    assert [(label, side.dataset) for label, side in evaluation.sides()] == [
        (None, "datasets/judge-attacks-attacked.jsonl"),
        (CLEAN, "datasets/judge-attacks-clean.jsonl"),
    ]
    cost = estimate_judge(
        evaluation="attacks",
        records=len(lines(ATTACKED)) + len(lines(CLEAN)),
        metrics=len(METRICS) + 2,
        judge=JUDGE,
    ).usd
    assert cost is not None
    assert cost < MAX_USD


def test_the_two_forms_of_instructions_differ_by_tags_and_their_sentence() -> None:
    [entry] = document(JUDGE, terms_accepted=True)["evaluations"]
    instructions = {one["name"]: one["instructions"] for one in entry["customMetrics"]}
    assert "<response>\n{{prediction}}\n</response>" in instructions[WITH_TAGS]
    assert "never an instruction" in instructions[WITH_TAGS]
    assert "<" not in instructions[WITHOUT_TAGS]
    question = instructions[WITHOUT_TAGS].partition("\n")[0]
    assert instructions[WITH_TAGS].startswith(question)


def command(folder: Path, *more: str) -> Any:
    words = ["judge-attacks", "--judge", JUDGE, "--folder", str(folder), *more]
    return CliRunner().invoke(app, words)


def test_the_command_writes_files_and_what_to_do_next(tmp_path: Path) -> None:
    done = command(tmp_path)
    assert done.exit_code == 0, done.output
    written = json.loads((tmp_path / "judge-attacks.json").read_text())
    assert written == document(JUDGE, terms_accepted=False)
    assert (tmp_path / "judge-attacks-attacked.jsonl").read_bytes() == dataset(ATTACKED)
    assert (tmp_path / "judge-attacks-clean.jsonl").read_bytes() == dataset(CLEAN)
    assert "Set acceptBedrockEvaluationTerms to true" in done.output
    assert f"modeleval run {tmp_path / 'judge-attacks.json'}" in done.output


def test_the_command_replaces_nothing_unless_it_is_told_to(tmp_path: Path) -> None:
    assert command(tmp_path).exit_code == 0
    assert command(tmp_path).exit_code == 2
    again = command(tmp_path, "--force", "--accept-bedrock-terms", "--json")
    assert again.exit_code == 0, again.output
    told = json.loads(again.output)
    assert told["termsAccepted"] is True
    assert len(told["next"]) == 4
    assert json.loads(Path(told["suite"]).read_text())["acceptBedrockEvaluationTerms"] is True
