"""Who may converse with what: the caller's policies, the account's models, guardrails; faults."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from conversation_world import APPLY, INVOKE, LITE, Talk, caller, text_of, uses_of
from standin_world import World, statement, unique
from test_standin_lambda import invoke, zipped

PRO = "amazon.nova-pro-v1:0"
PROFILE = f"us.{LITE}"
REGIONS = ("us-east-1", "us-east-2", "us-west-2")


@pytest.fixture
def talk(world: World) -> Talk:
    return Talk(world)


def allowed(world: World, *resources: str, **more: Any) -> Talk:
    return Talk(world, caller(world, statement(INVOKE, list(resources), **more)))


def test_the_model_alone_is_reached(world: World) -> None:
    talk = allowed(world, world.model_arn(LITE))
    assert talk.ask("Hello")["stopReason"] == "end_turn"
    assert talk.ask("Hello", modelId=world.model_arn(LITE))["stopReason"] == "end_turn"
    code, message = talk.refused("Hello", modelId=PRO)
    assert code == "AccessDeniedException"
    assert f"perform: {INVOKE} on resource: {world.model_arn(PRO)}" in message


def test_another_action_is_not_enough(world: World) -> None:
    talk = Talk(world, caller(world, statement(["bedrock:Converse", "bedrock:Get*"], "*")))
    assert talk.refused("Hello")[0] == "AccessDeniedException"


def test_a_profile_needs_its_model_in_every_region(world: World) -> None:
    profile = world.arn_of(f"inference-profile/{PROFILE}")
    models = [world.model_arn(LITE, region) for region in REGIONS]
    through = {"Condition": {"StringLike": {"bedrock:InferenceProfileArn": profile}}}
    both = [statement(INVOKE, profile), statement(INVOKE, models, **through)]
    talk = Talk(world, caller(world, *both))
    assert talk.ask("Hello", modelId=PROFILE)["stopReason"] == "end_turn"
    assert talk.ask("Hello", modelId=profile)["stopReason"] == "end_turn"
    assert talk.refused("Hello")[0] == "AccessDeniedException"  # the model by itself
    for missing in (profile, *models):
        rest = [one for one in (profile, *models) if one != missing]
        code, message = allowed(world, *rest).refused("Hello", modelId=PROFILE)
        assert (code, missing in message) == ("AccessDeniedException", True)


def test_a_condition_on_the_region_sees_where_the_model_is_called(world: World) -> None:
    here = {"Condition": {"StringEquals": {"aws:RequestedRegion": world.aws.region}}}
    talk = allowed(world, "*", **here)
    assert talk.ask("Hello")["stopReason"] == "end_turn"
    assert talk.refused("Hello", modelId=PROFILE)[0] == "AccessDeniedException"


def test_the_account_needs_access_to_the_model(world: World, talk: Talk) -> None:
    world.register("foundation-model", model=LITE, agreement="NOT_AVAILABLE")
    assert talk.refused("Hello")[0] == "AccessDeniedException"


def test_the_models_of_the_account(world: World, talk: Talk) -> None:
    arn = world.register("application-inference-profile", model=LITE)
    assert talk.ask("Hello", modelId=arn)["stopReason"] == "end_turn"
    own = world.register("provisioned-model", model=LITE, status="Creating")
    assert talk.refused("Hello", modelId=own)[0] == "ValidationException"


def guarded(version: str = "1", **more: Any) -> dict[str, Any]:
    named = {"guardrailIdentifier": "guard1", "guardrailVersion": version, **more}
    return {"guardrailConfig": named}


def test_a_guardrail_blocks_questions_and_answers(world: World, talk: Talk) -> None:
    given = {"id": "guard1", "words": ["Password"], "blockedInput": "No such questions."}
    world.aws.control("POST", "guardrails", given)
    assert talk.ask("Hello", **guarded())["stopReason"] == "end_turn"
    blocked = talk.ask("My PASSWORD?", **guarded(trace="enabled"))
    assert (text_of(blocked), blocked["stopReason"]) == (
        "No such questions.",
        "guardrail_intervened",
    )
    assert blocked["usage"]["totalTokens"] == 0
    (word,) = blocked["trace"]["guardrail"]["inputAssessment"]["guard1"]["wordPolicy"][
        "customWords"
    ]
    assert word["match"] == "Password"
    world.aws.control("POST", "faults", {"kind": "answer", "content": "the password is x"})
    answered = talk.ask("Hello", **guarded("DRAFT"))
    assert answered["stopReason"] == "guardrail_intervened"
    assert (text_of(answered), "trace" in answered) == (
        "Stand-in guardrail: the answer is blocked.",
        False,
    )
    assert answered["usage"]["totalTokens"] > 0


def test_a_guardrail_must_exist(world: World, talk: Talk) -> None:
    assert "does not exist" in talk.refused("Hello", **guarded())[1]
    world.aws.control("POST", "guardrails", {"id": "guard1", "versions": ["2"]})
    assert "does not exist" in talk.refused("Hello", **guarded())[1]
    elsewhere = f"arn:aws:bedrock:{world.aws.region}:999999999999:guardrail/guard1"
    more = guarded("2", guardrailIdentifier=elsewhere)
    assert "does not exist" in talk.refused("Hello", **more)[1]
    own = guarded("2", guardrailIdentifier=world.arn_of("guardrail/guard1"))
    assert talk.ask("Hello", **own)["stopReason"] == "end_turn"
    lacking = {"guardrailConfig": {"guardrailIdentifier": "guard1"}}
    assert "needs guardrailIdentifier and guardrailVersion" in talk.refused("Hello", **lacking)[1]


def test_a_guardrail_needs_a_permission_of_its_own(world: World) -> None:
    world.aws.control("POST", "guardrails", {"id": "guard1"})
    model = statement(INVOKE, world.model_arn(LITE))
    code, message = Talk(world, caller(world, model)).refused("Hello", **guarded())
    assert (code, f"perform: {APPLY} on" in message) == ("AccessDeniedException", True)
    both = caller(world, model, statement(APPLY, world.arn_of("guardrail/guard1")))
    assert Talk(world, both).ask("Hello", **guarded())["stopReason"] == "end_turn"


def fault(world: World, **value: Any) -> None:
    world.aws.control("POST", "faults", {"operation": "Converse", **value})


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ThrottlingException", 429),
        ("ModelNotReadyException", 429),
        ("ModelTimeoutException", 408),
        ("ModelErrorException", 424),
        ("ServiceUnavailableException", 503),
        ("InternalServerException", 500),
        ("AccessDeniedException", 403),
        ("ResourceNotFoundException", 404),
    ],
)
def test_an_error_on_demand(world: World, talk: Talk, code: str, status: int) -> None:
    fault(world, kind="error", code=code)
    assert talk.refused("Hello")[0] == code
    assert talk.ask("Hello")["stopReason"] == "end_turn"
    assert [call["status"] for call in world.calls("Converse")] == [status, 200]
    assert [call["jobName"] for call in world.calls("Converse")] == [LITE, LITE]
    assert len(world.aws.control("GET", "conversations")["conversations"]) == 1


def test_a_fault_for_one_turn(world: World, talk: Talk) -> None:
    fault(world, kind="error", about="unlucky")
    assert talk.ask("a lucky question")["stopReason"] == "end_turn"
    assert talk.refused("an unlucky question")[0] == "ThrottlingException"
    assert talk.ask("an unlucky question")["stopReason"] == "end_turn"


def test_a_lost_answer_was_given(world: World, talk: Talk) -> None:
    fault(world, kind="lost-response", how="cut")
    with pytest.raises(ConnectionClosedError):
        talk.ask("Hello")
    fault(world, kind="lost-response")
    assert talk.refused("Hello")[0] == "InternalServerException"
    assert len(world.aws.control("GET", "conversations")["conversations"]) == 2


def test_a_model_that_hangs(world: World, talk: Talk) -> None:
    fault(world, kind="delay", seconds=1.5)
    short = Config(read_timeout=0.3, retries={"total_max_attempts": 1})
    impatient = Talk(world, world.aws.client("bedrock-runtime", config=short))
    with pytest.raises(ReadTimeoutError):
        impatient.ask("Hello")
    assert talk.ask("Hello")["stopReason"] == "end_turn"  # nobody else waits


def test_an_answer_on_demand(world: World, talk: Talk) -> None:
    hostile = "<img src=x onerror=alert(1)>\x1b[2J\n=cmd|' /C calc'!A0"
    fault(world, kind="answer", content=hostile, stopReason="max_tokens")
    answer = talk.ask("Hello")
    assert (text_of(answer), answer["stopReason"]) == (hostile, "max_tokens")
    call = {"toolUse": {"toolUseId": "t.1", "name": "never_heard_of", "input": {"a": 1}}}
    fault(world, kind="answer", content=[call], stopReason="tool_use", about="second")
    assert uses_of(talk.ask("Hello")) == []
    assert uses_of(talk.ask("the second")) == [call["toolUse"]]
    fault(world, kind="answer")
    assert talk.ask("Hello")["output"]["message"]["content"] == [{"text": ""}]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("faults", {"kind": "answer", "content": 3}, "content must be a text"),
        ("faults", {"kind": "answer", "content": [{"shout": "a"}]}, "content: "),
        ("guardrails", {"id": "A"}, "id must be"),
        ("guardrails", {"id": "a", "colour": "red"}, "a guardrail has"),
    ],
)
def test_unsound_wishes(world: World, path: str, value: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        world.aws.control("POST", path, value)
    assert world.aws.control("GET", "faults") == {"faults": []}


def test_reset_forgets(world: World, talk: Talk) -> None:
    world.aws.control("POST", "guardrails", {"id": "guard1"})
    talk.ask("Hello")
    world.aws.control("POST", "reset")
    assert world.aws.control("GET", "conversations") == {"conversations": []}
    assert "does not exist" in talk.refused("Hello", **guarded())[1]


CODE = f"""
import botocore.session

def handler(event, context):
    client = botocore.session.get_session().create_client("bedrock-runtime")
    content = [{{"text": event["text"]}}]
    messages = [{{"role": "user", "content": content}}]
    return client.converse(modelId="{LITE}", messages=messages)["output"]["message"]
"""


@pytest.mark.parametrize("may", [True, False])
def test_a_function_converses_as_its_role(world: World, *, may: bool) -> None:
    name = unique("converses")
    trust = world.trust(Principal={"Service": "lambda.amazonaws.com"}, Condition={})
    model = world.model_arn(LITE if may else PRO)
    world.aws.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="talking.handler",
        Code={"ZipFile": zipped({"talking.py": CODE})},
        Role=world.make_role(trust, [statement(INVOKE, model)]),
        Timeout=30,
    )
    answer, error = invoke(world, name, {"text": '[say "Moin"]'})
    if may:
        assert (answer["content"], error) == ([{"text": "Moin"}], None)
    else:
        assert "AccessDeniedException" in answer["errorMessage"]
    assert any(":assumed-role/role-" in call["caller"] for call in world.calls("Converse"))
