"""The run's suite as it was kept."""

from __future__ import annotations

import json

from modeleval.artifacts import suite_key
from modeleval.services import Services
from modeleval.store.items import Run
from modeleval.suite.document import Suite, parse_suite
from modeleval.workflow.load import model_of


def suite_of(run: Run, services: Services) -> Suite:
    """The suite that the run was started with, whatever has become of its source since.

    Its placeholders mean the run's model.
    """
    key = suite_key(run.run_id)
    document = json.loads(services.objects.read(key))
    return parse_suite(document, source=key, model=model_of(run))
