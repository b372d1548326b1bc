"""`modeleval collect`: from scenarios to a valid dataset, and on where it was interrupted."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from modeleval.cli import collect as module
from modeleval.cli.app import app
from modeleval.collecting.document import Target as TargetDocument
from modeleval.collecting.pace import Pace
from modeleval.collecting.protocol import Answer, Asked, Step, TurnFailed, Usage
from modeleval.errors import NothingCollected, ScenariosInvalid, SuiteInvalid, TargetRefused

SCENARIOS = """
- {id: hello, category: greeting, turns: [hello], tags: [happy-path]}
- {id: booking, category: booking, turns: [A table for two, {user: "Yes", reference: Booked.}]}
"""
TARGET = "{name: support-bot-v3, endpoint: 'https://bot.example.com/ask'}"
SUITE = """
name: support
evaluations:
  - name: answers
    kind: bedrock-judge
    dataset:
      scenarios: scenarios/support.yaml
      target: {name: "support-bot-v{model.version}", endpoint: "https://bot.example.com/ask"}
    judge: amazon.nova-pro-v1:0
    metrics: [Correctness]
  - name: passages
    kind: bedrock-rag-retrieve
    dataset:
      scenarios: scenarios/support.yaml
      target: {name: our-rag, endpoint: "https://rag.example.com/ask"}
    judge: amazon.nova-pro-v1:0
    metrics: [ContextRelevance]
"""


class Bot:
    """Answers every turn; `after` so many, it raises what it is told to."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.asked: list[tuple[str, int]] = []
        self.after: tuple[int, BaseException] | None = None
        self.documents: list[TargetDocument] = []
        self.options: dict[str, Any] = {}

    def step(self, asked: Asked) -> Step:
        with self.lock:
            if self.after is not None and len(self.asked) >= self.after[0]:
                raise self.after[1]
            self.asked.append((asked.scenario, asked.turn))
        text = f"Answer {asked.turn} to {asked.scenario}."
        return Step([], Answer(text), Usage(requests=1, input_tokens=100, output_tokens=50))


@pytest.fixture
def bot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bot:
    found = Bot()

    def target_of(document: TargetDocument, _: object, settings: object, **options: Any) -> Bot:
        assert settings is None
        found.documents.append(document)
        found.options = options
        return found

    monkeypatch.setattr(module, "target_of", target_of)
    monkeypatch.setattr(module, "Pace", lambda _: Pace(100_000))
    monkeypatch.chdir(tmp_path)
    Path("scenarios.yaml").write_text(SCENARIOS)
    Path("target.yaml").write_text(TARGET)
    Path("suite.yaml").write_text(SUITE)
    return found


def collect(*options: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["collect", "scenarios.yaml", *options], input=typed)


ASKED = ("--target", "target.yaml", "--output", "out.jsonl", "--yes")


