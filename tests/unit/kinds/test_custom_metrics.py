"""Every documented limit of a custom metric, each with the message that names it."""

from __future__ import annotations

from typing import Any

import pytest
from unit_documents import custom_metric, evaluation, suite

from modeleval.errors import SuiteInvalid
from modeleval.kinds.custom_metrics import CustomMetric, long_instructions
from modeleval.scores.metrics import JUDGE_METRICS, Direction
from modeleval.suite.document import parse_suite

ENDING = " Prompt: {{prompt}} Answer: {{prediction}}"


def read(**changes: Any) -> CustomMetric:
    return CustomMetric.model_validate(custom_metric(**changes))


def refusal(given: object) -> str:
    with pytest.raises(SuiteInvalid) as caught:
        parse_suite(suite(evaluations=[evaluation(customMetrics=given)]), source="s")
    return str(caught.value)


def of(**changes: Any) -> str:
    return refusal([custom_metric(**changes)])


def metrics_of(given: object) -> list[str]:
    document = suite(evaluations=[evaluation(metrics=None, customMetrics=given)])
    [one] = parse_suite(document, source="s").evaluations
    return [metric["name"] for metric in one.to_document()["customMetrics"]]


def levels(*values: object, kind: str = "floatValue") -> list[dict[str, Any]]:
    return [{"definition": f"l{n}", "value": {kind: one}} for n, one in enumerate(values)]


CONSOLE = {"metricName" if key == "name" else key: value for key, value in custom_metric().items()}


@pytest.mark.parametrize("given", [custom_metric(), CONSOLE])
def test_both_names_of_the_name_are_known_bare_and_wrapped(given: dict[str, Any]) -> None:
    assert metrics_of([given]) == metrics_of([{"customMetricDefinition": given}]) == ["Tone"]


def test_one_is_a_list_of_one() -> None:
    assert metrics_of(custom_metric()) == ["Tone"]
    assert metrics_of({"customMetricDefinition": CONSOLE}) == ["Tone"]


def test_two_names_at_once_are_one_too_many() -> None:
    assert "customMetrics[0].metricName: unknown field" in of(metricName="Other")


def test_what_stands_beside_the_wrapper_counts_like_what_stands_inside() -> None:
    wrapped = {"customMetricDefinition": custom_metric(), "direction": "lowerIsBetter"}
    assert CustomMetric.model_validate(wrapped).direction is Direction.LOWER
    assert "customMetrics[0].weight: unknown field" in refusal([wrapped | {"weight": 2}])


@pytest.mark.parametrize("given", [3, [], None, "tone"])
def test_a_wrapper_around_nothing_is_refused(given: object) -> None:
    assert "customMetrics[0]." in refusal([{"customMetricDefinition": given}])


@pytest.mark.parametrize("given", [3, "tone.json", [3], [["Tone"]]])
def test_what_is_no_definition_is_refused(given: object) -> None:
    assert "evaluations[0].customMetrics" in refusal(given)


@pytest.mark.parametrize("field", ["name", "instructions", "ratingScale"])
def test_name_instructions_and_scale_are_needed(field: str) -> None:
    assert f"customMetrics[0].{field}: missing" in of(**{field: None})


@pytest.mark.parametrize("name", ["", "a b", "ä", "a" * 64, "a\n", "a/b"])
def test_a_name_is_one_that_the_api_takes(name: str) -> None:
    assert "customMetrics[0].name: write 1 to 63 letters, digits" in of(name=name)


@pytest.mark.parametrize("name", ["Correctness", "harmfulness", *JUDGE_METRICS])
def test_a_built_in_metrics_name_is_taken(name: str) -> None:
    assert "a built-in metric has this name; choose another" in of(name=name)


@pytest.mark.parametrize("name", ["Builtin.Correctness", "Builtin.Tone", "builtin.x"])
def test_the_built_in_prefix_is_bedrocks_own(name: str) -> None:
    # Scores are found by names without it: such a metric would never have any.
    assert "names that begin with Builtin. are Bedrock's own" in of(name=name)


