"""What tests can set: durations, quotas, and the variants of what AWS does not document."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

_VARIANTS = {
    # A name that is taken: which error the service raises is unknown.
    "nameConflict": ("conflict", "validation"),
    # A used token with another body: "ignores the request, but does not return an error" (service
    # model), or a ConflictException as other services have it.
    "tokenReuse": ("same", "conflict"),
    # Results of custom metrics: as rated, or divided by the scale's maximum.
    "customResults": ("raw", "normalized"),
    # A custom metric's -1: as it is, or null, as one user reports.
    "minusOne": ("value", "null"),
    # How an output's path names a model that was given by its ARN.
    "modelFolder": ("id", "identifier"),
    # RAG outputs: the file's name, and how much of a precomputed output comes back.
    "ragFile": ("uuid", "plain"),
    "ragEcho": ("whole", "answer", "nothing"),
    # GetPromptRouter's pattern in the service model knows default routers only.
    "customRouters": ("refused", "found"),
    # Metrics in the output of a programmatic job: the user guide's sample, and a user's.
    "programmaticNames": ("bare", "builtin"),
    # How an output's path names a built-in dataset.
    "builtInFolder": ("name", "bare"),
    # Whether every job gets the same prompts of a built-in dataset.
    "builtInDraw": ("same", "anew"),
    # A change in percent of an accuracy of 0.
    "undefinedRobustness": ("null", "nan", "infinite", "missing"),
    # How the output of a job with human workers begins the keys of the rating methods: AWS's sample
    # and the table beside it differ.
    "humanKeys": ("lower", "upper"),
}


@dataclass(frozen=True)
class Settings:
    """The stand-in's settings. Names are those of the control API."""

    jobSeconds: float = 2.0  # noqa: N815
    transitionSeconds: float = 0.3  # noqa: N815 - how long Stopping and Deleting last
    hold: bool = False
    holdHuman: bool = False  # noqa: N815 - people do not answer yet
    pageSize: int = 5  # noqa: N815 - the service model's hint: at most 5 summaries in a page
    concurrentJobs: int = 20  # noqa: N815 - quota, not adjustable
    concurrentHumanJobs: int = 10  # noqa: N815 - quota, not adjustable
    totalJobs: int = 5000  # noqa: N815 - quota, not adjustable
    promptBytes: int = 4096  # noqa: N815 - quota "size of prompt 4 KB"
    nameConflict: str = "conflict"  # noqa: N815
    tokenReuse: str = "same"  # noqa: N815
    customResults: str = "raw"  # noqa: N815
    minusOne: str = "value"  # noqa: N815
    modelFolder: str = "id"  # noqa: N815
    customRouters: str = "refused"  # noqa: N815
    programmaticNames: str = "bare"  # noqa: N815
    builtInFolder: str = "name"  # noqa: N815
    builtInDraw: str = "same"  # noqa: N815
    undefinedRobustness: str = "null"  # noqa: N815
    ragFile: str = "uuid"  # noqa: N815
    ragEcho: str = "whole"  # noqa: N815
    humanKeys: str = "lower"  # noqa: N815

    def changed(self, changes: dict[str, Any]) -> Settings:
        """These settings with some changed; raises ValueError on an unknown name or value."""
        known = {field.name: type(getattr(self, field.name)) for field in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"no setting {name!r}; there are {sorted(known)}")
            accepted = (int, float) if known[name] is float else known[name]
            wrong_type = not isinstance(value, accepted) or (
                isinstance(value, bool) and known[name] is not bool
            )
            if wrong_type or (name in _VARIANTS and value not in _VARIANTS[name]):
                choices = _VARIANTS.get(name, known[name].__name__)
                raise ValueError(f"{name} must be {choices}, not {value!r}")
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """As the control API shows them."""
        return asdict(self)
