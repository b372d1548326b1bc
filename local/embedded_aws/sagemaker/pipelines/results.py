"""The results file of benchmarks and scorers, and what the service leaves around it.

The layout is lighteval's, which the service's container is made with: ``results`` by task key and
``all``, binary details and tensorboard events beside it.
"""

from __future__ import annotations

import time
from typing import Any

from embedded_aws.fresh import now
from embedded_aws.sagemaker.pipelines.work import Work

_BINARY = b"PAR1\x00\xff\x00stand-in\xfePAR1"  # no Parquet: a reader that opens it must fail


def key(work: Work, task: str, strategy: str, subtask: str = "") -> str:
    """The key of a task in ``results``: suite, task with its subtask, shots."""
    variant = work.service.settings.subtaskKeys
    name = task if variant == "plain" and subtask else f"{task}_{strategy}"
    if not subtask:
        return f"custom|{name}|0"
    return f"custom|{name}{'_' if variant == 'flat' else ':'}{subtask}|0"


def write(work: Work, by_key: dict[str, dict[str, float]], overall: dict[str, float]) -> None:
    """Write the results: metrics by task key, and ``overall``, empty where nothing sums up."""
    moment = now().strftime("%Y-%m-%dT%H-%M-%S.%f")
    found: dict[str, Any] = dict(by_key)
    variant = work.service.settings.allKey
    if variant == "full":
        overall = overall or next(iter(by_key.values()))
    if variant != "missing":
        found["all"] = {} if variant == "empty" else overall
    for name in by_key:
        task = name.replace("/", "_")
        work.write(f"details/model/{moment}/details_{task}_#_{moment}.parquet", _BINARY)
    events = f"events.out.tfevents.{int(time.time())}.stand-in.1.0"
    work.place.write(
        work.output,
        f"{work.job.name}/output/output/tensorboard_results/eval/{events}",
        _BINARY[::-1],
    )
    work.write(
        f"eval_results/results_{moment}.json",
        {
            "config_general": {
                "model_name": work.subject.shown,
                "note": "stand-in: no model answered, these scores are made up",
            },
            "results": found,
            "versions": dict.fromkeys(by_key, 0),
            "config_tasks": {},
            "summary_tasks": {},
        },
    )