def test_a_name_stands_once() -> None:
    message = refusal([custom_metric(), custom_metric()])
    assert "Tone is named more than once; name it once" in message


def test_there_are_at_most_ten() -> None:
    many = [custom_metric(name=f"m{number}") for number in range(11)]
    assert len(metrics_of(many[:10])) == 10
    assert "customMetrics: Bedrock takes at most 10" in refusal(many)


@pytest.mark.parametrize("length", [0, 5001])
def test_instructions_have_at_most_five_thousand_characters(length: int) -> None:
    text = ("x" * length)[len(ENDING) :] + ENDING if length else ""
    assert len(text) == length
    assert "customMetrics[0].instructions: " in (said := of(instructions=text))
    assert ("is empty; write a text" if not length else "at most 5000 characters") in said


def test_instructions_of_five_thousand_characters_are_taken() -> None:
    assert read(instructions="x" * (5000 - len(ENDING)) + ENDING)


@pytest.mark.parametrize(
    "instructions",
    [
        "Judge {{prediction}}",
        "Judge.\n\nPrompt: {{prompt}}\nAnswer: {{prediction}}\nTruth: {{ground_truth}}",
        "Judge. <prompt>{{prompt}}</prompt>\n<answer>{{prediction}}</answer>\n",
        'Answer with {"score": 1}. {{prompt}}, {{prediction}}.',
        "Answer as {name} would. {{prediction}}",
        "Judge. {{ground_truth}} {{prompt}}",
    ],
)
def test_variables_that_come_last_are_taken(instructions: str) -> None:
    assert read(instructions=instructions)


@pytest.mark.parametrize(
    "instructions",
    [
        "{{prediction}} Judge it, please",
        "Prompt: {{prompt}} " + "and now judge " * 6 + "{{prediction}}",
        "Judge. {{prompt}} {{prediction}} </answer> thank you",
    ],
)
def test_variables_in_the_middle_are_refused(instructions: str) -> None:
    assert "instructions: the variables come last" in of(instructions=instructions)


@pytest.mark.parametrize("instructions", ["Judge.", "Judge. {{ground_truth}}"])
def test_the_prompt_or_the_prediction_must_be_there(instructions: str) -> None:
    assert "at least {{prompt}} or {{prediction}}" in of(instructions=instructions)


@pytest.mark.parametrize("name", ["", " prompt ", "prompt\n", "the customer's words"])
def test_what_is_no_variables_name_is_refused_and_not_repeated(name: str) -> None:
    message = of(instructions=f"Judge. {{{{{name}}}}} {{{{prediction}}}}")
    assert "unknown variable; there are {{prompt}}, {{prediction}} and {{ground_truth}}" in message
    assert "customer" not in message


@pytest.mark.parametrize("name", ["context", "Prompt"])
def test_an_unknown_variable_is_named_with_those_that_there_are(name: str) -> None:
    message = of(instructions=f"Judge. {{{{{name}}}}} {{{{prediction}}}}")
    assert f"unknown variable {{{{{name}}}}}; there are {{{{prompt}}}}, {{{{prediction" in message
    assert "{{ground_truth}}, without blanks" in message


def test_of_a_long_text_between_braces_little_is_repeated() -> None:
    assert "x" * 41 not in of(instructions="{{" + "x" * 200 + "}} {{prediction}}")


def test_another_products_template_is_refused_with_bedrocks_variables() -> None:
    message = of(instructions="Judge. {prompt} {response}")
    assert "{prompt} is another product's template" in message
    assert "in two braces" in message


@pytest.mark.parametrize("field", ["prompt_template", "promptTemplate"])
def test_another_products_form_is_refused_with_bedrocks_form(field: str) -> None:
    message = refusal([{"name": "Tone", field: "Judge {response}"}])
    assert "prompt_template is another product's; Bedrock's form is" in message
    assert '"ratingScale": [{"definition": "Good", "value": {"floatValue": 1}}' in message


