from __future__ import annotations

from typing import Any

import pytest
from model_registry_fake import BASE
from pydantic import ValidationError
from serverless_world import World, benchmark, model, nova

from modeleval.errors import ModelNotUsable, SuiteInvalid
from modeleval.kinds.registry import KINDS
from modeleval.kinds.sagemaker_benchmark import SageMakerBenchmark
from modeleval.sagemaker.benchmarks import BENCHMARKS
from modeleval.sagemaker.recipes import EvaluationRecipe

DOCUMENT = KINDS["sagemaker-benchmark"].document


def test_the_kind_needs_a_model_and_its_licence_and_no_terms_of_bedrock() -> None:
    kind = KINDS["sagemaker-benchmark"]
    assert isinstance(kind, SageMakerBenchmark)
    assert (kind.needs_model, kind.eula, kind.bedrock_terms) == (True, True, False)
    assert kind.metrics(DOCUMENT.model_validate(benchmark())) == {}


@pytest.mark.parametrize("written", ["MMLU-Pro", "mmlu_pro", "Mmlu Pro"])
def test_a_benchmark_is_known_in_any_spelling(written: str) -> None:
    [job] = World().plan(benchmark(benchmark=written)).jobs
    asked = job.spec["evaluation"]
    assert (asked["type"], asked["task"]) == ("benchmark", "mmlu_pro")
    assert (asked["strategy"], asked["metric"]) == ("zs_cot", "accuracy")


@pytest.mark.parametrize("name", sorted(BENCHMARKS))
def test_strategy_and_metric_are_the_tables(name: str) -> None:
    known = BENCHMARKS[name]
    found = nova() if known.nova == "only" else model()
    one = World().started(benchmark(benchmark=name), found)
    for step in one.definition["Steps"]:
        if step["Type"] == "Training":
            sent = step["Arguments"]["HyperParameters"]
            metric = sent.get("evaluation_metric") or sent.get("metric")
            assert (sent["task"], sent["strategy"], metric) == (name, known.strategy, known.metric)
            assert "subtask" not in sent


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"benchmark": "mmlupro2"}, "Did you mean mmlu_pro"),
        ({"benchmark": "gpqa", "subtasks": ["x"]}, "no subtasks"),
        ({"subtasks": ["anatomie"]}, "Did you mean anatomy"),
        ({"subtasks": []}, "empty"),
        ({"subtasks": ["anatomy", "Anatomy"]}, "2 times"),
    ],
)
def test_wrong_names_are_answered_with_the_right_ones(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        DOCUMENT.model_validate(benchmark(**changes))


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        (None, None),
        ("ALL", None),
        (["all"], None),
        ("Anatomy", "anatomy"),
        (["anatomy", "VIROLOGY"], "anatomy,virology"),
    ],
)
def test_subtasks_are_sent_as_the_service_spells_them(asked: Any, sent: str | None) -> None:
    one = World().started(benchmark(**({} if asked is None else {"subtasks": asked})))
    steps = [step for step in one.definition["Steps"] if step["Type"] == "Training"]
    assert [step["Arguments"]["HyperParameters"].get("subtask") for step in steps] == [sent, sent]


def test_all_may_be_written_where_there_are_no_subtasks() -> None:
    [job] = World().plan(benchmark(benchmark="gpqa", subtasks="ALL")).jobs
    assert job.spec["evaluation"]["subtasks"] == ()


def test_a_sample_is_refused() -> None:
    with pytest.raises(SuiteInvalid, match=r"cannot be tried on a sample.*\(evaluations\[0\], sam"):
        World().plan(benchmark(), sample=5)


@pytest.mark.parametrize(("name", "found"), [("mmmu", model()), ("llm_judge", nova())])
def test_a_benchmark_that_cannot_evaluate_the_model_is_refused(name: str, found: Any) -> None:
    with pytest.raises(ModelNotUsable, match=r"\(evaluations\[0\].benchmark\)"):
        World().plan(benchmark(benchmark=name), found)


@pytest.mark.parametrize(
    ("name", "found", "recipe"),
    [
        ("mmlu", model(), EvaluationRecipe.DETERMINISTIC),
        ("mmlu", nova(), EvaluationRecipe.NOVA_TEXT),
        ("mmmu", nova(), EvaluationRecipe.NOVA_MULTIMODAL),
    ],
)
def test_parameters_are_those_of_the_base_models_recipe(
    name: str, found: Any, recipe: EvaluationRecipe
) -> None:
    world = World()
    [job] = world.plan(benchmark(benchmark=name), found).jobs
    assert world.hub.asked == [(found.base_model_name, recipe)]
    assert job.spec["evaluation"]["parameters"]["max_new_tokens"] == "8192"


@pytest.mark.parametrize(
    "given", [{"temperature": 3}, {"temperatur": 0}, {"max_new_tokens": "9"}, {"top_p": 1}]
)
def test_parameters_are_checked_against_the_hubs_ranges(given: dict[str, Any]) -> None:
    [name] = given
    with pytest.raises(SuiteInvalid, match=rf"evaluations\[0\].hyperparameters.{name}: "):
        World().plan(benchmark(hyperparameters=given))


def test_the_subject_is_the_version_and_nothing_is_counted() -> None:
    planned = World().plan(benchmark())
    assert (planned.subject, planned.judge, planned.records) == ("support-llama/3", None, 0)
    assert planned.candidates == {"base-model": BASE}
