"""Whose responses does the run judge? Every evaluation names its subject."""

from __future__ import annotations

from modeleval.errors import ModelNotUsable
from modeleval.services import Services
from modeleval.workflow.load import open_run


def resolve_model(run_id: str, services: Services) -> None:
    """Settle the run's model.

    Without a model, each evaluation's subject is the identifier of its precomputed responses, and
    there is nothing to look up. Raises ModelNotUsable for a run that names a model: model packages
    and Bedrock models are not built yet.
    """
    run = open_run(run_id, services)
    if run.model is not None:
        raise ModelNotUsable(
            "Runs for a model are not built yet",
            where="input.model",
            action="Leave model out: the suite's subject is its precomputed identifier.",
        )
    services.store.update_run(run_id, phase="plan")
