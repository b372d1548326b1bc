"""The benchmarks of SageMaker's evaluation: names, subtasks, models, and their page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.errors import ModelNotUsable, SuiteInvalid
from modeleval.sagemaker.benchmarks import (
    BENCHMARKS,
    Benchmark,
    check_model,
    check_subtasks,
    find_benchmark,
)
from modeleval.sagemaker.benchmarks_page import page
from modeleval.scores.metrics import Direction

DOCS = Path(__file__).parents[2] / "docs"
NAMES = list(BENCHMARKS)


def test_the_table_is_the_services() -> None:
    table = {name: (b.strategy, b.metric, len(b.subtasks)) for name, b in BENCHMARKS.items()}
    assert table == {
        "mmlu": ("zs_cot", "accuracy", 57),
        "mmlu_pro": ("zs_cot", "accuracy", 0),
        "bbh": ("fs_cot", "accuracy", 27),
        "gpqa": ("zs_cot", "accuracy", 0),
        "math": ("zs_cot", "exact_match", 7),
        "strong_reject": ("zs", "deflection", 32),
        "ifeval": ("zs", "accuracy", 0),
        "mmmu": ("zs_cot", "accuracy", 30),
        "llm_judge": ("judge", "all", 0),
    }
    assert {b.direction for b in BENCHMARKS.values()} == {Direction.HIGHER}
    assert [b.name for b in BENCHMARKS.values() if b.modality != "text"] == ["mmmu"]


@pytest.mark.parametrize("benchmark", BENCHMARKS.values(), ids=NAMES)
def test_no_two_subtasks_are_spelled_alike(benchmark: Benchmark) -> None:
    folded = {re.sub(r"[\s_-]", "", name).casefold() for name in benchmark.subtasks}
    assert len(folded) == len(benchmark.subtasks)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("mmlu", "mmlu"),
        ("MMLU-Pro", "mmlu_pro"),
        ("mmlu pro", "mmlu_pro"),
        ("MMLUPro", "mmlu_pro"),
        ("Strong Reject", "strong_reject"),
        ("IFEval", "ifeval"),
        ("LLM-judge", "llm_judge"),
    ],
)
def test_a_name_is_understood_however_it_is_spelled(name: str, meant: str) -> None:
    assert find_benchmark(name).name == meant


@pytest.mark.parametrize(
    ("name", "closest"),
    [("mmlo", "mmlu"), ("if-evil", "ifeval"), ("strongreject2", "strong_reject")],
)
def test_a_wrong_name_is_answered_with_the_closest(name: str, closest: str) -> None:
    with pytest.raises(SuiteInvalid, match=rf"Did you mean {closest}\?") as raised:
        find_benchmark(name, where="evaluations[0].benchmark")
    assert raised.value.where == "evaluations[0].benchmark"


def test_a_strange_name_is_answered_with_all_and_shown_only_in_part() -> None:
    with pytest.raises(SuiteInvalid, match="Choose from mmlu, mmlu_pro, bbh") as raised:
        find_benchmark("x" * 1000)
    assert "x" * 64 not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "shown", "nearest"),
    [
        ("gsm8k", "GSM8K", "math"),
        ("GSM-8K", "GSM8K", "math"),
        ("hellaswag", "HellaSwag", "bbh"),
        ("WinoGrande", "WinoGrande", "bbh"),
        ("ARC", "ARC", "mmlu"),
        ("arc_challenge", "ARC-Challenge", "mmlu"),
        ("TruthfulQA", "TruthfulQA", "mmlu"),
        ("PIQA", "PIQA", "bbh"),
        ("BoolQ", "BoolQ", "bbh"),
        ("RACE", "RACE", "mmlu"),
    ],
)
def test_a_benchmark_of_others_is_not_offered(name: str, shown: str, nearest: str) -> None:
    with pytest.raises(SuiteInvalid) as raised:
        find_benchmark(name)
    assert raised.value.what == f"SageMaker's serverless evaluation does not offer {shown}"
    assert raised.value.action.startswith(f"The nearest is {nearest} (")


def test_where_no_benchmark_is_near_the_scorer_is_named() -> None:
    with pytest.raises(SuiteInvalid, match="scorer prime_code"):
        find_benchmark("HumanEval")


@pytest.mark.parametrize("asked", [None, "ALL", "all", ["ALL"]])
@pytest.mark.parametrize("name", NAMES)
def test_all_subtasks_are_asked_for_by_none(name: str, asked: str | list[str] | None) -> None:
    assert check_subtasks(BENCHMARKS[name], asked) == ()


@pytest.mark.parametrize(
    ("name", "asked", "meant"),
    [
        ("mmlu", "Anatomy", ("anatomy",)),
        ("mmlu", ["virology", "High School Biology"], ("virology", "high_school_biology")),
        ("mmmu", ["art theory", "math"], ("Art_Theory", "Math")),
        ("strong_reject", ["ROT-13", "base64_raw"], ("rot_13", "base64_raw")),
    ],
)
def test_subtasks_come_back_as_the_service_spells_them(
    name: str, asked: str | list[str], meant: tuple[str, ...]
) -> None:
    assert check_subtasks(BENCHMARKS[name], asked) == meant


@pytest.mark.parametrize(
    ("name", "asked", "said"),
    [
        ("mmlu", [], "list of mmlu's subtasks is empty"),
        ("mmlu", ["anatomy", "Anatomy"], "subtask anatomy is named 2 times"),
        ("mmlu", ["anatomi"], r"not a subtask of mmlu.*Did you mean anatomy\?"),
        ("mmlu", ["ALL", "anatomy"], "ALL stands for every subtask"),
        ("math", ["zzz"], "Choose from algebra, counting_and_probability"),
        ("strong_reject", ["wikipedea"], r"Did you mean wikipedia\?"),
        ("gpqa", ["physics"], "gpqa has no subtasks"),
        ("gpqa", [], "gpqa has no subtasks"),
        ("llm_judge", "anatomy", "llm_judge has no subtasks"),
    ],
)
def test_wrong_subtasks_are_refused(name: str, asked: str | list[str], said: str) -> None:
    with pytest.raises(SuiteInvalid, match=said) as raised:
        check_subtasks(BENCHMARKS[name], asked, where="evaluations[1].subtasks")
    assert raised.value.where == "evaluations[1].subtasks"


@given(st.data())
def test_every_subtask_is_found_in_any_case(data: st.DataObject) -> None:
    benchmark = data.draw(st.sampled_from([b for b in BENCHMARKS.values() if b.subtasks]))
    subtask = data.draw(st.sampled_from(benchmark.subtasks))
    spelled = data.draw(st.sampled_from([str.upper, str.title, str.lower]))(subtask)
    separator = data.draw(st.sampled_from(["_", "-", " ", ""]))
    assert check_subtasks(benchmark, [spelled.replace("_", separator)]) == (subtask,)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("is_nova", [True, False])
def test_mmmu_is_novas_and_llm_judge_all_the_others(name: str, is_nova: bool) -> None:
    refused = {True: "llm_judge", False: "mmmu"}[is_nova]
    if name != refused:
        check_model(BENCHMARKS[name], is_nova=is_nova, model="m", field="f")
        return
    with pytest.raises(ModelNotUsable, match="my-model") as raised:
        check_model(BENCHMARKS[name], is_nova=is_nova, model="my-model", field="f")
    assert raised.value.where == "f"
    assert name not in raised.value.action.split(",")[0]


def test_the_page_is_current() -> None:
    assert (DOCS / "benchmarks.md").read_text(encoding="utf-8") == page()
