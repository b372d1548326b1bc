"""RAG jobs: precomputed outputs and knowledge bases, what is refused, and what is written."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError
from rag_requests import (
    BASE,
    GENERATE,
    LITE,
    PASSAGES,
    RETRIEVE,
    answered,
    answering,
    asking,
    citation,
    failure,
    finished,
    line,
    passages,
    precomputed,
    rag_request,
    rag_role,
    reranking,
    retrieved,
    said,
    turn,
)
from standin_world import JUDGE, World, custom, statement
from test_standin_output import UUID

WORDS = ["one", "two", "three", "four", "five", "six", "seven"]
GENERATED = [
    "Correctness",
    "Completeness",
    "Helpfulness",
    "LogicalCoherence",
    "Faithfulness",
    "CitationPrecision",
    "CitationCoverage",
    "Harmfulness",
    "Stereotyping",
    "Refusal",
]
LATER = "mistral.mistral-large-2402-v1:0"


@pytest.fixture
def world(world: World) -> World:
    """With a knowledge base."""
    world.aws.control("POST", "knowledge-bases", {"id": BASE, "passages": PASSAGES})
    return world


def results(world: World, *lines: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    """Run a job to its end; the lines of its results."""
    request = rag_request(world, *lines, **more)
    job = finished(world, request)
    assert job["status"] == "Completed", job
    found = world.outputs(request["jobName"])
    (text,) = [text for key, text in found.items() if key.endswith("output.jsonl")]
    return [json.loads(one) for one in text.split("\n") if one]


def turns(world: World, *lines: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return [one for result in results(world, *lines, **more) for one in result["conversationTurns"]]


def values(turn: dict[str, Any]) -> dict[str, Any]:
    return {result["metricName"]: result.get("result") for result in turn["results"]}


def refused(world: World, *lines: dict[str, Any], **more: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        world.bedrock.create_evaluation_job(**rag_request(world, *lines, **more))
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


# -- what a job writes -----------------------------------------------------------------------------


def test_a_conversation_with_its_results(world: World) -> None:
    given = [answered(), turn("And the Oder?", output=answered("It ends in the Baltic.")["output"])]
    (found,) = results(world, line(*given))
    assert list(found) == ["conversationTurns"]
    first, second = found["conversationTurns"]
    assert list(first) == ["inputRecord", "output", "results"]
    assert first["inputRecord"] == {k: v for k, v in given[0].items() if k != "output"}
    assert first["output"] == given[0]["output"]
    (result,) = second["results"]
    assert list(result) == ["metricName", "evaluatorDetails", "result"]
    assert result["evaluatorDetails"][0]["modelIdentifier"] == JUDGE


@pytest.mark.parametrize(
    ("variant", "name"),
    [("uuid", rf"{UUID}/.+/{UUID}_output\.jsonl"), ("plain", rf"{UUID}/.+/output\.jsonl")],
)
def test_the_file_has_either_name(world: World, variant: str, name: str) -> None:
    world.aws.control("POST", "settings", {"ragFile": variant})
    request = rag_request(world)
    finished(world, request)
    keys = [key for key in world.outputs(request["jobName"]) if key.endswith("output.jsonl")]
    assert [bool(re.fullmatch(name, key)) for key in keys] == [True]


@pytest.mark.parametrize(
    ("variant", "members"),
    [("answer", {"knowledgeBaseIdentifier", "text"}), ("nothing", set())],
)
def test_how_much_of_an_output_comes_back(world: World, variant: str, members: set[str]) -> None:
    world.aws.control("POST", "settings", {"ragEcho": variant})
    (found,) = turns(world)
    assert set(found["output"]) == members


def test_every_metric_of_answers(world: World) -> None:
    names = GENERATED
    (found,) = turns(world, metrics=tuple(f"Builtin.{name}" for name in names))
    scores = values(found)
    assert set(scores) == {f"Builtin.{name}" for name in names}
    assert scores["Builtin.Faithfulness"] == 1  # every word of the answer is in the passages
    assert scores["Builtin.CitationPrecision"] == 1
    assert scores["Builtin.Harmfulness"] == 0
    assert all(0 <= value <= 1 for value in scores.values())


def test_relevance_is_asked_per_passage_and_averaged(world: World) -> None:
    metrics = ("Builtin.ContextRelevance", "Builtin.ContextCoverage")
    given = retrieved("Where does the Elbe end? There.", "Bread.", "Bread.", "Bread.")
    (found,) = turns(world, line(given), inference=precomputed(RETRIEVE), metrics=metrics)
    assert values(found)["Builtin.ContextRelevance"] == 0.25
    relevance, coverage = found["results"]
    assert len(relevance["evaluatorDetails"]) == 4
    assert len(coverage["evaluatorDetails"]) == 1


def test_an_answer_without_citations_has_no_citation_precision(world: World) -> None:
    given = answered(citations=[])
    (found,) = turns(world, line(given), metrics=("Builtin.CitationPrecision",))
    assert values(found) == {"Builtin.CitationPrecision": None}


@pytest.mark.parametrize(
    ("metric", "judge", "levels"),
    [
        ("Helpfulness", JUDGE, 7),
        ("LogicalCoherence", JUDGE, 3),
        ("LogicalCoherence", LATER, 5),
    ],
)
def test_scales_differ_by_judge(world: World, metric: str, judge: str, levels: int) -> None:
    given = [
        line(
            turn(
                f"{' '.join(WORDS)} {n}",
                referenceResponses=None,
                output=answered(" ".join(WORDS[: n + 1]))["output"] | {"citations": []},
            )
        )
        for n in range(7)
    ]
    role = world.role_with(statement("bedrock:InvokeModel", world.model_arn(judge)))
    found = turns(world, *given, metrics=(f"Builtin.{metric}",), judge=judge, roleArn=role)
    steps = {round(k / (levels - 1), 4) for k in range(levels)}
    seen = {one for turn in found for one in values(turn).values()} - {None}
    assert seen <= steps
    assert len(seen) > 1


def test_a_profile_as_judge_is_shown_by_its_arn(world: World) -> None:
    judge = "us.amazon.nova-2-lite-v1:0"
    arn = world.arn_of(f"inference-profile/{judge}")
    every = statement("bedrock:InvokeModel", [arn, world.model_arn("*", "*")])
    (found,) = turns(world, judge=judge, roleArn=world.role_with(every))
    assert found["results"][0]["evaluatorDetails"][0]["modelIdentifier"] == arn


def test_custom_metrics_know_the_passages(world: World) -> None:
    metric = {"name": "check", "instructions": "Judge {{context}} by {{reference_contexts}}"}
    request = rag_request(world, line(answered()), metrics=("check",))
    request["evaluationConfig"]["automated"]["customMetricConfig"] = custom(metric)
    assert finished(world, request)["status"] == "Completed"


@pytest.mark.parametrize(
    "defect", ["null-result", "missing-result", "nan-result", "bare-names", "drop-record"]
)
def test_defects_of_the_output(world: World, defect: str) -> None:
    world.aws.control("POST", "faults", {"kind": "output", "defect": defect})
    given = [line(answered()), line(turn("Other?", output=answered()["output"]))]
    found = turns(world, *given)
    assert len(found) == (1 if defect == "drop-record" else 2)
    results_ = [turn["results"][0] for turn in found]
    if defect == "bare-names":
        assert {one["metricName"] for one in results_} == {"Correctness"}
    elif defect != "drop-record":
        odd = [one.get("result") for one in results_ if not 0 <= (one.get("result") or -1) <= 1]
        assert len(odd) >= 1


# -- knowledge bases -------------------------------------------------------------------------------


def found_texts(turn: dict[str, Any]) -> list[str]:
    return [
        one["content"]["text"] for one in turn["output"]["retrievedResults"]["retrievalResults"]
    ]


def asked(world: World, **search: Any) -> list[str]:
    (found,) = turns(
        world,
        line(turn("Where does the Oder end?")),
        inference=asking(**search),
        metrics=("Builtin.ContextRelevance",),
        roleArn=rag_role(world),
    )
    return found_texts(found)


def test_a_knowledge_base_is_asked_as_the_search_says(world: World) -> None:
    elbe, oder, bread = [one["text"] for one in PASSAGES]
    assert asked(world) == [oder, elbe, bread]
    assert asked(world, numberOfResults=1, overrideSearchType="HYBRID") == [oder]
    assert asked(world, filter={"lessThan": {"key": "year", "value": 2023}}) == [elbe, bread]
    either = [
        {"equals": {"key": "kind", "value": "food"}},
        {"in": {"key": "year", "value": [2024]}},
    ]
    assert asked(world, filter={"orAll": either}) == [oder, bread]
    assert asked(world, rerankingConfiguration=reranking(world, 2)) == [oder, elbe]


def test_a_knowledge_base_answers_and_cites(world: World) -> None:
    metrics = ("Builtin.Correctness", "Builtin.CitationPrecision", "Builtin.CitationCoverage")
    (found,) = turns(
        world,
        line(turn()),
        inference=answering(world),
        metrics=metrics,
        roleArn=rag_role(world),
    )
    output = found["output"]
    assert output["modelIdentifier"] == world.model_arn(LITE)
    assert output["text"].startswith("Stand-in response of ")
    (cited,) = output["citations"]
    assert cited["generatedResponsePart"]["textResponsePart"]["text"] == output["text"]
    assert output["retrievedPassages"]["retrievalResults"][0]["location"]["type"] == "S3"
    assert set(values(found)) == set(metrics)


@pytest.mark.parametrize(
    ("action", "inference"),
    [
        ("bedrock:Retrieve", "retrieve"),
        ("bedrock:Retrieve", "generate"),
        ("bedrock:RetrieveAndGenerate", "generate"),
        ("bedrock:InvokeModel", "generate"),
        ("bedrock:Rerank", "rerank"),
        ("bedrock:InvokeModel", "rerank"),
    ],
)
def test_the_role_must_be_allowed_what_the_job_does(
    world: World, action: str, inference: str
) -> None:
    config = {
        "retrieve": asking(),
        "rerank": asking(rerankingConfiguration=reranking(world, 1)),
        "generate": answering(world),
    }[inference]
    metric = "Builtin.Correctness" if inference == "generate" else "Builtin.ContextRelevance"
    request = rag_request(
        world,
        line(turn()),
        inference=config,
        metrics=(metric,),
        roleArn=rag_role(world, action),
    )
    assert f"is not authorized to perform {action} on " in failure(world, request)


def test_precomputed_outputs_need_no_knowledge_base(world: World) -> None:
    assert finished(world, rag_request(world))["status"] == "Completed"


@pytest.mark.parametrize(("defect", "left"), [("no-response", 2), ("drop-record", 1)])
def test_a_knowledge_base_that_fails(world: World, defect: str, left: int) -> None:
    world.aws.control("POST", "faults", {"kind": "generator", "defect": defect})
    found = turns(
        world,
        line(turn()),
        line(turn("And the Oder?")),
        inference=asking(),
        metrics=("Builtin.ContextRelevance",),
        roleArn=rag_role(world),
    )
    assert len(found) == left
    assert sum(bool(one["results"]) for one in found) == 1


def test_a_filter_that_nothing_fits_fails_the_job(world: World) -> None:
    nothing = {"equals": {"key": "kind", "value": "none"}}
    request = rag_request(
        world,
        line(turn()),
        inference=asking(filter=nothing),
        metrics=("Builtin.ContextRelevance",),
        roleArn=rag_role(world),
    )
    assert "gave nothing" in failure(world, request)


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("member", "metric", "words"),
    [
        (GENERATE, "Builtin.ContextRelevance", "not available for RAG retrieveAndGenerate"),
        (GENERATE, "Builtin.Coherence", "not available for RAG retrieveAndGenerate evaluations"),
        (RETRIEVE, "Builtin.Correctness", "not available for RAG retrieve evaluations"),
    ],
)
def test_metrics_of_another_kind(world: World, member: str, metric: str, words: str) -> None:
    code, message = refused(world, inference=precomputed(member), metrics=(metric,))
    assert code == "ValidationException"
    assert words in message


def test_a_judge_of_model_responses_only(world: World) -> None:
    code, message = refused(world, judge="us.anthropic.claude-sonnet-4-5-20250929-v1:0")
    assert (code, "evaluator model" in message) == ("ValidationException", True)


def test_a_source_that_does_not_exist_in_the_api(world: World) -> None:
    body = rag_request(world)
    body["inferenceConfig"] = precomputed("retrieveOnlySourceConfig")
    status, _, answer = world.raw("POST", "/evaluation-jobs", body)
    assert (status, "retrieveOnlySourceConfig" in answer["message"]) == (400, True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"applicationType": "ModelEvaluation"}, "belong to an automated RAG"),
        ({"inferenceConfig": {"ragConfigs": []}}, "length greater than or equal to 1"),
    ],
)
def test_requests_that_do_not_fit(world: World, changes: dict[str, Any], words: str) -> None:
    status, _, answer = world.raw("POST", "/evaluation-jobs", rag_request(world) | changes)
    assert (status, words in answer["message"]) == (400, True), answer


@pytest.mark.parametrize(
    ("registered", "code"),
    [(None, "ResourceNotFoundException"), ("CREATING", "ValidationException")],
)
def test_knowledge_bases_that_cannot_be_asked(
    world: World, registered: str | None, code: str
) -> None:
    if registered:
        world.aws.control("POST", "knowledge-bases", {"id": "KBOTHER123", "status": registered})
    inference = asking("KBOTHER123")
    found, _ = refused(
        world, line(turn()), inference=inference, metrics=("Builtin.ContextRelevance",)
    )
    assert found == code


def test_a_knowledge_base_is_described(world: World) -> None:
    agents = world.aws.client("bedrock-agent")
    found = agents.get_knowledge_base(knowledgeBaseId=BASE)["knowledgeBase"]
    assert (found["status"], found["knowledgeBaseArn"]) == (
        "ACTIVE",
        world.arn_of(f"knowledge-base/{BASE}"),
    )
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        agents.get_knowledge_base(knowledgeBaseId="KBNOWHERE1")


def test_a_template_without_a_place_for_the_passages(world: World) -> None:
    template = {"promptTemplate": {"textPromptTemplate": "Answer!"}}
    inference = answering(world, generationConfiguration=template)
    assert "$search_results$" in refused(world, line(turn()), inference=inference)[1]


@pytest.mark.parametrize(
    ("member", "variable", "taken"),
    [
        (GENERATE, "prediction", True),
        (RETRIEVE, "prediction", False),
        (RETRIEVE, "context", True),
    ],
)
def test_variables_of_custom_metrics(world: World, member: str, variable: str, taken: bool) -> None:
    metric = {"name": "check", "instructions": f"Judge {{{{{variable}}}}}"}
    given = line(retrieved() if member == RETRIEVE else answered())
    request = rag_request(world, given, inference=precomputed(member), metrics=("check",))
    request["evaluationConfig"]["automated"]["customMetricConfig"] = custom(metric)
    if taken:
        assert finished(world, request)["status"] == "Completed"
    else:
        with pytest.raises(ClientError, match="unknown variable"):
            world.bedrock.create_evaluation_job(**request)


CITED = ("Builtin.CitationPrecision",)


@pytest.mark.parametrize(
    ("given", "metrics", "words"),
    [
        ({"prompt": "x"}, (), "conversationTurns is not a list"),
        (line(), (), "dataset entry prompt is not in the expected format"),
        (line(turn() | {"prompt": "x"}), (), "dataset entry prompt is not in the expected format"),
        ({**line(answered()), "category": "x"}, (), "not in the expected format"),
        (line(turn()), (), "output is missing"),
        (line(*[answered()] * 6), (), "at most 5 turns"),
        (line(answered(knowledgeBaseIdentifier="other")), (), "not the job's ragSourceIdentifier"),
        (line(answered(retrievedPassages=None)), (), "retrievedPassages is not an object"),
        (line(answered(text="")), (), "needs a text"),
        (line(answered(surprise=1)), (), "unknown member"),
        (line(answered(citations=None)), CITED, "a citation metric needs them"),
        (
            line(answered(citations=[citation(0, 99, "x", "y")])),
            (),
            "span is outside of the text",
        ),
        (
            line(answered(retrievedPassages={"retrievalResults": [{"content": {"text": ""}}]})),
            (),
            "a passage has no text",
        ),
        (
            line(answered() | {"referenceContexts": [said("x")]}),
            (),
            "includes both reference contexts and reference responses",
        ),
    ],
)
def test_datasets_that_fail_a_job_of_answers(
    world: World, given: dict[str, Any], metrics: tuple[str, ...], words: str
) -> None:
    request = rag_request(world, given, metrics=metrics or ("Builtin.Correctness",))
    assert words in failure(world, request)


@pytest.mark.parametrize(
    ("given", "metrics", "words"),
    [
        (line(retrieved(), retrieved()), ("ContextRelevance",), "at most 1 turns"),
        (line(answered()), ("ContextRelevance",), "unknown member"),
        (
            line(retrieved() | {"referenceResponses": []}),
            ("ContextCoverage",),
            "ContextCoverage needs a reference response",
        ),
    ],
)
def test_datasets_that_fail_a_job_of_retrieval(
    world: World, given: dict[str, Any], metrics: tuple[str, ...], words: str
) -> None:
    names = tuple(f"Builtin.{name}" for name in metrics)
    request = rag_request(world, given, inference=precomputed(RETRIEVE), metrics=names)
    assert words in failure(world, request)


def test_limits_of_numbers_and_lengths(world: World) -> None:
    many = [line(*[answered()] * 5)] * 201
    assert "more than 1000 prompts" in failure(world, rag_request(world, *many))
    long = line(turn("x" * 4097, output=answered()["output"]))
    assert "longer than 4096 bytes" in failure(world, rag_request(world, long))
    query = rag_request(
        world,
        line(turn("x" * 1001)),
        inference=asking(),
        metrics=("Builtin.ContextRelevance",),
        roleArn=rag_role(world),
    )
    assert "longer than 1000 characters" in failure(world, query)


def test_both_kinds_of_reference_go_with_custom_metrics(world: World) -> None:
    metric = {"name": "check", "instructions": "Judge {{prediction}}"}
    given = line(answered() | {"referenceContexts": [said("x")]})
    request = rag_request(world, given, metrics=("check",))
    request["evaluationConfig"]["automated"]["customMetricConfig"] = custom(metric)
    assert finished(world, request)["status"] == "Completed"


def test_the_task_type_is_ignored(world: World) -> None:
    request = rag_request(world)
    config = request["evaluationConfig"]["automated"]["datasetMetricConfigs"][0]
    config["taskType"] = "QuestionAndAnswer"
    assert finished(world, request)["status"] == "Completed"


def test_jobs_are_listed_and_shown_as_rag(world: World) -> None:
    request = rag_request(world)
    job = finished(world, request)
    assert job["applicationType"] == "RagEvaluation"
    rag = {"applicationTypeEquals": "RagEvaluation", "nameContains": request["jobName"]}
    (summary,) = world.bedrock.list_evaluation_jobs(**rag)["jobSummaries"]
    assert summary["inferenceConfigSummary"]["ragConfigSummary"] == {
        "bedrockKnowledgeBaseIdentifiers": [],
        "precomputedRagSourceIdentifiers": ["our-rag"],
    }
    model = {**rag, "applicationTypeEquals": "ModelEvaluation"}
    assert world.bedrock.list_evaluation_jobs(**model)["jobSummaries"] == []


def test_the_control_api_says_what_is_wrong_with_a_knowledge_base(world: World) -> None:
    for wrong in ({"id": "kb"}, {"id": BASE, "passages": [7]}, {"id": BASE, "text": "x"}):
        with pytest.raises(Exception, match=r"400|knowledge|id must|passage"):
            world.aws.control("POST", "knowledge-bases", wrong)


def test_helpers_are_what_the_dataset_has() -> None:
    assert passages("x") == {"retrievalResults": [{"content": {"text": "x"}}]}
