"""A stranger's suite, as an execution is given it: refused by name, or taken as mere text."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from hostile import MARK, NUMBERS, TERMINAL, TEXTS, Path, leaves, replaced
from unit_documents import JUDGE, custom_metric, evaluation, settings, suite
from unit_fakes import FakeStore, MemoryS3, bucket, services

from modeleval.errors import ModelevalError, Refused, SuiteInvalid
from modeleval.settings import parse_settings
from modeleval.suite.document import parse_suite
from modeleval.suite.source import parse_text
from modeleval.workflow.events import ExecutionEvent
from modeleval.workflow.prepare import prepare_run

WHOLE = suite(
    description="What support answers",
    tags={"team": "search"},
    trigger={"modelPackageGroups": ["support-llama"]},
    baseline="approved",
    budget={"maxUsd": 5, "maxUsdPerMonth": 50},
    gate={
        "minScoredShare": 0.9,
        "rules": [{"evaluation": "answers", "metric": "Tone", "minimum": 0.5}],
        "onPass": "approve",
    },
    sample=10,
    evaluations=[
        evaluation(
            dataset="datasets/{model.group}/{model.version}.jsonl",
            responses={"precomputed": "bot-{model.group}-{model.version}"},
            metrics=["Correctness", "Harmfulness"],
            customMetrics=[custom_metric()],
        ),
        evaluation(
            name="live",
            responses={"model": "amazon.nova-lite-v1:0", "inferenceParams": {"temperature": 0.5}},
        ),
    ],
)
FREE = {"description", "instructions", "definition", "dataset", "judge", "team"}
"""A person's words; a key in S3, which takes any; what is looked up in the settings later; a tag,
of the characters that AWS allows."""
TEXT_PLACES = [path for path, value in leaves(WHOLE) if isinstance(value, str)]
NUMBER_PLACES = [
    path for path, value in leaves(WHOLE) if isinstance(value, int | float) and value is not True
]


def named(path: Path) -> str:
    return ".".join(str(part) for part in path)


def prepared(given: Any) -> MemoryS3:
    """The bucket after the first step of an execution with this input."""
    s3 = MemoryS3()
    event = ExecutionEvent.model_validate(
        {"executionArn": "arn:run", "startTime": "2026-11-22T08:00:00.123Z", "input": given}
    )
    outside = services(
        store=FakeStore(),
        objects=bucket(s3),
        environment=SimpleNamespace(stack_name="modeleval"),
    )
    prepare_run(event, outside, NO_SUITES)
    return s3


NO_SUITES: Any = SimpleNamespace(glob=lambda _: [])


def test_the_whole_suite_is_sound() -> None:
    assert prepared({"suite": WHOLE}).objects


@pytest.mark.parametrize("path", TEXT_PLACES, ids=named)
@pytest.mark.parametrize("attack", TEXTS)
def test_a_hostile_text_in_any_place_is_refused_or_kept_as_it_is(path: Path, attack: str) -> None:
    """Most places have a form. A person's words are kept, as JSON, and nothing is made of them."""
    document = replaced(WHOLE, path, TEXTS[attack])
    try:
        kept = prepared({"suite": document}).objects
    except Refused:
        return
    assert path[-1] in FREE
    [data] = kept.values()
    assert json.loads(data) == document
    assert data.decode().isascii()


@pytest.mark.parametrize("attack", [name for name in TEXTS if name != "long"])
def test_a_hostile_name_of_a_field_is_refused(attack: str) -> None:
    for document in (
        {**WHOLE, TEXTS[attack]: 1},
        replaced(WHOLE, ("evaluations", 0), {**WHOLE["evaluations"][0], TEXTS[attack]: 1}),
    ):
        with pytest.raises(SuiteInvalid):
            prepared({"suite": document})


@pytest.mark.parametrize("path", NUMBER_PLACES, ids=named)
@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS.keys())
def test_an_enormous_number_is_refused(path: Path, number: str) -> None:
    """What is too small to be told from 0 may be 0."""
    text = json.dumps(replaced(WHOLE, path, "HERE")).replace('"HERE"', number)
    try:
        document = parse_text(text.encode(), source="suite.yaml")
        parse_suite(document, source="suite.yaml")
    except SuiteInvalid:
        return
    if "inferenceParams" in path:  # a model's own, and passed on as JSON
        assert len(json.dumps(document)) < 10_000
    else:
        assert 0 <= float(number.strip('"')) < 1


