"""Keep a run beyond the retention: its items, and the files that comparisons and reports need."""

from __future__ import annotations

from modeleval.artifacts import is_worth_keeping, kept_key, run_prefix
from modeleval.services import Services


def keep_run(run_id: str, why: str, services: Services) -> bool:
    """Keep a published run that is no trial, for good; whether it was not kept before.

    The files are copied first and the run's own item is written last: what breaks off is done
    again. Raises RunNotFound.
    """
    run = services.store.run(run_id)
    if run.kept_because is not None or not run.completed or run.sample is not None:
        return False
    for key in services.objects.keys(run_prefix(run_id)):
        if is_worth_keeping(key):
            services.objects.copy(key, kept_key(key))
    services.promotions.keep(run_id, why)
    return True
