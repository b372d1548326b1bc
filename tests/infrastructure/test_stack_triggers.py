"""What starts runs: the rule, the schedules, the dead letters, and since when triggers count."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from stack_synthesis import ROOT, Synthesize, context
from template_reader import Template, rendered
from test_strangers_tools import nag_findings

from modeleval.errors import SuiteInvalid
from modeleval.suite.document import Suite
from stacks.suites import read_suites

SHIPPED = yaml.safe_load((ROOT / "suites" / "support-answers.yaml").read_text())
QUEUE = "${ModelTriggersDeadLetters.Arn}"
FUNCTION = "${FunctionsTriggerRun.Arn}"
SIX_HOURS = 6 * 3600


def suites(folder: Path, **documents: dict[str, Any]) -> list[Suite]:
    """Suites with these fields beside the shipped one's, by name."""
    responses = {"precomputed": "{model.group}-v{model.version}"}
    for name, fields in documents.items():
        evaluations = [one | {"responses": responses} for one in SHIPPED["evaluations"]]
        document = SHIPPED | {"name": name, "evaluations": evaluations} | fields
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(document))
    return read_suites(folder)


DOCUMENTS: dict[str, dict[str, Any]] = {
    "nightly": {
        "schedule": {"expression": "cron(0 2 * * ? *)", "timezone": "Europe/Vienna"},
        "trigger": {"modelPackageGroups": ["support-*"]},
    },
    "daily": {"schedule": {"expression": "rate(1 day)"}},
    "fresh": {"trigger": {"modelPackageGroups": ["billing"]}},
    "neither": {},
}


