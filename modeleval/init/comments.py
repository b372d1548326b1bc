"""What the suite that `init` writes says above each field."""

from __future__ import annotations

from collections.abc import Mapping

HEADING = (
    "Written by modeleval init. A suite says what is evaluated, how, and for how much. Change it",
    "as you like: docs/suites.md describes every field, and a wrong one is refused by its name.",
)
COMMENTS: Mapping[str, tuple[str, ...]] = {
    "name": ("Under which name its runs are listed: small letters, digits and hyphens.",),
    "acceptBedrockEvaluationTerms": (
        "You accepted the terms of Amazon Bedrock Evaluations and its pricing:",
        "https://aws.amazon.com/service-terms/ and https://aws.amazon.com/bedrock/pricing/.",
        "With false, no run starts.",
    ),
    "acceptEula": (
        "You accepted the licence (EULA) of the base model, on its page in SageMaker JumpStart.",
        "With false, no run starts.",
    ),
    "evaluations": ("What is evaluated. Further entries of any kind may follow the first.",),
    "budget": (
        "A run whose estimate is above this (US dollars) is refused before anything is paid for.",
    ),
    "evaluation.name": ("What this evaluation is called in reports and in rules of the gate.",),
    "evaluation.kind": ("How it is evaluated. Each kind has fields of its own.",),
    "evaluation.benchmark": ("The benchmark; docs/benchmarks.md lists all.",),
    "evaluation.subtasks": ("Some of its subtasks; leave the line out for all of them.",),
    "evaluation.dataset": (
        "JSON Lines: a key in the stack's bucket, or an s3:// URI. {model.version} in it means the",
        "version of the model that a run is about.",
    ),
    "evaluation.responses": (
        "Whose responses: precomputed is the identifier that they carry in the dataset, model a",
        "Bedrock model that is asked while the job runs.",
    ),
    "evaluation.knowledgeBase": (
        "What is asked. numberOfResults: 5 would say how many passages it gives per question.",
    ),
    "evaluation.scorer": ("Who marks the answers: prime_math, prime_code, or your scorer's ARN.",),
    "evaluation.function": ("Your Lambda function; one of the settings' lambdaScorerArns.",),
    "evaluation.flowDefinition": ("The human review workflow that names the work team.",),
    "evaluation.judge": (
        "The model that judges; one of the settings' judgeModels. Another one gives other scores.",
    ),
    "evaluation.metrics": ("What is measured. Each one more costs one more judgement per record.",),
    "evaluation.customMetrics": (
        "Metrics of your own: change the instructions and the scale, and keep the variables last.",
        "direction: lowerIsBetter is for those of which less is better.",
    ),
    "evaluation.compareBaseModel": (
        "Evaluates the base model too, which doubles time and cost; false leaves it out.",
    ),
}
ENDING = (
    "What may be added (take the # away):",
    "",
    "description: What this suite is for.",
    "sample: 10            # a trial on ten records, before all are paid for",
    "baseline: previous    # compare with the run before; also base-model, approved, run:<id>",
    "gate:                 # rules that decide the verdict, and so the exit code of modeleval run",
    "  rules:",
    "    - {evaluation: <its name>, metric: <one of its metrics>, minimum: 0.7}",
)
