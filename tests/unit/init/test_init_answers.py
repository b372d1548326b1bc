"""Answers that are not taken, with the reason; and what answers lead to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from init_world import FUNCTION, JUDGE, SETTINGS, World, answer, record, refusal

from modeleval.init.document import suite_document, suite_text
from modeleval.init.protocol import Draft, Question
from modeleval.init.questions.accepting import Terms
from modeleval.init.questions.benchmark import BenchmarkName, Subtasks
from modeleval.init.questions.budget import Budget
from modeleval.init.questions.custom import CustomMetrics, ProposedRule, SystemPrompt
from modeleval.init.questions.dataset import Conversion, Dataset
from modeleval.init.questions.judge import Judge
from modeleval.init.questions.metrics import Metrics
from modeleval.init.questions.model import Model
from modeleval.init.questions.names import Region, SuiteName, TaskName
from modeleval.init.questions.people import FlowDefinition
from modeleval.init.questions.responses import Generator, Identifier, KnowledgeBase
from modeleval.init.questions.scorer import Scorer
from modeleval.init.tasks import TASKS
from modeleval.suite.document import parse_suite
from modeleval.suite.source import parse_text


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, SETTINGS)


def draft_of(task: str, **fields: object) -> Draft:
    return Draft(task=TASKS[task], **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "task", "text", "why"),
    [
        (TaskName(), "answers", "answer", "That is none of them; did you mean answers?"),
        (TaskName(), "answers", "9", "answer one of: answers, retrieval"),
        (Region(), "answers", "Frankfurt", "write one such as us-east-1"),
        (SuiteName(), "answers", "My Suite", "write 1 to 40 small letters, digits and hyphens"),
        (BenchmarkName(), "benchmark", "mmluu", "mmlu"),
        (Scorer(), "scorer", "prime_maths", "did you mean prime_math?"),
        (Scorer(), "scorer", f"{FUNCTION}-2", "add it to lambdaScorerArns"),
        (Scorer(), "scorer", "arn:aws:s3:::bucket", "arn:aws:s3:::bucket"),
        (Model(), "fine-tuned", "no-such", "There is no such group (--model). Name one."),
        (Dataset(), "answers", "nowhere.jsonl", "There is no such file (nowhere.jsonl). Name one."),
        (KnowledgeBase(), "retrieval", "12", "That is none of them"),
        (Generator(), "answers", "amazon.nova-lite-v1:0", "did you mean amazon.nova-premier-v1:0?"),
        (FlowDefinition(), "people", "reviewers", "That is none of them"),
        (Identifier(), "answers", "bot-v1, bot-v2", "Write one identifier"),
        (Identifier(), "people", "a, b, c", "Write one identifier, or two"),
        (Identifier(), "people", "a, a", "Write one identifier, or two"),
        (Identifier(), "answers", "b/ad", "a letter or digit first"),
        (Identifier(), "answers", "bot-{model.vers}", "no such placeholder; did you mean {model."),
        (Dataset(), "answers", "a-{model.no}.jsonl", "no such placeholder; did you mean {model."),
        (Judge(), "answers", "amazon.nova-pr-v1:0", "did you mean amazon.nova-pro-v1:0?"),
        (Metrics(), "answers", "Corectness", "Correctness"),
        (Metrics(), "answers", "none", "There must be at least one metric"),
        (Metrics(), "rag-answers", "Relevance", "Helpfulness"),
        (Metrics(), "references", "METEOR", "ROUGE with stemmer"),
        (Metrics(), "people", "Useful:Thumbs", "ThumbsUpDown"),
        (Metrics(), "people", "A:ComparisonChoice", "A compares two sources, and there is one"),
        (Metrics(), "people", "A, A:ThumbsUpDown", "and their names differ"),
        (CustomMetrics(), "answers", "nowhere.json", "no such file or directory"),
        (SystemPrompt(), "answers", "nowhere.txt", "no such file or directory"),
        (Budget(), "answers", "much", "Write an amount such as 5, or none"),
        (Budget(), "answers", "-1", "Write an amount above 0, or none"),
        (Budget(), "answers", "inf", "Write an amount above 0, or none"),
        (Terms(), "answers", "yes", 'Write "I accept" if you do'),
    ],
    ids=lambda one: type(one).__name__ if not isinstance(one, str) else None,
)
def test_a_wrong_answer_is_told_why_and_changes_nothing(
    question: Question, task: str, text: str, why: str, world: World
) -> None:
    draft = draft_of(task)
    before = vars(draft).copy()
    assert why in refusal(question, text, draft, world)
    assert vars(draft) == before


def test_a_settings_list_without_models_is_told_so(tmp_path: Path) -> None:
    world = World(tmp_path, {"judgeModels": [JUDGE]})
    said = refusal(Generator(), "amazon.nova-lite-v1:0", draft_of("answers"), world)
    assert said == "The settings allow none; add one to generatorModels and deploy"


def test_without_a_stack_forms_are_checked_all_the_same(tmp_path: Path) -> None:
    world = World(tmp_path)
    draft = draft_of("answers")
    assert "no such judge" in refusal(Judge(), "not a model", draft, world)
    assert "no id of Bedrock's" in refusal(Generator(), "not a model", draft, world)
    assert "ten capital letters" in refusal(KnowledgeBase(), "kb-1", draft, world)
    assert "flow-definition" in refusal(FlowDefinition(), "reviewers", draft, world)


def test_an_unknown_subtask_is_told(world: World) -> None:
    draft = draft_of("benchmark", benchmark="mmlu")
    assert "anatomy" in refusal(Subtasks(), "anatomi", draft, world)
    Subtasks().take("all", draft, world)
    assert draft.subtasks == ()


def test_a_dataset_that_is_not_valid_is_told_by_its_lines(world: World) -> None:
    file = world.put("a.jsonl", record(0), record(1, prompt=5))
    draft = draft_of("answers")
    said = refusal(Dataset(), file, draft, world)
    assert "is not valid for bedrock-judge:\n- line 2, prompt: is a number" in said
    assert (draft.look, draft.dataset) == (None, None)


def test_a_dataset_of_a_kind_that_nothing_converts_is_refused(world: World) -> None:
    turn = {"conversationTurns": [{"prompt": {"content": [{"text": "Q"}]}}]}
    said = refusal(Dataset(), world.put("a.jsonl", turn), draft_of("references"), world)
    assert "looks like Bedrock RAG turns, which reference-metrics does not take" in said


def test_the_wrong_source_of_responses_is_told(world: World) -> None:
    draft = draft_of("answers")
    Dataset().take(world.put("a.jsonl", record(0)), draft, world)
    assert "is 'bot-v1' where the suite names 'bot-v2'" in refusal(
        Identifier(), "bot-v2", draft, world
    )


def test_a_metric_that_the_data_cannot_have_is_refused_by_the_table_of_peek(world: World) -> None:
    draft = draft_of("references")
    Dataset().take(world.put("a.jsonl", record(0, referenceResponse=None), record(1)), draft, world)
    said = refusal(Metrics(), "TokenF1", draft, world)
    assert said == (
        "TokenF1 cannot be had with this data: every record needs a reference, and 50% have one"
    )


def test_a_placeholder_is_kept_and_not_looked_at(world: World) -> None:
    place = "datasets/support-{model.version}.jsonl"
    draft = answer(
        world,
        {
            "task": "answers",
            "region": "us-east-1",
            "dataset": place,
            "identifier": "support-bot-v{model.version}",
            "judge": JUDGE,
            "accept-bedrock-terms": "I accept",
        },
    )
    document = suite_document(draft)
    text = suite_text(document).encode()
    assert parse_suite(parse_text(text, source="a"), source="a").of_model == [True]
    entry = document["evaluations"][0]
    assert (entry["dataset"], draft.is_local) == (place, False)
    assert entry["metrics"] == ["Helpfulness", "Relevance", "FollowingInstructions", "Harmfulness"]


CHAT = {"messages": [{"role": "user", "content": "Hi?"}, {"role": "assistant", "content": "Hi."}]}


def test_another_format_is_converted_and_checked_again(world: World) -> None:
    draft = draft_of("answers")
    Dataset().take(world.put("chats.jsonl", CHAT), draft, world)
    question = Conversion()
    assert question.applies(draft)
    offered = [choice.answer for choice in question.asked(draft, world).choices]
    assert offered == ["bedrock-responses", "bedrock-prompts"]
    said = refusal(question, "bedrock-responses", draft, world)
    assert "whose responses the answers are" in said
    question.take("bedrock-responses=bot-v3", draft, world)
    assert not question.applies(draft)
    assert draft.dataset == "datasets/chats-bedrock-responses.jsonl"
    assert draft.converted is not None
    kept = json.loads(draft.converted.read_text())
    assert kept["modelResponses"] == [{"response": "Hi.", "modelIdentifier": "bot-v3"}]
    assert Identifier().asked(draft, world).default == "bot-v3"


METRIC = {
    "name": "politeness",
    "instructions": "Is it polite?\n\nPrompt: {{prompt}}\nResponse: {{prediction}}",
    "ratingScale": [
        {"definition": "Rude", "value": {"floatValue": 0}},
        {"definition": "Polite", "value": {"floatValue": 1}},
    ],
}


def test_custom_metrics_of_a_file_are_checked(world: World) -> None:
    draft = draft_of("answers")
    wrong = world.put("wrong.json", METRIC | {"ratingScale": []})
    assert "[0].ratingScale: must have 2 or more entries" in refusal(
        CustomMetrics(), wrong, draft, world
    )
    broken = world.put("broken.json", METRIC, METRIC)
    assert "is not JSON" in refusal(CustomMetrics(), broken, draft, world)
    twice = world.put("twice.json", [METRIC, METRIC])
    assert "names must differ" in refusal(CustomMetrics(), twice, draft, world)
    CustomMetrics().take(world.put("right.json", [METRIC]), draft, world)
    assert [one["name"] for one in draft.custom] == ["politeness"]
    Metrics().take("none", draft, world)
    assert draft.metrics == ()


def test_proposed_rules_are_taken_written_anew_or_left_out(world: World) -> None:
    path = world.folder / "system.txt"
    path.write_text("Always greet them.\nNever shout at them.\nYou must be brief.\n")
    draft = draft_of("answers")
    SystemPrompt().take(str(path), draft, world)
    assert len(draft.rules) == 3
    ProposedRule(1).take("yes", draft, world)
    ProposedRule(2).take("no", draft, world)
    ProposedRule(3).take("Answer in at most three sentences.", draft, world)
    assert [one["name"] for one in draft.custom] == [
        "always_greet_them",
        "answer_at_most_three_sentences",
    ]
    assert "Rule: Answer in at most three" in draft.custom[1]["instructions"]


def test_rules_are_chosen_by_number_where_options_answer(world: World) -> None:
    draft = draft_of("answers", rules=("Always greet them.", "Never shout.", "You must be brief."))
    for number in (1, 2, 3):
        ProposedRule(number).take("1, 3", draft, world)
    assert [one["name"] for one in draft.custom] == ["always_greet_them", "must_brief"]
    assert "There are rules 1 to 3" in refusal(ProposedRule(1), "4", draft, world)


def test_a_weak_judge_is_warned_of_and_taken(world: World) -> None:
    draft = draft_of("answers", judged="amazon.nova-premier-v1:0")
    (said,) = Judge().take("2", draft, world)
    assert "looks weaker than amazon.nova-premier-v1:0 ($0.24 beside $12.50" in str(said)
    assert draft.judge == "amazon.nova-lite-v1:0"
