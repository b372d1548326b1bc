"""Jobs with human workers: what is refused, who must be allowed what, what people leave."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError
from standin_world import World, precomputed, put, records, statement, unique

GOOD, POOR = "bot", "other"
THUMBS = {"name": "Useful", "ratingMethod": "ThumbsUpDown"}
POINTS = {"name": "Correct", "ratingMethod": "IndividualLikertScale", "description": "Is it right?"}
BESIDE = {"name": "Clearer", "ratingMethod": "ComparisonLikertScale"}
CHOSEN = {"name": "Chosen", "ratingMethod": "ComparisonChoice"}
RANKED = {"name": "Ranked", "ratingMethod": "ComparisonRank"}
LOOPS = ["sagemaker:DescribeHumanLoop", "sagemaker:StopHumanLoop", "sagemaker:DeleteHumanLoop"]


def pairs(count: int = 3) -> list[dict[str, Any]]:
    """Records with a good and a poor response each."""
    found = records(count, GOOD)
    for one in found:
        one["referenceResponse"] = "the quick brown fox jumps"
        one["modelResponses"] = [
            {"response": "the quick brown fox jumps", "modelIdentifier": GOOD},
            {"response": "nobody knows", "modelIdentifier": POOR},
        ]
    return found


class People:
    """A workflow of the account, a role for it, and requests of jobs."""

    def __init__(self, world: World, **workflow: Any) -> None:
        self.world = world
        self.arn = world.register("flow-definition", **workflow)
        self.statements = [
            statement(["sagemaker:StartHumanLoop", "sagemaker:DescribeFlowDefinition"], self.arn),
            statement(LOOPS, f"arn:aws:sagemaker:us-east-1:{world.aws.account}:human-loop/*"),
        ]

    def request(self, *metrics: dict[str, Any], **changes: Any) -> dict[str, Any]:
        asked = list(metrics or (POINTS,))
        uri = changes.pop("uri", None) or self.world.dataset(pairs())
        config = {
            "taskType": "Custom",
            "dataset": {"name": "answers", "datasetLocation": {"s3Uri": uri}},
            "metricNames": [metric["name"] for metric in asked],
        }
        workflow = {"flowDefinitionArn": self.arn, "instructions": "Be fair."}
        both = [*precomputed(GOOD)["models"], *precomputed(POOR)["models"]]
        human = {
            "datasetMetricConfigs": [config],
            "customMetrics": asked,
            "humanWorkflowConfig": workflow,
        }
        return self.world.request(
            uri,
            **{
                "roleArn": self.world.role_with(*self.statements),
                "evaluationConfig": {"human": human},
                "inferenceConfig": {"models": both},
                **changes,
            },
        )

    def results(self, *metrics: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
        return self.world.results(**self.request(*metrics, **changes))

    def refusal(self, request: dict[str, Any]) -> str:
        with pytest.raises(ClientError) as caught:
            self.world.bedrock.create_evaluation_job(**request)
        return str(caught.value)


@pytest.fixture
def people(world: World) -> People:
    return People(world, workers=3)


def answers(record: dict[str, Any], method: str) -> list[dict[str, Any]]:
    """Every worker's entries of one rating method."""
    return [
        entry
        for answer in record["humanEvaluationResult"]["humanAnswers"]
        for entry in answer["answerContent"]["evaluationResults"][method]
    ]


def test_several_people_answer_each_record_on_each_metric_and_differ(people: People) -> None:
    found = people.results(THUMBS, POINTS)
    assert len(found) == 3
    for record in found:
        result = record["humanEvaluationResult"]
        assert len({one["workerId"] for one in result["humanAnswers"]}) == 3
        assert sorted(result["modelResponseIdMap"].values()) == [GOOD, POOR]
        assert len(answers(record, "thumbsUpDown")) == 6
        assert {one["result"] for one in answers(record, "thumbsUpDown")} <= {True, False}
        assert {one["result"] for one in answers(record, "individualLikertScale")} <= {*range(1, 6)}
        assert set(record) == {"humanEvaluationResult", "inputRecord", "modelResponses"}
        assert "modelResponses" not in record["inputRecord"]
    points = [one["result"] for record in found for one in answers(record, "individualLikertScale")]
    assert len(set(points)) > 2


