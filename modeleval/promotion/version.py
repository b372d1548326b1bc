"""Which version a run's verdict is about."""

from __future__ import annotations

from modeleval.sagemaker.resolved import ModelSource, ResolvedModel
from modeleval.store.items import Run


def versioned(run: Run) -> ResolvedModel | None:
    """The run's model, if it is a version in a model package group."""
    if run.resolved_model is None:
        return None
    model = ResolvedModel.model_validate(run.resolved_model)
    package = model.source is ModelSource.PACKAGE
    return model if package and model.group and model.version is not None else None
