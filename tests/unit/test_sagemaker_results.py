"""What SageMaker's evaluations leave in S3: aggregates, judged records, and where they are."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.errors import OutputUnusable
from modeleval.sagemaker.judge_results import (
    JudgeAggregate,
    JudgedRecord,
    JudgedScore,
    JudgeFiles,
    judge_files,
    read_judge_aggregate,
    read_judge_records,
)
from modeleval.sagemaker.results import (
    AggregateResult,
    read_benchmark_results,
    read_failure_count,
    read_note,
    results_file,
    task_name,
)

GEN_QA = "custom|gen_qa_gen_qa|0"


def file(**results: object) -> bytes:
    return json.dumps({"config_general": {"model_name": "x"}, "results": results}).encode()


def read(data: bytes) -> dict[tuple[str | None, str], tuple[float, float | None]]:
    found = read_benchmark_results(data)
    return {(r.task, r.metric): (r.value, r.standard_error) for r in found}


def test_metrics_come_with_their_standard_errors() -> None:
    scores = {"rouge1": 0.5, "rouge1_stderr": 0.1, "bleu": 41.5, "bleu_stderr": 2, "em": 1}
    data = file(**{GEN_QA: scores, "all": scores})
    assert read_benchmark_results(data) == [
        AggregateResult(task=None, metric="rouge1", value=0.5, standard_error=0.1),
        AggregateResult(task=None, metric="bleu", value=41.5, standard_error=2.0),
        AggregateResult(task=None, metric="em", value=1.0, standard_error=None),
    ]


@pytest.mark.parametrize("tasks", [{GEN_QA: {"em": 1}}, {GEN_QA: {"em": 1}, "all": {}}])
def test_without_all_the_only_task_is_the_whole(tasks: dict[str, Any]) -> None:
    assert read(file(**tasks)) == {(None, "em"): (1.0, None)}


def test_all_comes_first_wherever_it_stands() -> None:
    data = file(**{"custom|mmlu:anatomy|0": {"accuracy": 0.4}, "all": {"accuracy": 0.6}})
    assert list(read(data)) == [(None, "accuracy"), ("anatomy", "accuracy")]


def test_one_subtask_alone_is_the_whole_and_itself() -> None:
    data = file(**{"custom|mmlu:anatomy|0": {"accuracy": 0.4, "accuracy_stderr": 0.1}})
    assert read(data) == {
        (None, "accuracy"): (0.4, 0.1),
        ("anatomy", "accuracy"): (0.4, 0.1),
    }


def test_the_average_over_subtasks_is_the_whole_where_all_is_missing() -> None:
    tasks = {"a:anatomy": 0.4, "mmlu:_average": 0.5, "mmlu:virology": 0.6}
    data = file(**{f"custom|{task}|0": {"accuracy": value} for task, value in tasks.items()})
    values = {task: value for (task, _), (value, _) in read(data).items()}
    assert values == {None: 0.5, "anatomy": 0.4, "virology": 0.6}


@pytest.mark.parametrize(
    "keys",
    [
        ("custom|mmlu:anatomy|0", "custom|mmlu:virology|0"),
        ("custom|mmlu_anatomy|0", "custom|mmlu_virology|0"),
        ("custom|mmlu_zs_cot_anatomy|0", "custom|mmlu_zs_cot_virology|0"),
        ("custom|mmlu_zs_cot:anatomy|0", "custom|mmlu_zs_cot:virology|0"),
        ("anatomy", "virology"),
    ],
)
def test_several_subtasks_without_a_whole_have_none(keys: tuple[str, str]) -> None:
    assert {task for task, _ in read(file(**{key: {"a": 1} for key in keys}))} == {
        "anatomy",
        "virology",
    }


def test_none_of_several_unknown_tasks_is_the_whole() -> None:
    """One subtask's score must not stand for the benchmark's."""
    data = file(**{"custom|mmlu_new_anatomy|0": {"a": 0.5}, "custom|mmlu_new_virology|0": {"a": 1}})
    assert {task for task, _ in read(data)} == {"mmlu_new_anatomy", "mmlu_new_virology"}


@pytest.mark.parametrize("whole", ["custom|mmlu|0", "custom|mmlu_zs_cot|0", "custom|MMLU_mmlu|0"])
def test_a_key_of_the_whole_task_is_the_whole_wherever_it_stands(whole: str) -> None:
    data = file(**{"custom|mmlu_zs_cot:anatomy|0": {"a": 1}, whole: {"a": 2}, "two": {"a": 3}})
    assert {task: value for (task, _), (value, _) in read(data).items()} == {
        None: 2,
        "anatomy": 1,
        "two": 3,
    }


def test_what_all_lacks_is_filled_from_the_only_task() -> None:
    task = {"em": 0.5, "em_stderr": 0.1, "f1": 0.6, "f1_stderr": 0.2}
    data = file(**{GEN_QA: task, "all": {"em": 0.5, "f1": None}})
    assert read(data) == {(None, "em"): (0.5, 0.1), (None, "f1"): (0.6, 0.2)}


def test_what_all_lacks_is_no_subtasks_of_several() -> None:
    one = {"accuracy": 0.5, "accuracy_stderr": 0.1}
    tasks = {"custom|mmlu:anatomy|0": one, "custom|mmlu:virology|0": one}
    assert read(file(**tasks, all={"accuracy": 0.5}))[None, "accuracy"] == (0.5, None)


def test_one_task_at_two_numbers_of_shots_keeps_both() -> None:
    data = file(**{"custom|t|0": {"a": 1}, "custom|t|5": {"a": 2}, "all": {"a": 3}})
    assert {task for task, _ in read(data)} == {None, "t", "custom|t|5"}


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (GEN_QA, "gen_qa"),
        ("custom|mmlu:anatomy|0", "anatomy"),
        ("custom|mmlu_anatomy|0", "anatomy"),
        ("custom|mmlu_pro_mmlu_pro|0", "mmlu_pro"),
        ("custom|mmmu_accounting|0", "Accounting"),
        ("custom|mmlu_zs_cot_anatomy|0", "anatomy"),
        ("custom|mmlu_zs_cot:anatomy|0", "anatomy"),
        ("custom|bbh_fs_cot_date_understanding|0", "date_understanding"),
        ("custom|strong_reject_zs_base64_raw|0", "base64_raw"),
        ("custom|mmlu_zs_cot|0", "mmlu"),
        ("custom|mmlu_pro_zs_cot|0", "mmlu_pro"),
        ("custom|llm_judge_judge|0", "llm_judge"),
        ("lighteval|bbh:hyperbaton|3", "hyperbaton"),
        ("custom|strong_reject_pair|0", "pair"),
        ("custom|math_algebra", "algebra"),
        ("something", "something"),
        ("anatomy", "anatomy"),
        ("custom|math|0", "math"),
        ("custom||0", "custom||0"),
        ("_", "_"),
        ("", ""),
    ],
)
def test_a_task_is_named_as_a_person_would(key: str, name: str) -> None:
    assert task_name(key) == name


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", '"0.5"', "null", "true", "[]"])
def test_what_is_no_finite_number_is_left_out(value: str) -> None:
    data = b'{"results": {"all": {"em": 1, "f1": %s, "em_stderr": %s}}}' % (
        value.encode(),
        value.encode(),
    )
    assert read(data) == {(None, "em"): (1.0, None)}


def test_a_number_beyond_floats_and_a_negative_error_are_left_out() -> None:
    data = b'{"results": {"all": {"big": 1%s, "em": 1, "em_stderr": -0.1}}}' % (b"0" * 400)
    assert read(data) == {(None, "em"): (1.0, None)}


def test_a_scorers_failures_are_counted_apart() -> None:
    data = file(all={"reward": 0.5, "byoc_failure_count": 3.0})
    assert read(data) == {(None, "reward"): (0.5, None)}
    assert read_failure_count(data) == 3
    assert read_failure_count(file(all={"reward": 0.5})) is None
    assert read_failure_count(file(all={"a": 1}, t={"byoc_failure_count": 2})) == 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"results": []}',
        b'{"results": {}}',
        b'{"results": {"all": {}}}',
        b'{"results": {"all": 1}}',
        b'{"results": {"all": {"em": "x"}}}',
        b'{"results": {"all": {"byoc_failure_count": 3}}}',
        b"[" * 100_000,
    ],
)
def test_a_file_without_results_is_unusable(data: bytes) -> None:
    with pytest.raises(OutputUnusable) as raised:
        read_benchmark_results(data, where="s3://bucket/key")
    assert raised.value.where == "s3://bucket/key"


@pytest.mark.parametrize(
    ("general", "note"),
    [
        ({"note": "stand-in: made up"}, "stand-in: made up"),
        ({"note": " in\x1b[31m two\nlines "}, "in [31m two lines"),
        ({"note": "x" * 1000}, "x" * 200),
        ({"note": "\n"}, None),
        ({"note": 1}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
def test_what_a_file_says_of_itself_is_one_short_line(general: object, note: str | None) -> None:
    data = json.dumps({"config_general": general, "results": {"all": {"em": 1}}}).encode()
    assert read_note(data) == note
    assert read(data) == {(None, "em"): (1.0, None)}
    assert read_note(b"nothing") is None


BELOW = "runs/r/job/output/output/None/eval_results"


def test_the_newest_results_file_is_found_below_whatever_name() -> None:
    newest = f"{BELOW}/results_2026-11-22T09-00-00.000001.json"
    keys = [
        newest,
        f"{BELOW}/results_2026-11-22T08-00-00.000001.json",
        f"{BELOW}/inference_output.jsonl",
        f"{BELOW}/details/results_2026-11-23.parquet",
        "runs/r/job/output/results_2026-11-23.json",
        "runs/r/job/output/output/None/results_2026-11-23.json",
        "runs/r/job/output/output/None/eval_results/my_results_2026-11-23.json",
    ]
    assert results_file(keys) == newest
    assert results_file(reversed(keys)) == newest
    assert results_file([f"{BELOW}/some-model/results_1.json"]) is not None
    assert results_file(keys[2:]) is None
    assert results_file([]) is None


EXPLAINED = [{"modelIdentifier": "judge-1", "explanation": "So it is."}]


def judged(prompt: str, response: str, *scores: dict[str, object]) -> bytes:
    record = {
        "inputRecord": {"prompt": prompt, "category": "c"},
        "modelResponses": [{"response": response, "modelIdentifier": "m"}],
        "automatedEvaluationResult": {"scores": scores},
    }
    return json.dumps(record).encode()


def test_a_judged_record_is_read_with_its_scores() -> None:
    line = judged(
        "[{'role': 'user', 'content': 'It\\'s'}]",
        repr(["That's it"]),
        {"metricName": "Builtin.Correctness", "result": 1, "evaluatorDetails": EXPLAINED},
        {"metricName": "tone", "result": "good"},
        {"metricName": "Refusal", "result": None},
        {"metricName": "Coherence"},
    )
    (record,) = read_judge_records([line])

    def score(metric: str, result: object, present: bool = True) -> JudgedScore:
        return JudgedScore(
            metric=metric,
            result=result,  # type: ignore[arg-type]
            has_result=present,
            explanation="So it is." if metric == "Correctness" else None,
            judge="judge-1" if metric == "Correctness" else None,
        )

    assert record == JudgedRecord(
        prompt="[{'role': 'user', 'content': 'It\\'s'}]",
        response="That's it",
        scores=(
            score("Correctness", 1.0),
            score("tone", "good"),
            score("Refusal", None),
            score("Coherence", None, present=False),
        ),
    )


@given(st.text(st.characters(codec="utf-8")))
def test_a_response_in_a_list_comes_out_of_it(text: str) -> None:
    (record,) = read_judge_records([judged("p", repr([text]))])
    assert record.response == text


@pytest.mark.parametrize(
    "text", ["plain", "", "['a', 'b']", "[1]", "['cut", "[]", "['x'] and ['y']", "{'a': 'b'}"]
)
def test_another_response_stays_as_it_is(text: str) -> None:
    (record,) = read_judge_records([judged("p", text)])
    assert record.response == text


def test_a_record_without_response_or_scores_is_read() -> None:
    line = b'{"inputRecord": {"prompt": "p"}, "automatedEvaluationResult": {"scores": null}}'
    assert list(read_judge_records([line])) == [JudgedRecord(prompt="p", response=None, scores=())]


@pytest.mark.parametrize(
    ("written", "result", "present"),
    [
        ("0.25", 0.25, True),
        ("[1]", None, False),
        ("{}", None, False),
        ("true", 1.0, True),
        ("1" + "0" * 400, None, False),
        ('"N/A"', "N/A", True),
    ],
)
def test_results_of_any_type_are_read(written: str, result: object, present: bool) -> None:
    line = judged("p", "r", {"metricName": "m", "result": 0}).replace(
        b'"result": 0', b'"result": ' + written.encode()
    )
    (score,) = next(read_judge_records([line])).scores
    assert (score.result, score.has_result) == (result, present)


def test_nan_is_read() -> None:
    (score,) = next(
        read_judge_records([judged("p", "r", {"metricName": "m", "result": math.nan})])
    ).scores
    assert isinstance(score.result, float)
    assert math.isnan(score.result)


def test_a_line_of_many_megabytes_is_read() -> None:
    long = "it's " * 2_000_000
    (record,) = read_judge_records([judged(repr([{"role": "user", "content": "x"}]), long)])
    assert record.response == long


@pytest.mark.parametrize("line", [b"", b"secret", b"{}", b'{"inputRecord": {"prompt": 1}}'])
def test_an_unreadable_line_is_named_and_not_quoted(line: bytes) -> None:
    good = judged("p", "r")
    with pytest.raises(OutputUnusable, match="line 2") as raised:
        list(read_judge_records([good, line], where="s3://b/k"))
    assert raised.value.where == "s3://b/k"
    assert "secret" not in str(raised.value)


def test_aggregates_are_read_by_metric() -> None:
    data = (
        b'{"job_name": "j", "results": {"Builtin.Correctness": {"score": 0.75, "std_deviation": '
        b'null, "total_evaluations": 10.0, "passed": 9, "failed": 1}, "tone": {"score": NaN}}}'
    )
    nothing = JudgeAggregate(score=None, std_deviation=None, total=None, passed=None, failed=None)
    assert read_judge_aggregate(data) == {
        "Correctness": JudgeAggregate(score=0.75, std_deviation=None, total=10, passed=9, failed=1),
        "tone": nothing,
    }


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"results": {"a": 1}}', b"\xff"])
def test_a_file_without_aggregates_is_unusable(data: bytes) -> None:
    with pytest.raises(OutputUnusable) as raised:
        read_judge_aggregate(data, where="s3://b/k")
    assert raised.value.where == "s3://b/k"


OUT = "runs/r/e/output"
STEP = "custom-llmaj-eval-abc-123"
OTHER = "base-llmaj-eval-abc-123"


@pytest.mark.parametrize("folder", ["", "eval_results/"])
def test_a_judges_files_are_those_of_its_own_job(folder: str) -> None:
    aggregate = f"{OUT}/{STEP}/output/output/bedrock-1/{folder}bedrock_llm_judge_results.json"
    record = f"{OUT}/bedrock-1/uuid/models/m/taskTypes/General/datasets/d/x_output.jsonl"
    keys = [
        f"{OUT}/{STEP}/output/output/bedrock-1/other.txt",
        f"{OUT}/{OTHER}/output/output/bedrock-10/bedrock_llm_judge_results.json",
        f"{OUT}/bedrock-10/uuid/models/m/x_output.jsonl",
        f"{OUT}/CustomInference-abc/output/output/CustomInference/inference_output.jsonl",
        f"{OUT}/bedrock-1/uuid/models/m/manifest.json",
        f"{OUT}/bedrock-1/inference_output.jsonl",
        record,
        aggregate,
    ]
    wanted = JudgeFiles(bedrock_job="bedrock-1", aggregate=aggregate, records=(record,))
    assert judge_files(keys, training_job=STEP) == wanted
    assert judge_files(iter(keys[::-1]), training_job=STEP) == wanted


def test_without_the_aggregate_the_folder_names_the_job() -> None:
    keys = [f"{OUT}/{STEP}/output/output/bedrock-1/log.txt", f"{OUT}/bedrock-1/u/a_output.jsonl"]
    found = judge_files(keys, training_job=STEP)
    assert found == JudgeFiles(bedrock_job="bedrock-1", aggregate=None, records=(keys[1],))


def test_a_step_that_left_nothing_has_no_files() -> None:
    keys = [f"{OUT}/bedrock-1/u/a_output.jsonl"]
    assert judge_files(keys, training_job=STEP) == JudgeFiles(
        bedrock_job=None, aggregate=None, records=()
    )