def test_a_good_response_is_preferred_wherever_it_stands(people: People) -> None:
    found = people.results(BESIDE, CHOSEN, RANKED, uri=people.world.dataset(pairs(12)))
    left = set()
    for record in found:
        ids = record["humanEvaluationResult"]["modelResponseIdMap"]
        for one in answers(record, "comparisonLikertScale"):
            left.add(ids[one["leftModelResponseId"]])
            good_is_left = ids[one["leftModelResponseId"]] == GOOD
            assert one["result"] <= 3 if good_is_left else one["result"] >= 3
        chosen = [
            ids[one["result"]["modelResponseId"]] for one in answers(record, "comparisonChoice")
        ]
        assert chosen.count(GOOD) >= 2
        for one in answers(record, "comparisonRank"):
            ranks = {ids[entry["modelResponseId"]]: entry["rank"] for entry in one["result"]}
            assert ranks[GOOD] == 1
    assert left == {GOOD, POOR}


def test_results_stand_where_those_of_human_jobs_do(people: People) -> None:
    request = people.request()
    people.world.wait(people.world.bedrock.create_evaluation_job(**request)["jobArn"])
    keys = list(people.world.outputs(request["jobName"]))
    assert not [key for key in keys if "/models/" in key]
    assert sum(key.endswith("_output.jsonl") and "/datasets/answers/" in key for key in keys) == 1
    additional = [key for key in keys if key.endswith("human-loop-additional-data.json")]
    assert len(additional) == 3


def test_the_keys_of_methods_may_begin_in_upper_case(people: People) -> None:
    people.world.aws.control("POST", "settings", {"humanKeys": "upper"})
    [first, *_] = people.results()
    assert len(answers(first, "IndividualLikertScale")) == 6


def test_a_model_and_a_precomputed_source_may_be_mixed(people: People) -> None:
    model = {"bedrockModel": {"modelIdentifier": "amazon.nova-lite-v1:0"}}
    role = people.world.role_with(
        *people.statements,
        statement("bedrock:InvokeModel", people.world.model_arn("amazon.nova-lite-v1:0")),
    )
    found = people.results(
        BESIDE,
        uri=people.world.dataset(records(2, GOOD)),
        roleArn=role,
        inferenceConfig={"models": [*precomputed(GOOD)["models"], model]},
    )
    assert {one["modelIdentifier"] for one in found[0]["modelResponses"]} == {
        GOOD,
        "amazon.nova-lite-v1:0",
    }


def test_people_can_be_kept_waiting_while_other_jobs_go_on(people: People) -> None:
    people.world.aws.control("POST", "settings", {"holdHuman": True})
    arn = people.world.bedrock.create_evaluation_job(**people.request())["jobArn"]
    assert people.world.wait(people.world.create())["status"] == "Completed"
    time.sleep(0.3)
    assert people.world.status(arn) == "InProgress"
    people.world.aws.control("POST", "settings", {"holdHuman": False})
    done = people.world.wait(arn)
    assert (done["status"], done["jobType"]) == ("Completed", "Human")


def test_a_human_job_can_be_stopped_and_is_listed_as_one(people: People) -> None:
    people.world.aws.control("POST", "settings", {"holdHuman": True})
    request = people.request()
    arn = people.world.bedrock.create_evaluation_job(**request)["jobArn"]
    [listed] = people.world.bedrock.list_evaluation_jobs(nameContains=request["jobName"])[
        "jobSummaries"
    ]
    assert listed["jobType"] == "Human"
    sources = listed["inferenceConfigSummary"]["modelConfigSummary"]
    assert sources["precomputedInferenceSourceIdentifiers"] == [GOOD, POOR]
    people.world.bedrock.stop_evaluation_job(jobIdentifier=arn)
    assert people.world.wait(arn)["status"] == "Stopped"


def test_human_jobs_have_a_quota_of_their_own(people: People) -> None:
    people.world.aws.control(
        "POST", "settings", {"concurrentHumanJobs": 1, "concurrentJobs": 1, "hold": True}
    )
    people.world.bedrock.create_evaluation_job(**people.request())
    refused = people.refusal(people.request())
    assert "ServiceQuotaExceededException" in refused
    assert "concurrent human-based model evaluation jobs" in refused
    people.world.create()


