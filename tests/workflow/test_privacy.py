"""Content stays where it belongs: in S3, and nowhere else."""

from __future__ import annotations

import json

from deployed_world import DeployedWorld, record, suite

PROMPT = "CANARY-PROMPT-51c2"
RESPONSE = "CANARY-RESPONSE-9d07"
REFERENCE = "CANARY-REFERENCE-e6b4"
CANARIES = (PROMPT, RESPONSE, REFERENCE)


def canary_record(number: int) -> dict[str, object]:
    return {
        **record(number, RESPONSE),
        "prompt": f"{PROMPT} {number}",
        "referenceResponse": REFERENCE,
    }


def logged(world: DeployedWorld) -> str:
    """Everything in every log group."""
    logs = world.aws.client("logs")
    texts = []
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            found = logs.filter_log_events(logGroupName=group["logGroupName"])
            texts += [event["message"] for event in found["events"]]
    return "\n".join(texts)


def history(world: DeployedWorld, execution: str) -> str:
    pages = world.sfn.get_paginator("get_execution_history").paginate(executionArn=execution)
    return json.dumps([event for page in pages for event in page["events"]], default=str)


def test_logs_histories_and_items_hold_no_content(world: DeployedWorld) -> None:
    good = world.put_dataset([canary_record(n) for n in range(3)])
    bad = world.put_dataset([canary_record(1), {"prompt": PROMPT, "response": RESPONSE}])
    broken = world.put_dataset(b'{"prompt": "' + PROMPT.encode() + b'", \xff')

    executions = [world.start({"suite": suite(key)}) for key in (good, bad, broken)]
    finished = [world.finish(execution) for execution in executions]

    assert [one.status for one in finished] == ["SUCCEEDED", "FAILED", "FAILED"]
    places = {
        "logs": logged(world),
        "items": json.dumps(world.store._table.scan()["Items"], default=str),
        **{one.run_id: history(world, arn) for one, arn in zip(finished, executions, strict=True)},
        "causes": "\n".join(one.cause for one in finished),
    }
    assert finished[0].run_id in places["logs"]
    for place, text in places.items():
        assert not [canary for canary in CANARIES if canary in text], place


def test_bedrock_is_asked_without_content(world: DeployedWorld) -> None:
    key = world.put_dataset([canary_record(1)])

    world.evaluate(suite(key))

    requests = json.dumps([job["request"] for job in world.service_jobs()])
    assert not [canary for canary in CANARIES if canary in requests]
