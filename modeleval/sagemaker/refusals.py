"""What a text that names no model looks like, and what to do instead."""

from __future__ import annotations

import re
from typing import NamedTuple

from modeleval.bedrock.model_ids import parse_model_id
from modeleval.errors import ModelNotUsable
from modeleval.sagemaker.arns import PUBLIC_HUB, Arn, is_entity_name

WANTED = (
    "Name a model package (its ARN), a model package group (its name or ARN: the latest version), "
    "a JumpStart model id, or a Bedrock model id."
)
_FIND = "`modeleval find-model KEYWORD` finds a model package."
_SHOWABLE = re.compile(r"[\w./:@+=-]{1,300}", re.ASCII)
_SLUG = re.compile(r"[a-z][a-z0-9-]{0,62}")
_HUB_PARTS = 3
_TYPE_NAMES = {
    "ai-benchmark-job": "AIBenchmarkJob",
    "ai-recommendation-job": "AIRecommendationJob",
    "ai-workload-config": "AIWorkloadConfig",
    "automl-job": "AutoMLJob",
    "experiment-trial": "Trial",
    "experiment-trial-component": "TrialComponent",
    "human-task-ui": "HumanTaskUi",
    "hyper-parameter-tuning-job": "HyperParameterTuningJob",
    "inference-recommendations-job": "InferenceRecommendationsJob",
}
_SERVICES = {
    "ecr": ("an ECR ARN", "An image is not a model package."),
    "iam": ("an IAM ARN", "A role is named in the settings."),
    "lambda": (
        "a Lambda ARN",
        "A Lambda function can score a model: it belongs into a sagemaker-scorer evaluation.",
    ),
    "s3": ("an S3 ARN", "Weights in S3 must be registered as a model package."),
    "states": ("a Step Functions ARN", "The run's model is wanted here."),
}


class Look(NamedTuple):
    """What a text looks like (`a TrainingJob ARN`), and what to do instead."""

    what: str
    action: str


def refuse(look: Look, field: str) -> ModelNotUsable:
    return ModelNotUsable(
        f"That is {look.what}, and a model is wanted", where=field, action=look.action
    )


def sagemaker_look(arn: Arn) -> Look:
    """Of a SageMaker ARN that is neither a model package's nor a group's."""
    if arn.kind == "hub-content":
        return _hub_look(arn)
    if not _SLUG.fullmatch(arn.kind):
        return Look("a SageMaker ARN of no known type", WANTED)
    name = _TYPE_NAMES.get(arn.kind) or "".join(part.capitalize() for part in arn.kind.split("-"))
    return Look(f"{_article(name)} {name} ARN", _sagemaker_action(arn))


def _sagemaker_action(arn: Arn) -> str:
    if arn.kind == "training-job" and is_entity_name(arn.rest):
        return f"Find the model package that the job made: modeleval find-model {arn.rest}"
    if arn.kind in ("model", "endpoint", "endpoint-config"):
        return f"Name the model package that it was deployed from. {_FIND}"
    return f"{WANTED} {_FIND}"


def _hub_look(arn: Arn) -> Look:
    parts = arn.rest.split("/")
    if len(parts) < _HUB_PARTS or not all(is_entity_name(part) for part in parts[:_HUB_PARTS]):
        return Look("a hub content ARN that is not complete", WANTED)
    hub, kind, name = parts[:_HUB_PARTS]
    if kind == "DataSet":
        return Look(
            "a hub DataSet ARN",
            f"It belongs into an evaluation's dataset. To find the model that was trained on it: "
            f"modeleval find-model {arn}"
            if _SHOWABLE.fullmatch(str(arn))
            else WANTED,
        )
    if kind == "JsonDoc":
        return Look(
            "a hub JsonDoc ARN (a registered evaluator)",
            f"It belongs into a sagemaker-scorer evaluation. {WANTED}",
        )
    if kind in ("Model", "ModelReference"):
        if hub == PUBLIC_HUB and arn.account == "aws":
            return Look("a hub Model ARN", f"Name the model by its JumpStart id: {name}")
        return Look(
            f"a {kind} ARN of the hub {hub}",
            f"SageMaker evaluates models of {PUBLIC_HUB} only; if it is there too, name it: {name}",
        )
    return Look(f"a hub {kind} ARN", WANTED)


def bedrock_look(arn: Arn) -> Look:
    """Of a Bedrock ARN that names nothing that can be asked."""
    if not _SLUG.fullmatch(arn.kind):
        return Look("a Bedrock ARN of no known type", WANTED)
    if arn.kind == "custom-model":
        return Look("a Bedrock custom-model ARN", "Name the ARN of its provisioned model.")
    return Look(
        f"a Bedrock {arn.kind} ARN that is not one of a model, or not complete",
        "Copy the model's id or ARN from the Bedrock console.",
    )


def service_look(arn: Arn) -> Look:
    """Of another service's ARN."""
    if arn.service in _SERVICES:
        what, action = _SERVICES[arn.service]
        return Look(what, f"{action} {WANTED}")
    shown = f"an ARN of the service {arn.service}" if _SLUG.fullmatch(arn.service) else "an ARN"
    return Look(f"{shown}, not of SageMaker or Bedrock", WANTED)


def text_look(text: str) -> Look:
    """Of a text that is no ARN and no name; what cannot be a name is not repeated."""
    lower = text.lower()
    if lower.startswith("s3:"):
        return _s3_look(text)
    if "://" in text:
        return Look("a web address", WANTED)
    if parse_model_id(lower) is not None:
        return Look("a Bedrock model id in the wrong case", f"Did you mean {lower}?")
    group, _, version = text.rpartition("/")
    if is_entity_name(group) and version.isascii() and version.isdecimal():
        return Look(
            f"a group and a version ({text[:100]})",
            "Write the version's ARN: arn:aws:sagemaker:<region>:<account>:model-package/"
            f"{group}/{version[:9]}",
        )
    if is_entity_name(group):
        return Look("what a model on Hugging Face or a path is called", f"{WANTED} {_FIND}")
    shown = f"{text} " if _SHOWABLE.fullmatch(text) else f"a text of {len(text):,} characters "
    return Look(f"{shown}(names are of letters, digits and hyphens, at most 63)", WANTED)


def _s3_look(text: str) -> Look:
    find = f"modeleval find-model {text}" if _SHOWABLE.fullmatch(text) else "modeleval find-model"
    return Look(
        "an S3 location (a checkpoint, perhaps)",
        "SageMaker's serverless evaluation takes registered model packages only. To find the one "
        f"that was made from it: {find}",
    )


def _article(name: str) -> str:
    return "an" if name[0] in "AEIO" else "a"