def stack_of(found: list[Suite], outdir: Path) -> Any:
    from aws_cdk import App  # noqa: PLC0415 - starts Node

    from modeleval.settings import settings_from_context  # noqa: PLC0415
    from stacks.evaluation_stack import EvaluationStack  # noqa: PLC0415

    app = App(context=context(), outdir=str(outdir))
    settings = settings_from_context(app.node.try_get_context("modeleval"), {})
    return EvaluationStack(app, "modeleval", settings=settings, suites=found)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A stack with the four suites above."""
    found = suites(tmp_path_factory.mktemp("suites"), **DOCUMENTS)
    return stack_of(found, tmp_path_factory.mktemp("cdk"))


@pytest.fixture(scope="module")
def triggered(stack: Any) -> Template:
    from aws_cdk import assertions  # noqa: PLC0415

    return Template(dict(assertions.Template.from_stack(stack).to_json()))


def schedules(template: Template) -> dict[str, dict[str, Any]]:
    """Properties of the schedules that start runs, by their names in the template."""
    return {
        name.removeprefix("ModelTriggers"): rendered(found["Properties"])
        for name, found in template.of_type("AWS::Scheduler::Schedule").items()
        if name.startswith("ModelTriggers")
    }


def target_of_the_rule(template: Template) -> dict[str, Any]:
    rule = template.of_type("AWS::Events::Rule")["ModelTriggersNewVersion"]
    (target,) = rendered(rule["Properties"])["Targets"]
    return dict(target)


def test_completed_model_packages_are_heard_of(template: Template) -> None:
    rule = template.of_type("AWS::Events::Rule")["ModelTriggersNewVersion"]["Properties"]
    assert rule["State"] == "ENABLED"
    assert rule["EventPattern"] == {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {"ModelPackageStatus": ["Completed"]},
    }


def test_an_event_that_cannot_be_delivered_is_tried_again_and_then_kept(template: Template) -> None:
    target = target_of_the_rule(template)
    assert target["Arn"] == FUNCTION
    assert target["DeadLetterConfig"] == {"Arn": QUEUE}
    assert target["RetryPolicy"] == {
        "MaximumEventAgeInSeconds": SIX_HOURS,
        "MaximumRetryAttempts": 10,
    }


def test_an_event_that_the_function_fails_on_is_tried_again_and_then_kept(
    template: Template,
) -> None:
    config = rendered(template.only("AWS::Lambda::EventInvokeConfig")["Properties"])
    assert config["FunctionName"] == "${FunctionsTriggerRun}"
    assert config["MaximumRetryAttempts"] == 2
    assert config["MaximumEventAgeInSeconds"] == SIX_HOURS
    assert config["DestinationConfig"] == {"OnFailure": {"Destination": QUEUE}}


def test_dead_letters_are_encrypted_and_kept_as_long_as_may_be(template: Template) -> None:
    queue = template.only("AWS::SQS::Queue")["Properties"]
    assert queue == {"SqsManagedSseEnabled": True, "MessageRetentionPeriod": 14 * 86_400}


def test_one_dead_letter_is_an_alarm(template: Template) -> None:
    alarm = rendered(
        template.of_type("AWS::CloudWatch::Alarm")["ModelTriggersDeadLettersAlarm"]["Properties"]
    )
    assert (alarm["Namespace"], alarm["MetricName"]) == (
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
    )
    assert alarm["Dimensions"] == [
        {"Name": "QueueName", "Value": "${ModelTriggersDeadLetters.QueueName}"}
    ]
    assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (1, 1)
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert alarm["TreatMissingData"] == "notBreaching"


def test_the_rule_may_invoke_the_trigger_and_no_other_may(template: Template) -> None:
    found = [
        rendered(p["Properties"]) for p in template.of_type("AWS::Lambda::Permission").values()
    ]
    (permission,) = (one for one in found if one["FunctionName"] == FUNCTION)
    assert permission["SourceArn"] == "${ModelTriggersNewVersion.Arn}"
    assert permission["Principal"] == "events.amazonaws.com"


# -- since when triggers count ---------------------------------------------------------------------


def enabled(template: Template) -> dict[str, Any]:
    return dict(template.only("Custom::ModelevalTriggers"))


def test_triggers_are_enabled_by_the_stacks_own_function(triggered: Template) -> None:
    found = rendered(enabled(triggered)["Properties"])
    assert found["ServiceToken"] == "${FunctionsEnableTriggers.Arn}"
    assert int(found["ServiceTimeout"]) <= 600
    names = [text.split(": ")[0] for text in found["Triggers"]]
    assert names == ["fresh", "nightly"]


def test_triggers_count_only_once_their_events_are_heard(triggered: Template) -> None:
    depends = [name for name in enabled(triggered)["DependsOn"] if "NewVersion" in name]
    assert {triggered.resources[name]["Type"] for name in depends} == {
        "AWS::Events::Rule",
        "AWS::Lambda::Permission",
    }


def test_without_triggered_suites_none_is_enabled(tmp_path: Path) -> None:
    from aws_cdk import assertions  # noqa: PLC0415 - starts Node

    plain = stack_of(suites(tmp_path, plain={}), tmp_path / "cdk")
    template = Template(dict(assertions.Template.from_stack(plain).to_json()))
    assert enabled(template)["Properties"]["Triggers"] == []
    assert schedules(template) == {}


# -- schedules -------------------------------------------------------------------------------------


def test_each_suite_with_a_schedule_has_one(triggered: Template) -> None:
    found = schedules(triggered)
    told = {
        name: (one["ScheduleExpression"], one["ScheduleExpressionTimezone"], one["State"])
        for name, one in found.items()
    }
    assert told == {
        "Schedulenightly": ("cron(0 2 * * ? *)", "Europe/Vienna", "ENABLED"),
        "Scheduledaily": ("rate(1 day)", "UTC", "ENABLED"),
    }
    assert {one["FlexibleTimeWindow"]["Mode"] for one in found.values()} == {"OFF"}


@pytest.mark.parametrize("name", ["nightly", "daily"])
def test_a_schedule_tells_its_suite_and_time_and_its_failures_are_kept(
    triggered: Template, name: str
) -> None:
    target = schedules(triggered)[f"Schedule{name}"]["Target"]
    assert target["Arn"] == FUNCTION
    assert json.loads(target["Input"]) == {
        "suite": name,
        "scheduledTime": "<aws.scheduler.scheduled-time>",
    }
    assert target["DeadLetterConfig"] == {"Arn": QUEUE}
    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] == SIX_HOURS
    assert target["RoleArn"] == "${ModelTriggersScheduleRole.Arn}"


def test_the_schedules_role_may_invoke_the_trigger_and_keep_what_fails(triggered: Template) -> None:
    found = {
        (*statement.actions, *statement.resources)
        for statement in triggered.statements("ModelTriggersScheduleRole")
    }
    assert found == {("lambda:InvokeFunction", FUNCTION), ("sqs:SendMessage", QUEUE)}


def test_the_reconciler_runs_hourly_where_it_is_asked_for(
    template: Template, synthesize: Synthesize
) -> None:
    assert "Reconcile" not in schedules(template)
    found = schedules(synthesize(reconcileTriggers=True))["Reconcile"]
    assert found["ScheduleExpression"] == "rate(1 hour)"
    assert json.loads(found["Target"]["Input"])["reconcile"] is True


def test_versions_are_listed_only_for_the_reconciler(
    template: Template, synthesize: Synthesize
) -> None:
    def listing(of: Template) -> bool:
        statements = of.statements("FunctionsTriggerRunRole")
        return any("sagemaker:ListModelPackages" in found.actions for found in statements)

    assert not listing(template)
    assert listing(synthesize(reconcileTriggers=True))


def test_cdk_nag_finds_nothing_in_schedules(stack: Any) -> None:
    assert nag_findings(stack.node.root) == []


# -- at synth --------------------------------------------------------------------------------------


def test_a_timezone_that_does_not_exist_is_answered_with_the_nearest(tmp_path: Path) -> None:
    schedule = {"expression": "rate(1 day)", "timezone": "Europe/Viena"}
    with pytest.raises(SuiteInvalid, match=r"did you mean Europe/Vienna\?.*suites/a\.yaml"):
        suites(tmp_path, a={"schedule": schedule})
