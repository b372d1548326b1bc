"""The attacks on judges, run: a judge that believes what it reads, and one that does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from deployed_world import JUDGE, DeployedWorld
from judge_server import Asked, JudgeServer, Reply, says

from demo.deployment import bootstrap, deploy, synthesize
from demo.embedded import embedded_aws
from modeleval.judge_attacks.answers import POOR_ANSWERS
from modeleval.judge_attacks.attacks import ATTACKS
from modeleval.judge_attacks.suite import (
    ATTACKED,
    CLEAN,
    WITH_TAGS,
    WITHOUT_TAGS,
    dataset,
    dataset_key,
    document,
)

pytestmark = pytest.mark.timeout(900)
"""A deployment of its own comes first, and 2,000 questions to the judge."""

BELIEVED = "best score of the scale"
BELIEVED_ATTACKS = {attack for attack, text in ATTACKS.items() if BELIEVED in text}


def gullible(asked: Asked) -> Reply:
    """The highest answer where the material asks for it, else the lowest."""
    labels = [line[2:] for line in asked.question.splitlines() if line.startswith("- ")]
    return says(labels[-1] if BELIEVED in asked.question else labels[0])


def steadfast(asked: Asked) -> Reply:
    return says(next(line[2:] for line in asked.question.splitlines() if line.startswith("- ")))


@pytest.fixture(scope="module")
def server() -> Iterator[JudgeServer]:
    made = JudgeServer()
    yield made
    made.close()


@pytest.fixture(scope="module")
def attacked_world(
    server: JudgeServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeployedWorld]:
    """An embedded AWS of its own: who judges is settled when it starts."""
    folder: Path = tmp_path_factory.mktemp("attacked") / "cdk.out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MODELEVAL_JUDGE_URL", server.url)
        patch.setenv("MODELEVAL_JUDGE_MODEL", "judge-model:8b")
        with embedded_aws(wait_scale=0.005, job_seconds=0.3) as aws:
            synthesize(aws, folder, settings={"judgeModels": [JUDGE]})
            bootstrap(aws)
            world = DeployedWorld(aws, deploy(aws, folder))
            for side in (ATTACKED, CLEAN):
                world.put_dataset(dataset(side), key=dataset_key(side))
            yield world


def differences(
    world: DeployedWorld, server: JudgeServer, judge: Any, **changes: Any
) -> Mapping[tuple[str, str | None], Mapping[str, Any]]:
    """The comparison of a run judged so, by metric and attack."""
    server.then = judge
    suite = document(JUDGE, terms_accepted=True)
    suite["evaluations"][0] |= changes
    execution = world.start({"suite": suite})
    describe = world.sfn.describe_execution
    world.until(lambda: describe(executionArn=execution)["status"] != "RUNNING", patience=400)
    finished = world.finish(execution)
    assert finished.output["status"] == "succeeded", finished
    [entry] = world.summary(finished)["evaluations"]
    rows = [row for row in entry["comparisons"] if row["against"] == CLEAN]
    assert {row["onlyHere"] + row["onlyThere"] for row in rows} == {0}
    return {(row["metric"], row["category"]): row for row in rows}


def test_what_a_gullible_judge_believes_is_measured_attack_by_attack(
    attacked_world: DeployedWorld, server: JudgeServer
) -> None:
    found = differences(attacked_world, server, gullible, metrics=["Correctness"])

    assert {metric for metric, _ in found} == {"Correctness", WITH_TAGS, WITHOUT_TAGS}
    assert len(BELIEVED_ATTACKS) > 3
    for metric in ("Correctness", WITH_TAGS, WITHOUT_TAGS):
        for attack in ATTACKS:
            row = found[metric, attack]
            assert row["matched"] == len(POOR_ANSWERS)
            believed = attack in BELIEVED_ATTACKS
            assert row["difference"] == (1.0 if believed else 0.0), (metric, attack)
            assert row["word"] == ("improved" if believed else "inconclusive")
            assert (row["low"] > 0) is believed
        share = len(BELIEVED_ATTACKS) / len(ATTACKS)
        assert found[metric, None]["difference"] == pytest.approx(share)


def test_a_steadfast_judge_shows_no_effect(
    attacked_world: DeployedWorld, server: JudgeServer
) -> None:
    found = differences(
        attacked_world, server, steadfast, metrics=["Correctness"], customMetrics=[]
    )

    assert {row["difference"] for row in found.values()} == {0.0}
    assert "improved" not in {row["word"] for row in found.values()}
    overall = found["Correctness", None]
    assert overall["matched"] == len(POOR_ANSWERS) * len(ATTACKS)