def lines(path: str = "out.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def test_the_responses_become_a_valid_dataset_of_the_target(bot: Bot) -> None:
    result = collect(*ASKED)
    assert result.exit_code == 0, result.output
    named = [line["recordId"].partition("#")[0] for line in lines()]
    assert named == ["hello/1", "booking/1", "booking/2"]
    assert lines()[2]["prompt"].endswith("\nUser: Yes")
    assert {line["modelResponses"][0]["modelIdentifier"] for line in lines()} == {"support-bot-v3"}
    assert "3 of 3 turns of 2 scenarios collected" in result.output
    assert "Valid: 3 records, responses of support-bot-v3" in result.output
    assert "keyField: recordId" in result.output
    assert not Path("out.jsonl.collecting").exists()
    assert bot.options == {"allow_private": False}


def test_as_json(bot: Bot) -> None:
    Path("target.yaml").write_text("{model: 'amazon.nova-lite-v1:0'}")
    result = CliRunner().invoke(app, ["collect", "scenarios.yaml", *ASKED, "--json"])
    found = json.loads(result.stdout)
    assert (found["valid"], found["counts"]["collected"], found["failed"]) == (True, 3, {})
    assert found["dataset"]["records"] == 3
    assert 0 < found["usd"] < 0.01
    assert found["coverage"]["edgeCases"]["happy-path"] == 1


def test_what_was_answered_is_not_asked_again(bot: Bot) -> None:
    bot.after = (2, TargetRefused("The model is not ready", action="Ask another."))
    result = collect(*ASKED)
    assert isinstance(result.exception, TargetRefused)
    assert not Path("out.jsonl").exists()
    bot.after = None
    result = collect(*ASKED)
    assert result.exit_code == 0, result.output
    assert "What was answered before is kept" in result.output
    assert sorted(bot.asked) == [("booking", 1), ("booking", 2), ("hello", 1)]


def test_an_interrupt_keeps_what_was_answered(bot: Bot) -> None:
    bot.after = (1, KeyboardInterrupt())
    result = collect(*ASKED)
    assert result.exit_code == 130
    assert "What was answered is kept; the same command goes on." in result.output
    assert len(list(Path("out.jsonl.collecting").glob("s*.json"))) == 1


def test_states_of_other_scenarios_are_not_mixed_in(bot: Bot) -> None:
    bot.after = (1, KeyboardInterrupt())
    collect(*ASKED)
    Path("scenarios.yaml").write_text(SCENARIOS.replace("for two", "for four"))
    result = collect(*ASKED)
    assert result.exit_code == 2
    said = " ".join(result.output.replace("│", " ").split())
    assert "holds what was collected of other scenarios or of another target" in said


def test_nothing_is_asked_without_consent(bot: Bot) -> None:
    result = collect(*ASKED[:-1], typed="n\n")
    assert result.exit_code == 1
    assert "What an application costs is not known here." in result.output
    assert bot.asked == []
    assert {path.name for path in Path().iterdir()} == {
        "scenarios.yaml",
        "target.yaml",
        "suite.yaml",
    }
    assert collect(*ASKED[:-1], typed="y\n").exit_code == 0


def test_the_cost_of_a_model_is_told_before(bot: Bot) -> None:
    Path("target.yaml").write_text("{model: 'amazon.nova-lite-v1:0'}")
    result = collect(*ASKED[:-1], typed="n\n")
    assert "It costs about 0.0003" in result.output
    Path("target.yaml").write_text("{model: 'nobody.knows-v1:0'}")
    assert "there is no price of nobody.knows-v1:0" in collect(*ASKED[:-1], typed="n\n").output


def test_turns_without_a_response_are_told(bot: Bot) -> None:
    bot.after = (2, TurnFailed("timeout"))
    result = collect(*ASKED)
    assert result.exit_code == 0
    assert "1 turn failed (timeout 1)" in result.output
    assert [line.get("failed") for line in lines()].count("timeout") == 1


def test_nothing_collected_is_an_error_and_leaves_no_file(bot: Bot) -> None:
    bot.after = (0, TurnFailed("timeout"))
    result = collect(*ASKED)
    assert isinstance(result.exception, NothingCollected)
    assert "No turn of the 2 scenarios has a response: timeout (2)" in str(result.exception)
    assert not Path("out.jsonl").exists()
    assert not Path("out.jsonl.collecting").exists()


def test_checking_asks_nobody(bot: Bot) -> None:
    result = collect("--check")
    assert result.exit_code == 0
    assert "2 scenarios; 13 to 20 are advised" in result.output
    assert json.loads(collect("--check", "--json").stdout)["records"] == 3
    assert bot.asked == []


def test_a_suite_names_the_target_and_the_kind(bot: Bot) -> None:
    asked = ("--suite", "suite.yaml", "--output", "out.jsonl", "--yes")
    assert "for several evaluations" in collect(*asked).output
    of_model = collect(*asked, "--evaluation", "answers")
    assert of_model.exit_code == 2
    assert "give --name" in of_model.output
    named = collect(*asked, "--evaluation", "answers", "--name", "support-bot-v7")
    assert named.exit_code == 0, named.output
    assert lines()[0]["modelResponses"][0]["modelIdentifier"] == "support-bot-v7"
    wrong = collect(*asked, "--evaluation", "passages", "--force")
    assert isinstance(wrong.exception, ScenariosInvalid)
    assert "at most 1; split the scenario" in str(wrong.exception)
    assert "no evaluation named x" in collect(*asked, "--evaluation", "x").output


def test_an_output_that_exists_is_not_replaced_by_mistake(bot: Bot) -> None:
    Path("out.jsonl").write_text("mine")
    assert "--force replaces it" in collect(*ASKED).output
    assert bot.asked == []
    assert collect(*ASKED, "--force").exit_code == 0
    assert len(lines()) == 3


def test_private_addresses_are_asked_only_if_allowed(bot: Bot) -> None:
    collect(*ASKED, "--allow-private")
    assert bot.options == {"allow_private": True}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "--output"),
        (("--output", "o"), "Name who is asked"),
        (("--suite", "suite.yaml", "--target", "target.yaml"), "leave --target out"),
        (("--kind", "bedrock-judge"), "--kind goes with --target"),
        (("--evaluation", "answers"), "--evaluation goes with --suite"),
        (("--target", "target.yaml", "--kind", "sagemaker-judge"), "is none of"),
    ],
)
def test_wrong_usage(bot: Bot, options: tuple[str, ...], told: str) -> None:
    result = collect(*options)
    assert result.exit_code == 2
    assert told in result.output


def test_a_target_that_is_none_is_told_by_field(bot: Bot) -> None:
    Path("target.yaml").write_text("{name: bot, endpont: x}")
    result = collect(*ASKED)
    assert isinstance(result.exception, SuiteInvalid)
    assert "target.endpont: unknown field" in str(result.exception)
