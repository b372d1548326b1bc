"""What tests can set of the SageMaker stand-in."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

_VARIANTS = {
    "packageStatus": ("Completed", "Failed"),
    # Too many evaluations at once: StartPipelineExecution is refused, or a step fails.
    "concurrencyError": ("start", "step"),
    # An execution with a failed step: it ends Failed and starts no more, or goes on and tells.
    "failedSteps": ("Failed", "CompletedWithFailures"),
    # A pipeline's name in ARNs: in small letters, as users see it, or as it was given.
    "pipelineArns": ("lower", "kept"),
    # "all" in a results file: "usual" has it full for benchmarks and empty for scorers.
    "allKey": ("usual", "full", "empty", "missing"),
    # A subtask's key: custom|mmlu_zs_cot:anatomy|0, custom|mmlu:anatomy|0, or
    # custom|mmlu_zs_cot_anatomy|0 with no average over the subtasks.
    "subtaskKeys": ("strategy", "plain", "flat"),
    # The names of built-in metrics in a judge's output.
    "judgeMetricNames": ("builtin", "bare"),
    # A step without a model package needs an experiment where there is an MlflowConfig, whether
    # there is one or not, or never.
    "mlflowExperiment": ("required", "always", "optional"),
}


@dataclass
class Settings:
    """The settings, under the names of the control API; they change in place."""

    # The model registry.
    pageSize: int = 10  # noqa: N815 - the most that a page holds
    packageStatus: str = "Completed"  # noqa: N815 - what a new model package becomes
    packageSeconds: float = 0.0  # noqa: N815 - how long it is Pending before that
    duplicateEvents: int = 1  # noqa: N815 - how often each event is sent
    loseEvents: bool = False  # noqa: N815 - no event is sent at all
    # Pipelines.
    stepSeconds: float = 2.0  # noqa: N815 - how long a step is Executing
    hold: bool = False  # steps stay Executing
    transitionSeconds: float = 0.3  # noqa: N815 - how long Stopping lasts
    concurrentEvaluations: int = 10  # noqa: N815 - quota of evaluations at once
    concurrencyError: str = "start"  # noqa: N815
    failedSteps: str = "Failed"  # noqa: N815
    pipelineArns: str = "lower"  # noqa: N815
    allKey: str = "usual"  # noqa: N815
    subtaskKeys: str = "strategy"  # noqa: N815
    judgeMetricNames: str = "builtin"  # noqa: N815
    mlflowExperiment: str = "required"  # noqa: N815
    # By base model or "group/version": a number, or numbers by task (pipelines/skills.py).
    skills: dict[str, Any] = field(default_factory=dict)

    def change(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Change some; raises ValueError on an unknown name or value and then changes none."""
        for name, value in changes.items():
            self._check(name, value)
        for name, value in changes.items():
            setattr(self, name, value)
        return self.to_json()

    def _check(self, name: str, value: Any) -> None:
        known = {field.name: type(getattr(self, field.name)) for field in fields(self)}
        if name not in known:
            raise ValueError(f"no setting {name!r}; there are {sorted(known)}")
        accepted = (int, float) if known[name] is float else known[name]
        right = isinstance(value, accepted) and (known[name] is bool or value is not True)
        if isinstance(value, bool) and known[name] is not bool:
            right = False
        if not right or (name in _VARIANTS and value not in _VARIANTS[name]):
            raise ValueError(f"{name} must be {_VARIANTS.get(name, known[name].__name__)}")
        if name == "skills":
            _check_skills(value)

    def to_json(self) -> dict[str, Any]:
        """As the control API shows them."""
        return asdict(self)


def _check_skills(value: dict[str, Any]) -> None:
    for model, entry in value.items():
        for number in entry.values() if isinstance(entry, dict) else [entry]:
            sound = isinstance(number, int | float) and not isinstance(number, bool)
            if not sound or not 0 <= number <= 1:
                raise ValueError(f"the skill of {model!r} must be from 0 to 1, or such by task")