@pytest.mark.parametrize("field", ["defaultBudgetUsd", "triggeredBudgetUsd"])
@pytest.mark.parametrize("number", ["1E+99999999", "1E-99999999", "9" * 5000, "0." + "1" * 40])
def test_an_enormous_budget_in_the_settings_is_refused(field: str, number: str) -> None:
    with pytest.raises(ModelevalError, match=f"{field}: must "):
        parse_settings({"judgeModels": [JUDGE], field: number})


LAUGHS = "\n".join(
    ["a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
)


@pytest.mark.parametrize("place", ["", "evaluations: [{responses: {inferenceParams: ", "tags: "])
def test_a_billion_laughs_are_refused_before_they_are_written_out(place: str) -> None:
    body = LAUGHS if not place else place + "{" + LAUGHS.replace("\n", ", ") + "}"
    closed = body + "}}]" if place.startswith("evaluations") else body
    with pytest.raises(SuiteInvalid, match="aliases stand for more than 200,000 values"):
        parse_text(closed.encode(), source="suite.yaml")


def test_an_alias_that_is_used_often_is_no_attack() -> None:
    text = "scale: &scale [1, 2, 3]\nlists: [" + ", ".join(["*scale"] * 1_000) + "]\n"
    assert len(parse_text(text.encode(), source="s")["lists"]) == 1_000


def test_as_many_values_as_a_suite_has_room_for_are_no_attack() -> None:
    text = "[" + ",".join("a" for _ in range(130_000)) + "]"
    assert len(parse_text(text.encode(), source="s")) == 130_000


@pytest.mark.parametrize("depth", [500, 5_000, 100_000])
@pytest.mark.parametrize("opening", ["[", '{"a":', "- "])
def test_depth_is_refused(depth: int, opening: str) -> None:
    closing = {"[": "]", '{"a":': "}", "- ": ""}[opening]
    text = f"tags: {opening * depth}{closing * depth}" if opening != "- " else opening * depth
    with pytest.raises(SuiteInvalid):
        parse_suite(parse_text(text.encode(), source="suite.yaml"), source="suite.yaml")


@pytest.mark.parametrize(
    "dataset",
    [
        "runs/meabcdefgh234567ab/inputs/e0/p0.jsonl",
        "s3://modeleval-bucket/runs/meabcdefgh234567ab/outputs/j0/a1/x.jsonl",
        "s3://other-bucket/x.jsonl",
        "S3://modeleval-bucket/x.jsonl",
        "https://evil.example/x.jsonl",
        "file:///etc/passwd",
        "/etc/passwd",
        "arn:aws:s3:::other-bucket/x",
        "s3://modeleval-bucket@evil.example/x",
        "s3://-/x",
    ],
)
def test_what_lies_elsewhere_cannot_be_named_as_a_suite(dataset: str) -> None:
    with pytest.raises(Refused):
        prepared({"suite": dataset})


@pytest.mark.parametrize("given", ["model", "which", "triggeredBy", "sample", "suite"])
@pytest.mark.parametrize("attack", TEXTS)
def test_a_hostile_input_is_refused_or_has_no_effect(given: str, attack: str) -> None:
    """The model is looked up later; its name is kept as it was given, and cut."""
    asked = {"suite": WHOLE, given: TEXTS[attack]}
    if given == "model":
        assert prepared(asked).objects
        return
    with pytest.raises(Refused):
        prepared(asked)


def test_a_suite_approves_nothing_that_the_settings_do_not_list() -> None:
    """A gate may say `approve`; whose version it is, and whether it may, the settings decide."""
    assert settings().approval_groups == ()
    with pytest.raises(SuiteInvalid, match="approvalGroups"):
        prepared({"suite": {**WHOLE, "approvalGroups": ["support-llama"]}})


def test_no_refusal_obeys_what_it_names(capsys: pytest.CaptureFixture[str]) -> None:
    """A refusal may repeat a field's name; the command line shows it without its powers."""
    from modeleval.cli.console import make_console, prose  # noqa: PLC0415

    for text in TEXTS.values():
        with pytest.raises(SuiteInvalid) as caught:
            prepared({"suite": {**WHOLE, text[:60]: 1}})
        make_console().print(prose(str(caught.value)))
    shown = capsys.readouterr().out
    assert MARK in shown
    assert not [sign for sign in TERMINAL if sign in shown]