@pytest.mark.parametrize("count", [0, 1, 11])
def test_a_scale_has_two_to_ten_levels(count: int) -> None:
    said = "at most 10 entries" if count > 10 else "2 or more entries"
    assert f"customMetrics[0].ratingScale: must have {said}" in of(
        ratingScale=levels(*range(count))
    )


@pytest.mark.parametrize("definition", ["", "x" * 101])
def test_a_definition_has_at_most_a_hundred_characters(definition: str) -> None:
    scale = [{"definition": definition, "value": {"floatValue": 7}}, *levels(1, 2)]
    said = "must have at most 100 characters" if definition else "is empty; write a text"
    assert f"ratingScale[0].definition: {said}" in of(ratingScale=scale)


def test_a_definition_has_at_most_five_words() -> None:
    scale = [{"definition": "one two three four five six", "value": {"floatValue": 7}}]
    assert "a definition has at most 5 words" in of(ratingScale=scale + levels(1))
    scale[0]["definition"] = "one two three four five"
    assert read(ratingScale=scale + levels(1))


@pytest.mark.parametrize("value", [{}, {"floatValue": 1, "stringValue": "a"}])
def test_a_value_is_of_one_kind(value: dict[str, Any]) -> None:
    scale = [{"definition": "x", "value": value}, *levels(7)]
    assert "a value is either floatValue or stringValue" in of(ratingScale=scale)


def test_all_values_are_of_one_kind() -> None:
    scale = [*levels(1), {"definition": "x", "value": {"stringValue": "a"}}]
    assert "the values are all floatValue or all stringValue" in of(ratingScale=scale)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "much"])
def test_a_number_is_finite(value: object) -> None:
    assert "ratingScale[0].value.floatValue: " in of(ratingScale=levels(value, 1))


@pytest.mark.parametrize("value", ["", "x" * 101])
def test_a_text_has_at_most_a_hundred_characters(value: str) -> None:
    scale = levels(value, "b", kind="stringValue")
    said = "must have at most 100 characters" if value else "is empty; write a text"
    assert f"ratingScale[0].value.stringValue: {said}" in of(ratingScale=scale)


def test_no_level_stands_twice() -> None:
    assert "two levels have the same value" in of(ratingScale=levels(1, 1.0))
    twice = [{"definition": "x", "value": {"floatValue": n}} for n in (1, 2)]
    assert "two levels have the same definition" in of(ratingScale=twice)


def test_a_direction_is_one_of_two() -> None:
    assert "customMetrics[0].direction: " in of(direction="lower")


def test_what_was_given_is_never_repeated() -> None:
    content = "the instructions' own words"
    assert content not in of(instructions=content)
    assert content not in of(name=content)
    assert content not in of(ratingScale=[{"definition": content * 9, "value": content}])


def test_a_metric_is_measured_by_its_scale_and_direction() -> None:
    metric = read(ratingScale=levels(1, 3, 5), direction="lowerIsBetter").metric
    assert (metric.minimum, metric.maximum, metric.levels) == (1.0, 5.0, 3)
    assert (metric.direction, metric.worst_level) == (Direction.LOWER, 5.0)
    assert metric.api_name == "Tone"


def test_a_metric_with_ground_truth_uses_references() -> None:
    assert read(instructions="Judge. {{prediction}} {{ground_truth}}").uses_reference
    assert not read().uses_reference


def test_long_instructions_are_a_warning() -> None:
    long = read(instructions="word " * 500 + "{{prompt}}")
    [warning] = long_instructions((read(name="Short"), long))
    assert "The instructions of Tone have 501 words" in warning
    assert long_instructions((read(instructions="word " * 499 + "{{prompt}}"),)) == []