def test_the_quota_is_ten(world: World) -> None:
    assert world.aws.control("GET", "settings")["concurrentHumanJobs"] == 10


@pytest.mark.parametrize(
    ("path", "item", "said"),
    [
        ("inferenceConfig.models", precomputed("bot")["models"] * 2, "must differ"),
        ("evaluationConfig.human.customMetrics.0.ratingMethod", "Stars", "ratingMethod must be"),
        (
            "evaluationConfig.human.datasetMetricConfigs.0.metricNames",
            ["Other"],
            "metricNames must",
        ),
        ("applicationType", "RagEvaluation", "evaluates models"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    people: People, path: str, item: Any, said: str
) -> None:
    refused = people.refusal(put(people.request(), path, item))
    assert "ValidationException" in refused
    assert said in refused


def test_a_second_dataset_is_refused(people: People) -> None:
    request = people.request()
    configs = request["evaluationConfig"]["human"]["datasetMetricConfigs"]
    request["evaluationConfig"]["human"]["datasetMetricConfigs"] = configs * 2
    assert "exactly one custom prompt dataset" in people.refusal(request)


def test_one_source_cannot_be_compared(people: People) -> None:
    request = people.request(CHOSEN, inferenceConfig=precomputed(GOOD))
    assert "ComparisonChoice needs two models" in people.refusal(request)


@pytest.mark.parametrize("status", ["Initializing", "Failed", "Deleting"])
def test_a_workflow_must_be_active(world: World, status: str) -> None:
    people = People(world, status=status)
    assert f"The flow definition is {status}" in people.refusal(people.request())


def test_a_workflow_must_be_there(people: People) -> None:
    people.arn = people.arn.replace("flow-definition/", "flow-definition/x")
    people.statements.append(statement("sagemaker:DescribeFlowDefinition", "*"))
    assert "does not exist" in people.refusal(people.request())


def test_the_role_must_see_the_workflow(people: People) -> None:
    request = people.request(roleArn=people.world.role_with(people.statements[1]))
    refused = people.refusal(request)
    assert "not authorized to perform sagemaker:DescribeFlowDefinition" in refused


@pytest.mark.parametrize("missing", ["sagemaker:StartHumanLoop", *LOOPS])
def test_a_role_that_may_not_do_what_human_loops_need_fails_the_job(
    people: People, missing: str
) -> None:
    every = ["sagemaker:DescribeFlowDefinition", "sagemaker:StartHumanLoop", *LOOPS]
    allowed = [action for action in every if action != missing]
    role = people.world.role_with(statement(allowed, "*"))
    failure = people.world.failure(**people.request(roleArn=role))
    assert f"not authorized to perform {missing}" in failure


def test_the_caller_must_see_the_workflow_too(people: People) -> None:
    request = people.request()
    calls = [
        statement("bedrock:*", "*"),
        statement("iam:PassRole", request["roleArn"]),
    ]
    with pytest.raises(ClientError, match="sagemaker:DescribeFlowDefinition"):
        people.world.caller(calls).create_evaluation_job(**request)
    seeing = statement("sagemaker:DescribeFlowDefinition", people.arn)
    people.world.caller([*calls, seeing]).create_evaluation_job(**request)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (records(2, GOOD), "Line 1: modelResponses must have exactly 2 entries"),
        (
            [{"prompt": "a", "modelResponses": [{"response": "b", "modelIdentifier": GOOD}] * 2}],
            "the sources are not the job's",
        ),
        ([{"prompt": "a"}], "must have exactly 2 entries"),
    ],
)
def test_every_line_has_the_same_sources(
    people: People, lines: list[dict[str, Any]], said: str
) -> None:
    assert said in people.world.failure(**people.request(uri=people.world.dataset(lines)))


def test_sagemaker_shows_a_workflow_to_who_may_see_it(people: People) -> None:
    client = people.world.aws.client("sagemaker")
    found = client.describe_flow_definition(FlowDefinitionName=people.arn.rsplit("/", 1)[-1])
    assert found["FlowDefinitionStatus"] == "Active"
    assert found["HumanLoopConfig"]["TaskCount"] == 3
    with pytest.raises(ClientError, match="ResourceNotFound"):
        client.describe_flow_definition(FlowDefinitionName=unique("flow"))
